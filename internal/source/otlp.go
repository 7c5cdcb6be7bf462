package source

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/apilint/apilint/analyzer/workload"
)

// otlp reads traces in OTLP/JSON: one document, or one per line as the
// collector's file exporter writes them. Spans are records; those that ran a
// statement on PostgreSQL are executions.
func (r *reading) otlp(in *workload.Input, src io.Reader) error {
	number := r.input(in, workload.SourceTrace)
	counted := newBoundedReader(src)
	d := &documents{src: bufio.NewReaderSize(counted, 64<<10), bounded: counted, line: 1}
	t := newTraces(r, in, number)
	o := &otlpReader{in: in, d: d, traces: t}
	for d.next() && r.ctx.Err() == nil {
		o.document()
	}
	t.closeAll()
	in.Bytes, in.Lines = counted.count()
	if err := d.err; err != nil {
		in.Notes = append(in.Notes, "reading stopped: "+err.Error())
	}
	return r.ctx.Err()
}

// otlpReader walks documents and hands on their spans.
type otlpReader struct {
	in     *workload.Input
	d      *documents
	dec    *json.Decoder
	traces *traces
}

// document reads one document. A broken one is left at the place where it
// breaks; the next one begins at the start of a line.
func (o *otlpReader) document() {
	o.dec = json.NewDecoder(o.d)
	values := 0
	err := o.walk(nil, 0)
	for ; err == nil; values++ {
		err = o.walk(nil, 0)
	}
	line := o.d.lineAt(o.dec.InputOffset())
	last, more := o.d.drain()
	var syntax *json.SyntaxError
	switch {
	case err == io.EOF:
	case values > 0 && errors.As(err, &syntax) && !more && o.separator():
		// The comma or bracket of an array around the documents.
	case last && errors.Is(err, io.ErrUnexpectedEOF):
		o.in.Truncated++
		o.in.Notes = append(o.in.Notes, "the end of the file stands in the middle of a document")
	default:
		o.unreadable(line, err)
	}
}

// separator reports whether nothing else follows the value that was read last.
func (o *otlpReader) separator() bool {
	rest, err := io.ReadAll(o.dec.Buffered())
	return err == nil && len(bytes.Trim(rest, separators)) == 0
}

func (o *otlpReader) unreadable(line int64, err error) {
	o.in.Unreadable++
	if len(o.in.Examples) < 3 {
		o.in.Examples = append(o.in.Examples, workload.Example{Line: line, Text: err.Error()})
	}
}

// maxWalk is how deep values may be nested on the way to spans.
const maxWalk = 16

// walk reads one value and the spans in it. What is no way to a span is passed
// over.
func (o *otlpReader) walk(res *resource, depth int) error {
	if depth > maxWalk {
		return o.skip()
	}
	o.d.bounded.record()
	token, err := o.dec.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('['):
		for o.dec.More() {
			if err := o.walk(res, depth+1); err != nil {
				return noEOF(err)
			}
		}
		if _, err = o.dec.Token(); err == io.EOF && depth == 0 {
			return err // the array goes on in the next lines
		}
		return noEOF(err)
	case json.Delim('{'):
		return noEOF(o.object(res, depth))
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
func (o *otlpReader) object(res *resource, depth int) error {
	if res == nil {
		res = &resource{}
	}
	for o.dec.More() {
		key, err := o.dec.Token()
		if err != nil {
			return err
		}
		switch key {
		case "resourceSpans", "batches": // each member has its own resource
			err = o.walk(nil, depth+1)
		case "scopeSpans", "instrumentationLibrarySpans", "trace":
			err = o.walk(res, depth+1)
		case "resource":
			err = o.resource(res)
		case "spans":
			err = o.spans(res)
		default:
			err = o.skip()
		}
		if err != nil {
			return err
		}
	}
	_, err := o.dec.Token()
	return err
}

// resource fills in what its spans, read before or after it, share.
func (o *otlpReader) resource(res *resource) error {
	var value struct {
		Attributes []otlpAttribute `json:"attributes"`
	}
	if _, _, err := o.decode(&value); err != nil {
		return err
	}
	for _, a := range value.Attributes {
		if a.Key == "service.name" {
			res.service = a.Value.text()
		}
	}
	return nil
}

func (o *otlpReader) spans(res *resource) error {
	o.d.bounded.record()
	token, err := o.dec.Token()
	if err != nil {
		return err
	}
	if token != json.Delim('[') {
		o.unreadable(o.d.lineAt(o.dec.InputOffset()), fmt.Errorf("spans is no array"))
		if token == json.Delim('{') {
			return o.rest(1)
		}
		return nil
	}
	for o.dec.More() {
		var s otlpSpan
		line, ok, err := o.decode(&s)
		switch {
		case err != nil:
			return err
		case !ok:
		case s.TraceID == "" || s.SpanID == "":
			o.unreadable(line, errors.New("a span without traceId or spanId"))
		default:
			o.in.Records++
			o.traces.add(&s, res, line)
		}
	}
	_, err = o.dec.Token()
	return err
}

// decode reads the next value into into and tells the line where it begins.
// One of an unexpected shape is counted and not ok; an error means that there
// is no value.
func (o *otlpReader) decode(into any) (line int64, ok bool, err error) {
	o.d.bounded.record()
	var raw json.RawMessage
	if err := o.dec.Decode(&raw); err != nil {
		return 0, false, err
	}
	line = o.d.lineAt(o.dec.InputOffset() - int64(len(raw)))
	if err := json.Unmarshal(raw, into); err != nil {
		o.unreadable(line, err)
		return line, false, nil
	}
	return line, true, nil
}

// skip passes over one value.
func (o *otlpReader) skip() error {
	o.d.bounded.record()
	token, err := o.dec.Token()
	if err != nil {
		return err
	}
	if token == json.Delim('{') || token == json.Delim('[') {
		return o.rest(1)
	}
	return nil
}

// rest passes over what is left of depth values that were begun.
func (o *otlpReader) rest(depth int) error {
	for depth > 0 {
		o.d.bounded.record()
		token, err := o.dec.Token()
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
