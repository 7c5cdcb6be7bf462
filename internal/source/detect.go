package source

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/internal/snapshot"
	"github.com/apilint/apilint/internal/source/trace"
)

// detect tells from the head of an input what it is: a name of [Formats], or
// one that [unknown] explains.
func detect(head []byte) string {
	if form := trace.Detect(head); form != "" {
		return form
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(text) == 0 {
		return "empty"
	}
	if snapshot.Is(text) {
		return "snapshot"
	}
	isJSON := text[0] == '{' || text[0] == '[' && isJSONStart(text[1:])
	if isJSON {
		if prefixedByJSON(text) {
			return "stderr"
		}
		if kind := detectJSON(text); kind != "json" {
			return kind
		}
	}
	switch {
	case statsShape(text, nil) != exportNone:
		return "pgss"
	case bytes.Contains(text, []byte("pg_stat_statements_")) && metricLine.Match(text):
		return "metrics"
	case isJSON:
		return "json"
	case markup.Match(text) && namesStatistics(text):
		return "export"
	}
	if header := csvHeader(text); header != nil {
		switch {
		case has(header, "most_common_vals") || has(header, "relpages") || has(header, "idx_scan") || has(header, "setting") && has(header, "name"):
			return "stats"
		}
	}
	if kind := detectLog(text); kind != "" {
		return kind
	}
	if notText(head) {
		return "binary"
	}
	return detectSQL(text)
}

func detectJSON(text []byte) string {
	line, _, _ := bytes.Cut(text, []byte{'\n'})
	for _, key := range []string{`"error_severity"`, `"message"`, `"timestamp"`} {
		if !bytes.Contains(line, []byte(key)) {
			return "json"
		}
	}
	return "jsonlog"
}

// prefixedByJSON reports whether a log_line_prefix was made to look like JSON:
// `{"at":"%m","pid":%p} ` stands before a severity.
func prefixedByJSON(text []byte) bool {
	line, _, _ := bytes.Cut(text[:min(len(text), longestPrefix)], []byte{'\n'})
	d := json.NewDecoder(bytes.NewReader(line))
	var ignored json.RawMessage
	if d.Decode(&ignored) != nil {
		return false
	}
	at, _ := findSeverity(bytes.TrimLeft(line[d.InputOffset():], " "))
	return at == 0
}

// longestPrefix is how far into its first line a log is looked at for that.
const longestPrefix = 4096

// csvHeader returns the lower-case fields of the first line, nil when it is no
// line of column names.
func csvHeader(text []byte) []string {
	line, _, _ := bytes.Cut(text, []byte{'\n'})
	comma := delimiter(line)
	if len(line) > 8192 || !bytes.ContainsRune(line, comma) {
		return nil
	}
	r := csv.NewReader(bytes.NewReader(line))
	r.Comma = comma
	fields, err := r.Read()
	if err != nil {
		return nil
	}
	for i, f := range fields {
		if i == 0 && strings.HasPrefix(strings.ToLower(f), "select ") {
			return nil
		}
		f = columnName(f)
		if f == "" || strings.Trim(f, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
			return nil
		}
		fields[i] = f
	}
	return fields
}

func has(fields []string, name string) bool {
	for _, f := range fields {
		if f == name {
			return true
		}
	}
	return false
}

// detectLog counts what the lines of the head are: with several log
// destinations set up wrongly, one file can hold several formats. It returns ""
// for what is no log.
func detectLog(text []byte) string {
	var csv csvReader
	counts := map[string]int{}
	lines := 0
	for range 4000 {
		line, rest, more := bytes.Cut(text, []byte{'\n'})
		switch {
		case csv.begins(line):
			counts["csvlog"]++
		case len(line) > 0 && line[0] == '{' && detectJSON(line) == "jsonlog":
			counts["jsonlog"]++
		case !continues(line):
			lines++
			if at, _ := findSeverity(line); at >= 0 {
				counts["stderr"]++
			}
		}
		if !more {
			break
		}
		text = rest
	}
	best := ""
	for _, kind := range []string{"csvlog", "stderr", "jsonlog"} {
		if counts[kind] > counts[best] {
			best = kind
		}
	}
	// A script may quote an error message, or print one.
	if best == "stderr" && counts[best]*50 < lines {
		return ""
	}
	return best
}

// isJSONStart tells the start of an array from "[16940] LOG:  ...".
func isJSONStart(b []byte) bool {
	b = bytes.TrimLeft(b, " \t\r\n")
	return len(b) == 0 || b[0] == '{' || b[0] == '[' || b[0] == '"'
}

func begins(s []byte, prefix string) bool { return bytes.HasPrefix(s, []byte(prefix)) }

// notText reports whether the head holds what no text does.
func notText(head []byte) bool {
	odd := 0
	for _, c := range head {
		if c == 0 {
			return true
		}
		if c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1b {
			odd++
		}
	}
	return odd*50 > len(head) || !utf8.Valid(head[:min(len(head), 512)]) && odd > 0
}

// detectSQL tells queries from a schema and from prose, by the first word of
// the statements.
func detectSQL(text []byte) string {
	spans := sqltree.Split(string(text[:min(len(text), 64<<10)]))
	queries, definitions, other := 0, 0, 0
	for _, s := range spans {
		var l sqltree.Lexed
		sqltree.Lex([]byte(s.Text), &l)
		switch l.Command {
		case sqltree.Select, sqltree.Insert, sqltree.Update, sqltree.Delete, sqltree.Merge:
			queries++
		case sqltree.DDL:
			definitions++
		case sqltree.Other:
			other++
		}
	}
	switch {
	case queries > 0 && queries >= definitions && queries > other:
		return "sql"
	case definitions > other:
		return "schema"
	}
	return "unknown"
}

// unknown says what an input is that is not read, and what to do.
func unknown(kind string, head []byte) string {
	switch kind {
	case "empty":
		return "the input is empty"
	case "json":
		if name := foreignLog(head); name != "" {
			return name
		}
		return unknownJSON(head)
	case "metrics":
		return "these are metrics of pg_stat_statements as postgres_exporter gives them: they hold no SQL; export the view itself: \\copy (SELECT * FROM pg_stat_statements) TO 'pgss.csv' CSV HEADER"
	case "stats":
		return "this looks like statistics: give it with --stats"
	case "schema":
		return "this looks like a schema: give it with --schema"
	case "binary":
		return "this is no text"
	case "stderr":
		return "no line matches a log_line_prefix; give the server's setting with --log-line-prefix"
	}
	if kind == "export" || namesStatistics(head) {
		return "this names the columns of pg_stat_statements, but in a form that is not read, such as psql's HTML, LaTeX, AsciiDoc or troff, its tables without borders, or \\x with -A or --csv; export it as CSV: \\copy (SELECT * FROM pg_stat_statements) TO 'pgss.csv' CSV HEADER"
	}
	if name := foreignLog(head); name != "" {
		return name
	}
	return unknownText(head)
}
