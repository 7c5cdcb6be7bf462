package report

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/apilint/apilint/analyzer"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares with testdata/name. What people read is judged by people:
// look at the diff that -update makes.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got), go test -update rewrites it:\n%s", name, diff)
	}
}

type writer func(io.Writer, *analyzer.Result, Options) error

func written(t testing.TB, write writer, r *analyzer.Result, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// command is how the results below were asked for.
var command = []string{"apilint", "analyze", "slow.log", "--schema", "my schema.sql", "--stats", "stats/"}

func TestTable_isWhatPeopleRead(t *testing.T) {
	for _, c := range []struct {
		golden string
		result *analyzer.Result
		o      Options
	}{
		{"shop.golden", shop(), Options{Command: command}},
		{"shop-verbose.golden", shop(), Options{Command: command, Verbose: true}},
		{"shop-color.golden", shop(), Options{Command: command, Color: true, Width: 100}},
		{"blind.golden", blind(), Options{}},
		{"mixed.golden", mixed(), Options{}},
		{"sqlfile.golden", sqlFile(), Options{Command: []string{"apilint", "analyze", "queries.sql"}}},
		{"nothing.golden", nothing(), Options{}},
	} {
		golden(t, c.golden, written(t, Table, c.result, c.o))
	}
}

func TestInspect_isWhatPeopleRead(t *testing.T) {
	for _, c := range []struct {
		golden string
		result *analyzer.Result
		o      Options
	}{
		{"inspect-shop.golden", shop(), Options{}},
		{"inspect-mixed.golden", mixed(), Options{}},
		{"inspect-blind.golden", blind(), Options{}},
		{"inspect-nothing.golden", nothing(), Options{}},
	} {
		golden(t, c.golden, written(t, Inspect, c.result, c.o))
	}
}

func TestTable_saysWhatItLeavesOut(t *testing.T) {
	r := shop()
	for len(r.Findings) < 30 {
		r.Findings = append(r.Findings, r.Findings[2])
	}
	for _, c := range []struct {
		name string
		o    Options
		want string
		n    int
	}{
		{"a pipe gets all", Options{}, "", 30},
		{"a person gets a screen", Options{Width: 80}, "and 20 warnings more (-v shows them)", 10},
		{"or all with -v", Options{Width: 80, Verbose: true}, "", 30},
		{"or as many as asked for", Options{Top: 1}, "and 1 error, 28 warnings more (--top shows them)", 1},
	} {
		got := written(t, Table, r, c.o)
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: no %q in\n%s", c.name, c.want, got)
		}
		n := strings.Count(got, "\nWARN ") + strings.Count(got, "\nERROR ")
		if n != c.n {
			t.Errorf("%s: %d findings, want %d", c.name, n, c.n)
		}
	}
}

func TestTable_cutsLongStatementsOnlyForPeople(t *testing.T) {
	r := shop()
	r.Queries[0].Text = "SELECT id FROM orders WHERE id IN (" + strings.Repeat("$1, ", 500) + "$501)"
	for _, c := range []struct {
		o   Options
		cut bool
	}{
		{Options{}, false},
		{Options{Width: 80}, true},
		{Options{Width: 80, Verbose: true}, false},
	} {
		got := written(t, Table, r, c.o)
		if whole := strings.Contains(got, "$501)"); whole == c.cut {
			t.Errorf("%+v: whole statement %v", c.o, whole)
		}
		if said := strings.Contains(got, "... (-v shows all of it)"); said != c.cut {
			t.Errorf("%+v: says that it is cut: %v", c.o, said)
		}
	}
}

// Statements that nobody ran have no time to be sorted by: the gain of their
// indexes decides.
func TestTable_sortsWhatNobodyMeasuredByItsIndex(t *testing.T) {
	r := shop()
	for i := range r.Findings {
		r.Findings[i].Severity, r.Findings[i].Impact = analyzer.Warning, analyzer.Impact{}
	}
	r.Findings[0], r.Findings[2] = r.Findings[2], r.Findings[0]
	got := written(t, Table, r, Options{})
	first, second, third := strings.Index(got, "WARN   composite-index"), strings.Index(got, "WARN   leading-wildcard"), strings.Index(got, "WARN   n-plus-one")
	if first < 0 || first > second || second > third {
		t.Errorf("order of %d, %d, %d in\n%s", first, second, third, got)
	}
}

func TestTable_printsEachIndexOnce(t *testing.T) {
	r := shop()
	r.Findings = append(r.Findings, r.Findings[0])
	r.Findings[3].Query = "b2"
	got := written(t, Table, r, Options{})
	for _, ix := range r.Indexes {
		if n := strings.Count(got, "CREATE INDEX CONCURRENTLY "+ix.Name); ix.Action == "create" && n != 1 {
			t.Errorf("the DDL of %s stands there %d times", ix.Name, n)
		}
	}
	if !strings.Contains(got, "orders_status_created_at_idx, see above") {
		t.Error("the second finding does not point to the index of the first")
	}
}

func TestTable_saysWhyItCannotSeeLoops(t *testing.T) {
	const why = "slow.log holds no statement below 417 ms"
	for _, c := range []struct {
		name string
		skip analyzer.Skip
		want string
	}{
		{"in the rule's words", analyzer.Skip{Kind: "n-plus-one-blind", Count: 1, Example: why}, "blind  " + why + "\n       SET log_min_duration_statement = 0"},
		{"or in general", analyzer.Skip{Kind: "n-plus-one-blind", Count: 1}, "blind  N+1 loops cannot be seen\n"},
		{"without any order of statements", analyzer.Skip{Kind: "no-sequence", Count: 1}, "blind  the input has no order of statements"},
	} {
		r := shop()
		r.Skips = []analyzer.Skip{c.skip}
		if got := written(t, Table, r, Options{}); !strings.Contains(got, c.want) {
			t.Errorf("%s: no %q in\n%s", c.name, c.want, got)
		}
	}
}

func TestTable_drawsALoopInsideALoop(t *testing.T) {
	r := shop()
	f := &r.Findings[1]
	f.Loop.Children[0].Children = []analyzer.Child{{Query: "e5", PerIteration: 3}}
	got := written(t, Table, r, Options{})
	want := `
           1x  SELECT id, name FROM users ORDER BY id LIMIT $1
          10x  SELECT id, title FROM posts WHERE user_id = $1
            30x  SELECT name, rate FROM currencies
`
	if !strings.Contains(got, want) {
		t.Errorf("no%sin\n%s", want, got)
	}
}

func TestTable_drawsTheHeadOfALoopWithoutChildren(t *testing.T) {
	r := shop()
	f := &r.Findings[1]
	f.Parent, f.Loop.Children = nil, nil
	got := written(t, Table, r, Options{})
	if !strings.Contains(got, "10x  SELECT id, title FROM posts WHERE user_id = $1\n") {
		t.Errorf("the statement of the loop is missing in\n%s", got)
	}
}

func TestTable_showsValuesOnlyWhereAskedTo(t *testing.T) {
	r := shop()
	r.Queries[1].Example = "SELECT id, title FROM posts WHERE user_id = 4711"
	if got := written(t, Table, r, Options{Verbose: true}); strings.Contains(got, "4711") {
		t.Errorf("a value shows:\n%s", got)
	}
	if got := written(t, Table, r, Options{ShowLiterals: true}); !strings.Contains(got, "4711") {
		t.Errorf("no value shows:\n%s", got)
	}
}

func TestShellWord_quotesWhatAShellWouldChange(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"slow.log", "slow.log"},
		{"logs/2026-11-*.log", "'logs/2026-11-*.log'"},
		{"my log", "'my log'"},
		{"it's", `'it'\''s'`},
		{"$HOME", "'$HOME'"},
		{"", "''"},
		{"протокол.log", "протокол.log"},
		{"-", "-"},
	} {
		if got := shellWord(c.in); got != c.want {
			t.Errorf("shellWord(%q) = %s, want %s", c.in, got, c.want)
		}
	}
}
