package sequence

import (
	"math"

	"github.com/apilint/apilint/analyzer/workload"
)

// Finder observes executions and keeps bounded candidates. It is used by one
// goroutine.
type Finder struct {
	o        Options
	clients  []client // by number of the context
	groups   []marks  // by number of the group: what all its executions have, and markSeen
	names    map[string]uint32
	pools    map[workload.Context]uint32 // bounded as contexts are
	texts    []string                    // of names
	scopes   map[uint64]*scope
	ring     scope // ring.newer is the scope unused for longest
	free     []*scope
	held     int // capacity of all open scopes' buffers
	last     *scope
	recent   [256]*scope // by the number's last byte; found without the map
	search   search
	kept     map[key]*found
	overflow int
}

// client is a context as far as it bounds loops.
type client struct {
	known            bool
	app, user, route uint32 // interned; 0 is unknown
}

// New returns an empty finder. It is to observe one aggregator.
func New(o Options) *Finder {
	f := &Finder{
		o: o.withDefaults(), names: map[string]uint32{"": 0}, texts: []string{""},
		pools: map[workload.Context]uint32{}, scopes: map[uint64]*scope{}, kept: map[key]*found{},
	}
	f.ring.newer, f.ring.older = &f.ring, &f.ring
	f.search.keep = f.keep
	return f
}

// Overflow counts the loops that were found but not kept because there were
// too many different ones.
func (f *Finder) Overflow() int { return f.overflow }

// Found counts the candidates so far: loops of scopes that have ended.
func (f *Finder) Found() int { return len(f.kept) }

// Observe implements [workload.Observer].
func (f *Finder) Observe(e *workload.Event, g *workload.Group, c *workload.Context) {
	marks := f.marksOf(e, g)
	kind, id := kindOf(e)
	if marks&markStatement == 0 && kind != kindSession {
		return
	}
	s := f.last
	if s == nil || s.kind != kind || s.id != id {
		s = f.scope(kind, id)
		f.last = s
	}
	f.take(s, e, marks, e.Flags, f.client(e.Context, c))
	if f.o.Pooled && kind == kindSession && marks&markStatement != 0 && !s.inTx {
		pool := f.scope(kindPool, f.pool(c))
		f.take(pool, e, marks, 0, f.client(e.Context, c))
	}
}

// pool numbers the clients whose sessions are looked at together.
func (f *Finder) pool(c *workload.Context) uint32 {
	var of workload.Context
	if c != nil {
		of = workload.Context{App: c.App, User: c.User, Database: c.Database, Route: c.Route}
	}
	n, ok := f.pools[of]
	if !ok {
		n = uint32(len(f.pools))
		f.pools[of] = n
	}
	return n
}

// take adds an execution to a scope; flags are what it does to the scope's
// transaction.
func (f *Finder) take(s *scope, e *workload.Event, marks marks, flags workload.Flags, cl client) {
	start, end := int64(0), int64(0)
	if e.Start != 0 {
		start, end = e.Start-int64(e.Bind), e.Start+e.Dur
	}
	if s.kind == kindSession || s.kind == kindPool {
		f.bounds(s, e, flags, start, cl)
	}
	if marks&markStatement == 0 {
		s.end = max(s.end, end)
		return
	}
	if len(s.events) >= f.o.ScopeEvents {
		f.cut(s)
	}
	if len(s.events) == cap(s.events) {
		f.grow(s)
		if f.last == nil && s.kind != kindPool { // making room closed other scopes, never this one
			f.last = s
		}
	}
	if len(s.events) > 0 {
		if start != 0 && s.end != 0 {
			s.pauses.add(silence(s.end, start, end))
		}
	} else if s.before = 0; start != 0 && s.spoke != 0 {
		s.before = max(1, silence(s.spoke, start, end))
	}
	s.end = max(s.end, end)
	s.spoke = s.end
	if s.inTx {
		marks |= markTransaction
	} else if marks&markExtended != 0 && e.Vxid != 0 && e.Vxid == s.vxid {
		marks |= markPiped
	}
	s.vxid = e.Vxid
	n := len(s.events)
	s.events = s.events[:n+1] // there is room
	at := &s.events[n]
	*at = event{}
	at.start, at.line = start, e.Line
	at.dur, at.exec = clamp(e.Dur+int64(e.Bind)), clamp(e.Dur-int64(e.Lock))
	at.group, at.context, at.session, at.input = e.Group, e.Context, e.Session, e.Input
	at.unit, at.epoch = s.unit, s.epoch
	at.limit, at.rows = number(e.Limit), number(e.Rows)
	at.values, at.marks = uint8(min(len(e.Params), workload.MaxParams)), marks
	for i := range at.values {
		at.params[i] = e.Params[i]
	}
}

// marksOf tells what an execution is to loops.
func (f *Finder) marksOf(e *workload.Event, g *workload.Group) marks {
	if e.Flags&workload.FlagNoise != 0 || e.Kind != workload.KindExecution || e.Flags&workload.FlagNested != 0 {
		return 0
	}
	for int(e.Group) >= len(f.groups) {
		f.groups = append(f.groups, 0)
	}
	m := f.groups[e.Group]
	if m == 0 {
		m = marksOfGroup(g) | markSeen
		f.groups[e.Group] = m
	}
	if m &^= markSeen; m == 0 {
		return 0
	}
	if e.Flags&workload.FlagParamsKnown != 0 {
		m |= markKnown
	}
	if e.Flags&workload.FlagParamsCut != 0 {
		m |= markCut
	}
	if e.Flags&workload.FlagExtended != 0 {
		m |= markExtended
	}
	if e.Flags&workload.FlagParallel != 0 {
		m |= markParallel
	}
	return m
}

// marksOfGroup tells it as far as the statement does.
func marksOfGroup(g *workload.Group) marks {
	var m marks
	switch g.Command {
	case workload.CommandSelect:
		m = markStatement | markRead
	case workload.CommandInsert, workload.CommandUpdate, workload.CommandDelete, workload.CommandMerge:
		m = markStatement
		if g.Traits&workload.TraitReturning != 0 {
			m |= markRead
		}
	default:
		return 0
	}
	if g.Traits&workload.TraitNoise != 0 {
		return 0
	}
	if g.Traits&(workload.TraitBatched|workload.TraitMultiRow|workload.TraitSkipLocked) == 0 {
		m |= markLoop
	}
	return m
}

// kindOf picks the narrowest scope that the input tells of.
func kindOf(e *workload.Event) (scopeKind, uint32) {
	switch {
	case e.Flags&workload.FlagTrace != 0 && e.Request != 0:
		return kindTrace, e.Request // all spans of a trace, searched span by span
	case e.Flags&workload.FlagTrace != 0:
		return kindSpan, e.Session
	case e.Request != 0:
		return kindRequest, e.Request
	}
	return kindSession, e.Session
}

// Limits of pauses within one segment of a session, µs.
const (
	shortPause = 250_000
	longPause  = 2_000_000
	idlePause  = 10_000_000 // in a transaction; then its COMMIT was not logged
)

// bounds applies what an event of a session says about where scopes end.
func (f *Finder) bounds(s *scope, e *workload.Event, flags workload.Flags, start int64, c client) {
	if start != 0 && s.end != 0 {
		switch pause := silence(s.end, start, e.Start+e.Dur); {
		case pause <= shortPause:
		case s.inTx && pause <= idlePause:
		case pause > longPause || pause > max(shortPause, 5*s.pauses.median()):
			f.close(s)
		}
	}
	if differ(s.client.app, c.app) || differ(s.client.user, c.user) || differ(s.client.route, c.route) {
		f.close(s)
		s.client = client{}
	}
	s.client = client{app: either(c.app, s.client.app), user: either(c.user, s.client.user), route: either(c.route, s.client.route)}
	const marks = workload.FlagBegin | workload.FlagEnd | workload.FlagReset
	if flags&marks == 0 {
		return
	}
	s.unit++
	switch {
	case flags&workload.FlagBegin != 0:
		s.inTx = true
	case flags&workload.FlagEnd != 0:
		s.inTx = false
	default:
		s.inTx = false
		s.epoch++
	}
}

func differ(a, b uint32) bool { return a != b && a != 0 && b != 0 }

func either(a, b uint32) uint32 {
	if a != 0 {
		return a
	}
	return b
}

// client returns what a context bounds.
func (f *Finder) client(n uint32, c *workload.Context) client {
	for int(n) >= len(f.clients) {
		f.clients = append(f.clients, client{})
	}
	k := &f.clients[n]
	if !k.known && c != nil {
		*k = client{known: true, app: f.name(c.App), user: f.name(c.User), route: f.name(c.Route)}
	}
	return *k
}

// name interns a text; as many as there are contexts, which are bounded.
func (f *Finder) name(s string) uint32 {
	n, ok := f.names[s]
	if !ok {
		n = uint32(len(f.texts))
		f.names[s] = n
		f.texts = append(f.texts, s)
	}
	return n
}

func clamp(us int64) uint32 { return uint32(min(max(us, 0), math.MaxUint32)) }

func number(n int64) int32 {
	if n < 0 {
		return -1
	}
	return int32(min(n, math.MaxInt32))
}
