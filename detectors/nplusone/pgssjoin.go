package nplusone

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/workload"
)

// maxCertain is as sure as evidence makes a finding.
const maxCertain = .98

// together is how sure several kinds of input make a finding, each of which saw
// it by itself: 1 minus the product of their doubts, the rule by which MYCIN
// combined evidence for one hypothesis (Shortliffe and Buchanan, A model of
// inexact reasoning in medicine, 1975) and probabilists call a noisy OR. Kinds
// share what none of them can see, and that doubt stays: what is unsure in each
// stays below .5, and where none knows whether the values differ, .75 is the
// most.
func together(pieces []float64, values bool) float64 {
	if len(pieces) == 0 {
		return 0
	}
	most, doubt := slices.Max(pieces), 1.0
	for _, p := range pieces {
		doubt *= 1 - p
	}
	limit := maxCertain
	if !values {
		limit = max(maxCounted, most)
	}
	if most < .5 {
		limit = .49
	}
	return max(most, round(min(1-doubt, limit)))
}

// join makes one finding of what was seen in logs and traces and what was
// counted, and returns the pairs that nothing else saw.
func (r *review) join(c *counts, pairs []*countedPair, seen []*merged) []*countedPair {
	shown := map[uint32]bool{} // groups of all loops that were seen
	for i := range r.w.Loops {
		for _, m := range r.w.Loops[i].Body {
			shown[m.Group] = true
		}
	}
	joined := map[*countedPair]bool{}
	for _, m := range seen {
		if len(m.seen) == 0 {
			continue
		}
		j := m.best()
		for _, x := range pairs {
			if j.has(x.child.stmt) {
				joined[x] = true
				m.takes(j, x)
			}
		}
		if m.stats == nil && (j.rule == loopRule || j.rule == writeRule) && j.link.parent != nil {
			if x := c.confirm(j); x != nil {
				m.takes(j, x)
			}
		}
	}
	pairs = slices.DeleteFunc(pairs, func(x *countedPair) bool { return joined[x] })
	for _, x := range pairs {
		t := x.child.stmt.Totals.Of(workload.SourceLog)
		loops := slices.ContainsFunc(x.child.stmt.Groups, func(g *workload.Group) bool { return r.loopOf(g, shown) })
		if 2*t.Calls >= x.child.calls && !loops {
			x.confidence = min(x.confidence, maxSnapshot)
			x.alone = true
		}
	}
	return pairs
}

// loopOf reports whether a group was part of any loop in a log or trace.
func (r *review) loopOf(g *workload.Group, shown map[uint32]bool) bool {
	for n := range shown {
		if r.w.Source.Groups[n] == g {
			return true
		}
	}
	return false
}

// has reports a statement of the loop's body.
func (j *judged) has(s *analyzer.Statement) bool {
	return slices.ContainsFunc(j.body, func(u *subject) bool { return u.stmt == s })
}

// takes adds what was counted. It makes a finding surer where it is of the same
// kind and does not name another parent.
func (m *merged) takes(j *judged, x *countedPair) {
	if m.stats == nil || m.stats.confidence < x.confidence {
		m.stats = x
	}
	m.agrees = m.agrees || j.rule == x.rule() && (j.link.parent == nil || x.parent != nil && x.parent.stmt == j.link.parent.stmt)
}

// confirm compares the counters of a loop and the parent that a log or a trace
// has named: a single pair, which needs no gate against chance.
func (c *counts) confirm(j *judged) *countedPair {
	const few = 20
	var best *countedPair
	for _, child := range c.byStmt[j.lead.stmt] {
		for _, parent := range c.byStmt[j.link.parent.stmt] {
			if child.account != parent.account || child == parent || child.calls < few || parent.calls == 0 {
				continue
			}
			x := &countedPair{child: child, parent: parent, from: j.link.source, declared: true, intervals: c.servers[child.server].intervals}
			child.subject = cmp.Or(child.subject, j.lead)
			parent.subject = cmp.Or(parent.subject, j.link.parent)
			if j.lead.query.Command == query.Insert && parent.perCall() <= fewestRows {
				x.kind, x.ratio = countedInsert, float64(child.calls)/float64(parent.calls)
				if x.ratio >= fewestTimes {
					x.score = relatedScore
				}
			} else if c.servers[child.server].rows && parent.returned > 0 && float64(child.calls) >= fewestTimes*float64(parent.calls) {
				x.ratio = float64(child.calls) / float64(parent.returned)
				x.weigh(.01)
			}
			if x.score > 0 && (best == nil || x.score > best.score || x.score == best.score && math.Abs(x.ratio-1) < math.Abs(best.ratio-1)) {
				x.confidence = c.confident(x, 0)
				best = x
			}
		}
	}
	return best
}

// pieces is how sure each kind of input is of the finding, and whether any of
// them knows the values.
func (m *merged) pieces() (pieces []float64, values bool) {
	var most [2]float64
	for _, j := range m.seen {
		kind := 0
		if j.loop.Trace {
			kind = 1
		}
		most[kind] = max(most[kind], j.confidence)
		values = values || j.distinct() >= 0
	}
	for _, p := range most {
		if p > 0 {
			pieces = append(pieces, p)
		}
	}
	if m.stats != nil && m.agrees {
		pieces = append(pieces, m.stats.confidence)
	}
	return pieces, values
}

// agreement says what else saw the loop.
func (m *merged) agreement(pieces int) []string {
	x := m.stats
	var out []string
	if pieces > 1 {
		out = append(out, fmt.Sprintf("%d kinds of input show it", pieces))
	}
	switch {
	case x == nil:
	case !m.agrees:
		out = append(out, "pg_stat_statements counts the statement, but agrees better with another parent")
	case x.kind == countedRows:
		out = append(out, fmt.Sprintf("pg_stat_statements counts %d calls of it, and %d rows that the parent returned", x.child.calls, x.parent.returned))
	case x.kind == countedInsert:
		out = append(out, fmt.Sprintf("pg_stat_statements counts %d calls of it, and %d of the parent", x.child.calls, x.parent.calls))
	}
	return out
}
