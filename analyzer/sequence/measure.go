package sequence

import (
	"github.com/apilint/apilint/analyzer/workload"
)

// request is one loop as it was measured.
type request struct {
	head, under uint32
	scope       Scope
	context     uint32
	client      client
	evidence    Evidence
	start       event // the first
	trace       bool
	extended    bool
	between     bool
	untimed     bool

	iterations        int
	wall, busy        int64
	gap, maxGap       int64
	quiet, share      float64
	executions, exec  int64
	piped, parallel   int
	body              [maxBody]measured
	members           int // of body; the first is the head
	parents           [lookback]before
	nParents          int
	steps             [maxSteps]Step
	nSteps            int
	continues, goesOn bool // the scope was cut before and behind it
}

// measured is a member of the body in one request.
type measured struct {
	group             uint32
	count             int
	exec              int64
	distinct          int // -1 unknown
	varying           uint8
	nested, irregular bool
}

const (
	enough     = 1e6 // quieter than anything that can be measured
	shortestUS = 100 // pauses below are noise of the clock
)

// measure measures a loop. The result is valid until the next call.
func (a *search) measure(l *loop) *request {
	r := &a.request
	*r = request{under: l.under, between: l.between, scope: l.scope, members: 1 + len(l.members)}
	first := a.at(int(l.heads[0]))
	r.head, r.context, r.iterations = first.group, first.context, len(l.heads)
	r.client = a.s.client
	r.start = *first
	r.trace = a.s.kind == kindTrace || a.s.kind == kindSpan
	r.extended = first.marks&markExtended != 0
	r.evidence = Evidence{Input: first.input, Session: first.session, Line: first.line}
	if first.start != 0 {
		r.evidence.Time = first.start
	}
	r.body[0] = measured{group: first.group}
	for i, m := range l.members {
		r.body[i+1] = measured{group: m.group, nested: m.nested, irregular: m.irregular}
	}

	a.pauses = a.pauses[:0]
	var end int64 // of the body's last statement
	head := 0
	for i := int(l.heads[0]); i < l.end; i++ {
		isHead := head < len(l.heads) && int(l.heads[head]) == i
		m := r.memberOf(a.group[i], isHead)
		if m == nil {
			continue
		}
		e := a.at(i)
		if isHead {
			if head++; head > 1 {
				a.pauses = append(a.pauses, e.since(end))
			}
		}
		m.count++
		if r.nSteps < maxOwnSteps {
			r.steps[r.nSteps] = Step{Group: e.group, Line: e.line, AtUS: e.start - first.start, DurUS: int64(e.dur)}
			r.nSteps++
		}
		m.exec += int64(e.exec)
		r.executions++
		r.exec += int64(e.exec)
		r.busy += int64(e.dur)
		if e.marks&markPiped != 0 {
			r.piped++
		}
		if e.marks&markParallel != 0 {
			r.parallel++
		}
		end = max(end, e.end())
	}
	if r.untimed = first.start == 0 || first.end()%second == 0 && end%second == 0; !r.untimed {
		r.wall = max(0, end-first.start)
	}
	for _, p := range a.pauses {
		r.maxGap = max(r.maxGap, p)
	}
	r.gap = median(a.pauses)
	r.share = float64(r.executions) / float64(l.end-int(l.heads[0]))
	r.quiet = a.quiet(l, r, end)
	for i := range r.members {
		a.distinct(l, &r.body[i])
	}
	a.parents(l, r)
	return r
}

// maxOwnSteps of a request's loop are shown, and the parents before it.
const (
	maxOwnSteps = 16
	maxSteps    = 24
)

// memberOf returns the member that an execution of the loop belongs to. The
// head's group outside of the heads is none.
func (r *request) memberOf(group uint32, isHead bool) *measured {
	if isHead {
		return &r.body[0]
	}
	for i := 1; i < r.members; i++ {
		if r.body[i].group == group {
			return &r.body[i]
		}
	}
	return nil
}

// distinct counts the parameter tuples of a member and finds the parameters
// that vary.
func (a *search) distinct(l *loop, m *measured) {
	a.tuples.reset(m.count)
	var first *event
	cut := false
	for i := int(l.heads[0]); i < l.end; i++ {
		if a.group[i] != m.group {
			continue
		}
		e := a.at(i)
		cut = cut || e.marks&markCut != 0
		if e.marks&markKnown == 0 {
			m.distinct, m.varying = -1, 0
			return
		}
		h := uint64(e.values) + 1
		for _, v := range e.params[:e.values] {
			h = (h ^ uint64(v)) * 0x9e3779b97f4a7c15
			h ^= h >> 29
		}
		if a.tuples.add(h) {
			m.distinct++
		}
		if first == nil {
			first = e
			continue
		}
		for j := range min(e.values, first.values) {
			if e.params[j] != first.params[j] {
				m.varying |= 1 << j
			}
		}
	}
	if cut && m.distinct <= 2 {
		m.distinct, m.varying = -1, 0 // values that begin alike may differ where they were cut
	}
}

// A request is set apart by a pause of this many times those within the loop,
// at most this many statements before its parent and behind the loop.
const (
	apartFrom    = 4
	apartWithin  = 4
	apartAtLeast = 2 * shortestUS
)

// tuples is a set of hashes that is emptied without being cleared.
type tuples struct {
	slots []struct {
		hash  uint64
		stamp uint32
	}
	stamp uint32
}

func (t *tuples) reset(n int) {
	size := 16
	for size < 2*n {
		size *= 2
	}
	if size > len(t.slots) {
		t.slots = make([]struct {
			hash  uint64
			stamp uint32
		}, size)
		t.stamp = 0
	}
	t.stamp++
}

// add reports whether the hash is new.
func (t *tuples) add(h uint64) bool {
	mask := uint64(len(t.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		s := &t.slots[i]
		if s.stamp != t.stamp {
			s.hash, s.stamp = h, t.stamp
			return true
		}
		if s.hash == h {
			return false
		}
	}
}

// median returns the median of v, which it reorders: quickselect with the
// middle as pivot, so that the same input takes the same steps.
func median(v []int64) int64 {
	if len(v) == 0 {
		return 0
	}
	k, lo, hi := len(v)/2, 0, len(v)-1
	for lo < hi {
		pivot := v[lo+(hi-lo)/2]
		i, j := lo, hi
		for i <= j {
			for v[i] < pivot {
				i++
			}
			for v[j] > pivot {
				j--
			}
			if i <= j {
				v[i], v[j] = v[j], v[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			hi = j
		case k >= i:
			lo = i
		default:
			return v[k]
		}
	}
	return v[k]
}

const _ = uint(8 - workload.MaxParams) // varying has a bit for each
