package report

import (
	"math"
	"strings"

	"github.com/apilint/apilint/analyzer"
)

// Widths of the columns of a timeline; the bar has what is left of the page.
const (
	atWidth   = 9
	tookWidth = 9
	leastBar  = 16
)

// timeline draws how the first request began: a row for each statement, a bar
// where it ran, dots where the server waited for the next.
func (p *findingsPage) timeline(f *analyzer.Finding) {
	steps := f.Loop.Timeline
	if len(steps) < 2 {
		return
	}
	end, lineWidth := 0.0, 0
	for i := range steps {
		end = max(end, steps[i].AtMS+steps[i].MS)
		lineWidth = max(lineWidth, cells(lineOf(&steps[i])))
	}
	if end <= 0 {
		return
	}
	bar := max(leastBar, p.width-margin-atWidth-2-1-2-2-tookWidth-2-lineWidth)
	names := map[string]string{}
	p.gap()
	p.label("began", bold, "the first request: # in the server, . waiting for the next statement")
	var last, ran, waited float64
	for i := range steps {
		s := &steps[i]
		name := names[s.Query]
		if name == "" {
			name = string(rune('A' + min(len(names), 25)))
			names[s.Query] = name
			p.hang(margin, margin+3, name, bold, oneLine(p.statements.text(s.Query, f.Database)))
		}
	}
	for i := range steps {
		s := &steps[i]
		if i > 0 {
			waited += max(0, s.AtMS-last)
		}
		ran += s.MS
		p.step(s, names[s.Query], bar, end, last)
		last = max(last, s.AtMS+s.MS)
	}
	text := "so far " + plural(int64(len(steps)), "statement") + ": " + duration(ran) + " in the server, " + duration(waited) + " between them"
	if more := statementsOfLoop(f.Loop) - (len(steps) - parents(f)); more > 0 {
		text = "and about " + count(int64(more)) + " more; " + text
	}
	p.text(margin, faint, text)
}

// parents is how many of the steps are not the loop's own.
func parents(f *analyzer.Finding) int {
	n := 0
	for _, s := range f.Loop.Timeline {
		if s.Query != f.Query && !mentions(f.Loop.Children, s.Query) {
			n++
		}
	}
	return n
}

// statementsOfLoop is how many statements a request's loop has, about.
func statementsOfLoop(l *analyzer.Loop) int {
	var sum func([]analyzer.Child) float64
	sum = func(children []analyzer.Child) float64 {
		n := 0.0
		for i := range children {
			per := children[i].PerIteration
			if per <= 0 {
				per = 1
			}
			n += per * (1 + sum(children[i].Children))
		}
		return n
	}
	return int(math.Round(float64(l.Iterations.Median) * max(1, sum(l.Children))))
}

// step draws one statement on a bar that stands for end ms; last is when the
// statement before it ended.
func (p *findingsPage) step(s *analyzer.Step, name string, bar int, end, last float64) {
	cell := func(ms float64) int { return min(bar-1, max(0, int(ms/end*float64(bar)))) }
	from := cell(s.AtMS)
	to := max(from+1, min(bar, int(math.Ceil((s.AtMS+s.MS)/end*float64(bar)))))
	gap := min(from, cell(last)+1)
	if last == 0 {
		gap = from
	}
	at, took := duration(max(0, s.AtMS)), duration(s.MS)
	text := right(at, atWidth) + "  " + p.paint(bold, name) + "  " +
		strings.Repeat(" ", gap) + p.paint(faint, strings.Repeat(".", from-gap)) + p.paint(green, strings.Repeat("#", to-from)) + strings.Repeat(" ", bar-to) +
		"  " + right(took, tookWidth) + "  " + p.paint(faint, lineOf(s))
	p.WriteString(strings.Repeat(" ", margin) + strings.TrimRight(text, " ") + "\n")
}

// lineOf says where in the input a step stands.
func lineOf(s *analyzer.Step) string {
	if s.Line <= 0 {
		return ""
	}
	return "line " + count(s.Line)
}

// right puts text at the right of width cells.
func right(text string, width int) string {
	return strings.Repeat(" ", max(0, width-cells(text))) + text
}
