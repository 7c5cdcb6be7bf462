package source

import (
	"slices"
	"strconv"
	"strings"

	"github.com/apilint/apilint/analyzer/workload"
	"github.com/apilint/apilint/internal/source/trace"
)

// valueOf returns a parameter's value as a log writes it.
func valueOf(v *trace.Value) value {
	if v.Null {
		return value{null: true}
	}
	return value{text: []byte(strings.ReplaceAll(v.Text, "'", "''"))}
}

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
	isDatabase, batch   bool
	route, method, path string
	target              string // messaging destination or remote procedure
	file                string
	line                int
	numbered            []parameter
}

// parameter is one db.query.parameter.KEY.
type parameter struct {
	key   string
	value trace.Value
}

// readAttributes reads the attributes that matter. Names: OpenTelemetry's
// semantic conventions for database client spans, before and since 1.33, and
// those of instrumentations that are common for PostgreSQL.
func readAttributes(s *trace.Span) *attributes {
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
	a.batch = a.isDatabase && (a.batch || a.text == "" && strings.Contains(strings.ToLower(s.Name), "batch"))
	a.prepare = a.prepare || prepares(s.Name, a.operation) && !startsWith(a.text, "prepare")
	a.failed = a.failed || s.Failed
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

func (a *attributes) read(key string, v *trace.Value) {
	switch key {
	case "db.system.name":
		a.system = v.Text
	case "db.system":
		a.old.system = v.Text
	case "db.type": // OpenTracing
		a.old.system = first(a.old.system, v.Text)
	case "db.query.text":
		a.text = v.Text
	case "db.statement":
		a.old.text = v.Text
	case "sql.query":
		a.old.text = first(a.old.text, v.Text)
	case "db.namespace":
		a.database = v.Text
		if i := strings.IndexAny(a.database, "|."); i > 0 {
			a.database = a.database[:i] // "database|schema", later "database.schema"
		}
	case "db.name":
		a.old.database = v.Text
	case "db.instance":
		a.old.database = first(a.old.database, v.Text)
	case "db.user":
		a.user = v.Text
	case "user.name":
		a.old.user = v.Text
	case "db.operation.name":
		a.operation = v.Text
	case "db.operation":
		a.old.operation = v.Text
	case "db.response.returned_rows":
		a.rows = count(v)
	case "pgx.rows_affected", "db.rows_affected":
		a.old.rows = count(v)
	case "pgx.query.parameters", "db.postgresql.values":
		for i := range v.List {
			a.params.list = append(a.params.list, valueOf(&v.List[i]))
		}
	case "db.operation.batch.size", "pgx.batch.size":
		a.batch = a.batch || count(v) > 1
	case "pgx.prepare_stmt.name":
		a.prepare = true
	case "pgx.sql_state", "error.type":
		a.failed = a.failed || v.Text != ""
	case "http.route":
		a.route = v.Text
	case "http.request.method":
		a.method = v.Text
	case "http.method":
		a.method = first(a.method, v.Text)
	case "http.target", "url.path", "http.url", "url.full":
		a.path = first(a.path, v.Text)
	case "messaging.destination.name", "messaging.destination", "rpc.method":
		a.target = first(a.target, v.Text)
	case "code.file.path":
		a.file = v.Text
	case "code.filepath":
		a.file = first(a.file, v.Text)
	case "code.line.number", "code.lineno":
		a.line = int(max(count(v), 0))
	case "cached", "db.cached":
		a.cached = v.Text == "true"
	default:
		if name, ok := strings.CutPrefix(key, "db.query.parameter."); ok {
			a.numbered = append(a.numbered, parameter{name, *v})
		}
	}
	a.isDatabase = a.isDatabase || strings.HasPrefix(key, "db.") || key == "sql.query"
}

// count returns a whole number, None when it is none.
func count(v *trace.Value) int64 {
	n, err := strconv.ParseInt(v.Text, 10, 32)
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
		list = append(list, valueOf(&ps[i].value))
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
