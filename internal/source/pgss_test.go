package source

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apilint/apilint/analyzer/workload"
	"github.com/apilint/apilint/internal/source/bounded"
)

// readText reads content as one input and returns what was folded.
func readText(t testing.TB, o Options, content string) *workload.Workload {
	t.Helper()
	o.Stdin = strings.NewReader(content)
	agg := workload.NewAggregator(workload.Limits{})
	if err := Read(context.Background(), []string{"-"}, o, agg); err != nil {
		t.Fatal(err)
	}
	return agg.Workload()
}

func readSample(t testing.TB, o Options, name string) *workload.Workload {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return readText(t, o, string(content))
}

// groupOf returns the group whose text begins with prefix.
func groupOf(t testing.TB, w *workload.Workload, prefix string) *workload.Group {
	t.Helper()
	for _, g := range w.Groups {
		if strings.HasPrefix(g.Text, prefix) {
			return g
		}
	}
	t.Fatalf("no group begins with %q", prefix)
	return nil
}

func notes(w *workload.Workload) string { return strings.Join(w.Inputs[0].Notes, "\n") }

func TestPGSS_readsEveryVersionOfTheExtension(t *testing.T) {
	for _, c := range []struct {
		name, file, text string
		calls, exec, max int64
	}{
		{"1.8 of PostgreSQL 13", "pgss/pgss-1.8.csv", "drop extension", 5, 5863, 1921},
		{"1.10 of PostgreSQL 15", "pgss/pgss-1.10.csv", "drop extension", 7, 10124, 2809},
		{"1.11 of PostgreSQL 17", "pgss/pgss-1.11.csv", "UPDATE orders", 4, 400552, 400333},
	} {
		w := readSample(t, Options{}, c.file)
		in := w.Inputs[0]
		if in.Kind != "pgss" || in.Format != "pg_stat_statements" || in.Unreadable != 0 {
			t.Errorf("%s: read as %s %s, %d unreadable", c.name, in.Kind, in.Format, in.Unreadable)
		}
		g := groupOf(t, w, c.text)
		got := g.Totals.Of(workload.SourceStats)
		if got.Calls != c.calls || got.ExecUS != c.exec || got.MaxUS != c.max || !got.HasRows {
			t.Errorf("%s: %d calls, %d µs, at most %d µs; want %d, %d, %d", c.name, got.Calls, got.ExecUS, got.MaxUS, c.calls, c.exec, c.max)
		}
	}
}

func TestPGSS_readsColumnsByName(t *testing.T) {
	for _, c := range []struct{ name, csv, database string }{
		{"before 1.8", "userid,dbid,queryid,query,calls,total_time,min_time,max_time,mean_time,rows\n10,5,1,SELECT a FROM t WHERE b = $1,3,1.5,.1,1,.5,3\n", "oid:5"},
		{"1.12, columns in another order", "query,calls,wal_buffers_full,parallel_workers_launched,rows,total_exec_time,max_exec_time,dbid\nSELECT a FROM t WHERE b = $1,3,0,0,3,1.5,1,5\n", "oid:5"},
		{"only what is needed", "query,calls,total_exec_time\nSELECT a FROM t WHERE b = $1,3,1.5\n", ""},
		{"joined with pg_database", "datname,dbid,query,calls,total_exec_time,rows\napp,5,SELECT a FROM t WHERE b = $1,3,1.5,3\n", "app"},
		{"names in capitals, byte order mark, CRLF", "\xef\xbb\xbfQUERY,CALLS,TOTAL_EXEC_TIME\r\nSELECT a FROM t WHERE b = $1,3,1.5\r\n", ""},
		{"a count with a fraction", "query,calls,total_exec_time\nSELECT a FROM t WHERE b = $1,3.0,1.5\n", ""},
	} {
		w := readText(t, Options{}, c.csv)
		g := groupOf(t, w, "SELECT a")
		if got := g.Totals.Of(workload.SourceStats); got.Calls != 3 || got.ExecUS != 1500 || g.Database != c.database {
			t.Errorf("%s: %d calls, %d µs in database %q; want 3, 1500, %q", c.name, got.Calls, got.ExecUS, g.Database, c.database)
		}
		if in := w.Inputs[0]; in.Records != 1 || in.Executions != 0 || in.ExecUS != 1500 {
			t.Errorf("%s: coverage of %d records, %d executions, %d µs; want 1, 0, 1500", c.name, in.Records, in.Executions, in.ExecUS)
		}
	}
}

func TestPGSS_takesOtherDelimitersWhenTold(t *testing.T) {
	for _, delimiter := range []string{"\t", ";", "|"} {
		content := strings.ReplaceAll("query,calls,total_exec_time\nSELECT a FROM t,3,1.5\n", ",", delimiter)
		w := readText(t, Options{Format: "pgss"}, content)
		if got := groupOf(t, w, "SELECT a").Totals.Of(workload.SourceStats).Calls; got != 3 {
			t.Errorf("delimiter %q: %d calls, want 3", delimiter, got)
		}
	}
}

const statsHeader = "userid,dbid,toplevel,queryid,query,calls,total_exec_time,rows,max_exec_time\n"

func TestPGSS_countsWhatItCannotUse(t *testing.T) {
	for _, c := range []struct {
		name, rows            string
		groups                int
		unreadable, truncated int64
		note                  string
	}{
		{"a failed statement has no calls", "1,5,t,9,SELECT a FROM t,0,0,0,0\n", 0, 0, 0, "1 rows without a finished call"},
		{"other users' rows hide their text", "1,5,t,,<insufficient privilege>,4,2,0,1\n2,5,t,,<insufficient privilege>,4,2,0,1\n", 0, 0, 0, "2 rows belong to other users and hide their text: GRANT pg_read_all_stats"},
		{"a lost text", "1,5,t,9,,4,2,0,1\n", 0, 0, 0, "1 rows have lost their text"},
		{"calls that are no number", "1,5,t,9,SELECT a FROM t,many,2,0,1\n", 0, 1, 0, ""},
		{"a negative number of calls", "1,5,t,9,SELECT a FROM t,-4,2,0,1\n", 0, 1, 0, ""},
		{"a time that is none", "1,5,t,9,SELECT a FROM t,4,NaN,0,1\n", 0, 1, 0, ""},
		{"a row without its end, in the middle", "1,5,t,9,SELECT a\n1,5,t,9,SELECT b FROM t,4,2,0,1\n", 1, 1, 0, ""},
		{"a row without its end, at the end", "1,5,t,9,SELECT b FROM t,4,2,0,1\n1,5,t,9,SELECT a", 1, 0, 1, "middle of a record"},
		{"a quote that never ends", "1,5,t,9,SELECT b FROM t,4,2,0,1\n1,5,t,9,\"SELECT a", 1, 0, 1, "middle of a record"},
		{"a stray quote costs its row only", "1,5,t,9,SELECT \"a\" FROM t,4,2,0,1\n1,5,t,9,SELECT b FROM t,4,2,0,1\n", 1, 1, 0, ""},
		{"no rows", "", 0, 0, 0, ""},
	} {
		w := readText(t, Options{}, statsHeader+c.rows)
		in := w.Inputs[0]
		if len(w.Groups) != c.groups || in.Unreadable != c.unreadable || in.Truncated != c.truncated || !strings.Contains(notes(w), c.note) {
			t.Errorf("%s: %d groups, %d unreadable, %d truncated, notes %q; want %d, %d, %d, %q",
				c.name, len(w.Groups), in.Unreadable, in.Truncated, in.Notes, c.groups, c.unreadable, c.truncated, c.note)
		}
		if in.Unreadable > 0 && len(in.Examples) == 0 {
			t.Errorf("%s: unreadable without an example", c.name)
		}
	}
}

func TestPGSS_mergesTheRowsOfOneText(t *testing.T) {
	w := readText(t, Options{}, statsHeader+
		"1,5,t,9,SELECT a FROM t WHERE b = $1,4,2.0,8,1.5\n"+ // one user
		"2,5,t,9,SELECT a FROM t WHERE b = $1,6,3.0,9,0.5\n"+ // another
		"2,5,t,10,select a  from t where b=$1 /* x='1' */,10,5.0,3,2.5\n"+ // and the extended protocol
		"2,6,t,10,SELECT a FROM t WHERE b = $1,1,1,1,1\n") // another database
	if len(w.Groups) != 2 {
		t.Fatalf("%d groups, want 2", len(w.Groups))
	}
	if got := w.Groups[0].Totals.Of(workload.SourceStats); got.Calls != 20 || got.ExecUS != 10000 || got.Rows != 20 || got.MaxUS != 2500 {
		t.Errorf("%+v, want 20 calls, 10000 µs, 20 rows, at most 2500 µs", got)
	}
}

func TestPGSS_keepsStatementsInsideFunctionsApart(t *testing.T) {
	w := readText(t, Options{}, statsHeader+
		"1,5,f,1,SELECT a FROM t WHERE b = $1,100,50,100,1\n"+ // called by f(), and
		"1,5,t,1,SELECT a FROM t WHERE b = $1,4,2,4,1\n"+ // by a client
		"1,5,f,2,SELECT c FROM u WHERE d = $1,30,15,30,1\n"+ // only by f()
		"1,5,t,3,SELECT f($1),10,70,10,9\n")
	for _, c := range []struct {
		text                 string
		calls, nested, execs int64
		topLevel             bool
	}{
		{"SELECT a", 4, 100, 2000, true},
		{"SELECT c", 30, 30, 15000, false},
		{"SELECT f", 10, 0, 70000, true},
	} {
		g := groupOf(t, w, c.text)
		got := g.Totals.Of(workload.SourceStats)
		if got.Calls != c.calls || got.Nested != c.nested || got.ExecUS != c.execs || g.TopLevel != c.topLevel {
			t.Errorf("%s: %d calls, %d nested, %d µs, top level %t; want %d, %d, %d, %t",
				c.text, got.Calls, got.Nested, got.ExecUS, g.TopLevel, c.calls, c.nested, c.execs, c.topLevel)
		}
	}
	if in := w.Inputs[0]; in.ExecUS != 72000 {
		t.Errorf("%d µs in the coverage, want 72000: what ran in f() is part of f()", in.ExecUS)
	}
}

func TestPGSS_theRowOfAPreparedStatementCountsItsBody(t *testing.T) {
	w := readText(t, Options{}, statsHeader+
		"1,5,t,1,\"PREPARE getord(int, text) AS SELECT a FROM t WHERE b = $1 AND c = $2\",7,14,7,3\n"+
		"1,5,t,2,SELECT a FROM t WHERE b = $1 AND c = $2,3,6,3,4\n")
	if len(w.Groups) != 1 || w.Groups[0].Totals.Of(workload.SourceStats).Calls != 10 {
		t.Errorf("%d groups, the first is %q", len(w.Groups), w.Groups[0].Text)
	}
}

func TestPGSS_twoExportsOfOneServerAreNotAddedUp(t *testing.T) {
	early := "1,5,t,1,SELECT a FROM t WHERE b = $1,4,2,4,1\n1,5,t,2,SELECT c FROM u,9,9,9,9\n"
	late := "1,5,t,1,SELECT a FROM t WHERE b = $1,10,7,10,1\n"
	for _, c := range []struct{ name, csv string }{
		{"early, late", statsHeader + early + late},
		{"late, early", statsHeader + late + early},
		{"a header between them", statsHeader + early + statsHeader + late},
	} {
		w := readText(t, Options{}, c.csv)
		if got := groupOf(t, w, "SELECT a").Totals.Of(workload.SourceStats); got.Calls != 10 || got.ExecUS != 7000 {
			t.Errorf("%s: %d calls, %d µs; want 10, 7000", c.name, got.Calls, got.ExecUS)
		}
		if got := groupOf(t, w, "SELECT c").Totals.Of(workload.SourceStats); got.Calls != 9 {
			t.Errorf("%s: %d calls, want 9", c.name, got.Calls)
		}
		if !strings.Contains(notes(w), "1 rows were exported more than once") {
			t.Errorf("%s: notes %q", c.name, w.Inputs[0].Notes)
		}
	}
}

func TestPGSS_twoFilesOfOneServerAreNotAddedUp(t *testing.T) {
	dir := t.TempDir()
	var paths []string
	for name, rows := range map[string]string{"1.csv": "1,5,t,1,SELECT a FROM t,4,2,4,1\n", "2.csv": "1,5,t,1,SELECT a FROM t,10,7,10,1\n"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(statsHeader+rows), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	agg := workload.NewAggregator(workload.Limits{})
	if err := Read(context.Background(), paths, Options{}, agg); err != nil {
		t.Fatal(err)
	}
	if got := groupOf(t, agg.Workload(), "SELECT a").Totals.Of(workload.SourceStats); got.Calls != 10 || got.ExecUS != 7000 {
		t.Errorf("%d calls, %d µs; want 10, 7000", got.Calls, got.ExecUS)
	}
}

func TestPGSS_appliesFiltersAsFarAsTheExportTells(t *testing.T) {
	names := "datname,usename,query,calls,total_exec_time\napp,web,SELECT a FROM t,1,1\ncrm,web,SELECT b FROM t,1,1\napp,ops,SELECT c FROM t,1,1\n"
	oids := "dbid,query,calls,total_exec_time\n5,SELECT a FROM t,1,1\n"
	for _, c := range []struct {
		name, csv string
		o         Options
		groups    int
		filtered  int64
		note      string
	}{
		{"by database", names, Options{Databases: []string{"app"}}, 2, 1, ""},
		{"by user", names, Options{Users: []string{"web"}}, 2, 1, ""},
		{"by both", names, Options{Databases: []string{"app"}, Users: []string{"web"}}, 1, 2, ""},
		{"an oid may be any database", oids, Options{Databases: []string{"app"}}, 1, 0, "name their database by oid only"},
		{"numbers have no time", oids, Options{Since: time.Now()}, 1, 0, "cannot cut accumulated numbers"},
	} {
		w := readText(t, c.o, c.csv)
		if len(w.Groups) != c.groups || w.Inputs[0].Filtered != c.filtered || !strings.Contains(notes(w), c.note) {
			t.Errorf("%s: %d groups, %d filtered, notes %q; want %d, %d, %q", c.name, len(w.Groups), w.Inputs[0].Filtered, w.Inputs[0].Notes, c.groups, c.filtered, c.note)
		}
	}
}

func TestPGSS_saysWhenTheViewIsProbablyFull(t *testing.T) {
	var csv strings.Builder
	csv.WriteString("query,calls,total_exec_time\n")
	for range 4900 {
		csv.WriteString("SELECT a FROM t,1,1\n")
	}
	if w := readText(t, Options{}, csv.String()); !strings.Contains(notes(w), "pg_stat_statements.max is probably reached") {
		t.Errorf("notes %q", w.Inputs[0].Notes)
	}
	if w := readText(t, Options{}, csv.String()[:20000]); strings.Contains(notes(w), "pg_stat_statements.max") {
		t.Errorf("notes %q for a small export", w.Inputs[0].Notes)
	}
}

func TestPGSS_aRecordWithoutEndDoesNotFillTheMemory(t *testing.T) {
	w := readText(t, Options{}, "query,calls,total_exec_time\nSELECT a FROM t,1,1\n\""+strings.Repeat("x", bounded.MaxRecord+1<<20))
	if len(w.Groups) != 1 || !strings.Contains(notes(w), "a record is too long") {
		t.Errorf("%d groups, notes %q", len(w.Groups), w.Inputs[0].Notes)
	}
}

func TestPGSS_cutsLongTexts(t *testing.T) {
	w := readText(t, Options{MaxStatement: 20}, "query,calls,total_exec_time\nSELECT a FROM t WHERE b = $1 AND c = $2,1,1\n")
	if g := w.Groups[0]; len(g.Text) != 20 || w.Inputs[0].Truncated != 1 || g.Traits&workload.TraitTruncated == 0 {
		t.Errorf("text %q, traits %b, %d truncated", g.Text, g.Traits, w.Inputs[0].Truncated)
	}
}

func FuzzPGSS(f *testing.F) {
	f.Add("query,calls,total_exec_time\nSELECT 1,1,1\n")
	f.Add(statsHeader + "1,5,t,9,\"SELECT \"\"a\"\" FROM t\",4,2,0,1\n1,5,f,9,x,")
	f.Add("\xef\xbb\xbfquery;calls;total_time\n\xff\x00;9e9;1e300\n\"")
	f.Fuzz(func(t *testing.T, content string) {
		w := readText(t, Options{Format: "pgss"}, content)
		in := w.Inputs[0]
		var sum int64
		for _, g := range w.Groups {
			sum += g.Totals.Of(workload.SourceStats).Calls
			if g.Totals.Of(workload.SourceStats).ExecUS < 0 {
				t.Fatalf("negative time in %q", content)
			}
		}
		if len(w.Groups) > 0 && sum <= 0 || int64(len(w.Groups)) > in.Records || len(in.Envelopes) == 0 && in.Bytes != int64(len(content)) && !slices.ContainsFunc(in.Notes, func(s string) bool { return strings.Contains(s, "no pg_stat_statements export") }) {
			t.Fatalf("%d groups with %d calls of %d records, %d of %d bytes", len(w.Groups), sum, in.Records, in.Bytes, len(content))
		}
	})
}
