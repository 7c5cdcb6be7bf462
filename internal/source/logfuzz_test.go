package source

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/workload"
)

// seeds are pieces of the samples: their first lines, and all of the small ones.
func seeds(f *testing.F, names ...string) {
	f.Helper()
	for _, name := range names {
		content, err := os.ReadFile("testdata/logs/" + name)
		if err != nil {
			f.Fatal(err)
		}
		if strings.HasSuffix(name, ".gz") {
			z, err := gzip.NewReader(bytes.NewReader(content))
			if err != nil {
				f.Fatal(err)
			}
			if content, err = io.ReadAll(z); err != nil {
				f.Fatal(err)
			}
		}
		f.Add(content[:min(len(content), 4000)])
	}
}

// sameHoweverCut reads content whole and in small blocks, and checks what must
// hold for any input.
func sameHoweverCut(t *testing.T, o Options, content []byte) {
	t.Helper()
	o.MaxStatement = 100
	o.Jobs, o.blockSize = 1, 1<<20
	whole := readLog(t, o, string(content))
	o.Jobs, o.blockSize = 2, 100
	cut := readLog(t, o, string(content))
	if want, got := outline(t, whole), outline(t, cut); want != got {
		t.Errorf("in small blocks:\n%s", difference(want, got))
	}
	c := &whole.w.Inputs[0].Coverage
	if c.Bytes != int64(len(content)) {
		t.Errorf("%d bytes, want %d", c.Bytes, len(content))
	}
	if n := int64(len(whole.events)); n > c.Executions || c.Executions > c.Records {
		t.Errorf("%d executions were shown, %d counted, in %d records", n, c.Executions, c.Records)
	}
	var calls int64
	for _, g := range whole.w.Groups {
		calls += g.Totals.Of(workload.SourceLog).Calls + g.Totals.Of(workload.SourceLog).Fetches
	}
	if calls != int64(len(whole.events)) {
		t.Errorf("%d calls in groups, %d events", calls, len(whole.events))
	}
}

func FuzzStderr(f *testing.F) {
	seeds(f, "default.log", "rds.log", "bare.log", "injection.log", "mixed.log", "plans.log.gz", "version17.log.gz")
	f.Add([]byte(damaged()["stderr"][:2000]))
	f.Add([]byte("2026-11-23 08:00:00.001 UTC [1] x LOG:  duration: 9.000 ms  statement: S ' LOG:  duration: 0.179 ms  statement: S\n\t'\n" +
		"2026-11-23 08:00:00.001 UTC [1] x LOG:  y DETAIL:  z\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, setting := range []string{"%m [%p] ", "%m [%p] %q%a "} {
			sameHoweverCut(t, Options{Format: "stderr", Prefix: setting}, append([]byte("2026-11-23 08:00:00.001 UTC [1] LOG:  x\n"), content...))
		}
	})
}

func FuzzCSVLog(f *testing.F) {
	seeds(f, "default.csv", "injection.csv", "berlin.csv", "plans.csv.gz")
	f.Add([]byte(damaged()["csvlog"][:2000]))
	f.Fuzz(func(t *testing.T, content []byte) { sameHoweverCut(t, Options{Format: "csvlog"}, content) })
}

func FuzzJSONLog(f *testing.F) {
	seeds(f, "default.json.gz", "injection.json", "berlin.json")
	f.Add([]byte(damaged()["jsonlog"][:2000]))
	f.Fuzz(func(t *testing.T, content []byte) {
		sameHoweverCut(t, Options{Format: "jsonlog"}, content)
		for _, line := range bytes.Split(content, []byte{'\n'}) {
			sameAsOracle(t, line)
		}
	})
}

func FuzzMessage(f *testing.F) {
	f.Add("duration: 4.484 ms  execute S_1/C_2: SELECT $1", "parameters: $1 = 'o''brien', $2 = NULL")
	f.Add("duration: 4.484 ms  plan:\nQuery Text: SELECT 1\nQuery Parameters: $1 = '1'\nResult  (cost=0.00..0.01 rows=1 width=4)", "")
	f.Add("duration: 4.484 ms  plan:\n{\"Query Text\": \"SELECT \\u0031\", \"Plan\":", "")
	f.Add("durée : 4.484 ms  exécute S_1/C_2 : SELECT $1", "paramètres : $1 = '1'")
	f.Add("duration: 4.484 ms  statement: EXECUTE x(1, 'a')", "prepare: PREPARE x(int) AS SELECT $1")
	f.Fuzz(func(t *testing.T, text, detail string) {
		m := readMessage([]byte(text))
		if m.dur < 0 || !strings.HasSuffix(text, string(m.text)) {
			t.Errorf("%q: %d µs, text %q", text, m.dur, m.text)
		}
		for _, l := range languages() {
			if m := l.message([]byte(text)); m.dur < 0 || !strings.HasSuffix(text, string(m.text)) {
				t.Errorf("%s: %q: %d µs, text %q", l.Name, text, m.dur, m.text)
			}
		}
		readPlan(m.text)
		prepareBody(m.text)
		readPrepared([]byte(detail), nil)
		var v values
		v.readArguments(m.text)
		v.readParameters([]byte(detail), nil)
		for _, x := range v.list {
			if !strings.Contains(detail, string(x.text)) {
				t.Errorf("%q holds no %q", detail, x.text)
			}
		}
		if n := len(v.hashes(nil)); n > workload.MaxParams || n > len(v.list) {
			t.Errorf("%d hashes of %d values", n, len(v.list))
		}
	})
}

func FuzzPrefix(f *testing.F) {
	for _, p := range knownPrefixes {
		f.Add(p, "2026-11-23 08:26:55.052 UTC [16940] me@shop LOG:  x")
	}
	f.Add("%-12u%a%d|%c%v%%%q%z%", "a b c|LOG:  duration: 1.000 ms LOG:  x")
	f.Fuzz(func(t *testing.T, setting, line string) {
		m := matcher{p: compilePrefix(setting)}
		if m.match([]byte(line)) && (m.head.text > len(line) || m.head.severity == sevNone) {
			t.Errorf("%q on %q: %+v", setting, line, m.head)
		}
		r := &reading{}
		if p, rate := r.prefix([]byte(line + "\n" + setting)); p != nil && (rate <= 0 || rate > 1) {
			t.Errorf("%q: %q matches %v", line, p.text, rate)
		}
	})
}
