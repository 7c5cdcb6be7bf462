package trace

import (
	"encoding/json"
	"strings"
)

// datadogShape is that of what Datadog's tracers send to its agent (version
// 0.4 of the API, as JSON): a list of traces that are lists of spans.
func datadogShape() *shape {
	return &shape{span: datadogOne, bare: true, inner: set("traces")}
}

func datadogOne(raw []byte, _ *group) ([]*Span, error) {
	var d struct {
		TraceID  scalar `json:"trace_id"`
		SpanID   scalar `json:"span_id"`
		ParentID scalar `json:"parent_id"`
		Name     string `json:"name"`
		Resource string `json:"resource"`
		Service  string `json:"service"`
		Type     string `json:"type"`
		Start    scalar `json:"start"`
		Duration scalar `json:"duration"`
		Error    scalar `json:"error"`
		Meta     table  `json:"meta"`
		Metrics  table  `json:"metrics"`
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, err
	}
	s := &Span{
		Trace: string(d.TraceID), ID: string(d.SpanID), Parent: string(d.ParentID), Name: d.Name,
		Start: d.Start.time(nanoseconds), Failed: d.Error != "" && d.Error != "0",
		Process: &Process{Service: d.Service}, Attributes: append(d.Meta.attributes(), d.Metrics.attributes()...),
	}
	s.End = s.Start + d.Duration.time(nanoseconds)
	for _, a := range s.Attributes {
		s.mark(a.Key, a.Value.Text)
	}
	s.Entry = s.Entry || d.Type == "web" && d.Meta.text("span.kind") == "" || d.Type == "worker"
	if d.Type != "sql" {
		return []*Span{s}, nil
	}
	s.add("db.system", otherDatabase(d.Name))
	switch strings.ToLower(d.Meta.text("sql.query_type")) {
	case "connect", "ping", "close", "reset":
		s.add("db.operation", d.Meta.text("sql.query_type"))
	case "prepare":
		s.add("db.operation", "prepare")
		s.add("db.statement", d.Resource)
	default:
		s.add("db.statement", d.Resource)
	}
	return []*Span{s}, nil
}

// otherDatabase returns the first part of a span's name where that is a
// database other than PostgreSQL, such as "mysql" of "mysql.query".
func otherDatabase(name string) string {
	first, _, _ := strings.Cut(strings.ToLower(name), ".")
	for _, other := range []string{"mysql", "maria", "sqlite", "oracle", "mssql", "sqlserver", "tedious", "clickhouse"} {
		if strings.HasPrefix(first, other) {
			return first
		}
	}
	return ""
}
