package nplusone

import (
	"cmp"
	"slices"
	"time"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/sequence"
)

// finding writes the report of one problem.
func (r *review) finding(c *counts, m *merged) analyzer.Finding {
	j := m.best()
	f := j.outline()
	for _, o := range m.seen {
		if f.Route == "" {
			f.Route = o.loop.Route
		}
	}
	pieces, values := m.pieces()
	f.Confidence, f.Basis = together(pieces, values), "observed"
	f.Severity = severity(j.rule, f.Confidence, j.batchJob)
	counted := m.counted()
	seen := requests(counted)
	f.Loop = &analyzer.Loop{
		Iterations: iterations(counted), Requests: &seen,
		Children: j.tree(), BatchJob: j.batchJob,
	}
	j.clip(&f.Loop.Iterations)
	if d := min(j.distinct(), f.Loop.Iterations.Median); d >= 0 {
		f.Loop.DistinctParams = &d
	}
	if j.link.parent != nil {
		f.Parent = &analyzer.Parent{Query: j.link.parent.stmt.ID, Table: j.link.name(), Columns: []string{}}
		if j.link.column != "" {
			f.Parent.Columns = append(f.Parent.Columns, j.link.column)
		}
	}
	var notes []string
	if j.rate < 1 && (j.rule == loopRule || j.rule == writeRule) {
		e := estimate(f.Loop.Iterations.Median, j.rate)
		f.Loop.Estimated = &e
		f.Notes = append(f.Notes, j.sampleNote(&e, f.Loop.Iterations.Median))
	}
	f.Impact, f.Saving, notes = r.impact(j, counted)
	f.Reasons = j.reasons
	if more := f.Confidence - j.confidence; more > 1e-9 {
		f.Reasons = append(slices.Clip(f.Reasons), analyzer.Reason{Fact: "other kinds of input show it, too", Points: more})
	}
	f.Loop.Timeline = r.timeline(counted[0]) // that of the first evidence
	f.Message = j.message(f.Loop)
	f.Fixes = append(j.fixes(), r.indexes(j)...)
	if l := r.written(j); l != nil {
		f.Loop.WrittenBy = l.name
		if fix, ok := l.advice(j); ok {
			f.Fixes = append(f.Fixes, fix)
		}
	}
	if fix, ok := j.loader(); ok {
		f.Fixes = append(f.Fixes, fix)
	}
	f.Notes = append(append(f.Notes, j.notes(f.Loop)...), notes...)
	f.Notes = append(f.Notes, m.agreement(len(pieces))...)
	f.Queries = queries(f.Loop.Children, f.Parent)
	f.Evidence = r.evidence(c, m, counted)
	f.Location = r.location(j)
	return f
}

// counted are the candidates whose requests are told: what is unsure is not
// added to what is sure, and a trace's requests not to a log's.
func (m *merged) counted() []*judged {
	best := m.best()
	var out []*judged
	for _, trace := range []bool{false, true} {
		var kind []*judged
		for _, j := range m.seen {
			if j.loop.Trace == trace && (j.confidence >= .5 || j == best) {
				kind = append(kind, j)
			}
		}
		if requests(kind) > requests(out) {
			out = kind
		}
	}
	return out
}

func requests(js []*judged) int {
	n := 0
	for _, j := range js {
		n += j.loop.Requests
	}
	return n
}

// iterations joins the distributions; the median is that of the medians,
// weighed by requests.
func iterations(js []*judged) analyzer.Distribution {
	least, most, median := js[0].loop.Iterations.Min, 0, 0
	byMedian := slices.Clone(js)
	slices.SortStableFunc(byMedian, func(a, b *judged) int { return cmp.Compare(a.loop.Iterations.Median, b.loop.Iterations.Median) })
	seen, all := 0, requests(js)
	for _, j := range byMedian {
		least = min(least, j.loop.Iterations.Min)
		most = max(most, j.loop.Iterations.Max)
		if seen += j.loop.Requests; median == 0 && 2*seen >= all {
			median = j.loop.Iterations.Median
		}
	}
	return analyzer.Distribution{Min: &least, Median: median, Max: &most}
}

// clip leaves out what ran more often than the parent's LIMIT allows, where the
// loop mostly runs exactly that often: on a busy connection the next requests'
// lookups by the same statement follow at once.
func (j *judged) clip(d *analyzer.Distribution) {
	p := j.link.seen
	if j.link.parent == nil || j.loop.Scope != sequence.ScopeSegment || p.Rows >= 0 || p.Limit <= 0 || p.Exact < oftenTimes || !exact(p) {
		return
	}
	limit := int(p.Limit)
	least, most := d.Range()
	least, most = min(least, limit), min(most, limit)
	d.Min, d.Median, d.Max = &least, min(d.Median, limit), &most
}

// distinct parameter tuples of the lead in a request, -1 unknown.
func (j *judged) distinct() int {
	if j.lead.member.Group == j.loop.Head {
		return j.loop.Distinct
	}
	return j.lead.member.Distinct
}

// tree is the loop's statements, inner loops below the statement that heads
// them.
func (j *judged) tree() []analyzer.Child {
	out := []analyzer.Child{}
	var nested []analyzer.Child
	for _, u := range j.body {
		if !u.member.Nested {
			out = append(out, child(u))
			continue
		}
		if j.insideInner(u) {
			continue
		}
		c := []analyzer.Child{child(u)}
		for _, in := range j.nested {
			if in.loop.Head == u.member.Group {
				c = in.tree()
				if len(c) > 0 {
					c[0].PerIteration = round(u.member.PerIteration)
				}
				break
			}
		}
		nested = append(nested, c...)
	}
	if len(out) > 0 {
		out[0].Children = append(out[0].Children, nested...)
	}
	return out
}

// insideInner reports a statement that an inner loop shows, below its head.
func (j *judged) insideInner(u *subject) bool {
	return slices.ContainsFunc(j.nested, func(in *judged) bool {
		return in.loop.Head != u.member.Group && slices.ContainsFunc(in.body, func(x *subject) bool { return x.member.Group == u.member.Group })
	})
}

func child(u *subject) analyzer.Child {
	return analyzer.Child{
		Query: u.stmt.ID, Table: u.name(), Columns: u.columns(),
		PerIteration: round(u.member.PerIteration), Children: []analyzer.Child{},
	}
}

// queries are the IDs of all statements concerned, when there are several.
func queries(children []analyzer.Child, p *analyzer.Parent) []string {
	var out []string
	var visit func([]analyzer.Child)
	visit = func(list []analyzer.Child) {
		for _, c := range list {
			if !slices.Contains(out, c.Query) {
				out = append(out, c.Query)
			}
			visit(c.Children)
		}
	}
	visit(children)
	if p != nil && !slices.Contains(out, p.Query) {
		out = append(out, p.Query)
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

// evidence names up to three places in the input, one in each kind of it before
// the second in any, and first where the surest loop was seen, whose timeline is
// shown.
func (r *review) evidence(c *counts, m *merged, told []*judged) []analyzer.Evidence {
	kinds := make([][]analyzer.Evidence, 2, 3)
	best := m.best()
	for _, j := range slices.Concat([]*judged{best}, told, m.seen) {
		kind := 0
		if j.loop.Trace != best.loop.Trace {
			kind = 1
		}
		for _, e := range j.loop.Evidence {
			x := analyzer.Evidence{Line: e.Line, Session: r.w.Source.Session(e.Session)}
			if int(e.Input) < len(r.w.Source.Inputs) {
				x.Input = r.w.Source.Inputs[e.Input].Path
			}
			if e.Time != 0 {
				x.Time = time.UnixMicro(e.Time).UTC().Format("2006-01-02T15:04:05.000Z07:00")
			}
			if len(kinds[kind]) < maxEvidence && !slices.Contains(kinds[kind], x) {
				kinds[kind] = append(kinds[kind], x)
			}
		}
	}
	if m.stats != nil {
		kinds = append(kinds, c.evidence(m.stats))
	}
	out := []analyzer.Evidence{}
	for n := range maxEvidence {
		for _, k := range kinds {
			if n < len(k) && len(out) < maxEvidence {
				out = append(out, k[n])
			}
		}
	}
	return out
}

const maxEvidence = 3

// location is where the client said its code is.
func (r *review) location(j *judged) *analyzer.Location {
	c := r.client(j.loop)
	if c.CodePath == "" {
		return nil
	}
	return &analyzer.Location{Path: c.CodePath, Line: c.CodeLine}
}
