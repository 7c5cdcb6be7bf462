package source

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/apilint/apilint/analyzer/workload"
)

// otlpSpan is what is read of a span.
type otlpSpan struct {
	TraceID    otlpText        `json:"traceId"`
	SpanID     otlpText        `json:"spanId"`
	ParentID   otlpText        `json:"parentSpanId"`
	Name       string          `json:"name"`
	Kind       otlpText        `json:"kind"`
	Start      otlpText        `json:"startTimeUnixNano"`
	End        otlpText        `json:"endTimeUnixNano"`
	Attributes []otlpAttribute `json:"attributes"`
	Status     struct {
		Code otlpText `json:"code"`
	} `json:"status"`
}

type otlpAttribute struct {
	Key   string    `json:"key"`
	Value otlpValue `json:"value"`
}

// otlpValue is an AnyValue.
type otlpValue struct {
	String *string  `json:"stringValue"`
	Int    otlpText `json:"intValue"`
	Double otlpText `json:"doubleValue"`
	Bool   otlpText `json:"boolValue"`
	Array  *struct {
		Values []otlpValue `json:"values"`
	} `json:"arrayValue"`
}

// text returns a scalar as text, "" for anything else.
func (v *otlpValue) text() string {
	if v.String != nil {
		return *v.String
	}
	return string(v.Int + v.Double + v.Bool)
}

// value returns a parameter's value as a log writes it.
func (v *otlpValue) value() value {
	if v.String == nil && v.Int+v.Double+v.Bool == "" && v.Array == nil {
		return value{null: true}
	}
	return value{text: []byte(strings.ReplaceAll(v.text(), "'", "''"))}
}

// otlpText is a string, or a number or boolean as it stands: writers disagree
// about 64-bit integers and enumerations. Ids are opaque.
type otlpText string

func (t *otlpText) UnmarshalJSON(raw []byte) error {
	var s string
	switch {
	case len(raw) > 0 && raw[0] == '"':
		if err := json.Unmarshal(raw, &s); err != nil {
			return err
		}
	case len(raw) > 0 && raw[0] != '{' && raw[0] != '[' && string(raw) != "null":
		s = string(raw)
	}
	*t = otlpText(s)
	return nil
}

// microseconds of a time in nanoseconds, 0 when it is none.
func (t otlpText) microseconds() int64 {
	if ns, err := strconv.ParseInt(string(t), 10, 64); err == nil && ns > 0 {
		return ns / 1000
	}
	if ns, err := strconv.ParseFloat(string(t), 64); err == nil && ns > 0 && ns < 1<<63 {
		return int64(ns / 1000)
	}
	return 0
}

// resource is what the spans of one process share.
type resource struct{ service string }

// call is what a span's attributes say about a statement.
type call struct {
	system, text, database, user string
	operation                    string
	params                       values
	rows                         int64
	prepare                      bool // prepares the statement only
	cached                       bool // answered without the server
	failed                       bool
}

// attributes of a span of which both generations of the conventions may stand
// there: the stable name wins.
type attributes struct {
	call
	old                 call
	isDatabase          bool
	route, method, path string
	target              string // messaging destination or remote procedure
	file                string
	line                int
	numbered            []parameter
}

// parameter is one db.query.parameter.KEY.
type parameter struct {
	key   string
	value otlpValue
}

// readAttributes reads the attributes that matter. Names: OpenTelemetry's
// semantic conventions for database client spans, before and since 1.33, and
// those of instrumentations that are common for PostgreSQL.
func readAttributes(s *otlpSpan) *attributes {
	a := &attributes{}
	a.rows, a.old.rows = workload.None, workload.None
	for i := range s.Attributes {
		a.read(s.Attributes[i].Key, &s.Attributes[i].Value)
	}
	a.system = first(a.system, a.old.system)
	a.text = first(a.text, a.old.text)
	a.database = first(a.database, a.old.database)
	a.user = first(a.user, a.old.user)
	a.operation = first(a.operation, a.old.operation)
	if a.rows == workload.None {
		a.rows = a.old.rows
	}
	if len(a.numbered) > 0 {
		a.params.list = order(a.numbered, a.text)
	}
	a.isDatabase = a.isDatabase || a.system != "" || a.text != ""
	a.prepare = a.prepare || prepares(s.Name, a.operation) && !startsWith(a.text, "prepare")
	a.failed = a.failed || s.Status.Code == "2" || s.Status.Code == "STATUS_CODE_ERROR"
	return a
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func startsWith(text, word string) bool {
	text = strings.TrimSpace(text)
	return len(text) >= len(word) && strings.EqualFold(text[:len(word)], word)
}

// prepares tells the span of a prepare call from one that executes: both carry
// the statement's text.
func prepares(name, operation string) bool {
	if strings.EqualFold(operation, "prepare") {
		return true
	}
	words := strings.FieldsFunc(name, func(c rune) bool { return strings.ContainsRune(" .-_:/", c) })
	return slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, "prepare") })
}

func (a *attributes) read(key string, v *otlpValue) {
	switch key {
	case "db.system.name":
		a.system = v.text()
	case "db.system":
		a.old.system = v.text()
	case "db.query.text":
		a.text = v.text()
	case "db.statement":
		a.old.text = v.text()
	case "db.namespace":
		a.database = v.text()
		if i := strings.IndexAny(a.database, "|."); i > 0 {
			a.database = a.database[:i] // "database|schema", later "database.schema"
		}
	case "db.name":
		a.old.database = v.text()
	case "db.user":
		a.user = v.text()
	case "user.name":
		a.old.user = v.text()
	case "db.operation.name":
		a.operation = v.text()
	case "db.operation":
		a.old.operation = v.text()
	case "db.response.returned_rows":
		a.rows = v.count()
	case "pgx.rows_affected", "db.rows_affected":
		a.old.rows = v.count()
	case "pgx.query.parameters", "db.postgresql.values":
		if v.Array != nil {
			for i := range v.Array.Values {
				a.params.list = append(a.params.list, v.Array.Values[i].value())
			}
		}
	case "pgx.prepare_stmt.name":
		a.prepare = true
	case "pgx.sql_state", "error.type":
		a.failed = a.failed || v.text() != ""
	case "http.route":
		a.route = v.text()
	case "http.request.method":
		a.method = v.text()
	case "http.method":
		a.method = first(a.method, v.text())
	case "http.target", "url.path", "http.url", "url.full":
		a.path = first(a.path, v.text())
	case "messaging.destination.name", "messaging.destination", "rpc.method":
		a.target = first(a.target, v.text())
	case "code.file.path":
		a.file = v.text()
	case "code.filepath":
		a.file = first(a.file, v.text())
	case "code.line.number", "code.lineno":
		a.line = int(max(v.count(), 0))
	case "cached", "db.cached":
		a.cached = v.text() == "true"
	default:
		if name, ok := strings.CutPrefix(key, "db.query.parameter."); ok {
			a.numbered = append(a.numbered, parameter{name, *v})
		}
	}
	a.isDatabase = a.isDatabase || strings.HasPrefix(key, "db.")
}

// count returns a whole number, None when it is none.
func (v *otlpValue) count() int64 {
	n, err := strconv.ParseInt(v.text(), 10, 32)
	if err != nil || n < 0 {
		return workload.None
	}
	return n
}

// order brings db.query.parameter.KEY into the order of the placeholders: by
// number, or by where :name first stands in the text.
func order(ps []parameter, text string) (list []value) {
	place := func(p parameter) int {
		if n, err := strconv.Atoi(p.key); err == nil {
			return n
		}
		for _, mark := range []string{":", "@", "%(", "$"} {
			if i := strings.Index(text, mark+p.key); i >= 0 {
				return i
			}
		}
		return len(text)
	}
	places := make(map[string]int, len(ps))
	for _, p := range ps {
		places[p.key] = place(p)
	}
	slices.SortStableFunc(ps, func(a, b parameter) int {
		if places[a.key] != places[b.key] {
			return places[a.key] - places[b.key]
		}
		return strings.Compare(a.key, b.key)
	})
	for i := range ps {
		if i > 0 && ps[i].key == ps[i-1].key {
			continue
		}
		list = append(list, ps[i].value.value())
	}
	return list
}

// routeName is the endpoint that a span serves, "" when it serves none: its
// method and route, or the name of a server or consumer span, unless that
// holds a path with its values.
func (a *attributes) routeName(name string, entry bool) string {
	switch {
	case a.route != "" && (a.method == "" || strings.Contains(a.route, " ")):
		return a.route
	case a.route != "":
		return a.method + " " + a.route
	case entry && (a.path == "" || name != a.method && !strings.Contains(name, "/")):
		return name
	}
	return ""
}
