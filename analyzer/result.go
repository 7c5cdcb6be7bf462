package analyzer

import (
	"fmt"
	"hash/fnv"
)

// Finding is one problem with its evidence and what to do about it. The JSON
// names are public: docs/report-schema.json.
type Finding struct {
	ID         string     `json:"id"` // set by the engine from [Finding.Identity]
	Rule       string     `json:"rule"`
	Severity   Severity   `json:"severity"`
	Confidence float64    `json:"confidence"` // 0 to 1
	Basis      string     `json:"basis"`      // observed, proven, planner, estimated, heuristic
	Message    string     `json:"message"`    // one sentence, no period
	Database   string     `json:"database,omitempty"`
	Table      string     `json:"table"` // schema-qualified where known
	Columns    []string   `json:"columns"`
	Route      string     `json:"route,omitempty"`
	Query      string     `json:"query"` // query id
	Parent     *Parent    `json:"parent,omitempty"`
	Loop       *Loop      `json:"loop,omitempty"`
	Impact     Impact     `json:"impact"`
	Saving     *Saving    `json:"saving,omitempty"`  // of loops
	Reasons    []Reason   `json:"reasons,omitempty"` // what the confidence rests on
	Fixes      []Fix      `json:"fixes"`
	Location   *Location  `json:"location,omitempty"`
	Evidence   []Evidence `json:"evidence"`
	Notes      []string   `json:"notes,omitempty"`
	Queries    []string   `json:"queries,omitempty"` // all queries concerned, when several
}

// Identity is what a finding's id is made of: never the parent, a code line,
// an application, a coster or a count.
func (f *Finding) Identity() string {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s\x00%s\x00%s\x00%q\x00%s", f.Rule, f.Query, f.Table, f.Columns, f.Route)
	id := fmt.Sprintf("%s:%08x", f.Rule, uint32(h.Sum64()>>32)^uint32(h.Sum64()))
	return id
}

// Parent is the query whose rows a loop walks.
type Parent struct {
	Query   string   `json:"query"`
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
}

// Loop is how often what ran.
type Loop struct {
	Iterations     Distribution `json:"iterations"`
	Requests       *int         `json:"requests"`        // nil unknown
	DistinctParams *int         `json:"distinct_params"` // nil unknown
	Children       []Child      `json:"children"`
	BatchJob       bool         `json:"batch_job,omitempty"`
	Timeline       []Step       `json:"timeline,omitempty"`   // of the first request: its parent and its first iterations
	WrittenBy      string       `json:"written_by,omitempty"` // data layer that the SQL's shape tells, "" unknown
	Estimated      *Estimate    `json:"estimated,omitempty"`  // of a log that holds a sample
}

// Estimate is how often a loop ran in a request of which a log holds a sample:
// in 95 of 100 cases from Low to High times.
type Estimate struct {
	SampleRate float64 `json:"sample_rate"`
	Low        int     `json:"low"`
	Likely     int     `json:"likely"`
	High       int     `json:"high"`
}

// Step is one execution of a loop's request.
type Step struct {
	Query string  `json:"query"`
	Line  int64   `json:"line"`  // of the input that the first evidence names
	AtMS  float64 `json:"at_ms"` // when it began, after the first step
	MS    float64 `json:"took_ms"`
}

// Saving is what a loop's batch saves, of the client's time.
type Saving struct {
	RequestMS *float64 `json:"request_ms"`       // of one request, on average
	HourMS    *float64 `json:"hour_ms"`          // null where the input spans less than ten minutes
	Trips     float64  `json:"trips"`            // round trips that a request no longer makes
	TripMS    float64  `json:"trip_ms"`          // what one takes
	TripBasis string   `json:"trip_basis"`       // measured: the pauses between the statements; assumed: --rtt-ms; none: they run side by side or in a pipeline
	Capped    bool     `json:"capped,omitempty"` // the pauses were longer; 20 ms of each count
	ExecMS    float64  `json:"exec_ms"`          // the statements' own time in a request
	BatchMS   float64  `json:"batch_ms"`         // what their batch takes of it, estimated
}

// Reason is one fact that a confidence rests on.
type Reason struct {
	Fact   string  `json:"fact"`
	Points float64 `json:"points"` // they add up to the confidence
}

// Distribution of a count per request. Where least and most are not known, the
// median is the mean.
type Distribution struct {
	Min    *int `json:"min"`
	Median int  `json:"median"`
	Max    *int `json:"max"`
}

// Range returns least and most, the median where they are not known.
func (d Distribution) Range() (least, most int) {
	least, most = d.Median, d.Median
	if d.Min != nil {
		least = *d.Min
	}
	if d.Max != nil {
		most = *d.Max
	}
	return least, most
}

// Child is one query of a loop's body.
type Child struct {
	Query        string   `json:"query"`
	Table        string   `json:"table"`
	Columns      []string `json:"columns"`
	PerIteration float64  `json:"per_iteration"`
	Children     []Child  `json:"children"`
}

// Impact is measured, never guessed: nil is unknown.
type Impact struct {
	Calls   *int64   `json:"calls"`
	ExecMS  *float64 `json:"exec_ms"`
	SavedMS *float64 `json:"saved_ms"`
	Share   *float64 `json:"share"` // of the workload's execution time, 0 to 1
}

// Fix is one thing to do.
type Fix struct {
	Kind     string `json:"kind"` // index, rewrite, code, setting
	Title    string `json:"title"`
	SQL      string `json:"sql,omitempty"`
	Rollback string `json:"rollback,omitempty"`
}

// Location in the user's files.
type Location struct {
	Path string `json:"path"`
	Line int    `json:"line"`
}

// Evidence is where in the input it was seen.
type Evidence struct {
	Input   string `json:"input"`
	Line    int64  `json:"line"`
	Time    string `json:"time"`
	Session string `json:"session"`
}

// Skip counts what was not read, not understood or not done.
type Skip struct {
	Kind    string `json:"kind"`
	Count   int    `json:"count"`
	Example string `json:"example"`
}

// Result is the report: the contract of the command with machines.
type Result struct {
	Schema   string    `json:"schema"` // apilint.report/v1
	Tool     Tool      `json:"tool"`
	Inputs   []Input   `json:"inputs"`
	Workload Summary   `json:"workload"`
	Queries  []Query   `json:"queries"`
	Findings []Finding `json:"findings"`
	Indexes  []Index   `json:"indexes"`
	Cost     Cost      `json:"cost"`
	Skips    []Skip    `json:"skips"`
	Summary  Counts    `json:"summary"`
	Exit     int       `json:"exit"`
}

// Tool that wrote the report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Input is the coverage of one input.
type Input struct {
	Path        string   `json:"path"`
	Kind        string   `json:"kind"`
	Format      string   `json:"format"`
	Envelopes   []string `json:"envelopes"`
	Prefix      string   `json:"prefix"`
	PrefixRate  *float64 `json:"prefix_rate"`
	Language    string   `json:"language"`
	Bytes       int64    `json:"bytes"`
	Lines       int64    `json:"lines"`
	Records     int64    `json:"records"`
	Executions  int64    `json:"executions"`
	Fetches     int64    `json:"fetches"`
	Parse       int64    `json:"parse"`
	Bind        int64    `json:"bind"`
	Plans       int64    `json:"plans"`
	Errors      int64    `json:"errors"`
	Empty       int64    `json:"empty"`
	ExecMS      float64  `json:"exec_ms"`
	MaxExecMS   float64  `json:"max_exec_ms"`
	Bare        int64    `json:"bare"`
	Pending     int64    `json:"pending"` // statements whose duration never came
	Nested      int64    `json:"nested"`  // plans of statements inside functions
	LockWaits   int64    `json:"lock_waits"`
	Filtered    int64    `json:"filtered"` // executions left out by --since, --database, ...
	Ambiguous   int64    `json:"ambiguous"`
	Torn        int64    `json:"torn"` // records that stand within others
	Unreadable  int64    `json:"unreadable"`
	Truncated   int64    `json:"truncated"`
	ThresholdMS *float64 `json:"threshold_ms"`
	Sampled     *float64 `json:"sampled"`
	From        *string  `json:"from"` // RFC 3339
	To          *string  `json:"to"`
	Notes       []string `json:"notes"`
	Examples    []string `json:"examples,omitempty"` // of unreadable lines, masked
}

// Summary of the workload.
type Summary struct {
	Executions int64   `json:"executions"`
	Distinct   int     `json:"distinct"`
	ExecMS     float64 `json:"exec_ms"`
	Sessions   int     `json:"sessions"`
	From       *string `json:"from"`
	To         *string `json:"to"`
}

// Query is one distinct statement with its verdict.
type Query struct {
	ID       string     `json:"id"`
	Database string     `json:"database"`
	Text     string     `json:"text"`
	Calls    int64      `json:"calls"`
	ExecMS   float64    `json:"exec_ms"`
	LockMS   *float64   `json:"lock_ms"` // of exec_ms; nil unknown
	MeanMS   *float64   `json:"mean_ms"`
	P50MS    *float64   `json:"p50_ms"`
	P95MS    *float64   `json:"p95_ms"`
	P99MS    *float64   `json:"p99_ms"`
	MaxMS    *float64   `json:"max_ms"`
	Rows     *int64     `json:"rows"`
	Observed []Observed `json:"observed"`
	Tables   []string   `json:"tables"`
	Sources  []Location `json:"sources"`
	Example  string     `json:"example,omitempty"` // only with --show-literals
	Verdict  Verdict    `json:"verdict"`
}

// RunMS is the time of all calls without waiting for locks: what an index can
// save some of.
func (q *Query) RunMS() float64 {
	if q.LockMS == nil {
		return q.ExecMS
	}
	return max(q.ExecMS-*q.LockMS, 0)
}

// Observed is what one kind of input says of a query.
type Observed struct {
	Source string  `json:"source"`
	Calls  int64   `json:"calls"`
	ExecMS float64 `json:"exec_ms"`
	From   *string `json:"from"`
	To     *string `json:"to"`
}

// Verdict of a query.
type Verdict struct {
	Kind    string   `json:"kind"` // recommended, served, no-index-helps, not-analysed
	Reason  string   `json:"reason"`
	Indexes []string `json:"indexes"`
}

// Index is one index to create or drop.
type Index struct {
	Name     string   `json:"name"`
	DDL      string   `json:"ddl"`
	Rollback string   `json:"rollback"`
	Action   string   `json:"action"`
	Database string   `json:"database,omitempty"`
	Table    string   `json:"table"`
	Method   string   `json:"method"`
	Columns  []string `json:"columns"`
	Include  []string `json:"include"`
	Order    []string `json:"order,omitempty"` // what each column is for, in the columns' order
	Where    string   `json:"where"`
	Unique   bool     `json:"unique"`
	Literals []string `json:"literals"`
	Bytes    *int64   `json:"bytes"`
	Basis    string   `json:"basis"`
	Reason   string   `json:"reason"`
	Serves   []Served `json:"serves"`
	Ledger   *Ledger  `json:"ledger"`
}

// Served is one query an index is for.
type Served struct {
	Query  string   `json:"query"`
	Before *float64 `json:"before"`
	After  *float64 `json:"after"`
	Calls  int64    `json:"calls"`
}

// Ledger is what an index saves and costs a day; nil where the input has no
// known time span.
type Ledger struct {
	SavedMSPerDay        *float64 `json:"saved_ms_per_day"`
	WALBytesPerDay       *float64 `json:"wal_bytes_per_day"`
	HOTUpdatesLostPerDay *float64 `json:"hot_updates_lost_per_day"`
}

// Cost of the workload under the judge.
type Cost struct {
	Coster   string   `json:"coster"`
	Before   *float64 `json:"before"`
	After    *float64 `json:"after"`
	Explains int      `json:"explains"`
}

// Counts of findings.
type Counts struct {
	Error      int `json:"error"`
	Warning    int `json:"warning"`
	Info       int `json:"info"`
	Suppressed int `json:"suppressed"`
	New        int `json:"new"`
	Fixed      int `json:"fixed"`
}
