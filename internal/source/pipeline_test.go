package source

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/workload"
)

// outline writes down all that a reading leaves.
func outline(t testing.TB, l *logged) string {
	t.Helper()
	type group struct {
		Text, Database             string
		Calls, Fetches, Exec, Plan int64
		Samples                    []workload.Sample
		Wild                       [workload.MaxParams]int64
		Seen                       int64
	}
	groups := map[string]group{}
	for _, g := range l.w.Groups {
		x := g.Totals.Of(workload.SourceLog)
		groups[fmt.Sprint(g.Key)] = group{g.Text, g.Database, x.Calls, x.Fetches, x.ExecUS, x.PlanUS, g.Samples, g.LeadingWild, g.ParamsSeen}
	}
	events := make([]workload.Event, len(l.events))
	for i, e := range l.events {
		e.Group, e.Context, e.Session = 0, 0, 0 // numbers follow the workers
		events[i] = e
	}
	b, err := json.MarshalIndent([]any{l.w.Inputs, groups, events, l.texts, l.w.Sessions, len(l.w.Contexts)}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// damaged has everything that a block boundary could fall into.
func damaged() map[string]string {
	long := strings.Repeat("x, ", 60000)
	stderr := strings.Join([]string{
		"\tthe end of a record", "2026-11-23 08:00:00.001 UTC [1] DETAIL:  parameters: $1 = '1'", "noise", "\tmore noise", "",
		"2026-11-23 08:00:00.002 UTC [1] LOG:  duration: 1.000 ms  statement: SELECT a", "\tFROM b", "", "\t\tWHERE c = 'x", "\t2026-11-23 08:00:00.001 UTC [1] LOG:  duration: 99999.000 ms  statement: SELECT evil'",
		"2026-11-23 08:00:00.003 UTC [2] LOG:  duration: 2.000 ms  execute s: SELECT * FROM t WHERE a LIKE $1 LIMIT $2",
		"2026-11-23 08:00:00.003 UTC [2] DETAIL:  parameters: $1 = '%x", "\t', $2 = '7'",
		"2026-11-23 08:00:00.004 UTC [3] LOG:  duration: 3.000 ms  statement: SELECT " + long + "1",
		"2026-11-23 08:00:00.005 UTC [3] LOG:  statement: SELECT 1 -- \r", "2026-11-23 08:00:00.005 UTC [3] LOG:  duration: 4.000 ms\r",
		"2026-11-23 08:00:00.006 UTC [4] LOG:  duration: 5.000 ms  statement: INSERT INTO t VALUES (1)" + strings.Repeat("\n\t, (2)", 30000),
		"2026-11-23 08:00:00.006 UTC [4] DETAIL:  lost", "garbage " + long, "\tstill garbage",
		"2026-11-23 08:00:00.007 UTC [4] ERROR:  oops", "2026-11-23 08:00:00.007 UTC [4] STATEMENT:  SELECT", "\tx",
		"2026-11-23 08:00:00.008 UTC [5] LOG:  duration: 6.000 ms  execute s: SELECT $1",
		"2026-11-23 08:00:00.008 UTC [5] DETAIL:  parameters: $1 = '" + long + "'",
		"2026-11-23 08:00:00.009 UTC [5] LOG:  duration: 7.000 ms  statement: SELECT half",
	}, "\n")
	row := func(pid int, message, detail string) string {
		q := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
		return fmt.Sprintf(`2026-11-23 08:00:00.00%d UTC,"u","d",%d,"[local]",6b03f8cf.423%d,1,"SELECT",2026-11-23 08:00:00 UTC,3/64,0,LOG,00000,%s,%s,,,,,,,,"app","client backend",,1`, pid, pid, pid, q(message), q(detail))
	}
	csv := strings.Join([]string{
		`FROM b",,,,,,,,,"app","client backend",,1`,
		row(1, "duration: 1.000 ms  statement: SELECT \"a\"\n2026-11-23 08:00:00.001 UTC,\"u\",\"d\",1,", ""),
		row(2, "duration: 2.000 ms  statement: SELECT "+long, ""),
		row(3, "duration: 3.000 ms  execute s: SELECT $1", "parameters: $1 = '"+long+"'"),
		row(4, "duration: 4.000 ms  statement: SELECT 1", "")[:150],
		row(5, "duration: 5.000 ms  statement: SELECT\n\n5", ""), "", "noise", "noise, " + long,
		row(6, "duration: 6.000 ms  statement: SELECT 6", "")[:60],
		row(7, "statement: SELECT 7", ""), row(7, "duration: 7.000 ms", "") + "\r",
		row(8, "duration: 8.000 ms  statement: SELECT 'half of it", "")[:190],
	}, "\n")
	object := func(pid int, message string) string {
		m, _ := json.Marshal(message)
		return fmt.Sprintf(`{"timestamp":"2026-11-23 08:00:00.00%d UTC","user":"u","dbname":"d","pid":%d,"session_id":"6b03f8cf.423%d","error_severity":"LOG","message":%s,"application_name":"a","query_id":-9223372036854775807}`, pid, pid, pid, m)
	}
	jsonl := strings.Join([]string{
		`"message":"x"}`, object(1, "duration: 1.000 ms  statement: SELECT \"a\"\n\t'\u00e9\U0001F600'"), "", "noise", object(2, "duration: 2.000 ms  statement: SELECT "+long),
		object(3, "statement: SELECT 3"), object(3, "duration: 3.000 ms")[:100], object(3, "duration: 3.500 ms"), `{"timestamp":`,
		"{\"message\":\"caf\xe9\",\"error_severity\":\"LOG\"}", object(4, "duration: 4.000 ms  statement: SELECT 'half")[:200],
	}, "\n")
	return map[string]string{"stderr": stderr, "csvlog": csv, "jsonlog": jsonl}
}

func TestLog_doesNotDependOnHowTheInputIsCut(t *testing.T) {
	for format, content := range damaged() {
		for _, maxStatement := range []int{1 << 20, 3000} {
			o := Options{Format: format, MaxStatement: maxStatement, Jobs: 1, blockSize: 64 << 20}
			if format == "stderr" {
				o.Prefix = "%m [%p] "
			}
			want := outline(t, readLog(t, o, content))
			for _, jobs := range []int{1, 3} {
				for _, size := range []int{1, 61, 1000, 4099, 70000} {
					if size == 1 && jobs == 3 || size == 1 && maxStatement > 3000 {
						continue // slow, and says nothing new
					}
					o.Jobs, o.blockSize = jobs, size
					if got := outline(t, readLog(t, o, content)); got != want {
						t.Errorf("%s, statements of %d bytes, %d workers, blocks of %d bytes:\n%s", format, maxStatement, jobs, size, difference(want, got))
					}
				}
			}
		}
	}
}

func TestLog_samplesDoNotDependOnHowTheyAreCut(t *testing.T) {
	for _, name := range []string{"default.log", "rds.log", "bare.csv.gz", "version17.json.gz", "plans.log.gz", "mixed.log"} {
		want := outline(t, readLogFile(t, Options{Jobs: 1}, name))
		for _, o := range []Options{{Jobs: 4, blockSize: 500}, {Jobs: 2, blockSize: 3001}} {
			if got := outline(t, readLogFile(t, o, name)); got != want {
				t.Errorf("%s, blocks of %d bytes:\n%s", name, o.blockSize, difference(want, got))
			}
		}
	}
}

// difference is the first line in which two texts differ, and what stands
// around it.
func difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			from := max(0, i-8)
			return shorten(strings.Join(w[from:min(len(w), i+3)], "\n")) + "\n--- but got\n" + shorten(strings.Join(g[from:min(len(g), i+3)], "\n"))
		}
	}
	return fmt.Sprintf("%d lines, but got %d", len(w), len(g))
}

func shorten(s string) string { return s[:min(len(s), 1500)] }

func TestLog_damageIsCountedAndCostsItselfOnly(t *testing.T) {
	want := map[string]string{
		"stderr":  "executions=7 errors=1 unreadable=6 truncated=1",
		"csvlog":  "executions=6 unreadable=5 truncated=1",
		"jsonlog": "executions=4 unreadable=4 truncated=1",
	}
	for format, content := range damaged() {
		o := Options{Format: format}
		if format == "stderr" {
			o.Prefix = "%m [%p] "
		}
		l := readLog(t, o, content)
		if got := l.coverage(); got != want[format] {
			t.Errorf("%s: %s, want %s\n%s", format, got, want[format], shorten(strings.Join(l.lines, "\n")))
		}
		if in := l.w.Inputs[0]; in.Bytes != int64(len(content)) || in.Lines != int64(strings.Count(content, "\n")+1) {
			t.Errorf("%s: %d bytes, %d lines; want %d, %d", format, in.Bytes, in.Lines, len(content), strings.Count(content, "\n")+1)
		}
	}
}

// endless is a record of which only the beginning matters.
type endless struct {
	begin, middle, end string
	n                  int // how often middle comes
	rest               string
}

func (e *endless) Read(p []byte) (int, error) {
	for e.rest == "" {
		switch {
		case e.begin != "":
			e.rest, e.begin = e.begin, ""
		case e.n > 0:
			e.rest = e.middle
			e.n--
		case e.end != "":
			e.rest, e.end = e.end, ""
		default:
			return 0, io.EOF
		}
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

func TestLog_aLineOf100MBIsCutAndTheNextRecordIsRead(t *testing.T) {
	const head = "2026-11-23 08:00:00.001 UTC [7] LOG:  duration: 1.000 ms  statement: SELECT 'first';\n"
	src := &endless{
		begin:  head + "2026-11-23 08:00:00.002 UTC [7] LOG:  duration: 2.000 ms  statement: INSERT INTO t VALUES (0)",
		middle: strings.Repeat(", (1234567)", 1000), n: 9091,
		end: "\n2026-11-23 08:00:00.003 UTC [7] LOG:  duration: 3.000 ms  statement: SELECT 'last';\n",
	}
	l := &logged{}
	agg := workload.NewAggregator(workload.Limits{}, l)
	if err := Read(context.Background(), []string{"-"}, Options{Stdin: src, MaxStatement: 10_000}, agg); err != nil {
		t.Fatal(err)
	}
	l.w = agg.Workload()
	if got, want := l.coverage(), "executions=3 truncated=1"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, text := range l.texts {
		if len(text) > 10_000 {
			t.Errorf("a text of %d bytes was kept", len(text))
		}
	}
	if in := l.w.Inputs[0]; in.Lines != 3 || in.Bytes < 100_000_000 {
		t.Errorf("%d lines, %d bytes", in.Lines, in.Bytes)
	}
	if e := l.events[2]; e.Line != 3 || e.Dur != 3000 {
		t.Errorf("the record after it: line %d, %d µs", e.Line, e.Dur)
	}
}

// stuck gives what it has and then blocks, like a pipe whose writer lives on.
type stuck struct {
	r    io.Reader
	read chan struct{} // closed when all was read
	once bool
}

func (s *stuck) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if n > 0 || err == nil {
		return n, nil
	}
	if !s.once {
		s.once = true
		close(s.read)
	}
	select {}
}

func TestLog_cancellingKeepsWhatWasRead(t *testing.T) {
	content, err := os.ReadFile("testdata/logs/default.log")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	src := &stuck{r: strings.NewReader(string(content)), read: make(chan struct{})}
	go func() {
		<-src.read
		cancel()
	}()
	agg := workload.NewAggregator(workload.Limits{})
	r := &reading{ctx: ctx, o: Options{Jobs: 2, blockSize: 1000}.withDefaults(), agg: agg}
	in := &workload.Input{}
	if err := r.log(in, bufio.NewReader(src), &stderrReader{prefix: compilePrefix("%m [%p] ")}); err != nil {
		t.Fatal(err)
	}
	agg.Workload()
	if in.Bytes > int64(len(content)) || in.Lines > 230 {
		t.Errorf("%d bytes, %d lines", in.Bytes, in.Lines)
	}
}
