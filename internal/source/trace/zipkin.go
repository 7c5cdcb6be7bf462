package trace

import (
	"encoding/json"
)

// zipkinShape is that of Zipkin's spans, of its second format and its first:
// a list, a list of traces that are lists, or one per line.
func zipkinShape() *shape {
	return &shape{span: zipkinOne, bare: true, inner: set("hits", "_source")}
}

type zipkinEndpoint struct {
	Service string `json:"serviceName"`
}

func zipkinOne(raw []byte, _ *group) ([]*Span, error) {
	var z struct {
		TraceID     scalar          `json:"traceId"`
		ID          scalar          `json:"id"`
		ParentID    scalar          `json:"parentId"`
		Kind        string          `json:"kind"`
		Name        string          `json:"name"`
		Timestamp   scalar          `json:"timestamp"`
		Duration    scalar          `json:"duration"`
		Local       *zipkinEndpoint `json:"localEndpoint"`
		Tags        table           `json:"tags"`
		Annotations []struct {
			Timestamp scalar          `json:"timestamp"`
			Value     string          `json:"value"`
			Endpoint  *zipkinEndpoint `json:"endpoint"`
		} `json:"annotations"`
		Binary []struct {
			Key      string          `json:"key"`
			Value    anyValue        `json:"value"`
			Endpoint *zipkinEndpoint `json:"endpoint"`
		} `json:"binaryAnnotations"`
	}
	if err := json.Unmarshal(raw, &z); err != nil {
		return nil, err
	}
	if z.TraceID == "" && z.ID == "" {
		return nil, nil
	}
	s := &Span{
		Trace: string(z.TraceID), ID: string(z.ID), Parent: string(z.ParentID), Name: z.Name, Entry: isEntry(z.Kind),
		Start: z.Timestamp.time(microseconds), Process: &Process{}, Attributes: z.Tags.attributes(),
	}
	s.End = s.Start + z.Duration.time(microseconds)
	if z.Local != nil {
		s.Process.Service = z.Local.Service
	}
	for _, a := range z.Annotations {
		at := a.Timestamp.time(microseconds)
		switch a.Value {
		case "sr", "ss", "cs", "cr": // the first format: server and client, received and sent
			s.Entry = s.Entry || a.Value == "sr"
			if z.Timestamp == "" && at > 0 && (s.Start == 0 || at < s.Start) {
				s.Start = at
			}
			if z.Duration == "" {
				s.End = max(s.End, at)
			}
			if a.Endpoint != nil && s.Process.Service == "" {
				s.Process.Service = a.Endpoint.Service
			}
		}
	}
	for _, b := range z.Binary {
		s.Attributes = append(s.Attributes, Attribute{b.Key, b.Value.Value})
		if b.Endpoint != nil && s.Process.Service == "" && b.Key != "sa" && b.Key != "ca" {
			s.Process.Service = b.Endpoint.Service
		}
	}
	for i := range s.Attributes {
		a := &s.Attributes[i]
		a.Value = listed(a.Value)
		s.mark(a.Key, a.Value.Text)
	}
	return []*Span{s}, nil
}
