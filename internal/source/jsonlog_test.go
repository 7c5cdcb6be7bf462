package source

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestJSON_readsTheKeysInAnyOrder(t *testing.T) {
	for _, c := range []struct{ name, line, want, count string }{
		{
			"as PostgreSQL writes it", `{"timestamp":"2026-11-23 08:26:55.547 UTC","user":"me","dbname":"shop","pid":16953,"remote_host":"[local]","session_id":"6b03f8cf.4239","line_num":85,"ps":"SELECT","vxid":"3/64","txid":0,"error_severity":"LOG","message":"duration: 1.000 ms  statement: SELECT \"a\",\n\tb","application_name":"psql","backend_type":"client backend","query_id":-9223372036854775808}`,
			"1: 1000 µs SELECT \"a\",\n\tb", "executions=1",
		},
		{
			"another order, more keys, blanks", `  { "message" : "duration: 1.000 ms  statement: SELECT 1" , "x" : {"a":[1,2,{"b":null}],"c":"}"} , "error_severity":"LOG", "application_name":"psql","dbname":"shop","user":"me" , "session_id":"6b03f8cf.4239" } `,
			"1: 1000 µs SELECT 1", "executions=1",
		},
		{
			"escapes", `{"error_severity":"LOG","message":"duration: 1.000 ms  statement: SELECT '\u00e9\ud83d\ude00\/\\\b\ud83d'","application_name":"psql","dbname":"shop","user":"me","session_id":"6b03f8cf.4239"}`,
			"1: 1000 µs SELECT 'é😀/\\\b\ufffd'", "executions=1",
		},
		{
			"bytes that are no UTF-8", "{\"error_severity\":\"LOG\",\"message\":\"duration: 1.000 ms  statement: SELECT 'caf\xe9'\",\"application_name\":\"psql\",\"dbname\":\"shop\",\"user\":\"me\",\"session_id\":\"6b03f8cf.4239\"}",
			"1: 1000 µs SELECT 'café'", "executions=1",
		},
		{"a null text", `{"error_severity":"LOG","message":null}`, "", ""},
		{"an error", `{"error_severity":"ERROR","state_code":"22012","message":"division by zero","statement":"SELECT 1/0"}`, "", "errors=1"},
		{"a forged duration", `{"error_severity":"LOG","message":"duration: 77777.000 ms  statement: SELECT x","context":"PL/pgSQL function f() line 1 at RAISE","statement":"SELECT f()"}`, "", ""},
		{"no object", `[{"error_severity":"LOG"}]`, "", "unreadable=1"},
		{"half an object", `{"error_severity":"LOG","message":"duration: 1.000 ms  statement: SELECT 1"`, "", "unreadable=1"},
		{"nothing in it", `{}`, "", ""},
		{"nested without end", strings.Repeat(`{"a":`, 10000), "", "unreadable=1"},
	} {
		l := readLog(t, Options{Format: "jsonlog"}, c.line+"\n")
		if got := strings.Join(l.lines, "\n"); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if got := l.coverage(); got != c.count {
			t.Errorf("%s: %s, want %s", c.name, got, c.count)
		}
		if len(l.events) == 1 {
			if x := l.w.Contexts[l.events[0].Context]; x.App != "psql" || x.User != "me" || x.Database != "shop" || l.w.Session(0) != "6b03f8cf.4239" {
				t.Errorf("%s: %+v in session %s", c.name, x, l.w.Session(0))
			}
		}
	}
}

// oracle is what the standard library makes of a line.
type oracle struct {
	User, Dbname, Message, Detail, Context, Statement string
	Session                                           string `json:"session_id"`
	App                                               string `json:"application_name"`
}

func sameAsOracle(t *testing.T, line []byte) {
	t.Helper()
	var want oracle
	wantErr := json.Unmarshal(line, &want)
	s := &scanner{}
	var r record
	whole := s.readObject(append([]byte(nil), line...), &r)
	var keys map[string]json.RawMessage
	if wantErr != nil || json.Unmarshal(line, &keys) != nil {
		return // ours is more tolerant
	}
	for key := range keys {
		if strings.Trim(key, "abcdefghijklmnopqrstuvwxyz_") != "" {
			return // the oracle takes Session_ID for session_id; no server writes it
		}
	}
	if !whole {
		t.Errorf("%q is an object, but was not read", line)
		return
	}
	if !utf8.Valid(line) {
		return // the standard library replaces bytes, we keep them
	}
	name := string(r.name)
	if want.Session == "" {
		name = ""
	}
	got := oracle{string(r.user), string(r.database), string(r.message), string(r.detail), string(r.context), string(r.statement), name, string(r.app)}
	if got != want {
		t.Errorf("%s\n got %+v\nwant %+v", line, got, want)
	}
}

func TestJSON_agreesWithTheStandardReader(t *testing.T) {
	for _, name := range []string{"default.json.gz", "version17.json.gz", "plansjson.json.gz"} {
		f, err := os.Open("testdata/logs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(z)
		for lines.Scan() {
			sameAsOracle(t, lines.Bytes())
		}
	}
}
