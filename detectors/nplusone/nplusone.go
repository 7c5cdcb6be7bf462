// Package nplusone judges the loops that the sequence finder saw: one query per
// row of another, the same query again and again, pages that are skipped over,
// writes one by one. One classification yields six rules, because the same loop
// must never be reported as two problems.
package nplusone

import (
	"cmp"
	"slices"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/sequence"
	"github.com/apilint/apilint/analyzer/workload"
)

// Detector reports loops of statements.
var Detector = &analyzer.Detector{
	Rules: []analyzer.Rule{
		{Name: loopRule, Severity: analyzer.Error, Doc: loopDoc},
		{Name: writeRule, Severity: analyzer.Error, Doc: writeDoc},
		{Name: duplicateRule, Severity: analyzer.Warning, Doc: duplicateDoc},
		{Name: offsetRule, Severity: analyzer.Warning, Doc: offsetDoc},
		{Name: keysetRule, Severity: analyzer.Info, Doc: keysetDoc},
		{Name: pipelinedRule, Severity: analyzer.Info, Doc: pipelinedDoc},
	},
	Review: func(w *analyzer.Workload) error {
		r := &review{w: w}
		r.blindness()
		r.loops()
		return nil
	},
}

// review is one run over a workload.
type review struct {
	w     *analyzer.Workload
	after map[pair]int
}

// pair is a loop's head and a statement before it.
type pair struct{ head, parent uint32 }

// count counts the requests in which a statement stood before a loop.
func (r *review) count() {
	r.after = map[pair]int{}
	for i := range r.w.Loops {
		c := &r.w.Loops[i]
		if c.Between {
			continue
		}
		for _, p := range c.Parents {
			r.after[pair{c.Head, p.Group}] += p.Times
		}
	}
}

// follows is the share of the parent's executions that the loop follows.
func (r *review) follows(j *judged) float64 {
	if j.link.parent == nil {
		return 0
	}
	n := j.link.seen.Times
	if !j.loop.Between {
		n = max(n, r.after[pair{j.loop.Head, j.link.seen.Group}])
	}
	source := workload.SourceLog
	if j.loop.Trace {
		source = workload.SourceTrace
	}
	calls := r.w.Source.Groups[j.link.seen.Group].Totals.Of(source).Calls
	return float64(n) / float64(max(calls, int64(n), 1))
}

// loops judges every candidate, joins those that are one problem, and reports.
func (r *review) loops() {
	r.count()
	all := make([]*judged, len(r.w.Loops))
	byHead := map[uint32][]*judged{}
	for i := range r.w.Loops {
		c := &r.w.Loops[i]
		if j := r.judge(c); j != nil {
			all[i] = j
			byHead[c.Head] = append(byHead[c.Head], j)
		}
	}
	for i, j := range all {
		switch {
		case j == nil || j.loop.Under == sequence.NoGroup:
		case !j.loop.Between:
			j.within(byHead[j.loop.Under])
		case !j.explains(byHead[j.loop.Head]):
			all[i] = nil
		}
	}
	byIdentity := map[string]*merged{}
	var order []string
	for _, j := range all {
		if j == nil || j.absorbed || j.swallowed() {
			continue
		}
		id := j.identity()
		m := byIdentity[id]
		if m == nil {
			m = &merged{}
			byIdentity[id] = m
			order = append(order, id)
		}
		m.add(j)
	}
	joinRoutes(byIdentity, order)
	seen := make([]*merged, 0, len(order))
	for _, id := range order {
		seen = append(seen, byIdentity[id])
	}
	c := r.statistics()
	pairs := r.join(c, c.all(), seen)
	for _, m := range seen {
		if len(m.seen) > 0 {
			r.w.Report(r.finding(c, m))
		}
	}
	for _, l := range gather(pairs) {
		r.w.Report(c.finding(l))
	}
}

// within makes a loop part of the one around it, when that is a loop as well:
// otherwise its iterations are requests, and the inner loop stands for itself.
func (j *judged) within(outer []*judged) {
	for _, o := range outer {
		i := slices.IndexFunc(o.body, func(u *subject) bool { return u.member.Group == j.loop.Head })
		if i < 0 || !o.real() || o.loop.Route != j.loop.Route {
			continue
		}
		o.nested = append(o.nested, j)
		j.absorbed = true
	}
}

// explains reports a loop cut at the statement whose rows it walks, where the
// uncut one has no such parent.
func (j *judged) explains(uncut []*judged) bool {
	if j.link.parent == nil || j.link.seen.Group != j.loop.Under || j.link.base < enoughLink {
		return false
	}
	return !slices.ContainsFunc(uncut, func(o *judged) bool {
		return !o.loop.Between && o.loop.Route == j.loop.Route && o.real() && o.link.score >= enoughLink
	})
}

// real reports a loop over rows whose iterations are not just requests.
func (j *judged) real() bool {
	if j.rule != loopRule && j.rule != writeRule || j.confidence < .5 {
		return false
	}
	switch j.loop.Scope {
	case sequence.ScopeSegment, sequence.ScopeTxRun, sequence.ScopePool:
		return j.link.score >= enoughLink
	}
	return true
}

// swallowed reports the first statement of several requests that are loops
// themselves: it came as often as they did, and is no loop of its own.
func (j *judged) swallowed() bool {
	if j.real() {
		return false
	}
	return slices.ContainsFunc(j.loop.Body[1:], func(m sequence.Member) bool { return m.Nested })
}

// merged is one finding: the same problem in several scopes or groups.
type merged struct {
	seen   []*judged
	stats  *countedPair // what pg_stat_statements says of it
	agrees bool         // and names no other parent
}

func (m *merged) add(j *judged) { m.seen = append(m.seen, j) }

// best is the candidate that is surest, then seen most often.
func (m *merged) best() *judged {
	return slices.MaxFunc(m.seen, func(a, b *judged) int {
		return cmp.Or(cmp.Compare(a.confidence, b.confidence), cmp.Compare(a.loop.Requests, b.loop.Requests))
	})
}

func (j *judged) identity() string {
	f := j.outline()
	return f.Identity()
}

// outline is what a finding's identity is made of.
func (j *judged) outline() analyzer.Finding {
	return analyzer.Finding{
		Rule: j.rule, Table: j.lead.name(), Columns: j.lead.columns(), Route: j.loop.Route, Query: j.lead.stmt.ID,
	}
}

// joinRoutes adds what was seen without a route to every finding of the same
// rule and query that has one.
func joinRoutes(byIdentity map[string]*merged, order []string) {
	for _, id := range order {
		m := byIdentity[id]
		first := m.seen[0]
		if first.loop.Route != "" {
			continue
		}
		joined := false
		for _, other := range order {
			o := byIdentity[other]
			if len(o.seen) == 0 || o.seen[0].loop.Route == "" || o.seen[0].rule != first.rule || o.seen[0].lead.stmt != first.lead.stmt {
				continue
			}
			o.seen = append(o.seen, m.seen...)
			joined = true
		}
		if joined {
			m.seen = nil
		}
	}
}
