package source

import (
	"bufio"
	"bytes"
	"io"
	"slices"
	"strings"
	"time"
)

// pieceLimit is where PostgreSQL cuts a message for syslog, at a blank if it
// finds one (PG_SYSLOG_LIMIT in elog.c).
const pieceLimit = 900

// findSyslog tells the log of a syslog daemon.
func findSyslog(sample [][]byte, o envelopeOptions) *envelope {
	p := syslogParser{year: o.until.Year()}
	numbered := func(line []byte) bool { n, _, m := chunkNumber(line); return n > 0 && m > 0 }
	bare := false
	if !wraps(sample, func(line []byte) bool { _, ok := p.read(line); return ok }) {
		if bare = wraps(sample, numbered); !bare {
			return nil
		}
	}
	var texts []byte
	strict, heroku := false, false
	for _, line := range sample {
		l, ok := syslogLine{text: line}, true
		if !bare {
			l, ok = p.read(line)
		}
		if !ok {
			continue
		}
		text, _, m, _ := l.piece()
		if m <= 1 && isLogged(text) {
			strict = strict || l.named()
			heroku = heroku || begins(l.pid, "postgres.")
			texts = append(append(texts, firstOf(text)...), '\n')
		}
	}
	year := firstYear(sample, o.until)
	name := "syslog"
	if heroku {
		name = "heroku"
	}
	prefix := syslogPrefix(texts, o)
	return &envelope{name: name, stamp: prefix.stamp, open: func(src *bufio.Reader, left *leftover) io.Reader {
		in := &lines{src: src, longest: o.longest}
		out := &output{}
		j := newSyslogJoiner(out, left, prefix, o)
		j.strict = strict
		p := syslogParser{year: year}
		out.step = func() error {
			line, ok := in.next()
			if !ok {
				j.end()
				return in.err
			}
			if bare {
				j.take(&syslogLine{text: line, bare: true})
				return nil
			}
			l, ok := p.read(line)
			if !ok {
				j.more(line)
				return nil
			}
			j.take(&l)
			return nil
		}
		return out
	}}
}

// firstYear is the year of the first line: the last one in which it lies before
// the end of the input.
func firstYear(sample [][]byte, until time.Time) int {
	p := syslogParser{year: until.Year()}
	for _, line := range sample {
		if l, ok := p.read(line); ok {
			if time.UnixMicro(l.at).After(until.AddDate(0, 0, 1)) {
				return until.Year() - 1
			}
			break
		}
	}
	return until.Year()
}

// firstOf returns the first line of a message that a daemon wrote as one.
func firstOf(text []byte) []byte {
	if i := bytes.Index(text, []byte("#012")); i >= 0 {
		return text[:i]
	}
	return text
}

// syslogForm is the log_line_prefix of what syslog carries, and what it lacks
// that syslog itself knows.
type syslogForm struct {
	match *matcher // nil unknown
	stamp string
}

func syslogPrefix(texts []byte, o envelopeOptions) syslogForm {
	var f syslogForm
	p := o.prefix(texts)
	if p == nil {
		return f
	}
	f.match = &matcher{p: p}
	if p.loose {
		return f
	}
	if !p.fields['m'] && !p.fields['t'] && !p.fields['n'] {
		f.stamp = "%m "
	}
	if !p.hasSession() {
		f.stamp += "[%p] "
	}
	return f
}

// syslogJoiner puts the pieces of messages together. Processes write at the same
// time, each message as one call per line and per 900 bytes.
type syslogJoiner struct {
	form     syslogForm
	streams  *streams
	left     *leftover
	states   map[*stream]*syslogState
	last     *stream
	indent   int // of the last header
	line     []byte
	strict   bool // only programs named like PostgreSQL are believed
	numbered bool // pieces are
}

// syslogState is what a process wrote last.
type syslogState struct {
	n, m   int
	length int // of the last piece
	open   bool
	stamp  []byte // before each part of the record
}

func newSyslogJoiner(out *output, left *leftover, form syslogForm, o envelopeOptions) *syslogJoiner {
	j := &syslogJoiner{form: form, left: left}
	j.streams = newStreams(out, left, o.longest, true)
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

// piece cuts off what stands before a piece of a message: Heroku's name of the
// database, and the numbers.
func (l *syslogLine) piece() (text []byte, n, m int, numbered bool) {
	text = l.text
	if len(text) > 2 && text[0] == '[' && text[1] >= 'A' && text[1] <= 'Z' {
		if i := bytes.IndexByte(text[:min(len(text), 80)], ']'); i > 0 && i+2 < len(text) && text[i+1] == ' ' && text[i+2] == '[' {
			if k, _, _ := chunkNumber(text[i+2:]); k > 0 {
				text = text[i+2:]
			}
		}
	}
	k, n, m := chunkNumber(text)
	return text[k:], n, m, k > 0
}

// named reports whether the program has PostgreSQL's name; Heroku has it where
// others have the process.
func (l *syslogLine) named() bool {
	return l.bare || bytes.Contains(l.ident, []byte("postgres")) || begins(l.pid, "postgres.")
}

// take reads one line.
func (j *syslogJoiner) take(l *syslogLine) {
	key := append(append(append(append(append(j.line[:0], l.host...), 0), l.ident...), 0), l.pid...)
	j.line = key
	st := j.streams.of(key)
	named := l.named()
	if !named && !st.logs && !isLogged(l.text) || j.strict && !named {
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
	case numbered && m == 1 || numbered && m == 0:
		j.begin(st, state, l, text, m == 0)
	case numbered && state.open && state.n == n && st.record != nil:
		if m != state.m+1 {
			j.left.breaks(l.text) // pieces between are missing
		}
		j.piece(st, state, text)
	case numbered:
		j.left.breaks(l.text) // its beginning is missing
		return
	default:
		j.unnumbered(st, state, l, text)
	}
	state.n, state.m = n, m
}

// begin starts a record. whole messages have their line breaks in them.
func (j *syslogJoiner) begin(st *stream, state *syslogState, l *syslogLine, text []byte, whole bool) {
	j.streams.begin(st)
	state.open = true
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

func tabWidth(text []byte) int {
	n := 0
	for n < 8 && n < len(text) && text[n] == ' ' {
		n++
	}
	return n
}

// cutBefore reports whether PostgreSQL may have cut a line between a piece of
// this length and the text: then the first word did not fit any more.
func cutBefore(length int, text []byte) bool {
	word := 0
	for word < len(text) && (text[word] == ' ' || text[word] == '\t') {
		word++
	}
	switch {
	case length > pieceLimit:
		return false // PostgreSQL did not cut here
	case word == 0:
		return length > pieceLimit-4 // not even one blank: a character may have been in the way
	}
	for word < len(text) && text[word] != ' ' && text[word] != '\t' {
		word++
	}
	return length+word > pieceLimit
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
	default:
		j.left.breaks(text) // its beginning is missing
	}
}

// record reports whether a line begins a record, part whether it begins a
// further part of one.
func (j *syslogJoiner) record(line []byte) bool {
	if j.form.match != nil {
		return j.form.match.match(line) && !j.form.match.head.severity.part()
	}
	at, n := findSeverity(line)
	if at < 0 {
		return false
	}
	sev, _ := severityAt(line[at : at+n])
	return !sev.part()
}

func (j *syslogJoiner) part(line []byte) bool {
	if j.form.match != nil {
		return j.form.match.match(line) && j.form.match.head.severity.part()
	}
	at, n := findSeverity(line)
	if at < 0 {
		return false
	}
	sev, _ := severityAt(line[at : at+n])
	return sev.part()
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

// cutBreak cuts a message at its first line break, which daemons write as its
// octal code.
func cutBreak(text []byte) (line, rest []byte, more bool) {
	for i, c := range text {
		switch {
		case c == '\n':
			return text[:i], text[i+1:], true
		case c == '#' && begins(text[i:], "#012"):
			return text[:i], text[i+4:], true
		}
	}
	return text, nil, false
}

// withTabs writes the TABs that daemons write as their octal code, or as ^I.
func withTabs(text []byte) []byte {
	if begins(text, "^I") {
		text = slices.Concat([]byte{'\t'}, text[2:])
	}
	if !bytes.Contains(text, []byte("#011")) {
		return text
	}
	return bytes.ReplaceAll(text, []byte("#011"), []byte{'\t'})
}
