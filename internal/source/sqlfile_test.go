package source

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/workload"
)

// readFile reads content as a file of the given name.
func readFile(t testing.TB, o Options, name, content string) *workload.Workload {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	agg := workload.NewAggregator(workload.Limits{})
	if err := Read(context.Background(), []string{path}, o, agg); err != nil {
		t.Fatal(err)
	}
	return agg.Workload()
}

func TestSQLFile_readsStatementsWithTheirLines(t *testing.T) {
	w := readFile(t, Options{}, "users.sql", `-- name: GetUser :one
SELECT id, email
  FROM users WHERE id = $1;

-- name: FindUser :many
SELECT id FROM users WHERE email = ?; SELECT count(*) FROM users WHERE name = :name;
UPDATE users SET seen = now() WHERE id = %s
`)
	want := []struct {
		text string
		line int
	}{
		{"SELECT id, email", 2},
		{"SELECT id FROM", 6},
		{"SELECT count", 6},
		{"UPDATE users", 7},
	}
	if len(w.Groups) != len(want) {
		t.Fatalf("%d groups, want %d", len(w.Groups), len(want))
	}
	for _, c := range want {
		g := groupOf(t, w, c.text)
		if len(g.Refs) != 1 || g.Refs[0].Line != c.line || !strings.HasSuffix(g.Refs[0].Path, "users.sql") {
			t.Errorf("%s stands at %v, want line %d", c.text, g.Refs, c.line)
		}
		if !g.TopLevel || g.Observed(workload.SourceSQL) {
			t.Errorf("%s: top level %t, observed %t; a file runs nothing", c.text, g.TopLevel, g.Observed(workload.SourceSQL))
		}
	}
	if in := w.Inputs[0]; in.Kind != "sql" || in.Records != 4 || in.Executions != 0 || in.Lines != 7 {
		t.Errorf("coverage: %s, %d records, %d executions, %d lines", in.Kind, in.Records, in.Executions, in.Lines)
	}
}

func TestSQLFile_theSamePlaceholderInEveryDialectIsOneStatement(t *testing.T) {
	w := readFile(t, Options{}, "q.sql", "SELECT a FROM t WHERE b = $1; SELECT a FROM t WHERE b = ?; select a from t where b = :b; SELECT a FROM t WHERE b = 7")
	if len(w.Groups) != 1 || len(w.Groups[0].Refs) != 4 {
		t.Errorf("%d groups", len(w.Groups))
	}
}

func TestSQLFile_passesOverWhatIsNoQuery(t *testing.T) {
	for _, c := range []struct {
		name, sql string
		groups    int
		note      string
	}{
		{"definitions", "CREATE TABLE t (a int); CREATE INDEX ON t (a); SELECT a FROM t", 1, "2 statements define a schema and were passed over: give them with --schema"},
		{"settings and transactions", "BEGIN; SET search_path = app; SELECT a FROM t; COMMIT", 1, "3 statements are settings or transaction control"},
		{"psql commands and blanks", "\\set x 1\n;;\n-- nothing\nSELECT a FROM t;", 1, ""},
		{"nothing", "-- nothing", 0, ""},
	} {
		w := readFile(t, Options{Format: "sql"}, "q.sql", c.sql)
		if len(w.Groups) != c.groups || !strings.Contains(notes(w), c.note) {
			t.Errorf("%s: %d groups, notes %q; want %d, %q", c.name, len(w.Groups), w.Inputs[0].Notes, c.groups, c.note)
		}
	}
}

func TestSQLFile_weighsStatements(t *testing.T) {
	const one, two = "SELECT a FROM t WHERE b = $1;", "SELECT a FROM t;\n-- name: Count :one\nSELECT count(*) FROM t;"
	for _, c := range []struct {
		name, file, sql, weights string
		calls, exec              []int64
	}{
		{"by the file's name", "01_page.sql", one, "01_page\t60000\t5.7210", []int64{60000}, []int64{343260000}},
		{"by the name with .sql", "01_page.sql", one, "01_page.sql\t60000\t5.7210", []int64{60000}, []int64{343260000}},
		{"by its path", "web/01_page.sql", one, "web/01_page\t10\t1", []int64{10}, []int64{10000}},
		{"of a file of the same name elsewhere", "web/01_page.sql", one, "app/01_page\t10\t1", []int64{0}, []int64{0}},
		{"without a time", "q.sql", one, "q\t10\t", []int64{10}, []int64{0}},
		{"every statement of a file, whose time is that of all", "q.sql", two, "q\t10\t3", []int64{10, 10}, []int64{0, 0}},
		{"by the query's own name first", "q.sql", two, "q\t10\t3\nCount\t7\t2", []int64{10, 7}, []int64{0, 14000}},
		{"by file and line", "q.sql", two, "q.sql:1\t4\t1\nq.sql:3\t5\t1", []int64{4, 5}, []int64{4000, 5000}},
	} {
		weights, err := readWeights(strings.NewReader("query\tcalls\tmean_ms\n" + c.weights + "\n"))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		w := readFile(t, Options{Weights: weights}, c.file, c.sql)
		for i, g := range w.Groups {
			if got := g.Totals.Of(workload.SourceSQL); got.Calls != c.calls[i] || got.ExecUS != c.exec[i] {
				t.Errorf("%s: statement %d runs %d times in %d µs; want %d, %d", c.name, i+1, got.Calls, got.ExecUS, c.calls[i], c.exec[i])
			}
		}
	}
}

func TestRead_saysWhichWeightsNameNoQuery(t *testing.T) {
	weights := Weights{"q": {Calls: 1}, "typo": {Calls: 2}}
	w := readFile(t, Options{Weights: weights}, "q.sql", "SELECT a FROM t")
	if !strings.Contains(notes(w), "--weights names what no .sql file is called: typo") {
		t.Errorf("notes %q", w.Inputs[0].Notes)
	}
}

func TestSQLFile_saysWhatHasNoWeight(t *testing.T) {
	w := readFile(t, Options{Weights: Weights{"Count": {Calls: 1}}}, "q.sql", "SELECT a FROM t;\n-- name: Count :one\nSELECT count(*) FROM t;")
	if !strings.Contains(notes(w), "--weights does not name 1 of 2 statements") {
		t.Errorf("notes %q", w.Inputs[0].Notes)
	}
}

func TestReadWeights_saysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ tsv, want string }{
		{"", "the file is empty"},
		{"query,calls\nq,1\n", "separated by tabs"},
		{"query\tmean_ms\nq\t1\n", "must name the columns query and calls"},
		{"query\tcalls\nq\n", "line 2 has no field for calls"},
		{"query\tcalls\nq\tmany\n", `line 2: calls "many" is no count`},
		{"query\tcalls\nq\t-1\n", `line 2: calls "-1" is no count`},
		{"query\tcalls\tmean_ms\np\t1\t2\nq\t1\tslow\n", `line 3: mean_ms "slow" is no time`},
		{"query\tcalls\tmean_ms\nq\t1\tNaN\n", `mean_ms "NaN" is no time`},
	} {
		_, err := readWeights(strings.NewReader(c.tsv))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("readWeights(%q) = %v, want %q", c.tsv, err, c.want)
		}
	}
	if _, err := ReadWeights(filepath.Join(t.TempDir(), "none.tsv")); err == nil || !strings.Contains(err.Error(), "opening the weights") {
		t.Errorf("a missing file: %v", err)
	}
}

func FuzzSQLFile(f *testing.F) {
	f.Add("-- name: A :one\nSELECT a FROM t WHERE b = :b;\nDROP TABLE t")
	f.Add("\\x\nBEGIN; 'never ends")
	f.Add("SELECT $a$ ; \xff\x00")
	f.Fuzz(func(t *testing.T, content string) {
		w := readText(t, Options{Format: "sql", Weights: Weights{"-": {Calls: 3}}}, content)
		in := w.Inputs[0]
		refs := 0
		for _, g := range w.Groups {
			refs += len(g.Refs)
			for _, r := range g.Refs {
				if r.Line < 1 || int64(r.Line) > in.Lines {
					t.Fatalf("line %d of %d in %q", r.Line, in.Lines, content)
				}
			}
		}
		if int64(refs) > in.Records || len(in.Envelopes) == 0 && in.Bytes != int64(len(content)) {
			t.Fatalf("%d places of %d statements, %d of %d bytes", refs, in.Records, in.Bytes, len(content))
		}
	})
}
