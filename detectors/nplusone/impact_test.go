package nplusone

import (
	"math"
	"testing"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/sequence"
)

// A hundred lookups by primary key took 22.2 ms and one = ANY of the same keys
// 1.96 ms on PostgreSQL 15: 20.2 saved.
func TestImpact_isWhatWasMeasured(t *testing.T) {
	lookup := &subject{query: &query.Query{Command: query.Select, Scopes: []*query.Scope{{}}}}
	c := &sequence.Candidate{
		Requests: 1, Iterations: sequence.Distribution{Min: 100, Median: 100, Max: 100}, Executions: 100,
		ExecUS: 1700, TotalWallUS: 99*200 + 1700, TotalBusyUS: 1700, TotalTrips: 99,
	}
	for _, x := range []struct {
		name   string
		change func(*judged, *sequence.Candidate)
		saved  float64
		notes  int
	}{
		{"measured pauses", func(*judged, *sequence.Candidate) {}, 99*.2 + 1.7 - .05 - .85, 0},
		{"no times in the log: --rtt-ms", func(_ *judged, c *sequence.Candidate) { c.TotalWallUS, c.TotalTrips = 0, 0 }, 99*.5 + .8, 0},
		{"an application that thinks", func(_ *judged, c *sequence.Candidate) { c.TotalWallUS = 99*80_000 + 1700 }, 99*20 + .8, 1},
		{"spans side by side", func(_ *judged, c *sequence.Candidate) { c.Parallel, c.TotalWallUS = true, 3000 }, 3 - .05 - .85, 0},
		{"a pipeline has no pauses to save", func(j *judged, _ *sequence.Candidate) { j.rule = pipelinedRule }, .8, 0},
	} {
		loop := *c
		j := &judged{loop: &loop, rule: loopRule, lead: lookup, body: []*subject{lookup}}
		x.change(j, &loop)
		r := &review{w: &analyzer.Workload{RTT: .5}}
		got, notes := r.impact(j, []*judged{j})
		if math.Abs(*got.SavedMS-x.saved) > 1e-6 || len(notes) != x.notes {
			t.Errorf("%s: %.3f ms saved, notes %q; want %.3f", x.name, *got.SavedMS, notes, x.saved)
		}
	}
}
