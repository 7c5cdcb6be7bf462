package sequence

import (
	"cmp"
	"math"
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
	least   int     // iterations of a loop
	order   []int32 // the events to look at
	next    []int32 // by order: where the same group comes again, 0 never
	pause   []int32 // by order: long pauses so far
	tallies []tally // by group
	stamp   uint32  // of the piece that is counted
	body    uint32  // of the loop that is counted
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

// loop is one loop as it was found.
type loop struct {
	scope   Scope
	under   uint32
	heads   []int32 // order of the head's occurrences
	end     int     // order behind the last iteration
	members []member
	between bool
}

// member of a loop's body; the head is no member.
type member struct {
	group             uint32
	inside            int32
	nested, irregular bool
}

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

func (a *search) at(i int) *event { return &a.events[a.order[i]] }

func (a *search) tally(group uint32) *tally {
	for int(group) >= len(a.tallies) {
		a.tallies = append(a.tallies, tally{})
	}
	return &a.tallies[group]
}

// links fills next and pause; false when nothing came often enough.
func (a *search) links() bool {
	a.stamp++
	n := len(a.order)
	a.next = slices.Grow(a.next[:0], n)[:n]
	a.pause = slices.Grow(a.pause[:0], n)[:n]
	limit := int64(0)
	if a.scope == ScopeSegment || a.scope == ScopeTxRun {
		// A pause that is out of all proportion lies between two requests.
		limit = max(100_000, 20*a.s.pauses.median())
	}
	often, pauses := int32(0), int32(0)
	for i := range a.order {
		e := a.at(i)
		t := a.tally(e.group)
		if t.link != a.stamp {
			t.link, t.left = a.stamp, 0
		} else {
			a.next[t.last] = int32(i)
		}
		t.last = int32(i)
		a.next[i] = 0
		if t.left++; e.marks&markLoop != 0 {
			often = max(often, t.left)
		}
		if i > 0 && limit > 0 && e.since(a.at(i-1).end()) > limit {
			pauses++
		}
		a.pause[i] = pauses
	}
	return int(often) >= a.least
}

// piece finds the loops from p.lo to p.hi from left to right.
func (a *search) piece(p piece) {
	if !a.count(p) {
		return
	}
	for i := p.lo; i < p.hi; {
		e := a.at(i)
		t := &a.tallies[e.group]
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
		e := a.at(i)
		t := &a.tallies[e.group]
		if t.stamp != a.stamp {
			t.stamp, t.left, t.skip = a.stamp, 0, false
		}
		if t.left++; e.marks&markLoop != 0 {
			often = max(often, t.left)
		}
	}
	return int(often) >= a.least
}

// pass leaves events behind.
func (a *search) pass(lo, hi int) int {
	for i := lo; i < hi; i++ {
		a.tallies[a.at(i).group].left--
	}
	return hi
}

// push puts a part aside to be searched later, if it can hold a loop.
func (a *search) push(lo, hi int, under uint32, depth int) {
	if hi-lo > a.least { // its first statement cut the piece
		a.work = append(a.work, piece{lo, hi, under, depth})
	}
}

// loop finds the loop whose head stands at i and returns where it ends, or i
// when there is none.
func (a *search) loop(i int, p piece) int {
	l := &a.found
	a.heads(i, p, l)
	switch len(l.heads) {
	case 1:
		return i + 1
	case 2: // the first statement of a request, once more
		a.push(i, int(l.heads[1]), p.under, p.depth+1)
		return int(l.heads[1])
	}
	a.iterations(p, l)
	head := a.at(i)
	if head.marks&markLoop == 0 {
		// A batch heads no loop, but may be the first statement of requests
		// that have loops.
		if !slices.ContainsFunc(l.members, func(m member) bool { return m.nested }) {
			return i
		}
		a.inner(l, p, p.under)
		return l.end
	}
	a.between(l)
	first := int(l.heads[0])
	a.trim(l)
	a.push(first, int(l.heads[0]), p.under, p.depth+1)
	end := l.end
	a.inner(l, p, head.group)
	if len(l.heads) >= a.least {
		a.emit(l, p)
	}
	return end
}

// between also emits the loop as it is when the statement that came far more
// seldom within it, but twice or more, begins a request: a log that begins in
// the middle of a loop shows the loop's statement before that of the request.
func (a *search) between(l *loop) {
	if a.scope != ScopeSegment && a.scope != ScopeTxRun {
		return
	}
	n := int32(len(l.heads))
	begins, often := NoGroup, int32(1)
	for _, g := range a.seen {
		t := &a.tallies[g]
		if t.inside > often && n >= 3*t.inside && a.at(int(t.last)).marks&markRead != 0 {
			begins, often = g, t.inside
		}
	}
	if begins == NoGroup {
		return
	}
	part := &a.part
	*part = loop{under: begins, between: true, heads: part.heads[:0], members: part.members[:0]}
	for _, m := range l.members {
		if m.group != begins {
			part.members = append(part.members, m)
		}
	}
	head := 0
	for i := int(l.heads[0]); i <= l.end; i++ {
		switch {
		case i == l.end || a.at(i).group == begins:
			if len(part.heads) >= a.least {
				part.scope = a.crossing(part)
				a.keep(a.s, a.measure(part))
			}
			part.heads = part.heads[:0]
		case head < len(l.heads) && int(l.heads[head]) == i:
			part.heads, part.end = append(part.heads, l.heads[head]), i+1
			head++
		case a.tallies[a.at(i).group].member:
			part.end = i + 1
		}
	}
}

// inner puts the iterations aside.
func (a *search) inner(l *loop, p piece, under uint32) {
	for k, at := range l.heads {
		end := l.end
		if k+1 < len(l.heads) {
			end = int(l.heads[k+1])
		}
		a.push(int(at), end, under, p.depth+1)
	}
}

// heads lists the occurrences of the group at i that are near each other. In an
// untagged scope a pause far longer than those so far ends the list, too, unless
// the loop goes on behind it: the statement is also that of requests of its own.
func (a *search) heads(i int, p piece, l *loop) {
	l.heads = append(l.heads[:0], int32(i))
	longest, typical, pauses := maxIteration/4, 1, int64(0)
	untagged := a.scope == ScopeSegment || a.scope == ScopeTxRun
	for at := i; ; {
		next := int(a.next[at])
		if next == 0 || next >= p.hi || next-at > 4*longest || a.pause[next] != a.pause[at] {
			return
		}
		if untagged {
			pause := a.at(next).since(a.at(next - 1).end())
			limit := int64(math.MaxInt64)
			if n := int64(len(l.heads)) - 1; n >= 2 {
				limit = max(aloneUS, 20*pauses/n)
			}
			if a.alone == i {
				limit = min(limit, a.limit)
			}
			if pause > limit && !a.goesOn(next, p.hi, typical, limit) {
				a.alone, a.limit = next, limit
				return
			}
			pauses += pause
		}
		longest, typical = max(longest, next-at), max(typical, next-at)
		l.heads = append(l.heads, int32(next))
		at = next
	}
}

// goesOn reports three iterations from i on without a pause or a foreign
// statement.
func (a *search) goesOn(i, hi, longest int, limit int64) bool {
	for range 2 {
		next := int(a.next[i])
		if next == 0 || next >= hi || next-i > longest || a.at(next).since(a.at(next-1).end()) > limit {
			return false
		}
		i = next
	}
	return true
}

// iterations finds the members of a loop's body and its end.
func (a *search) iterations(p piece, l *loop) {
	a.body++
	a.seen = a.seen[:0]
	n, longest := len(l.heads), 0
	for k := range n - 1 {
		lo, hi := int(l.heads[k]), int(l.heads[k+1])
		longest = max(longest, hi-lo)
		for i := lo + 1; i < hi; i++ {
			a.see(a.at(i).group, k)
		}
	}
	// The last iteration goes on as long as its statements are known from
	// those before.
	at := int(l.heads[n-1])
	l.end = at + 1
	for l.end < p.hi && l.end-at < 4*longest && a.pause[l.end] == a.pause[at] {
		t := &a.tallies[a.at(l.end).group]
		if t.body != a.body {
			break
		}
		a.see(a.at(l.end).group, n-1)
		l.end++
	}
	l.members = l.members[:0]
	for _, g := range a.seen {
		t := &a.tallies[g]
		t.squares += int64(t.count) * int64(t.count)
		t.member = false
		// Half of the iterations; the last one may have been cut.
		if 2*int(t.present) < n-1 || t.present < 2 || len(l.members) == maxBody-1 {
			continue
		}
		t.member = true
		mean := float64(t.inside) / float64(n)
		variance := float64(t.squares)/float64(n) - mean*mean
		l.members = append(l.members, member{group: g, inside: t.inside, nested: mean > nestedFrom, irregular: variance >= irregular*mean})
	}
}

// see counts a statement of iteration k.
func (a *search) see(group uint32, k int) {
	t := &a.tallies[group]
	if t.body != a.body {
		t.body, t.inside, t.present, t.squares, t.count, t.iteration = a.body, 0, 0, 0, 0, -1
		a.seen = append(a.seen, group)
	}
	if t.iteration != int32(k) {
		t.squares += int64(t.count) * int64(t.count)
		t.iteration, t.count = int32(k), 0
		t.present++
	}
	t.count++
	t.inside++
}

// trim takes up to two iterations from either end when a foreign statement
// stands in them and in hardly any other: the head's statement also ran
// outside of the loop, as when the user is looked up before a list of posts and
// the authors of the posts after it.
func (a *search) trim(l *loop) {
	n := len(l.heads)
	if n < 4 {
		return
	}
	foreign := func(k int) bool {
		for i := int(l.heads[k]) + 1; i < int(l.heads[k+1]); i++ {
			if t := &a.tallies[a.at(i).group]; t.body != a.body || !t.member {
				return true
			}
		}
		return false
	}
	total := 0
	for k := range n - 1 {
		if foreign(k) {
			total++
		}
	}
	if total == 0 || total > 4 {
		return
	}
	lo, hi := 0, n // heads that stay
	for k := min(1, n-4); k >= 0; k-- {
		if foreign(k) {
			lo = k + 1
			break
		}
	}
	for k := max(n-3, lo+2); k <= n-2; k++ {
		if foreign(k) {
			hi = k + 1
			break
		}
	}
	if hi-lo < 3 {
		return
	}
	rest := 0
	for k := lo; k < hi-1; k++ {
		if foreign(k) {
			rest++
		}
	}
	if rest*10 > hi-lo {
		return
	}
	if hi < n {
		l.end = int(l.heads[hi-1]) + 1
		for l.end < int(l.heads[hi]) {
			if t := &a.tallies[a.at(l.end).group]; t.body != a.body || !t.member {
				break
			}
			l.end++
		}
	}
	l.heads = l.heads[:copy(l.heads, l.heads[lo:hi])]
}

// emit measures and keeps a loop.
func (a *search) emit(l *loop, p piece) {
	l.scope, l.under = a.scope, p.under
	if a.scope == ScopeSegment || a.scope == ScopeTxRun {
		l.scope = a.crossing(l)
	}
	r := a.measure(l)
	r.continues = a.s.piece && p.depth == 0 && int(l.heads[0])-p.lo <= maxBody
	r.goesOn = a.cut && p.depth == 0 && p.hi-l.end <= maxBody
	a.keep(a.s, r)
	for i := int(l.heads[0]); i < l.end; i++ {
		e := a.at(i)
		if t := &a.tallies[e.group]; e.group == a.at(int(l.heads[0])).group || t.body == a.body && t.member {
			e.marks |= markTaken
		}
	}
}

// crossing tells a loop that runs through transactions or hand-overs from one
// within a stretch of its session.
func (a *search) crossing(l *loop) Scope {
	first, last := a.at(int(l.heads[0])), a.at(int(l.heads[len(l.heads)-1]))
	in := 0
	for _, i := range l.heads {
		if a.at(int(i)).marks&markTransaction != 0 {
			in++
		}
	}
	if 2*in > len(l.heads) || first.epoch != last.epoch {
		return ScopeTxRun
	}
	return ScopeSegment
}
