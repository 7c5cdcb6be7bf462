package trace

import "encoding/json"

// otlpShape is that of OTLP in JSON: of the collector's file exporter, of the
// loggers of SDKs, of Tempo (batches, trace), of Jaeger's third API (result),
// and from before scopes were called so.
func otlpShape() *shape {
	return &shape{
		fresh:  set("resourceSpans", "batches"),
		inner:  set("scopeSpans", "instrumentationLibrarySpans", "trace", "traces", "result", "data"),
		spans:  set("spans"),
		shared: map[string]func([]byte, *group) error{"resource": otlpResource},
		span:   otlpOne,
	}
}

type otlpAttribute struct {
	Key   string    `json:"key"`
	Value otlpValue `json:"value"`
}

// otlpValue is an AnyValue.
type otlpValue struct {
	String *string `json:"stringValue"`
	Int    scalar  `json:"intValue"`
	Double scalar  `json:"doubleValue"`
	Bool   scalar  `json:"boolValue"`
	Array  *struct {
		Values []otlpValue `json:"values"`
	} `json:"arrayValue"`
}

func (v *otlpValue) value() (out Value) {
	switch {
	case v.String != nil:
		out.Text = *v.String
	case v.Array != nil:
		out.List = make([]Value, len(v.Array.Values))
		for i := range v.Array.Values {
			out.List[i] = v.Array.Values[i].value()
		}
	default:
		out.Text = string(v.Int + v.Double + v.Bool)
		out.Null = out.Text == ""
	}
	return out
}

// otlpResource fills in what its spans, read before or after it, share.
func otlpResource(raw []byte, g *group) error {
	var r struct {
		Attributes []otlpAttribute `json:"attributes"`
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return err
	}
	for _, a := range r.Attributes {
		if a.Key == serviceName {
			g.process.Service = a.Value.value().Text
		}
	}
	return nil
}

// serviceName is the attribute of a resource by which people know a process.
const serviceName = "service.name"

func otlpOne(raw []byte, g *group) ([]*Span, error) {
	var o struct {
		TraceID    scalar          `json:"traceId"`
		SpanID     scalar          `json:"spanId"`
		ParentID   scalar          `json:"parentSpanId"`
		Name       string          `json:"name"`
		Kind       scalar          `json:"kind"`
		Start      scalar          `json:"startTimeUnixNano"`
		End        scalar          `json:"endTimeUnixNano"`
		Attributes []otlpAttribute `json:"attributes"`
		Status     struct {
			Code scalar `json:"code"`
		} `json:"status"`
	}
	if err := json.Unmarshal(raw, &o); err != nil {
		return nil, err
	}
	s := &Span{
		Trace: string(o.TraceID), ID: string(o.SpanID), Parent: string(o.ParentID), Name: o.Name, Entry: isEntry(string(o.Kind)),
		Failed: o.Status.Code == "2" || o.Status.Code == "STATUS_CODE_ERROR",
		Start:  o.Start.time(nanoseconds), End: o.End.time(nanoseconds), Process: g.process,
		Attributes: make([]Attribute, len(o.Attributes)),
	}
	for i := range o.Attributes {
		s.Attributes[i] = Attribute{o.Attributes[i].Key, o.Attributes[i].Value.value()}
	}
	return []*Span{s}, nil
}
