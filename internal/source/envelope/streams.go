package envelope

// streams puts together what each writer wrote: the lines of several pods,
// containers or processes lie between each other. As soon as there are two that
// write a PostgreSQL log, a record is held until its writer begins the next
// one; records come out in the order in which they began. Writers that never
// write one are left out.
type streams struct {
	grammar Grammar
	out     *output
	left    *leftover
	longest int
	several bool // there are writers that write no log
	byKey   map[string]*stream
	limit   int     // of byKey: at most twice the writers of the last maxHeldTime lines
	writers int     // of a log
	last    *stream // that wrote the last line
	held    []*held // in the order of their beginnings
	free    []*held
	size    int // bytes that are held
	now     int
}

// Bounds of what is held: records beyond them are given out early.
const (
	maxStreams  = 1024
	maxHeld     = 8 << 20
	maxHeldTime = 4096 // lines that came since
)

// stream is one writer.
type stream struct {
	key     string
	logs    bool // a record was seen
	partial bool // the last line goes on
	seen    int
	record  *held
	syslog  syslogState
}

// held is a record that may go on.
type held struct {
	b     []byte
	since int
	owner *stream // nil: it is whole
}

func newStreams(out *output, left *leftover, o Options, several bool) *streams {
	return &streams{grammar: o.Grammar, out: out, left: left, longest: o.Longest, several: several, byKey: map[string]*stream{}, limit: maxStreams}
}

// of returns the writer's state.
func (s *streams) of(key []byte) *stream {
	if st := s.last; st != nil && st.key == string(key) {
		st.seen = s.now
		return st
	}
	st := s.byKey[string(key)]
	if st == nil {
		if len(s.byKey) >= s.limit {
			s.forget()
		}
		st = &stream{key: string(key)}
		s.byKey[st.key] = st
	}
	s.last, st.seen = st, s.now
	return st
}

// forget drops the writers that have been silent for so long that nothing of
// theirs is held: processes that ended.
func (s *streams) forget() {
	for key, st := range s.byKey {
		if st.record == nil && s.now-st.seen > maxHeldTime {
			delete(s.byKey, key)
		}
	}
	s.limit = 2*len(s.byKey) + maxStreams
}

// take reads a writer's line.
func (s *streams) take(key, line []byte, partial bool) {
	st := s.of(key)
	goesOn := st.partial || continues(line)
	st.partial = partial
	if !st.logs {
		if !s.grammar.Logged(line) {
			if !s.several {
				// The reader says what it does not understand.
				s.append(line, !partial)
				return
			}
			s.left.foreign++
			s.now++
			return
		}
		s.logs(st)
	}
	if s.writers == 1 && st.record == nil {
		s.append(line, !partial)
		return
	}
	if !goesOn {
		_, _, goesOn = s.grammar.Severity(line)
	}
	if !goesOn || st.record == nil {
		s.begin(st)
	}
	s.hold(st, line, !partial)
	s.tick()
}

// logs notes that a writer writes a log.
func (s *streams) logs(st *stream) {
	if !st.logs {
		st.logs = true
		s.writers++
	}
}

// more reads a line that has no envelope of its own.
func (s *streams) more(line []byte) {
	switch {
	case s.last != nil && s.last.record != nil:
		s.hold(s.last, line, true)
	case s.last == nil || s.writers <= 1:
		s.append(line, true)
	default:
		s.left.breaks(line)
	}
}

// other passes over a line that has no envelope where all of the log have one.
func (s *streams) other(line []byte) {
	switch {
	case len(line) == 0:
	case s.grammar.Logged(line):
		s.left.breaks(line)
	default:
		s.left.foreign++
	}
}

func (s *streams) append(line []byte, ends bool) {
	s.out.b = append(s.out.b, line...)
	if ends {
		s.out.b = append(s.out.b, '\n')
	}
}

// begin ends a writer's record and begins its next one.
func (s *streams) begin(st *stream) {
	if st.record != nil {
		st.record.owner = nil
	}
	var h *held
	if n := len(s.free); n > 0 {
		h, s.free = s.free[n-1], s.free[:n-1]
	} else {
		h = &held{}
	}
	h.b, h.since, h.owner = h.b[:0], s.now, st
	st.record = h
	s.held = append(s.held, h)
}

// hold adds to a writer's record.
func (s *streams) hold(st *stream, line []byte, ends bool) {
	h := st.record
	before := len(h.b)
	h.b = append(h.b, line[:min(len(line), max(s.longest-len(h.b), 0))]...)
	if ends {
		h.b = append(h.b, '\n')
	}
	s.size += len(h.b) - before
}

// tick gives out what is whole, or was held for too long.
func (s *streams) tick() {
	s.now++
	if s.size > maxHeld {
		s.flush(maxHeld / 2)
	}
	n := 0
	for n < len(s.held) && (s.held[n].owner == nil || s.now-s.held[n].since > maxHeldTime) {
		s.give(s.held[n])
		n++
	}
	s.drop(n)
}

// flush gives records out until no more than size bytes are held.
func (s *streams) flush(size int) {
	n := 0
	for n < len(s.held) && (s.size > size || size == 0) {
		s.give(s.held[n])
		n++
	}
	s.drop(n)
}

// drop takes the first n records from the queue, in time in proportion to n.
func (s *streams) drop(n int) {
	s.held = s.held[n:]
	if len(s.held) == 0 {
		s.held = nil
	}
}

// give writes a record.
func (s *streams) give(h *held) {
	s.out.b = append(s.out.b, h.b...)
	if n := len(h.b); n > 0 && h.b[n-1] != '\n' {
		s.out.b = append(s.out.b, '\n')
	}
	s.size -= len(h.b)
	if h.owner != nil {
		h.owner.record = nil
	}
	if cap(h.b) <= 64<<10 && len(s.free) < maxStreams {
		s.free = append(s.free, h)
	}
}

func (s *streams) end() { s.flush(0) }
