package report

import (
	"strings"

	"github.com/apilint/apilint/analyzer"
)

// screen is how many findings a person sees without asking for more.
const screen = 10

var severities = map[analyzer.Severity]struct {
	word  string
	style style
}{
	analyzer.Error:   {"ERROR", red},
	analyzer.Warning: {"WARN", yellow},
	analyzer.Info:    {"INFO", cyan},
}

// findingsPage is a page with what its findings share.
type findingsPage struct {
	*page
	o          Options
	statements statementSet
	plan       *plan
	right      [3]int // widths of the columns at the right: time, share, how it is known
}

// findings prints what hurts, most first, and says how many it left out.
func (p *page) findings(r *analyzer.Result, o Options, plan *plan) {
	all := plan.inOrder(r.Findings)
	shown := all
	switch {
	case o.Top > 0:
		shown = shown[:min(o.Top, len(shown))]
	case p.brief && len(shown) > screen+1:
		shown = shown[:screen]
	}
	fp := &findingsPage{page: p, o: o, statements: plan.statements, plan: plan}
	for i := range shown {
		for c, text := range rightColumns(&shown[i]) {
			fp.right[c] = max(fp.right[c], cells(text))
		}
	}
	for i := range shown {
		fp.finding(&shown[i])
		p.gap()
	}
	if rest := all[len(shown):]; len(rest) > 0 {
		var n analyzer.Counts
		for i := range rest {
			switch rest[i].Severity {
			case analyzer.Error:
				n.Error++
			case analyzer.Warning:
				n.Warning++
			case analyzer.Info:
				n.Info++
			}
		}
		how := "--top"
		if o.Top == 0 {
			how = "-v"
		}
		p.text(0, bold, "and "+counts(n)+" more ("+how+" shows them)")
		p.gap()
	}
}

// rightColumns are the time, its share and how the finding is known.
func rightColumns(f *analyzer.Finding) [3]string {
	var out [3]string
	if ms := f.Impact.ExecMS; ms != nil && *ms > 0 {
		out[0] = duration(*ms)
	}
	if f.Impact.Share != nil {
		out[1] = percent(*f.Impact.Share)
	}
	out[2] = known(f)
	if f.Basis == "observed" || f.Basis == "" {
		out[2] = percent(f.Confidence) + " sure"
	}
	return out
}

func (p *findingsPage) finding(f *analyzer.Finding) {
	p.headline(f)
	p.text(margin, plain, f.Message)
	switch {
	case f.Loop != nil:
		p.loop(f)
	case len(p.plan.of(f)) > 0:
		for _, ix := range p.plan.of(f) {
			p.served(ix)
		}
	default:
		if q := p.statements.find(f.Query, f.Database); q != nil {
			p.times(margin, callsOf(q), q.Text)
		}
	}
	if p.o.ShowLiterals {
		if q := p.statements.find(f.Query, f.Database); q != nil && q.Example != "" {
			p.lines(margin, bodyStart, "such as", faint, p.statement(q.Example, bodyStart))
		}
	}
	for _, n := range f.Notes {
		p.text(margin, plain, n)
	}
	for i := range f.Fixes {
		p.fix(f, &f.Fixes[i])
	}
	if ms := f.Impact.SavedMS; ms != nil && *ms > 0 {
		text := "the fix saves about " + duration(*ms)
		if f.Loop != nil {
			text += ", round trips included"
		}
		p.text(margin, plain, text)
	}
	p.evidence(f)
}

// headline names the severity, the rule and the subject, and at the right what
// it costs. A subject that has no room there has lines of its own.
func (p *findingsPage) headline(f *analyzer.Finding) {
	var right strings.Builder
	for c, text := range rightColumns(f) {
		if p.right[c] == 0 {
			continue
		}
		if right.Len() > 0 {
			right.WriteString("  ")
		}
		space := strings.Repeat(" ", p.right[c]-cells(text))
		if c == 2 {
			text, space = space, text // numbers end in one column, words begin in one
		}
		right.WriteString(space + text)
	}
	s := severities[f.Severity]
	rule, about := clean(f.Rule), subject(f)
	room := p.width - margin - cells(rule) - cells(right.String()) - 4
	own := room < cells(about)
	if own {
		about = ""
	}
	p.WriteString(p.paint(s.style, s.word) + strings.Repeat(" ", margin-len(s.word)) + p.paint(bold, rule) + "  ")
	p.line(0, plain, pad(about, room)+"  "+right.String())
	if own {
		p.text(margin, plain, subject(f))
	}
}

const (
	// timesWidth is the room for how often a statement ran: "1,000x".
	timesWidth = 6
	// bodyStart is where statements begin.
	bodyStart = margin + timesWidth + 2
)

// times prints a statement behind how often it ran, where that is known, and
// returns where it begins.
func (p *findingsPage) times(indent int, often, sql string) int {
	start := indent
	if often != "" {
		often += "x"
		often = strings.Repeat(" ", max(0, timesWidth-cells(often))) + often
		start += cells(often) + 2
	}
	p.lines(indent, start, often, bold, p.statement(sql, start))
	return start
}

func callsOf(q *analyzer.Query) string {
	if q.Calls == 0 {
		return ""
	}
	return count(q.Calls)
}

// served prints the statements an index is for, heaviest first, and what the
// judge says of each.
func (p *findingsPage) served(ix *analyzer.Index) {
	const enough = 3
	served := p.statements.byWeight(ix)
	shown := served
	if !p.o.Verbose && len(served) > enough+1 {
		shown = served[:enough]
	}
	for _, s := range shown {
		often := ""
		if s.Calls > 0 {
			often = count(s.Calls)
		}
		start := p.times(margin, often, p.statements.text(s.Query, ix.Database))
		if c := costs(s); c != "" {
			p.text(start, plain, c)
		}
	}
	if cut := len(served) - len(shown); cut > 0 {
		p.text(bodyStart, plain, "and "+plural(int64(cut), "other statement")+" (-v)")
	}
}

// fix prints one thing to do: DDL with its number in the plan, a rewrite, or a
// sentence.
func (p *findingsPage) fix(f *analyzer.Finding, fix *analyzer.Fix) {
	if fix.Kind == "index" {
		if ix := p.plan.byDDL(fix.SQL, f.Database); ix != nil {
			p.plan.print(p.page, ix, false)
			return
		}
	}
	word := "fix"
	if fix.Kind == "setting" {
		word = "set"
	}
	start := margin + len(word) + 2
	if fix.Title != "" {
		p.hang(margin, start, word, green, fix.Title)
		word = ""
	}
	for _, sql := range statements(fix.SQL) {
		lines := p.statement(sql, start)
		if fix.Kind == "index" {
			lines = wrapDDL(sql, p.width-start)
		}
		p.lines(margin, start, word, green, lines)
		word = ""
	}
}

// evidence says where to look it up; with -v all places.
func (p *findingsPage) evidence(f *analyzer.Finding) {
	places := f.Evidence
	if !p.o.Verbose && len(places) > 1 {
		places = places[:1]
	}
	word := "seen"
	for _, e := range places {
		if e.Input == "" {
			continue
		}
		text := e.Input
		if e.Line > 0 {
			text += " line " + count(e.Line)
		}
		if e.Time != "" {
			text += ", " + e.Time
		}
		if e.Session != "" {
			text += ", session " + e.Session
		}
		p.hang(margin, margin+6, word, faint, text)
		word = ""
	}
	if l := f.Location; l != nil && l.Path != "" {
		p.hang(margin, margin+6, "in", faint, place(*l))
	}
}

func place(l analyzer.Location) string {
	if l.Line > 0 {
		return l.Path + " line " + count(int64(l.Line))
	}
	return l.Path
}
