package source

import (
	"strings"
	"testing"
)

// Records that hold less than a whole line, or more, or are broken.
func TestRead_recordsOfClouds(t *testing.T) {
	const line = "2026-11-23 08:00:00.000 UTC [1] LOG:  duration: 1.000 ms  statement: SELECT 1"
	docker := func(s string) string { return object("log", s+"\n", "stream", "stderr", "time", stamp(0)) }
	for _, c := range []struct{ name, content, counts, note string }{
		{"Supabase's messages alone", strings.Repeat(object("event_message", "duration: 1.000 ms  statement: SELECT 1", "timestamp", 1795422457123000, "id", "x")+"\n", 2), "executions=2", "names no session"},
		{"Supabase's messages with a severity", object("event_message", "duration: 1.000 ms  statement: SELECT 1", "timestamp", 1795422457123000, "error_severity", "LOG"), "executions=1", ""},
		{"a line that is no JSON", docker(line) + "\nhello\n" + docker(line), "executions=2", "1 line is of another program"},
		{"a record of the log that is no JSON", docker(line) + "\n" + line + "\n" + docker(line), "executions=2 unreadable=1", ""},
		{"a record that breaks off in a string", docker(line) + "\n" + docker(line)[:60] + "\n" + docker(line), "executions=2 unreadable=1", ""},
		{"a record that breaks off between strings", docker(line) + "\n" + `{"log":"x\n",` + "\n" + docker(line), "executions=2 unreadable=1", ""},
		{"the end is missing", docker(line) + "\n" + docker(line)[:80], "executions=2 truncated=1", ""},
		{"the end is missing after the text", docker(line) + "\n" + docker(line)[:90], "executions=2", ""},
		{"a record of another kind", docker(line) + "\n" + `{"level":"info"}`, "executions=1", "1 line is of another program"},
		{"carriage returns", docker(line+"\r") + "\r\n" + docker(line+"\r"), "executions=2", ""},
		{"Loki's query_range", `{"status":"success","data":{"resultType":"streams","result":[{"stream":{"app":"db"},"values":[["1795422457123000000","` + line + `"],["1795422457123000001","` + line + `"]]}],"stats":{}}}`, "executions=2", ""},
		{"Elasticsearch's hits", `{"took":1,"hits":{"hits":[{"_source":{"message":"` + line + `"}},{"_source":{"message":"` + line + `"}}],"total":2}}`, "executions=2", ""},
		{"journald's fields that are no UTF-8", object("MESSAGE", bytesOf(line), "_CMDLINE", bytesOf("postgres: x"), "_HOSTNAME", "vm", "_PID", "1", "SYSLOG_IDENTIFIER", "postgres"), "executions=1", ""},
		{"csvlog in docker", docker(`2026-11-23 08:00:00.000 UTC,"me","shop",1,"[local]",6b03f8cf.1,1,"SELECT",2026-11-23 08:00:00 UTC,3/64,0,LOG,00000,"duration: 1.000 ms  statement: SELECT`) + "\n" + docker(` 1",,,,,,,,,"psql"`), "executions=1", ""},
	} {
		l := readLog(t, Options{}, c.content)
		if got := l.coverage(); got != c.counts {
			t.Errorf("%s: %s, want %s (%+v)", c.name, got, c.counts, l.w.Inputs[0])
		}
		if notes := strings.Join(l.w.Inputs[0].Notes, "; "); !strings.Contains(notes, c.note) || c.note == "" && notes != "" {
			t.Errorf("%s: notes %q, want %q", c.name, notes, c.note)
		}
	}
}

// bytesOf is how journald writes what is no UTF-8.
func bytesOf(s string) (numbers []int) {
	for _, c := range []byte(s) {
		numbers = append(numbers, int(c))
	}
	return numbers
}
