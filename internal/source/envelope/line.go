package envelope

import (
	"bufio"
	"bytes"
	"io"
	"slices"
)

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
	// all lines have it: one without is of another program.
	all bool
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
	{name: "timestamps", strip: stripLocalTime, loose: true},
}

// findLineEnvelope tells an envelope around lines.
func findLineEnvelope(head []byte, o Options) *envelope {
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
		if wraps(sample, o.Grammar, func(line []byte) bool { _, _, ok := w.strip(line); return ok }) && !(w.bars && slices.ContainsFunc(sample, continuesRaw)) {
			if w.loose {
				w = w.withStream(sample, o.Grammar)
			}
			return w.envelope(sample, o)
		}
	}
	if o.Begins != nil && slices.ContainsFunc(sample, o.Begins) {
		return nil // what stands before every line is the prefix
	}
	if w := findTag(sample, o.Grammar); w != nil {
		return w.envelope(sample, o)
	}
	if w := findHead(sample, o.Grammar); w != nil {
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
func wraps(sample [][]byte, g Grammar, is func([]byte) bool) bool {
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
		if at, _, _ := g.Severity(line); at >= 0 {
			severe++
			if ok {
				severeWrapped++
			}
		}
	}
	return wrapped > 0 && (severeWrapped*2 > severe || severe == 0 && wrapped*5 > all*4)
}

// envelope opens the form.
func (w wrapper) envelope(sample [][]byte, o Options) *envelope {
	several := w.several(sample, o.Grammar)
	return &envelope{name: w.name, open: func(src *bufio.Reader, left *leftover) io.Reader {
		l := &lines{src: src, longest: o.Longest}
		out := &output{}
		s := newStreams(out, left, o, several)
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
			case !ok && w.all:
				s.other(line)
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
func (w wrapper) several(sample [][]byte, g Grammar) bool {
	keys, logged := map[string]bool{}, false
	for _, line := range sample {
		if at, key, ok := w.strip(line); ok {
			keys[string(key)] = true
			logged = logged || g.Logged(line[at:])
		}
	}
	return logged && len(keys) > 1
}
