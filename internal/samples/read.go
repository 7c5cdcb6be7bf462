package samples

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer/workload"
	"github.com/apilint/apilint/internal/source"
)

var marker = regexp.MustCompile(`\bm_[a-z0-9_]+\b`)

// Read counts what the reader makes of a log. Calls and values are compared
// with the truth; missed are the markers of those that differ.
func Read(ctx context.Context, file string, truth *Truth) (got map[Count]int64, missed []string, err error) {
	aggregator := workload.NewAggregator(workload.Limits{})
	if err := source.Read(ctx, []string{file}, source.Options{}, aggregator); err != nil {
		return nil, nil, err
	}
	w := aggregator.Workload()
	var c workload.Coverage
	for i := range w.Inputs {
		c.Add(&w.Inputs[i].Coverage)
	}
	got = map[Count]int64{
		Executions: c.Executions, ExecUS: c.ExecUS, Fetches: c.Fetches, Parse: c.Parse, Bind: c.Bind, Plans: c.Plans,
		Nested: c.Nested, Errors: c.Errors, Empty: c.Empty, Bare: c.Bare,
	}
	calls, values := statements(w)
	for m, n := range truth.Calls {
		if calls[m] == int64(n) {
			got[Calls]++
		} else {
			missed = append(missed, m)
		}
	}
	for m := range calls {
		if truth.Calls[m] == 0 && len(truth.Calls) > 0 {
			got[Calls]-- // nobody sent it
			missed = append(missed, m)
		}
	}
	for m, want := range truth.Values {
		if slices.EqualFunc(values[m], want, func(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }) {
			got[Values]++
		} else {
			missed = append(missed, m+"'s values")
		}
	}
	slices.Sort(missed)
	return got, missed, nil
}

// statements returns the calls, and the values first given, by marker.
func statements(w *workload.Workload) (calls map[string]int64, values map[string][]*string) {
	calls, values = map[string]int64{}, map[string][]*string{}
	for _, g := range w.Groups {
		m := marker.FindString(g.Text)
		n := g.Totals.Of(workload.SourceLog).Calls
		if m == "" || n == 0 || strings.HasPrefix(g.Text, "PREPARE") {
			continue
		}
		calls[m] += n
		for _, s := range g.Samples {
			if s.Params == nil {
				continue
			}
			list := make([]*string, len(s.Params))
			for i := range s.Params {
				if !s.Nulls[i] {
					list[i] = &s.Params[i]
				}
			}
			values[m] = list
			break
		}
	}
	return calls, values
}
