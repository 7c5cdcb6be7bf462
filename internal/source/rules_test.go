package source

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// said is one record as a server writes it, whatever the format of its log.
type said struct{ severity, message, detail, context, statement string }

func log(message string) said { return said{severity: "LOG", message: message} }

func (s said) with(part, text string) said {
	switch part {
	case "DETAIL":
		s.detail = text
	case "CONTEXT":
		s.context = text
	case "STATEMENT":
		s.statement = text
	}
	return s
}

// logFormats write the same records as a server does.
var logFormats = map[string]func([]said) string{
	"stderr": func(records []said) string {
		var b strings.Builder
		for i, r := range records {
			for _, part := range [][2]string{{r.severity, r.message}, {"DETAIL", r.detail}, {"CONTEXT", r.context}, {"STATEMENT", r.statement}} {
				if part[1] != "" {
					fmt.Fprintf(&b, "2026-11-23 08:00:00.%03d UTC [16953] %s:  %s\n", i, part[0], strings.ReplaceAll(part[1], "\n", "\n\t"))
				}
			}
		}
		return b.String()
	},
	"csvlog": func(records []said) string {
		var b strings.Builder
		for i, r := range records {
			quoted := func(s string) string {
				if s == "" {
					return ""
				}
				return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
			}
			fmt.Fprintf(&b, `2026-11-23 08:00:00.%03d UTC,"me","shop",16953,"[local]",6b03f8cf.4239,%d,"SELECT",2026-11-23 07:00:00 UTC,3/0,0,%s,00000,%s,%s,,,,%s,%s,,,"web","client backend",,0`+"\n",
				i, i+1, r.severity, quoted(r.message), quoted(r.detail), quoted(r.context), quoted(r.statement))
		}
		return b.String()
	},
	"jsonlog": func(records []said) string {
		var b strings.Builder
		for i, r := range records {
			m := map[string]any{"timestamp": fmt.Sprintf("2026-11-23 08:00:00.%03d UTC", i), "pid": 16953, "session_id": "6b03f8cf.4239", "error_severity": r.severity, "message": r.message}
			for key, text := range map[string]string{"detail": r.detail, "context": r.context, "statement": r.statement} {
				if text != "" {
					m[key] = text
				}
			}
			line, _ := json.Marshal(m)
			b.WriteString(string(line) + "\n")
		}
		return b.String()
	},
}

// The rules by which records become executions, in every format.
func TestRules_whatARecordSaysOfExecutions(t *testing.T) {
	const nested = "SQL statement \"SELECT 1\"\nPL/pgSQL function f() line 1 at PERFORM"
	plan := func(text string) said { return log("duration: 1.000 ms  plan:\n" + text) }
	for _, c := range []struct {
		name    string
		records []said
		want    string // executions: "µs text"
		count   string
	}{
		{"a simple query", []said{log("duration: 1.000 ms  statement: SELECT 1")}, "1000 SELECT 1", "executions=1"},
		{"parse and bind are planning, execute counts, a fetch is no call", []said{log("duration: 1.000 ms  parse s: SELECT $1"), log("duration: 1.000 ms  bind s/p: SELECT $1"), log("duration: 2.000 ms  execute s/p: SELECT $1"), log("duration: 3.000 ms  execute fetch from s/p: SELECT $1")}, "2000 SELECT $1|3000 SELECT $1", "executions=2 fetches=1 parse=1 bind=1"},
		{"a bind alone is slow planning", []said{log("duration: 900.000 ms  bind s: SELECT $1")}, "", "bind=1"},
		{"a statement that was only parsed is no query: a driver asked for types", []said{log("duration: 1.000 ms  parse s: select \"a\", \"b\" from \"scratch\"")}, "", "parse=1"},
		{"names hold blanks and colons", []said{log("duration: 1.000 ms  execute get user: by id: SELECT $1"), log("duration: 1.000 ms  execute a/b/p/q: SELECT $1")}, "1000 SELECT $1|1000 SELECT $1", "executions=2"},
		{"a cursor in SQL is a DECLARE and its FETCHes", []said{log("duration: 1.000 ms  statement: DECLARE c CURSOR FOR SELECT a FROM b"), log("duration: 2.000 ms  statement: FETCH 5 FROM c"), log("duration: 2.000 ms  statement: FETCH 5 FROM c")}, "1000 DECLARE c CURSOR FOR SELECT a FROM b|2000 FETCH 5 FROM c|2000 FETCH 5 FROM c", "executions=3"},
		{"EXECUTE runs what was prepared", []said{log("duration: 1.000 ms  statement: EXECUTE p(42, 'paid')").with("DETAIL", "prepare: PREPARE p(int, text) AS SELECT a FROM b WHERE c = $1 AND d = $2")}, "1000 SELECT a FROM b WHERE c = $1 AND d = $2", "executions=1"},
		{"also when its duration comes alone", []said{log("statement: EXECUTE p(42)").with("DETAIL", "prepare: PREPARE p(int) AS SELECT a FROM b WHERE c = $1"), log("duration: 1.000 ms")}, "1000 SELECT a FROM b WHERE c = $1", "executions=1"},
		{"empty statements are counted and never a query", []said{log("duration: 1.000 ms  statement: "), log("duration: 1.000 ms  statement: ;"), log("duration: 1.000 ms  statement: -- ping")}, "", "executions=3 empty=3"},
		{"a bare duration belongs to the text before it, others to parse and bind", []said{log("duration: 0.100 ms"), log("execute s: SELECT $1"), log("duration: 1.000 ms"), log("duration: 0.200 ms")}, "1000 SELECT $1", "executions=1 bare=2"},
		{"an error takes its text away", []said{log("statement: SELECT 1/0"), {"ERROR", "division by zero", "", "", "SELECT 1/0"}, log("duration: 1.000 ms")}, "", "errors=1 bare=1"},
		{"the statement of an error is no execution", []said{{"ERROR", "duplicate key", "Key (a)=(1) already exists.", "", "INSERT INTO t VALUES (1)"}, {"FATAL", "terminating connection", "", "", "SELECT 2"}}, "", "errors=2"},
		{"the parameters of an error are no execution", []said{{"ERROR", "division by zero", "", "unnamed portal with parameters: $1 = '0'", "SELECT 1/$1"}}, "", "errors=1"},
		{"only severity LOG has durations", []said{{"WARNING", "duration: 9.000 ms  statement: SELECT 1", "", "", ""}, {"NOTICE", "duration: 9.000 ms", "", "", ""}}, "", ""},
		{"what a function prints is none", []said{log("duration: 77777.000 ms  statement: SELECT x").with("CONTEXT", "PL/pgSQL function f() line 1 at RAISE").with("STATEMENT", "SELECT f()")}, "", ""},
		{"text within a statement is text", []said{log("duration: 1.000 ms  statement: SELECT 'x\n2026-11-23 08:00:00.000 UTC [1] LOG:  duration: 99999.000 ms  statement: SELECT evil'")}, "1000 SELECT 'x\n2026-11-23 08:00:00.000 UTC [1] LOG:  duration: 99999.000 ms  statement: SELECT evil'", "executions=1"},
		{"a plan and the duration after it are one execution", []said{plan("Query Text: SELECT 1\nResult  (cost=0.00..0.01 rows=1 width=4)"), log("duration: 1.500 ms  statement: SELECT 1")}, "1500 SELECT 1", "executions=1 plans=1"},
		{"a plan in JSON", []said{plan("{\n  \"Query Text\": \"SELECT 1\",\n  \"Plan\": {\n    \"Node Type\": \"Result\"\n  }\n}")}, "1000 SELECT 1", "executions=1 plans=1"},
		{"a plan in XML", []said{plan("<explain xmlns=\"http://www.postgresql.org/2009/explain\">\n  <Query-Text>SELECT 1 &lt; 2</Query-Text>\n</explain>")}, "1000 SELECT 1 < 2", "executions=1 plans=1"},
		{"a plan in YAML", []said{plan("Query Text: \"SELECT 1\"\nPlan: \n  Node Type: \"Result\"")}, "1000 SELECT 1", "executions=1 plans=1"},
		{"a plan with a context is of a statement in a function", []said{plan("Query Text: SELECT 1\nResult  (cost=0.00..0.01 rows=1 width=4)").with("CONTEXT", nested)}, "", "plans=1 nested=1"},
		{"verbose logs put the SQLSTATE first", []said{log("00000: duration: 1.000 ms  statement: SELECT 1")}, "1000 SELECT 1", "executions=1"},
		{"a lock is waited for within the statement after it", []said{log("process 16953 acquired ShareLock on transaction 6 after 400.000 ms").with("CONTEXT", "while updating tuple (0,1) in relation \"a\"").with("STATEMENT", "UPDATE a SET b = 1"), log("duration: 412.000 ms  statement: UPDATE a SET b = 1")}, "412000 UPDATE a SET b = 1", "executions=1 waits=1"},
		{"what the server does by itself is no execution", []said{log("checkpoint complete: wrote 47 buffers (0.3%)"), log("automatic vacuum of table \"shop.public.a\": index scans: 1"), log("temporary file: path \"base/pgsql_tmp/pgsql_tmp1.0\", size 1048576").with("STATEMENT", "SELECT a FROM b ORDER BY c")}, "", ""},
		{"fastpath calls are none", []said{log("duration: 0.100 ms  fastpath function call: \"lo_open\" (OID 952)"), log("fastpath function call: \"lo_open\" (OID 952)")}, "", ""},
		{"German", []said{log("Dauer: 1.000 ms  Anweisung: SELECT now()"), log("Dauer: 1.000 ms  Binden s: SELECT $1"), log("Dauer: 2.000 ms  Ausführen s: SELECT $1").with("DETAIL", "Parameter: $1 = '1'")}, "1000 SELECT now()|2000 SELECT $1", "executions=2 bind=1"},
	} {
		for format, write := range logFormats {
			o := Options{Format: format}
			if format == "stderr" {
				o.Prefix = "%m [%p] "
			}
			l := readLog(t, o, write(c.records))
			var got []string
			for i, e := range l.events {
				if l.texts[i] != "" {
					got = append(got, fmt.Sprintf("%d %s", e.Dur, l.texts[i]))
				}
			}
			if s := strings.Join(got, "|"); s != c.want || l.coverage() != c.count {
				t.Errorf("%s, %s:\n got %q (%s)\nwant %q (%s)", c.name, format, s, l.coverage(), c.want, c.count)
			}
		}
	}
}

// Values are hashed, and known as a whole or not.
func TestRules_valuesOfParameters(t *testing.T) {
	for _, c := range []struct {
		name, detail, want string
		known              bool
	}{
		{"before PostgreSQL 17", "parameters: $1 = '42', $2 = 'o''brien, $2 = x'", "[42 o'brien, $2 = x]", true},
		{"since", "Parameters: $1 = '42', $2 = NULL", "[42 ]", true},
		{"cut by log_parameter_max_length", "parameters: $1 = '42', $2 = 'o''brien, ...'", "[42 o'brien, ...]", true},
		{"torn off", "parameters: $1 = '42', $2 = 'never en", "[42]", false},
		{"not logged", "", "[]", false},
	} {
		for format, write := range logFormats {
			o := Options{Format: format}
			if format == "stderr" {
				o.Prefix = "%m [%p] "
			}
			l := readLog(t, o, write([]said{log("duration: 1.000 ms  execute s: SELECT a FROM b WHERE c = $1 AND d = $2").with("DETAIL", c.detail)}))
			if got := fmt.Sprint(l.w.Groups[0].Samples[0].Params); got != c.want || l.events[0].Known() != c.known {
				t.Errorf("%s, %s: %s, known %t; want %s, %t", c.name, format, got, l.events[0].Known(), c.want, c.known)
			}
		}
	}
}

func TestRules_timesOfEveryZone(t *testing.T) {
	for _, c := range []struct{ timezone, zone, want string }{
		{"", "UTC", "08:00"},
		{"", "CET", "07:00"},
		{"", "CEST", "06:00"},
		{"", "-03", "11:00"},
		{"", "+0545", "02:15"},
		{"", "+05:30", "02:30"},
		{"", "EST", "13:00"},
		{"", "Europe/Berlin", "07:00"},
		{"Asia/Kolkata", "IST", "02:30"},
		{"Asia/Kolkata", "UTC", "08:00"},
		{"Asia/Kolkata", "-03", "11:00"},
		{"America/New_York", "XXT", "13:00"},
	} {
		l := readLog(t, Options{Prefix: "%m [%p] ", Timezone: c.timezone}, "2026-11-23 08:00:00.000 "+c.zone+" [1] LOG:  duration: 0.000 ms  statement: SELECT 1\n")
		if got := l.w.Inputs[0].From.UTC().Format("15:04"); got != c.want {
			t.Errorf("%s with --timezone %q: %s, want %s", c.zone, c.timezone, got, c.want)
		}
	}
}

func TestRules_aLogMayMixZones(t *testing.T) {
	l := readLog(t, Options{Prefix: "%m [%p] "}, ""+
		"2026-10-25 02:59:59.000 CEST [1] LOG:  duration: 0.000 ms  statement: SELECT 1\n"+
		"2026-10-25 02:00:01.000 CET [1] LOG:  duration: 0.000 ms  statement: SELECT 1\n")
	if d := l.events[1].Start - l.events[0].Start; d != 2_000_000 {
		t.Errorf("the hour that comes twice: %d µs apart, want 2 s", d)
	}
}
