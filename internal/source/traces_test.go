package source

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
	"github.com/apilint/apilint/internal/source/trace"
)

// seenEvents keeps what observers are shown.
type seenEvents struct {
	events   []workload.Event
	groups   []*workload.Group
	contexts []workload.Context
}

func (s *seenEvents) Observe(e *workload.Event, g *workload.Group, c *workload.Context) {
	kept := *e
	kept.Params = slices.Clone(e.Params)
	s.events = append(s.events, kept)
	s.groups = append(s.groups, g)
	s.contexts = append(s.contexts, *c)
}

// observe reads traces and returns the executions in order.
func observe(t testing.TB, o Options, content string) (*seenEvents, *workload.Workload) {
	t.Helper()
	o.Format = "otlp"
	return observeWith(t, o, content)
}

// observeAny detects what it reads.
func observeAny(t testing.TB, content string) (*seenEvents, *workload.Workload) {
	t.Helper()
	return observeWith(t, Options{}, content)
}

func observeWith(t testing.TB, o Options, content string) (*seenEvents, *workload.Workload) {
	t.Helper()
	o.Stdin = strings.NewReader(content)
	seen := &seenEvents{}
	agg := workload.NewAggregator(workload.Limits{}, seen)
	if err := Read(context.Background(), []string{"-"}, o, agg); err != nil {
		t.Fatal(err)
	}
	return seen, agg.Workload()
}

// scopes lists the statements by scope, each scope as "a a b".
func (s *seenEvents) scopes() []string {
	var order []uint32
	texts := map[uint32][]string{}
	for i, e := range s.events {
		if texts[e.Session] == nil {
			order = append(order, e.Session)
		}
		texts[e.Session] = append(texts[e.Session], s.groups[i].Text)
	}
	var out []string
	for _, n := range order {
		out = append(out, strings.Join(texts[n], " | "))
	}
	return out
}

// spanText writes one span: "id parent start end name; key=value; ...". Times
// are in ms.
func spanText(s string) string {
	head, rest, _ := strings.Cut(s, ";")
	f := strings.Fields(head)
	kind := "1"
	if len(f) > 5 {
		kind = f[5]
	}
	var attributes []string
	for a := range strings.SplitSeq(rest, ";") {
		if key, value, ok := strings.Cut(strings.TrimSpace(a), "="); ok {
			attributes = append(attributes, fmt.Sprintf(`{"key":%q,"value":{"stringValue":%q}}`, key, value))
		}
	}
	parent := f[1]
	if parent == "-" {
		parent = ""
	}
	return fmt.Sprintf(`{"traceId":"t1","spanId":%q,"parentSpanId":%q,"startTimeUnixNano":"%s000000","endTimeUnixNano":"%s000000","name":%q,"kind":%s,"attributes":[%s]}`,
		f[0], parent, f[2], f[3], f[4], kind, strings.Join(attributes, ","))
}

// traceText writes a document of spans.
func traceText(spans ...string) string {
	var texts []string
	for _, s := range spans {
		texts = append(texts, spanText(s))
	}
	return `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeSpans":[{"spans":[` + strings.Join(texts, ",") + `]}]}]}`
}

// One run of otelpgx 0.13, exported in three ways.
func TestTraces_readsATraceOfOtelpgx(t *testing.T) {
	for file, form := range map[string]string{"otelpgx.jsonl": "otlp", "otelpgx.jaeger.json": "jaeger", "otelpgx.stdouttrace.json": "stdouttrace"} {
		w := readSample(t, Options{}, "traces/"+file)
		in := w.Inputs[0]
		if in.Kind != "trace" || in.Format != form || in.Records != 19 || in.Executions != 7 || in.Unreadable != 0 || in.Errors != 1 {
			t.Errorf("%s: %s %s: %d spans, %d executions, %d unreadable, %d errors; want trace %s: 19, 7, 0, 1", file, in.Kind, in.Format, in.Records, in.Executions, in.Unreadable, in.Errors, form)
		}
		g := groupOf(t, w, "SELECT count(*) FROM orders WHERE customer_id = $1")
		if got := g.Totals[workload.SourceTrace]; got.Calls != 5 || got.Rows != 5 || g.Database != "app" || g.ParamsSeen != 5 {
			t.Errorf("%s: %d calls, %d rows, database %q, %d with parameters; want 5, 5, app, 5", file, got.Calls, got.Rows, g.Database, g.ParamsSeen)
		}
	}
}

func TestTraces_showsStatementsInOrderWithTheirParameters(t *testing.T) {
	seen, w := observe(t, Options{}, traceText(
		"r - 100 900 GET;http.route=/orders;http.request.method=GET",
		"q2 r 300 350 SELECT;db.system=postgresql;db.statement=SELECT b FROM u WHERE id = $1 LIMIT $2;db.query.parameter.0=7;db.query.parameter.1=20;code.filepath=app/u.go;code.lineno=12",
		"q1 r 200 250 SELECT;db.system.name=postgresql;db.query.text=SELECT a FROM t LIMIT 5;db.response.returned_rows=5;db.namespace=app;db.user=web",
	))
	if got := seen.scopes(); !slices.Equal(got, []string{"SELECT a FROM t LIMIT 5 | SELECT b FROM u WHERE id = $1 LIMIT $2"}) {
		t.Fatalf("scopes %q", got)
	}
	a, b := seen.events[0], seen.events[1]
	if a.Start != 200_000 || a.Dur != 50_000 || a.Rows != 5 || a.Limit != 5 || !a.Known() || a.Flags&workload.FlagTrace == 0 || a.Request == 0 {
		t.Errorf("first: %+v", a)
	}
	want := []uint32{sqltree.HashLiteral([]byte("7")), sqltree.HashLiteral([]byte("20"))}
	if b.Limit != 20 || !b.Known() || !slices.Equal(b.Params, want) || b.Rows != workload.None || b.Request != a.Request {
		t.Errorf("second: %+v, want the parameters %v", b, want)
	}
	if got, want := seen.contexts[0], (workload.Context{App: "shop", User: "web", Database: "app", Route: "GET /orders"}); got != want {
		t.Errorf("context %+v, want %+v", got, want)
	}
	if got := seen.contexts[1]; got.CodePath != "app/u.go" || got.CodeLine != 12 {
		t.Errorf("context %+v, want app/u.go:12", got)
	}
	if w.Sessions != 1 || w.Evicted != 0 {
		t.Errorf("%d sessions, %d evicted", w.Sessions, w.Evicted)
	}
}

func TestTraces_countsOneExecutionOnce(t *testing.T) {
	const text = "db.statement=SELECT a FROM t WHERE id = $1"
	for _, c := range []struct {
		name  string
		spans []string
		calls int64
		note  string
	}{
		{"both generations of attributes", []string{"q - 1 2 SELECT;db.system=postgresql;db.system.name=postgresql;" + text + ";db.query.text=SELECT a FROM t WHERE id = $1"}, 1, ""},
		{"pgx prepares first", []string{"q - 1 9 SELECT;" + text, "p q 2 3 SELECT;pgx.prepare_stmt.name=s1;" + text}, 1, ""},
		{"another driver prepares", []string{"q - 5 9 sql.stmt.query;" + text, "p - 2 3 sql.conn.prepare;" + text}, 1, ""},
		{"the operation is PREPARE", []string{"q - 5 9 EXECUTE;" + text, "p - 2 3 x;db.operation=PREPARE;" + text}, 1, ""},
		{"a mapper and the driver below it", []string{"m - 1 9 orm;" + text, "q m 2 8 SELECT;db.statement=select a from t where id=?"}, 1, "1 calls were recorded twice"},
		{"a mapper, a pool and the driver below it", []string{"m - 1 9 orm;" + text, "p m 2 8 pool;db.system=postgresql", "q p 2 8 SELECT;" + text}, 1, "1 calls were recorded twice"},
		{"the same span twice", []string{"q - 1 2 SELECT;" + text, "q - 1 2 SELECT;" + text}, 1, "1 spans were exported more than once"},
		{"a statement inside another one", []string{"m - 1 9 orm;db.statement=SELECT b FROM u", "q m 2 8 SELECT;" + text}, 2, ""},
		{"connections and pools run nothing", []string{"c - 1 2 connect;db.system=postgresql", "p - 1 2 pool.acquire;db.system=postgresql"}, 0, ""},
		{"another database", []string{"q - 1 2 GET;db.system=redis;db.statement=GET a", "m - 1 2 x;db.system=mysql;" + text}, 0, "2 calls of other databases were left out: mysql, redis"},
		{"a cache of the client", []string{"q - 1 2 SELECT;cached=true;" + text}, 0, "1 calls were answered by a cache"},
		{"PREPARE as a statement", []string{"q - 1 2 PREPARE;db.statement=PREPARE s AS SELECT a FROM t"}, 1, ""},
		{"what is no statement", []string{"c - 1 2 x;db.system=postgresql;db.statement=pg-pool.connect", "f - 2 3 x;db.statement=db.cursor", "q - 3 4 x;db.statement=COMMIT"}, 1, "2 calls of the database name no statement"},
		{"names of OpenTracing", []string{"q - 1 2 Query;db.type=postgresql;db.instance=app;sql.query=SELECT a FROM t"}, 1, ""},
		{"both sides of a call under one id", []string{"s r 2 9 GET 2;http.route=/a", "s r 1 10 GET 3;http.method=GET", "q s 3 4 S;" + text}, 1, ""},
		{"a database of unknown kind", []string{"q - 1 2 SELECT;db.system=other_sql;" + text}, 1, ""},
	} {
		_, w := observe(t, Options{}, traceText(c.spans...))
		if got := w.Inputs[0].Executions; got != c.calls || !strings.Contains(notes(w), c.note) {
			t.Errorf("%s: %d executions, notes %q; want %d, %q", c.name, got, w.Inputs[0].Notes, c.calls, c.note)
		}
		if got := w.Inputs[0].Records; got != int64(len(c.spans)) {
			t.Errorf("%s: %d records, want %d", c.name, got, len(c.spans))
		}
	}
}

// loop writes n calls under parent, one after the other.
func loop(n, from int, parent, text string) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf("%s%d %s %d %d SELECT;db.statement=%s", parent, from+i, parent, from+10*i, from+10*i+5, text))
	}
	return out
}

func TestTraces_aScopeIsTheNearestSpanThatShowsALoop(t *testing.T) {
	const one = "SELECT a FROM t WHERE id = $1"
	page := func(parent string) string { return "page " + parent + " 10 20 SELECT;db.statement=SELECT id FROM p" }
	repeat := func(n int) string { return strings.TrimSuffix(strings.Repeat(one+" | ", n), " | ") }
	with := func(spans ...[]string) (all []string) {
		for _, s := range spans {
			all = append(all, s...)
		}
		return all
	}
	wrapped := func(n int, parent string) (out []string) { // each call in a span of its own
		for i := range n {
			out = append(out, fmt.Sprintf("w%d %s %d %d findById", i, parent, 100+10*i, 109+10*i))
			out = append(out, fmt.Sprintf("v%d w%d %d %d SELECT;db.statement=%s", i, i, 101+10*i, 108+10*i, one))
		}
		return out
	}
	for _, c := range []struct {
		name  string
		spans []string
		want  []string
	}{
		{"all in the request's span", with([]string{"r - 1 900 GET", page("r")}, loop(5, 100, "r", one)), []string{"SELECT id FROM p | " + repeat(5)}},
		{"each call in its own span", with([]string{"r - 1 900 GET", page("r")}, wrapped(6, "r")), []string{"SELECT id FROM p | " + repeat(6)}},
		{"database spans between", with([]string{"r - 1 900 GET", page("r"), "tx r 30 800 tx;db.system=postgresql"}, loop(5, 100, "tx", one)), []string{"SELECT id FROM p | " + repeat(5)}},
		{"a loop in its own span, the list above it", with([]string{"r - 1 900 GET", page("r"), "s r 90 800 serialize"}, loop(5, 100, "s", one)), []string{"SELECT id FROM p | " + repeat(5)}},
		{
			"two loops with their lists", with([]string{"r - 1 900 GET", "a r 5 400 a", "b r 405 900 b", "l1 a 10 20 S;db.statement=SELECT id FROM p", "l2 b 410 420 S;db.statement=SELECT id FROM p"}, loop(5, 100, "a", one), loop(6, 500, "b", one)),
			[]string{"SELECT id FROM p | " + repeat(5), "SELECT id FROM p | " + repeat(6)},
		},
		{"never out of the request", with([]string{"job - 1 900 job", "r1 job 5 50 GET 2", "r2 job 55 99 GET \"SPAN_KIND_SERVER\""}, loop(2, 10, "r1", one), loop(2, 60, "r2", one)), []string{repeat(2), repeat(2)}},
		{"the parent was not exported", with([]string{page("gone")}, loop(5, 100, "gone", one)), []string{"SELECT id FROM p | " + repeat(5)}},
		{"parents in a circle", with([]string{"r s 1 900 GET", "s r 1 900 GET"}, loop(2, 100, "r", one)), []string{repeat(2)}},
	} {
		seen, w := observe(t, Options{}, traceText(c.spans...))
		if got := seen.scopes(); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
		if w.Sessions != len(c.want) {
			t.Errorf("%s: %d sessions, want %d", c.name, w.Sessions, len(c.want))
		}
	}
}

func TestTraces_tellsParallelCallsFromALoop(t *testing.T) {
	for _, c := range []struct {
		name  string
		times [][2]int
		want  int
	}{
		{"one after the other", [][2]int{{10, 20}, {20, 30}, {31, 40}}, 0},
		{"all at once", [][2]int{{10, 40}, {11, 41}, {12, 42}}, 2},
		{"while the list is still open", [][2]int{{10, 20}, {21, 30}}, 0},
	} {
		spans := []string{"r - 1 900 GET", "page r 2 800 SELECT;db.statement=SELECT id FROM p"}
		for i, at := range c.times {
			spans = append(spans, fmt.Sprintf("q%d r %d %d SELECT;db.statement=SELECT a FROM t WHERE id = $1", i, at[0], at[1]))
		}
		seen, _ := observe(t, Options{}, traceText(spans...))
		got := 0
		for _, e := range seen.events {
			if e.Flags&workload.FlagParallel != 0 {
				got++
			}
		}
		if got != c.want {
			t.Errorf("%s: %d parallel calls, want %d", c.name, got, c.want)
		}
	}
}

func TestTraces_readsTheDatabaseOfANamespace(t *testing.T) {
	for attribute, want := range map[string]string{
		"db.namespace=app":             "app",
		"db.namespace=app|public":      "app",
		"db.namespace=app.public":      "app",
		"db.name=my.app":               "my.app",
		"db.name=old;db.namespace=new": "new",
	} {
		seen, _ := observe(t, Options{}, traceText("q - 1 2 S;db.statement=SELECT a FROM t;"+attribute))
		if got := seen.groups[0].Database; got != want {
			t.Errorf("%s: database %q, want %q", attribute, got, want)
		}
	}
}

func TestTraces_aBatchIsOneRoundTrip(t *testing.T) {
	seen, _ := observe(t, Options{}, traceText(
		"b - 1 9 batch;db.system=postgresql;db.operation.batch.size=2",
		"q1 b 2 2 INSERT;db.statement=INSERT INTO t VALUES ($1)", "q2 b 3 3 INSERT;db.statement=INSERT INTO t VALUES ($1)"))
	if a, b := seen.events[0], seen.events[1]; a.Vxid == 0 || a.Vxid != b.Vxid || a.Flags&workload.FlagExtended == 0 {
		t.Errorf("transactions %d and %d, want one", a.Vxid, b.Vxid)
	}
	seen, _ = observe(t, Options{}, traceText(
		"b - 1 9 transaction;db.system=postgresql",
		"q1 b 2 2 INSERT;db.statement=INSERT INTO t VALUES ($1)", "q2 b 3 3 INSERT;db.statement=INSERT INTO t VALUES ($1)"))
	if a := seen.events[0]; a.Vxid != 0 {
		t.Errorf("a span around statements makes them one round trip")
	}
}

func TestTraces_oneSpanMayStandForEqualCalls(t *testing.T) {
	span := func(composite string) string {
		return `{"transaction":{"id":"a","trace_id":"t","name":"GET /posts","type":"request","timestamp":1000000,"duration":50,"sampled":true,"span_count":{"started":2,"dropped":3}}}` + "\n" +
			`{"span":{"id":"b","trace_id":"t","transaction_id":"a","parent_id":"a","name":"SELECT FROM authors","type":"db","subtype":"postgresql","timestamp":1001000,"duration":12.5,` +
			composite + `"context":{"db":{"statement":"SELECT a FROM authors WHERE id = $1","type":"sql"}}}}`
	}
	seen, w := observeAny(t, span(`"composite":{"count":12,"sum":12,"compression_strategy":"exact_match"},`))
	if got := w.Inputs[0].Executions; got != 12 || w.Inputs[0].Records != 2 || !strings.Contains(notes(w), "3 spans were not kept by the tracer") {
		t.Errorf("%d executions of %d records, notes %q; want 12 of 2", got, w.Inputs[0].Records, notes(w))
	}
	for i, e := range seen.events {
		if e.Dur != 1041 || e.Start != 1_001_000+int64(i)*1041 || e.Known() || e.Flags&workload.FlagParallel != 0 {
			t.Errorf("call %d: %+v", i, e)
		}
	}
	if _, w := observeAny(t, span(`"composite":{"count":12,"sum":12,"compression_strategy":"same_kind"},`)); w.Inputs[0].Executions != 0 || !strings.Contains(notes(w), "12 calls were pressed together") {
		t.Errorf("%d executions, notes %q; want none of calls whose statement is not known", w.Inputs[0].Executions, notes(w))
	}
	if _, w := observeAny(t, span(`"composite":{"count":2000000000,"compression_strategy":"exact_match"},`)); w.Inputs[0].Executions != maxTimes || !strings.Contains(notes(w), "1999990000 calls") {
		t.Errorf("%d executions, notes %q; want %d", w.Inputs[0].Executions, notes(w), maxTimes)
	}
}

func TestTraces_readsRoutes(t *testing.T) {
	const call = "q r 2 3 SELECT;db.statement=SELECT a FROM t"
	for _, c := range []struct {
		root  string
		extra []string
		want  string
	}{
		{"r - 1 9 GET 2;http.route=/users/{id};http.request.method=GET", nil, "GET /users/{id}"},
		{"r - 1 9 GET 2;http.route=/users/{id};http.method=POST", nil, "POST /users/{id}"},
		{"r - 1 9 x 2;http.route=GET /users/{id};http.method=GET", nil, "GET /users/{id}"},
		{"r - 1 9 /users/7 2;http.target=/users/7;http.method=GET", nil, ""},
		{"r - 1 9 GET 2;url.path=/users/7;http.request.method=GET", nil, ""},
		{"r - 1 9 listUsers 2;http.target=/users;http.method=GET", nil, "listUsers"},
		{"r - 1 9 shop.Users/List 2;rpc.method=List", nil, "shop.Users/List"},
		{"r - 1 9 orders.process 5;messaging.destination.name=orders", nil, "orders.process"},
		{"r - 1 9 loadUsers 1", nil, ""},
		{"r - 1 9 handler 1", []string{"q r 2 3 S;db.statement=SELECT a FROM t /*route='/c',file='a.rb:3'*/"}, "/c"},
	} {
		spans := append([]string{c.root}, c.extra...)
		if c.extra == nil {
			spans = append(spans, call)
		}
		seen, _ := observe(t, Options{}, traceText(spans...))
		if got := seen.contexts[0].Route; got != c.want {
			t.Errorf("%s: route %q, want %q", c.root, got, c.want)
		}
	}
}

func TestTraces_readsEveryWayToWriteASpan(t *testing.T) {
	span := func(fields string) string {
		return `{"resourceSpans":[{"scopeSpans":[{"spans":[{` + fields + `}]}]}]}`
	}
	attributes := `"attributes":[{"key":"db.query.text","value":{"stringValue":"SELECT a FROM t WHERE id = $1"}},{"key":"pgx.query.parameters","value":{"arrayValue":{"values":[{"intValue":"7"}]}}}]`
	for _, c := range []struct{ name, text string }{
		{"times as strings", span(`"traceId":"5b8e","spanId":"ee","startTimeUnixNano":"1000000","endTimeUnixNano":"3000000",` + attributes)},
		{"times as numbers, ids as numbers", span(`"traceId":12345678901234567890,"spanId":7,"startTimeUnixNano":1000000,"endTimeUnixNano":3.0e6,"kind":3,` + attributes)},
		{"base64 ids, kind as a name, nulls", span(`"traceId":"W45Y+g==","spanId":"7g==","parentSpanId":null,"startTimeUnixNano":"1000000","endTimeUnixNano":"3000000","kind":"SPAN_KIND_CLIENT","status":{},"events":null,` + attributes)},
		{"before scopes", `{"resourceSpans":[{"instrumentationLibrarySpans":[{"instrumentationLibrary":{"name":"x"},"spans":[{"traceId":"a","spanId":"b","startTimeUnixNano":"1000000","endTimeUnixNano":"3000000",` + attributes + `}]}]}]}`},
		{"spans before their resource", `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"a","spanId":"b","startTimeUnixNano":"1000000","endTimeUnixNano":"3000000",` + attributes + `}]}],"resource":{"attributes":[]}}]}`},
		{"an array of documents over lines", "[\n" + span(`"traceId":"a","spanId":"b","startTimeUnixNano":"1000000","endTimeUnixNano":"3000000",`+attributes) + ",\n{}\n]\n"},
		{"an array on one line", "[{}, " + span(`"traceId":"a","spanId":"b","startTimeUnixNano":"1000000","endTimeUnixNano":"3000000",`+attributes) + "]"},
		{"Tempo", `{"trace":` + span(`"traceId":"a","spanId":"b","startTimeUnixNano":"1000000","endTimeUnixNano":"3000000",`+attributes) + `}`},
		{"spread over lines, with a byte order mark and CRLF", "\xef\xbb\xbf" + strings.ReplaceAll(span(`"traceId":"a","spanId":"b","startTimeUnixNano":"1000000","endTimeUnixNano":"3000000",`+attributes), ",", ",\r\n  ")},
	} {
		seen, w := observe(t, Options{}, c.text)
		if in := w.Inputs[0]; in.Executions != 1 || in.Unreadable != 0 || in.Truncated != 0 {
			t.Errorf("%s: %d executions, %d unreadable %v", c.name, in.Executions, in.Unreadable, in.Examples)
			continue
		}
		e := seen.events[0]
		if e.Start != 1000 || e.Dur != 2000 || !slices.Equal(e.Params, []uint32{sqltree.HashLiteral([]byte("7"))}) {
			t.Errorf("%s: %+v", c.name, e)
		}
	}
}

func TestTraces_ordersParameters(t *testing.T) {
	for _, c := range []struct {
		text   string
		params string
		want   []string
	}{
		{"SELECT a FROM t WHERE b = $1 AND c = $2", "db.query.parameter.1=y;db.query.parameter.0=x", []string{"x", "y"}},
		{"SELECT a FROM t WHERE b = $1 AND c = $2", "db.query.parameter.2=y;db.query.parameter.1=x", []string{"x", "y"}},
		{"SELECT a FROM t WHERE z = :z AND b = :b", "db.query.parameter.b=1;db.query.parameter.z=2", []string{"2", "1"}},
		{"SELECT a FROM t WHERE z = %(z)s AND b = %(b)s", "db.query.parameter.b=1;db.query.parameter.z=2", []string{"2", "1"}},
		{"SELECT a FROM t WHERE b = $1", "db.query.parameter.0=it's", []string{"it''s"}},
	} {
		seen, _ := observe(t, Options{}, traceText("q - 1 2 S;db.statement="+c.text+";"+c.params))
		var want []uint32
		for _, v := range c.want {
			want = append(want, sqltree.HashLiteral([]byte(v)))
		}
		if got := seen.events[0].Params; !slices.Equal(got, want) {
			t.Errorf("%s with %s: %v, want %v", c.text, c.params, got, want)
		}
	}
}

func TestTraces_aTextThatWasCutHasNoKnownValues(t *testing.T) {
	for text, known := range map[string]bool{
		"SELECT a FROM t WHERE id = 7":    true,
		"SELECT a FROM t WHERE id IN (7…": false,
		"SELECT a FROM t WHERE id = ?":    false,
	} {
		seen, _ := observe(t, Options{}, traceText("q - 1 2 S;db.statement="+text))
		if got := seen.events[0].Known(); got != known {
			t.Errorf("%s: values known %t, want %t", text, got, known)
		}
	}
}

func TestTraces_damageCostsItselfOnly(t *testing.T) {
	good := strings.ReplaceAll(traceText("q - 1 2 S;db.statement=SELECT a FROM t"), "t1", "%s")
	one, two := fmt.Sprintf(good, "t1"), fmt.Sprintf(good, "t2")
	for _, c := range []struct {
		name, text                        string
		executions, unreadable, truncated int64
		line                              int64
	}{
		{"a line of something else", one + "\n{\"x\": nope}\n" + two, 2, 1, 0, 2},
		{"a line cut in the middle", one[:len(one)-30] + "\n" + two, 1, 1, 0, 1},
		{"a line cut in the middle, at the end", one + "\n" + two[:len(two)-5], 2, 0, 1, 0},
		{"a span that is no object", one + "\n" + strings.Replace(two, `"spans":[`, `"spans":[7,`, 1), 2, 1, 0, 2},
		{"spans that are no array", one + "\n" + `{"resourceSpans":[{"scopeSpans":[{"spans":{"a":[1]}}]}]}`, 1, 1, 0, 2},
		{"a span without ids", one + "\n" + `{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"x"}]}]}]}`, 1, 1, 0, 2},
		{"two documents on a line", one + " " + two, 2, 0, 0, 0},
		{"text after a document", one + " and more\n" + two, 2, 1, 0, 1},
		{"unknown keys", `{"a":{"b":[{"c":1}]},"resourceSpans":[]}` + "\n" + one, 1, 0, 0, 0},
		{"nested without end", strings.Repeat("[", 100_000) + "\n" + one, 1, 1, 0, 1},
		{"nothing", "", 0, 0, 0, 0},
	} {
		_, w := observe(t, Options{}, c.text)
		in := w.Inputs[0]
		if in.Executions != c.executions || in.Unreadable != c.unreadable || in.Truncated != c.truncated {
			t.Errorf("%s: %d executions, %d unreadable, %d truncated; want %d, %d, %d (%v)", c.name, in.Executions, in.Unreadable, in.Truncated, c.executions, c.unreadable, c.truncated, in.Examples)
		}
		if c.line > 0 && (len(in.Examples) == 0 || in.Examples[0].Line != c.line) {
			t.Errorf("%s: examples %v, want line %d", c.name, in.Examples, c.line)
		}
	}
}

func TestTraces_knowsTheLineOfASpan(t *testing.T) {
	pretty := "{\n \"resourceSpans\": [\n  {\"scopeSpans\": [\n   {\"spans\": [\n    " +
		spanText("q - 1 2 S;db.statement=SELECT a FROM t") + ",\n    {\n     \"traceId\":\"t1\", \"spanId\":\"p\", \"startTimeUnixNano\":\"5000000\",\n" +
		"     \"attributes\":[{\"key\":\"db.statement\",\"value\":{\"stringValue\":\"SELECT b FROM t\"}}]\n    }\n   ]}\n  ]}\n ]\n}\n"
	seen, w := observe(t, Options{}, pretty+traceText("z - 9 9 S;db.statement=SELECT c FROM t"))
	var lines []int64
	for _, e := range seen.events {
		lines = append(lines, e.Line)
	}
	if want := []int64{5, 6, 14}; !slices.Equal(lines, want) {
		t.Errorf("lines %v, want %v", lines, want)
	}
	if w.Inputs[0].Lines != 14 {
		t.Errorf("%d lines, want 14", w.Inputs[0].Lines)
	}
}

func TestTraces_aTraceMayBeSpreadOverTheInput(t *testing.T) {
	text := traceText("q1 r 10 20 S;db.statement=SELECT a FROM t") + "\n" +
		strings.ReplaceAll(traceText("o - 1 2 S;db.statement=SELECT b FROM t"), "t1", "t2") + "\n" +
		traceText("r - 1 99 GET;http.route=/a", "q0 r 5 9 S;db.statement=SELECT c FROM t")
	seen, _ := observe(t, Options{}, text)
	if got, want := seen.scopes(), []string{"SELECT c FROM t | SELECT a FROM t", "SELECT b FROM t"}; !slices.Equal(got, want) {
		t.Errorf("scopes %q, want %q", got, want)
	}
	if got := seen.contexts[1].Route; got != "/a" {
		t.Errorf("route %q", got)
	}
}

func TestTraces_openTracesAreBounded(t *testing.T) {
	agg := workload.NewAggregator(workload.Limits{})
	in := &workload.Input{}
	traces := newTraces(&reading{o: Options{}.withDefaults(), agg: agg}, in, agg.Input(in, workload.SourceTrace))
	traces.limit = 1 << 16
	for i := range 5000 {
		traces.add(&trace.Span{
			Trace: fmt.Sprint(i % 1000), ID: fmt.Sprint("s", i), Name: "S", Start: int64(1 + i), Line: 1, Process: &trace.Process{},
			Attributes: []trace.Attribute{{Key: "db.statement", Value: trace.Value{Text: "SELECT a FROM t"}}},
		})
		if traces.bytes > traces.limit || len(traces.open) > 1000 {
			t.Fatalf("%d bytes in %d traces", traces.bytes, len(traces.open))
		}
	}
	traces.closeAll()
	if in.Executions != 5000 || traces.bytes != 0 || !strings.Contains(strings.Join(in.Notes, ""), "traces went on after they had been closed") {
		t.Errorf("%d executions, %d bytes left, notes %q", in.Executions, traces.bytes, in.Notes)
	}
}

func TestTraces_samplesNameTheirInput(t *testing.T) {
	dir := t.TempDir()
	var paths []string
	for i, text := range []string{traceText("q - 10 20 S;db.statement=SELECT a FROM t"), traceText("q - 10 90 S;db.statement=SELECT a FROM t WHERE b = $1;db.query.parameter.0=it's")} {
		paths = append(paths, filepath.Join(dir, fmt.Sprint(i)))
		if err := os.WriteFile(paths[i], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	agg := workload.NewAggregator(workload.Limits{})
	if err := Read(context.Background(), paths, Options{}, agg); err != nil {
		t.Fatal(err)
	}
	g := groupOf(t, agg.Workload(), "SELECT a FROM t WHERE")
	if len(g.Samples) != 1 || g.Samples[0].Input != 1 || g.Samples[0].Line != 1 || !slices.Equal(g.Samples[0].Params, []string{"it's"}) {
		t.Errorf("samples %+v, want one of input 1 with its parameter", g.Samples)
	}
}

func TestTraces_appliesFilters(t *testing.T) {
	text := traceText("q - 1000 2000 S;db.statement=SELECT a FROM t;db.name=app;db.user=web")
	for _, c := range []struct {
		name string
		o    Options
		want int64
	}{
		{"all", Options{}, 1},
		{"database", Options{Databases: []string{"crm"}}, 0},
		{"user", Options{Users: []string{"web"}}, 1},
		{"application", Options{Apps: []string{"other"}}, 0},
	} {
		_, w := observe(t, c.o, text)
		if in := w.Inputs[0]; in.Executions != c.want || in.Filtered != 1-c.want {
			t.Errorf("%s: %d executions, %d filtered; want %d, %d", c.name, in.Executions, in.Filtered, c.want, 1-c.want)
		}
	}
}

func FuzzTraces(f *testing.F) {
	f.Add(traceText("r - 1 9 GET;http.route=/a", "q r 2 3 S;db.statement=SELECT a FROM t WHERE b = $1;db.query.parameter.0=1"))
	f.Add(traceText("a b 1 9 x;db.system=postgresql", "b a 2 3 S;db.statement=x…") + "\n{\"resourceSpans\":[{}]}\n{")
	f.Add("\xef\xbb\xbf[\n{\"batches\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":1,\"spanId\":-0,\"startTimeUnixNano\":9e99,\"kind\":{},\"attributes\":[{\"value\":null}]}]}]}]},\n]")
	f.Fuzz(func(t *testing.T, content string) {
		seen, w := observe(t, Options{}, content)
		in := w.Inputs[0]
		if in.Executions > in.Records || int64(len(seen.events)) > in.Executions || len(in.Envelopes) == 0 && in.Bytes != int64(len(content)) {
			t.Fatalf("%d events, %d executions of %d records, %d of %d bytes", len(seen.events), in.Executions, in.Records, in.Bytes, len(content))
		}
		for _, e := range seen.events {
			if e.Dur < 0 || e.Line < 1 || e.Line > in.Lines {
				t.Fatalf("%+v in %d lines", e, in.Lines)
			}
		}
	})
}

func BenchmarkTraces(b *testing.B) {
	line, err := os.ReadFile(filepath.Join("testdata", "traces", "otelpgx.jsonl"))
	if err != nil {
		b.Fatal(err)
	}
	var text strings.Builder
	for i := range 100 {
		text.WriteString(strings.ReplaceAll(string(line), "aa4329c5a5f6b4769a160e7c2ad4e283", fmt.Sprintf("%032x", i)))
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if w := readText(b, Options{}, text.String()); w.Inputs[0].Executions != 700 {
			b.Fatalf("%d executions", w.Inputs[0].Executions)
		}
	}
}

// FuzzTraceForms reads what may be a trace of any form.
func FuzzTraceForms(f *testing.F) {
	for _, form := range traceForms {
		f.Add([]byte(form.write(madeRequest())))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		in := &workload.Input{}
		spans := int64(0)
		err := trace.Read(context.Background(), in, bytes.NewReader(content), "", func(s *trace.Span) {
			if spans++; s.Trace == "" || s.ID == "" || s.Start < 0 || s.End < s.Start || s.Line < 1 || s.Process == nil {
				t.Fatalf("%+v", s)
			}
		})
		if err != nil || spans != in.Records || in.Bytes > int64(len(content)) {
			t.Fatalf("%d spans of %d records in %d of %d bytes: %v", spans, in.Records, in.Bytes, len(content), err)
		}
	})
}
