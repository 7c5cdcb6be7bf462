package analyzertest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/query"
)

// selectsAll reports every statement whose output is a star.
var selectsAll = &analyzer.Detector{
	Rules: []analyzer.Rule{{Name: "selects-all", Severity: analyzer.Warning, Doc: analyzer.Doc{
		Title: "A statement selects everything", Why: "It took 3 ms.", Schema: "CREATE TABLE t (a int);",
		Bad: "SELECT * FROM t;", Good: "SELECT a FROM t;",
	}}},
	Run: func(p *analyzer.Pass) error {
		for _, s := range p.Statement.Query.Scopes {
			for _, e := range s.Output {
				if e.Star {
					p.Report(analyzer.Finding{
						Rule: "selects-all", Query: p.Statement.ID, Confidence: .9, Basis: "heuristic",
						Message: "everything of " + s.Tables[0].QualifiedName(),
						Fixes:   []analyzer.Fix{{Kind: "rewrite", Title: "name the columns", SQL: "SELECT a"}},
					})
				}
			}
		}
		return nil
	},
}

func TestRun_acceptsWhatTheFileWants(t *testing.T) { Run(t, selectsAll, "testdata") }

func TestCheckFile_tellsWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		name, file string
		want       []string // one per problem
	}{
		{"wanted and reported", "SELECT * FROM t; -- want \"everything of t\"\n", nil},
		{"silent and silent", "SELECT a FROM t;\n", nil},
		{"wanted and not reported", "SELECT a FROM t; -- want \"everything\"\n", []string{`:1: nothing reported that matches "everything"`}},
		{"reported and not wanted", "\nSELECT * FROM t;\n", []string{":2: not wanted:\nselects-all: everything of t"}},
		{"reported otherwise than wanted", "SELECT * FROM t; -- want \"nothing\"\n", []string{":1: not wanted", `:1: nothing reported that matches "nothing"`}},
		{"a want beside a statement of several lines", "SELECT *\nFROM t -- want \"everything\"\nLIMIT 1;\nSELECT a FROM t;\n", nil},
		{"a want on its own line is about what follows", "SELECT a FROM t;\n-- want \"everything\"\nSELECT * FROM t;\n", nil},
		{"two wants in a line", "SELECT * FROM t; -- want \"everything\" \"fix rewrite: name the columns\"\n", nil},
		{"the same statement twice is one statement", "SELECT * FROM t WHERE a = 1; -- want \"everything\"\nSELECT * FROM t WHERE a = 2;\n", nil},
		{"a want that is no regular expression", "SELECT * FROM t; -- want \"(\"\n", []string{"missing closing )"}},
		{"two comments in one", "SELECT * FROM t; -- took: 1ms -- want \"everything\"\n", []string{"took:"}},
		{"a want without quotes", "SELECT * FROM t; -- want everything\n", []string{"quoted"}},
		{"a comment after everything", "SELECT a FROM t;\n\n-- want \"x\"\n", []string{":3: the comment belongs to no statement"}},
		{"a comment about DDL", "CREATE TABLE t (a int); -- want \"x\"\n", []string{":1: the comment belongs to no statement"}},
		{"DDL is the schema", "CREATE TABLE shop.t (a int);\nSELECT * FROM shop.t; -- want \"everything of shop.t\"\n", nil},
		{"broken DDL", "CREATE TABLE t (a int;\n\nSELECT a FROM t;\n", []string{"schema-problem"}},
		{"a broken statement", "SELEC * FROM t;\n", []string{"parse-failed"}},
		{"calls without a number", "SELECT a FROM t; -- calls: many\n", []string{"calls:"}},
		{"a pause without a unit", "SELECT a FROM t; -- pause: 5\n", []string{"pause:"}},
		{"parameters without a closing quote", "SELECT a FROM t WHERE b = $1; -- params: 'x\n", []string{"no closing quote"}},
	} {
		path := filepath.Join(t.TempDir(), "case.sql")
		if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
			t.Fatal(err)
		}
		got := checkFile(selectsAll, path)
		if len(got) != len(c.want) {
			t.Errorf("%s: %d problems, want %d:\n%s", c.name, len(got), len(c.want), strings.Join(got, "\n"))
			continue
		}
		for i, want := range c.want {
			if !strings.Contains(got[i], want) {
				t.Errorf("%s: %q, want %q in it", c.name, got[i], want)
			}
		}
	}
}

func TestCheckFile_tellsACrashOfTheDetector(t *testing.T) {
	path := filepath.Join(t.TempDir(), "case.sql")
	if err := os.WriteFile(path, []byte("SELECT 1;"), 0o600); err != nil {
		t.Fatal(err)
	}
	crashing := &analyzer.Detector{Rules: selectsAll.Rules, Review: func(*analyzer.Workload) error { panic("ouch") }}
	got := checkFile(crashing, path)
	if len(got) != 1 || !strings.Contains(got[0], "detector-crashed: selects-all: ouch") {
		t.Errorf("%q", got)
	}
}

func TestCheckDoc_executesTheExamples(t *testing.T) {
	good := selectsAll.Rules[0]
	if got := checkDoc(selectsAll, good); len(got) != 0 {
		t.Errorf("a good page: %q", got)
	}
	for _, c := range []struct {
		name   string
		change func(*analyzer.Doc)
		want   string
	}{
		{"Bad that is fine", func(d *analyzer.Doc) { d.Bad = d.Good }, "Bad is not reported"},
		{"Good that is bad", func(d *analyzer.Doc) { d.Good = d.Bad }, "Good is reported"},
		{"no Why", func(d *analyzer.Doc) { d.Why = " " }, "the rule has no Why"},
		{"a broken example", func(d *analyzer.Doc) { d.Good = "SELEC" }, "parse-failed"},
	} {
		rule := good
		c.change(&rule.Doc)
		if got := checkDoc(selectsAll, rule); len(got) != 1 || !strings.Contains(got[0], c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// What a script says beside its statements arrives where a log would bring it.
func TestInput_replaysAsALogWould(t *testing.T) {
	s, err := parse("case.sql", `
CREATE TABLE t (a int, b text);
-- took: 3ms
SELECT a FROM t WHERE b LIKE $1 /*route='/t',app='shop'*/; -- params: '%it''s'
-- params: 1..4
-- pause: 5s
-- session: other
SELECT b FROM t WHERE a = $1;
SELECT b FROM t WHERE a > $1 AND b = $2; -- params: 1, NULL
SELECT count(*) FROM t WHERE a = 7;
SELECT max(a) FROM t; -- calls: 900 of 4.5ms
`)
	if err != nil {
		t.Fatal(err)
	}
	in, err := s.input()
	if err != nil {
		t.Fatal(err)
	}
	if in.Schemas.Of("").Table("", "t").Column("b") == nil {
		t.Error("the schema has no t.b")
	}
	w := in.Workload
	var got []string
	for _, g := range w.Groups {
		got = append(got, fmt.Sprintf("%d %d %d %v", g.Totals.Of(0).Calls, g.Totals.Of(0).ExecUS, g.ParamsSeen, g.LeadingWild[:2]))
	}
	want := []string{
		"1 3000 1 [1 0]", // one call of 3 ms whose parameter begins with a wildcard
		"4 800 4 [0 0]",
		"1 200 1 [0 0]",
		"1 200 1 [0 0]",
		"0 0 0 [0 0]",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("groups: %q, want %q", got, want)
	}
	first, second := w.Groups[0], w.Groups[1]
	if p := first.Samples[0].Params; len(p) != 1 || p[0] != "%it's" {
		t.Errorf("parameters: %q", p)
	}
	if n := w.Groups[2].Samples[0].Nulls; fmt.Sprint(n) != "[false true]" {
		t.Errorf("nulls: %v", n)
	}
	if c := w.Contexts[first.Contexts[0]]; c.Route != "/t" || c.App != "shop" {
		t.Errorf("context: %+v", c)
	}
	if w.Sessions != 2 {
		t.Errorf("%d sessions, want 2", w.Sessions)
	}
	if pause := second.Samples[0].Time.Sub(first.Samples[0].Time); pause < 5*time.Second {
		t.Errorf("%v between the statements, want the pause", pause)
	}
	if c := w.Groups[4].Total(); c.Calls != 900 || c.ExecUS != 900*4500 {
		t.Errorf("counted %+v", c)
	}
}

func TestRun_readsStatisticsBesideTheFile(t *testing.T) {
	rows := &analyzer.Detector{
		Rules: []analyzer.Rule{{Name: "rows", Severity: analyzer.Info}},
		Run: func(p *analyzer.Pass) error {
			if t := p.Schema.Table("", "t"); p.Statement.Query.Command == query.Select && t.Stats != nil {
				p.Report(analyzer.Finding{Rule: "rows", Query: p.Statement.ID, Confidence: 1, Message: fmt.Sprint(t.Stats.Rows)})
			}
			return nil
		},
	}
	Run(t, rows, filepath.Join("testdata", "stats"))
}
