package nplusone

import (
	"cmp"
	"slices"
	"time"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/sequence"
)

// finding writes the report of one problem.
func (r *review) finding(m *merged) analyzer.Finding {
	j := m.best()
	f := j.outline()
	for _, o := range m.seen {
		if f.Route == "" {
			f.Route = o.loop.Route
		}
	}
	f.Confidence, f.Severity, f.Basis = j.confidence, j.severity(), "observed"
	counted := m.counted()
	f.Loop = &analyzer.Loop{
		Iterations: iterations(counted), Requests: requests(counted),
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
	f.Impact, f.Saving, notes = r.impact(j, counted)
	f.Reasons = j.reasons
	f.Loop.Timeline = r.timeline(j)
	f.Message = j.message(f.Loop)
	f.Fixes = j.fixes()
	if l := r.written(j); l != nil {
		f.Loop.WrittenBy = l.name
		if fix, ok := l.advice(j); ok {
			f.Fixes = append(f.Fixes, fix)
		}
	}
	if fix, ok := j.loader(); ok {
		f.Fixes = append(f.Fixes, fix)
	}
	f.Notes = append(j.notes(f.Loop), notes...)
	f.Queries = queries(f.Loop.Children, f.Parent)
	f.Evidence = r.evidence(counted)
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
	d := analyzer.Distribution{Min: js[0].loop.Iterations.Min}
	byMedian := slices.Clone(js)
	slices.SortStableFunc(byMedian, func(a, b *judged) int { return cmp.Compare(a.loop.Iterations.Median, b.loop.Iterations.Median) })
	seen, all := 0, requests(js)
	for _, j := range byMedian {
		d.Min = min(d.Min, j.loop.Iterations.Min)
		d.Max = max(d.Max, j.loop.Iterations.Max)
		if seen += j.loop.Requests; d.Median == 0 && 2*seen >= all {
			d.Median = j.loop.Iterations.Median
		}
	}
	return d
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
	d.Min, d.Median, d.Max = min(d.Min, limit), min(d.Median, limit), min(d.Max, limit)
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

// evidence names up to three places in the input.
func (r *review) evidence(js []*judged) []analyzer.Evidence {
	out := []analyzer.Evidence{}
	for _, j := range js {
		for _, e := range j.loop.Evidence {
			if len(out) == 3 {
				return out
			}
			x := analyzer.Evidence{Line: e.Line, Session: r.w.Source.Session(e.Session)}
			if int(e.Input) < len(r.w.Source.Inputs) {
				x.Input = r.w.Source.Inputs[e.Input].Path
			}
			if e.Time != 0 {
				x.Time = time.UnixMicro(e.Time).UTC().Format("2006-01-02T15:04:05.000Z07:00")
			}
			out = append(out, x)
		}
	}
	return out
}

// location is where the client said its code is.
func (r *review) location(j *judged) *analyzer.Location {
	c := r.client(j.loop)
	if c.CodePath == "" {
		return nil
	}
	return &analyzer.Location{Path: c.CodePath, Line: c.CodeLine}
}
