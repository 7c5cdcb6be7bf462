package nplusone_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/engine"
	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/sequence"
	"github.com/apilint/apilint/internal/source"
)

// recordings holds what real data layers made a server log, and what the
// programs that ran say about it; its README says how they are made.
const recordings = "../../testdata/nplusone/recordings"

// truth is one recorded case: how the server logged, and what a reader should find.
type truth struct {
	ORM, Scenario, Log, Schema string
	Parameters                 bool
	Threshold                  int `json:"threshold_ms"`
	Findings, May              []expectation
}

// expectation is a finding that the program says should be there. Parent is ""
// where the log cannot tell; Rule "blind" is a log that shows no short statements.
type expectation struct {
	Rule, Child, Parent  string
	Iterations, Requests int
	Children             []string
	Scattered            bool // its statements are spread over the sessions of a pool
}

func (e expectation) String() string {
	s := fmt.Sprintf("%s %s ×%d", e.Rule, strings.Join(e.tables(), "+"), e.Iterations)
	if e.Requests > 1 {
		s += fmt.Sprintf(" in %d", e.Requests)
	}
	if e.Parent != "" {
		s += " after " + e.Parent
	}
	return s
}

func (e expectation) tables() []string {
	if len(e.Children) > 0 {
		return e.Children
	}
	return []string{e.Child}
}

// bare is a table's name without its schema and quotes, in lower case.
func bare(table string) string {
	table = strings.ToLower(strings.ReplaceAll(table, `"`, ""))
	return table[strings.LastIndexByte(table, '.')+1:]
}

// score is what a set of recordings adds up to.
type score struct {
	cases                          int
	highTrue, highFalse            int // findings at confidence high
	falseShown                     int // findings at medium or better that the program does not know
	found, loops                   int // of loops of five or more with parameters logged
	parents, withParent            int // of the loops found
	exactIterations, exactRequests int
	counted                        int
}

func (s score) precision() float64 { return ratio(s.highTrue, s.highTrue+s.highFalse) }
func (s score) recall() float64    { return ratio(s.found, s.loops) }

func ratio(a, b int) float64 {
	if b == 0 {
		return 1
	}
	return float64(a) / float64(b)
}

func (s score) String() string {
	return fmt.Sprintf("%d cases: precision at high %.3f (%d of %d), false at medium or better %d, recall %.3f (%d of %d), parent %d of %d, iterations %d of %d, requests %d of %d",
		s.cases, s.precision(), s.highTrue, s.highTrue+s.highFalse, s.falseShown, s.recall(), s.found, s.loops, s.parents, s.withParent, s.exactIterations, s.counted, s.exactRequests, s.counted)
}

func covers(f analyzer.Finding, e expectation) bool {
	if f.Rule != e.Rule || f.Loop == nil && e.Iterations > 0 {
		return false
	}
	tables := map[string]bool{bare(f.Table): true}
	var visit func([]analyzer.Child)
	visit = func(cs []analyzer.Child) {
		for _, c := range cs {
			tables[bare(c.Table)] = true
			visit(c.Children)
		}
	}
	if f.Loop != nil {
		visit(f.Loop.Children)
	}
	for _, table := range e.tables() {
		if !tables[bare(table)] {
			return false
		}
	}
	return true
}

// partOf reports a finding about a table of the expected loop.
func partOf(f analyzer.Finding, e expectation) bool {
	return slices.ContainsFunc(e.tables(), func(table string) bool { return bare(table) == bare(f.Table) })
}

// add compares one case with what was found and says what is wrong, "" nothing.
func (s *score) add(c truth, res *analyzer.Result) string {
	s.cases++
	var wrong []string
	used := map[int]bool{}
	for _, e := range c.Findings {
		if e.Rule == "blind" {
			if !slices.ContainsFunc(res.Skips, func(k analyzer.Skip) bool { return k.Kind == "n-plus-one-blind" }) {
				wrong = append(wrong, "NOT BLIND")
			}
			continue
		}
		measured := e.Iterations >= 5 && c.Parameters && !e.Scattered
		if measured {
			s.loops++
		}
		at := -1
		for i, f := range res.Findings {
			if !used[i] && covers(f, e) && (at < 0 || f.Confidence > res.Findings[at].Confidence) {
				at = i
			}
		}
		if at < 0 || res.Findings[at].Confidence < .5 {
			switch {
			case measured:
				wrong = append(wrong, "MISSED")
			case at < 0:
				wrong = append(wrong, "not seen") // nor was it asked for
			}
			continue
		}
		used[at] = true
		f := res.Findings[at]
		if measured {
			s.found++
		}
		if f.Confidence >= .8 {
			s.highTrue++
		}
		if e.Parent != "" {
			s.withParent++
			if f.Parent != nil && bare(f.Parent.Table) == bare(e.Parent) {
				s.parents++
			} else {
				wrong = append(wrong, "PARENT")
			}
		}
		s.counted++
		if f.Loop.Iterations.Median == e.Iterations {
			s.exactIterations++
		} else {
			wrong = append(wrong, "ITERATIONS")
		}
		if *f.Loop.Requests == e.Requests {
			s.exactRequests++
		} else {
			wrong = append(wrong, "REQUESTS")
		}
	}
	for i, f := range res.Findings {
		if used[i] || f.Confidence < .5 || slices.Contains([]string{"batch-iteration", "pipelined-writes"}, f.Rule) {
			continue
		}
		if slices.ContainsFunc(c.May, func(e expectation) bool { return covers(f, e) }) {
			continue
		}
		if slices.ContainsFunc(c.Findings, func(e expectation) bool { return e.Rule == f.Rule && partOf(f, e) }) {
			wrong = append(wrong, "FRAGMENT") // of a loop that is there: what is missing counts as missed
			continue
		}
		s.falseShown++
		if f.Confidence >= .8 {
			s.highFalse++
			wrong = append(wrong, "FALSE HIGH")
		} else {
			wrong = append(wrong, "FALSE")
		}
	}
	return strings.Join(wrong, " ")
}

// declared are the tables of the recordings, by the schema's name.
func declared(t *testing.T) map[string]*schema.Cluster {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(recordings, "schemas", "*.sql"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no schemas: %v", err)
	}
	schemas := map[string]*schema.Cluster{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		sch := schema.New()
		sch.AddDDL(filepath.Base(path), string(text))
		schemas[strings.TrimSuffix(filepath.Base(path), ".sql")] = schema.Alone(sch)
	}
	return schemas
}

// review reads a recording and gives all that was found, sure or not.
func review(t *testing.T, folder string, c truth, sch *schema.Cluster) *analyzer.Result {
	t.Helper()
	in := read(t, sequence.Options{}, source.Options{}, filepath.Join(folder, c.Log))
	in.Schemas = sch
	return judged(t, in, engine.Options{Jobs: 1, MinConfidence: -1})
}

func readTruths(t *testing.T, folder string) []truth {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.truth.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no recordings in %s: %v", folder, err)
	}
	var cases []truth
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var c truth
		if err := json.Unmarshal(text, &c); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		cases = append(cases, c)
	}
	return cases
}

// With -v it prints the table, a row for each data layer and scenario.
func TestReview_ofRecordedDataLayers(t *testing.T) {
	folder := filepath.Join(recordings, "open")
	schemas := declared(t)
	var s, informed score
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	for _, c := range readTruths(t, folder) {
		res := review(t, folder, c, nil)
		wrong := s.add(c, res)
		with := informed.add(c, review(t, folder, c, schemas[c.Schema]))
		var want []string
		for _, e := range c.Findings {
			want = append(want, e.String())
		}
		switch {
		case wrong == "" && with == "":
			wrong = "ok"
		case with == "":
			wrong += " (not with a schema)"
		case wrong == "":
			wrong = with + " (with a schema)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\twant %s\tgot %s\n", c.ORM, c.Scenario, wrong, strings.Join(want, "; "), outline(res))
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s\nwithout a schema %s\nwith it          %s", table.String(), s, informed)
	s.atLeast(t, .96, .97)
	informed.atLeast(t, .96, .97)
}

// atLeast fails when less is found than was when these were recorded.
func (s score) atLeast(t *testing.T, recall, parents float64) {
	t.Helper()
	if s.highFalse > 0 || s.recall() < recall || ratio(s.parents, s.withParent) < parents || ratio(s.exactIterations, s.counted) < .95 {
		t.Errorf("want nothing false at confidence high, a recall of %.2f, parents of %.2f and iterations of .95, have %s", recall, parents, s)
	}
}

// The held-out half is never shown case by case: only what it adds up to.
func TestReview_ofHeldOutDataLayers(t *testing.T) {
	folder := filepath.Join(recordings, "heldout")
	schemas := declared(t)
	var s, informed score
	for _, c := range readTruths(t, folder) {
		s.add(c, review(t, folder, c, nil))
		informed.add(c, review(t, folder, c, schemas[c.Schema]))
	}
	t.Logf("\nwithout a schema %s\nwith it          %s", s, informed)
	s.atLeast(t, .83, .9)
	informed.atLeast(t, .88, .95)
}
