package trace

import (
	"encoding/json"
)

// consoleShape is that of the exporter of OpenTelemetry's SDK for Python that
// prints spans; Ruby's and others' JSON of their own is close to it.
func consoleShape() *shape { return &shape{span: consoleOne, bare: true} }

func consoleOne(raw []byte, _ *group) ([]*Span, error) {
	var o struct {
		Name    string `json:"name"`
		Context *struct {
			TraceID scalar `json:"trace_id"`
			SpanID  scalar `json:"span_id"`
		} `json:"context"`
		Kind     scalar `json:"kind"`
		ParentID scalar `json:"parent_id"`
		Start    scalar `json:"start_time"`
		End      scalar `json:"end_time"`
		Status   struct {
			Code scalar `json:"status_code"`
		} `json:"status"`
		Attributes table `json:"attributes"`
		Resource   struct {
			Attributes table `json:"attributes"`
		} `json:"resource"`
	}
	if err := json.Unmarshal(raw, &o); err != nil {
		return nil, err
	}
	if o.Context == nil {
		return nil, nil
	}
	return []*Span{{
		Trace: string(o.Context.TraceID), ID: string(o.Context.SpanID), Parent: string(o.ParentID),
		Name: o.Name, Entry: isEntry(string(o.Kind)), Failed: o.Status.Code == "ERROR",
		Start: o.Start.time(nanoseconds), End: o.End.time(nanoseconds), Attributes: o.Attributes.attributes(),
		Process: &Process{Service: o.Resource.Attributes.text(serviceName)},
	}}, nil
}
