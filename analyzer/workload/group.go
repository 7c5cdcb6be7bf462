package workload

import (
	"time"

	"github.com/DataDog/sketches-go/ddsketch"
)

// Source is the kind of input a number comes from. Totals are kept apart per
// source and never added across them: one execution seen in a log, in
// pg_stat_statements and in a trace is one execution.
type Source uint8

const (
	SourceLog   Source = iota
	SourceStats        // pg_stat_statements
	SourceTrace
	SourceSQL // .sql files: no executions, or weights given by hand
	Sources   // how many there are
)

// String returns the name that reports use.
func (s Source) String() string { return [...]string{"log", "pgss", "trace", "sql"}[s] }

// Command is the first word of a statement, as far as it matters.
type Command uint8

const (
	CommandOther Command = iota
	CommandSelect
	CommandInsert
	CommandUpdate
	CommandDelete
	CommandMerge
	CommandTransaction // BEGIN, COMMIT, ROLLBACK, SAVEPOINT, ...
	CommandSet         // SET, RESET, SHOW, DISCARD
	CommandDDL
	CommandCopy
	CommandEmpty // blank or only comments
)

// Traits are lexical facts of a group, known before any parsing.
type Traits uint16

const (
	TraitBatched    Traits = 1 << iota // = ANY (...) or IN with two members or more, unnest; two writes or more in one text
	TraitMultiRow                      // VALUES with two rows or more
	TraitForUpdate                     // FOR UPDATE / SHARE
	TraitSkipLocked                    // SKIP LOCKED
	TraitReturning                     // RETURNING
	TraitNoise                         // see FlagNoise
	TraitOffset                        // has OFFSET
	TraitLimit                         // has LIMIT or FETCH FIRST
	TraitTruncated                     // text was cut
)

// Totals are the numbers of one group in one source.
type Totals struct {
	Calls    int64 // executions without continued fetches
	Fetches  int64
	ExecUS   int64 // µs in execute, fetches included
	PlanUS   int64 // µs in parse and bind
	LockUS   int64 // µs of ExecUS that were spent waiting for locks
	MaxUS    int64
	Rows     int64
	HasRows  bool // Rows counts for something (pg_stat_statements, traces)
	Nested   int64
	Latency  *ddsketch.DDSketch // ms per call, nil where only sums are known
	From, To time.Time          // zero unknown
}

// Sample is one execution kept as it was seen.
type Sample struct {
	Text   string
	Params []string // values of $1...; "" with Nulls set for NULL; nil when unknown
	Nulls  []bool
	Dur    int64 // µs
	Input  int
	Line   int64
	Time   time.Time
}

// SourceRef is a place in a file that the user keeps (a .sql query file).
type SourceRef struct {
	Path string
	Line int
}

// Group is all executions of one lexical key in one database.
type Group struct {
	Key      uint64 // lexical key, database included
	Database string
	Text     string // first text seen
	Command  Command
	Traits   Traits
	Totals   PerSource
	Samples  []Sample    // slowest first; bounded: first, slowest, two random
	Contexts []uint32    // bounded: the first eight contexts that ran it
	Refs     []SourceRef // bounded: the first 16 places in files
	// LeadingWild counts, per parameter, the calls whose value began with % or
	// _; ParamsSeen how many calls had their values logged. They tell what a
	// `LIKE $1` was really given.
	LeadingWild [MaxParams]int64
	ParamsSeen  int64
	// TopLevel is false when pg_stat_statements saw the statement only inside
	// functions.
	TopLevel bool
	several  bool // its text may hold several statements
}

// Observed reports whether the group was seen in that source.
func (g *Group) Observed(s Source) bool { return g.Totals.Of(s).Observed() }

// Total returns the totals that count for ranking.
func (g *Group) Total() *Totals { return Ranking(&g.Totals) }

// Observed reports whether anything was counted.
func (t *Totals) Observed() bool { return t.Calls > 0 || t.Fetches > 0 || t.Nested > 0 }

// PerSource are the totals of each source; nil is a source that told nothing.
// Most groups have one.
type PerSource [Sources]*Totals

// Of returns the totals of a source for reading, zero where it told nothing.
func (p *PerSource) Of(s Source) *Totals {
	if t := p[s]; t != nil {
		return t
	}
	return &nothing
}

var nothing Totals

// Own returns the totals of a source for changing them.
func (p *PerSource) Own(s Source) *Totals {
	if p[s] == nil {
		p[s] = &Totals{}
	}
	return p[s]
}

// Ranking returns the totals that count for ranking, for reading:
// pg_stat_statements where present, else the log, else traces, else .sql weights.
func Ranking(totals *PerSource) *Totals {
	for _, s := range []Source{SourceStats, SourceLog, SourceTrace} {
		if t := totals.Of(s); t.Observed() {
			return t
		}
	}
	return totals.Of(SourceSQL)
}

// RunUS is the time in execute without the waiting for locks, µs: what an index
// or a better statement can save some of.
func (t *Totals) RunUS() int64 { return max(t.ExecUS-t.LockUS, 0) }

// Add merges o, totals of the same source, into t. o's sketch is not changed
// and not kept.
func (t *Totals) Add(o *Totals) {
	t.addCounts(&counts{o.Calls, o.Fetches, o.ExecUS, o.PlanUS, o.LockUS, o.MaxUS, o.Rows, o.HasRows})
	t.Nested += o.Nested
	if t.Latency == nil && o.Latency != nil {
		t.Latency = o.Latency.Copy()
	} else {
		t.addLatency(o.Latency)
	}
	if !o.From.IsZero() && (t.From.IsZero() || o.From.Before(t.From)) {
		t.From = o.From
	}
	if o.To.After(t.To) {
		t.To = o.To
	}
}

// addLatency merges a sketch, which may be kept; nil is an empty one.
func (t *Totals) addLatency(s *ddsketch.DDSketch) {
	switch {
	case s == nil:
	case t.Latency == nil:
		t.Latency = s
	case t.Latency.MergeWith(s) != nil:
		t.Latency = nil // sketches of different accuracy: no quantile is better than a wrong one
	}
}
