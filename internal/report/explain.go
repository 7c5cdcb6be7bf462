package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer"
)

// Subject is what an id stands for: a finding, a query or an index.
type Subject struct {
	ID      string
	finding *analyzer.Finding
	query   *analyzer.Query
	index   *analyzer.Index
}

// Subjects lists what the result has an id for: findings, then indexes by their
// names, then queries.
func Subjects(r *analyzer.Result) []Subject {
	var out []Subject
	for i := range r.Findings {
		out = append(out, Subject{ID: r.Findings[i].ID, finding: &r.Findings[i]})
	}
	for i := range r.Indexes {
		out = append(out, Subject{ID: r.Indexes[i].Name, index: &r.Indexes[i]})
	}
	for i := range r.Queries {
		out = append(out, Subject{ID: r.Queries[i].ID, query: &r.Queries[i]})
	}
	return out
}

// Matching returns the subjects of that id, else those whose id begins with
// it; the part of a finding's id behind the rule's name suffices.
func Matching(all []Subject, id string) []Subject {
	var exact, begins []Subject
	for _, s := range all {
		_, tail, _ := strings.Cut(s.ID, ":")
		switch {
		case s.ID == id:
			exact = append(exact, s)
		case id != "" && (strings.HasPrefix(s.ID, id) || s.finding != nil && strings.HasPrefix(tail, id)):
			begins = append(begins, s)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return begins
}

// What says in one line what a subject is, for lists of ids.
func (s Subject) What() string {
	switch {
	case s.finding != nil:
		return subject(s.finding)
	case s.index != nil:
		return what(s.index)
	}
	text := []rune(oneLine(s.query.Text))
	if len(text) > 60 {
		text = append(text[:57], '.', '.', '.')
	}
	return clean(string(text))
}

// Explain prints all that is known of the subjects.
func Explain(w io.Writer, r *analyzer.Result, subjects []Subject, o Options) error {
	o.Verbose = true
	p := newPage(w, o)
	plan := planOf(r)
	fp := &findingsPage{page: p, o: o, statements: plan.statements, plan: plan}
	for i, s := range subjects {
		if i > 0 {
			p.gap()
		}
		switch {
		case s.finding != nil:
			fp.explainFinding(s.finding)
		case s.index != nil:
			fp.explainIndex(s.index)
		default:
			fp.explainQuery(r, s.query)
		}
	}
	return p.Flush()
}

func (p *findingsPage) explainFinding(f *analyzer.Finding) {
	for c, text := range rightColumns(f) {
		p.right[c] = cells(text)
	}
	p.headline(f)
	p.text(margin, faint, f.ID)
	p.text(margin, plain, f.Message)
	for _, n := range f.Notes {
		p.text(margin, plain, n)
	}
	switch {
	case f.Loop != nil:
		p.gap()
		p.loop(f)
		p.timeline(f)
	case len(p.plan.of(f)) > 0:
		for _, ix := range p.plan.of(f) {
			p.gap()
			p.explainIndex(ix)
		}
	default:
		if q := p.statements.find(f.Query, f.Database); q != nil {
			p.gap()
			p.times(margin, callsOf(q), q.Text)
		}
	}
	p.certainty(f)
	p.saving(f)
	p.gap()
	for i := range f.Fixes {
		if f.Loop != nil || p.plan.byDDL(f.Fixes[i].SQL, f.Database) == nil {
			p.fix(f, &f.Fixes[i])
		}
	}
	p.evidence(f)
	p.related(f)
}

// certainty lists what the confidence rests on.
func (p *findingsPage) certainty(f *analyzer.Finding) {
	if len(f.Reasons) == 0 {
		return
	}
	p.gap()
	p.label("sure", bold, percent(f.Confidence)+", because")
	for _, r := range f.Reasons {
		sign := "+"
		if r.Points < 0 {
			sign = "-"
		}
		points := fmt.Sprintf("%.2f", max(r.Points, -r.Points))
		p.hang(margin, bodyStart, sign+strings.TrimPrefix(points, "0"), plain, r.Fact)
	}
}

// saving says what the batch saves and how that is known.
func (p *findingsPage) saving(f *analyzer.Finding) {
	s := f.Saving
	if s == nil || s.RequestMS == nil {
		return
	}
	p.gap()
	text := "about " + duration(*s.RequestMS) + " of each request, of the client's time"
	if s.HourMS != nil {
		text += "; " + duration(*s.HourMS) + " of an hour like the input's"
	}
	p.label("saves", bold, text)
	switch s.TripBasis {
	case "none":
		p.text(margin, plain, "no round trips: the statements run side by side or in a pipeline")
	case "measured":
		how := "as measured between the statements"
		if s.Capped {
			how = "the pauses between the statements were longer, the rest is the application's own time"
		}
		p.text(margin, plain, fmt.Sprintf("%s round trips of %s, %s", units(s.Trips), duration(s.TripMS), how))
	default:
		p.text(margin, plain, fmt.Sprintf("%s round trips of %s, which --rtt-ms sets: the input has no times of its own", units(s.Trips), duration(s.TripMS)))
	}
	p.text(margin, plain, fmt.Sprintf("the statements took %s, their batch is put at %s; what the server saves depends on the plan", duration(s.ExecMS), duration(s.BatchMS)))
}

// related names the queries of a finding, to be explained next.
func (p *findingsPage) related(f *analyzer.Finding) {
	ids := f.Queries
	if len(ids) == 0 && f.Query != "" {
		ids = []string{f.Query}
	}
	p.hang(margin, margin+6, "query", faint, strings.Join(ids, ", "))
}

// explainIndex prints an index, whom it serves and why its columns stand as
// they do.
func (p *findingsPage) explainIndex(ix *analyzer.Index) {
	word := ix.Action
	if word == "" {
		word = "index"
	}
	p.label(word, green, ix.Name+" on "+what(ix))
	if ix.Reason != "" {
		p.text(margin, plain, "today "+ix.Reason)
	}
	start := margin + 2
	for _, sql := range statements(ix.DDL) {
		p.lines(margin, start, "", plain, wrapDDL(sql, p.width-start))
	}
	facts := price(ix)
	if ix.Basis != "" {
		facts = append(facts, ix.Basis)
	}
	p.text(start, faint, strings.Join(facts, ", "))
	if len(ix.Literals) > 0 {
		p.text(start, yellow, "holds values of your data: "+strings.Join(ix.Literals, ", "))
	}
	if len(ix.Order) > 0 {
		p.gap()
		p.label("order", bold, "columns compared with = come first, then what sorts or bounds the rows:")
		for _, o := range ix.Order {
			p.text(margin, plain, o)
		}
	}
	if len(ix.Serves) > 0 {
		p.gap()
		p.label("serves", bold, plural(int64(len(ix.Serves)), "statement"))
		p.served(ix)
	}
	if ix.Rollback != "" {
		p.gap()
		p.label("undo", bold, ix.Rollback)
	}
}

func (p *findingsPage) explainQuery(r *analyzer.Result, q *analyzer.Query) {
	title := "query " + q.ID
	if q.Database != "" {
		title += " (database " + q.Database + ")"
	}
	p.line(0, bold, clean(title))
	for _, l := range p.statement(q.Text, margin) {
		p.line(margin, plain, l)
	}
	p.gap()
	p.label("says", bold, verdict(&q.Verdict))
	p.numbers(q)
	for _, t := range q.Tables {
		p.hang(margin, margin+8, "table", faint, relation(t))
	}
	for _, s := range q.Sources {
		p.hang(margin, margin+8, "from", faint, place(s))
	}
	told := false
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Query != q.ID && !slices.Contains(f.Queries, q.ID) || f.Database != "" && f.Database != q.Database {
			continue
		}
		if !told {
			p.gap()
			p.label("found", bold, "")
			told = true
		}
		p.text(margin, plain, f.ID+"  "+subject(f))
		p.text(margin+2, plain, f.Message)
	}
	if !told {
		p.text(margin, plain, "no finding is about it")
	}
}

// numbers are what was observed of a query, and by whom.
func (p *findingsPage) numbers(q *analyzer.Query) {
	if q.Calls == 0 {
		p.text(margin, plain, "it was never seen to run")
		return
	}
	parts := []string{plural(q.Calls, "call"), duration(q.ExecMS) + " in all"}
	for _, n := range []struct {
		ms   *float64
		name string
	}{{q.MeanMS, "on average"}, {q.P50MS, "median"}, {q.P95MS, "95th percentile"}, {q.P99MS, "99th"}, {q.MaxMS, "at most"}} {
		if n.ms != nil {
			parts = append(parts, duration(*n.ms)+" "+n.name)
		}
	}
	if q.LockMS != nil && *q.LockMS > 0 {
		parts = append(parts, duration(*q.LockMS)+" waiting for locks")
	}
	if q.Rows != nil {
		parts = append(parts, plural(*q.Rows, "row"))
	}
	p.text(margin, plain, strings.Join(parts, ", "))
	for _, o := range q.Observed {
		text := o.Source + ": " + plural(o.Calls, "call") + ", " + duration(o.ExecMS)
		if s := span(o.From, o.To); s != "" {
			text += ", " + s
		}
		p.hang(margin, margin+8, "seen", faint, text)
	}
}
