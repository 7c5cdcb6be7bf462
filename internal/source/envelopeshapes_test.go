package source

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// The shapes in which vendors and tools give a log away, as they document them
// or write them: the same log must come out of each, in the order in which it
// was written.

// at is when the i-th line or message was shipped.
func at(i int) time.Time { return shippedAt.Add(time.Duration(i) * time.Millisecond) }

// table writes rows as a table.
func table(comma rune, names []string, rows [][]string) string {
	var b bytes.Buffer
	c := csv.NewWriter(&b)
	c.Comma = comma
	c.Write(names)
	c.WriteAll(rows)
	return b.String()
}

// indexed calls f with the number and the text of each, oldest first.
func indexed(texts []string, f func(i int, text string) string) (out []string) {
	for i, text := range texts {
		out = append(out, f(i, text))
	}
	return out
}

func reversed[T any](s []T) []T {
	s = slices.Clone(s)
	slices.Reverse(s)
	return s
}

func joined(lines []string) string { return strings.Join(lines, "") }

func rowsOf(texts []string, f func(i int, text string) []string) (out [][]string) {
	for i, text := range texts {
		out = append(out, f(i, text))
	}
	return out
}

func marshal(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func TestRead_shapesOfVendorsAndTools(t *testing.T) {
	w := sampleLog(t)
	messages := w.messages()
	plainly := readLogFile(t, Options{}, "default.log")
	azureText := func(r map[string]string) string {
		return r["log_time"] + "-" + r["session_id"] + "-" + r["error_severity"] + ":  " + r["message"]
	}
	iso := func(i int, layout string) string { return at(i).Format(layout) }
	const millis, nanos = "2006-01-02T15:04:05.000Z", "2006-01-02T15:04:05.000000000Z"
	var azureRows, sparse [][]string
	for _, r := range w.rows {
		azureRows = append(azureRows, []string{"t", strings.Replace(strings.Replace(r["log_time"], " ", "T", 1), " UTC", "Z", 1), r["error_severity"], r["process_id"] + ".0", azureText(r), r["detail"], r["context"]})
		sparse = append(sparse, []string{r["message"], r["error_severity"], r["log_time"], r["process_id"], cmp.Or(r["detail"], "null"), cmp.Or(r["context"], "null"), cmp.Or(r["query"], "null")})
	}
	cnpg := func(r map[string]string) string {
		return object("level", "info", "ts", "1795422457.1", "logger", "postgres", "msg", "record", "record", r, "logging_podName", "pg-1")
	}
	var ofPods []string
	for _, r := range w.rows {
		ofPods = append(ofPods, cnpg(r))
	}
	for _, c := range []struct{ name, content string }{
		{"aws logs tail", joined(indexed(messages, func(i int, m string) string { return iso(i, "2006-01-02T15:04:05.000000+00:00") + " db.0 " + m + "\n" }))},
		{"aws logs tail --format short", joined(indexed(messages, func(i int, m string) string { return iso(i, "2006-01-02T15:04:05") + " " + m + "\n" }))},
		{"aws rds download-db-log-file-portion", marshal(map[string]any{"LogFileData": strings.Join(w.lines, "\n") + "\n", "Marker": "3:1", "AdditionalDataPending": false})},
		{"Firehose, with the message that tries a subscription", object("messageType", "CONTROL_MESSAGE", "logEvents", []any{map[string]any{"id": "", "timestamp": 1, "message": "CWL CONTROL MESSAGE: Checking health of destination Firehose."}}) +
			marshal(map[string]any{"messageType": "DATA_MESSAGE", "logStream": "db.0", "logEvents": func() (out []any) {
				for i, m := range messages {
					out = append(out, map[string]any{"id": "1", "timestamp": at(i).UnixMilli(), "message": m})
				}
				return out
			}()})},
		{"CloudWatch's console, CSV", table(',', []string{"timestamp", "message"}, rowsOf(messages, func(i int, m string) []string { return []string{fmt.Sprint(at(i).UnixMilli()), m} }))},
		{"Log Analytics, CSV, newest first", table(',', []string{"TenantId", "TimeGenerated [UTC]", "errorLevel_s", "processId_d", "Message", "detail_s", "context_s"}, reversed(azureRows))},
		{"Log Analytics, the server's own table, CSV", table(',', []string{"TenantId", "TimeGenerated [UTC]", "ErrorLevel", "ProcessId", "Message", "Detail", "Context"}, azureRows)},
		{"Log Analytics' API", marshal(map[string]any{"tables": []any{map[string]any{"name": "PrimaryResult", "columns": []any{
			map[string]string{"name": "TenantId"},
			map[string]string{"name": "TimeGenerated"},
			map[string]string{"name": "ErrorLevel"},
			map[string]string{"name": "ProcessId"},
			map[string]string{"name": "Message"},
			map[string]string{"name": "Detail"},
			map[string]string{"name": "Context"},
		}, "rows": azureRows}}})},
		{"Logs Explorer, CSV", table(',', []string{"insertId", "resource.type", "textPayload", "timestamp"}, reversed(rowsOf(w.lines, func(i int, line string) []string {
			return []string{fmt.Sprint(i), "cloudsql_database", withoutTime(line), iso(i, nanos)}
		})))},
		{"gcloud logging read, YAML", yamlDocuments(w, marshal)},
		{"YAML, single quotes", yamlDocuments(w, func(v any) string { return "'" + strings.ReplaceAll(v.(string), "'", "''") + "'" })},
		{"YAML, blocks", yamlDocuments(w, func(v any) string { return "|2-\n  " + v.(string) })},
		{"journalctl -o export", journalExport(w)},
		{"journalctl -o verbose", journalVerbose(w)},
		{"Supabase, CSV with null", table(',', []string{"event_message", "error_severity", "log_time", "process_id", "detail", "context", "query"}, sparse)},
		{"a query of a foreign table of csvlog, semicolons", table(';', []string{"message", "error_severity", "log_time", "process_id", "detail", "context", "query"}, sparse)},
		{"Fly", joined(indexed(w.lines, func(i int, line string) string {
			return iso(i, nanos) + " app[148e21ef] ams [info] postgres | " + line + "\n"
		}))},
		{"Render", joined(indexed(w.lines, func(i int, line string) string { return iso(i, "Jan 02 03:04:05 PM") + "  " + line + "\n" }))},
		{"Railway", "[" + strings.Join(reversed(indexed(w.lines, func(i int, line string) string {
			return object("message", line, "severity", "error", "timestamp", iso(i, nanos))
		})), ",") + "]"},
		{"Aiven", marshal(map[string]any{"logs": func() (out []any) {
			for i, line := range w.lines {
				out = append(out, map[string]string{"msg": line, "time": iso(i, nanos), "unit": "postgresql-15.service"})
			}
			return out
		}()})},
		{"CloudNativePG, before its keys were changed", jsonLines(ofPods)},
		{"CloudNativePG beside pgaudit", jsonLines(indexed(ofPods, func(i int, record string) string {
			return record + "\n" + object("logger", "pgaudit", "msg", "record", "record", map[string]any{"error_severity": "LOG", "audit": map[string]string{"statement": "SELECT 1", "audit_type": "SESSION"}})
		}))},
		{"Datadog, CSV around CloudNativePG", table(',', []string{"Date", "Host", "Service", "Message"}, rowsOf(ofPods, func(i int, r string) []string { return []string{iso(i, millis), "vm", "pg", r} }))},
		{"Datadog, CSV", table(',', []string{"Date", "Host", "Service", "Message"}, reversed(rowsOf(messages, func(i int, m string) []string { return []string{iso(i, millis), "vm", "pg", m} })))},
		{"Datadog's API", marshal(map[string]any{"data": reversed(func() (out []any) {
			for i, m := range messages {
				out = append(out, map[string]any{"id": "A", "attributes": map[string]any{"timestamp": iso(i, millis), "message": m, "tags": []string{"a:b"}}})
			}
			return out
		}())})},
		{"Elasticsearch, the line kept by a pipeline", marshal(map[string]any{"took": 1, "hits": map[string]any{"total": map[string]int{"value": 1}, "max_score": nil, "hits": func() (out []any) {
			for i, m := range messages {
				out = append(out, map[string]any{"_id": "1", "_source": map[string]any{"@timestamp": iso(i, millis), "event": map[string]string{"original": m}, "message": m[min(len(m), 40):]}})
			}
			return out
		}()}})},
		{"Kibana, CSV", table(',', []string{"@timestamp", "message", "host.name"}, reversed(rowsOf(messages, func(i int, m string) []string { return []string{iso(i, "Jan 2, 2006 @ 15:04:05.000"), m, "vm"} })))},
		{"Splunk, CSV", table(',', []string{"_time", "host", "_raw"}, reversed(rowsOf(messages, func(i int, m string) []string { return []string{iso(i, "2006-01-02T15:04:05.000-0700"), "vm", m} })))},
		{"Splunk, raw, newest first", strings.Join(reversed(messages), "\n") + "\n"},
		{"Papertrail's archive", joined(indexed(w.lines, func(i int, line string) string {
			return fmt.Sprintf("%d\t%s\t%s\t1\tvm\t1.2.3.4\tLocal0\tInfo\tpostgres[1]\t%s\n", i, iso(i, "2006-01-02T15:04:05"), iso(i, "2006-01-02T15:04:05Z"), line)
		}))},
		{"Loki's API, pushed", marshal(map[string]any{"streams": []any{map[string]any{"stream": map[string]string{"pod": "pg-0"}, "values": rowsOf(w.lines, func(i int, line string) []string { return []string{fmt.Sprint(at(i).UnixNano()), line} })}}})},
		{"logcli", joined(reversed(indexed(w.lines, func(i int, line string) string { return iso(i, nanos) + ` {app="pg", pod="pg-0"} ` + line + "\n" })))},
		{"logcli --output=raw", strings.Join(reversed(w.lines), "\n") + "\n"},
		{"logcli --output=jsonl", jsonLines(reversed(indexed(w.lines, func(i int, line string) string {
			return object("labels", map[string]string{"app": "pg"}, "line", line, "timestamp", iso(i, nanos))
		})))},
		{"Grafana, text", "Common labels: {\"app\":\"pg\"}\nLine limit: \"1000 (203 displayed)\"\n\n\n" +
			joined(reversed(indexed(w.lines, func(i int, line string) string {
				return fmt.Sprintf("%d\t%s\t%s\n", at(i).UnixMilli(), iso(i, millis), line)
			})))},
		{"Fluentd's file", joined(indexed(w.lines, func(i int, line string) string {
			return iso(i, "2006-01-02T15:04:05-07:00") + "\tdocker.pg\t" + object("log", line) + "\n"
		}))},
		{"Fluent Bit's records", joined(indexed(w.lines, func(i int, line string) string {
			return fmt.Sprintf("[%d.%06d, %s]\n", at(i).Unix(), i, object("log", line))
		}))},
		{"journalctl -o json-sse", joined(indexed(w.lines, func(i int, line string) string {
			return "data: " + object("__REALTIME_TIMESTAMP", fmt.Sprint(at(i).UnixMicro()), "_HOSTNAME", "vm", "_PID", "900", "SYSLOG_IDENTIFIER", "postgres", "MESSAGE", line) + "\n\n"
		}))},
		{"journalctl -o json-seq", joined(indexed(w.lines, func(i int, line string) string {
			return "\x1e" + object("__REALTIME_TIMESTAMP", fmt.Sprint(at(i).UnixMicro()), "_HOSTNAME", "vm", "_PID", "900", "SYSLOG_IDENTIFIER", "postgres", "MESSAGE", line) + "\n"
		}))},
		{"journalctl -o short-monotonic", w.syslog(func(pid string, i int) string { return fmt.Sprintf("[%5d.%06d] vm postgres[%s]: ", 5, i, pid) }, true, true, plain)},
		{"journalctl -r", joined(reversed(strings.SplitAfter(w.syslog(func(pid string, i int) string {
			return at(1000*i).Format("Jan _2 15:04:05") + " vm postgres[" + pid + "]: "
		}, true, true, plain), "\n")))},
		{"kubectl logs --timestamps, sorted", joined(reversed(indexed(w.lines, func(i int, line string) string { return iso(i, nanos) + " " + line + "\n" })))},
		{"CRI, newest first", joined(reversed(indexed(w.lines, func(i int, line string) string { return iso(i, nanos) + " stderr F " + line + "\n" })))},
		{"stern, with what it says itself", "+ pg-0 › postgres\n" + joined(indexed(w.lines, func(i int, line string) string { return "pg-0 postgres " + line + "\n" })) + "- pg-0 › postgres\n"},
		{"stern --timestamps=short", joined(indexed(w.lines, func(i int, line string) string {
			return "pg-0 postgres " + iso(i, "01-02 15:04:05") + " " + line + "\n"
		}))},
		{"csvlog, newest first", func() string {
			rows := strings.Split(sampleContent(t, "default.csv"), "\n2026-11")
			for i := range rows {
				rows[i] = strings.TrimSuffix("2026-11"+strings.TrimPrefix(rows[i], "2026-11"), "\n") + "\n"
			}
			return joined(reversed(rows))
		}()},
		{"jsonlog, newest first", jsonLines(reversed(w.jsonlog))},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := readLog(t, Options{}, c.content)
			in := l.w.Inputs[0]
			if got, want := l.coverage(), plainly.coverage(); got != want {
				t.Errorf("coverage %s, want %s; %v, prefix %q, %v", got, want, in.Envelopes, in.Prefix, in.Examples)
			}
			if want, got := statementsOf(plainly), statementsOf(l); want != got {
				t.Errorf("%v: the statements differ:\n%s", in.Envelopes, difference(want, got))
			}
		})
	}
}

// yamlDocuments writes a document for each line, the newest first.
func yamlDocuments(w *wrapped, scalar func(any) string) string {
	return joined(reversed(indexed(w.lines, func(i int, line string) string {
		return fmt.Sprintf("---\ninsertId: s=%d\nlabels:\n  INSTANCE_UID: '1'\nresource:\n  labels:\n    database_id: p:i\n  type: cloudsql_database\ntextPayload: %s\ntimestamp: '%s'\n",
			i, scalar(withoutTime(line)), stamp(i))
	})))
}

// journalEntries are the messages of journald with the processes that wrote them.
func journalEntries(w *wrapped) (out [][2]string) {
	for _, line := range strings.Split(strings.TrimSuffix(w.syslog(func(pid string, _ int) string { return pid + "\x00" }, true, true, plain), "\n"), "\n") {
		pid, message, _ := strings.Cut(line, "\x00")
		out = append(out, [2]string{pid, message})
	}
	return out
}

// journalExport writes every third message after its length.
func journalExport(w *wrapped) string {
	var b strings.Builder
	for i, e := range journalEntries(w) {
		fmt.Fprintf(&b, "__CURSOR=s=%d\n__REALTIME_TIMESTAMP=%d\n_HOSTNAME=vm\nSYSLOG_IDENTIFIER=postgres\n_PID=%s\n", i, at(i).UnixMicro(), e[0])
		if i%3 == 0 {
			fmt.Fprintf(&b, "MESSAGE\n%s%s\n\n", binary.LittleEndian.AppendUint64(nil, uint64(len(e[1]))), e[1])
		} else {
			fmt.Fprintf(&b, "MESSAGE=%s\n\n", e[1])
		}
	}
	return b.String()
}

func journalVerbose(w *wrapped) string {
	var b strings.Builder
	for i, e := range journalEntries(w) {
		fmt.Fprintf(&b, "Mon %s [s=a;i=%x;b=0f;m=3;t=4;x=5]\n    PRIORITY=6\n    _HOSTNAME=vm\n    SYSLOG_IDENTIFIER=postgres\n    _PID=%s\n    MESSAGE=%s\n    _TRANSPORT=syslog\n",
			at(i).Format("2006-01-02 15:04:05.000000 UTC"), i, e[0], e[1])
	}
	return b.String()
}
