package source

import (
	"fmt"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
)

var kindNames = map[workload.Kind]string{
	workload.KindExecution: "execution", workload.KindFetch: "fetch", workload.KindPending: "pending", workload.KindBare: "bare",
	workload.KindPlan: "plan", workload.KindParse: "parse", workload.KindBind: "bind", workload.KindConnect: "connect",
	workload.KindDisconnect: "disconnect", workload.KindOther: "other",
}

func TestReadMessage(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"duration: 15.263 ms  statement: SELECT 1", "execution 15263 SELECT 1"},
		{"duration: 4.484 ms  execute <unnamed>: SELECT $1", "execution 4484 SELECT $1"},
		{"duration: 4.484 ms  execute S_1/C_2: SELECT $1", "execution 4484 SELECT $1"},
		{"duration: 4.484 ms  execute ns:stmt 1: SELECT $1", "execution 4484 SELECT $1"},
		{"duration: 4.484 ms  execute a/b/p/q: SELECT $1", "execution 4484 SELECT $1"},
		{"duration: 4.484 ms  execute get: user: SELECT a AS \"x: select\"", "execution 4484 SELECT a AS \"x: select\""},
		{"duration: 4.484 ms  execute x: frobnicate: a", "execution 4484 frobnicate: a"},
		{"duration: 4.484 ms  execute x: /* a: SELECT */ SELECT 1", "execution 4484 /* a: SELECT */ SELECT 1"},
		{"duration: 0.008 ms  execute fetch from S_1/C_2: SELECT 1", "fetch 8 SELECT 1"},
		{"duration: 0.008 ms  statement:", "execution 8 "},
		{"duration: 0.008 ms  statement:\nSELECT 1", "execution 8 \nSELECT 1"},
		{"duration: 0.008 ms  statement:SELECT 1", "other 8 "},
		{"duration: 0.008 ms  execute s/p:\nSELECT 1", "execution 8 \nSELECT 1"},
		{"statement:\nSELECT 1", "pending 0 \nSELECT 1"},
		{"duration: 0.500 ms  parse S_1: SELECT 1", "parse 500 SELECT 1"},
		{"duration: 0.248 ms  bind S_1/C_2: SELECT 1", "bind 248 SELECT 1"},
		{"duration: 5.624 ms", "bare 5624 "},
		{"duration: 123456789.001 ms", "bare 123456789001 "},
		{"duration: 5 ms", "bare 5000 "},
		{"duration: 5.723 ms  plan:\nQuery Text: SELECT 1", "plan 5723 Query Text: SELECT 1"},
		{"duration: 0.1 ms  fastpath function call: \"lo_open\" (OID 952)", "other 100 "},
		{"statement: SELECT 1", "pending 0 SELECT 1"},
		{"statement: ", "pending 0 "},
		{"execute s: SELECT 1", "pending 0 SELECT 1"},
		{"execute fetch from s: SELECT 1", "pending 0 SELECT 1"},
		{"fastpath function call: \"lo_open\" (OID 952)", "other 0 "},
		{"connection received: host=[local]", "connect 0 "},
		{"connection authorized: user=postgres database=app", "connect 0 "},
		{"connection authenticated: identity=\"x\" method=trust", "other 0 "},
		{"disconnection: session time: 0:00:00.012 user=postgres database=app host=[local]", "disconnect 0 "},
		{"", "other 0 "},
		{"duration: ", "other 0 "},
		{"duration:  1.000 ms  statement: SELECT 1", "other 0 "},
		{"duration: -1.000 ms  statement: SELECT 1", "other 0 "},
		{"duration: 1.000 s  statement: SELECT 1", "other 0 "},
		{"duration: 1.000 ms statement: SELECT 1", "other 1000 "},
		{"duration: 1.000 ms  statements: SELECT 1", "other 1000 "},
		{"duration: 99999999999999999999.000 ms", "other 0 "},
		{"x duration: 1.000 ms  statement: SELECT 1", "other 0 "},
		{"executed", "other 0 "},
		{"execute", "other 0 "},
		{"checkpoint complete: wrote 0 buffers", "other 0 "},
	} {
		m := readMessage([]byte(c.text))
		if got := fmt.Sprintf("%s %d %s", kindNames[m.kind], m.dur, m.text); got != c.want {
			t.Errorf("%q\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

// list writes values as they are meant.
func (v *values) String() string {
	var b strings.Builder
	for i, x := range v.list {
		if i > 0 {
			b.WriteString(" | ")
		}
		if x.null {
			b.WriteString("NULL")
		} else {
			b.Write(x.text)
		}
	}
	if v.cut {
		b.WriteString(" (cut)")
	}
	if !v.known {
		b.WriteString(" (unknown)")
	}
	return b.String()
}

func TestReadParameters(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"parameters: $1 = '42'", "42"},
		{"Parameters: $1 = '42', $2 = NULL", "42 | NULL"},
		{"parameters: $1 = 'o''brien, $2 = ''x''\nline2', $2 = ''", "o''brien, $2 = ''x''\nline2 | "},
		{"parameters: $1 = 'NULL', $2 = NULL", "NULL | NULL"},
		{"parameters: $1 = 'o''brien, ...', $2 = '7'", "o''brien, ... | 7 (cut)"},
		{"parameters: $1 = '42', $2 = 'never en", "42 (cut) (unknown)"},
		{"parameters: $1 = '42', ", "42 (unknown)"},
		{"parameters: ", " (unknown)"},
		{"Process holding the lock: 1.", " (unknown)"},
		{"prepare: PREPARE x AS SELECT $1 = '1'", " (unknown)"},
		{"", " (unknown)"},
	} {
		var v values
		v.readParameters([]byte(c.text), nil)
		if got := v.String(); got != c.want {
			t.Errorf("%q\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

func TestValues_hashLikeTheLiteralsOfAText(t *testing.T) {
	var v values
	v.readParameters([]byte("parameters: $1 = '1', $2 = 'b', $3 = '3', $4 = '4', $5 = '5', $6 = '6', $7 = '7', $8 = '8', $9 = '9', $10 = '10'"), nil)
	var l sqltree.Lexed
	sqltree.Lex([]byte("SELECT f(1, 'b', 3, '4', 5, 6, 7, 8, 9, '10')"), &l)
	got := v.hashes(nil)
	if len(got) != len(l.Literals) {
		t.Fatalf("%d hashes, want %d", len(got), len(l.Literals))
	}
	for i := range got {
		if got[i] != l.Literals[i] {
			t.Errorf("value %d hashes differently", i+1)
		}
	}
	v.readParameters([]byte("parameters: $1 = NULL"), nil)
	if got[0] = v.hashes(nil)[0]; got[0] == sqltree.HashLiteral([]byte("NULL")) {
		t.Error("NULL hashes like the text NULL")
	}
}

func TestReadArguments(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"EXECUTE getord(42, 'paid')", "42 | paid"},
		{"execute \"a \"\"b\" ( -1.5 , null,TRUE ) ;", "-1.5 | NULL | TRUE"},
		{"EXECUTE x", ""},
		{"EXECUTE x('a, ''b')", "a, ''b"},
		{"EXECUTE x(1 + 1)", "1 (unknown)"},
		{"EXECUTE x(now())", " (unknown)"},
		{"EXECUTE x('a'::text)", "a (unknown)"},
		{"EXECUTE x(1", "1 (unknown)"},
		{"SELECT 1", " (unknown)"},
	} {
		var v values
		v.readArguments([]byte(c.text))
		if got := v.String(); got != c.want {
			t.Errorf("%q\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

func TestPrepareBody(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"PREPARE getord(int, text) AS SELECT $1, $2", "SELECT $1, $2"},
		{"prepare x as select 1", "select 1"},
		{"PREPARE \"as \"\" is\" (numeric(10,2))\nAS\n\tSELECT 1", "SELECT 1"},
		{"PREPARE TRANSACTION 'x'", ""},
		{"PREPARE x(int AS SELECT", ""},
		{"PREPARE", ""},
		{"SELECT 1", ""},
	} {
		if got := string(prepareBody([]byte(c.text))); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestReadPlan(t *testing.T) {
	for _, c := range []struct{ name, text, query, params string }{
		{
			"text", "Query Text: SELECT o.id,\n\to.total -- the total\n  FROM orders o;\nLimit  (cost=1176.01..1176.02 rows=1 width=22) (actual time=9.198..9.200 rows=0 loops=1)\n  Output: id",
			"SELECT o.id,\n\to.total -- the total\n  FROM orders o;", "",
		},
		{
			"text of PostgreSQL 16 and later", "Query Text: SELECT $1\nQuery Parameters: $1 = 'o''brien\nline2', $2 = NULL\nResult  (cost=0.00..0.01 rows=1 width=4)\nQuery Identifier: 1",
			"SELECT $1", "$1 = 'o''brien\nline2', $2 = NULL",
		},
		{"a line of the query that looks like a cost", "Query Text: SELECT '\n  (cost=1)'\nResult  (cost=0.00..0.01 rows=1 width=4)", "SELECT '\n  (cost=1)'", ""},
		{"without a plan", "Query Text: SELECT 1", "SELECT 1", ""},
		{"json", "{\n  \"Query Text\": \"SELECT \\\"a\\\",\\n\\tb\",\n  \"Query Parameters\": \"$1 = '1'\",\n  \"Plan\": {\n    \"Node Type\": \"Result\"\n  }\n}", "SELECT \"a\",\n\tb", "$1 = '1'"},
		{"json whose text names parameters", "{\n  \"Query Text\": \"SELECT 1\",\n  \"Plan\": {\"Filter\": \"x = '\\\"Query Parameters\\\": \\\"y\\\"'\"}}", "SELECT 1", ""},
		{"xml", "<explain xmlns=\"http://www.postgresql.org/2009/explain\">\n  <Query-Text>SELECT 1 &lt; 2 &amp;&amp; 'a'</Query-Text>\n  <Plan>\n  </Plan>\n</explain>", "SELECT 1 < 2 && 'a'", ""},
		{"yaml", "Query Text: \"SELECT \\\"a\\\"\\n  FROM b\"\nQuery Parameters: \"$1 = '1'\"\nPlan: \n  Node Type: \"Result\"", "SELECT \"a\"\n  FROM b", "$1 = '1'"},
		{"nothing", "", "", ""},
		{"half", "{\"Query Text\": \"SELECT", "", ""},
	} {
		p := readPlan([]byte(c.text))
		if string(p.query) != c.query || string(p.params) != c.params {
			t.Errorf("%s:\n got %q, %q\nwant %q, %q", c.name, p.query, p.params, c.query, c.params)
		}
	}
}
