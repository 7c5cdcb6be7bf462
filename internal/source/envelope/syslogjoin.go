package envelope

import (
	"bytes"
	"strings"
)

// syslogJoiner puts the pieces of messages together. Processes write at the same
// time, each message as one call per line and per 900 bytes.
type syslogJoiner struct {
	form     syslogForm
	streams  *streams
	left     *leftover
	last     *stream
	indent   int // of the last header
	line     []byte
	strict   bool // only programs named like PostgreSQL are believed
	numbered bool // pieces are
	counts   bool // a single number counts the pieces of a message, not the messages
	began    bool // a message was seen to begin
}

// syslogState is what a process wrote last.
type syslogState struct {
	n, m   int
	length int // of the last piece
	open   bool
	stamp  []byte // before each part of the record
}

func newSyslogJoiner(out *output, left *leftover, form syslogForm, o Options) *syslogJoiner {
	j := &syslogJoiner{form: form, left: left}
	j.streams = newStreams(out, left, o, true)
	return j
}

func (j *syslogJoiner) end() { j.streams.end() }

// takeItem reads a message of journald.
func (j *syslogJoiner) takeItem(it *item) {
	l := syslogLine{at: it.at, text: it.text}
	host, rest, _ := bytes.Cut(it.key, []byte{0})
	l.host = host
	l.ident, l.pid, _ = bytes.Cut(rest, []byte{0})
	j.take(&l)
}

// take reads one line.
func (j *syslogJoiner) take(l *syslogLine) {
	key := append(append(append(append(append(j.line[:0], l.host...), 0), l.ident...), 0), l.pid...)
	j.line = key
	st := j.streams.of(key)
	named := l.named()
	if !named && !st.logs && !j.streams.grammar.Logged(l.text) || j.strict && !named {
		j.left.foreign++
		j.last = nil
		return
	}
	j.strict = j.strict || named
	j.streams.logs(st)
	state := &st.syslog
	j.last, j.indent = st, l.head
	j.streams.tick()
	text, n, m, numbered := l.piece()
	j.numbered = j.numbered || numbered
	switch {
	case numbered && m == 0 && j.continues(st, state, n, text):
		j.piece(st, state, text)
	case numbered && m == 1 || numbered && m == 0:
		j.begin(st, state, l, text, m == 0)
	case numbered && state.open && state.n == n && st.record != nil:
		if m != state.m+1 {
			j.left.breaks(l.text) // pieces between are missing
		}
		j.piece(st, state, text)
	case numbered && !j.began:
		j.goesOn(st, state, l, text)
	case numbered:
		j.left.breaks(l.text) // its beginning is missing
		return
	default:
		j.unnumbered(st, state, l, text)
	}
	state.n, state.m = n, m
}

// continues tells what a single number is: with syslog_sequence_numbers = off
// that of a piece of its message, with syslog_split_messages = off that of the
// message, which only grows.
func (j *syslogJoiner) continues(st *stream, state *syslogState, n int, text []byte) bool {
	if !state.open || st.record == nil || state.m != 0 {
		return false
	}
	if n <= state.n {
		j.counts = true
	}
	if n != state.n+1 {
		return false
	}
	first, _, _ := cutBreak(text)
	return j.counts || !j.record(withTabs(first))
}

// begin starts a record. whole messages have their line breaks in them.
func (j *syslogJoiner) begin(st *stream, state *syslogState, l *syslogLine, text []byte, whole bool) {
	j.streams.begin(st)
	j.began, state.open = true, true
	state.stamp = j.stamp(state.stamp[:0], l)
	j.streams.hold(st, state.stamp, false)
	text = withTabs(text)
	state.length = len(text)
	if !whole {
		j.streams.hold(st, text, false)
		return
	}
	first := true
	for more := true; more; first = false {
		var line []byte
		line, text, more = cutBreak(text)
		if !first {
			j.newLine(st, state, line)
			continue
		}
		j.streams.hold(st, line, false)
	}
}

// newLine adds a line to a record: a part of it, like DETAIL, or more of the one
// before. It never begins another record, whatever it looks like.
func (j *syslogJoiner) newLine(st *stream, state *syslogState, line []byte) {
	j.streams.hold(st, []byte{'\n'}, false)
	switch {
	case len(line) > 0 && line[0] == '\t':
	case j.part(line):
		j.streams.hold(st, state.stamp, false)
	default:
		j.streams.hold(st, []byte{'\t'}, false)
	}
	j.streams.hold(st, line, false)
}

// piece adds a further piece of a message: a line of its own, or the rest of a
// line that was cut.
func (j *syslogJoiner) piece(st *stream, state *syslogState, text []byte) {
	text = withTabs(text)
	length := state.length
	state.length = len(text)
	switch {
	case len(text) > 0 && text[0] == '\t':
		j.newLine(st, state, text)
	case cutBefore(length, text):
		if j.part(text) {
			j.left.ambiguous++
		}
		j.streams.hold(st, text, false)
	default:
		if !j.part(text) && len(text) > 0 && text[0] == ' ' {
			text = text[min(len(text), tabWidth(text)):] // journalctl writes a TAB as blanks
		}
		j.newLine(st, state, text)
	}
}

// unnumbered reads a line without numbers (syslog_sequence_numbers = off): only
// its form tells whether it begins a record.
func (j *syslogJoiner) unnumbered(st *stream, state *syslogState, l *syslogLine, text []byte) {
	first, _, whole := cutBreak(text)
	first = withTabs(first)
	record, part := j.record(first), j.part(first)
	if j.numbered && !record {
		j.left.foreign++ // of another program with this name
		return
	}
	open := state.open && st.record != nil
	tab, blank := begins(first, "\t"), begins(first, " ")
	switch {
	case open && !tab && cutBefore(state.length, withTabs(text)):
		if record || part {
			j.left.ambiguous++
		}
		text = withTabs(text)
		j.streams.hold(st, text, false)
		state.length = len(text)
	case record || !open && !tab && !blank:
		j.begin(st, state, l, text, whole)
	case open:
		j.piece(st, state, text)
	case !j.began:
		j.goesOn(st, state, l, text)
	default:
		j.left.breaks(text) // its beginning is missing
	}
}

// goesOn writes a piece with which the input begins: its message may stand in the
// input before, whose reader knows it.
func (j *syslogJoiner) goesOn(st *stream, state *syslogState, l *syslogLine, text []byte) {
	j.streams.begin(st)
	state.open = true
	state.stamp = j.stamp(state.stamp[:0], l)
	text = withTabs(text)
	state.length = len(text)
	switch {
	case begins(text, "\t"):
	case j.part(text):
		j.streams.hold(st, state.stamp, false)
	default:
		j.streams.hold(st, []byte{'\t'}, false)
	}
	j.streams.hold(st, text, false)
}

// record reports whether a line begins a record, part whether it begins a
// further part of one.
func (j *syslogJoiner) record(line []byte) bool {
	found, part := j.severity(line)
	return found && !part
}

func (j *syslogJoiner) part(line []byte) bool {
	found, part := j.severity(line)
	return found && part
}

// severity reports whether a line has one where it belongs.
func (j *syslogJoiner) severity(line []byte) (found, part bool) {
	if p := j.form.prefix; p != nil {
		if !p.Match(line) {
			return false, false
		}
		_, _, part = p.Severity()
		return true, part
	}
	at, _, part := j.streams.grammar.Severity(line)
	return at >= 0, part
}

// stamp appends what the prefix lacks.
func (j *syslogJoiner) stamp(b []byte, l *syslogLine) []byte {
	if strings.Contains(j.form.stamp, "%m") {
		b = append(appendTime(b, l.at), ' ')
	}
	if strings.Contains(j.form.stamp, "%p") {
		pid := l.pid
		if i := bytes.LastIndexByte(pid, '.'); i >= 0 {
			pid = pid[i+1:] // postgres.4882
		}
		if n := digits(pid); n == 0 || n != len(pid) {
			pid = []byte{'0'}
		}
		b = append(append(append(b, '['), pid...), "] "...)
	}
	return b
}

// more reads a line without a header: some daemons and journalctl write line
// breaks as they are, the latter with blanks below the header.
func (j *syslogJoiner) more(line []byte) {
	if j.last == nil || j.last.record == nil {
		if len(bytes.TrimSpace(line)) > 0 {
			j.left.foreign++
		}
		return
	}
	line = withTabs(line)
	if len(line) > 0 && line[0] == ' ' {
		n := 0
		for n < len(line) && n < j.indent && line[n] == ' ' {
			n++
		}
		line = line[n:]
	}
	j.newLine(j.last, &j.last.syslog, line)
}
