package trace

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/apilint/apilint/internal/source/bounded"
)

// shape says where the spans of a form stand in its JSON.
type shape struct {
	fresh map[string]bool // keys of values in which what spans share begins anew
	inner map[string]bool // keys of values with spans in them
	spans map[string]bool // keys of arrays of spans
	// shared reads the value of a key that spans beside it share.
	shared map[string]func(raw []byte, g *group) error
	// span reads one span.
	span func(raw []byte, g *group) ([]*Span, error)
	// bare: an object outside of spans that has none in it is one itself.
	bare bool
}

// group is what the spans of one resource or one trace share, whether it
// stands before or after them.
type group struct {
	process   *Process
	processes map[string]*Process
}

func newGroup() *group { return &group{process: &Process{}} }

// named returns a process that may be described later.
func (g *group) named(id string) *Process {
	if g.processes == nil {
		g.processes = map[string]*Process{}
	}
	if g.processes[id] == nil {
		g.processes[id] = &Process{}
	}
	return g.processes[id]
}

// set of keys.
func set(keys ...string) map[string]bool {
	m := map[string]bool{}
	for _, k := range keys {
		m[k] = true
	}
	return m
}

// documents reads JSON: one document, one per line, or members of an array.
func (r *reading) documents(src *bufio.Reader, counted *bounded.Reader, s *shape) {
	d := &documents{src: src, bounded: counted, line: 1}
	w := &walker{reading: r, d: d, shape: s}
	for d.next() && r.ctx.Err() == nil {
		w.document()
	}
	if err := d.err; err != nil {
		r.note("reading stopped: " + err.Error())
	}
}

// walker walks documents and hands on their spans.
type walker struct {
	*reading
	d     *documents
	dec   *json.Decoder
	shape *shape
}

// document reads one document. A broken one is left at the place where it
// breaks; the next one begins at the start of a line.
func (w *walker) document() {
	w.dec = json.NewDecoder(w.d)
	values := 0
	err := w.walk(nil, 0)
	for ; err == nil; values++ {
		err = w.walk(nil, 0)
	}
	line := w.d.lineAt(w.dec.InputOffset())
	last, more := w.d.drain()
	var syntax *json.SyntaxError
	switch {
	case err == io.EOF:
	case values > 0 && errors.As(err, &syntax) && !more && w.separator():
		// The comma or bracket of an array around the documents.
	case last && errors.Is(err, io.ErrUnexpectedEOF):
		w.cutOff("document")
	default:
		w.unreadable(line, err)
	}
}

// separator reports whether nothing else follows the value that was read last.
func (w *walker) separator() bool {
	rest, err := io.ReadAll(w.dec.Buffered())
	return err == nil && len(bytes.Trim(rest, separators)) == 0
}

// maxWalk is how deep values may be nested on the way to spans.
const maxWalk = 16

// walk reads one value and the spans in it. What is no way to a span is passed
// over. Without a group, each object begins one.
func (w *walker) walk(g *group, depth int) error {
	if depth > maxWalk {
		return w.skip()
	}
	w.d.bounded.Record()
	token, err := w.dec.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('['):
		for w.dec.More() {
			if err := w.walk(g, depth+1); err != nil {
				return noEOF(err)
			}
		}
		if _, err = w.dec.Token(); err == io.EOF && depth == 0 {
			return err // the array goes on in the next lines
		}
		return noEOF(err)
	case json.Delim('{'):
		return noEOF(w.object(g, depth))
	}
	return nil
}

// noEOF tells an end inside a value from one between values.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// object reads the rest of an object after its brace.
func (w *walker) object(g *group, depth int) error {
	if g == nil {
		g = newGroup()
	}
	s := w.shape
	line := w.d.lineAt(w.dec.InputOffset())
	var own bytes.Buffer // the object without what was walked
	walked := false
	for w.dec.More() {
		token, err := w.dec.Token()
		if err != nil {
			return err
		}
		key, _ := token.(string)
		switch {
		case s.fresh[key]:
			walked, err = true, w.walk(nil, depth+1)
		case s.spans[key]:
			walked, err = true, w.spans(g)
		case s.inner[key]:
			walked, err = true, w.walk(g, depth+1)
		case s.shared[key] != nil:
			err = w.share(s.shared[key], g)
		case s.bare && !walked && own.Len() < bounded.MaxRecord:
			err = w.field(&own, key)
		default:
			err = w.skip()
		}
		if err != nil {
			return err
		}
	}
	if _, err := w.dec.Token(); err != nil {
		return err
	}
	if s.bare && !walked && own.Len() > 0 {
		own.WriteByte('}')
		w.hold(own.Bytes(), line, g)
	}
	return nil
}

// field copies a key and its value.
func (w *walker) field(into *bytes.Buffer, key string) error {
	w.d.bounded.Record()
	var raw json.RawMessage
	if err := w.dec.Decode(&raw); err != nil {
		return err
	}
	into.WriteByte("{,"[min(into.Len(), 1)])
	name, err := json.Marshal(key)
	if err != nil {
		return err
	}
	into.Write(name)
	into.WriteByte(':')
	into.Write(raw)
	return nil
}

// share reads what the spans around it have in common.
func (w *walker) share(read func([]byte, *group) error, g *group) error {
	raw, line, err := w.raw()
	if err != nil {
		return err
	}
	if err := read(raw, g); err != nil {
		w.unreadable(line, err)
	}
	return nil
}

func (w *walker) spans(g *group) error {
	w.d.bounded.Record()
	token, err := w.dec.Token()
	if err != nil {
		return err
	}
	if token != json.Delim('[') {
		if token != nil {
			w.unreadable(w.d.lineAt(w.dec.InputOffset()), fmt.Errorf("spans is no array"))
		}
		if token == json.Delim('{') {
			return w.rest(1)
		}
		return nil
	}
	for w.dec.More() {
		raw, line, err := w.raw()
		if err != nil {
			return err
		}
		w.hold(raw, line, g)
	}
	_, err = w.dec.Token()
	return err
}

// hold reads the spans of one object.
func (w *walker) hold(raw []byte, line int64, g *group) {
	spans, err := w.shape.span(raw, g)
	if err != nil {
		w.unreadable(line, err)
		return
	}
	for _, s := range spans {
		s.Line = line
		w.hand(s)
	}
}

// raw reads the next value and tells the line where it begins.
func (w *walker) raw() (raw json.RawMessage, line int64, err error) {
	w.d.bounded.Record()
	if err := w.dec.Decode(&raw); err != nil {
		return nil, 0, err
	}
	return raw, w.d.lineAt(w.dec.InputOffset() - int64(len(raw))), nil
}

// skip passes over one value.
func (w *walker) skip() error {
	w.d.bounded.Record()
	token, err := w.dec.Token()
	if err != nil {
		return err
	}
	if token == json.Delim('{') || token == json.Delim('[') {
		return w.rest(1)
	}
	return nil
}

// rest passes over what is left of depth values that were begun.
func (w *walker) rest(depth int) error {
	for depth > 0 {
		w.d.bounded.Record()
		token, err := w.dec.Token()
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
	return nil
}
