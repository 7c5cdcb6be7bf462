package workload

import (
	"math"
	"slices"
	"strings"
)

// session is a session in flight: what its next records depend on.
type session struct {
	hash          uint64
	process       process
	elder, junior *session // of the same process
	number        uint32
	input         *Input // where its last record stood
	source        Source // of that input
	bind          uint32 // µs in parse and bind since the last execution
	wait          waited // of the statement that is running
	witness       witness
	pending       Event // log_statement's text, its duration is still to come
	hasPending    bool
	plans         []Event // auto_explain's, a duration line may still follow
	last          lastExecution
	cursors       []uint32 // groups of DECLAREs whose plans are still to come; bounded
	seen          bool     // a statement was seen
	gone          bool     // removed: whoever still points at it must look it up again
	older, newer  *session
}

// lastExecution is an execute whose plan may still follow: in the extended
// protocol auto_explain writes it when the portal ends, after the duration.
type lastExecution struct {
	group uint32
	dur   int64 // µs, continued fetches included
	open  bool
}

// ran notes an execution with its own duration; planned tells that its plan
// came before.
func (st *session) ran(e *Event, planned bool) {
	if e.Kind == KindFetch && st.last.open && st.last.group == e.Group {
		st.last.dur += e.Dur
		return
	}
	st.last = lastExecution{e.Group, e.Dur, e.Flags&FlagExtended != 0 && !planned}
}

// declared notes a DECLARE: auto_explain writes its plan when the cursor is
// closed.
func (st *session) declared(g *Group, group uint32) {
	if g.Command == CommandOther && len(g.Text) > len(declare) && strings.EqualFold(g.Text[:len(declare)], declare) && len(st.cursors) < 64 {
		st.cursors = append(st.cursors, group)
	}
}

const declare = "DECLARE "

// closes reports whether a plan is that of a cursor whose DECLARE was counted.
func (st *session) closes(e *Event) bool {
	i := slices.Index(st.cursors, e.Group)
	if i < 0 {
		return false
	}
	st.cursors = slices.Delete(st.cursors, i, i+1)
	return true
}

// takesPlan reports whether a plan belongs to the execution before it.
func (st *session) takesPlan(e *Event) bool {
	if !st.last.open || st.last.group != e.Group || e.Dur > st.last.dur {
		return false
	}
	st.last.open = false
	return true
}

// process is what a log calls a session: the number of its process, which comes
// again when that has ended, or an id of its own.
type process struct {
	server uint64 // its salt
	name   string
}

// sessions is a least recently used list by hash.
type sessions struct {
	limit     int
	m         map[uint64]*session
	byProcess map[process]*session
	ring      session // ring.newer is the oldest, ring.older the newest
}

func newSessions(limit int) sessions {
	return sessions{limit: limit, m: map[uint64]*session{}, byProcess: map[process]*session{}}
}

func (s *sessions) get(hash uint64) *session { return s.m[hash] }

func (s *sessions) init() {
	if s.ring.newer == nil {
		s.ring.newer, s.ring.older = &s.ring, &s.ring
	}
}

func (s *sessions) insert(st *session) {
	s.init()
	s.m[st.hash] = st
	if st.elder = s.byProcess[st.process]; st.elder != nil {
		st.elder.junior = st
	}
	s.byProcess[st.process] = st
	s.link(st)
}

func (s *sessions) link(st *session) {
	st.older, st.newer = s.ring.older, &s.ring
	st.older.newer, s.ring.older = st, st
}

func (s *sessions) touch(st *session) {
	if s.ring.older == st {
		return
	}
	st.older.newer, st.newer.older = st.newer, st.older
	s.link(st)
}

func (s *sessions) remove(st *session) {
	delete(s.m, st.hash)
	s.leave(st)
	st.older.newer, st.newer.older = st.newer, st.older
	st.gone = true
}

// leave takes a session out of those of its process.
func (s *sessions) leave(st *session) {
	switch {
	case st.junior != nil:
		st.junior.elder = st.elder
	case st.elder != nil:
		s.byProcess[st.process] = st.elder
	default:
		delete(s.byProcess, st.process)
	}
	if st.elder != nil {
		st.elder.junior = st.junior
	}
	st.elder, st.junior = nil, nil
}

// oldest returns the session that was not seen for the longest time, or nil.
func (s *sessions) oldest() *session {
	if s.ring.newer == nil || s.ring.newer == &s.ring {
		return nil
	}
	return s.ring.newer
}

// open begins a session, and evicts the oldest one when there are too many.
func (a *Aggregator) open(hash uint64, name string) *session {
	if len(a.sessions.m) >= a.limits.Sessions {
		st := a.sessions.oldest()
		a.close(st)
		a.sessions.remove(st)
		a.w.Evicted++
	}
	st := &session{hash: hash, process: process{a.salt(), name}, number: uint32(a.opened), input: a.input, source: a.source}
	a.opened++
	if len(a.w.names) < maxNames {
		a.w.names = append(a.w.names, name)
	}
	a.sessions.insert(st)
	return st
}

// close counts what a session leaves behind.
func (a *Aggregator) close(st *session) {
	a.flushPlans(st, st.input)
	if st.hasPending {
		st.input.Pending++
		st.hasPending = false
	}
	st.bind = 0
	st.wait = waited{}
	st.last = lastExecution{}
}

// take decides what an event is in the light of its session.
func (a *Aggregator) take(st *session, e *Event) {
	st.input, st.source = a.input, a.source
	switch e.Kind {
	case KindExecution, KindFetch:
		st.ran(e, a.dropPlans(st, e))
		st.hasPending = false
		st.wait.settle(e)
		var g *Group
		if e.Group != noGroup {
			g = a.w.Groups[e.Group]
			st.declared(g, e.Group)
		}
		if g != nil && st.bind|e.Lock != 0 { // the worker did not know what came before
			t := g.Totals.Own(st.source)
			t.PlanUS += int64(st.bind)
			t.LockUS += int64(e.Lock)
		}
		if a.source == SourceLog {
			st.witness.execution(&a.input.Sampling, e, g)
		}
		e.Bind = sum32(e.Bind, int64(st.bind))
		a.emit(st, e)
	case KindParse, KindBind:
		st.bind = sum32(st.bind, e.Dur)
		st.wait.planned(e)
		if a.source == SourceLog {
			st.witness.step(&a.input.Sampling, e)
		}
	case KindPending:
		a.flushPlans(st, a.input)
		if st.hasPending {
			a.input.Pending++
		}
		st.pending, st.hasPending = *e, true
		st.pending.Params = append([]uint32(nil), e.Params...) // the block's arena is reused
	case KindBare:
		a.bare(st, e)
	case KindPlan:
		if e.Flags&FlagNested != 0 {
			a.input.Nested++
			if e.Group != noGroup {
				t := a.w.Groups[e.Group].Totals.Own(a.source)
				t.Nested++
			}
			return
		}
		if st.takesPlan(e) || st.closes(e) {
			return
		}
		// A batch of the simple protocol has one plan per statement, each with
		// the whole batch as its text; those of another text stand alone.
		if len(st.plans) > 0 && st.plans[0].Group != e.Group || len(st.plans) >= 64 {
			a.flushPlans(st, a.input)
		}
		p := *e
		st.wait.settle(&p)
		p.Params = append([]uint32(nil), e.Params...)
		st.plans = append(st.plans, p)
	case KindError:
		a.flushPlans(st, a.input)
		st.hasPending, st.bind = false, 0
		st.wait = waited{}
		st.witness.failed(e)
	case KindWait:
		st.wait.add(e)
	case KindConnect, KindDisconnect: // what identifies a session is used again
		if a.source == SourceLog {
			a.ended(st.process)
		} else {
			a.close(st)
			a.sessions.remove(st)
		}
	}
}

// ended closes the sessions of a process: one that connects has no user yet.
func (a *Aggregator) ended(p process) {
	for st := a.sessions.byProcess[p]; st != nil; st = a.sessions.byProcess[p] {
		a.close(st)
		a.sessions.remove(st)
	}
}

// sum32 adds without going round.
func sum32(a uint32, b int64) uint32 {
	return uint32(min(int64(a)+max(b, 0), math.MaxUint32))
}

// bare pairs a duration with the statement that was logged before it.
func (a *Aggregator) bare(st *session, e *Event) {
	if !st.hasPending {
		a.input.Bare++
		st.bind = sum32(st.bind, e.Dur) // it was a parse or bind
		st.wait.planned(e)
		return
	}
	p := st.pending
	st.hasPending = false
	p.Dur = e.Dur
	if e.Start != 0 {
		p.Start = e.Start // the bare line stands at the end
	}
	if p.Kind = KindExecution; p.Flags&flagFetch != 0 {
		p.Kind = KindFetch
		p.Flags &^= flagFetch
	}
	st.ran(&p, a.dropPlans(st, &p))
	if p.Group != noGroup {
		st.declared(a.w.Groups[p.Group], p.Group)
	}
	st.wait.settle(&p)
	a.execution(st, &p, a.input)
}

// flagFetch marks a pending execute fetch; only readers and the aggregator see
// it.
const flagFetch Flags = 1 << 15

// FlagPendingFetch is set by a reader on a [KindPending] event that continues a
// portal.
const FlagPendingFetch = flagFetch

// execution counts an execution that only order could tell.
func (a *Aggregator) execution(st *session, e *Event, in *Input) {
	in.Coverage.execution(e)
	e.Bind = sum32(e.Bind, int64(st.bind))
	if e.Group != noGroup {
		a.w.Groups[e.Group].Totals.Own(st.source).observe(e)
	}
	a.emit(st, e)
}

// dropPlans forgets plans that the duration line e belongs to: the same text,
// and no longer than it. Others were executions of their own. It reports whether
// there were some that belonged to e.
func (a *Aggregator) dropPlans(st *session, e *Event) bool {
	if len(st.plans) == 0 {
		return false
	}
	if st.plans[0].Group == e.Group && st.plans[len(st.plans)-1].Dur <= e.Dur {
		for i := range st.plans {
			e.Lock = sum32(e.Lock, int64(st.plans[i].Lock))
		}
		st.plans = st.plans[:0]
		return true
	}
	a.flushPlans(st, a.input)
	return false
}

// flushPlans turns plans without a duration line into executions.
func (a *Aggregator) flushPlans(st *session, in *Input) {
	for i := range st.plans {
		p := &st.plans[i]
		p.Kind = KindExecution
		a.execution(st, p, in)
	}
	st.plans = st.plans[:0]
}

// emit shows an execution to the observers.
func (a *Aggregator) emit(st *session, e *Event) {
	st.bind = 0
	if !st.seen {
		st.seen = true
		a.w.Sessions++
	}
	if e.Group == noGroup {
		return
	}
	g := a.w.Groups[e.Group]
	if e.Context != 0 {
		g.addContext(e.Context)
	}
	for _, o := range a.observers {
		o.Observe(e, g, &a.w.Contexts[e.Context])
	}
}

// MaxContexts is how many contexts a group keeps.
const MaxContexts = 8

// addContext keeps the first contexts of a group.
func (g *Group) addContext(c uint32) {
	for _, have := range g.Contexts {
		if have == c {
			return
		}
	}
	if len(g.Contexts) < MaxContexts {
		g.Contexts = append(g.Contexts, c)
	}
}
