// Package sequence finds loops in the order of statements: a group that ran
// again and again within one request, the groups that ran with it, and the
// query that came before. It knows no SQL: rules judge its candidates with
// facts and schema later.
package sequence

import "github.com/apilint/apilint/analyzer/workload"

// Scope says what bounded the loop (the design's table of scopes).
type Scope uint8

const (
	ScopeSegment     Scope = iota // a stretch of one session between pauses
	ScopeTransaction              // BEGIN ... COMMIT
	ScopeRequest                  // a request's tag, across sessions
	ScopeTrace                    // a span that is no database call
	ScopeTxRun                    // a run of transactions of equal shape
)

// Candidate is one loop over all requests in which it was seen: the same head,
// the same body and the same route.
type Candidate struct {
	Head        uint32 // group
	Route       string
	Scope       Scope
	Context     uint32   // of the first request
	Body        []Member // Body[0] is the head, the others in order of appearance
	Parents     []Parent // SELECTs seen before the loop, most often first, bounded
	Requests    int      // scopes in which it was seen
	Iterations  Distribution
	Distinct    int // distinct parameter tuples of the head in a request, median; -1 unknown
	DistinctMax int // most in one request

	Varying               []int   // parameters of the head (from 0) with more than one value, in every request
	WallUS, BusyUS, GapUS int64   // medians per request: first start to last end, sum of durations, median pause between iterations
	Pipelined             float64 // share of the executions that share a virtual transaction without BEGIN
	Extended              bool
	Parallel              bool    // trace: siblings overlap
	Quiet                 float64 // how much quieter the session was before and after, 0 unknown
	Share                 float64 // share of the scope's statements that belong to the loop
	MaxGapUS              int64
	Grows                 []Growth   // iterations beside the parent's rows or LIMIT, at most 16
	Evidence              []Evidence // at most 3
}

// Distribution of a count per request.
type Distribution struct{ Min, Median, Max int }

// Member is one group of a loop's body.
type Member struct {
	Group        uint32
	PerIteration float64
	Count        int // executions in all requests
	ExecUS       int64
	Distinct     int // distinct tuples in a request, median; -1 unknown
	Varying      []int
	Nested       bool // more than 1.5 per iteration
	Irregular    bool // its count per iteration varies like chance
}

// Parent is a SELECT that ran before the loop.
type Parent struct {
	Group    uint32
	Times    int   // requests in which it was the one at this distance or nearer
	Limit    int64 // its literal LIMIT the last time, -1
	Rows     int64 // rows it returned, -1
	GapUS    int64 // median from its end to the loop's start
	Distance int   // statements between, median
}

// Growth pairs a loop's iterations with what the parent returned.
type Growth struct{ Rows, Iterations int }

// Evidence is where one of the requests stands in the input.
type Evidence struct {
	Input, Session uint32
	Line           int64
	Time           int64 // µs since 1970
}

// Finder observes events and keeps bounded candidates.
type Finder struct{}

// Options bound a Finder. The zero value is right.
type Options struct {
	Candidates  int // default 4,096
	ScopeEvents int // events kept per open scope; default 4,096, later ones are only counted
}

// New returns an empty finder for the aggregator whose groups it will see.
func New(o Options) *Finder { panic("stub") }

// Observe implements workload.Observer.
func (f *Finder) Observe(e *workload.Event, g *workload.Group) { panic("stub") }

// Candidates closes every open scope and returns the loops found, in a fixed
// order: by head group, route and body.
func (f *Finder) Candidates() []Candidate { panic("stub") }
