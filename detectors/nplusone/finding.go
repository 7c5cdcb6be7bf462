package nplusone

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
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
	if d := j.distinct(); d >= 0 {
		f.Loop.DistinctParams = &d
	}
	if j.link.parent != nil {
		f.Parent = &analyzer.Parent{Query: j.link.parent.stmt.ID, Table: j.link.parent.name(), Columns: []string{}}
		if j.link.column != "" {
			f.Parent.Columns = append(f.Parent.Columns, j.link.column)
		}
	}
	var notes []string
	f.Impact, notes = r.impact(j, counted)
	f.Message = j.message(f.Loop)
	f.Fixes = j.fixes()
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

// message is the one sentence.
func (j *judged) message(l *analyzer.Loop) string {
	times := between(l.Iterations)
	in := "in one request"
	if l.Requests > 1 {
		in = fmt.Sprintf("in %d requests", l.Requests)
	}
	what := j.phrases()
	switch j.rule {
	case duplicateRule:
		return fmt.Sprintf("%s ran %s in a row with the same values, %s", what, times, in)
	case offsetRule:
		return fmt.Sprintf("pages of %s were skipped to with OFFSET %s in a row, %s: each reads all rows before it", j.lead.short(), times, in)
	case keysetRule:
		return fmt.Sprintf("%s was walked page by page, %s in a row, %s", j.lead.short(), times, in)
	case pipelinedRule:
		return fmt.Sprintf("%s was sent %s in one pipeline, a row each, %s", what, times, in)
	}
	after := "in a row with a different value each"
	if j.distinct() < 0 {
		after = "in a row"
	}
	if j.link.parent != nil {
		after = "in a row after each " + source(j.link.parent)
	}
	if inner := j.innerPhrases(); inner != "" {
		in += ", and within each " + inner
	}
	return fmt.Sprintf("%s ran %s %s, %s", what, times, after, in)
}

// phrases names the statements of an iteration.
func (j *judged) phrases() string {
	var list []string
	for _, u := range j.body {
		if u.member.Nested || len(list) > 0 && j.rule != loopRule && j.rule != writeRule {
			continue
		}
		if p := phrase(u); !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	if j.rule != loopRule && j.rule != writeRule {
		return phrase(j.lead)
	}
	return and(list)
}

func (j *judged) innerPhrases() string {
	var list []string
	for _, u := range j.body {
		if u.member.Nested {
			list = append(list, fmt.Sprintf("%s %s times", phrase(u), compact(u.member.PerIteration)))
		}
	}
	return and(list)
}

func and(list []string) string {
	switch len(list) {
	case 0:
		return ""
	case 1:
		return list[0]
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}

// phrase names a statement by its verb, table and key.
func phrase(u *subject) string {
	by := ""
	if c := u.columns(); len(c) > 0 {
		by = " by " + and(c)
	}
	top := u.query.Scopes[0]
	switch {
	case u.sequence:
		return "nextval"
	case u.query.Command == "INSERT":
		return "an insert into " + u.short()
	case u.query.Command == "UPDATE":
		return "an update of " + u.short() + by
	case u.query.Command == "DELETE":
		return "a delete from " + u.short() + by
	case u.query.Command != "SELECT":
		return "a write to " + u.short() + by
	case u.write:
		return "a lock of " + u.short() + by
	case top.CountStar:
		return "a count of " + u.short() + by
	case u.short() == "":
		return "the same query"
	}
	return u.short() + by
}

// source names the statement whose rows are walked.
func source(p *subject) string {
	if p.query.Command == "INSERT" {
		return "insert into " + p.short()
	}
	if p.one() {
		return "row of " + p.short()
	}
	return "list of " + p.short()
}

func between(d analyzer.Distribution) string {
	if d.Min == d.Max {
		return fmt.Sprintf("%d times", d.Median)
	}
	return fmt.Sprintf("%d to %d times (median %d)", d.Min, d.Max, d.Median)
}

func compact(f float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0")
}

// notes say what the numbers alone do not.
func (j *judged) notes(l *analyzer.Loop) []string {
	var out []string
	c, d := j.loop, j.distinct()
	n := c.Iterations.Median
	if (j.rule == loopRule || j.rule == writeRule) && d > 0 && 2*d < n && !j.lead.sequence {
		out = append(out, fmt.Sprintf("%d of %d calls ask for what was asked before: remembering it saves those even without a batch", n-d, n))
	}
	if d < 0 {
		out = append(out, "the values of the parameters are not in the log, so whether they differ cannot be told")
	}
	if g := growth(j.link.seen.Grows); g != "" {
		out = append(out, "grows with the rows before it: "+g)
	}
	if j.lead.write && c.Scope != sequence.ScopeTransaction && (j.rule == writeRule) {
		out = append(out, fmt.Sprintf("%d commits become one: each waits for the disk unless synchronous_commit is off", n))
	}
	if l.BatchJob {
		out = append(out, "it looks like a batch job, for which nobody waits")
	}
	if j.confidence < .5 {
		out = append(out, "without a request's tag in the SQL (sqlcommenter) one lookup in each of many requests looks the same")
	}
	return out
}

// growth prints how the iterations follow the parent's rows, when they do in
// three requests or more of different size.
func growth(gs []sequence.Growth) string {
	seen := map[int]int{}
	for _, g := range gs {
		if _, ok := seen[g.Rows]; !ok {
			seen[g.Rows] = g.Iterations
		}
	}
	if len(seen) < 3 {
		return ""
	}
	rows := make([]int, 0, len(seen))
	for n := range seen {
		rows = append(rows, n)
	}
	slices.Sort(rows)
	var steps []string
	last := 0
	for _, n := range rows {
		if seen[n] <= last {
			return ""
		}
		last = seen[n]
		steps = append(steps, fmt.Sprint(last))
	}
	return strings.Join(steps, " → ")
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
