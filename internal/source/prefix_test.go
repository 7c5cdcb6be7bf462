package source

import (
	"fmt"
	"strings"
	"testing"
)

// fields writes what a prefix says about a line.
func fields(h *head, line string) string {
	var b strings.Builder
	for _, f := range []struct {
		name string
		text []byte
	}{{"pid", h.pid}, {"session", h.session}, {"start", h.start}, {"user", h.user}, {"db", h.database}, {"app", h.app}, {"vxid", h.vxid}} {
		if f.text != nil {
			fmt.Fprintf(&b, "%s=%q ", f.name, f.text)
		}
	}
	if h.timed {
		fmt.Fprintf(&b, "at=%d ", h.at)
	}
	fmt.Fprintf(&b, "text=%q", line[h.text:])
	return b.String()
}

func TestPrefix_readsEveryEscape(t *testing.T) {
	for _, c := range []struct{ prefix, line, want string }{
		{"%m [%p] ", "2026-11-23 08:26:55.052 UTC [16940] LOG:  x", `pid="16940" at=1795422415052000 text="x"`},
		{"%t [%p] ", "2026-11-23 09:26:55 CET [16940] LOG:  x", `pid="16940" at=1795422415000000 text="x"`},
		{"%m [%p] ", "2026-11-23 05:26:55.052 -03 [16940] LOG:  x", `pid="16940" at=1795422415052000 text="x"`},
		{"%m [%p] ", "2026-11-23 14:11:55.052 +0545 [16940] LOG:  x", `pid="16940" at=1795422415052000 text="x"`},
		{"%m [%p] ", "2026-11-23 14:11:55.052 +05:45 [16940] LOG:  x", `pid="16940" at=1795422415052000 text="x"`},
		{"%n %p ", "1795422415.052 16940 LOG:  x", `pid="16940" at=1795422415052000 text="x"`},
		{"", "LOG:  x", `text="x"`},
		{"%% %z%m|", "% 2026-11-23 08:26:55.052 UTC|LOG:  x", `at=1795422415052000 text="x"`},
		{"%m [%p] %q%u@%d ", "2026-11-23 08:26:55.052 UTC [1] LOG:  x", `pid="1" at=1795422415052000 text="x"`},
		{"%m [%p] %q%u@%d ", "2026-11-23 08:26:55.052 UTC [1] me@shop LOG:  x", `pid="1" user="me" db="shop" at=1795422415052000 text="x"`},
		{"%m [%p] %q%u@%d ", "2026-11-23 08:26:55.052 UTC [1] [unknown]@[unknown] LOG:  x", `pid="1" user="[unknown]" db="[unknown]" at=1795422415052000 text="x"`},
		{"%t:%r:%u@%d:[%p]:", "2026-11-23 08:26:55 UTC:ec2-1-1-1-1.compute-1.amazonaws.com(48808):me@shop:[7]:LOG:  x", `pid="7" user="me" db="shop" at=1795422415000000 text="x"`},
		{"%t:%r:%u@%d:[%p]:", "2026-11-23 08:26:55 UTC::@:[7]:LOG:  x", `pid="7" user="" db="" at=1795422415000000 text="x"`},
		{"%t-%c-", "2023-02-27 23:21:40 UTC-63fd3b04.cf0-LOG:  x", `session="63fd3b04.cf0" at=1677540100000000 text="x"`},
		{
			"%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ", "2026-11-23 08:26:55 UTC [7]: [5-1] user=a b,db=c]d,app=e,f=g,client=::1 LOG:  x",
			`pid="7" user="a b" db="c]d" app="e,f=g" at=1795422415000000 text="x"`,
		},
		{
			"%m %s %c %v %x %e %i|", "2026-11-23 08:26:55.052 UTC 2026-11-23 08:00:00 UTC 6b03f8fb.4884 3/17 0 00000 UPDATE waiting|LOG:  x",
			`session="6b03f8fb.4884" start="2026-11-23 08:00:00 UTC" vxid="3/17" at=1795422415052000 text="x"`,
		},
		{"%p %v %Q %P|", "7  -6492735236266203319 |LOG:  x", `pid="7" text="x"`},
		{"[%-12u][%12d][%8p][%-8p] ", "[postgres    ][         app][       7][7       ] LOG:  x", `pid="7" user="postgres" db="app" text="x"`},
		{"%-12u %a ", "postgres     my app LOG:  x", `user="postgres" app="my app" text="x"`},
		{"%-4u %a ", "a_longer_name my app LOG:  x", `user="a_longer_name" app="my app" text="x"`},
		{"%u%d%a", "LOG:  x", `user="" db="" app="" text="x"`},
		{"%m [%p]", "2026-11-23 08:26:55.052 UTC [7] LOG:  x", `pid="7" at=1795422415052000 text="x"`}, // given by hand without its last blank
		{
			"a=%a b=%b c=%c d=%d e=%e h=%h i=%i l=%l m=%m n=%n p=%p P=%P Q=%Q r=%r s=%s t=%t u=%u v=%v x=%x pad=[%-12u][%12d] pct=%% q=%q> ",
			"a=demo-api b=client backend c=6b03f8fb.4884 d=app e=00000 h=[local] i=SELECT l=3 m=2026-11-23 08:27:39.529 UTC n=1795422459.529 p=18564 P= Q=-6492735236266203319 r=[local] s=2026-11-23 08:27:39 UTC t=2026-11-23 08:27:39 UTC u=postgres v=3/0 x=0 pad=[postgres    ][         app] pct=% q=> LOG:  x",
			`pid="18564" session="6b03f8fb.4884" start="2026-11-23 08:27:39 UTC" user="postgres" db="app" app="demo-api" vxid="3/0" at=1795422459000000 text="x"`,
		},
	} {
		m := matcher{p: compilePrefix(c.prefix)}
		if !m.match([]byte(c.line)) {
			t.Errorf("%q does not match %q", c.prefix, c.line)
			continue
		}
		if got := fields(&m.head, c.line); got != c.want {
			t.Errorf("%q on %q\n got %s\nwant %s", c.prefix, c.line, got, c.want)
		}
	}
}

func TestPrefix_doesNotMatchOtherLines(t *testing.T) {
	for _, c := range []struct{ prefix, line string }{
		{"%m [%p] ", "2026-11-23 08:26:55.052 UTC [] LOG:  x"},
		{"%m [%p] ", "2026-11-23 08:26:55.052 UTC [7] LOG: x"},
		{"%m [%p] ", "2026-11-23 08:26:55.052 UTC [7] me@shop LOG:  x"},
		{"%m [%p] ", " 2026-11-23 08:26:55.052 UTC [7] LOG:  x"},
		{"%m [%p] ", "2026-11-23 08:26:55.052 UTC [7] duration: 1.000 ms  statement: SELECT 1"},
		{"%m [%p] %q%u@%d ", "2026-11-23 08:26:55.052 UTC [7] " + strings.Repeat("u", 64) + "@d LOG:  x"}, // no name has 64 bytes
		{"%t:%r:%u@%d:[%p]:", "2026-11-23 08:26:55 UTC:a b(1):me@shop:[7]:LOG:  x"},
		{"%e ", "0000x LOG:  x"},
		{"%c ", "63fd3b04 LOG:  x"},
		{"", " a LOG:  x"},
		{"", ""},
		{"%u%d%a%h%b%i", strings.Repeat("a", 5000)},
	} {
		m := matcher{p: compilePrefix(c.prefix)}
		if m.match([]byte(c.line)) {
			t.Errorf("%q matches %q: %s", c.prefix, c.line, fields(&m.head, c.line))
		}
	}
}

func TestPrefix_isFoundByTheHead(t *testing.T) {
	// Each prints what the server would, for a background process and for
	// sessions of different clients.
	sessions := []map[byte]string{
		{'p': "16940", 'c': "6b03f8cf.422c", 's': "2026-11-23 08:26:55 UTC", 'l': "1", 'x': "0", 'e': "00000", 'Q': "0", 'b': "checkpointer"},
		{'p': "18564", 'c': "6b03f8fb.4884", 's': "2026-11-23 08:27:39 UTC", 'l': "1", 'x': "0", 'e': "00000", 'u': "postgres", 'd': "app", 'a': "demo-api", 'h': "[local]", 'r': "[local]", 'v': "3/0", 'i': "SELECT", 'Q': "-6492735236266203319", 'b': "client backend"},
		{'p': "18565", 'c': "6b03f8fc.4885", 's': "2026-11-23 08:27:40 UTC", 'l': "12", 'x': "877", 'e': "42601", 'u': "report_user", 'd': "shop", 'a': "psql", 'h': "10.0.0.7", 'r': "10.0.0.7(48808)", 'v': "4/121", 'i': "UPDATE waiting", 'Q': "1147616880456321454", 'b': "client backend"},
		{'p': "18566", 'c': "6b03f8fd.4886", 's': "2026-11-23 08:27:41 UTC", 'l': "7", 'x': "0", 'e': "00000", 'u': "postgres", 'd': "app", 'a': "[unknown]", 'h': "[local]", 'r': "[local]", 'v': "5/2", 'i': "idle", 'Q': "0", 'b': "client backend"},
	}
	for _, c := range []struct {
		setting string
		session bool // sessions are told apart
		users   bool // so are users and databases
	}{
		{"%m [%p] ", true, false},
		{"%t [%p] ", true, false},
		{"%m [%p] %q%u@%d ", true, true},
		{"%t:%r:%u@%d:[%p]:", true, true},
		{"%t-%c-", true, false},
		{"%m [%p] %q[user=%u,db=%d,app=%a] ", true, true},
		{"%m [%p] %q%u@%d app=%a sess=%c line=%l vxid=%v xid=%x qid=%Q ", true, true},
		{"%m [%p] %q%u@%d %s ", true, true},
		{"<%m> pid:%p user:%u db:%d: ", true, true},
		{"%m|%u|%d|%c|%l|", true, false},
		{"%t %u@%d/%p ", true, true},
		{"time=%m, pid=%p %q db=%d, usr=%u, client=%h , app=%a, line=%l ", true, true},
		{"[%m] [%c] [%e] ", true, false},
		{"Nov 23 08:30:09 vm postgres[%p]: [%l-1] %m ", true, false},
		{"2026-11-23T08:30:09.035003+00:00 vm 12 %m [%p] %q%u@%d ", true, true},
		{"%m - %l - %p - %h - %u@%d - ", true, true},
		{"%n [%p]: ", true, false},
		{"a=%a b=%b c=%c d=%d e=%e h=%h i=%i l=%l m=%m n=%n p=%p P=%P Q=%Q r=%r s=%s t=%t u=%u v=%v x=%x pad=[%-12u][%12d] pct=%% q=%q> ", true, true},
		{"", false, false},
		{"%m ", false, false},
	} {
		var b strings.Builder
		var want []string
		for i := range 40 {
			s := sessions[i%len(sessions)]
			line := expandPrefix(c.setting, s, i)
			fmt.Fprintf(&b, "%sLOG:  duration: %d.000 ms  statement: SELECT '%d'\n\tFROM t\n", line, i, i)
			want = append(want, s['d'])
		}
		l := readLog(t, Options{Format: "stderr"}, b.String())
		in := l.w.Inputs[0]
		if in.Executions != 40 || in.Unreadable != 0 {
			t.Errorf("%q, read as %q: %s", c.setting, in.Prefix, l.coverage())
			continue
		}
		if n := l.w.Sessions; (n == len(sessions)) != c.session {
			t.Errorf("%q, read as %q: %d sessions", c.setting, in.Prefix, n)
		}
		for i, e := range l.events {
			if db := l.w.Contexts[e.Context].Database; c.users && db != want[i] && want[i] != "" {
				t.Errorf("%q, read as %q: line %d is of database %q, want %q", c.setting, in.Prefix, e.Line, db, want[i])
				break
			}
			if c.setting != "" && e.Start == 0 {
				t.Errorf("%q, read as %q: line %d has no time", c.setting, in.Prefix, e.Line)
				break
			}
		}
	}
}

// expandPrefix prints a log_line_prefix as the server does.
func expandPrefix(setting string, s map[byte]string, i int) string {
	var b strings.Builder
	for j := 0; j < len(setting); j++ {
		if setting[j] != '%' {
			b.WriteByte(setting[j])
			continue
		}
		j++
		pad := 0
		fmt.Sscanf(setting[j:], "%d", &pad)
		j += len(strings.TrimLeft(setting[j:], "-0123456789")) * 0
		for setting[j] == '-' || setting[j] >= '0' && setting[j] <= '9' {
			j++
		}
		value := s[setting[j]]
		switch setting[j] {
		case '%':
			value = "%"
		case 'q':
			if s['u'] == "" {
				return b.String()
			}
		case 'm':
			value = fmt.Sprintf("2026-11-23 08:27:%02d.%03d UTC", i, 500+i)
		case 't':
			value = fmt.Sprintf("2026-11-23 08:27:%02d UTC", i)
		case 'n':
			value = fmt.Sprintf("17954224%02d.%03d", i, 500+i)
		}
		fmt.Fprintf(&b, "%*s", pad, value)
	}
	return b.String()
}

func TestPrefix_aForgedNameIsNotBelieved(t *testing.T) {
	const setting = "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h "
	const begin = "2026-11-23 08:49:04 UTC [1]: [1-1] user=me,db=shop,"
	for _, c := range []struct {
		setting, line string
		want          string // the duration and text
		app           string
	}{
		{
			setting, begin + "app=x LOG:  duration: 9999.000 ms  statement: SELECT 1,client=[local] LOG:  duration: 0.179 ms  statement: select 42",
			"179 µs select 42", "x LOG:  duration: 9999.000 ms  statement: SELECT 1",
		},
		{
			setting, begin + "app=x,client=h LOG:  duration: 9999.000 ms  statement: S,client=[local] LOG:  duration: 0.179 ms  statement: select 42",
			"179 µs select 42", "x,client=h LOG:  duration: 9999.000 ms  statement: S",
		},
		{
			setting, begin + "app=x,client=h LOG:  duration: 9999.000 ms  execute a: S,client=[local] LOG:  duration: 0.179 ms",
			"", "",
		},
		{
			"%m %a ", "2026-11-23 08:49:04.000 UTC x LOG:  duration: 9999.000 ms  statement: SELECT 1 LOG:  duration: 0.179 ms  statement: select 42",
			"179 µs select 42", "x LOG:  duration: 9999.000 ms  statement: SELECT 1",
		},
		{
			"%m %a ", "2026-11-23 08:49:04.000 UTC x LOG:  duration: 9999.000 ms  statement: SELECT ' LOG:  duration: 0.179 ms  statement: select 42",
			"179 µs select 42", "x LOG:  duration: 9999.000 ms  statement: SELECT '",
		},
		{
			"%m %a ", "2026-11-23 08:49:04.000 UTC x LOG:  duration: 9999.000 ms LOG:  duration: 0.179 ms  statement: select 42",
			"179 µs select 42", "x LOG:  duration: 9999.000 ms",
		},
		// The same text may stand in an honest statement.
		{
			"%m %a ", "2026-11-23 08:49:04.000 UTC psql LOG:  duration: 0.179 ms  statement: SET a = 'x LOG:  duration: 9999.000 ms  statement: S'",
			"179 µs SET a = 'x LOG:  duration: 9999.000 ms  statement: S'", "psql",
		},
		{
			"%m %a ", "2026-11-23 08:49:04.000 UTC psql LOG:  duration: 0.179 ms  statement: SELECT 'x LOG:  duration: 9999.000 ms  statement: S\n\t'",
			"179 µs SELECT 'x LOG:  duration: 9999.000 ms  statement: S\n'", "psql",
		},
		// No name is longer than 63 bytes.
		{
			setting, begin + "app=psql,client=[local] LOG:  duration: 0.179 ms  statement: SELECT count(*) FROM t WHERE x > 'app=,client=h LOG:  duration: 9999.000 ms  statement: S'",
			"179 µs SELECT count(*) FROM t WHERE x > 'app=,client=h LOG:  duration: 9999.000 ms  statement: S'", "psql",
		},
	} {
		l := readLog(t, Options{Prefix: c.setting}, c.line+"\n")
		if c.want == "" {
			continue
		}
		if len(l.events) != 1 {
			t.Errorf("%s\n got %s", c.line, l.coverage())
			continue
		}
		if got := strings.TrimPrefix(l.lines[0], "1: "); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.line, got, c.want)
		}
		if app := l.w.Contexts[l.events[0].Context].App; app != c.app {
			t.Errorf("%s\n app %q, want %q", c.line, app, c.app)
		}
	}
}

func TestPrefix_whatCannotBeDecidedIsCountedAndNotBelieved(t *testing.T) {
	const begin = "2026-11-23 08:49:04.000 UTC "
	for _, c := range []struct{ name, lines, want string }{
		{
			"both are whole, the second one in a comment of the first",
			"x LOG:  duration: 9999.000 ms  statement: S /* LOG:  duration: 0.179 ms  statement: S /* */ */\n", "ambiguous=1",
		},
		{
			"the same in a comment to the end of the line",
			"psql LOG:  duration: 0.179 ms  statement: S -- LOG:  duration: 9999.000 ms  statement: S\n", "ambiguous=1",
		},
		{
			"a statement that does not parse stands under its error",
			"psql ERROR:  syntax error at or near \"x\"\n" + begin + "psql STATEMENT:  x LOG:  duration: 9999.000 ms  statement: S\n", "errors=1 ambiguous=1",
		},
		{
			"an error quotes what it does not know",
			"psql ERROR:  column \"x LOG:  duration: 9999.000 ms  statement: S\" does not exist\n", "errors=1 ambiguous=1",
		},
		{
			"a message that tells nothing of statements",
			"psql LOG:  connection received: x LOG:  duration: 9999.000 ms  statement: S\n", "ambiguous=1",
		},
	} {
		l := readLog(t, Options{Prefix: "%m %a "}, begin+c.lines)
		if got := l.coverage(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
