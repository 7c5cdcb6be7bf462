package report

import (
	"math"

	"github.com/apilint/apilint/analyzer"
)

// loop draws what runs once and what runs again and again below it.
func (p *findingsPage) loop(f *analyzer.Finding) {
	indent := margin
	if f.Parent != nil && f.Parent.Query != "" {
		p.times(indent, "1", p.statements.text(f.Parent.Query, f.Database))
	}
	often := float64(f.Loop.Iterations.Median)
	children := f.Loop.Children
	if !mentions(children, f.Query) {
		p.times(indent, times(often), p.statements.text(f.Query, f.Database))
	}
	p.children(f, children, indent, often)
	p.text(bodyStart, faint, sentence(f.Loop))
}

// children draws a loop's body, and what runs inside of it one step to the
// right. A loop deeper than the page is wide stays at the edge.
func (p *findingsPage) children(f *analyzer.Finding, children []analyzer.Child, indent int, often float64) {
	for i := range children {
		c := &children[i]
		n := often * c.PerIteration
		if c.PerIteration <= 0 {
			n = often
		}
		p.times(indent, times(n), p.statements.text(c.Query, f.Database))
		p.children(f, c.Children, min(indent+2, p.width/3), n)
	}
}

// mentions reports whether the query is drawn as one of the children.
func mentions(children []analyzer.Child, query string) bool {
	for i := range children {
		if children[i].Query == query || mentions(children[i].Children, query) {
			return true
		}
	}
	return false
}

// times writes how often a statement ran, to the whole where it is many.
func times(n float64) string {
	if n >= 10 {
		return count(int64(math.Round(n)))
	}
	return units(n)
}

// sentence says how often a loop was seen and how it varies.
func sentence(l *analyzer.Loop) string {
	s := ""
	switch least, most := l.Iterations.Range(); {
	case l.Iterations.Min == nil:
		s = "on average, "
	case least != most:
		s = count(int64(least)) + " to " + count(int64(most)) + " times, "
	}
	switch n := l.Requests; {
	case n == nil:
		s += "in requests that are not told apart"
	case *n > 0:
		s += "in " + plural(int64(*n), "request")
	default:
		s += "in every request"
	}
	if n := l.DistinctParams; n != nil && *n > 0 {
		s += ", " + plural(int64(*n), "different value")
	}
	if l.BatchJob {
		s += ", a batch job"
	}
	return s
}
