package source

import (
	"bufio"
	"bytes"
	"io"
	"slices"
)

// lines reads an input line by line. Of a line that is too long the head is
// kept.
type lines struct {
	src     *bufio.Reader
	longest int
	long    []byte
	ended   bool // the last line had its line break
	err     error
}

// next returns a line without its line break; false at the end. The line is
// valid until the next call.
func (l *lines) next() ([]byte, bool) {
	if l.err != nil {
		return nil, false
	}
	line, err := l.src.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		l.long = l.long[:0]
		for err == bufio.ErrBufferFull {
			l.long = append(l.long, line[:min(len(line), max(l.longest-len(l.long), 0))]...)
			line, err = l.src.ReadSlice('\n')
		}
		ended := err == nil
		line = bytes.TrimSuffix(line, []byte{'\n'})
		l.long = append(l.long, line[:min(len(line), max(l.longest-len(l.long), 0))]...)
		l.ended, line = ended, l.long
	} else {
		l.ended = err == nil
		line = bytes.TrimSuffix(line, []byte{'\n'})
	}
	l.err = err
	if !l.ended && len(line) == 0 {
		return nil, false
	}
	return bytes.TrimSuffix(line, []byte{'\r'}), true
}

// output is a stream that a step fills; it ends when a step says so.
type output struct {
	b    []byte
	at   int
	step func() error // appends to b
	err  error
}

func (o *output) Read(p []byte) (int, error) {
	for o.at == len(o.b) {
		if o.err != nil {
			return 0, o.err
		}
		o.b, o.at = o.b[:0], 0
		if cap(o.b) > 4<<20 {
			o.b = nil // a very long line's memory is not kept
		}
		o.err = o.step()
	}
	n := copy(p, o.b[o.at:])
	o.at += n
	return n, nil
}

// line appends a line.
func (o *output) line(parts ...[]byte) {
	for _, p := range parts {
		o.b = append(o.b, p...)
	}
	o.b = append(o.b, '\n')
}

// wrapper is the form of an envelope that stands around each line.
type wrapper struct {
	name string
	// strip returns where the log's own line begins and who wrote it; false if
	// the line is not wrapped.
	strip func(line []byte) (at int, key []byte, ok bool)
	// partial reports that the line goes on in the next one of the same writer.
	partial func(line []byte) bool
	// bars may also stand in a log_line_prefix: then lines that go on with a
	// statement have none.
	bars bool
	// loose lines may stand without the envelope: they go on with the one before.
	loose bool
}

// wrappers are the forms in the order in which they are tried, syslog's before
// the loose one.
var wrappers = []wrapper{
	{name: "cri", strip: stripCRI, partial: partialCRI},
	{name: "kubectl", strip: stripKubectl},
	{name: "compose", strip: stripCompose, bars: true},
	{name: "timestamps", strip: stripTime, loose: true},
}

// findLineEnvelope tells an envelope around lines.
func findLineEnvelope(head []byte, o envelopeOptions) *envelope {
	sample := sampleLines(head)
	if coloured(sample) {
		return &envelope{name: "ansi", open: func(src *bufio.Reader, _ *leftover) io.Reader { return openColoured(src, o) }}
	}
	for _, w := range wrappers {
		if w.loose {
			if e := findSyslog(sample, o); e != nil {
				return e
			}
		}
		if wraps(sample, func(line []byte) bool { _, _, ok := w.strip(line); return ok }) && !(w.bars && slices.ContainsFunc(sample, continuesRaw)) {
			return w.envelope(sample, o)
		}
	}
	if w := findTag(sample); w != nil {
		return w.envelope(sample, o)
	}
	return nil
}

func continuesRaw(line []byte) bool { return begins(line, "\t") }

// sampleLines returns the lines of the head, the last one only if it is whole
// or alone.
func sampleLines(head []byte) [][]byte {
	var sample [][]byte
	for len(sample) < guessLines {
		line, rest, more := bytes.Cut(head, []byte{'\n'})
		if !more && len(sample) > 0 {
			break
		}
		sample = append(sample, bytes.TrimSuffix(bytes.TrimPrefix(line, []byte(byteOrderMark)), []byte{'\r'}))
		if !more {
			break
		}
		head = rest
	}
	return sample
}

// wraps reports whether the lines that matter have a form: those with a
// severity, or all where none has one.
func wraps(sample [][]byte, is func([]byte) bool) bool {
	var severe, severeWrapped, all, wrapped int
	for _, line := range sample {
		if len(line) == 0 {
			continue
		}
		ok := is(line)
		all++
		if ok {
			wrapped++
		}
		if at, _ := findSeverity(line); at >= 0 {
			severe++
			if ok {
				severeWrapped++
			}
		}
	}
	return wrapped > 0 && (severeWrapped*2 > severe || severe == 0 && wrapped*5 > all*4)
}

// envelope opens the form.
func (w wrapper) envelope(sample [][]byte, o envelopeOptions) *envelope {
	several := w.several(sample)
	return &envelope{name: w.name, open: func(src *bufio.Reader, left *leftover) io.Reader {
		l := &lines{src: src, longest: o.longest}
		out := &output{}
		s := newStreams(out, left, o.longest, several)
		out.step = func() error {
			line, ok := l.next()
			if !ok {
				s.end()
				return l.err
			}
			at, key, ok := w.strip(line)
			switch {
			case !ok && w.loose:
				s.more(line)
			case !ok:
				s.take(nil, line, false)
			default:
				s.take(key, line[at:], w.partial != nil && w.partial(line))
			}
			return nil
		}
		return out
	}}
}

// several reports whether several write, and one of them a PostgreSQL log.
func (w wrapper) several(sample [][]byte) bool {
	keys, logged := map[string]bool{}, false
	for _, line := range sample {
		if at, key, ok := w.strip(line); ok {
			keys[string(key)] = true
			logged = logged || isLogged(line[at:])
		}
	}
	return logged && len(keys) > 1
}

// isoLen returns the length of "2026-11-23T08:27:37.000000000Z" or with an
// offset at the start of s, 0 if there is none.
func isoLen(s []byte) int {
	const shape = "dddd-dd-ddTdd:dd:dd"
	if len(s) < len(shape)+1 {
		return 0
	}
	for i := range len(shape) {
		if c := s[i]; shape[i] == 'd' {
			if c < '0' || c > '9' {
				return 0
			}
		} else if c != shape[i] {
			return 0
		}
	}
	n := len(shape)
	if s[n] == '.' || s[n] == ',' {
		n += 1 + digits(s[n+1:])
	}
	if n >= len(s) {
		return 0
	}
	switch s[n] {
	case 'Z':
		return n + 1
	case '+', '-':
		k := n + 1
		for k < len(s) && k < n+6 && (s[k] >= '0' && s[k] <= '9' || s[k] == ':') {
			k++
		}
		if k-n < 3 {
			return 0
		}
		return k
	}
	return 0
}

// stripCRI reads "2026-11-23T08:27:37.000000000Z stderr F line" (Kubernetes'
// container runtimes).
func stripCRI(line []byte) (at int, key []byte, ok bool) {
	n := isoLen(line)
	if n == 0 || len(line) < n+len(" stdout F") {
		return 0, nil, false
	}
	if s := string(line[n : n+8]); s != " stderr " && s != " stdout " {
		return 0, nil, false
	}
	tag := line[n+8]
	if tag != 'F' && tag != 'P' {
		return 0, nil, false
	}
	at = n + 9
	if at < len(line) && line[at] == ':' { // further tags
		if i := bytes.IndexByte(line[at:], ' '); i >= 0 {
			at += i
		}
	}
	if at < len(line) && line[at] != ' ' {
		return 0, nil, false
	}
	return min(at+1, len(line)), line[n+1 : n+7], true
}

func partialCRI(line []byte) bool { return line[isoLen(line)+8] == 'P' }

// stripKubectl reads "[pod/pg-0/postgres] line".
func stripKubectl(line []byte) (at int, key []byte, ok bool) {
	if !begins(line, "[pod/") {
		return 0, nil, false
	}
	end := bytes.Index(line[:min(len(line), 512)], []byte("] "))
	if end < 0 || bytes.IndexByte(line[:end], ' ') >= 0 {
		return 0, nil, false
	}
	return end + 2, line[:end], true
}

// stripCompose reads "db-1  | line".
func stripCompose(line []byte) (at int, key []byte, ok bool) {
	n := writerLen(line)
	if n == 0 {
		return 0, nil, false
	}
	bar := n
	for bar < len(line) && bar < n+64 && line[bar] == ' ' {
		bar++
	}
	if bar == n || bar >= len(line) || line[bar] != '|' {
		return 0, nil, false
	}
	if bar+1 < len(line) && line[bar+1] != ' ' {
		return 0, nil, false
	}
	return min(bar+2, len(line)), line[:n], true
}

// writerLen is the length of a container's or pod's name.
func writerLen(s []byte) int {
	n := 0
	for n < len(s) && n < 256 && (letter(s[n]) && s[n] < 0x80 || n > 0 && (s[n] == '-' || s[n] == '_' || s[n] == '.' || s[n] == '/')) {
		n++
	}
	return n
}

// stripTime reads "2020-03-11T20:40:44.000Z line": CloudWatch's export tasks,
// docker logs -t, kubectl logs --timestamps.
func stripTime(line []byte) (at int, key []byte, ok bool) {
	n := isoLen(line)
	if n == 0 || n < len(line) && line[n] != ' ' {
		return 0, nil, false
	}
	return min(n+1, len(line)), nil, true
}

// findTag looks for words that stand before every line, also before those that
// go on with a statement, as stern writes pod and container.
func findTag(sample [][]byte) *wrapper {
	tags := map[string]bool{} // of at most as many lines as were sampled
	for _, line := range sample {
		if i := bytes.IndexByte(line[:min(len(line), 256)], '\t'); i > 1 && line[i-1] == ' ' && isTag(line[:i]) {
			tags[string(line[:i])] = true
		} else if i := tagBeforeTime(line); i > 0 {
			tags[string(line[:i])] = true
		}
	}
	strip := func(line []byte) (int, []byte, bool) {
		// Up to three words: namespace, pod, container.
		at := 0
		for range 3 {
			i := bytes.IndexByte(line[at:min(len(line), 512)], ' ')
			if i < 0 {
				return 0, nil, false
			}
			at += i + 1
			if tags[string(line[:at])] {
				return at, line[:at], true
			}
		}
		return 0, nil, false
	}
	goesOn := false
	for _, line := range sample {
		at, _, ok := strip(line)
		if !ok {
			if len(line) > 0 {
				return nil
			}
			continue
		}
		goesOn = goesOn || at < len(line) && line[at] == '\t' || isoLen(line[at:]) > 0
	}
	if !goesOn {
		return nil
	}
	return &wrapper{name: "stern", strip: strip}
}

// isTag reports whether s is one to three names, each with a blank after it.
func isTag(s []byte) bool {
	words := 0
	for len(s) > 0 {
		n := writerLen(s)
		if n == 0 || n >= len(s) || s[n] != ' ' {
			return false
		}
		s = s[n+1:]
		words++
	}
	return words > 0 && words <= 3
}

// tagBeforeTime returns the length of a tag before a time.
func tagBeforeTime(line []byte) int {
	at := 0
	for range 3 {
		n := writerLen(line[at:])
		if n == 0 || at+n >= len(line) || line[at+n] != ' ' {
			return 0
		}
		at += n + 1
		if timestampLen(line[at:]) > 0 || isoLen(line[at:]) > 0 {
			return at
		}
	}
	return 0
}

// escape begins what colours a terminal.
var escape = []byte("\x1b[")

// coloured reports whether every other line has colours: those of a statement
// are its own.
func coloured(sample [][]byte) bool {
	n := 0
	for _, line := range sample {
		if bytes.Contains(line, escape) {
			n++
		}
	}
	return n*2 > len(sample)
}

// openColoured leaves out the colours.
func openColoured(src *bufio.Reader, o envelopeOptions) io.Reader {
	l := &lines{src: src, longest: o.longest}
	out := &output{}
	out.step = func() error {
		line, ok := l.next()
		if !ok {
			return l.err
		}
		out.b = appendPlain(out.b, line)
		if l.ended {
			out.b = append(out.b, '\n')
		}
		return nil
	}
	return out
}

// appendPlain appends a line without colours.
func appendPlain(b, line []byte) []byte {
	for {
		i := bytes.Index(line, escape)
		if i < 0 {
			return append(b, line...)
		}
		b = append(b, line[:i]...)
		line = line[i+len(escape):]
		n := 0
		for n < len(line) && n < 32 && (line[n] >= '0' && line[n] <= '9' || line[n] == ';') {
			n++
		}
		if n < len(line) && (line[n] == 'm' || line[n] == 'K') {
			n++
		}
		line = line[n:]
	}
}
