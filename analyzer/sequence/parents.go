package sequence

import (
	"math"
)

// before is a possible parent of one loop.
type before struct {
	prior
	distance  int
	sameScope bool
	apart     bool
}

// quiet compares the pauses before and after the loop with those within. What
// lies beyond the scope's ends is as quiet as can be when a pause ended it.
func (a *search) quiet(l *loop, r *request, end int64) float64 {
	if a.at(int(l.heads[0])).start == 0 {
		return 0
	}
	pause := int64(math.MaxInt64)
	if i := int(a.order[l.heads[0]]); i > 0 {
		pause = a.events[i].since(a.events[i-1].end())
	} else if a.s.piece {
		pause = 0
	} else if a.s.before > 0 {
		pause = a.s.before
	}
	if l.end < len(a.order) {
		pause = min(pause, a.at(l.end).since(end))
	} else if a.cut {
		pause = 0
	}
	return min(enough, float64(max(pause, 0))/float64(max(r.gap, shortestUS)))
}

// parents lists what returned rows before the loop: at most 20 statements, in
// its own scope or at most two seconds before it in the same session.
func (a *search) parents(l *loop, r *request) {
	at := int(a.order[l.heads[0]])
	start := a.events[at].start
	distance, reads := 0, 0
	inBody := func(group uint32) bool {
		for i := range r.members {
			if r.body[i].group == group {
				return true
			}
		}
		return false
	}
	ends := a.endsApart(l, r)
	add := func(p prior, same, apart bool) {
		for i := range r.nParents {
			if r.parents[i].group == p.group {
				return
			}
		}
		r.parents[r.nParents] = before{p, distance, same, apart}
		r.nParents++
	}
	step := func(e *event) {
		if r.nSteps < maxSteps {
			r.steps[r.nSteps] = Step{Group: e.group, Line: e.line, AtUS: e.start - start, DurUS: int64(e.dur), Before: true}
			r.nSteps++
		}
	}
	near := func(end int64) bool { return start == 0 || end == 0 || a.events[at].since(end) <= longPause }
	tied := a.s.kind != kindSession && a.s.kind != kindPool || l.scope == ScopeTransaction
	for i := at - 1; i >= 0 && reads < lookback && distance < 20*lookback; i-- {
		e := &a.events[i]
		same := tied && (a.s.kind != kindSession || e.unit == a.events[at].unit) || l.scope == ScopeSegment || l.scope == ScopePool
		if !near(e.end()) && !(same && tied) {
			return
		}
		if e.marks&markRead != 0 {
			reads++
			if !inBody(e.group) {
				add(prior{e.group, e.limit, e.rows, e.end(), e.line, e.dur}, same, ends && a.beginsApart(i, r))
				step(e)
			}
		}
		distance++
	}
	for i := a.s.priors.n - 1; i >= 0 && reads < lookback; i-- {
		p := a.s.priors.list[i]
		if !near(p.end) {
			return
		}
		reads++
		if !inBody(p.group) {
			add(p, false, ends)
			step(&event{group: p.group, line: p.line, start: p.end - int64(p.dur), dur: p.dur})
		}
		distance++
	}
}

func (r *request) apart(pause int64) bool { return pause >= max(apartFrom*r.gap, apartAtLeast) }

// beginsApart reports a pause at or shortly before event i.
func (a *search) beginsApart(i int, r *request) bool {
	for j := i; j > i-apartWithin; j-- {
		if j == 0 {
			return !a.s.piece
		}
		if r.apart(a.events[j].since(a.events[j-1].end())) {
			return true
		}
	}
	return false
}

// endsApart reports a pause right or shortly behind the loop.
func (a *search) endsApart(l *loop, r *request) bool {
	first := int(a.order[l.end-1]) + 1
	for j := first; j < first+apartWithin; j++ {
		if j == len(a.events) {
			return !a.cut
		}
		if r.apart(a.events[j].since(a.events[j-1].end())) {
			return true
		}
	}
	return false
}
