package source

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// What is around a log must not change what is read of it: each case wraps the
// same log as its source does, and the same executions must come out.

// wrapped is a log of PostgreSQL in the forms that shippers take it in.
type wrapped struct {
	lines   []string            // of stderr
	records [][]string          // lines of stderr, by record
	pids    []string            // that wrote them
	rows    []map[string]string // csvlog, by name of column
	jsonlog []string
}

var columnNames = strings.Split("log_time,user_name,database_name,process_id,connection_from,session_id,session_line_num,command_tag,session_start_time,"+
	"virtual_transaction_id,transaction_id,error_severity,sql_state_code,message,detail,hint,internal_query,internal_query_pos,context,query,query_pos,"+
	"location,application_name,backend_type,leader_pid,query_id", ",")

// stderrSample takes a log apart by its prefix.
func stderrSample(content, prefix string) *wrapped {
	w := &wrapped{lines: strings.Split(strings.TrimSuffix(content, "\n"), "\n")}
	m := matcher{p: compilePrefix(prefix)}
	for _, line := range w.lines {
		if m.match([]byte(line)) && !m.head.severity.part() || len(w.records) == 0 {
			w.records = append(w.records, nil)
			w.pids = append(w.pids, string(m.head.pid))
		}
		last := &w.records[len(w.records)-1]
		*last = append(*last, line)
	}
	return w
}

func sampleLog(t testing.TB) *wrapped {
	t.Helper()
	content, err := os.ReadFile("testdata/logs/default.log")
	if err != nil {
		t.Fatal(err)
	}
	w := stderrSample(string(content), "%m [%p] ")
	content, err = os.ReadFile("testdata/logs/default.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		r := map[string]string{}
		for i, value := range row {
			if value != "" {
				r[columnNames[i]] = value
			}
		}
		w.rows = append(w.rows, r)
		w.jsonlog = append(w.jsonlog, object("timestamp", r["log_time"], "user", r["user_name"], "dbname", r["database_name"], "pid", r["process_id"],
			"session_id", r["session_id"], "error_severity", r["error_severity"], "state_code", r["sql_state_code"], "message", r["message"],
			"detail", r["detail"], "context", r["context"], "statement", r["query"], "application_name", r["application_name"]))
	}
	return w
}

// object writes JSON without empty values.
func object(pairs ...any) string {
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			m[pairs[i].(string)] = pairs[i+1]
		}
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return string(b)
}

var shippedAt = time.Date(2026, 11, 23, 8, 27, 37, 0, time.UTC)

// stamp is when the i-th line was shipped.
func stamp(i int) string {
	return shippedAt.Add(time.Duration(i) * time.Millisecond).Format("2006-01-02T15:04:05.000000000Z")
}

// each writes every physical line by f.
func (w *wrapped) each(f func(i int, line string) string) string {
	var b strings.Builder
	for i, line := range w.lines {
		b.WriteString(f(i, line))
	}
	return b.String()
}

// pieces cuts a string as a runtime does whose buffer is full, here every 100
// bytes.
func pieces(s string) (out []string) {
	for len(s) > 100 {
		n := 100
		for !utf8.RuneStart(s[n]) {
			n--
		}
		out, s = append(out, s[:n]), s[n:]
	}
	return append(out, s)
}

// messages are the records, each as one text.
func (w *wrapped) messages() (out []string) {
	for _, r := range w.records {
		out = append(out, strings.Join(r, "\n"))
	}
	return out
}

func (w *wrapped) docker() string {
	return w.each(func(i int, line string) string {
		out := ""
		for _, p := range pieces(line + "\n") {
			out += object("log", p, "stream", "stderr", "time", stamp(i)) + "\n"
		}
		return out
	})
}

func (w *wrapped) cri() string {
	return w.each(func(i int, line string) string {
		out := ""
		p := pieces(line)
		for k, piece := range p {
			tag := "F"
			if k < len(p)-1 {
				tag = "P"
			}
			out += stamp(i) + " stderr " + tag + " " + piece + "\n"
		}
		return out + stamp(i) + " stdout F checkpoint of the entrypoint\n"
	})
}

// insights writes CloudWatch Insights' results.
func (w *wrapped) insights() string {
	var rows []any
	for i, m := range w.messages() {
		rows = append(rows, []any{
			map[string]string{"field": "@timestamp", "value": shippedAt.Add(time.Duration(i) * time.Millisecond).Format("2006-01-02 15:04:05.000")},
			map[string]string{"field": "@message", "value": m},
			map[string]string{"field": "@ptr", "value": "CmE="},
		})
	}
	slices.Reverse(rows)
	b, _ := json.MarshalIndent(map[string]any{"results": rows, "statistics": map[string]float64{"recordsMatched": 1}, "status": "Complete"}, "", "  ")
	return string(b)
}

func (w *wrapped) gcp(format func(m []string) string, payload func(line string) string) string {
	var out []string
	for i, line := range w.lines {
		out = append(out, object("insertId", fmt.Sprintf("s=a;i=%d", i), "textPayload", payload(line), "timestamp", stamp(i),
			"resource", map[string]any{"type": "cloudsql_database", "labels": map[string]string{"database_id": "p:inst"}}))
	}
	return format(out)
}

func jsonLines(m []string) string { return strings.Join(m, "\n") + "\n" }

// arrayNewestFirst writes an array as gcloud logging read does.
func arrayNewestFirst(m []string) string {
	m = slices.Clone(m)
	slices.Reverse(m)
	return "[\n  " + strings.Join(m, ",\n  ") + "\n]\n"
}

// withoutTime is Cloud SQL's prefix: "[16940]: [1-1] db=app,user=postgres ".
func withoutTime(line string) string {
	if at := strings.Index(line, " UTC ["); at == 23 {
		pid, rest, _ := strings.Cut(line[29:], "] ")
		return "[" + pid + "]: [1-1] db=app,user=postgres " + rest
	}
	return line
}

func (w *wrapped) azure(f func(row map[string]string) map[string]string) []string {
	var out []string
	for _, r := range w.rows {
		p := f(r)
		p["errorLevel"], p["detail"], p["context"], p["processId"], p["sqlerrcode"] = r["error_severity"], r["detail"], r["context"], r["process_id"], r["sql_state_code"]
		out = append(out, object("properties", p, "category", "PostgreSQLLogs", "operationName", "LogEvent", "time", "2026-11-23T08:27:37Z", "LogicalServerName", "db"))
	}
	return out
}

// syslog writes the log as a daemon does: header gives what stands before each
// line of a process.
func (w *wrapped) syslog(header func(pid string, i int) string, split, numbers bool, escape func(string) string) string {
	var b strings.Builder
	counts := map[string]int{}
	n := 0
	for i, r := range w.records {
		pid := w.pids[i]
		counts[pid]++
		write := func(chunk int, text string) {
			n++
			number := ""
			switch {
			case numbers && split:
				number = fmt.Sprintf("[%d-%d] ", counts[pid], chunk)
			case numbers:
				number = fmt.Sprintf("[%d] ", counts[pid])
			}
			b.WriteString(header(pid, n) + number + escape(text) + "\n")
			if n%7 == 0 {
				b.WriteString(strings.NewReplacer("postgres", "sshd", pid, "77").Replace(header(pid, n)) + "Accepted publickey for root\n")
			}
		}
		if !split {
			write(0, strings.Join(r, "\n"))
			continue
		}
		for i, chunk := range syslogPieces(strings.Join(r, "\n")) {
			write(i+1, chunk)
		}
	}
	return b.String()
}

// pieceLimit is where PostgreSQL cuts them (PG_SYSLOG_LIMIT).
const pieceLimit = 900

// syslogPieces cuts a message as PostgreSQL does (write_syslog in elog.c).
func syslogPieces(text string) (out []string) {
	for text != "" {
		if text[0] == '\n' {
			text = text[1:]
			continue
		}
		n := strings.IndexByte(text, '\n')
		if n < 0 {
			n = len(text)
		}
		if n > pieceLimit {
			n = pieceLimit
			if blank := strings.LastIndexAny(text[:n+1], " \t"); blank > 0 {
				n = blank
			}
		}
		out = append(out, text[:n])
		text = text[n:]
	}
	return out
}

func octal(s string) string { return strings.NewReplacer("\t", "#011", "\n", "#012").Replace(s) }
func plain(s string) string { return s }

func rfc3164(pid string, i int) string {
	return shippedAt.Add(time.Duration(i)*time.Millisecond).Format("Jan _2 15:04:05") + " vm postgres[" + pid + "]: "
}

func rfc5424(pid string, i int) string { return "<134>1 " + stamp(i) + " vm postgres " + pid + " - - " }

// heroku writes the log of a dyno's database.
func heroku(head func(pid string, i int) string) func(string, int) string {
	return func(pid string, i int) string { return head(pid, i) + "[GREEN] " }
}

func otlp(body func(i int) any, n int) string {
	var records []any
	for i := range n {
		records = append(records, map[string]any{
			"timeUnixNano":   fmt.Sprint(shippedAt.Add(time.Duration(i) * time.Millisecond).UnixNano()),
			"severityNumber": 9, "body": body(i), "attributes": []any{},
		})
	}
	var out []string
	for chunk := range slices.Chunk(records, 40) {
		out = append(out, object("resourceLogs", []any{map[string]any{
			"resource":  map[string]any{"attributes": []any{map[string]any{"key": "service.name", "value": map[string]string{"stringValue": "db"}}}},
			"scopeLogs": []any{map[string]any{"scope": map[string]string{"name": "filelog"}, "logRecords": chunk}},
		}}))
	}
	return jsonLines(out)
}

func text(s string) any { return map[string]string{"stringValue": s} }

func kvlist(jsonObject string) any {
	var m map[string]any
	if err := json.Unmarshal([]byte(jsonObject), &m); err != nil {
		panic(err)
	}
	var values []any
	for _, key := range slices.Sorted(func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}) {
		values = append(values, map[string]any{"key": key, "value": map[string]any{"stringValue": m[key]}})
	}
	return map[string]any{"kvlistValue": map[string]any{"values": values}}
}

func gzipped(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(s))
	z.Close()
	return b.String()
}

func TestRead_everyEnvelopeOfALogReadsTheSame(t *testing.T) {
	w := sampleLog(t)
	messages := w.messages()
	cloudWatch := func(i int) map[string]any {
		return map[string]any{"id": fmt.Sprint(i), "timestamp": shippedAt.UnixMilli() + int64(i), "message": messages[i]}
	}
	for _, c := range []struct{ name, content, envelopes string }{
		{"nothing", strings.Join(w.lines, "\n") + "\n", ""},
		{"docker json-file, cut lines", w.docker(), "docker"},
		{"CRI, cut lines, the entrypoint's lines between", w.cri(), "cri"},
		{"CRI around jsonlog", func() string {
			out := ""
			for i, line := range w.jsonlog {
				out += stamp(i) + " stderr F " + line + "\n"
			}
			return out
		}(), "cri"},
		{"docker compose, colours, another service between", w.each(func(i int, line string) string {
			return "\x1b[36mdb-1   | \x1b[0m" + line + "\n\x1b[33mweb-1  | \x1b[0mGET /orders 200\n"
		}), "ansi compose"},
		{"docker compose logs", w.each(func(_ int, line string) string { return "db-1  | " + line + "\n" }), "compose"},
		{"kubectl logs --prefix --timestamps", w.each(func(i int, line string) string {
			return "[pod/pg-0/postgres] " + stamp(i) + " " + line + "\n"
		}), "kubectl timestamps"},
		{"stern, colours", w.each(func(_ int, line string) string { return "\x1b[35mpg-0\x1b[0m \x1b[95mpostgres\x1b[0m " + line + "\n" }), "ansi stern"},
		{"docker logs -t", w.each(func(i int, line string) string { return stamp(i) + " " + line + "\n" }), "timestamps"},
		{"CloudWatch export", func() string {
			out := ""
			for i, m := range messages {
				out += shippedAt.Add(time.Duration(i)*time.Millisecond).Format("2006-01-02T15:04:05.000Z") + " " + m + "\n"
			}
			return gzipped(out)
		}(), "gzip timestamps"},
		{"CloudWatch filter-log-events", func() string {
			var events []any
			for i := range messages {
				e := cloudWatch(i)
				e["logStreamName"], e["ingestionTime"], e["eventId"] = "db.0", 1795422457900, e["id"]
				events = append(events, e)
			}
			b, _ := json.MarshalIndent(map[string]any{"events": events, "searchedLogStreams": []any{}, "nextToken": "x"}, "", "    ")
			return string(b)
		}(), "cloudwatch"},
		{"CloudWatch subscription, objects without line breaks", func() string {
			out := ""
			for i := 0; i < len(messages); i += 10 {
				var events []any
				for k := i; k < min(i+10, len(messages)); k++ {
					events = append(events, cloudWatch(k))
				}
				out += object("messageType", "DATA_MESSAGE", "owner", "1", "logGroup", "/aws/rds/instance/db/postgresql", "logStream", "db.0",
					"subscriptionFilters", []string{"all"}, "logEvents", events)
			}
			return gzipped(out)
		}(), "gzip cloudwatch"},
		{"CloudWatch Insights, newest first", w.insights(), "cloudwatch"},
		{"CloudWatch Insights as CSV", func() string {
			var b bytes.Buffer
			c := csv.NewWriter(&b)
			c.Write([]string{"@timestamp", "@message"})
			for i := len(messages) - 1; i >= 0; i-- {
				c.Write([]string{shippedAt.Add(time.Duration(i) * time.Millisecond).Format("2006-01-02 15:04:05.000"), messages[i]})
			}
			c.Flush()
			return b.String()
		}(), "cloudwatch"},
		{"Cloud SQL, sink", w.gcp(jsonLines, withoutTime), "gcp"},
		{"Cloud SQL, gcloud logging read", w.gcp(arrayNewestFirst, withoutTime), "gcp"},
		{"AlloyDB", w.gcp(jsonLines, func(line string) string {
			return strings.Replace(line, " LOG:  ", " LOG:  [postgres.c:1234]  ", 1)
		}), "gcp"},
		{"Azure flexible server", jsonLines(w.azure(func(r map[string]string) map[string]string {
			return map[string]string{"timestamp": r["log_time"], "message": r["log_time"] + " [" + r["process_id"] + "] " + r["error_severity"] + ":  " + r["message"]}
		})), "azure"},
		{"Azure flexible server, records", `{"records":[` + strings.Join(w.azure(func(r map[string]string) map[string]string {
			return map[string]string{"timestamp": r["log_time"], "message": r["log_time"] + "-" + r["session_id"] + "-" + r["error_severity"] + ":  " + r["message"]}
		}), ",") + `]}`, "azure"},
		{"Azure single server", jsonLines(w.azure(func(r map[string]string) map[string]string {
			return map[string]string{"prefix": r["log_time"] + "-" + r["session_id"] + "-", "message": r["message"]}
		})), "azure"},
		{"Azure Cosmos", jsonLines(w.azure(func(r map[string]string) map[string]string {
			return map[string]string{"timestamp": r["log_time"], "message": r["log_time"] + "-" + r["session_id"] + "-" + r["message"]}
		})), "azure"},
		{"Heroku logplex", w.syslog(heroku(func(pid string, i int) string {
			return "2026-11-23T08:27:37+00:00 app[postgres." + pid + "]: "
		}), true, true, octal), "heroku"},
		{"Heroku drain", w.syslog(heroku(func(pid string, i int) string {
			return "688 <134>1 " + stamp(i) + " host app postgres." + pid + " - "
		}), true, true, octal), "heroku"},
		{"Supabase", func() string {
			var out []string
			for i, r := range w.rows {
				p := map[string]string{}
				for k, v := range r {
					if k != "message" && k != "log_time" {
						p[k] = v
					}
				}
				p["timestamp"] = r["log_time"]
				out = append(out, object("event_message", r["message"], "id", "x", "timestamp", shippedAt.UnixMicro()+int64(i),
					"metadata", []any{map[string]any{"host": "db-x", "parsed": []any{p}}}))
			}
			return arrayNewestFirst(out)
		}(), "supabase"},
		{"CloudNativePG with its own lines", func() string {
			out := "setting up\n"
			for i, r := range w.rows {
				out += object("level", "info", "ts", stamp(i), "msg", "reconciling", "logger", "instance-manager") + "\n"
				out += object("level", "info", "ts", stamp(i), "logger", "postgres", "msg", "record", "logging_pod", "pg-1", "record", r) + "\n"
			}
			return out
		}(), "cloudnativepg"},
		{"journalctl -o json", w.syslog(func(pid string, i int) string { return "\x00" + pid + "\x00" }, true, true, plain), "journald"},
		{"journalctl -o short, a service's output", w.each(func(i int, line string) string {
			return "Nov 23 08:27:37 vm postgres[4711]: " + strings.ReplaceAll(line, "\t", "        ") + "\n"
		}), "syslog"},
		{"journalctl -o cat", strings.Join(w.lines, "\n") + "\n", ""},
		{"OTLP, body is the line", otlp(func(i int) any { return text(messages[i]) }, len(messages)), "otlp-logs"},
		{"OTLP, body is jsonlog", otlp(func(i int) any { return kvlist(w.jsonlog[i]) }, len(w.jsonlog)), "otlp-logs"},
		{"OTLP, body is jsonlog as text", otlp(func(i int) any { return text(w.jsonlog[i]) }, len(w.jsonlog)), "otlp-logs"},
		{"OTLP, body is Kubernetes'", otlp(func(i int) any {
			return kvlist(object("log", w.lines[i], "stream", "stderr", "time", stamp(i)))
		}, len(w.lines)), "otlp-logs"},
		{"some shipper's JSON", w.each(func(i int, line string) string {
			return object("@timestamp", stamp(i), "host", map[string]string{"name": "vm"}, "message", line) + "\n"
		}), "json"},
		{"jsonlog as an array", "[" + strings.Join(w.jsonlog, ",\n") + "]", "json"},
		{"syslog, RFC 3164", w.syslog(rfc3164, true, true, octal), "syslog"},
		{"syslog, RFC 3164, not split", w.syslog(rfc3164, false, true, octal), "syslog"},
		{"syslog, RFC 3164, without numbers", w.syslog(rfc3164, true, false, octal), "syslog"},
		{"syslog, RFC 3164, neither", w.syslog(rfc3164, false, false, octal), "syslog"},
		{"syslog, RFC 3164, TABs as they are", w.syslog(rfc3164, true, true, plain), "syslog"},
		{"syslog, RFC 5424", w.syslog(rfc5424, true, true, octal), "syslog"},
		{"syslog, RFC 5424, not split", w.syslog(rfc5424, false, true, octal), "syslog"},
		{"syslog, busybox", w.syslog(func(pid string, i int) string {
			return "Nov 23 08:27:37 vm local0.info postgres[" + pid + "]: "
		}, true, true, octal), "syslog"},
		{"syslog in docker in gzip", gzipped(func() string {
			out := ""
			for i, line := range strings.SplitAfter(w.syslog(rfc3164, true, true, octal), "\n") {
				if line != "" {
					out += object("log", line, "stream", "stdout", "time", stamp(i)) + "\n"
				}
			}
			return out
		}()), "gzip docker syslog"},
		{"CloudNativePG in CRI in compose", func() string {
			out := ""
			for i, r := range w.rows {
				out += "db-1  | " + stamp(i) + " stderr F " + object("level", "info", "logger", "postgres", "msg", "record", "logging_pod", "pg-1", "record", r) + "\n"
			}
			return out
		}(), "compose cri cloudnativepg"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.envelopes == "journald" {
				c.content = journalJSON(c.content)
			}
			l := readLog(t, Options{}, c.content)
			in := l.w.Inputs[0]
			if got := strings.Join(in.Envelopes, " "); got != c.envelopes {
				t.Errorf("envelopes %q, want %q", got, c.envelopes)
			}
			if got, want := l.coverage(), "executions=57 fetches=1 parse=14 bind=25 waits=1 errors=6 empty=2"; got != want {
				t.Errorf("coverage %s, want %s; %v", got, want, in.Examples)
			}
			if in.ExecUS != 688577 {
				t.Errorf("executions take %d µs, want 688577", in.ExecUS)
			}
			if want, got := statementsOf(readLogFile(t, Options{}, "default.log")), statementsOf(l); want != got {
				t.Errorf("the statements differ:\n%s", difference(want, got))
			}
		})
	}
}

// statementsOf are the executions without what blanks say.
func statementsOf(l *logged) string {
	var b strings.Builder
	for i, e := range l.events {
		fmt.Fprintf(&b, "%d µs %s %x\n", e.Dur, strings.Join(strings.Fields(l.texts[i]), " "), e.Params)
	}
	return b.String()
}

// journalJSON makes journalctl's JSON of lines with NULs between their fields;
// every tenth message as the bytes of a text that is no UTF-8.
func journalJSON(s string) string {
	var out []string
	for i, line := range strings.Split(strings.TrimSuffix(s, "\n"), "\n") {
		f := strings.SplitN(line, "\x00", 3)
		var message any
		if len(f) < 3 {
			f = []string{"", "77", line}
		}
		ident := "postgres"
		if strings.HasPrefix(f[2], "Accepted") {
			ident = "sshd"
		}
		message = f[2]
		if i%10 == 0 {
			message = bytesOf(f[2])
		}
		out = append(out, object("__REALTIME_TIMESTAMP", fmt.Sprint(shippedAt.UnixMicro()+int64(i)), "_HOSTNAME", "vm", "SYSLOG_IDENTIFIER", ident,
			"_PID", f[1], "MESSAGE", message, "PRIORITY", "6"))
	}
	return jsonLines(out)
}

// Whatever the log is, what is around it changes nothing.
func TestRead_anyLogInAnyEnvelope(t *testing.T) {
	for _, name := range strings.Fields("rds.log pgbadger.log.gz bare.log cutvalues.log.gz plans.log.gz plansjson.log.gz version17.log.gz french.log.gz mixed.log injection.log berlin.log") {
		content := strings.ToValidUTF8(sampleContent(t, name), "?") // as JSON must be
		plainly := readLog(t, Options{}, content)
		in := plainly.w.Inputs[0]
		w := stderrSample(content, in.Prefix)
		messages := w.messages()
		for _, c := range []struct{ name, content string }{
			{"docker", w.docker()},
			{"CRI", w.cri()},
			{"compose", w.each(func(_ int, line string) string { return "db-1  | " + line + "\nweb-1  | GET /\n" })},
			{"kubectl", w.each(func(i int, line string) string { return "[pod/pg-0/postgres] " + stamp(i) + " " + line + "\n" })},
			{"stern", w.each(func(_ int, line string) string { return "pg-0 postgres " + line + "\n" })},
			{"docker logs -t", w.each(func(i int, line string) string { return stamp(i) + " " + line + "\n" })},
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
			{"OTLP", otlp(func(i int) any { return text(messages[i]) }, len(messages))},
			{"some shipper's JSON", w.each(func(i int, line string) string { return object("@timestamp", stamp(i), "message", line) + "\n" })},
			{"syslog", w.syslog(rfc3164, true, true, octal)},
			{"syslog, not split", w.syslog(rfc3164, false, true, octal)},
			{"syslog, without numbers", w.syslog(rfc3164, true, false, octal)},
			{"syslog, RFC 5424", w.syslog(rfc5424, true, true, octal)},
		} {
			l := readLog(t, Options{}, c.content)
			got := l.w.Inputs[0]
			// A line that belongs to no record is sent as one of the message before.
			if a, b := readable(plainly), readable(l); a != b || got.ExecUS != in.ExecUS {
				t.Errorf("%s in %s %v: %s in %d µs, want %s in %d µs; %s", name, c.name, got.Envelopes, b, got.ExecUS, a, in.ExecUS, got.Prefix)
			} else if want, got := statementsOf(plainly), statementsOf(l); want != got {
				t.Errorf("%s in %s: the statements differ:\n%s", name, c.name, difference(want, got))
			}
		}
	}
}

// readable is the coverage but for lines without a record.
func readable(l *logged) string {
	l.w.Inputs[0].Unreadable = 0
	return l.coverage()
}

// sampleContent reads a sample, compressed or not.
func sampleContent(t testing.TB, name string) string {
	t.Helper()
	content, err := os.ReadFile("testdata/logs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(name, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		if content, err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
	}
	return string(content)
}
