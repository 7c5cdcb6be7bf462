package sequence

import (
	"math"
	"slices"
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
	if !a.untagged() {
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
		case i == l.end || a.group[i] == begins:
			if len(part.heads) >= a.least {
				part.scope = a.crossing(part)
				a.keep(a.s, a.measure(part))
			}
			part.heads = part.heads[:0]
		case head < len(l.heads) && int(l.heads[head]) == i:
			part.heads, part.end = append(part.heads, l.heads[head]), i+1
			head++
		case a.tallies[a.group[i]].member:
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
	untagged := a.untagged()
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
			a.see(a.group[i], k)
		}
	}
	// The last iteration goes on as long as its statements are known from
	// those before.
	at := int(l.heads[n-1])
	l.end = at + 1
	for l.end < p.hi && l.end-at < 4*longest && a.pause[l.end] == a.pause[at] {
		t := &a.tallies[a.group[l.end]]
		if t.body != a.body {
			break
		}
		a.see(a.group[l.end], n-1)
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
			if t := &a.tallies[a.group[i]]; t.body != a.body || !t.member {
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
			if t := &a.tallies[a.group[l.end]]; t.body != a.body || !t.member {
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
		group := a.group[i]
		if t := &a.tallies[group]; group == r.head || t.body == a.body && t.member {
			a.at(i).marks |= markTaken
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
