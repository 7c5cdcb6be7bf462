package engine

import (
	"math"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
)

// pg_stat_statements prints $n for every constant, so that one of its rows may
// stand for several statements that a log, a trace or a file tells apart
// (LIKE 'a%' and LIKE '%a'). A class is such statements of one database: all
// that share the loose key. Where another input knows the members, the rows'
// numbers are theirs; where it knows several, each gets a share in proportion
// to the calls that were seen of it, so that nothing counts twice.

// classKey names a class.
type classKey struct {
	key      sqltree.GroupKey // loose
	database string
}

// class is the statements with one loose key.
type class struct {
	members []*analyzer.Statement // seen elsewhere than in pg_stat_statements
	rows    []int                 // groups that only pg_stat_statements knows
	totals  workload.Totals       // of pg_stat_statements
}

// onlyStatistics reports whether the group is a row of pg_stat_statements and
// nothing else.
func onlyStatistics(g *workload.Group) bool {
	for _, s := range []workload.Source{workload.SourceLog, workload.SourceTrace, workload.SourceSQL} {
		if g.Observed(s) {
			return false
		}
	}
	return g.Observed(workload.SourceStats) && len(g.Refs) == 0
}

// insideOnly reports whether pg_stat_statements saw the statement inside
// functions only, and nothing else saw it.
func insideOnly(s *analyzer.Statement) bool {
	if s.Totals.Of(workload.SourceStats).Nested == 0 {
		return false
	}
	for _, g := range s.Groups {
		if g.TopLevel {
			return false
		}
	}
	return true
}

// share divides the class's numbers of pg_stat_statements among its members.
func (c *class) share() {
	if !c.totals.Observed() {
		return
	}
	calls, times := make([]float64, len(c.members)), make([]float64, len(c.members))
	for i, s := range c.members {
		t := seenElsewhere(s)
		calls[i], times[i] = float64(t.Calls), float64(t.ExecUS)
	}
	byCall := divider(calls, nil)
	byTime := divider(times, calls)
	for i, s := range c.members {
		*own(s).Own(workload.SourceStats) = workload.Totals{
			Calls: byCall(c.totals.Calls, i), Nested: byCall(c.totals.Nested, i), Rows: byCall(c.totals.Rows, i),
			ExecUS: byTime(c.totals.ExecUS, i), PlanUS: byTime(c.totals.PlanUS, i),
			MaxUS: c.totals.MaxUS, HasRows: c.totals.HasRows, From: c.totals.From, To: c.totals.To,
		}
	}
}

// seenElsewhere returns what the best input but pg_stat_statements says of a
// statement.
func seenElsewhere(s *analyzer.Statement) *workload.Totals {
	for _, source := range []workload.Source{workload.SourceLog, workload.SourceTrace} {
		if t := s.Totals.Of(source); t.Calls > 0 {
			return t
		}
	}
	return s.Totals.Of(workload.SourceSQL)
}

// divider returns a function that gives the i-th part of a total in proportion
// to weights; the parts add up to the total. Without any weight it takes other
// ones, and without those equal parts.
func divider(weights, other []float64) func(total int64, i int) int64 {
	upTo := make([]float64, len(weights)+1)
	for i, w := range weights {
		upTo[i+1] = upTo[i] + w
	}
	if sum := upTo[len(weights)]; sum == 0 || math.IsInf(sum, 0) {
		if other != nil {
			return divider(other, nil)
		}
		for i := range upTo {
			upTo[i] = float64(i)
		}
	}
	sum := upTo[len(weights)]
	edge := func(total int64, i int) int64 {
		if i == len(weights) {
			return total
		}
		return int64(math.Round(float64(total) * (upTo[i] / sum)))
	}
	return func(total int64, i int) int64 { return edge(total, i+1) - edge(total, i) }
}
