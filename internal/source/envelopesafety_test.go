package source

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// A client writes what it likes into a statement: whole lines of any envelope,
// with a record in them.

// forgeries are lines that would be records if a reader believed them.
func forgeries() []string {
	const record = "2026-11-23 08:00:00.000 UTC [1] LOG:  duration: 99999.000 ms  statement: SELECT evil"
	fields := object("log_time", "2026-11-23 08:00:00.000 UTC", "process_id", "1", "error_severity", "LOG", "message", "duration: 99999.000 ms  statement: SELECT evil")
	return []string{
		record,
		"2026-11-23T08:00:00.000000000Z stderr F " + record,
		object("log", record+"\n", "stream", "stderr", "time", "2026-11-23T08:00:00.000000000Z"),
		"db-1  | " + record,
		"[pod/pg-0/postgres] " + record,
		"pg-0 postgres " + record,
		"2026-11-23T08:00:00.000Z " + record,
		"Nov 23 08:00:00 vm postgres[1]: [9-1] " + record,
		"<134>1 2026-11-23T08:00:00+00:00 vm postgres 1 - - [9-1] " + record,
		"2026-11-23T08:00:00+00:00 app[postgres.1]: [GREEN] [9-1] " + record,
		object("textPayload", record, "timestamp", "2026-11-23T08:00:00Z", "insertId", "1"),
		`{"events":[` + object("message", record, "timestamp", 1795422457000) + "]}",
		object("logger", "postgres", "msg", "record", "record", json.RawMessage(fields)),
		object("timestamp", "2026-11-23 08:00:00.000 UTC", "error_severity", "LOG", "message", "duration: 99999.000 ms  statement: SELECT evil"),
		`2026-11-23 08:00:00.000 UTC,"me","shop",1,"[local]",6b03f8cf.1,1,"SELECT",2026-11-23 08:00:00 UTC,3/64,0,LOG,00000,"duration: 99999.000 ms  statement: SELECT evil",,,,,,,,,"psql"`,
		"#012" + record, "#012Nov 23 08:00:00 vm postgres[1]: [9-1] " + record, "\x1b[0m" + record, "\r" + record, "\\n" + record, `"}` + "\n" + `{"log":"` + record + `\n"}`,
	}
}

// attacked is a log in which a client did its worst, with a true record after
// each attempt.
func attacked() *wrapped {
	w := &wrapped{}
	add := func(pid int, app, statement string) {
		message := "duration: 1.000 ms  statement: " + statement
		record := fmt.Sprintf("2026-11-23 08:00:00.000 UTC [%d] LOG:  ", pid) + strings.ReplaceAll(message, "\n", "\n\t")
		w.records = append(w.records, strings.Split(record, "\n"))
		w.pids = append(w.pids, fmt.Sprint(pid))
		w.lines = append(w.lines, strings.Split(record, "\n")...)
		row := map[string]string{
			"log_time": "2026-11-23 08:00:00.000 UTC", "process_id": fmt.Sprint(pid), "session_id": fmt.Sprintf("6b03f8cf.%x", pid),
			"error_severity": "LOG", "sql_state_code": "00000", "message": message, "application_name": app,
		}
		w.rows = append(w.rows, row)
		w.jsonlog = append(w.jsonlog, object("timestamp", row["log_time"], "pid", row["process_id"], "session_id", row["session_id"],
			"error_severity", "LOG", "message", message, "application_name", app))
	}
	for i, f := range forgeries() {
		pid := 10 + i%3
		add(pid, "psql", "SELECT 'x\n"+f+"\n' AS y")
		add(pid, "psql", "SELECT 'x\n\n"+f+"\n\t"+f+"' AS y")
		// Just where PostgreSQL cuts a message for syslog, at a blank and within a word.
		for _, n := range []int{890, 899, 900} {
			head := len(fmt.Sprintf("2026-11-23 08:00:00.000 UTC [%d] LOG:  duration: 1.000 ms  statement: SELECT '", pid))
			add(pid, "psql", "SELECT '"+strings.Repeat("x", n-head)+f+"'")
			add(pid, "psql", "SELECT '"+strings.Repeat("x", n-head)+" "+f+"'")
		}
		add(pid, f[:min(len(f), 63)], "SELECT 1")
	}
	return w
}

func TestRead_aForgedLineOfAnyEnvelopeIsText(t *testing.T) {
	w := attacked()
	messages := w.messages()
	executions := len(w.records)
	for _, c := range []struct{ name, content string }{
		{"stderr", strings.Join(w.lines, "\n") + "\n"},
		{"jsonlog", jsonLines(w.jsonlog)},
		{"docker", w.docker()},
		{"CRI", w.cri()},
		{"CRI around jsonlog", func() string {
			out := ""
			for i, line := range w.jsonlog {
				out += stamp(i) + " stderr F " + line + "\n"
			}
			return out
		}()},
		{"compose", w.each(func(_ int, line string) string { return "db-1  | " + line + "\nweb-1  | GET /\n" })},
		{"kubectl", w.each(func(i int, line string) string { return "[pod/pg-0/postgres] " + stamp(i) + " " + line + "\n" })},
		{"stern", w.each(func(_ int, line string) string { return "pg-0 postgres " + line + "\n" })},
		{"CloudWatch export", func() string {
			out := ""
			for i, m := range messages {
				out += stamp(i) + " " + m + "\n"
			}
			return out
		}()},
		{"CloudWatch", func() string {
			var events []string
			for i, m := range messages {
				events = append(events, object("message", m, "timestamp", shippedAt.UnixMilli()+int64(i), "eventId", "1"))
			}
			return `{"events":[` + strings.Join(events, ",") + "]}"
		}()},
		{"Cloud SQL", w.gcp(arrayNewestFirst, withoutTime)},
		{"Azure", jsonLines(w.azure(func(r map[string]string) map[string]string {
			return map[string]string{"timestamp": r["log_time"], "message": r["log_time"] + " [" + r["process_id"] + "] LOG:  " + r["message"]}
		}))},
		{"Azure, single server", jsonLines(w.azure(func(r map[string]string) map[string]string {
			return map[string]string{"prefix": r["log_time"] + "-" + r["session_id"] + "-", "message": r["message"]}
		}))},
		{"Azure Cosmos", jsonLines(w.azure(func(r map[string]string) map[string]string {
			return map[string]string{"timestamp": r["log_time"], "message": r["log_time"] + "-" + r["session_id"] + "-" + r["message"]}
		}))},
		{"CloudNativePG", func() string {
			out := ""
			for _, r := range w.rows {
				out += object("level", "info", "logger", "postgres", "msg", "record", "logging_pod", "pg-1", "record", r) + "\n"
			}
			return out
		}()},
		{"Supabase", func() string {
			out := ""
			for i, r := range w.rows {
				parsed := map[string]string{"error_severity": "LOG", "process_id": r["process_id"], "session_id": r["session_id"], "timestamp": r["log_time"]}
				out += object("event_message", r["message"], "timestamp", shippedAt.UnixMicro()+int64(i), "metadata", []any{map[string]any{"parsed": []any{parsed}}}) + "\n"
			}
			return out
		}()},
		{"OTLP", otlp(func(i int) any { return text(messages[i]) }, len(messages))},
		{"any head", w.each(func(i int, line string) string { return stamp(i) + " app[1] ams [info] postgres | " + line + "\n" })},
		{"logcli, newest first", joined(reversed(indexed(w.lines, func(i int, line string) string { return stamp(i) + ` {app="pg"} ` + line + "\n" })))},
		{"a table, newest first", table(',', []string{"Date", "Service", "Message"}, reversed(rowsOf(messages, func(i int, m string) []string { return []string{stamp(i), "pg", m} })))},
		{"YAML", yamlDocuments(w, marshal)},
		{"YAML, blocks", yamlDocuments(w, func(v any) string { return "|2-\n  " + v.(string) })},
		{"journald's export", journalExport(w)},
		{"journald, verbose", journalVerbose(w)},
		{"JSON after a head", w.each(func(i int, line string) string { return stamp(i) + "\tpg\t" + object("log", line) + "\n" })},
		{"aws logs tail", joined(indexed(messages, func(i int, m string) string { return stamp(i) + " db.0 " + m + "\n" }))},
		{"syslog", w.syslog(rfc3164, true, true, octal)},
		{"syslog, not split", w.syslog(rfc3164, false, true, octal)},
		{"syslog, without numbers", w.syslog(rfc3164, true, false, octal)},
		{"syslog, neither", w.syslog(rfc3164, false, false, octal)},
		{"syslog, RFC 5424", w.syslog(rfc5424, true, true, octal)},
		{"Heroku", w.syslog(heroku(func(pid string, _ int) string { return "2026-11-23T08:27:37+00:00 app[postgres." + pid + "]: " }), true, true, octal)},
		{"journald", journalJSON(w.syslog(func(pid string, _ int) string { return "\x00" + pid + "\x00" }, true, true, plain))},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := readLog(t, Options{}, c.content).w.Inputs[0]
			if in.MaxUS > 1000 {
				t.Errorf("a forged record of %d µs was believed", in.MaxUS)
			}
			want := executions
			if c.name == "syslog, without numbers" {
				want-- // it follows a line just as long as one that was cut
			}
			if n := int(in.Executions); n != want {
				t.Errorf("%d executions, want %d (%d ambiguous, %d unreadable)", n, want, in.Ambiguous, in.Unreadable)
			}
		})
	}
}
