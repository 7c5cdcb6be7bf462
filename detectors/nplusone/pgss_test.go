package nplusone_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/engine"
	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/sequence"
	"github.com/apilint/apilint/internal/source"
)

const exports = "testdata/pgss"

// compared reads exports (a pair where o names one) with a schema, "" none.
func compared(t *testing.T, ddl string, o source.Options, paths ...string) *analyzer.Result {
	t.Helper()
	in := func(path string) string {
		if path == "" || filepath.IsAbs(path) || strings.HasPrefix(path, ".") {
			return path
		}
		return filepath.Join(exports, path)
	}
	for i := range paths {
		paths[i] = in(paths[i])
	}
	o.StatsBefore, o.StatsAfter = in(o.StatsBefore), in(o.StatsAfter)
	input := read(t, sequence.Options{}, o, paths...)
	if ddl != "" {
		text, err := os.ReadFile(in(ddl))
		if err != nil {
			t.Fatal(err)
		}
		sch := schema.New()
		sch.AddDDL(ddl, string(text))
		input.Schemas = schema.Alone(sch)
	}
	return judged(t, input, engine.Options{Jobs: 1})
}

// counted writes findings as rule, children, times per call of the parent,
// parent and confidence.
func counted(res *analyzer.Result) string {
	var out []string
	for _, f := range res.Findings {
		var tables []string
		var visit func([]analyzer.Child, string)
		visit = func(cs []analyzer.Child, indent string) {
			for _, c := range cs {
				tables = append(tables, indent+c.Table+"."+strings.Join(c.Columns, ","))
				visit(c.Children, indent+">")
			}
		}
		visit(f.Loop.Children, "")
		s := fmt.Sprintf("%s %s ×%d", f.Rule, strings.Join(tables, "+"), f.Loop.Iterations.Median)
		if f.Parent != nil && f.Parent.Table != "" {
			s += " per " + f.Parent.Table
		}
		out = append(out, fmt.Sprintf("%s %.2f", strings.ReplaceAll(s, "public.", ""), f.Confidence))
	}
	return strings.Join(out, "; ")
}

func TestReview_ofPairsOfExports(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"G01-belongs-to", "n-plus-one users.id ×10 per posts 0.70"},
		{"G04-write-ratio", "n-plus-one-write order_items. ×8 per orders 0.55"},
		{"G07-join", ""},
		{"two-children", "n-plus-one users.id+comments.post_id ×10 per posts 0.75"},
		{"identity-map", "n-plus-one users.id ×4 per posts 0.35"},
		{"function", "n-plus-one users.id ×50 0.60"},
		{"unrelated", "n-plus-one users.id ×8 per posts 0.35"}, // hidden: four of five by chance
		{"nested", "n-plus-one posts.user_id+>comments.post_id ×5 per users 0.70"},
	} {
		before, after := c.name+".before.csv", c.name+".after.csv"
		if c.name[0] != 'G' {
			before, after = c.name+".0.csv", c.name+".1.csv"
		}
		res := compared(t, "shop.sql", source.Options{StatsBefore: before, StatsAfter: after})
		if got := counted(res); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// What counters do not tell is not claimed.
func TestReview_ofExportsClaimsNoRequestsRoutesOrValues(t *testing.T) {
	res := compared(t, "shop.sql", source.Options{StatsBefore: "G01-belongs-to.before.csv", StatsAfter: "G01-belongs-to.after.csv"})
	f := res.Findings[0]
	if f.Loop.Requests != nil || f.Loop.DistinctParams != nil || f.Loop.Iterations.Min != nil || f.Loop.Iterations.Max != nil || f.Route != "" || f.Impact.SavedMS != nil {
		t.Errorf("%+v %+v %+v", f, f.Loop, f.Impact)
	}
	if want := "about 10 times for each list of posts"; !strings.Contains(f.Message, want) {
		t.Errorf("%q says nothing of %q", f.Message, want)
	}
	if e := f.Evidence; len(e) != 2 || filepath.Base(e[0].Input) != "G01-belongs-to.after.csv" || e[0].Line != 2 || e[1].Line != 3 || e[0].Time != "" {
		t.Errorf("evidence %+v", e)
	}
}

func TestReview_ofSeriesAndSingleExports(t *testing.T) {
	for _, c := range []struct {
		name  string
		files string
		want  string
	}{
		{"calls that follow the rows of six intervals", "series.0 series.1 series.2 series.3 series.4 series.5 series.6", "n-plus-one users.id ×5 per posts 0.55"},
		{"four exports are no series", "series.0 series.1 series.2 series.3", "n-plus-one users.id ×5 per posts 0.35"},
		{"two exports are a pair", "two-children.0 two-children.1", "n-plus-one users.id+comments.post_id ×10 per posts 0.75"},
		{"a single one is never sure", "two-children.1", "n-plus-one users.id+comments.post_id ×10 per posts 0.40"},
		{"a single one with few calls", "two-children.0", ""},
		{"in the wrong order they count as one", "two-children.1 two-children.0", "n-plus-one users.id+comments.post_id ×10 per posts 0.40"},
	} {
		var paths []string
		for _, f := range strings.Fields(c.files) {
			paths = append(paths, f+".csv")
		}
		if got := counted(compared(t, "shop.sql", source.Options{}, paths...)); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}
