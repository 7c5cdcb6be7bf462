// Package trace reads traces in the forms in which tracers, collectors and
// their stores write them, span by span. It knows forms, not databases: what a
// span says of a statement stays among its attributes, by the names of
// OpenTelemetry's semantic conventions.
package trace

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/apilint/apilint/analyzer/workload"
	"github.com/apilint/apilint/internal/source/bounded"
)

// Span is what is read of one.
type Span struct {
	Trace, ID, Parent string // opaque; Parent is "" at the root
	Name              string
	Entry             bool  // a request or a message enters the service here
	Failed            bool  // ended in an error
	Start, End        int64 // µs since 1970-01-01 UTC, 0 unknown
	Count             int   // equal calls that one span stands for; 0 is one
	Dropped           int   // spans below that the tracer did not keep
	Line              int64 // where it begins, from 1; in a binary form its number
	Attributes        []Attribute
	Process           *Process // complete when the whole input was read
}

// Process is what the spans of one process share.
type Process struct{ Service string }

// Attribute is a name and a value.
type Attribute struct {
	Key   string
	Value Value
}

// Value is a scalar as text, or a list of values.
type Value struct {
	Text string
	Null bool
	List []Value
}

// add gives the span an attribute that has a value.
func (s *Span) add(key, text string) {
	if text != "" {
		s.Attributes = append(s.Attributes, Attribute{key, Value{Text: text}})
	}
}

// mark reads what some forms keep among the attributes: the kind of the span
// and how it ended.
func (s *Span) mark(key, text string) {
	switch key {
	case "span.kind":
		s.Entry = s.Entry || isEntry(text)
	case "error":
		s.Failed = s.Failed || text != "" && text != "false"
	case "otel.status_code":
		s.Failed = s.Failed || text == "ERROR"
	}
}

// isEntry takes the kinds of a span in OpenTelemetry's numbers and in
// everybody's words.
func isEntry(kind string) bool {
	switch strings.ToUpper(strings.TrimPrefix(strings.TrimPrefix(kind, "SPAN_KIND_"), "SpanKind.")) {
	case "2", "5", "SERVER", "CONSUMER":
		return true
	}
	return false
}

// Read hands every span of src to add; form is a name of [Forms] or "" to
// detect it. What it cannot read it counts in the input. An error is the
// context's.
func Read(ctx context.Context, in *workload.Input, src io.Reader, form string, add func(*Span)) error {
	counted := bounded.NewReader(src)
	buffered := bufio.NewReaderSize(counted, headSize)
	head, _ := buffered.Peek(headSize)
	if form == "" {
		form = Detect(head)
	}
	r := &reading{ctx: ctx, in: in}
	r.add = func(s *Span) {
		in.Records++
		if r.binary {
			s.Line = in.Records
		}
		s.Start = max(s.Start, 0)
		s.End = max(s.End, s.Start)
		add(s)
	}
	w := &wire{src: buffered, bounded: counted}
	switch framing := framingOf(head); {
	case framing != nil:
		r.binary = true
		r.frames(w, framing)
	case form == formOTLP && isMessage(head):
		r.binary = true
		r.message(w)
	default:
		r.documents(buffered, counted, shapeOf(form))
	}
	bytes, lines := counted.Count()
	in.Bytes = bytes
	if r.binary {
		lines = in.Records
	}
	in.Lines = lines
	return ctx.Err()
}

// reading is the state of one [Read].
type reading struct {
	ctx    context.Context
	in     *workload.Input
	add    func(*Span)
	binary bool // there are no lines
}

// unreadable counts what is no span although it stands where one should.
func (r *reading) unreadable(line int64, err error) {
	r.in.Unreadable++
	if len(r.in.Examples) < 3 {
		r.in.Examples = append(r.in.Examples, workload.Example{Line: line, Text: err.Error()})
	}
}

func (r *reading) note(text string) { r.in.Notes = append(r.in.Notes, text) }

// cutOff tells of an input that ends in the middle.
func (r *reading) cutOff(of string) {
	r.in.Truncated++
	r.note("the end of the file stands in the middle of a " + of)
}

var errNoIDs = errors.New("a span without the ids of its trace and itself")

// hand gives a span away, or says why it is none.
func (r *reading) hand(s *Span) {
	if s.Trace == "" || s.ID == "" {
		r.unreadable(s.Line, errNoIDs)
		return
	}
	if strings.Trim(s.Parent, "0") == "" || strings.Trim(s.Parent, "A=") == "" || s.Parent == "0x"+strings.Repeat("0", 16) {
		s.Parent = "" // zero, in hex, decimal or base64
	}
	r.add(s)
}

// scale returns a number of some unit in µs, 0 when it is none that can be a
// time; perMicro is how many of the unit a µs has.
func scale(number string, perMicro float64) int64 {
	if perMicro >= 1 {
		if n, err := strconv.ParseInt(number, 10, 64); err == nil {
			return max(n, 0) / int64(perMicro)
		}
	}
	if n, err := strconv.ParseFloat(number, 64); err == nil && n > 0 && n/perMicro < 1<<62 {
		return int64(n/perMicro + 1e-3)
	}
	return 0
}

// Units of times, as how many of them a µs has.
const (
	nanoseconds  = 1e3
	microseconds = 1
	milliseconds = 1e-3
	seconds      = 1e-6
)
