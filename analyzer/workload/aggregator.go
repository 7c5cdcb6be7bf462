package workload

import (
	"strings"
	"time"
)

// Limits bound what an [Aggregator] holds. The zero value is right.
type Limits struct {
	Groups   int // distinct statements; default 100,000
	Sessions int // sessions in flight; default 10,000
}

// maxNames is how many sessions keep their name for evidence.
const maxNames = 200_000

// Aggregator folds shards in the order of the input. It is used by one
// goroutine.
type Aggregator struct {
	limits    Limits
	observers []Observer
	w         *Workload
	byKey     map[uint64]uint32
	samples   []samples // beside w.Groups
	contexts  map[Context]uint32
	sessions  sessions
	maps      map[*Worker]*numbers
	input     *Input
	number    uint32 // of input
	source    Source
	servers   []*server
	server    *server // that wrote input; nil unknown
	opened    int     // sessions so far
	before    int     // sessions of the inputs before this one
	folded    int     // group of what --max-groups folded, -1 none
	counted   int     // rows of w.Statistics
	event     Event   // that is being merged
}

// numbers map a worker's local numbers to global ones.
type numbers struct {
	groups   []uint32
	contexts []uint32
	names    *names
	sessions []*session
}

// NewAggregator returns an empty aggregator; every execution is shown to each
// observer in order.
func NewAggregator(l Limits, observers ...Observer) *Aggregator {
	if l.Groups <= 0 {
		l.Groups = 100_000
	}
	if l.Sessions <= 0 {
		l.Sessions = 10_000
	}
	return &Aggregator{
		limits: l, observers: observers, folded: -1,
		w:     &Workload{Contexts: []Context{{}}},
		byKey: map[uint64]uint32{}, contexts: map[Context]uint32{{}: 0},
		sessions: newSessions(l.Sessions), maps: map[*Worker]*numbers{},
	}
}

// Input begins an input; what is merged or counted until the next call belongs
// to it. The caller fills in's description, the aggregator its coverage.
func (a *Aggregator) Input(in *Input, s Source) uint32 {
	a.w.Inputs = append(a.w.Inputs, in)
	a.server, a.before = nil, a.opened
	a.input, a.number, a.source = in, uint32(len(a.w.Inputs)-1), s
	return a.number
}

// Merge takes the next shard in file order. The shard can be reused afterwards.
func (a *Aggregator) Merge(s *Shard) {
	m := a.maps[s.worker]
	if m == nil {
		m = &numbers{}
		a.maps[s.worker] = m
	}
	if m.names != s.names {
		m.names, m.sessions = s.names, m.sessions[:0]
	}
	for len(m.sessions) < len(s.hashes) {
		m.sessions = append(m.sessions, nil)
	}
	for len(m.groups) < len(s.groups) {
		m.groups = append(m.groups, noGroup)
	}
	for i := len(m.contexts); i < len(s.contexts); i++ {
		m.contexts = append(m.contexts, a.context(s.contexts[i]))
	}
	a.serve(s)
	late := s.late
	e := &a.event
	for i := range s.events {
		p := &s.events[i]
		s.unpack(p, e)
		st := m.sessions[p.session]
		if st == nil || st.gone {
			hash := s.hashes[p.session] ^ a.salt()
			st = a.sessions.get(hash)
			if st == nil {
				st = a.open(hash, s.texts[p.session])
			}
			m.sessions[p.session] = st
		}
		a.sessions.touch(st)
		e.Session, e.Input = st.number, a.number
		if int(e.Context) < len(m.contexts) {
			e.Context = m.contexts[e.Context]
		}
		switch {
		case len(late) > 0 && late[0].event == i:
			e.Group = a.late(&late[0], e)
			late = late[1:]
		case e.Group != noGroup:
			g := m.groups[e.Group]
			if g == noGroup {
				g = a.group(s.groups[e.Group])
				m.groups[e.Group] = g
			}
			e.Group = g
		}
		a.take(st, e)
	}
	a.input.Coverage.Add(&s.Coverage)
}

// group returns the global number of a worker's group.
func (a *Aggregator) group(l *localGroup) uint32 {
	if n, ok := a.byKey[l.key]; ok {
		return n
	}
	if len(a.w.Groups) >= a.limits.Groups {
		return a.foldedGroup()
	}
	return a.newGroup(&Group{Key: l.key, Database: l.database, Text: l.text, Command: l.command, Traits: l.traits})
}

func (a *Aggregator) newGroup(g *Group) uint32 {
	n := uint32(len(a.w.Groups))
	a.byKey[g.Key] = n
	g.several = strings.Contains(strings.TrimRight(g.Text, "; \t\r\n"), ";")
	a.w.Groups = append(a.w.Groups, g)
	a.samples = append(a.samples, samples{})
	return n
}

// foldedGroup is where executions go when there are too many groups.
func (a *Aggregator) foldedGroup() uint32 {
	if a.folded < 0 {
		a.folded = int(a.newGroup(&Group{Key: 0, Text: "", Command: CommandEmpty, Traits: TraitNoise}))
	}
	return uint32(a.folded)
}

// late finds the group of an event that its worker had no room for, and counts
// it there. Only its sample is lost.
func (a *Aggregator) late(l *lateText, e *Event) uint32 {
	n, ok := a.byKey[l.key]
	if !ok {
		n = a.foldedGroup()
	}
	g := a.w.Groups[n]
	final := e.Kind == KindExecution || e.Kind == KindFetch
	if final {
		g.Totals.Own(a.source).observe(e)
	}
	if !ok {
		if e.Kind == KindExecution {
			a.w.Folded++
		}
		return n
	}
	g.TopLevel = g.TopLevel || e.Flags&FlagNested == 0
	if final || e.Kind == KindPending || e.Kind == KindPlan {
		var p knownParams
		p.add(e, l.wild)
		g.addKnown(&p)
	}
	return n
}

func (a *Aggregator) context(c Context) uint32 {
	if n, ok := a.contexts[c]; ok {
		return n
	}
	if len(a.w.Contexts) >= maxContexts {
		return 0
	}
	n := uint32(len(a.w.Contexts))
	a.contexts[c] = n
	a.w.Contexts = append(a.w.Contexts, c)
	return n
}

// Collect takes what a worker folded by itself; it is called once per worker,
// after its last shard was merged.
func (a *Aggregator) Collect(w *Worker) {
	for i, l := range w.groups {
		w.groups[i] = nil // as soon as it is not needed any more
		n, ok := a.byKey[l.key]
		if !ok {
			if l.counts == (counts{}) {
				continue
			}
			n = a.foldedGroup()
			a.w.Folded += l.counts.calls
		}
		g := a.w.Groups[n]
		if l.counts != (counts{}) {
			l.addTo(g.Totals.Own(w.source))
		}
		if int(n) == a.folded {
			continue
		}
		g.TopLevel = g.TopLevel || l.topLevel
		if l.params != nil {
			g.addKnown(l.params)
		}
		a.samples[n].merge(&l.samples)
	}
	delete(a.maps, w)
}

// Counter is a row of accumulated numbers: pg_stat_statements, or a statement
// of a .sql file with its weight.
type Counter struct {
	Key      uint64
	Database string
	Users    []string // who ran it; "" somebody unknown
	Text     string
	Command  Command
	Traits   Traits
	Totals   Totals
	TopLevel bool
	Ref      SourceRef
	Parts    []CounterPart // of pg_stat_statements, see [Aggregator.Statistics]
}

// Count folds a counter into its group.
func (a *Aggregator) Count(c *Counter) {
	n, ok := a.byKey[c.Key]
	if !ok {
		if len(a.w.Groups) >= a.limits.Groups {
			n = a.foldedGroup()
			a.w.Folded += c.Totals.Calls
		} else {
			n = a.newGroup(&Group{Key: c.Key, Database: c.Database, Text: c.Text, Command: c.Command, Traits: c.Traits})
		}
	}
	g := a.w.Groups[n]
	g.TopLevel = g.TopLevel || c.TopLevel
	g.Totals.Own(a.source).Add(&c.Totals)
	a.rows(n, c)
	for _, user := range c.Users {
		g.addContext(a.context(Context{User: user, Database: c.Database}))
	}
	if c.Ref.Path != "" && len(g.Refs) < 16 {
		g.Refs = append(g.Refs, c.Ref)
	}
}

// Workload ends the input and returns what was folded.
func (a *Aggregator) Workload() *Workload {
	for st := a.sessions.oldest(); st != nil; st = a.sessions.oldest() {
		a.close(st)
		a.sessions.remove(st)
	}
	for i, g := range a.w.Groups {
		g.Samples = a.samples[i].list()
	}
	for _, in := range a.w.Inputs {
		a.span(in.From, in.To)
	}
	return a.w
}

func (a *Aggregator) span(from, to time.Time) {
	if !from.IsZero() && (a.w.From.IsZero() || from.Before(a.w.From)) {
		a.w.From = from
	}
	if to.After(a.w.To) {
		a.w.To = to
	}
}

// Session returns the name of session n as the log wrote it, "" when there
// were too many to keep.
func (w *Workload) Session(n uint32) string {
	if int(n) < len(w.names) {
		return w.names[n]
	}
	return ""
}
