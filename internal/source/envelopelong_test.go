package source

import (
	"fmt"
	"strings"
	"testing"
)

// longLines are envelopes around one line. `apilint inspect` on 300 such lines, one
// of 50 MB and 100 more took between 38.5 MB (timestamps) and 50.5 MB (YAML), a log
// without an envelope 34 MB: GNU time's maximum resident set, one run each.
var longLines = []struct {
	name string
	head string // of the input
	wrap func(line string) string
}{
	{"nothing", "", func(l string) string { return l + "\n" }},
	{"head", "", func(l string) string {
		head := fmt.Sprintf("some-host app=db/%d | ", len(l)%7)
		return head + l + "\n" + head + "\tFROM a\n"
	}},
	{"CRI", "", func(l string) string { return stamp(0) + " stderr F " + l + "\n" }},
	{"compose", "", func(l string) string { return "db-1  | " + l + "\n" }},
	{"kubectl", "", func(l string) string { return "[pod/pg-0/postgres] " + l + "\n" }},
	{"timestamps", "", func(l string) string { return stamp(0) + " " + l + "\n" }},
	{"colours", "", func(l string) string { return "\x1b[36m" + l + "\x1b[0m\n" }},
	{"docker", "", func(l string) string { return object("log", l+"\n", "stream", "stderr", "time", stamp(0)) + "\n" }},
	{"Cloud SQL", "", func(l string) string {
		return object("textPayload", l, "timestamp", stamp(0), "resource", map[string]any{"type": "cloudsql_database"}) + "\n"
	}},
	{"gcloud's YAML", "", func(l string) string {
		return "---\ninsertId: a\ntextPayload: '" + strings.ReplaceAll(l, "'", "''") + "'\ntimestamp: '" + stamp(0) + "'\n"
	}},
	{"CloudNativePG", "", func(l string) string {
		_, message, _ := strings.Cut(l, "LOG:  ")
		return object("logger", "postgres", "msg", "record", "record", map[string]any{"log_time": l[:27], "process_id": "7", "error_severity": "LOG", "message": message}) + "\n"
	}},
	{"a table", "@timestamp,@message\n", func(l string) string { return "2026-11-23 08:27:37.000,\"" + l + "\"\n" }},
	{"journald", "", func(l string) string {
		return "__CURSOR=a\n__REALTIME_TIMESTAMP=1795422457000000\n_HOSTNAME=vm\nSYSLOG_IDENTIFIER=postgres\n_PID=7\nMESSAGE=" + l + "\n\n"
	}},
	{"syslog", "", func(l string) string { return "Nov 23 08:27:37 vm postgres[7]: [1-1] " + l + "\n" }},
	{"RFC 5424", "", func(l string) string { return "<134>1 " + stamp(0) + " vm postgres 7 - - [1-1] " + l + "\n" }},
}

func TestRead_aLineTooLongToHoldCostsItselfOnlyInEveryEnvelope(t *testing.T) {
	for _, c := range longLines {
		var b strings.Builder
		b.WriteString(c.head)
		line := func(i int, text string) {
			b.WriteString(c.wrap(fmt.Sprintf("2026-11-23 08:27:37.%03d UTC [7] LOG:  duration: 1.000 ms  statement: SELECT %s", i, text)))
		}
		for i := range 30 {
			line(i, fmt.Sprint(i))
		}
		line(30, "'"+strings.Repeat("x", 2_000_000)+"'")
		for i := range 10 {
			line(31+i, fmt.Sprint(i))
		}
		l := readLog(t, Options{MaxStatement: 10_000}, b.String())
		if got, want := l.coverage(), "executions=41 truncated=1"; got != want {
			t.Errorf("%s: %s, want %s; %q", c.name, got, want, l.w.Inputs[0].Notes)
		}
		for _, text := range l.texts {
			if len(text) > 10_000 {
				t.Errorf("%s: a text of %d bytes was kept", c.name, len(text))
			}
		}
	}
}
