package trace

import (
	"encoding/json"
	"strconv"
	"strings"
)

// elasticShape is that of Elastic APM: the lines that agents send to its
// server, and the documents that the server keeps in Elasticsearch.
func elasticShape() *shape {
	e := &elastic{process: &Process{}}
	return &shape{span: e.one, bare: true, inner: set("hits", "_source")}
}

// elastic remembers the line of metadata that stands before what it is about.
type elastic struct{ process *Process }

type elasticComposite struct {
	Count    int     `json:"count"`
	Strategy string  `json:"compression_strategy"`
	Sum      float64 `json:"sum"`
}

type elasticDatabase struct {
	Statement string `json:"statement"`
	Type      string `json:"type"`
	Instance  string `json:"instance"`
	User      string `json:"user"`
	Rows      scalar `json:"rows_affected"`
}

// elasticRecord is a transaction or a span as agents send it.
type elasticRecord struct {
	ID            scalar            `json:"id"`
	TraceID       scalar            `json:"trace_id"`
	ParentID      scalar            `json:"parent_id"`
	TransactionID scalar            `json:"transaction_id"`
	Name          string            `json:"name"`
	Type          string            `json:"type"`
	Subtype       string            `json:"subtype"`
	Action        string            `json:"action"`
	Outcome       string            `json:"outcome"`
	Timestamp     scalar            `json:"timestamp"`
	Duration      scalar            `json:"duration"`
	Composite     *elasticComposite `json:"composite"`
	Count         struct {
		Dropped int `json:"dropped"`
	} `json:"span_count"`
	Context struct {
		Database elasticDatabase `json:"db"`
		Request  struct {
			Method string `json:"method"`
		} `json:"request"`
	} `json:"context"`
	OTel struct {
		Kind       string `json:"span_kind"`
		Attributes table  `json:"attributes"`
	} `json:"otel"`
	Stacktrace []elasticFrame `json:"stacktrace"`
}

type elasticFrame struct {
	File    string `json:"filename"`
	Line    scalar `json:"lineno"`
	Library bool   `json:"library_frame"`
}

// elasticDocument is one that the server keeps.
type elasticDocument struct {
	Trace struct {
		ID scalar `json:"id"`
	} `json:"trace"`
	Parent struct {
		ID scalar `json:"id"`
	} `json:"parent"`
	Timestamp struct {
		US scalar `json:"us"`
	} `json:"timestamp"`
	Service struct {
		Name string `json:"name"`
	} `json:"service"`
	Event struct {
		Outcome string `json:"outcome"`
	} `json:"event"`
	HTTP struct {
		Request struct {
			Method string `json:"method"`
		} `json:"request"`
	} `json:"http"`
	Transaction *elasticStored `json:"transaction"`
	Span        *elasticStored `json:"span"`
}

type elasticStored struct {
	ID       scalar `json:"id"`
	Name     string `json:"name"`
	Type     string `json:"type"`
	Subtype  string `json:"subtype"`
	Action   string `json:"action"`
	Duration struct {
		US scalar `json:"us"`
	} `json:"duration"`
	Database  elasticDatabase `json:"db"`
	Composite *struct {
		Count    int    `json:"count"`
		Strategy string `json:"compression_strategy"`
	} `json:"composite"`
	Count struct {
		Dropped int `json:"dropped"`
	} `json:"span_count"`
	Stacktrace []elasticFrame `json:"stacktrace"`
}

func (e *elastic) one(raw []byte, _ *group) ([]*Span, error) {
	var line struct {
		Metadata *struct {
			Service struct {
				Name string `json:"name"`
			} `json:"service"`
		} `json:"metadata"`
		Trace       json.RawMessage `json:"trace"`
		Transaction json.RawMessage `json:"transaction"`
		Span        json.RawMessage `json:"span"`
	}
	if err := json.Unmarshal(raw, &line); err != nil {
		return nil, err
	}
	switch {
	case line.Trace != nil:
		return e.stored(raw)
	case line.Metadata != nil:
		e.process = &Process{Service: line.Metadata.Service.Name}
		return nil, nil
	case line.Transaction != nil:
		return e.sent(line.Transaction, true)
	case line.Span != nil:
		return e.sent(line.Span, false)
	}
	return nil, nil // a metric, an error
}

func (e *elastic) sent(raw []byte, transaction bool) ([]*Span, error) {
	var r elasticRecord
	if err := json.Unmarshal(raw, &r); err != nil {
		return nil, err
	}
	s := &Span{
		Trace: string(r.TraceID), ID: string(r.ID), Parent: string(r.ParentID), Name: r.Name, Entry: transaction,
		Failed: r.Outcome == "failure", Start: r.Timestamp.time(microseconds), Dropped: r.Count.Dropped,
		Process: e.process, Attributes: r.OTel.Attributes.attributes(),
	}
	s.End = s.Start + r.Duration.time(milliseconds)
	if s.Parent == "" {
		s.Parent = string(r.TransactionID)
	}
	if transaction {
		s.transaction(r.Name, r.Context.Request.Method)
		return []*Span{s}, nil
	}
	kind, subtype, action := elasticKind(r.Type, r.Subtype, r.Action)
	if c := r.Composite; c != nil {
		s.composite(c.Count, c.Strategy, &r.Context.Database)
	}
	s.call(kind, subtype, action, r.Context.Database, r.Stacktrace)
	return []*Span{s}, nil
}

func (e *elastic) stored(raw []byte) ([]*Span, error) {
	var d elasticDocument
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, err
	}
	r, transaction := d.Span, false
	if r == nil || r.ID == "" {
		r, transaction = d.Transaction, true
	}
	if r == nil || r.ID == "" || r.Duration.US == "" {
		return nil, nil // an error, a metric
	}
	s := &Span{
		Trace: string(d.Trace.ID), ID: string(r.ID), Parent: string(d.Parent.ID), Name: r.Name, Entry: transaction,
		Failed: d.Event.Outcome == "failure", Start: d.Timestamp.US.time(microseconds), Dropped: r.Count.Dropped,
		Process: &Process{Service: d.Service.Name},
	}
	s.End = s.Start + r.Duration.US.time(microseconds)
	if transaction {
		s.transaction(r.Name, d.HTTP.Request.Method)
		return []*Span{s}, nil
	}
	if s.Parent == "" && d.Transaction != nil {
		s.Parent = string(d.Transaction.ID)
	}
	kind, subtype, action := elasticKind(r.Type, r.Subtype, r.Action)
	if c := r.Composite; c != nil {
		s.composite(c.Count, c.Strategy, &r.Database)
	}
	s.call(kind, subtype, action, r.Database, r.Stacktrace)
	return []*Span{s}, nil
}

// elasticKind takes apart what old agents wrote as one: "db.postgresql.query".
func elasticKind(kind, subtype, action string) (a, b, c string) {
	parts := strings.SplitN(kind, ".", 3)
	a, b, c = parts[0], subtype, action
	if len(parts) > 1 && b == "" {
		b = parts[1]
	}
	if len(parts) > 2 && c == "" {
		c = parts[2]
	}
	return a, b, c
}

// transaction names the endpoint that a transaction served: agents name it by
// the route, not by the path.
func (s *Span) transaction(name, method string) {
	if name != "unknown route" && !strings.HasSuffix(name, " unknown route") {
		s.add("http.route", name)
	}
	s.add("http.request.method", method)
}

// composite makes a span stand for the equal calls that an agent pressed into
// it. Calls that are of the same kind only have no statement.
func (s *Span) composite(count int, strategy string, database *elasticDatabase) {
	s.Count = max(count, 1)
	if strategy != "exact_match" {
		database.Statement = ""
	}
}

// call describes a call of a database.
func (s *Span) call(kind, subtype, action string, database elasticDatabase, stack []elasticFrame) {
	if kind != "db" {
		return
	}
	system := subtype
	if system == "" && database.Type != "sql" {
		system = database.Type
	}
	s.add("db.system", system)
	s.add("db.operation", action)
	s.add("db.statement", database.Statement)
	s.add("db.name", database.Instance)
	s.add("db.user", database.User)
	s.add("db.rows_affected", string(database.Rows))
	for _, f := range stack {
		if !f.Library && f.File != "" {
			s.add("code.file.path", f.File)
			if n, err := strconv.Atoi(string(f.Line)); err == nil && n > 0 {
				s.add("code.line.number", string(f.Line))
			}
			return
		}
	}
}
