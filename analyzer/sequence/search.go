package sequence

import (
	"cmp"
	"slices"
)

// search finds the loops of one scope. Its memory is reused.
//
// The first statement that comes again cuts the scope. When it ran three times
// or more and is no batch it is the head of a loop: its occurrences begin the
// iterations, and what shows up in half of them is the loop's body. When it ran
// twice it is only the first statement of two requests. Either way every
// iteration is searched for loops of its own.
type search struct {
	keep func(*scope, *request)

	s       *scope
	events  []event
	scope   Scope
	least   int      // iterations of a loop
	order   []int32  // the events to look at
	group   []uint32 // by order: which group, beside each other because most is told by it
	loops   []bool   // by order: marked markLoop
	next    []int32  // by order: where the same group comes again, 0 never
	pause   []int32  // by order: long pauses so far
	tallies []tally  // by group
	stamp   uint32   // of the piece that is counted
	body    uint32   // of the loop that is counted
	work    []piece
	found   loop
	part    loop     // of found, as another sees it
	seen    []uint32 // groups of a loop in order of appearance
	spans   []int32
	all     []int32
	request request
	pauses  []int64
	tuples  tuples
	cut     bool // the scope goes on after the events
	alone   int  // order of the statement before which a pause ended a loop of it, -1 none
	limit   int64
}

// tally counts a group in a piece and in a loop.
type tally struct {
	stamp, body      uint32 // of which piece and loop the numbers are
	last             int32  // order of its last occurrence seen when links are made
	link             uint32
	left             int32 // occurrences not passed yet
	skip             bool  // no cut of this piece
	inside           int32 // occurrences in the loop
	present          int32 // iterations with it
	iteration, count int32 // the last of these iterations, and how often there
	squares          int64
	member           bool
}

// piece is a part of the order whose loops are still to be found.
type piece struct {
	lo, hi int
	under  uint32
	depth  int
}

const (
	maxDepth     = 5
	maxBody      = 8
	maxIteration = 256 // statements between two occurrences of a head, unless others were as long
	aloneUS      = 15_000
	nestedFrom   = 1.5 // per iteration
	irregular    = .9  // variance to mean of a count that comes by chance alone is 1
)

// run searches the first n events of s.
func (a *search) run(s *scope, n int, cut bool) {
	if n < 3 {
		return
	}
	a.s, a.events, a.cut = s, s.events[:n], cut
	a.all = a.all[:0]
	for i := range a.events {
		a.all = append(a.all, int32(i))
	}
	switch s.kind {
	case kindRequest:
		a.find(ScopeRequest, a.all, 3)
	case kindSpan:
		a.sort()
		a.find(ScopeTrace, a.all, 3)
	case kindTrace:
		a.sort()
		a.trace()
	case kindPool:
		a.find(ScopePool, a.all, 3)
	default:
		a.session()
	}
}

// sort puts spans, which are written when they end, in the order they began.
func (a *search) sort() {
	slices.SortStableFunc(a.events, func(x, y event) int { return cmp.Compare(x.start, y.start) })
}

// trace searches each span, then what is left of all of them together: a loop
// whose iterations have a span each.
func (a *search) trace() {
	a.spans = append(a.spans[:0], a.all...)
	slices.SortStableFunc(a.spans, func(x, y int32) int { return cmp.Compare(a.events[x].session, a.events[y].session) })
	for lo := 0; lo < len(a.spans); {
		hi := lo + 1
		for hi < len(a.spans) && a.events[a.spans[hi]].session == a.events[a.spans[lo]].session {
			hi++
		}
		if hi-lo < len(a.spans) {
			a.find(ScopeTrace, a.spans[lo:hi], 5)
		}
		lo = hi
	}
	a.find(ScopeTrace, a.untaken(0, len(a.events)), 3)
}

// session searches each transaction, then each stretch between two hand-overs
// of the session, then all of it: a loop may have a transaction per iteration,
// or take the connection from its pool every time.
func (a *search) session() {
	first, last := &a.events[0], &a.events[len(a.events)-1]
	if first.unit == last.unit {
		scope := ScopeSegment
		if first.marks&markTransaction != 0 {
			scope = ScopeTransaction
		}
		a.find(scope, a.all, 3)
		return
	}
	a.each(func(e *event) uint32 { return e.unit }, func(lo, hi int) {
		if hi-lo >= 3 && a.events[lo].marks&markTransaction != 0 {
			a.find(ScopeTransaction, a.all[lo:hi], 3)
		}
	})
	a.each(func(e *event) uint32 { return e.epoch }, func(lo, hi int) {
		a.find(ScopeSegment, a.untaken(lo, hi), 3)
	})
	if first.epoch != last.epoch {
		a.find(ScopeTxRun, a.untaken(0, len(a.events)), 3)
	}
}

// each calls f for every run of events with the same number.
func (a *search) each(number func(*event) uint32, f func(lo, hi int)) {
	for lo := 0; lo < len(a.events); {
		hi := lo + 1
		for hi < len(a.events) && number(&a.events[hi]) == number(&a.events[lo]) {
			hi++
		}
		f(lo, hi)
		lo = hi
	}
}

// untaken returns the events between that belong to no loop yet. The list is
// valid until the next call.
func (a *search) untaken(lo, hi int) []int32 {
	a.spans = a.spans[:0]
	for i := lo; i < hi; i++ {
		if a.events[i].marks&markTaken == 0 {
			a.spans = append(a.spans, int32(i))
		}
	}
	return a.spans
}

// find finds the loops among the events that order names.
func (a *search) find(scope Scope, order []int32, least int) {
	if len(order) < least {
		return
	}
	a.scope, a.order, a.least, a.alone = scope, order, least, -1
	if !a.links() {
		return
	}
	a.work = append(a.work[:0], piece{0, len(order), NoGroup, 0})
	for i := 0; i < len(a.work); i++ {
		a.piece(a.work[i])
	}
}

// untagged reports a scope that only pauses bound, so that it may hold several
// requests.
func (a *search) untagged() bool {
	return a.scope == ScopeSegment || a.scope == ScopeTxRun || a.scope == ScopePool
}

func (a *search) at(i int) *event { return &a.events[a.order[i]] }

func (a *search) tally(group uint32) *tally {
	for int(group) >= len(a.tallies) {
		a.tallies = append(a.tallies, tally{})
	}
	return &a.tallies[group]
}

// links fills next and pause; false when nothing came often enough.
func (a *search) links() bool {
	n := len(a.order)
	a.group, a.loops = slices.Grow(a.group[:0], n)[:n], slices.Grow(a.loops[:0], n)[:n]
	for i := range a.order {
		e := a.at(i)
		a.group[i], a.loops[i] = e.group, e.marks&markLoop != 0
	}
	if n <= fewEvents && a.most() < a.least {
		return false
	}
	a.stamp++
	a.next = slices.Grow(a.next[:0], n)[:n]
	a.pause = slices.Grow(a.pause[:0], n)[:n]
	limit := int64(0)
	if a.untagged() {
		// A pause that is out of all proportion lies between two requests.
		limit = max(100_000, 20*a.s.pauses.median())
	}
	often, pauses := int32(0), int32(0)
	for i, group := range a.group {
		t := a.tally(group)
		if t.link != a.stamp {
			t.link, t.left = a.stamp, 0
		} else {
			a.next[t.last] = int32(i)
		}
		t.last = int32(i)
		a.next[i] = 0
		if t.left++; a.loops[i] {
			often = max(often, t.left)
		}
		if i > 0 && limit > 0 && a.at(i).since(a.at(i-1).end()) > limit {
			pauses++
		}
		a.pause[i] = pauses
	}
	return int(often) >= a.least
}

// fewEvents is how many events are compared with each other before anything is
// noted down: most transactions have few, and nothing in them comes again.
const fewEvents = 8

// most is how often the group that came most often is among the events.
func (a *search) most() int {
	most := 1
	for i, group := range a.group {
		n := 1
		for _, other := range a.group[i+1:] {
			if other == group {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// piece finds the loops from p.lo to p.hi from left to right.
func (a *search) piece(p piece) {
	if !a.count(p) {
		return
	}
	for i := p.lo; i < p.hi; {
		t := &a.tallies[a.group[i]]
		switch {
		case t.left < 2 || t.skip:
			i = a.pass(i, i+1)
		case t.left == 2:
			end := int(a.next[i])
			a.push(i, end, p.under, p.depth+1)
			i = a.pass(i, end)
		default:
			end := a.loop(i, p)
			if end == i {
				t.skip = true
				end++
			}
			i = a.pass(i, end)
		}
	}
}

// count counts the groups of a piece; false when there can be no loop.
func (a *search) count(p piece) bool {
	if p.hi-p.lo < a.least || p.depth > maxDepth {
		return false
	}
	a.stamp++
	often := int32(0)
	for i := p.lo; i < p.hi; i++ {
		t := &a.tallies[a.group[i]]
		if t.stamp != a.stamp {
			t.stamp, t.left, t.skip = a.stamp, 0, false
		}
		if t.left++; a.loops[i] {
			often = max(often, t.left)
		}
	}
	return int(often) >= a.least
}

// pass leaves events behind.
func (a *search) pass(lo, hi int) int {
	for i := lo; i < hi; i++ {
		a.tallies[a.group[i]].left--
	}
	return hi
}

// push puts a part aside to be searched later, if it can hold a loop.
func (a *search) push(lo, hi int, under uint32, depth int) {
	if hi-lo > a.least { // its first statement cut the piece
		a.work = append(a.work, piece{lo, hi, under, depth})
	}
}
