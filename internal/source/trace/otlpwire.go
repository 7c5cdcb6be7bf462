package trace

import (
	"encoding/hex"
	"errors"
	"io"
	"math"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
)

// Numbers of fields of opentelemetry/proto/trace/v1/trace.proto and
// common/v1/common.proto.
const (
	tracesResourceSpans = 1

	resourceSpansResource   = 1
	resourceSpansScopeSpans = 2
	resourceSpansLibrary    = 1000 // as scopeSpans were called

	scopeSpansSpans = 2

	resourceAttributes = 1

	spanTraceID    = 1
	spanSpanID     = 2
	spanParentID   = 4
	spanName       = 5
	spanKind       = 6
	spanStart      = 7
	spanEnd        = 8
	spanAttributes = 9
	spanStatus     = 15

	statusCode  = 3
	statusError = 2

	keyValueKey   = 1
	keyValueValue = 2

	anyString = 1
	anyBool   = 2
	anyInt    = 3
	anyDouble = 4
	anyArray  = 5

	arrayValues = 1
)

// message reads spans of an input that is one TracesData, or the request of an
// export, which is the same.
func (r *reading) message(w *wire) {
	r.ended(r.traces(w, endless))
}

// ended tells of how the reading of a message ended.
func (r *reading) ended(err error) {
	switch {
	case err == nil || r.ctx.Err() != nil:
	case errors.Is(err, io.ErrUnexpectedEOF):
		r.cutOff("message")
	default:
		r.unreadable(r.in.Records, err)
		r.note("reading stopped: " + err.Error())
	}
}

func (r *reading) traces(w *wire, size int64) error {
	return w.each(size, func(number protowire.Number, size int64) error {
		if number != tracesResourceSpans {
			return w.skip(size)
		}
		g := newGroup()
		return w.each(size, func(number protowire.Number, size int64) error {
			switch number {
			case resourceSpansResource:
				raw, err := w.take(size)
				g.process.Service = resourceService(raw)
				return err
			case resourceSpansScopeSpans, resourceSpansLibrary:
				return r.scopeSpans(w, size, g)
			}
			return w.skip(size)
		})
	})
}

func (r *reading) scopeSpans(w *wire, size int64, g *group) error {
	return w.each(size, func(number protowire.Number, size int64) error {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		if number != scopeSpansSpans {
			return w.skip(size)
		}
		raw, err := w.take(size)
		switch {
		case err != nil:
			return err
		case raw == nil:
			r.unreadable(r.in.Records, errors.New("a span is too long to be one"))
			return nil
		}
		s, ok := wireSpan(raw)
		if !ok {
			r.unreadable(r.in.Records, errDamaged)
			return nil
		}
		s.Process = g.process
		r.hand(s)
		return nil
	})
}

// wireField is a field of a message that is held in memory.
type wireField struct {
	number   protowire.Number
	number64 uint64 // of those with a number
	bytes    []byte // of those with a length
}

// wireFields calls f for every field, false when the bytes are no message.
func wireFields(raw []byte, f func(wireField) bool) bool {
	for len(raw) > 0 {
		number, kind, n := protowire.ConsumeTag(raw)
		if n < 0 {
			return false
		}
		raw = raw[n:]
		field := wireField{number: number}
		switch kind {
		case protowire.VarintType:
			field.number64, n = protowire.ConsumeVarint(raw)
		case protowire.Fixed64Type:
			field.number64, n = protowire.ConsumeFixed64(raw)
		case protowire.BytesType:
			field.bytes, n = protowire.ConsumeBytes(raw)
		default:
			n = protowire.ConsumeFieldValue(number, kind, raw)
		}
		if n < 0 || !f(field) {
			return false
		}
		raw = raw[n:]
	}
	return true
}

func resourceService(raw []byte) (service string) {
	wireFields(raw, func(f wireField) bool {
		if f.number == resourceAttributes {
			if a, ok := wireAttribute(f.bytes); ok && a.Key == serviceName {
				service = a.Value.Text
			}
		}
		return true
	})
	return service
}

func wireSpan(raw []byte) (*Span, bool) {
	s := &Span{}
	ok := wireFields(raw, func(f wireField) bool {
		switch f.number {
		case spanTraceID:
			s.Trace = hex.EncodeToString(f.bytes)
		case spanSpanID:
			s.ID = hex.EncodeToString(f.bytes)
		case spanParentID:
			s.Parent = hex.EncodeToString(f.bytes)
		case spanName:
			s.Name = string(f.bytes)
		case spanKind:
			s.Entry = isEntry(strconv.FormatUint(f.number64, 10))
		case spanStart:
			s.Start = int64(min(f.number64, math.MaxInt64)) / nanoseconds
		case spanEnd:
			s.End = int64(min(f.number64, math.MaxInt64)) / nanoseconds
		case spanAttributes:
			a, ok := wireAttribute(f.bytes)
			s.Attributes = append(s.Attributes, a)
			return ok
		case spanStatus:
			return wireFields(f.bytes, func(f wireField) bool {
				s.Failed = s.Failed || f.number == statusCode && f.number64 == statusError
				return true
			})
		}
		return true
	})
	return s, ok
}

func wireAttribute(raw []byte) (a Attribute, ok bool) {
	a.Value.Null = true
	ok = wireFields(raw, func(f wireField) bool {
		valid := true
		switch f.number {
		case keyValueKey:
			a.Key = string(f.bytes)
		case keyValueValue:
			a.Value, valid = wireValue(f.bytes, 0)
		}
		return valid
	})
	return a, ok
}

// maxNested is how deep values are nested that are read.
const maxNested = 8

func wireValue(raw []byte, depth int) (v Value, ok bool) {
	v.Null = true
	if depth > maxNested {
		return v, true
	}
	ok = wireFields(raw, func(f wireField) bool {
		v.Null = false
		switch f.number {
		case anyString:
			v.Text = string(f.bytes)
		case anyBool:
			v.Text = strconv.FormatBool(f.number64 != 0)
		case anyInt:
			v.Text = strconv.FormatInt(int64(f.number64), 10)
		case anyDouble:
			v.Text = strconv.FormatFloat(math.Float64frombits(f.number64), 'g', -1, 64)
		case anyArray:
			return wireFields(f.bytes, func(f wireField) bool {
				valid := true
				if f.number == arrayValues {
					var item Value
					item, valid = wireValue(f.bytes, depth+1)
					v.List = append(v.List, item)
				}
				return valid
			})
		}
		return true
	})
	return v, ok
}

// isMessage reports whether the head of an input, maybe cut, is TracesData
// with a span in it. Text that begins with line breaks looks like fields.
func isMessage(head []byte) bool {
	path := []protowire.Number{tracesResourceSpans, resourceSpansScopeSpans, scopeSpansSpans}
	for len(head) > 0 {
		number, kind, n := protowire.ConsumeTag(head)
		if n < 0 || kind != protowire.BytesType {
			return false
		}
		size, m := protowire.ConsumeVarint(head[n:])
		if m < 0 || size > math.MaxInt32 {
			return false
		}
		head = head[n+m:]
		if len(path) == 0 {
			return number == spanTraceID && size > 0 && size <= 32
		}
		if number == path[0] || path[0] == resourceSpansScopeSpans && number == resourceSpansLibrary {
			path = path[1:]
			continue
		}
		if number > resourceSpansLibrary || size > uint64(len(head)) {
			return false
		}
		head = head[size:]
	}
	return false
}
