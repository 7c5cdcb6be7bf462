package source

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
)

// stderrLog puts a prefix before every line that does not begin with a TAB;
// "2> " before a line chooses process 2.
func stderrLog(lines ...string) string {
	var b strings.Builder
	for i, line := range lines {
		pid := "1"
		if p, rest, ok := strings.Cut(line, "> "); ok && len(p) == 1 {
			pid, line = p, rest
		}
		if !strings.HasPrefix(line, "\t") {
			fmt.Fprintf(&b, "2026-11-23 08:00:00.%03d UTC [%s] ", i, pid)
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

func TestStderr_whatCountsAsAnExecution(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		want  []string // executions
		count string
	}{
		{
			"one TAB is stripped from further lines",
			[]string{"LOG:  duration: 1.000 ms  statement: SELECT a,", "\t\tb", "\t  FROM c"},
			[]string{"1: 1000 µs SELECT a,\n\tb\n  FROM c"},
			"executions=1",
		},
		{
			"parse and bind are no executions",
			[]string{
				"LOG:  duration: 1.000 ms  parse s: SELECT $1", "LOG:  duration: 1.000 ms  bind s: SELECT $1", "DETAIL:  parameters: $1 = '1'",
				"LOG:  duration: 2.000 ms  execute s: SELECT $1", "DETAIL:  parameters: $1 = '1'", "LOG:  duration: 3.000 ms  execute fetch from s: SELECT $1",
			},
			[]string{"4: 2000 µs SELECT $1", "6: 3000 µs SELECT $1"},
			"executions=2 fetches=1 parse=1 bind=1",
		},
		{
			"a bare duration belongs to the statement before it in its session",
			[]string{"LOG:  statement: SELECT 1", "2> LOG:  execute x: SELECT a FROM b WHERE c = $1", "2> DETAIL:  parameters: $1 = '1'", "LOG:  duration: 1.000 ms", "2> LOG:  duration: 2.000 ms", "LOG:  duration: 3.000 ms"},
			[]string{"1: 1000 µs SELECT 1", "2: 2000 µs SELECT a FROM b WHERE c = $1"},
			"executions=2 bare=1",
		},
		{
			"an error ends the statement before it",
			[]string{"LOG:  statement: SELECT 1/0", "ERROR:  division by zero", "STATEMENT:  SELECT 1/0", "LOG:  duration: 1.000 ms"},
			nil, "errors=1 bare=1",
		},
		{
			"a statement without a duration is said",
			[]string{"LOG:  statement: SELECT 1", "LOG:  statement: SELECT 2"},
			nil, "pending=2",
		},
		{
			"a plan alone is an execution",
			[]string{"LOG:  duration: 1.000 ms  plan:", "\tQuery Text: SELECT 1", "\tResult  (cost=0.00..0.01 rows=1 width=4)"},
			[]string{"1: 1000 µs SELECT 1"},
			"executions=1 plans=1",
		},
		{
			"a plan and the duration after it are one execution",
			[]string{"LOG:  duration: 1.000 ms  plan:", "\tQuery Text: SELECT 1", "\tResult  (cost=0.00..0.01 rows=1 width=4)", "LOG:  duration: 1.500 ms  statement: SELECT 1"},
			[]string{"4: 1500 µs SELECT 1"},
			"executions=1 plans=1",
		},
		{
			"an execute and the plan after it are one execution",
			[]string{"LOG:  duration: 1.500 ms  execute s: SELECT $1", "LOG:  duration: 1.000 ms  plan:", "\tQuery Text: SELECT $1", "\tResult  (cost=0.00..0.01 rows=1 width=4)"},
			[]string{"1: 1500 µs SELECT $1"},
			"executions=1 plans=1",
		},
		{
			"a portal's plan covers its fetches",
			[]string{"LOG:  duration: 1.500 ms  execute s/p: SELECT $1", "LOG:  duration: 1.000 ms  execute fetch from s/p: SELECT $1", "LOG:  duration: 2.400 ms  plan:", "\tQuery Text: SELECT $1", "\tResult  (cost=0.00..0.01 rows=1 width=4)"},
			[]string{"1: 1500 µs SELECT $1", "2: 1000 µs SELECT $1"},
			"executions=2 fetches=1 plans=1",
		},
		{
			"a cursor's plan, written when it is closed, is no further execution",
			[]string{"LOG:  duration: 1.500 ms  statement: DECLARE c CURSOR FOR SELECT 1", "LOG:  duration: 0.100 ms  statement: FETCH 5 FROM c", "LOG:  duration: 7.000 ms  plan:", "\tQuery Text: DECLARE c CURSOR FOR SELECT 1", "\tResult  (cost=0.00..0.01 rows=1 width=4)", "LOG:  duration: 0.200 ms  statement: CLOSE c"},
			[]string{"1: 1500 µs DECLARE c CURSOR FOR SELECT 1", "2: 100 µs FETCH 5 FROM c", "6: 200 µs CLOSE c"},
			"executions=3 plans=1",
		},
		{
			"a cursor's plan alone is an execution",
			[]string{"LOG:  duration: 7.000 ms  plan:", "\tQuery Text: DECLARE c CURSOR FOR SELECT 1", "\tResult  (cost=0.00..0.01 rows=1 width=4)"},
			[]string{"1: 7000 µs DECLARE c CURSOR FOR SELECT 1"},
			"executions=1 plans=1",
		},
		{
			"a longer plan is an execution of its own",
			[]string{"LOG:  duration: 1.500 ms  execute s: SELECT $1", "LOG:  duration: 7.000 ms  plan:", "\tQuery Text: SELECT $1", "\tResult  (cost=0.00..0.01 rows=1 width=4)"},
			[]string{"1: 1500 µs SELECT $1", "2: 7000 µs SELECT $1"},
			"executions=2 plans=1",
		},
		{
			"a plan with a context is nested",
			[]string{"LOG:  duration: 1.000 ms  plan:", "\tQuery Text: SELECT 1", "\tResult  (cost=0.00..0.01 rows=1 width=4)", "CONTEXT:  SQL statement \"SELECT 1\"", "\tPL/pgSQL function f() line 1 at PERFORM"},
			nil, "plans=1 nested=1",
		},
		{
			"what a function prints with RAISE LOG is no duration",
			[]string{"LOG:  duration: 77777.000 ms  statement: SELECT x", "CONTEXT:  PL/pgSQL function f() line 1 at RAISE", "STATEMENT:  SELECT f()", "LOG:  duration: 1.000 ms  statement: SELECT f()"},
			[]string{"4: 1000 µs SELECT f()"},
			"executions=1",
		},
		{
			"not even where the context is not logged",
			[]string{"LOG:  duration: 77777.000 ms  execute s: SELECT x", "STATEMENT:  SELECT f()"},
			nil, "",
		},
		{
			"only severity LOG has durations",
			[]string{"WARNING:  duration: 77777.000 ms  statement: SELECT x", "ERROR:  duration: 77777.000 ms  statement: SELECT x", "NOTICE:  duration: 1.000 ms"},
			nil, "errors=1",
		},
		{
			"verbose logs begin with a SQLSTATE",
			[]string{"LOG:  00000: duration: 1.000 ms  statement: SELECT 1", "LOCATION:  exec_simple_query, postgres.c:1234", "ERROR:  22012: division by zero", "LOCATION:  int4div, int.c:869"},
			[]string{"1: 1000 µs SELECT 1"},
			"executions=1 errors=1",
		},
		{
			"empty statements are counted and no query",
			[]string{"LOG:  duration: 1.000 ms  statement: ", "LOG:  duration: 1.000 ms  statement: ;", "LOG:  duration: 1.000 ms  statement: -- ping"},
			nil, "executions=3 empty=3",
		},
		{
			"what an EXECUTE runs is what was prepared",
			[]string{"LOG:  duration: 1.000 ms  statement: EXECUTE getord(42, 'paid')", "DETAIL:  prepare: PREPARE getord(int, text) AS SELECT * FROM orders WHERE customer_id = $1 AND status = $2"},
			[]string{"1: 1000 µs SELECT * FROM orders WHERE customer_id = $1 AND status = $2"},
			"executions=1",
		},
		{
			"a record inside a string is text",
			[]string{"LOG:  duration: 1.000 ms  statement: SELECT 'x", "\t2026-11-23 08:00:00.000 UTC [1] LOG:  duration: 99999.000 ms  statement: SELECT evil'"},
			[]string{"1: 1000 µs SELECT 'x\n2026-11-23 08:00:00.000 UTC [1] LOG:  duration: 99999.000 ms  statement: SELECT evil'"},
			"executions=1",
		},
		{
			"a part of another session's record is not taken",
			[]string{"LOG:  duration: 1.000 ms  execute s: SELECT $1", "2> DETAIL:  parameters: $1 = '1'", "\tx"},
			[]string{"1: 1000 µs SELECT $1"},
			"executions=1 unreadable=2",
		},
		{
			"fastpath calls are no statements",
			[]string{"LOG:  duration: 0.100 ms  fastpath function call: \"lo_open\" (OID 952)", "LOG:  fastpath function call: \"lo_open\" (OID 952)"},
			nil, "",
		},
		{
			"a reconnected process is a new session",
			[]string{"LOG:  statement: SELECT 1", "LOG:  disconnection: session time: 0:00:00.012 user=a database=b host=[local]", "LOG:  connection received: host=[local]", "LOG:  duration: 1.000 ms"},
			nil, "pending=1 bare=1",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := readLog(t, Options{Prefix: "%m [%p] "}, stderrLog(c.lines...))
			if got, want := strings.Join(l.lines, "\n"), strings.Join(c.want, "\n"); got != want {
				t.Errorf("executions\n%s\nwant\n%s", got, want)
			}
			if got := l.coverage(); got != c.count {
				t.Errorf("coverage %q, want %q", got, c.count)
			}
		})
	}
}

func hashes(texts ...string) (out []uint32) {
	for _, s := range texts {
		h := sqltree.HashLiteral([]byte(s))
		if s == "NULL" {
			h = nullHash
		}
		out = append(out, h)
	}
	return out
}

func TestStderr_whatAnEventCarries(t *testing.T) {
	const known, extended, noise = workload.FlagParamsKnown, workload.FlagExtended, workload.FlagNoise
	for _, c := range []struct {
		name          string
		lines         []string
		params        []uint32
		limit, offset int64
		flags         workload.Flags
	}{
		{"literals in the order of the text", []string{"LOG:  duration: 1.000 ms  statement: SELECT a FROM t WHERE b = 'x' AND c = 7"}, hashes("x", "7"), -1, -1, known},
		{"no values at all are known values", []string{"LOG:  duration: 1.000 ms  statement: SELECT a FROM t"}, nil, -1, -1, known},
		{"logged values of placeholders", []string{"LOG:  duration: 1.000 ms  execute s: SELECT a FROM t WHERE b = $1 AND c = $2 AND d = 'x'", "DETAIL:  Parameters: $1 = 'v', $2 = NULL"}, hashes("v", "NULL"), -1, -1, known | extended},
		{"placeholders without logged values", []string{"LOG:  duration: 1.000 ms  execute s: SELECT a FROM t WHERE b = $1"}, nil, -1, -1, extended},
		{"values that were cut", []string{"LOG:  duration: 1.000 ms  execute s: SELECT a FROM t WHERE b = $1", "DETAIL:  parameters: $1 = 'abc...'"}, hashes("abc..."), -1, -1, known | extended | workload.FlagParamsCut},
		{"arguments of EXECUTE", []string{"LOG:  duration: 1.000 ms  statement: EXECUTE q(42, 'x')", "DETAIL:  prepare: PREPARE q AS SELECT a FROM t WHERE b = $1 AND c = $2"}, hashes("42", "x"), -1, -1, known},
		{"literal LIMIT and OFFSET", []string{"LOG:  duration: 1.000 ms  statement: SELECT a FROM t LIMIT 10 OFFSET 20"}, hashes("10", "20"), 10, 20, known},
		{"logged LIMIT and OFFSET", []string{"LOG:  duration: 1.000 ms  execute s: SELECT a FROM t LIMIT $2 OFFSET $1", "DETAIL:  parameters: $1 = '40', $2 = '20'"}, hashes("40", "20"), 20, 40, known | extended},
		{"values of a plan", []string{"LOG:  duration: 1.000 ms  plan:", "\tQuery Text: SELECT a FROM t WHERE b = $1", "\tQuery Parameters: $1 = 'x'", "\tSeq Scan on t  (cost=0.00..1.00 rows=1 width=4)"}, hashes("x"), -1, -1, known},
		{"BEGIN", []string{"LOG:  duration: 1.000 ms  statement: BEGIN"}, nil, -1, -1, known | noise | workload.FlagBegin},
		{"COMMIT", []string{"LOG:  duration: 1.000 ms  execute s: COMMIT"}, nil, -1, -1, known | noise | workload.FlagEnd | extended},
		{"ROLLBACK", []string{"LOG:  duration: 1.000 ms  statement: ROLLBACK"}, nil, -1, -1, known | noise | workload.FlagEnd | workload.FlagRollback},
		{"DISCARD ALL", []string{"LOG:  duration: 1.000 ms  statement: DISCARD ALL"}, nil, -1, -1, known | noise | workload.FlagReset},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := readLog(t, Options{Prefix: "%m [%p] "}, stderrLog(c.lines...))
			if len(l.events) != 1 {
				t.Fatalf("%d executions: %s", len(l.events), l.coverage())
			}
			e := l.events[0]
			if fmt.Sprint(e.Params) != fmt.Sprint(c.params) {
				t.Errorf("params %v, want %v", e.Params, c.params)
			}
			if e.Limit != c.limit || e.Offset != c.offset || e.Rows != workload.None {
				t.Errorf("limit %d, offset %d, rows %d; want %d, %d, unknown", e.Limit, e.Offset, e.Rows, c.limit, c.offset)
			}
			if e.Flags != c.flags {
				t.Errorf("flags %b, want %b", e.Flags, c.flags)
			}
			if end := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC).UnixMicro(); e.Start != end-1000 {
				t.Errorf("start %d, want %d: the log tells the end", e.Start, end-1000)
			}
		})
	}
}

func TestStderr_bindAndParseTimeBelongsToTheExecution(t *testing.T) {
	l := readLog(t, Options{Prefix: "%m [%p] "}, stderrLog(
		"LOG:  duration: 1.000 ms  parse s: SELECT $1", "2> LOG:  duration: 9.000 ms  bind s: SELECT $1", "LOG:  duration: 2.000 ms  bind s: SELECT $1", "LOG:  duration: 4.000 ms  execute s: SELECT $1"))
	if got := l.events[0].Bind; got != 3000 {
		t.Errorf("%d µs in parse and bind, want 3000", got)
	}
}

func TestStderr_commentsTellWhoAsked(t *testing.T) {
	l := readLog(t, Options{Prefix: "%m [%p] %u@%d "}, strings.Join([]string{
		"2026-11-23 08:00:00.000 UTC [1] me@shop LOG:  duration: 1.000 ms  statement: SELECT 1 /*application='web',route='%2Fusers',traceparent='00-5bd66ef5095369c7b0d1f8f4bd33716a-c532cb4098ac3dd2-01'*/",
		"2026-11-23 08:00:00.000 UTC [1] me@shop LOG:  duration: 1.000 ms  statement: SELECT 1 /*application='web',route='%2Fusers',traceparent='00-5bd66ef5095369c7b0d1f8f4bd33716a-0000000000000001-01'*/",
		"2026-11-23 08:00:00.000 UTC [1] me@shop LOG:  duration: 1.000 ms  statement: SELECT 1 /*application='web',route='%2Fusers',traceparent='00-5bd66ef5095369c7b0d1f8f4bd33716b-c532cb4098ac3dd2-01'*/",
		"2026-11-23 08:00:00.000 UTC [1] me@shop LOG:  duration: 1.000 ms  statement: SELECT 1", "",
	}, "\n"))
	e := l.events
	if len(l.w.Groups) != 1 || e[0].Context != e[2].Context || e[0].Context == e[3].Context {
		t.Errorf("%d groups, contexts %d %d %d", len(l.w.Groups), e[0].Context, e[2].Context, e[3].Context)
	}
	if e[0].Request == 0 || e[0].Request != e[1].Request || e[0].Request == e[2].Request || e[3].Request != 0 {
		t.Errorf("requests %d %d %d %d", e[0].Request, e[1].Request, e[2].Request, e[3].Request)
	}
	if got, want := l.w.Contexts[e[0].Context], (workload.Context{App: "web", User: "me", Database: "shop", Route: "/users"}); got != want {
		t.Errorf("context %+v, want %+v", got, want)
	}
	if got := l.w.Groups[0].Database; got != "shop" {
		t.Errorf("database %q", got)
	}
}

func TestStderr_sessionsAreToldByTheBestThePrefixHas(t *testing.T) {
	for _, c := range []struct {
		prefix string
		lines  []string
		want   string // the session of each line
	}{
		{"%c [%p] ", []string{"6b03f8fb.1 [1] ", "6b03f8fb.2 [1] ", "6b03f8fb.1 [2] "}, "0 1 0"},
		{"[%p] %s ", []string{"[1] 2026-11-23 08:00:00 UTC ", "[1] 2026-11-23 08:00:01 UTC ", "[1] 2026-11-23 08:00:00 UTC "}, "0 1 0"},
		{"[%p] %u@%d ", []string{"[1] a@b ", "[1] a@c ", "[2] a@b "}, "0 1 2"},
		{"[%p] ", []string{"[1] ", "[2] ", "[1] "}, "0 1 0"},
		{"", []string{"", "", ""}, "0 0 0"},
	} {
		var b strings.Builder
		for _, line := range c.lines {
			b.WriteString(line + "LOG:  duration: 1.000 ms  statement: SELECT 1\n")
		}
		l := readLog(t, Options{Prefix: c.prefix, Format: "stderr"}, b.String())
		var got []string
		for _, e := range l.events {
			got = append(got, fmt.Sprint(e.Session))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%q: sessions %s, want %s", c.prefix, s, c.want)
		}
	}
}

func TestStderr_patternsThatWereLoggedAreRemembered(t *testing.T) {
	l := readLog(t, Options{Prefix: "%m [%p] "}, stderrLog(
		"LOG:  duration: 1.000 ms  execute s: SELECT a FROM t WHERE b = $1 AND c LIKE $2", "DETAIL:  parameters: $1 = '%', $2 = '%it''s'",
		"LOG:  duration: 2.000 ms  execute s: SELECT a FROM t WHERE b = $1 AND c LIKE $2", "DETAIL:  parameters: $1 = 'x', $2 = 'it%'",
		"LOG:  duration: 3.000 ms  execute s: SELECT a FROM t WHERE b = $1 AND c LIKE $2", "DETAIL:  parameters: $1 = NULL, $2 = '_it'"))
	g := l.w.Groups[0]
	if g.ParamsSeen != 3 || g.LeadingWild[0] != 1 || g.LeadingWild[1] != 2 {
		t.Errorf("of %d calls %v began with a wildcard", g.ParamsSeen, g.LeadingWild)
	}
	if s := g.Samples[2]; s.Params[1] != "%it's" || s.Nulls[0] {
		t.Errorf("first sample %+v", s)
	}
	if s := g.Samples[0]; s.Params[0] != "" || !s.Nulls[0] || s.Dur != 3000 || s.Line != 5 {
		t.Errorf("slowest sample %+v", s)
	}
}

func TestStderr_filters(t *testing.T) {
	const prefix = "%m [%p] %q%u@%d/%a "
	content := strings.Join([]string{
		"2026-11-23 08:00:00.000 UTC [1] me@shop/web LOG:  duration: 1.000 ms  statement: SELECT 1",
		"2026-11-23 08:00:01.000 UTC [2] me@other/web LOG:  duration: 1.000 ms  statement: SELECT 2, 2",
		"2026-11-23 08:00:02.000 UTC [3] you@shop/job LOG:  duration: 1.000 ms  statement: SELECT 3, 3, 3",
		"2026-11-23 08:00:02.000 UTC [3] you@shop/job ERROR:  oops", "",
	}, "\n")
	at := time.Date(2026, 11, 23, 8, 0, 1, 0, time.UTC)
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{}, "executions=3 errors=1"},
		{Options{Databases: []string{"shop"}}, "executions=2 errors=1 filtered=1"},
		{Options{Users: []string{"me", "nobody"}}, "executions=2 errors=1 filtered=1"},
		{Options{Apps: []string{"job"}}, "executions=1 errors=1 filtered=2"},
		{Options{Since: at}, "executions=1 errors=1 filtered=2"},
		{Options{Until: at}, "executions=2 errors=1 filtered=1"},
	} {
		c.o.Prefix = prefix
		l := readLog(t, c.o, content)
		if got := l.coverage(); got != c.want {
			t.Errorf("%+v: %s, want %s", c.o, got, c.want)
		}
	}
}

// A statement belongs to the time in which it began; a log tells when it ended.
func TestStderr_sinceAndUntilAskWhenAStatementBegan(t *testing.T) {
	content := strings.Join([]string{
		"2026-11-23 08:00:01.000 UTC [1] LOG:  duration: 1000.001 ms  statement: SELECT 1",
		"2026-11-23 08:00:01.000 UTC [2] LOG:  duration: 1000.000 ms  statement: SELECT 2, 2",
		"2026-11-23 08:00:00.500 UTC [3] LOG:  statement: SELECT 3, 3, 3",
		"2026-11-23 08:00:02.500 UTC [3] LOG:  duration: 2000.000 ms",
		"2026-11-23 08:00:03.000 UTC [4] LOG:  duration: 1000.000 ms  statement: SELECT 4, 4, 4, 4", "",
	}, "\n")
	for _, c := range []struct{ since, until, want, count string }{
		{"08:00:00", "08:00:02", "2: 1000000 µs SELECT 2, 2|3: 2000000 µs SELECT 3, 3, 3", "executions=2 filtered=2"},
		{"08:00:00.5", "", "3: 2000000 µs SELECT 3, 3, 3|5: 1000000 µs SELECT 4, 4, 4, 4", "executions=2 filtered=2"},
		{"", "08:00:00.5", "1: 1000001 µs SELECT 1|2: 1000000 µs SELECT 2, 2", "executions=2 filtered=2"},
		{"08:00:00.501", "", "5: 1000000 µs SELECT 4, 4, 4, 4", "executions=1 filtered=3"},
	} {
		o := Options{Prefix: "%m [%p] "}
		for at, into := range map[string]*time.Time{c.since: &o.Since, c.until: &o.Until} {
			if at != "" {
				*into, _ = time.Parse(time.DateTime, "2026-11-23 "+at)
			}
		}
		l := readLog(t, o, content)
		if got := strings.Join(l.lines, "|"); got != c.want || l.coverage() != c.count {
			t.Errorf("from %s to %s: %s (%s), want %s (%s)", c.since, c.until, got, l.coverage(), c.want, c.count)
		}
	}
}

func TestStderr_encodingsAndLineEnds(t *testing.T) {
	for _, c := range []struct{ name, content, want string }{
		{"CRLF", "2026-11-23 08:00:00.000 UTC [1] LOG:  duration: 1.000 ms  statement: SELECT a,\r\n\tb\r\n", "SELECT a,\nb"},
		{"byte order mark", "\xef\xbb\xbf2026-11-23 08:00:00.000 UTC [1] LOG:  duration: 1.000 ms  statement: SELECT 1\n", "SELECT 1"},
		{"LATIN1", "2026-11-23 08:00:00.000 UTC [1] LOG:  duration: 1.000 ms  statement: SELECT 'caf\xe9 \x80'\n", "SELECT 'café €'"},
		{"UTF-8", "2026-11-23 08:00:00.000 UTC [1] LOG:  duration: 1.000 ms  statement: SELECT 'café'\n", "SELECT 'café'"},
		{"NUL", "2026-11-23 08:00:00.000 UTC [1] LOG:  duration: 1.000 ms  statement: SELECT 'a\x00b'\n", "SELECT 'ab'"},
		{"no line end", "2026-11-23 08:00:00.000 UTC [1] LOG:  duration: 1.000 ms  statement: SELECT 1", "SELECT 1"},
	} {
		l := readLog(t, Options{}, c.content)
		if len(l.texts) != 1 || l.texts[0] != c.want {
			t.Errorf("%s: %q, want %q (%s)", c.name, l.texts, c.want, l.coverage())
		}
		if in := l.w.Inputs[0]; in.Bytes != int64(len(c.content)) {
			t.Errorf("%s: %d bytes, want %d", c.name, in.Bytes, len(c.content))
		}
	}
}

func TestStderr_aPrefixThatMatchesNothingIsAnError(t *testing.T) {
	agg := workload.NewAggregator(workload.Limits{})
	o := Options{Prefix: "%m|%p|", Stdin: strings.NewReader(stderrLog("LOG:  statement: SELECT 1"))}
	err := Read(t.Context(), []string{"-"}, o, agg)
	if err == nil || !strings.Contains(err.Error(), `--log-line-prefix "%m|%p|": no line of the log begins like that`) {
		t.Errorf("error %v", err)
	}
}
