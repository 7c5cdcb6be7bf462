package workload

import (
	"fmt"
	"slices"
	"testing"
)

func TestSamples_keepFirstSlowestAndTwoOthers(t *testing.T) {
	var script []step
	for i := range 100 {
		dur := int64(i)
		if i == 37 {
			dur = 5000
		}
		script = append(script, step{"a", KindExecution, fmt.Sprint("q=", i), dur, 0})
	}
	w, _ := run(Limits{}, script, nil, nil)
	got := w.Groups[0].Samples
	if len(got) != 4 {
		t.Fatalf("%d samples, want 4", len(got))
	}
	if got[0].Text != "q=37" {
		t.Errorf("slowest: %+v", got[0])
	}
	if first := got[3]; first.Text != "q=0" || first.Line != 1 || first.Params[0] != "0" || first.Time != of(0, 0) {
		t.Errorf("first: %+v", first)
	}
	if !slices.IsSortedFunc(got, SlowestFirst) {
		t.Errorf("not the slowest first: %+v", got)
	}
}

func TestSamples_oneExecutionIsOneSample(t *testing.T) {
	w, _ := run(Limits{}, []step{{"a", KindExecution, "q=1", 5, 0}, {"a", KindBind, "p=1", 5, 0}}, nil, nil)
	if len(w.Groups[0].Samples) != 1 {
		t.Errorf("%d samples, want 1", len(w.Groups[0].Samples))
	}
	if len(w.Groups[1].Samples) != 0 {
		t.Errorf("%d samples of a bind, want none", len(w.Groups[1].Samples))
	}
}

func TestSamples_countWildcardsOfLoggedValues(t *testing.T) {
	w, _ := run(Limits{}, []step{
		{"a", KindExecution, "q=%x", 5, 0}, {"a", KindExecution, "q=x%", 5, 0}, {"a", KindExecution, "q", 5, 0}, {"a", KindFetch, "q=%y", 5, 0},
	}, []int{2}, []int{0, 1})
	if g := w.Groups[0]; g.ParamsSeen != 3 || g.LeadingWild[0] != 2 {
		t.Errorf("%d of %d values begin with a wildcard, want 2 of 3", g.LeadingWild[0], g.ParamsSeen)
	}
}

func TestCoverage_addsUp(t *testing.T) {
	a := Coverage{Records: 1, Executions: 2, MinUS: 50, MaxUS: 90, Examples: []Example{{Line: 1}, {Line: 2}}}
	a.Add(&Coverage{Records: 2, Executions: 1, MinUS: 20, MaxUS: 20, Examples: []Example{{Line: 3}, {Line: 4}}})
	a.Add(&Coverage{Records: 4}) // no execution: its shortest one is none
	if a.Records != 7 || a.Executions != 3 || a.MinUS != 20 || a.MaxUS != 90 || len(a.Examples) != 3 {
		t.Errorf("%+v", a)
	}
}
