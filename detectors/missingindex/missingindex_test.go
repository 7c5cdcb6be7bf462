package missingindex

import (
	"slices"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/analyzertest"
	"github.com/apilint/apilint/analyzer/index"
	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/workload"
)

func TestDetector(t *testing.T) { analyzertest.Run(t, Detector, "testdata") }

// reviewed returns what the detector reports of the advices, on statements a,
// b and c, of which b is written in a file.
func reviewed(t *testing.T, advices ...index.Advice) []analyzer.Finding {
	t.Helper()
	var found []analyzer.Finding
	w := &analyzer.Workload{
		Statements: []*analyzer.Statement{
			{ID: "a", Groups: []*workload.Group{{}}},
			{ID: "off", Groups: []*workload.Group{{}}, Query: offPosts()},
			{ID: "b", Groups: []*workload.Group{{Refs: []workload.SourceRef{{Path: "queries/b.sql", Line: 7}}}}},
			{ID: "c", Groups: []*workload.Group{{}}, Samples: []workload.Sample{{Line: 40}, {Line: 41, Input: 9}}},
		},
		Source:    &workload.Workload{Inputs: []*workload.Input{{Path: "app.log"}}},
		Schema:    schema.New(),
		Selection: &index.Selection{Advices: advices},
		Report:    func(f analyzer.Finding) { found = append(found, f) },
	}
	if err := Detector.Review(w); err != nil {
		t.Fatal(err)
	}
	return found
}

// offPosts reads app.posts, which is on no search path.
func offPosts() *query.Query {
	posts := &query.Table{Name: "posts", Rel: &schema.Table{Name: schema.Name{Schema: "app", Name: "posts"}}, OffPath: true}
	return &query.Query{Scopes: []*query.Scope{{Tables: []*query.Table{posts}}}}
}

func TestReview_isLessSureOfATableThatIsOnNoSearchPath(t *testing.T) {
	on := reviewed(t, advice(func(*index.Advice) {}))[0]
	off := reviewed(t, advice(func(a *index.Advice) { a.Serves[0].ID = "off" }))[0]
	if off.Confidence >= on.Confidence || off.Confidence < .5 || len(on.Notes) != 0 || len(off.Notes) != 1 || !strings.Contains(off.Notes[0], "search_path") {
		t.Errorf("%v %q, on the path %v %q", off.Confidence, off.Notes, on.Confidence, on.Notes)
	}
}

func advice(change func(*index.Advice)) index.Advice {
	a := index.Advice{
		Action: index.Create, Rule: "missing-index", Basis: index.Estimated, Bytes: 3_400_000, DDL: "CREATE", Rollback: "DROP",
		Def:    index.Def{Table: schema.Name{Schema: "app", Name: "posts"}, Method: "btree", Parts: []schema.Part{{Column: "Odd", Desc: true, NullsFirst: true}}},
		Serves: []index.Served{{ID: "a", Calls: 10, ExecMS: 100, Before: 50, After: 10}},
	}
	change(&a)
	return a
}

func TestReview_isAnErrorOnlyWhenAPlannerOrARunSaysSo(t *testing.T) {
	for basis, want := range map[index.Basis]analyzer.Severity{
		index.Proven: analyzer.Error, index.Planner: analyzer.Error,
		index.Estimated: analyzer.Warning, index.Heuristic: analyzer.Warning,
	} {
		found := reviewed(t, advice(func(a *index.Advice) { a.Basis = basis }))
		if len(found) != 1 || found[0].Severity != want || found[0].Basis != string(basis) {
			t.Errorf("%s: %+v, want %s", basis, found, want)
		}
	}
}

func TestReview_addsUpWhatIsKnownAndGuessesNothing(t *testing.T) {
	known := reviewed(t, advice(func(*index.Advice) {}))[0].Impact
	if known.Calls == nil || *known.Calls != 10 || known.ExecMS == nil || *known.ExecMS != 100 || known.SavedMS == nil || *known.SavedMS != 80 {
		t.Errorf("estimated: %+v", known)
	}
	for name, change := range map[string]func(*index.Advice){
		"no judge":                 func(a *index.Advice) { a.Basis = index.Heuristic },
		"one statement not judged": func(a *index.Advice) { a.Serves = append(a.Serves, index.Served{ID: "b", Calls: 1, ExecMS: 1}) },
		"no time":                  func(a *index.Advice) { a.Serves[0].ExecMS = 0 },
	} {
		if got := reviewed(t, advice(change))[0].Impact; got.SavedMS != nil {
			t.Errorf("%s: %v ms saved, want unknown", name, *got.SavedMS)
		}
	}
	none := reviewed(t, advice(func(a *index.Advice) { a.Serves[0] = index.Served{ID: "a"} }))[0].Impact
	if none != (analyzer.Impact{}) {
		t.Errorf("nothing observed: %+v, want all unknown", none)
	}
}

func TestReview_reportsOnTheStatementThatGainsMost(t *testing.T) {
	f := reviewed(t, advice(func(a *index.Advice) {
		a.Serves = []index.Served{
			{ID: "a", Calls: 1000, ExecMS: 900, Before: 10, After: 9},
			{ID: "b", Calls: 10, ExecMS: 500, Before: 100, After: 1},
			{ID: "c", Calls: 1, ExecMS: 500, Before: 100, After: 90},
		}
	}))[0]
	if f.Query != "b" || !slices.Equal(f.Queries, []string{"b", "a", "c"}) {
		t.Errorf("on %s of %v, want b of b, a, c", f.Query, f.Queries)
	}
	if f.Location == nil || *f.Location != (analyzer.Location{Path: "queries/b.sql", Line: 7}) {
		t.Errorf("location %+v, want the file of b", f.Location)
	}
}

func TestReview_identityHoldsNoDirection(t *testing.T) {
	f := reviewed(t, advice(func(*index.Advice) {}))[0]
	if f.Table != "app.posts" || !slices.Equal(f.Columns, []string{"Odd"}) {
		t.Errorf("%s %q", f.Table, f.Columns)
	}
	if want := `create an index on app.posts ("Odd" DESC), about 3.4 MB`; f.Fixes[0].Title != want {
		t.Errorf("%q, want %q", f.Fixes[0].Title, want)
	}
}

func TestReview_namesWhereItWasSeen(t *testing.T) {
	f := reviewed(t, advice(func(a *index.Advice) { a.Serves[0].ID = "c" }))[0]
	if len(f.Evidence) != 1 || f.Evidence[0] != (analyzer.Evidence{Input: "app.log", Line: 40}) {
		t.Errorf("%+v", f.Evidence)
	}
}

func TestReview_leavesOtherAdviceToOtherRules(t *testing.T) {
	for name, change := range map[string]func(*index.Advice){
		"another rule":     func(a *index.Advice) { a.Rule = "leading-wildcard" },
		"an index to drop": func(a *index.Advice) { a.Action = index.Drop },
		"serving no one":   func(a *index.Advice) { a.Serves = nil },
	} {
		if got := reviewed(t, advice(change)); len(got) != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
