package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The envelopes of this file are written here, as the vendors document their
// exports and as people quote them in issues: their programs run elsewhere.

// documentedLines wrap the lines of a stderr log.
var documentedLines = []envelope{
	{"docker.json", "written as docker's json-file driver does", ofLines(func(i int, line string) string {
		var out string
		for _, p := range pieces(line+"\n", 16<<10) {
			out += object("log", p, "stream", "stderr", "time", stamp(i)) + "\n"
		}
		return out
	}), ""},
	{"compose.txt", "written as docker compose logs does", ofLines(func(_ int, line string) string { return "db-1  | " + line + "\n" }), ""},
	{"compose-colour.txt", "written as docker compose logs --timestamps does in a terminal", ofLines(func(i int, line string) string {
		return "\x1b[36mdb-1  | \x1b[0m" + stamp(i) + " " + line + "\n"
	}), ""},
	{"kubectl.txt", "written as kubectl logs --prefix --timestamps does", ofLines(func(i int, line string) string {
		return "[pod/pg-0/postgres] " + stamp(i) + " " + line + "\n"
	}), ""},
	{"stern.txt", "written as stern does", ofLines(func(_ int, line string) string { return "pg-0 postgres " + line + "\n" }), ""},
}

// documentedRows wrap the rows of a csvlog.
var documentedRows = []envelope{
	{"cloudnativepg.json", "written as CloudNativePG's instance manager does", ofRows(func(i int, row map[string]string) string {
		if i%40 == 0 {
			return object("level", "info", "ts", stamp(i), "logger", "instance-manager", "msg", "checking", "logging_pod", "pg-1") + "\n" +
				object("level", "info", "ts", stamp(i), "logger", "postgres", "msg", "record", "logging_pod", "pg-1", "record", row) + "\n"
		}
		return object("level", "info", "ts", stamp(i), "logger", "postgres", "msg", "record", "logging_pod", "pg-1", "record", row) + "\n"
	}), ""},
	{"supabase.json", "written as Logflare's rows of Supabase are", func(_ context.Context, files []string) ([]piece, error) {
		rows, err := rows(files)
		if err != nil {
			return nil, err
		}
		var all []any
		for i, row := range slices.Backward(rows) {
			parsed := map[string]any{}
			for name, value := range row {
				parsed[name] = value
			}
			parsed["timestamp"] = row["log_time"]
			delete(parsed, "log_time")
			delete(parsed, "message")
			all = append(all, map[string]any{
				"event_message": row["message"], "id": fmt.Sprintf("%032d", i), "timestamp": at(row).UnixMicro(),
				"metadata": []any{map[string]any{"host": "db-1", "parsed": []any{parsed}}},
			})
		}
		return marshal(all)
	}, ""},
}

// cloudWatch wraps the log of RDS; one event is one record.
var cloudWatch = []envelope{
	{"filter-log-events.json", "written as aws logs filter-log-events does", func(_ context.Context, files []string) ([]piece, error) {
		records, err := records(files)
		if err != nil {
			return nil, err
		}
		var events []any
		for i, r := range records {
			events = append(events, map[string]any{
				"logStreamName": "app-db.0", "timestamp": moment(i).UnixMilli(), "message": r,
				"ingestionTime": moment(i).UnixMilli() + 2100, "eventId": fmt.Sprintf("%056d", i),
			})
		}
		return marshal(map[string]any{"events": events, "searchedLogStreams": []any{}})
	}, ""},
	{"subscription.json", "written as a CloudWatch subscription does", func(_ context.Context, files []string) ([]piece, error) {
		records, err := records(files)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		n := 0
		for chunk := range slices.Chunk(records, 25) {
			var events []any
			for _, r := range chunk {
				events = append(events, map[string]any{"id": fmt.Sprintf("%056d", n), "timestamp": moment(n).UnixMilli(), "message": r})
				n++
			}
			b.WriteString(object("messageType", "DATA_MESSAGE", "owner", "123456789012", "logGroup", "/aws/rds/instance/app-db/postgresql",
				"logStream", "app-db.0", "subscriptionFilters", []string{"all"}, "logEvents", events)) // no newline between
		}
		return []piece{{content: b.Bytes()}}, nil
	}, ""},
	{"insights.csv", "written as CloudWatch Logs Insights exports", func(_ context.Context, files []string) ([]piece, error) {
		records, err := records(files)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.Write([]string{"@timestamp", "@message"})
		for i, r := range slices.Backward(records) {
			w.Write([]string{moment(i).Format("2006-01-02 15:04:05.000"), r})
		}
		w.Flush()
		return []piece{{content: b.Bytes()}}, w.Error()
	}, ""},
	{"export.txt", "written as a CloudWatch export task does", ofRecords(func(i int, r string) string {
		return moment(i).Format("2006-01-02T15:04:05.000Z ") + r + "\n"
	}), ""},
}

// cloudSQL wraps the log of Cloud SQL; one entry is one line.
var cloudSQL = []envelope{
	{"sink.json", "written as a Cloud Logging sink does", ofLines(func(i int, line string) string {
		return object(entry(i, line)...) + "\n"
	}), ""},
	{"read.json", "written as gcloud logging read --format=json does: newest first", func(_ context.Context, files []string) ([]piece, error) {
		lines, err := lines(files)
		if err != nil {
			return nil, err
		}
		var all []any
		for i, line := range slices.Backward(lines) {
			all = append(all, json.RawMessage(object(entry(i, line)...)))
		}
		return marshal(all)
	}, ""},
	{"alloydb.json", "written as a Cloud Logging sink of AlloyDB does", ofLines(func(i int, line string) string {
		e := entry(i, line)
		e[3] = map[string]any{"type": "alloydb.googleapis.com/Instance", "labels": map[string]string{"cluster_id": "c1", "instance_id": "i1"}}
		return object(e...) + "\n"
	}), ""},
}

func entry(i int, line string) []any {
	return []any{
		"insertId", fmt.Sprintf("s=1;i=%08x;b=2;m=%x;t=5e4f;x=7e65-0@a1", i, i),
		"resource",
		map[string]any{"type": "cloudsql_database", "labels": map[string]string{"database_id": "p:db", "region": "europe", "project_id": "p"}},
		"textPayload", line, "timestamp", moment(i).Format(time.RFC3339Nano), "severity", "INFO",
		"logName", "projects/p/logs/cloudsql.googleapis.com%2Fpostgres.log", "receiveTimestamp", moment(i + 900).Format(time.RFC3339Nano),
	}
}

// azure wraps records with their details apart, of a flexible server.
var azure = []envelope{
	{"flexible.json", "written as diagnostic settings of Azure do", ofRows(func(i int, row map[string]string) string {
		message := at(row).Format("2006-01-02 15:04:05 MST-") + row["session_id"] + "-" + row["error_severity"] + ":  " + row["message"]
		properties := map[string]any{
			"timestamp": row["log_time"], "processId": number(row["process_id"]), "errorLevel": row["error_severity"], "sqlerrcode": row["sql_state_code"],
			"message": message, "backend_type": row["backend_type"],
		}
		for _, name := range []string{"detail", "hint", "context"} {
			if row[name] != "" {
				properties[name] = row[name]
			}
		}
		if row["query"] != "" {
			properties["statement"] = row["query"]
		}
		return object("properties", properties, "time", at(row).Format(time.RFC3339Nano), "resourceId", "/SUBSCRIPTIONS/S/RESOURCEGROUPS/G",
			"category", "PostgreSQLLogs", "operationName", "LogEvent") + "\n"
	}), ""},
}

func number(s string) int {
	n, _ := strconv.Atoi(s) // a process id is one
	return n
}

// heroku wraps each line with the number of its record and of the piece.
var heroku = []envelope{
	{"logplex.txt", "written as heroku logs --ps postgres does", ofPieces(func(i, record, piece int, line string) string {
		return fmt.Sprintf("%s app[postgres.%d]: [GREEN] [%d-%d] %s\n", moment(i).Format("2006-01-02T15:04:05+00:00"), 4882, record, piece, line)
	}), ""},
	{"drain.txt", "written as Heroku's drains are, octet-counted", ofPieces(func(i, record, piece int, line string) string {
		frame := fmt.Sprintf("<134>1 %s host app postgres.4882 - [GREEN] [%d-%d] %s\n", moment(i).Format("2006-01-02T15:04:05+00:00"), record, piece, line)
		return fmt.Sprintf("%d %s", len(frame), frame)
	}), ""},
}

func ofLines(f func(i int, line string) string) wrapping {
	return func(_ context.Context, files []string) ([]piece, error) {
		lines, err := lines(files)
		return joined(lines, f), err
	}
}

func ofRecords(f func(i int, record string) string) wrapping {
	return func(_ context.Context, files []string) ([]piece, error) {
		records, err := records(files)
		return joined(records, f), err
	}
}

func ofRows(f func(i int, row map[string]string) string) wrapping {
	return func(_ context.Context, files []string) ([]piece, error) {
		rows, err := rows(files)
		return joined(rows, f), err
	}
}

func ofPieces(f func(i, record, piece int, line string) string) wrapping {
	return func(_ context.Context, files []string) ([]piece, error) {
		records, err := records(files)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		i := 0
		for n, r := range records {
			for k, line := range strings.Split(r, "\n") {
				if strings.HasPrefix(line, "\t") {
					line = "#011" + line[1:] // as syslog escapes it
				}
				b.WriteString(f(i, n+1, k+1, line))
				i++
			}
		}
		return []piece{{content: b.Bytes()}}, nil
	}
}

func joined[T any](all []T, f func(int, T) string) []piece {
	var b bytes.Buffer
	for i, x := range all {
		b.WriteString(f(i, x))
	}
	return []piece{{content: b.Bytes()}}
}

// lines are those of the stderr log.
func lines(files []string) ([]string, error) {
	log, err := errorLog(files)
	return strings.Split(strings.TrimSuffix(string(log), "\n"), "\n"), err
}

// records are the lines of the stderr log with those that continue them.
func records(files []string) ([]string, error) {
	all, err := lines(files)
	var out []string
	for _, line := range all {
		if strings.HasPrefix(line, "\t") && len(out) > 0 {
			out[len(out)-1] += "\n" + line
		} else {
			out = append(out, line)
		}
	}
	return out, err
}

var columns = strings.Split("log_time user_name database_name process_id connection_from session_id session_line_num command_tag session_start_time "+
	"virtual_transaction_id transaction_id error_severity sql_state_code message detail hint internal_query internal_query_pos context query query_pos "+
	"location application_name backend_type leader_pid query_id", " ")

// rows are those of the csvlog, by column, without empty ones.
func rows(files []string) ([]map[string]string, error) {
	var out []map[string]string
	for _, file := range ending(files, ".csv") {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		all, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
		if err != nil {
			return nil, err
		}
		for _, row := range all {
			r := map[string]string{}
			for i, value := range row {
				if value != "" {
					r[columns[i]] = value
				}
			}
			out = append(out, r)
		}
	}
	return out, nil
}

// at is when a row was logged.
func at(row map[string]string) time.Time {
	t, _ := time.Parse("2006-01-02 15:04:05.999 MST", row["log_time"]) // PostgreSQL wrote it
	return t
}

// moment is when the i-th line reached its shipper.
func moment(i int) time.Time {
	return time.Date(2026, 11, 25, 2, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Millisecond)
}

func stamp(i int) string { return moment(i).Format("2006-01-02T15:04:05.000000000Z") }

// pieces cuts a text as a runtime does whose buffer is full.
func pieces(s string, size int) (out []string) {
	for len(s) > size {
		out, s = append(out, s[:size]), s[size:]
	}
	return append(out, s)
}

// object writes JSON in the order of the pairs.
func object(pairs ...any) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		b.WriteByte("{,"[min(i, 1)])
		b.WriteString(value(pairs[i]) + ":" + value(pairs[i+1]))
	}
	return b.String() + "}"
}

func value(x any) string {
	b, err := json.Marshal(x)
	if err != nil {
		panic(err) // of our own strings and numbers
	}
	return string(b)
}

func marshal(x any) ([]piece, error) {
	b, err := json.MarshalIndent(x, "", "  ")
	return []piece{{content: b}}, err
}
