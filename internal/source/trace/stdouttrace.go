package trace

import (
	"encoding/json"
)

// stdouttraceShape is that of the exporter of OpenTelemetry's SDK for Go that
// prints spans.
func stdouttraceShape() *shape { return &shape{span: stdouttraceOne, bare: true} }

type stdouttraceAttribute struct {
	Key   string `json:"Key"`
	Value struct {
		Value anyValue `json:"Value"`
	} `json:"Value"`
}

func stdouttraceOne(raw []byte, _ *group) ([]*Span, error) {
	type spanContext struct {
		TraceID scalar `json:"TraceID"`
		SpanID  scalar `json:"SpanID"`
	}
	var o struct {
		Name        string                 `json:"Name"`
		SpanContext *spanContext           `json:"SpanContext"`
		Parent      spanContext            `json:"Parent"`
		Kind        scalar                 `json:"SpanKind"`
		Start       scalar                 `json:"StartTime"`
		End         scalar                 `json:"EndTime"`
		Attributes  []stdouttraceAttribute `json:"Attributes"`
		Resource    []stdouttraceAttribute `json:"Resource"`
		Status      struct {
			Code scalar `json:"Code"`
		} `json:"Status"`
	}
	if err := json.Unmarshal(raw, &o); err != nil {
		return nil, err
	}
	if o.SpanContext == nil {
		return nil, nil // a metric or a log record of the same exporter
	}
	s := &Span{
		Trace: string(o.SpanContext.TraceID), ID: string(o.SpanContext.SpanID), Parent: string(o.Parent.SpanID),
		Name: o.Name, Entry: isEntry(string(o.Kind)), Failed: o.Status.Code == "Error",
		Start: date(string(o.Start)), End: date(string(o.End)), Process: &Process{},
	}
	for _, a := range o.Attributes {
		s.Attributes = append(s.Attributes, Attribute{a.Key, a.Value.Value.Value})
	}
	for _, a := range o.Resource {
		if a.Key == serviceName {
			s.Process.Service = a.Value.Value.Text
		}
	}
	return []*Span{s}, nil
}
