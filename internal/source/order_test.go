package source

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/workload"
)

// readPaths is what an observer of several inputs saw, with the file that each
// execution stands in, as it lies below the folder.
func readPaths(t testing.TB, o Options, folder string, args ...string) string {
	t.Helper()
	l := &logged{}
	agg := workload.NewAggregator(workload.Limits{}, l)
	if err := Read(context.Background(), args, o, agg); err != nil {
		t.Fatal(err)
	}
	w := agg.Workload()
	var b strings.Builder
	for i, e := range l.events {
		path, _ := filepath.Rel(folder, w.Inputs[e.Input].Path)
		fmt.Fprintf(&b, "%s:%d session %d, %d µs %s\n", path, e.Line, e.Session, e.Dur, l.texts[i])
	}
	for _, in := range w.Inputs {
		path, _ := filepath.Rel(folder, in.Path)
		fmt.Fprintf(&b, "%s %s %d executions, %d records, %d unreadable, %v\n", path, in.Format, in.Executions, in.Records, in.Unreadable, in.Notes)
	}
	return b.String()
}

// stderrAt writes statements of one session, one every nine seconds from a time on.
func stderrAt(from string, pid int, texts ...string) string {
	var b strings.Builder
	for i, text := range texts {
		fmt.Fprintf(&b, "2026-11-23 %s:%02d.000 UTC [%d] app@shop LOG:  duration: 1.000 ms  statement: %s\n", from, 9*i, pid, text)
	}
	return b.String()
}

func zipped(t testing.TB, members ...[2]string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range members {
		w, err := z.Create(m[0])
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(m[1]))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func writeFiles(t testing.TB, files map[string]string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	for name, content := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// Each case lists the executions as FILE:SESSION:TEXT, in the order in which
// they must be seen.
func TestRead_rotatedFilesComeInTheOrderOfTheirFirstTime(t *testing.T) {
	first, second, third := stderrAt("08:00", 7, "SELECT 1", "SELECT a FROM t"), stderrAt("09:00", 7, "SELECT b FROM t"), stderrAt("10:00", 7, "SELECT c FROM t")
	docker := func(lines string) string {
		var b strings.Builder
		for line := range strings.Lines(lines) {
			fmt.Fprintf(&b, `{"log":%q,"stream":"stderr","time":"2026-11-23T08:00:00Z"}`+"\n", line)
		}
		return b.String()
	}
	csv := func(at, text string) string {
		return fmt.Sprintf(`2026-11-23 %s:00.000 UTC,"app","shop",7,"[local]",6b03f8cf.7,1,"SELECT",2026-11-23 07:00:00 UTC,3/64,0,LOG,00000,"duration: 1.000 ms  statement: %s",,,,,,,,,"web","client backend",,0`+"\n", at, text)
	}
	json := func(at, text string) string {
		return fmt.Sprintf(`{"timestamp":"2026-11-23 %s:00.000 UTC","user":"app","dbname":"shop","pid":7,"session_id":"6b03f8cf.7","line_num":1,"error_severity":"LOG","message":"duration: 1.000 ms  statement: %s"}`+"\n", at, text)
	}
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"named newest first": {
			map[string]string{"postgresql.log": third, "postgresql.log.1": second, "postgresql.log.2": first},
			"postgresql.log.2:0:SELECT 1, postgresql.log.2:0:SELECT a FROM t, postgresql.log.1:0:SELECT b FROM t, postgresql.log:0:SELECT c FROM t",
		},
		"the older ones compressed": {
			map[string]string{"postgresql.log": third, "postgresql.log.1": second, "postgresql.log.2.gz": gzipped(first)},
			"postgresql.log.2.gz:0:SELECT 1, postgresql.log.2.gz:0:SELECT a FROM t, postgresql.log.1:0:SELECT b FROM t, postgresql.log:0:SELECT c FROM t",
		},
		"wrapped": {
			map[string]string{"a-json.log": docker(third), "a-json.log.1": docker(second)},
			"a-json.log.1:0:SELECT b FROM t, a-json.log:0:SELECT c FROM t",
		},
		"named by the day of the week": {
			map[string]string{"postgresql-Mon.csv": csv("08:00", "SELECT a FROM t"), "postgresql-Fri.csv": csv("09:00", "SELECT b FROM t")},
			"postgresql-Mon.csv:0:SELECT a FROM t, postgresql-Fri.csv:0:SELECT b FROM t",
		},
		"jsonlog": {
			map[string]string{"b.json": json("08:00", "SELECT a FROM t"), "a.json": json("09:00", "SELECT b FROM t")},
			"b.json:0:SELECT a FROM t, a.json:0:SELECT b FROM t",
		},
		"files of an archive": {
			map[string]string{"all.zip": zipped(t, [2]string{"a.log", second}, [2]string{"b.log", first})},
			"all.zip/b.log:0:SELECT 1, all.zip/b.log:0:SELECT a FROM t, all.zip/a.log:0:SELECT b FROM t",
		},
		"an archive among files": {
			map[string]string{"old.zip": zipped(t, [2]string{"a.log", first}), "a.log": second},
			"old.zip/a.log:0:SELECT 1, old.zip/a.log:0:SELECT a FROM t, a.log:0:SELECT b FROM t",
		},
		"a file that begins in the middle of a statement with a time in it": {
			map[string]string{"a.log": "\t2001-01-01 00:00:00.000 UTC [7] app@shop LOG:  duration: 9.000 ms  statement: SELECT 9\n" + second, "b.log": first},
			"b.log:0:SELECT 1, b.log:0:SELECT a FROM t, a.log:0:SELECT b FROM t",
		},
		"two servers that wrote at the same time stay two": {
			map[string]string{
				"a/pg.log": stderrAt("09:00", 7, "SELECT b FROM t"), "a/pg.log.1": stderrAt("08:00", 7, "SELECT a FROM t", "SELECT 1"),
				"b/pg.log": stderrAt("09:00", 7, "SELECT d FROM t"), "b/pg.log.1": stderrAt("08:00", 7, "SELECT c FROM t", "SELECT 1"),
			},
			"a/pg.log.1:0:SELECT a FROM t, a/pg.log.1:0:SELECT 1, b/pg.log.1:1:SELECT c FROM t, b/pg.log.1:1:SELECT 1, a/pg.log:0:SELECT b FROM t, b/pg.log:1:SELECT d FROM t",
		},
		"also in one folder": {
			map[string]string{
				"db1.log": stderrAt("09:00", 7, "SELECT b FROM t"), "db1.log.1": stderrAt("08:00", 7, "SELECT a FROM t", "SELECT 1"),
				"db2.log": stderrAt("09:00", 7, "SELECT d FROM t"), "db2.log.1.gz": gzipped(stderrAt("08:00", 7, "SELECT c FROM t", "SELECT 1", "SELECT 1")),
			},
			"db1.log.1:0:SELECT a FROM t, db1.log.1:0:SELECT 1, db2.log.1.gz:1:SELECT c FROM t, db2.log.1.gz:1:SELECT 1, db2.log.1.gz:1:SELECT 1, db1.log:0:SELECT b FROM t, db2.log:1:SELECT d FROM t",
		},
	} {
		folder := writeFiles(t, c.files)
		var got []string
		for line := range strings.Lines(readPaths(t, Options{}, folder, folder)) {
			var session int
			place, rest, ok := strings.Cut(line, " session ")
			if !ok {
				continue
			}
			fmt.Sscanf(rest, "%d", &session)
			_, text, _ := strings.Cut(strings.TrimSpace(rest), "µs ")
			got = append(got, fmt.Sprintf("%s:%d:%s", place[:strings.LastIndexByte(place, ':')], session, text))
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, s, c.want)
		}
	}
}

// Whatever the order in which rotated files are named: the same is read.
func TestRead_anyOrderOfRotatedFilesReadsTheSame(t *testing.T) {
	files := map[string]string{}
	for i := range 6 {
		content := ""
		for pid := range 3 {
			content += stderrAt(fmt.Sprintf("%02d:%02d", 8+i, pid), 10+pid, "BEGIN", "SELECT a FROM t WHERE id = 1", "SELECT a FROM t WHERE id = 2", "COMMIT")
		}
		name := fmt.Sprintf("pg.log.%d", 6-i)
		if i%2 == 1 {
			name, content = name+".gz", gzipped(content)
		}
		files[name] = content
	}
	folder := writeFiles(t, files)
	var args []string
	for name := range files {
		args = append(args, filepath.Join(folder, name))
	}
	want := readPaths(t, Options{}, folder, args...)
	if n := strings.Count(want, " session "); n != 72 {
		t.Fatalf("%d executions, want 72:\n%s", n, want)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		random.Shuffle(len(args), func(i, j int) { args[i], args[j] = args[j], args[i] })
		if got := readPaths(t, Options{}, folder, args...); got != want {
			t.Fatalf("%v\ngot  %s\nwant %s", args, got, want)
		}
	}
}

// A file that is named twice, by a folder, a glob or a link too, is read once.
func TestRead_whatIsNamedTwiceIsReadOnce(t *testing.T) {
	folder := writeFiles(t, map[string]string{"logs/a.log": stderrAt("08:00", 7, "SELECT a FROM t"), "other/b.log": stderrAt("09:00", 7, "SELECT b FROM t")})
	path := func(name string) string { return filepath.Join(folder, name) }
	for link, to := range map[string]string{"logs/current.log": path("logs/a.log"), "logs/b.log": path("other/b.log"), "logs/gone.log": path("nothing"), "link": path("logs")} {
		if err := os.Symlink(to, path(link)); err != nil {
			t.Skip(err)
		}
	}
	for _, args := range []string{"logs", "link", "logs logs/a.log", "logs/*.log other/b.log"} {
		var named []string
		for arg := range strings.FieldsSeq(args) {
			if named = append(named, path(arg)); strings.Contains(arg, "*") {
				if err := os.Remove(path("logs/gone.log")); err != nil { // a glob finds a link without its file
					t.Fatal(err)
				}
			}
		}
		got := readPaths(t, Options{}, folder, named...)
		if n := strings.Count(got, " session "); n != 2 || !strings.Contains(got, "it was named more than once, and is read once") {
			t.Errorf("%s: %d executions, want 2\n%s", args, n, got)
		}
	}
}
