package source

import (
	"bytes"

	"github.com/cespare/xxhash/v2"

	"github.com/apilint/apilint/analyzer/workload"
)

// stderrReader reads PostgreSQL's plain log: each record begins with the
// prefix, lines of it that follow begin with a TAB, and its further parts
// (DETAIL, CONTEXT, ...) with the prefix again.
//
// Blocks are cut into units: a line that begins a record, or that is none at
// all, and everything up to the next such line. What a unit says does not
// depend on what stands before or after it.
type stderrReader struct {
	prefix   *prefix
	language *language
	m        matcher // of split and begins, which one goroutine calls
}

func (f *stderrReader) matcher() *matcher {
	f.m.p, f.m.language = f.prefix, f.language
	return &f.m
}

// split looks for the last unit that begins in b and leaves it over: it may go
// on in the next block.
func (f *stderrReader) split(b []byte) int {
	return max(0, lastBeginning(b, f.begins))
}

// begins reports whether a line begins a unit.
func (f *stderrReader) begins(line []byte) bool {
	if continues(line) {
		return false
	}
	m := f.matcher()
	return !m.match(line) || !m.head.severity.part()
}

// continues reports whether a line goes on with the text before it. Some
// shippers strip trailing blanks: then an empty line of a statement has lost
// its TAB.
func continues(line []byte) bool {
	return len(line) == 0 || line[0] == '\t' || line[0] == '\r' && len(line) == 1
}

// scan reads whole units.
func (f *stderrReader) scan(b *block, s *scanner) {
	m := &s.match
	m.p, m.language, m.clock.zone = f.prefix, f.language, s.clock.zone
	u := unit{s: s, data: b.data, longest: b.longest, message: &s.messages[0], next: &s.messages[1]}
	line := b.line - 1
	for at := 0; at < len(b.data); {
		start := at
		text := b.data[at:]
		if nl := bytes.IndexByte(text, '\n'); nl >= 0 {
			text = text[:nl]
			at += nl + 1
		} else {
			at = len(b.data)
		}
		line++
		if n := len(text); n > 0 && text[n-1] == '\r' {
			text = text[:n-1]
		}
		switch {
		case continues(text):
			u.extend(text, start, line)
		case m.quick(text) && u.plain(m, text, start):
			u.record.line, u.record.offset = line, b.offset+int64(start)
		case !m.match(text):
			u.begin(start)
			s.unreadable(line, text)
		case m.head.severity.part():
			u.addPart(text, start, &m.head, f.prefix.sessionHash(&m.head), line)
		default:
			u.begin(start)
			m.learn(text)
			f.start(&u.record, m)
			u.dirty = true
			u.record.line, u.record.offset = line, b.offset+int64(start)
			u.open, u.part = true, &u.record.message
			u.record.message = tail(u.bounded(text, start), m.head.text)
		}
	}
	if b.cut && u.open {
		u.cut()
	}
	u.begin(len(b.data))
}

// start fills in a record from its first line.
func (f *stderrReader) start(r *record, m *matcher) {
	h := &m.head
	*r = record{}
	r.at, r.timed, r.user, r.database, r.app, r.vxid, r.severity = h.at, h.timed, h.user, h.database, h.app, h.vxid, h.severity
	r.session, r.name = f.prefix.sessionHash(h), h.session
	if r.name == nil {
		r.name = h.pid
	}
	if h.ambiguous {
		o := &m.other
		r.ambiguous, r.otherAt = true, o.text-h.text
		r.otherUser, r.otherDatabase, r.otherApp = o.user, o.database, o.app
	}
}

func tail(s []byte, from int) []byte { return s[min(from, len(s)):] }

// sessionHash identifies the session of a line by the best that the prefix has:
// session id, process with its start, process with user and database, process.
func (p *prefix) sessionHash(h *head) uint64 {
	switch {
	case p.fields['c'] || len(h.session) > 0:
		return xxhash.Sum64(h.session)
	case len(h.start) > 0:
		return spread(xxhash.Sum64(h.pid) ^ xxhash.Sum64(h.start)<<1)
	case len(h.user)+len(h.database) > 0:
		return spread(spread(xxhash.Sum64(h.pid)^xxhash.Sum64(h.user)<<1) ^ xxhash.Sum64(h.database))
	}
	return xxhash.Sum64(h.pid)
}

// unit is the state of a unit that is being read.
type unit struct {
	s       *scanner
	data    []byte
	longest int // bytes of a unit that are read
	record  record
	message *message // of the record, when it is known and all of it
	next    *message // of the line that is looked at
	known   bool
	dirty   bool    // record has more than plain sets
	open    bool    // record is one
	part    *[]byte // of record, that the next line may go on with
	from    int     // offset of the unit in data
}

// begin ends the unit before.
func (u *unit) begin(at int) {
	switch {
	case u.known:
		u.s.takePlain(&u.record, u.message)
	case u.open:
		u.s.take(&u.record)
	}
	u.open, u.known, u.part, u.from = false, false, nil, at
}

// plain begins a unit with a line that was read quickly, if its message is a
// statement. Should the unit have more lines, take reads it all again.
func (u *unit) plain(m *matcher, text []byte, start int) bool {
	h := &m.head
	if len(text) > u.longest || !u.s.everything {
		return false
	}
	s := text[h.text:]
	next := u.next
	*next = message{kind: workload.KindOther}
	next.read(s)
	switch next.kind {
	case workload.KindExecution, workload.KindFetch, workload.KindPending:
	default:
		return false
	}
	u.begin(start)
	r := &u.record
	if u.dirty {
		*r, u.dirty = record{}, false
	}
	u.message, u.next = next, u.message
	r.at, r.timed, r.user, r.database, r.app, r.vxid, r.severity = h.at, h.timed, h.user, h.database, h.app, h.vxid, h.severity
	r.session, r.name = m.p.sessionHash(h), h.session
	if r.name == nil {
		r.name = h.pid
	}
	r.message = s
	u.open, u.known, u.part = true, true, &r.message
	return true
}

// beyond reports whether a line lies as a whole beyond the longest unit.
func (u *unit) beyond(start int) bool { return start-u.from >= u.longest }

// bounded cuts a line that reaches beyond the longest unit.
func (u *unit) bounded(text []byte, start int) []byte {
	if over := start + len(text) - u.from - u.longest; over > 0 {
		u.cut()
		return text[:max(len(text)-over, 0)]
	}
	return text
}

// cut notes that the part which is being read goes on.
func (u *unit) cut() {
	u.known, u.dirty = false, true
	if u.part == &u.record.message {
		u.record.cut = true
	}
	u.record.short = true
}

// extend appends a line to the part before it, in place: what is appended
// always lies at least a line break and a TAB further back in the block.
func (u *unit) extend(text []byte, start int, line int64) {
	if u.part == nil {
		if len(text) > 0 && !u.beyond(start) {
			u.s.unreadable(line, text)
		}
		return
	}
	if u.beyond(start) {
		u.cut()
		return
	}
	if text = u.bounded(text, start); len(text) > 0 {
		text = text[1:]
	}
	u.known = false
	p := *u.part
	n := len(p)
	p = p[:n+1+len(text)]
	p[n] = '\n'
	copy(p[n+1:], text)
	*u.part = p
}

// addPart begins a further part of the record.
func (u *unit) addPart(text []byte, start int, h *head, session uint64, line int64) {
	if h.ambiguous && !u.beyond(start) {
		u.s.cov.Ambiguous++
	}
	switch {
	case u.beyond(start):
		u.part = &u.record.ignored
		u.cut()
		return
	case !u.open || session != u.record.session:
		u.s.unreadable(line, text)
		u.part = nil
		return
	}
	u.known, u.dirty = false, true
	switch h.severity {
	case sevDetail:
		u.part = &u.record.detail
	case sevContext:
		u.part = &u.record.context
	case sevStatement:
		u.part = &u.record.statement
	default:
		u.part = &u.record.ignored
	}
	*u.part = tail(u.bounded(text, start), h.text)
}
