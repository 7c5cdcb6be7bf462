package nplusone

import (
	"cmp"
	"math"
	"slices"
)

// countedKind is what two counters say of each other.
type countedKind uint8

const (
	countedRows   countedKind = iota // the child ran about as often as the parent returned rows
	countedInsert                    // it inserted several rows for each that the parent inserted
	countedInside                    // it ran several times in each call of a function
)

// countedPair is a statement that ran once for each row of another, as far as
// counters can tell.
type countedPair struct {
	kind          countedKind
	child, parent *tally // parent nil: it may be one of several
	functions     []string
	from          source  // the parent's column that feeds the child
	declared      bool    // by a foreign key, else by names
	ratio         float64 // calls of the child per row of the parent
	score         float64
	exact         bool
	confidence    float64
	alone         bool    // a log of the same time shows no loop
	follows       float64 // correlation over the intervals of a series, 0 untold
	intervals     int
}

// pairs finds for each statement the parent whose rows its calls agree with
// best.
func (c *counts) pairs() []*countedPair {
	parents, children := c.parents(), c.children()
	byAccount := map[account][]*tally{}
	for _, p := range parents {
		byAccount[p.account] = append(byAccount[p.account], p)
	}
	linked := make([][]*countedPair, len(children))
	paths := pathCache{}
	for i, child := range children {
		for _, p := range byAccount[child.account] {
			if p == child {
				continue
			}
			x := paths.find(child.subject.keys[0], p)
			if x.base == 0 {
				continue
			}
			c.compared++
			linked[i] = append(linked[i], &countedPair{
				child: child, parent: p, from: x, declared: x.base > byKey,
				ratio: float64(child.calls) / float64(p.returned),
			})
		}
	}
	var out []*countedPair
	for _, candidates := range linked {
		for _, x := range candidates {
			c.judge(x, byAccount[x.child.account], candidates)
		}
		candidates = slices.DeleteFunc(candidates, func(x *countedPair) bool { return x.score == 0 })
		if len(candidates) == 0 {
			continue
		}
		out = append(out, slices.MinFunc(candidates, func(a, b *countedPair) int {
			return cmp.Or(
				cmp.Compare(b.score, a.score), cmp.Compare(math.Abs(a.ratio-1), math.Abs(b.ratio-1)),
				cmp.Compare(a.parent.stmt.ID, b.parent.stmt.ID),
			)
		}))
	}
	return out
}

// judge scores a pair; 0 is none.
func (c *counts) judge(x *countedPair, others []*tally, linked []*countedPair) {
	if float64(x.child.calls) < fewestTimes*float64(x.parent.calls) {
		return
	}
	x.intervals = c.servers[x.child.server].intervals
	x.weigh(c.tolerance())
	if !x.exact && x.intervals == 0 {
		x.score = 0 // of all that ever ran many are as near
	}
	if x.score == 0 {
		return
	}
	if x.intervals+1 >= seriesExports {
		x.follows = correlation(x.child, x.parent, x.intervals)
		if x.follows >= followsFrom && !c.everywhere(x, others, linked) {
			x.score += followsScore
		} else {
			x.follows = 0
		}
	}
}

// weigh compares the calls with the rows.
func (x *countedPair) weigh(tolerance float64) {
	switch {
	case math.Abs(x.ratio-1) <= tolerance:
		x.score, x.exact = exactScore, true
	case x.ratio >= relatedFrom && x.ratio <= relatedTo:
		x.score = relatedScore // caches and identity maps ask less often
	default:
		return
	}
	if !x.declared {
		x.score -= namesOnly
	}
}

// tolerance is how far calls may be from the rows to count as the same: 1 %, and
// less where many pairs are compared. Counters that have nothing to do with each
// other are spread about evenly over the logarithms of six decades, so that two
// of them agree within a share t with a chance of 2t/ln(10^6) = .145 t; with n
// pairs, .345/n keeps the chance of one false agreement at 5 %.
func (c *counts) tolerance() float64 {
	return min(.01, .345/float64(max(c.compared, 1)))
}

// A series tells more than its sum.
const (
	seriesExports = 5
	followsFrom   = .95
)

// everywhere reports that the child follows most other lists as closely: all of
// a server's traffic rises and falls together.
func (c *counts) everywhere(x *countedPair, others []*tally, linked []*countedPair) bool {
	const few = 4
	seen, same := 0, 0
	for _, o := range others {
		if o == x.child || slices.ContainsFunc(linked, func(l *countedPair) bool { return l.parent == o }) {
			continue
		}
		seen++
		if correlation(x.child, o, x.intervals) >= followsFrom {
			same++
		}
	}
	return seen >= few && 2*same > seen
}

// correlation is Pearson's of a statement's calls and another's rows over the
// intervals; 0 where either never varied.
func correlation(child, parent *tally, intervals int) float64 {
	var a, b, aa, bb, ab float64
	add := func(x, y float64) {
		a, b, aa, bb, ab = a+x, b+y, aa+x*x, bb+y*y, ab+x*y
	}
	i, j := 0, 0
	for n := range intervals {
		var x, y float64
		if i < len(child.steps) && child.steps[i].interval == n {
			x = float64(child.steps[i].calls)
			i++
		}
		if j < len(parent.steps) && parent.steps[j].interval == n {
			y = float64(parent.steps[j].returned)
			j++
		}
		add(x, y)
	}
	n := float64(intervals)
	va, vb := n*aa-a*a, n*bb-b*b
	if va <= 0 || vb <= 0 {
		return 0
	}
	return (n*ab - a*b) / math.Sqrt(va*vb)
}
