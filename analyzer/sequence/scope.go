package sequence

import (
	"math/bits"

	"github.com/apilint/apilint/analyzer/workload"
)

// event is an execution as a scope holds it.
type event struct {
	start, line    int64
	dur, exec      uint32 // µs with and without parse and bind
	group, context uint32
	session, input uint32
	unit, epoch    uint32 // change with every transaction and every hand-over of the session
	limit, rows    int32
	params         [workload.MaxParams]uint32
	values         uint8
	marks          marks
}

func (e *event) end() int64 { return e.start + int64(e.dur) }

// since is how long nothing ran before e when the last statement ended then.
func (e *event) since(end int64) int64 { return silence(end, e.start, e.end()) }

// silence is how long nothing ran between the end of one statement and the
// next, µs, never negative. A log that writes whole seconds (%t) tells when
// statements ended only to the second: the difference may be one too long, and
// a second's change is no pause.
func silence(last, start, end int64) int64 {
	pause := start - last
	if pause > 0 && last%second == 0 && end%second == 0 {
		pause -= second
	}
	return max(0, pause)
}

const second = 1_000_000 // µs

type marks uint16

const (
	markStatement   marks = 1 << iota
	markLoop              // can be in a loop: neither batched already nor a queue's poll
	markRead              // returned rows: a loop can walk them
	markKnown             // its parameters' values are known
	markCut               // of long values only the beginning
	markExtended          //
	markParallel          //
	markTransaction       // between BEGIN and its end
	markPiped             // shares its virtual transaction with the execution before, without BEGIN
	markTaken             // belongs to a loop of a narrower scope
	markSeen              // of a group: its marks are known
)

type scopeKind uint8

const (
	kindSession scopeKind = iota
	kindRequest
	kindTrace
	kindSpan
	kindPool
)

// scope is an open scope, or the current segment of a session.
type scope struct {
	kind         scopeKind
	id           uint32
	events       []event
	end          int64 // of the last statement, noise included
	spoke        int64 // of the last one that is none
	before       int64 // pause before the first event, 0 unknown
	pauses       histogram
	client       client
	unit, epoch  uint32
	vxid         uint32
	inTx, piece  bool // piece: the events before these were searched already
	priors       priors
	carry        *request // the loop that ran when the last piece was cut
	older, newer *scope
}

// prior is a statement of an earlier segment that returned rows.
type prior struct {
	group       uint32
	limit, rows int32
	end, line   int64
	dur         uint32
}

// lookback is how many statements before a loop may be its parent.
const lookback = 20

// priors are the last of them, oldest first.
type priors struct {
	list [lookback]prior
	n    int
}

func (p *priors) add(x prior) {
	if p.n == lookback {
		copy(p.list[:], p.list[1:])
		p.n--
	}
	p.list[p.n] = x
	p.n++
}

// histogram counts pauses by powers of two.
type histogram struct {
	counts [40]uint32
	total  uint32
}

func (h *histogram) add(us int64) {
	h.counts[min(bits.Len64(uint64(max(us, 0))), len(h.counts)-1)]++
	h.total++
}

// median returns the upper bound of the bucket that holds it, µs.
func (h *histogram) median() int64 {
	var seen uint32
	for i, n := range h.counts {
		if seen += n; n > 0 && 2*seen >= h.total {
			return 1<<i - 1
		}
	}
	return 0
}

// scope finds or opens a scope.
func (f *Finder) scope(kind scopeKind, id uint32) *scope {
	recent := &f.recent[uint8(id)]
	k := uint64(kind)<<32 | uint64(id)
	s := *recent
	if s == nil || s.kind != kind || s.id != id {
		s = f.scopes[k]
	}
	if s != nil {
		*recent = s
		if f.ring.older != s {
			f.unlink(s)
			f.link(s)
		}
		return s
	}
	if len(f.scopes) >= f.o.Scopes {
		f.drop(f.ring.newer)
	}
	if n := len(f.free); n > 0 {
		s, f.free = f.free[n-1], f.free[:n-1]
	} else {
		s = &scope{}
	}
	*s = scope{kind: kind, id: id, events: s.events[:0]}
	f.scopes[k], *recent = s, s
	f.link(s)
	return s
}

func (f *Finder) link(s *scope) {
	s.older, s.newer = f.ring.older, &f.ring
	s.older.newer, f.ring.older = s, s
}

func (f *Finder) unlink(s *scope) { s.older.newer, s.newer.older = s.newer, s.older }

// drop closes a scope for good.
func (f *Finder) drop(s *scope) {
	f.close(s)
	f.unlink(s)
	delete(f.scopes, uint64(s.kind)<<32|uint64(s.id))
	if f.last == s {
		f.last = nil
	}
	if recent := &f.recent[uint8(s.id)]; *recent == s {
		*recent = nil
	}
	if cap(s.events) > 64 {
		f.held -= cap(s.events)
		s.events = nil
	}
	if len(f.free) < 1024 {
		f.free = append(f.free, s)
	} else {
		f.held -= cap(s.events)
	}
}

// grow makes room for one more event, and closes the scopes that were unused
// for longest when all of them hold too much.
func (f *Finder) grow(s *scope) {
	n := min(max(16, 2*cap(s.events)), f.o.ScopeEvents)
	f.held += n - cap(s.events)
	s.events = append(make([]event, 0, n), s.events...)
	for f.held > f.o.Events && f.ring.newer != s {
		f.drop(f.ring.newer)
	}
}

// close searches what a scope holds and begins its next segment.
func (f *Finder) close(s *scope) {
	f.search.run(s, len(s.events), false)
	f.settle(s)
	s.remember(len(s.events))
	s.events, s.pauses, s.piece = s.events[:0], histogram{}, false
}

// cut searches the first part of a scope that is full, up to the longest pause
// in its second half; a loop that goes on after it is put together again.
func (f *Finder) cut(s *scope) {
	n := len(s.events)
	at, longest := n, int64(-1)
	for i := n / 2; i < n; i++ {
		if pause := s.events[i].since(s.events[i-1].end()); pause > longest {
			at, longest = i, pause
		}
	}
	if s.carry != nil {
		s.carry.goesOn = false // until this piece shows that it does
	}
	f.search.run(s, at, true)
	if s.carry != nil && !s.carry.goesOn {
		f.settle(s)
	}
	s.remember(at)
	s.events = s.events[:copy(s.events, s.events[at:])]
	s.piece = true
}

// remember keeps the parents that a later segment's loop may have.
func (s *scope) remember(n int) {
	if s.kind != kindSession && s.kind != kindPool {
		return
	}
	first, reads := n, 0
	for first > 0 && reads < lookback {
		first--
		if s.events[first].marks&markRead != 0 {
			reads++
		}
	}
	for i := first; i < n; i++ {
		if e := &s.events[i]; e.marks&markRead != 0 {
			s.priors.add(prior{group: e.group, limit: e.limit, rows: e.rows, end: e.end(), line: e.line, dur: e.dur})
		}
	}
}

// Candidates closes every open scope and returns the loops found, in a fixed
// order: by head, route, application, scope and enclosing loop.
func (f *Finder) Candidates() []Candidate {
	for f.ring.newer != &f.ring {
		f.drop(f.ring.newer)
	}
	return f.candidates()
}
