package source

import (
	"bytes"
	"time"
)

// last implements [splittable]: a record, and half a line that may become more of
// it.
func (f *stderrReader) last(b []byte) int {
	for end := len(bytes.TrimSuffix(b, lineBreak)); ; {
		start := bytes.LastIndexByte(b[:end], '\n') + 1
		half := end == len(b)
		if start == 0 {
			return 0
		}
		if line := b[start:end]; f.begins(line) && !(half && !f.matcher().match(line)) {
			return start
		}
		end = start - 1
	}
}

// stderrRest are the lines that go on with a record of the plain log: those with a
// TAB, and parts of the same session and time.
type stderrRest struct {
	f       *stderrReader
	m       matcher
	half    []byte // of a line with which the record ends, nil without
	known   bool   // there is a record
	session uint64
	at      int64
	timed   bool
}

func (f *stderrReader) rest(record []byte, zone *time.Location) recordRest {
	r := &stderrRest{f: f, m: matcher{p: f.prefix, language: f.language}}
	r.m.clock.zone = zone
	for len(record) > 0 {
		line, after, whole := bytes.Cut(record, lineBreak)
		if !whole {
			r.half = bytes.Clone(line)
		}
		r.record(line)
		record = after
	}
	return r
}

// record notes the record that a line begins.
func (r *stderrRest) record(line []byte) {
	if h := &r.m.head; !continues(line) && r.m.match(line) && !h.severity.part() {
		r.known, r.session, r.at, r.timed = true, r.f.prefix.sessionHash(h), h.at, h.timed
	}
}

// goesOn implements [recordRest]. Where a whole prefix follows half a line, it
// begins a record: the log was cut while it was written.
func (r *stderrRest) goesOn(line []byte) bool {
	switch {
	case r.half != nil:
		return !r.m.match(line)
	case !r.known:
		return false
	case continues(line):
		return true
	}
	h := &r.m.head
	return r.m.match(line) && h.severity.part() && r.f.prefix.sessionHash(h) == r.session &&
		(!h.timed || !r.timed || max(h.at-r.at, r.at-h.at) <= lateStart)
}

func (r *stderrRest) took(piece []byte) {
	if r.half != nil {
		r.record(append(r.half, bytes.TrimSuffix(piece[:min(len(piece), maxHead)], lineBreak)...))
		r.half = nil
	}
}

func (r *stderrRest) before(line []byte) bool {
	return !r.m.match(line) || !r.m.head.timed || !r.timed || r.m.head.at >= r.at-lateStart
}

// last implements [splittable]: a row that ends within its quotes, or before its
// line does.
func (f *csvReader) last(b []byte) int {
	for at := f.split(b); at < len(b); {
		end, _, known := f.unit(b[at:], f.longest, endsUnknown, &f.passed)
		if !known {
			return at
		}
		at += end
	}
	return len(b)
}

// csvRest is the rest of a row.
type csvRest struct {
	f      *csvReader
	half   bool // of a line
	quoted bool // it stands within quotes
}

func (f *csvReader) rest(row []byte, _ *time.Location) recordRest {
	return &csvRest{f: f, half: !bytes.HasSuffix(row, lineBreak), quoted: bytes.Count(row, []byte{'"'})%2 == 1}
}

func (r *csvRest) goesOn(line []byte) bool {
	return (r.half || r.quoted) && !r.f.surelyBegins(line)
}

func (r *csvRest) took(piece []byte) {
	r.half = false
	if bytes.Count(piece, []byte{'"'})%2 == 1 {
		r.quoted = !r.quoted
	}
}

func (r *csvRest) before([]byte) bool { return true }

// last implements [splittable]: half a line.
func (jsonReader) last(b []byte) int {
	if bytes.HasSuffix(b, lineBreak) {
		return len(b)
	}
	return bytes.LastIndexByte(b, '\n') + 1
}

// jsonRest is the rest of a line.
type jsonRest struct{ half bool }

func (jsonReader) rest([]byte, *time.Location) recordRest { return &jsonRest{true} }

// goesOn implements [recordRest]. In a text the quotes of an object have
// backslashes.
func (r *jsonRest) goesOn(line []byte) bool { return r.half && !begins(line, `{"`) }
func (r *jsonRest) took([]byte)             { r.half = false }
func (r *jsonRest) before([]byte) bool      { return true }
