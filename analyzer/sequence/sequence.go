// Package sequence finds loops in the order of statements: a group that ran
// again and again within one request, the groups that ran with it, and the
// query that came before. It knows no SQL: rules judge its candidates with
// facts and schema later.
//
// An execution goes to the narrowest scope that the input tells of: a span of
// a trace, a request's tag, a stretch of its session. A scope that ends is
// searched for loops (search.go), each loop is measured (measure.go) and
// folded into the candidate of its head (keep.go). What a scope holds, how many
// scopes are open and how many candidates are kept is bounded.
package sequence

// Scope says what bounded the loop (the design's table of scopes).
type Scope uint8

const (
	ScopeSegment     Scope = iota // a stretch of one session between pauses
	ScopeTransaction              // BEGIN ... COMMIT
	ScopeRequest                  // a request's tag, across sessions
	ScopeTrace                    // a span that is no database call
	ScopeTxRun                    // one or two iterations per transaction, or per hand-over of a pool
	ScopePool                     // all sessions of one client, between pauses (Options.Pooled)
)

// NoGroup stands for no group.
const NoGroup = ^uint32(0)

// Candidate is one loop over all requests in which it was seen: the same head,
// route, application and scope.
type Candidate struct {
	Head uint32 // group
	// Under is the head of the loop whose iterations each held this one, or
	// NoGroup. Whether both are loops, or the outer one is only the first
	// statement of many requests, takes facts to tell.
	Under uint32
	// Between says that the loop was cut at every occurrence of Under, which ran
	// far more seldom within it: another way to see executions that are also
	// those of a candidate without Between. Facts tell whether Under begins a
	// request or is something that few iterations need.
	Between    bool
	Route      string
	Scope      Scope
	Context    uint32   // of the first request
	Body       []Member // Body[0] is the head, the others in order of appearance
	Parents    []Parent // statements that returned rows before the loop, most often first, at most 16
	Requests   int      // loops that were seen, each of a request of its own
	Iterations Distribution
	Executions int64 // of the body, in all requests
	ExecUS     int64 // likewise, time in execute without waiting for locks

	Distinct    int // distinct parameter tuples of the head in a request, median; -1 unknown
	DistinctMax int // most in one request, -1 unknown

	Varying                   []int   // parameters of the head (from 0) with more than one value, in every request
	WallUS, BusyUS, GapUS     int64   // medians per request: first start to last end (0 unknown), sum of durations, median pause between iterations
	TotalWallUS, TotalBusyUS  int64   // sums over the requests whose wall time is known
	TotalTrips                int64   // pauses between statements in that time
	MaxGapUS                  int64   // the longest pause between iterations
	Untimed                   bool    // pauses are not known: the log has no times, or whole seconds only
	Pipelined                 float64 // share of the executions that share a virtual transaction without BEGIN
	Extended, Trace, Parallel bool    // Parallel: most spans overlap their predecessor
	Quiet                     float64 // how much longer the pauses before and after were than those within, median; 0 unknown
	Share                     float64 // share of the statements from first to last that belong to the loop
	Evidence                  []Evidence
	// Steps are the first statements of the first request, the loop's own and the
	// parents' before it, at most 24, in the order they began.
	Steps []Step
}

// Step is one execution of a request.
type Step struct {
	Group  uint32
	Line   int64
	AtUS   int64 // when it began, after the loop's first statement; negative for what ran before
	DurUS  int64
	Before bool // it ran before the loop
}

// Distribution of a count per request.
type Distribution struct{ Min, Median, Max int }

// Member is one group of a loop's body.
type Member struct {
	Group        uint32
	PerIteration float64
	Count        int64 // executions in all requests
	ExecUS       int64
	Distinct     int   // distinct tuples in a request, most; -1 unknown
	Varying      []int // as in Candidate
	Varied       []int // parameters with more than one value in any request
	Nested       bool  // more than 1.5 per iteration
	Irregular    bool  // its count per iteration varies like chance
}

// Parent is a statement that returned rows before the loop.
type Parent struct {
	Group     uint32
	Times     int   // requests in which it stood before the loop
	Limit     int64 // its LIMIT the last time, -1
	Rows      int64 // rows it returned the last time, -1
	GapUS     int64 // shortest pause from its end to the loop's start
	Distance  int   // fewest statements in between
	SameScope bool  // it stood in the loop's own scope, not before it
	Apart     int   // requests that a pause of four times the loop's own set apart, parent included

	// How often the loop ran exactly, less or more often than the parent
	// returned rows, or than its LIMIT where the rows are not known.
	Exact, Below, Above int
	// Grows has up to 16 requests in which both numbers are known.
	Grows []Growth
}

// Growth pairs a loop's iterations with what the parent returned.
type Growth struct{ Rows, Iterations int }

// Evidence is where one of the requests stands in the input.
type Evidence struct {
	Input, Session uint32
	Line           int64
	Time           int64 // µs since 1970, 0 unknown
}

// Options bound a Finder. The zero value is right.
type Options struct {
	Candidates  int // kept; default 4,096
	ScopeEvents int // executions held per open scope; default 4,096: longer scopes are searched piece by piece
	Scopes      int // open at once; default 10,000
	Events      int // held in all open scopes; default 262,144
	// Pooled also looks for loops whose statements each took another session of a
	// pool: in all of the sessions of one application, user, database and route
	// together, outside of transactions.
	Pooled bool
}

func (o Options) withDefaults() Options {
	if o.Candidates <= 0 {
		o.Candidates = 4096
	}
	if o.ScopeEvents < 64 {
		if o.ScopeEvents > 0 {
			o.ScopeEvents = 64
		} else {
			o.ScopeEvents = 4096
		}
	}
	if o.Scopes <= 0 {
		o.Scopes = 10_000
	}
	if o.Events <= 0 {
		o.Events = 1 << 18
	}
	return o
}
