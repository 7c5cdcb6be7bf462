package source

import (
	"bytes"
)

// streams puts together what each writer wrote: the lines of several pods,
// containers or processes lie between each other. As soon as there are two that
// write a PostgreSQL log, a record is held until its writer begins the next
// one. Writers that never write one are left out.
type streams struct {
	out     *output
	left    *leftover
	longest int
	several bool // there are writers that write no log
	byKey   map[string]*stream
	held    []*stream // in the order of their records
	size    int       // bytes that are held
	writers int       // of a log
	last    *stream   // that wrote the last line
	now     int
}

// Bounds of what is held back: records beyond them are given out early.
const (
	maxStreams  = 1024
	maxHeld     = 8 << 20
	maxHeldTime = 4096 // lines of others
)

// stream is one writer.
type stream struct {
	key     string
	logs    bool // a record was seen
	partial bool // the last line goes on
	record  []byte
	since   int
	holds   bool
}

func newStreams(out *output, left *leftover, longest int, several bool) *streams {
	return &streams{out: out, left: left, longest: longest, several: several, byKey: map[string]*stream{}}
}

// of returns the writer's state.
func (s *streams) of(key []byte) *stream {
	if st := s.last; st != nil && st.key == string(key) {
		return st
	}
	st := s.byKey[string(key)]
	if st == nil {
		if len(s.byKey) >= maxStreams {
			s.flush(0)
			clear(s.byKey)
		}
		st = &stream{key: string(key)}
		s.byKey[st.key] = st
	}
	return st
}

// take reads a writer's line.
func (s *streams) take(key, line []byte, partial bool) {
	st := s.of(key)
	s.last = st
	goesOn := st.partial || continues(line)
	st.partial = partial
	if !st.logs {
		if !isLogged(line) {
			if !s.several {
				// The reader says what it does not understand.
				s.append(line, !partial)
				return
			}
			s.left.foreign++
			return
		}
		st.logs = true
		s.writers++
	}
	if s.writers == 1 && !st.holds {
		s.append(line, !partial)
		return
	}
	if !goesOn {
		if at, n := findSeverity(line); at >= 0 {
			sev, _ := severityAt(line[at : at+n])
			goesOn = sev.part()
		}
	}
	if !goesOn {
		s.give(st)
	}
	s.open(st)
	s.hold(st, line, !partial)
	s.tick()
}

// open begins to hold what a writer writes.
func (s *streams) open(st *stream) {
	if !st.holds {
		st.holds, st.since = true, s.now
		s.held = append(s.held, st)
	}
}

// tick gives out what was held for too long.
func (s *streams) tick() {
	s.now++
	if s.size > maxHeld {
		s.flush(maxHeld / 2)
	}
	for len(s.held) > 0 && s.now-s.held[0].since > maxHeldTime {
		s.give(s.held[0])
	}
}

// more reads a line that has no envelope of its own.
func (s *streams) more(line []byte) {
	if s.last == nil {
		s.append(line, true)
		return
	}
	if s.last.holds {
		s.hold(s.last, line, true)
		return
	}
	if s.writers <= 1 {
		s.append(line, true)
		return
	}
	s.left.breaks(line)
}

func (s *streams) append(line []byte, ends bool) {
	s.out.b = append(s.out.b, line...)
	if ends {
		s.out.b = append(s.out.b, '\n')
	}
}

func (s *streams) hold(st *stream, line []byte, ends bool) {
	before := len(st.record)
	st.record = append(st.record, line[:min(len(line), max(s.longest-len(st.record), 0))]...)
	if ends {
		st.record = append(st.record, '\n')
	}
	s.size += len(st.record) - before
}

// give writes a held record.
func (s *streams) give(st *stream) {
	if !st.holds {
		return
	}
	s.out.b = append(s.out.b, st.record...)
	if n := len(st.record); n > 0 && st.record[n-1] != '\n' {
		s.out.b = append(s.out.b, '\n')
	}
	s.size -= len(st.record)
	st.record, st.holds = st.record[:0], false
	if cap(st.record) > 64<<10 {
		st.record = nil
	}
	for i, h := range s.held {
		if h == st {
			s.held = append(s.held[:i], s.held[i+1:]...)
			break
		}
	}
}

// flush gives records out until no more than size bytes are held.
func (s *streams) flush(size int) {
	for len(s.held) > 0 && s.size >= size {
		s.give(s.held[0])
	}
}

func (s *streams) end() {
	s.flush(0)
}

// isLogged reports whether a line is one of a PostgreSQL log, in whatever
// format.
func isLogged(line []byte) bool {
	if at, _ := findSeverity(line); at >= 0 {
		return true
	}
	if bytes.Contains(line, []byte(`"error_severity"`)) {
		return true
	}
	var rows csvReader
	return rows.begins(line)
}
