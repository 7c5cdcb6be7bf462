package trace

import (
	"encoding/json"
	"strings"
	"time"
)

// jaegerShape is that of Jaeger's UI and its HTTP API, and of the documents
// that it keeps in Elasticsearch.
func jaegerShape() *shape {
	return &shape{
		fresh:  set("data"),
		inner:  set("hits", "_source"),
		spans:  set("spans"),
		shared: map[string]func([]byte, *group) error{"processes": jaegerProcesses},
		span:   jaegerOne,
		bare:   true,
	}
}

type jaegerProcess struct {
	Service string `json:"serviceName"`
}

// jaegerProcesses reads the table of processes, which stands behind the spans
// that name them.
func jaegerProcesses(raw []byte, g *group) error {
	var all map[string]jaegerProcess
	if err := json.Unmarshal(raw, &all); err != nil {
		return err
	}
	for id, p := range all {
		g.named(id).Service = p.Service
	}
	return nil
}

// jaegerTag has its value beside its type, or in a field for each type.
type jaegerTag struct {
	Key    string   `json:"key"`
	Value  anyValue `json:"value"`
	Text   scalar   `json:"vStr"`
	Number scalar   `json:"vInt64"`
	Truth  scalar   `json:"vBool"`
}

func jaegerOne(raw []byte, g *group) ([]*Span, error) {
	var j struct {
		TraceID    scalar `json:"traceID"`
		SpanID     scalar `json:"spanID"`
		ParentID   scalar `json:"parentSpanID"`
		Name       string `json:"operationName"`
		References []struct {
			Type    scalar `json:"refType"`
			TraceID scalar `json:"traceID"`
			SpanID  scalar `json:"spanID"`
		} `json:"references"`
		Start     scalar         `json:"startTime"`
		Duration  scalar         `json:"duration"`
		Tags      []jaegerTag    `json:"tags"`
		Fields    table          `json:"tag"`
		ProcessID string         `json:"processID"`
		Process   *jaegerProcess `json:"process"`
	}
	if err := json.Unmarshal(raw, &j); err != nil {
		return nil, err
	}
	if j.TraceID == "" && j.SpanID == "" && j.Name == "" {
		return nil, nil // an action of a bulk request, a page's counts
	}
	s := &Span{
		Trace: string(j.TraceID), ID: string(j.SpanID), Parent: string(j.ParentID), Name: j.Name,
		Start: j.Start.time(microseconds), Process: g.process,
	}
	s.End = s.Start + length(j.Duration)
	for _, r := range j.References {
		if r.SpanID == "" || r.TraceID != "" && r.TraceID != j.TraceID {
			continue
		}
		if child := r.Type == "CHILD_OF" || r.Type == ""; child || s.Parent == "" {
			s.Parent = string(r.SpanID)
			if child {
				break
			}
		}
	}
	switch {
	case j.Process != nil:
		s.Process = &Process{Service: j.Process.Service}
	case j.ProcessID != "":
		s.Process = g.named(j.ProcessID)
	}
	for _, t := range j.Tags {
		v := t.Value.Value
		if v.Text == "" && v.List == nil {
			v.Text = string(t.Text + t.Number + t.Truth)
		}
		s.Attributes = append(s.Attributes, Attribute{t.Key, listed(v)})
	}
	for _, a := range j.Fields.attributes() {
		s.Attributes = append(s.Attributes, Attribute{strings.ReplaceAll(a.Key, "@", "."), listed(a.Value)})
	}
	for _, a := range s.Attributes {
		s.mark(a.Key, a.Value.Text)
	}
	return []*Span{s}, nil
}

// length reads µs, or a duration with its unit.
func length(text scalar) int64 {
	if d, err := time.ParseDuration(string(text)); err == nil && text != "0" {
		return d.Microseconds()
	}
	return text.time(microseconds)
}

// listed reads a list that was written as text, as in Jaeger and Zipkin, whose
// tags are scalars: as JSON, or as converters write an ArrayValue of OTLP.
func listed(v Value) Value {
	if strings.HasPrefix(v.Text, `{"values"`) {
		var o otlpValue
		if json.Unmarshal([]byte(`{"arrayValue":`+v.Text+`}`), &o) == nil {
			v.List = o.value().List
		}
		return v
	}
	if len(v.Text) < 2 || v.Text[0] != '[' || v.Text[len(v.Text)-1] != ']' {
		return v
	}
	var list []anyValue
	if json.Unmarshal([]byte(v.Text), &list) != nil {
		return v
	}
	v.List = make([]Value, len(list))
	for i := range list {
		v.List[i] = list[i].Value
	}
	return v
}
