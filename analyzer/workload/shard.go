package workload

import (
	"slices"
	"time"
	"unicode/utf8"
)

// Observation is one record as a reader hands it to a worker. Its slices are
// valid during the call only.
type Observation struct {
	Event           // Input, Group, Session and Context are filled in by the worker and the aggregator
	Key      uint64 // lexical key, database included; only of kinds with a text
	Text     []byte
	Command  Command
	Traits   Traits
	Session  uint64 // hash of what identifies the session
	Name     []byte // the session as the log writes it
	Context  uint64 // hash of Client; 0 unknown
	Client   func() Context
	Values   func() (values []string, nulls []bool) // of the parameters, for a sample; nil unknown
	Position int64                                  // byte offset in the input, or any number that grows with the order
	LeadWild uint8                                  // bit i: the value of parameter i+1 began with % or _
	HasText  bool
}

// Worker reads blocks of one input. Groups, sessions and contexts keep their
// local numbers from block to block; what does not depend on order (sums,
// sketches, samples) stays in the worker until [Aggregator.Collect].
type Worker struct {
	source   Source
	limit    int
	groups   []*localGroup
	byKey    numbered
	sessions *names
	contexts []Context
	byClient numbered
	client   numberOfHash // of the last record: the next one often has the same
	shard    *Shard
}

type numberOfHash struct {
	hash   uint64
	number uint32
}

// localGroup is what one worker knows of a group: see [Group].
type localGroup struct {
	key      uint64
	database string
	text     string
	command  Command
	traits   Traits
	topLevel bool
	counts   counts
	latency  latency
	from, to int64        // µs, when its executions ended; 0 unknown
	params   *knownParams // nil: none was logged
	samples  samples
}

// names are the sessions that a worker has met, by hash. When there are many it
// is replaced by an empty one, so that it does not grow with the input.
type names struct {
	byHash numbered
	hashes []uint64
	texts  []string
}

const maxLocalSessions = 1 << 16

// noGroup marks an event without a group, or one whose group the worker had no
// room for; the aggregator looks it up by its key then.
const noGroup = ^uint32(0)

// Shard is what one block of input was read into: its events in file order.
type Shard struct {
	Coverage
	worker   *Worker
	events   []packed
	rare     []rare
	late     []lateText
	arena    []uint32      // parameters of the events
	groups   []*localGroup // the worker's, as many as existed when the block ended
	contexts []Context
	names    *names
	hashes   []uint64
	texts    []string
}

// packed is an [Event] as a shard holds it: as small as it gets, and without
// pointers.
type packed struct {
	start, dur, line int64
	group, session   uint32 // the worker's
	context          uint32 // likewise
	vxid, request    uint32
	params           uint32 // where they begin in the arena
	rare             uint32 // 1 + place in the shard's list; 0 none
	flags            Flags
	kind             Kind
	values           uint8 // how many parameters
}

// rare are the numbers that few events have.
type rare struct {
	rows, limit, offset int64
	bind, lock          uint32
}

// unpack writes an event of the shard into e, with its worker's numbers. Params
// is valid until the shard is reused.
func (s *Shard) unpack(p *packed, e *Event) {
	e.Start, e.Dur, e.Line = p.start, p.dur, p.line
	e.Group, e.Session, e.Context = p.group, p.session, p.context
	e.Vxid, e.Request, e.Flags, e.Kind = p.vxid, p.request, p.flags, p.kind
	e.Params = s.arena[p.params : p.params+uint32(p.values) : p.params+uint32(p.values)]
	if p.rare == 0 {
		e.Rows, e.Limit, e.Offset, e.Bind, e.Lock = None, None, None, 0, 0
		return
	}
	r := &s.rare[p.rare-1]
	e.Rows, e.Limit, e.Offset, e.Bind, e.Lock = r.rows, r.limit, r.offset, r.bind, r.lock
}

// lateText is an event that the worker had no room for.
type lateText struct {
	event int
	key   uint64
	wild  uint8
}

// NewWorker returns a worker for blocks of one input.
func (a *Aggregator) NewWorker(s Source) *Worker {
	return &Worker{
		contexts: []Context{{}}, // 0: unknown, or one too many
		source:   s, limit: a.limits.Groups, byKey: newNumbered(),
		sessions: newNames(), byClient: newNumbered(),
	}
}

func newNames() *names { return &names{byHash: newNumbered()} }

// Begin starts a block; reuse may be a shard that was merged, or nil.
func (w *Worker) Begin(reuse *Shard) {
	if reuse == nil {
		reuse = &Shard{}
	}
	*reuse = Shard{worker: w, events: reuse.events[:0], rare: reuse.rare[:0], arena: reuse.arena[:0], late: reuse.late[:0]}
	w.shard = reuse
	if len(w.sessions.hashes) > maxLocalSessions {
		w.sessions = newNames()
	}
}

// Coverage of the block that is being read.
func (w *Worker) Coverage() *Coverage { return &w.shard.Coverage }

// End finishes the block and returns its shard.
func (w *Worker) End() *Shard {
	s := w.shard
	s.groups, s.contexts = w.groups, w.contexts
	s.names, s.hashes, s.texts = w.sessions, w.sessions.hashes, w.sessions.texts
	w.shard = nil
	return s
}

// Add takes one record.
func (w *Worker) Add(o *Observation) {
	s := w.shard
	n := len(s.events)
	if n == cap(s.events) {
		s.events = slices.Grow(s.events, 1)
	}
	s.events = s.events[:n+1]
	e := &s.events[n] // what was there before is written over, each field by itself: a copy of all would wait for them
	e.start, e.dur, e.line = o.Start, o.Dur, o.Line
	e.session, e.group, e.vxid, e.request, e.rare = w.session(o), noGroup, o.Vxid, o.Request, 0
	e.flags, e.kind = o.Flags, o.Kind
	e.params, e.values = uint32(len(s.arena)), uint8(min(len(o.Params), MaxParams))
	if o.Context != w.client.hash {
		w.client = numberOfHash{o.Context, w.context(o)}
	}
	e.context = w.client.number
	s.arena = append(s.arena, o.Params[:e.values]...)
	if o.Rows&o.Limit&o.Offset != None || o.Bind|o.Lock != 0 {
		s.rare = append(s.rare, rare{o.Rows, o.Limit, o.Offset, o.Bind, o.Lock})
		e.rare = uint32(len(s.rare))
	}
	if o.HasText {
		if g, ok := w.groupOf(o); ok {
			e.group = g
			w.groups[g].observe(o)
		} else {
			s.late = append(s.late, lateText{len(s.events) - 1, o.Key, o.LeadWild})
		}
	}
	if o.Kind == KindExecution || o.Kind == KindFetch {
		s.execution(&o.Event)
	}
}

// execution counts a final execution.
func (c *Coverage) execution(e *Event) {
	if c.Executions == 0 || e.Dur < c.MinUS {
		c.MinUS = e.Dur
	}
	c.Executions++
	if e.Kind == KindFetch {
		c.Fetches++
	}
	c.ExecUS += e.Dur
	c.MaxUS = max(c.MaxUS, e.Dur)
}

func (w *Worker) session(o *Observation) uint32 {
	n, ok := w.sessions.byHash.get(o.Session)
	if !ok {
		n = uint32(len(w.sessions.hashes))
		w.sessions.byHash.put(o.Session, n)
		w.sessions.hashes = append(w.sessions.hashes, o.Session)
		w.sessions.texts = append(w.sessions.texts, Text(o.Name))
	}
	return n
}

const maxContexts = 1 << 16

func (w *Worker) context(o *Observation) uint32 {
	n, ok := w.byClient.get(o.Context)
	if !ok {
		if len(w.contexts) >= maxContexts {
			return 0
		}
		n = uint32(len(w.contexts))
		w.byClient.put(o.Context, n)
		var c Context
		if o.Client != nil {
			c = o.Client()
		}
		w.contexts = append(w.contexts, c)
	}
	return n
}

func (w *Worker) groupOf(o *Observation) (uint32, bool) {
	n, ok := w.byKey.get(o.Key)
	if ok {
		return n, true
	}
	if len(w.groups) >= w.limit {
		return 0, false
	}
	n = uint32(len(w.groups))
	w.byKey.put(o.Key, n)
	g := &localGroup{key: o.Key, text: Text(o.Text), command: o.Command, traits: o.Traits}
	if o.Client != nil {
		g.database = o.Client().Database
	}
	w.groups = append(w.groups, g)
	return n, true
}

// observe folds what does not depend on order.
func (g *localGroup) observe(o *Observation) {
	g.topLevel = g.topLevel || o.Flags&FlagNested == 0
	switch o.Kind {
	case KindExecution, KindFetch:
		g.counts.count(&o.Event)
		if o.Kind == KindExecution {
			g.latency.add(o.Dur)
		}
		if o.Start != 0 {
			end := o.Start + o.Dur
			if g.from == 0 || end < g.from {
				g.from = end
			}
			if g.to == 0 || end > g.to {
				g.to = end
			}
		}
	case KindPending, KindPlan: // counted by the aggregator, if at all
	default:
		return
	}
	if o.Known() {
		if g.params == nil {
			g.params = &knownParams{}
		}
		g.params.add(&o.Event, o.LeadWild)
	}
	g.samples.offer(o, g.text)
}

// addTo adds what observe counted to totals.
func (g *localGroup) addTo(t *Totals) {
	t.addCounts(&g.counts)
	t.addLatency(g.latency.fold())
	if g.from != 0 {
		t.span(g.from, g.to)
	}
}

// knownParams are LeadingWild and ParamsSeen of a [Group].
type knownParams struct {
	leadingWild [MaxParams]int64
	seen        int64
}

// add counts an execution whose parameters were logged; bit i of wild: the
// value of parameter i+1 began with a wildcard.
func (p *knownParams) add(e *Event, wild uint8) {
	if !e.Known() {
		return
	}
	p.seen++
	for i := 0; wild>>i != 0; i++ {
		p.leadingWild[i] += int64(wild >> i & 1)
	}
}

// addKnown adds to what is known of a group's parameters.
func (g *Group) addKnown(p *knownParams) {
	g.ParamsSeen += p.seen
	for i, n := range p.leadingWild {
		g.LeadingWild[i] += n
	}
}

// observe counts one final execution.
func (t *Totals) observe(e *Event) {
	var c counts
	c.count(e)
	t.addCounts(&c)
	if e.Kind != KindFetch {
		if t.Latency == nil {
			t.Latency = newSketch()
		}
		_ = t.Latency.Add(milliseconds(e.Dur))
	}
	if e.Start != 0 {
		end := e.Start + e.Dur
		t.span(end, end)
	}
}

// counts are the numbers of [Totals] that need neither order nor time.
type counts struct {
	calls, fetches, exec, plan, lock, longest, rows int64
	hasRows                                         bool
}

func (c *counts) count(e *Event) {
	if e.Kind == KindFetch {
		c.fetches++
	} else {
		c.calls++
	}
	c.exec += e.Dur
	c.plan += int64(e.Bind)
	c.lock += int64(e.Lock)
	c.longest = max(c.longest, e.Dur)
	if e.Rows != None {
		c.rows += e.Rows
		c.hasRows = true
	}
}

func (t *Totals) addCounts(c *counts) {
	t.Calls += c.calls
	t.Fetches += c.fetches
	t.ExecUS += c.exec
	t.PlanUS += c.plan
	t.LockUS += c.lock
	t.MaxUS = max(t.MaxUS, c.longest)
	t.Rows += c.rows
	t.HasRows = t.HasRows || c.hasRows
}

// span widens the time between the first and the last execution, µs.
func (t *Totals) span(from, to int64) {
	if first := time.UnixMicro(from).UTC(); t.From.IsZero() || first.Before(t.From) {
		t.From = first
	}
	if last := time.UnixMicro(to).UTC(); last.After(t.To) {
		t.To = last
	}
}

// Text copies bytes of a log. A server writes its log in the encoding of each
// database: what is no UTF-8 is read as Windows-1252.
func Text(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	runes := make([]rune, 0, len(b))
	for _, c := range b {
		if c >= 0x80 && c < 0xa0 {
			runes = append(runes, windows1252[c-0x80])
			continue
		}
		runes = append(runes, rune(c))
	}
	return string(runes)
}

// windows1252 is the code page's part that differs from ISO 8859-1; the five
// unassigned bytes are U+FFFD.
var windows1252 = [32]rune{
	0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd,
	0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178,
}
