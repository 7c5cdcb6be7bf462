package source

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apilint/apilint/analyzer/workload"
)

// The samples were written by rsyslog 8.2302; one statement holds a forged line.
func TestRead_samplesOfSyslogAreReadExactly(t *testing.T) {
	for _, name := range []string{"syslog.log.gz", "syslogiso.log.gz"} {
		l := readLogFile(t, Options{}, name)
		in := l.w.Inputs[0]
		if got, want := l.coverage(), "executions=57 fetches=1 parse=14 bind=25 waits=1 errors=6 empty=2"; got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
		if in.ExecUS != 692102 || in.MaxUS > 500_000 || in.Prefix != "%m [%p] %q%u@%d " {
			t.Errorf("%s: %d µs in all, %d the longest, by %q", name, in.ExecUS, in.MaxUS, in.Prefix)
		}
		if got, want := strings.Join(in.Notes, "; "), "7 lines are of other programs"; got != want {
			t.Errorf("%s: notes %q, want %q", name, got, want)
		}
	}
}

// What a piece of a message is, by what stands before it.
func TestSyslog_piecesAreJoined(t *testing.T) {
	const head = "Nov 23 08:30:09 vm postgres[7]: "
	const line = "2026-11-23 08:30:09.489 UTC [7] LOG:  duration: 1.000 ms  statement: "
	long := strings.Repeat("x", pieceLimit-len(line)-1)
	for _, c := range []struct{ name, content, text, counts string }{
		{"further lines begin with a TAB", "[3-1] " + line + "SELECT\n[3-2] #011#011a,\n[3-3] #011b", "SELECT\n\ta,\nb", "executions=1"},
		{"a line that was cut keeps its blank", "[3-1] " + line + "'" + long + "\n[3-2]  2'", "'" + long + " 2'", "executions=1"},
		{"a word that was cut has none", "[3-1] " + line + "'" + long + "\n[3-2] 2'", "'" + long + "2'", "executions=1"},
		{"a short line was not cut", "[3-1] " + line + "SELECT\n[3-2]  1", "SELECT\n1", "executions=1"},
		{"journalctl's blanks", "[3-1] " + line + "SELECT\n[3-2]         a,\n[3-3]                 b", "SELECT\na,\n        b", "executions=1"},
		{"another program between", "[3-1] " + line + "SELECT\nsshd\n[3-2] #0111", "SELECT\n1", "executions=1"},
		{"another process between", "[3-1] " + line + "SELECT\nother\n[3-2] #0111", "SELECT\n1", "executions=1"},
		{"the beginning is missing", "[2-2] #0111\n[3-1] " + line + "SELECT 1", "SELECT 1", "executions=1 unreadable=1"},
		{"a piece is missing", "[3-1] " + line + "SELECT\n[3-3] #0111", "SELECT\n1", "executions=1 unreadable=1"},
		{"one message per line", "[3] " + line + "SELECT#012#0111", "SELECT\n1", "executions=1"},
		{"pieces counted, messages not", "[1] " + line + "SELECT a\n[1] " + line + "SELECT\n[2] #0111", "SELECT a|SELECT\n1", "executions=2"},
		{"pieces counted, a line that was cut", "[1] " + line + "'" + long + "\n[2]  2'", "'" + long + " 2'", "executions=1"},
		{"pieces counted, a forged line behind a cut", "[1] " + line + "SELECT a\n[1] " + line + "'" + long + "\n[2]  " + line + "SELECT 2'", "SELECT a|'" + long + " " + line + "SELECT 2'", "executions=2"},
		{"messages counted, each of one piece", "[3] " + line + "SELECT a\n[4] " + line + "SELECT b", "SELECT a|SELECT b", "executions=2"},
		{"without numbers", line + "SELECT\n#0111", "SELECT\n1", "executions=1"},
		{"without numbers, in one", line + "SELECT#012#0111", "SELECT\n1", "executions=1"},
		{"^I", "[3-1] " + line + "SELECT\n[3-2] ^I1", "SELECT\n1", "executions=1"},
	} {
		var content strings.Builder
		for _, piece := range strings.Split(c.content, "\n") {
			switch piece {
			case "sshd":
				content.WriteString("Nov 23 08:30:09 vm sshd[7]: ERROR:  no\n")
			case "other":
				content.WriteString("Nov 23 08:30:09 vm postgres[8]: [1-1] 2026-11-23 08:30:09.489 UTC [8] LOG:  hello\n")
			default:
				content.WriteString(head + piece + "\n")
			}
		}
		l := readLog(t, Options{Prefix: "%m [%p] "}, content.String())
		if got := strings.Join(l.texts, "|"); got != c.text {
			t.Errorf("%s: %q, want %q", c.name, got, c.text)
		}
		if got := l.coverage(); got != c.counts {
			t.Errorf("%s: %s, want %s", c.name, got, c.counts)
		}
	}
}

func TestSyslog_parametersStayWithTheirStatement(t *testing.T) {
	// Two processes write at once, piece by piece.
	content := `Nov 23 08:30:09 vm postgres[7]: [3-1] LOG:  duration: 1.000 ms  execute a: SELECT $1
Nov 23 08:30:09 vm postgres[8]: [3-1] LOG:  duration: 2.000 ms  execute b: SELECT $1, 2
Nov 23 08:30:09 vm postgres[8]: [3-2] DETAIL:  parameters: $1 = '8'
Nov 23 08:30:09 vm postgres[7]: [3-2] DETAIL:  parameters: $1 = '7'
Nov 23 08:30:10 vm postgres[7]: [4-1] LOG:  duration: 1.000 ms  execute a: SELECT $1
Nov 23 08:30:10 vm postgres[7]: [4-2] DETAIL:  parameters: $1 = '7'
`
	l := readLog(t, Options{}, content)
	if got := l.coverage(); got != "executions=3" {
		t.Fatalf("coverage %s", got)
	}
	e := l.events
	if len(e[0].Params) != 1 || len(e[1].Params) != 1 || e[0].Params[0] == e[1].Params[0] || e[0].Params[0] != e[2].Params[0] {
		t.Errorf("parameters %x, %x, %x", e[0].Params, e[1].Params, e[2].Params)
	}
	if e[0].Session == e[1].Session || e[0].Session != e[2].Session {
		t.Errorf("sessions %v, %v, %v", e[0].Session, e[1].Session, e[2].Session)
	}
}

// A prefix without time and process is completed with what syslog knows.
func TestSyslog_knowsWhatThePrefixLacks(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ name, prefix, want string }{
		{"none", "", "%m [%p] "},
		{"names", "me@shop ", "%m [%p] %q%u@%d "},
		{"Heroku's", " sql_error_code = 00000 ", "%m [%p]  sql_error_code = %e "},
		{"time", "2026-02-03 08:30:09.489 UTC ", "[%p] %t "},
		{"both", "2026-02-03 08:30:09.489 UTC [7] ", "%m [%p] "},
	} {
		content := strings.Repeat("Dec 31 23:59:58 vm postgres[7]: [3-1] "+c.prefix+"LOG:  duration: 1.000 ms  statement: SELECT 1\n", 3) +
			"Feb  3 08:30:09 vm postgres[8]: [3-1] " + c.prefix + "LOG:  duration: 1.000 ms  statement: SELECT 1\n"
		file := filepath.Join(dir, "messages")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		when := time.Date(2026, 2, 3, 9, 0, 0, 0, time.UTC)
		if err := os.Chtimes(file, when, when); err != nil {
			t.Fatal(err)
		}
		agg := workload.NewAggregator(workload.Limits{})
		if err := Read(t.Context(), []string{file}, Options{}, agg); err != nil {
			t.Fatal(err)
		}
		w := agg.Workload()
		in := w.Inputs[0]
		if in.Prefix != c.want || in.Executions != 4 {
			t.Errorf("%s: prefix %q, want %q; %d executions", c.name, in.Prefix, c.want, in.Executions)
		}
		if sessions := map[bool]int{true: 1, false: 2}[c.name == "both"]; w.Sessions != sessions {
			t.Errorf("%s: %d sessions, want %d", c.name, w.Sessions, sessions)
		}
		if c.name != "time" && c.name != "both" {
			if from, to := in.From.Format(time.DateTime), in.To.Format(time.DateTime); from != "2025-12-31 23:59:58" || to != "2026-02-03 08:30:09" {
				t.Errorf("%s: from %s to %s", c.name, from, to)
			}
		}
	}
}

func TestSyslog_journalctlIndentsLinesOfAMessage(t *testing.T) {
	head := "Nov 23 08:30:09 vm postgres[7]: "
	content := head + "[3] 2026-11-23 08:30:09.489 UTC [7] LOG:  duration: 1.000 ms  execute a: SELECT\n" +
		strings.Repeat(" ", len(head)) + "        $1\n" +
		strings.Repeat(" ", len(head)) + "2026-11-23 08:30:09.489 UTC [7] DETAIL:  parameters: $1 = '1'\n" +
		"-- Boot 4c8d --\n" + head + "[4] 2026-11-23 08:30:10.489 UTC [7] LOG:  bye\n"
	l := readLog(t, Options{}, content)
	if got := l.coverage(); got != "executions=1" || strings.Join(strings.Fields(l.texts[0]), " ") != "SELECT $1" || len(l.events[0].Params) != 1 {
		t.Errorf("%s: %q with %x", got, l.texts, l.events)
	}
}
