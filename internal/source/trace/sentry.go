package trace

import (
	"encoding/json"
	"strings"
)

// sentryShape is that of Sentry's events of transactions, alone, in a list,
// one per line, or between the headers of an envelope.
func sentryShape() *shape { return &shape{span: sentryEvent, bare: true} }

type sentrySpan struct {
	TraceID     scalar `json:"trace_id"`
	SpanID      scalar `json:"span_id"`
	ParentID    scalar `json:"parent_span_id"`
	Op          string `json:"op"`
	Description string `json:"description"`
	Status      scalar `json:"status"`
	Start       scalar `json:"start_timestamp"`
	End         scalar `json:"timestamp"`
	Data        table  `json:"data"`
	Tags        table  `json:"tags"`
}

// sentryEvent reads a transaction and the spans below it.
func sentryEvent(raw []byte, _ *group) ([]*Span, error) {
	var e struct {
		Transaction string `json:"transaction"`
		Info        struct {
			Source string `json:"source"`
		} `json:"transaction_info"`
		Start    scalar `json:"start_timestamp"`
		End      scalar `json:"timestamp"`
		Contexts struct {
			Trace sentrySpan `json:"trace"`
		} `json:"contexts"`
		Request struct {
			Method string `json:"method"`
		} `json:"request"`
		Spans []sentrySpan `json:"spans"`
	}
	if err := json.Unmarshal(raw, &e); err != nil {
		return nil, err
	}
	if e.Start == "" && len(e.Spans) == 0 {
		return nil, nil // a header of an envelope, or an error
	}
	process := &Process{}
	c := &e.Contexts.Trace
	var out []*Span
	if c.SpanID != "" {
		c.Start, c.End = e.Start, e.End
		root := c.span(process)
		root.Name, root.Entry = e.Transaction, true
		if e.Info.Source != "url" && e.Info.Source != "sanitized" {
			root.add("http.route", e.Transaction)
		}
		root.add("http.request.method", e.Request.Method)
		root.add("url.path", "/") // its name may be one, which is then no route
		out = append(out, root)
	}
	for i := range e.Spans {
		s := &e.Spans[i]
		if s.TraceID == "" {
			s.TraceID = c.TraceID
		}
		if s.ParentID == "" {
			s.ParentID = c.SpanID
		}
		out = append(out, s.span(process))
	}
	return out, nil
}

func (j *sentrySpan) span(process *Process) *Span {
	s := &Span{
		Trace: string(j.TraceID), ID: string(j.SpanID), Parent: string(j.ParentID), Name: j.Description,
		Start: j.Start.time(seconds), End: j.End.time(seconds), Process: process,
		Failed:     j.Status != "" && j.Status != "ok" && j.Status != "0",
		Attributes: append(j.Data.attributes(), j.Tags.attributes()...),
	}
	kind, detail, _ := strings.Cut(j.Op, ".")
	if kind != "db" {
		return s
	}
	if s.Name == "" {
		s.Name = j.Op
	}
	switch library, _, _ := strings.Cut(detail, "."); library {
	case "", "sql", "query", "postgres", "postgresql":
		s.add("db.statement", j.Description)
	default:
		if j.Data.text("db.system") == "" && j.Data.text("db.system.name") == "" {
			s.add("db.operation", detail)
		}
	}
	return s
}
