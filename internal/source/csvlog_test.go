package source

import (
	"encoding/csv"
	"io"
	"os"
	"strings"
	"testing"
)

const csvHead = `2026-11-23 08:26:55.547 UTC,"postgres","app",16953,"[local]",6b03f8cf.4239,85,"SELECT",2026-11-23 08:26:55 UTC,3/64,0,LOG,00000,`

func TestCSV_readsTheRowsOfEveryVersion(t *testing.T) {
	for _, c := range []struct{ name, row string }{
		{"up to 12: 23 columns", csvHead + `"duration: 1.000 ms  statement: SELECT ""a""",,,,,,,,,"psql"`},
		{"13: 24 columns", csvHead + `"duration: 1.000 ms  statement: SELECT ""a""",,,,,,,,,"psql","client backend"`},
		{"since 14: 26 columns", csvHead + `"duration: 1.000 ms  statement: SELECT ""a""",,,,,,,,,"psql","client backend",,-1735631653796798968`},
		{"14 columns", csvHead + `"duration: 1.000 ms  statement: SELECT ""a"""`},
		{"later columns", csvHead + `"duration: 1.000 ms  statement: SELECT ""a""",,,,,,,,,"psql","client backend",,1,"new",,7`},
		{"quoted times and numbers", strings.NewReplacer(`2026-11-23 08:26:55.547 UTC`, `"2026-11-23 08:26:55.547 UTC"`, `16953`, `"16953"`).Replace(csvHead) + `"duration: 1.000 ms  statement: SELECT ""a""",,,,,,,,,"psql"`},
		{"CRLF", csvHead + `"duration: 1.000 ms  statement: SELECT ""a""",,,,,,,,,"psql"` + "\r"},
	} {
		l := readLog(t, Options{}, c.row+"\n"+c.row+"\n")
		if got := strings.Join(l.lines, "\n"); got != "1: 1000 µs SELECT \"a\"\n2: 1000 µs SELECT \"a\"" {
			t.Errorf("%s: %s (%s)", c.name, got, l.coverage())
			continue
		}
		want := "psql"
		if !strings.Contains(c.row, want) {
			want = ""
		}
		x := l.w.Contexts[l.events[0].Context]
		if x.App != want || x.User != "postgres" || x.Database != "app" || l.w.Session(l.events[0].Session) != "6b03f8cf.4239" || l.events[0].Vxid == 0 {
			t.Errorf("%s: %+v in session %s", c.name, x, l.w.Session(l.events[0].Session))
		}
	}
}

func TestCSV_readsColumnsByTheirPlace(t *testing.T) {
	for _, c := range []struct{ name, rest, want string }{
		{"line breaks stand as they are", "\"duration: 1.000 ms  statement: SELECT a,\n\tb\n\nFROM c\",,,,,,,,,\"\"", "executions=1"},
		{"a detail", `"duration: 1.000 ms  execute s: SELECT $1","parameters: $1 = 'a ""b""'",,,,,,,,""`, "executions=1"},
		{"a context makes a plan nested", "\"duration: 1.000 ms  plan:\nQuery Text: SELECT 1\nResult  (cost=0.00..0.01 rows=1 width=4)\",,,,,\"SQL statement \"\"SELECT 1\"\"\",,,,\"\"", "plans=1 nested=1"},
		{"a context makes a duration forged", `"duration: 77777.000 ms  statement: SELECT x",,,,,"PL/pgSQL function f() line 1 at RAISE","SELECT f()",,,""`, ""},
		{"a statement makes a duration forged", `"duration: 77777.000 ms  statement: SELECT x",,,,,,"SELECT f()",,,""`, ""},
		{"a row inside a string is text", "\"duration: 1.000 ms  statement: SELECT '\n2026-11-23 08:26:55.547 UTC,,,16953,,6b03f8cf.4239,85,,2026-11-23 08:26:55 UTC,,0,LOG,00000,\"\"duration: 9999.000 ms  statement: S\"\",,,,,,,,,\"\"\"\"\n'\",,,,,,,,,\"\"", "executions=1"},
	} {
		l := readLog(t, Options{Format: "csvlog"}, csvHead+c.rest+"\n")
		if got := l.coverage(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if l.w.Inputs[0].MaxUS > 1000 {
			t.Errorf("%s: a forged duration was believed", c.name)
		}
	}
}

func TestCSV_agreesWithTheStandardReader(t *testing.T) {
	for _, name := range []string{"default.csv", "injection.csv", "berlin.csv"} {
		content, err := os.ReadFile("testdata/logs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		oracle := csv.NewReader(strings.NewReader(string(content)))
		rest := append([]byte(nil), content...)
		for n := 1; ; n++ {
			want, err := oracle.Read()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			var row csvRow
			end, state := row.read(rest)
			if state != rowWhole || row.n != len(want) {
				t.Fatalf("%s, row %d: state %d, %d fields, want %d", name, n, state, row.n, len(want))
			}
			for i := range want {
				if got := string(row.field(i)); got != want[i] {
					t.Errorf("%s, row %d, field %d: %q, want %q", name, n, i, got, want[i])
				}
			}
			rest = rest[end:]
		}
		if len(rest) > 0 {
			t.Errorf("%s: %d bytes are left over", name, len(rest))
		}
	}
}

func TestDetect_theLinesOfALogVote(t *testing.T) {
	csvRow := csvHead + `"statement: SELECT 1",,,,,,,,,""`
	object := `{"timestamp":"2026-11-23 08:26:55.547 UTC","pid":1,"error_severity":"LOG","message":"statement: SELECT 1"}`
	plain := "2026-11-23 08:26:55.547 UTC [1] LOG:  statement: SELECT 1"
	for _, c := range []struct {
		want  string
		lines []string
	}{
		{"csvlog", []string{csvRow}},
		{"jsonlog", []string{object}},
		{"stderr", []string{plain}},
		{"stderr", []string{"LOG:  statement: SELECT 1"}},
		{"csvlog", []string{`FROM b",,,,,,,,,""`, csvRow}},
		{"jsonlog", []string{`,"message":"x"}`, object}},
		{"stderr", []string{"\tFROM b", "noise", plain}},
		{"stderr", []string{plain, plain, csvRow, object}},
		{"csvlog", []string{plain, csvRow, csvRow}},
		{"sql", []string{"SELECT 'LOG: x' FROM a;"}},
		{"sql", strings.Split("-- ERROR:  x\n"+strings.Repeat("SELECT 1;\n", 60), "\n")},
		{"unknown", []string{"2026-11-23 INFO starting", "duration: 5 ms"}},
		{"empty", []string{"", " "}},
	} {
		if got := detect([]byte(strings.Join(c.lines, "\n") + "\n")); got != c.want {
			t.Errorf("%q is %s, want %s", c.lines, got, c.want)
		}
	}
}
