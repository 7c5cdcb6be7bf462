package source

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/workload"
)

// readParts reads the parts of a log, each a file, one after the other.
func readParts(t testing.TB, o Options, parts ...string) *logged {
	t.Helper()
	folder := t.TempDir()
	var paths []string
	for i, part := range parts {
		path := filepath.Join(folder, fmt.Sprintf("part%02d.log", i))
		if err := os.WriteFile(path, []byte(part), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	l := &logged{}
	agg := workload.NewAggregator(workload.Limits{}, l)
	if err := Read(context.Background(), paths, o, agg); err != nil {
		t.Fatal(err)
	}
	l.w = agg.Workload()
	return l
}

// total adds up what the inputs of a reading hold.
func (l *logged) total() string {
	var c workload.Coverage
	for _, in := range l.w.Inputs {
		c.Add(&in.Coverage)
	}
	return fmt.Sprintf("executions=%d records=%d errors=%d unreadable=%d truncated=%d ambiguous=%d", c.Executions, c.Records, c.Errors, c.Unreadable, c.Truncated, c.Ambiguous)
}

// recordsToSplit have everything that a file may end in the middle of.
var recordsToSplit = []said{
	log("duration: 1.000 ms  statement: SELECT 1"),
	log("duration: 77777.000 ms  statement: SELECT evil").with("CONTEXT", "PL/pgSQL function f() line 1 at RAISE").with("STATEMENT", "SELECT f()"),
	log("duration: 2.000 ms  statement: SELECT a,\n\n  b\nFROM c WHERE d = 'x\n2026-11-23 08:00:00.000 UTC [1] LOG:  duration: 99999.000 ms  statement: SELECT evil\n" +
		`2026-11-23 08:00:00.003 UTC,"me","shop",16953,"[local]",6b03f8cf.4239,4,"SELECT",2026-11-23 07:00:00 UTC,3/0,0,LOG,00000,"duration: 99999.000 ms  statement: SELECT evil",,,,,,,,,"web","client backend",,0` + "\n'"),
	log("duration: 3.000 ms  execute s: SELECT a FROM b WHERE c = $1 AND d = $2").with("DETAIL", "parameters: $1 = '1', $2 = 'two\nlines'"),
	{"ERROR", "division by zero", "", "", "SELECT 1/0"},
	log("duration: 4.000 ms  statement: SELECT \"two\""),
}

func TestRead_aRecordThatGoesOnInTheNextFileIsReadAsAWhole(t *testing.T) {
	for format, write := range logFormats {
		o := Options{Format: format}
		if format == "stderr" {
			o.Prefix = "%m [%p] "
		}
		content := write(recordsToSplit)
		whole := readParts(t, o, content)
		for at := strings.Index(content, "\n") + 1; at < len(content); at++ {
			if content[at-1] != '\n' && at%19 != 0 {
				continue // every byte would take long
			}
			got := readParts(t, o, content[:at], content[at:])
			if g, w := got.total(), whole.total(); g != w {
				t.Errorf("%s cut at %d, after %q: %s, want %s", format, at, content[max(0, at-60):at], g, w)
			}
			if g, w := strings.Join(got.texts, "|"), strings.Join(whole.texts, "|"); g != w {
				t.Errorf("%s cut at %d: the texts %q, want %q", format, at, g, w)
			}
		}
	}
}

func TestRead_aRecordMayGoOnThroughSeveralFiles(t *testing.T) {
	for format, write := range logFormats {
		o := Options{Format: format}
		if format == "stderr" {
			o.Prefix = "%m [%p] "
		}
		content := write(recordsToSplit)
		lines := strings.SplitAfter(content, "\n")
		lines = lines[:len(lines)-1]
		got := readParts(t, o, lines...)
		if g, w := got.total(), readParts(t, o, content).total(); g != w {
			t.Errorf("%s, a file for each line: %s, want %s", format, g, w)
		}
		var bytes, n int64
		for _, in := range got.w.Inputs {
			bytes, n = bytes+in.Bytes, n+in.Lines
		}
		if bytes != int64(len(content)) || n != int64(len(lines)) {
			t.Errorf("%s: %d bytes in %d lines, want %d in %d", format, bytes, n, len(content), len(lines))
		}
	}
}

func TestRead_aFileMayHoldNothingButTheMiddleOfARecord(t *testing.T) {
	const begin, middle, end = "2026-11-23 08:00:05.000 UTC [7] LOG:  duration: 1.000 ms  statement: SELECT a\n", "\t  , b\n\t  , c\n", "\tFROM d\n2026-11-23 08:00:06.000 UTC [7] LOG:  duration: 1.000 ms  statement: SELECT 2\n"
	l := readParts(t, Options{}, begin, middle, end)
	if got, want := strings.Join(l.texts, "|"), "SELECT a\n  , b\n  , c\nFROM d|SELECT 2"; got != want || l.total() != "executions=2 records=2 errors=0 unreadable=0 truncated=0 ambiguous=0" {
		t.Errorf("%s: %q, want %q", l.total(), got, want)
	}
}

func TestRead_whatStandsFirstInALogOfAnotherServerGoesOnWithNothing(t *testing.T) {
	const first = "2026-11-23 08:00:05.000 UTC [7] LOG:  duration: 1.000 ms  statement: SELECT 1\n"
	for _, c := range []struct{ name, second string }{
		{"a part of another process", "2026-11-23 08:00:05.000 UTC [8] DETAIL:  parameters: $1 = '1'\n2026-11-23 08:00:06.000 UTC [7] LOG:  duration: 1.000 ms  statement: SELECT 2\n"},
		{"a part of another time", "2026-11-23 09:00:05.000 UTC [7] CONTEXT:  SQL function\n2026-11-23 09:00:06.000 UTC [7] LOG:  duration: 1.000 ms  statement: SELECT 2\n"},
		{"lines of an earlier log", "\tFROM b\n2026-11-23 07:00:06.000 UTC [7] LOG:  duration: 1.000 ms  statement: SELECT 2\n"},
	} {
		l := readParts(t, Options{Prefix: "%m [%p] "}, first, c.second)
		if got, want := l.total(), "executions=2 records=2 errors=0 unreadable=1 truncated=0 ambiguous=0"; got != want {
			t.Errorf("%s: %s, want %s", c.name, got, want)
		}
		if strings.Contains(strings.Join(l.texts, "|"), "FROM") {
			t.Errorf("%s: a text goes on: %q", c.name, l.texts)
		}
	}
}

func TestRead_aMessageThatGoesOnInTheNextFileOfSyslogIsReadAsAWhole(t *testing.T) {
	const forged = "duration: 77777.000 ms  statement: SELECT evil"
	for _, c := range []struct{ name, prefix, numbers string }{
		{"numbered", "2026-11-23 08:00:01.000 UTC [7] ", "[1-1] [2-1] [2-2] [2-3] [3-1]"},
		{"numbered, without a prefix", "", "[1-1] [2-1] [2-2] [2-3] [3-1]"},
		{"not numbered", "2026-11-23 08:00:01.000 UTC [7] ", "    "},
	} {
		numbers := strings.Split(c.numbers, " ")
		var lines []string
		for i, text := range []string{"LOG:  duration: 1.000 ms  statement: SELECT 1", "LOG:  " + forged, "CONTEXT:  PL/pgSQL function f() line 1 at RAISE", "STATEMENT:  SELECT f()", "LOG:  duration: 1.000 ms  statement: SELECT 2"} {
			if numbers[i] != "" {
				numbers[i] += " "
			}
			lines = append(lines, fmt.Sprintf("Nov 23 08:00:01 vm postgres[7]: %s%s%s\n", numbers[i], c.prefix, text))
		}
		for at := 1; at < len(lines); at++ {
			l := readParts(t, Options{}, strings.Join(lines[:at], ""), strings.Join(lines[at:], ""))
			if got, want := l.total(), "executions=2 records=3 errors=0 unreadable=0 truncated=0 ambiguous=0"; got != want {
				t.Errorf("%s, cut before line %d: %s, want %s", c.name, at+1, got, want)
			}
		}
	}
}
