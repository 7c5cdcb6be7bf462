package nplusone

import (
	"math"
	"testing"
	"time"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/sequence"
	"github.com/apilint/apilint/analyzer/workload"
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
		basis  string
		trips  float64
	}{
		{"measured pauses", func(*judged, *sequence.Candidate) {}, 99*.2 + 1.7 - .05 - .85, 0, "measured", 99},
		{"no times in the log: --rtt-ms", func(_ *judged, c *sequence.Candidate) { c.TotalWallUS, c.TotalTrips = 0, 0 }, 99*.5 + .8, 0, "assumed", 99},
		{"an application that thinks", func(_ *judged, c *sequence.Candidate) { c.TotalWallUS = 99*80_000 + 1700 }, 99*20 + .8, 1, "measured", 99},
		{"spans side by side", func(_ *judged, c *sequence.Candidate) { c.Parallel, c.TotalWallUS = true, 3000 }, 3 - .05 - .85, 0, "none", 0},
		{"a pipeline has no pauses to save", func(j *judged, _ *sequence.Candidate) { j.rule = pipelinedRule }, .8, 0, "none", 0},
	} {
		loop := *c
		j := &judged{loop: &loop, rule: loopRule, lead: lookup, body: []*subject{lookup}}
		x.change(j, &loop)
		r := &review{w: &analyzer.Workload{RTT: .5}}
		got, saving, notes := r.impact(j, []*judged{j})
		if math.Abs(*got.SavedMS-x.saved) > 1e-6 || len(notes) != x.notes {
			t.Errorf("%s: %.3f ms saved, notes %q; want %.3f", x.name, *got.SavedMS, notes, x.saved)
		}
		if saving.TripBasis != x.basis || math.Abs(saving.Trips-x.trips) > 1e-6 || saving.Capped != (x.notes > 0) || math.Abs(*saving.RequestMS-x.saved) > 1e-6 {
			t.Errorf("%s: %+v; want %s, %.0f round trips", x.name, *saving, x.basis, x.trips)
		}
		if saving.HourMS != nil {
			t.Errorf("%s: says something of an hour from a log without a span", x.name)
		}
	}
}

// Two requests of 100 lookups each in twenty minutes are six an hour.
func TestImpact_ofAnHourNeedsALogOfTenMinutes(t *testing.T) {
	lookup := &subject{query: &query.Query{Command: query.Select, Scopes: []*query.Scope{{}}}}
	start := time.Date(2026, 1, 31, 8, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		minutes int
		hour    float64 // 0: unknown
	}{{1, 0}, {9, 0}, {20, 6 * 20.6}, {120, 20.6}} {
		loop := &sequence.Candidate{
			Requests: 2, Iterations: sequence.Distribution{Min: 100, Median: 100, Max: 100}, Executions: 200,
			ExecUS: 3400, TotalWallUS: 2 * (99*200 + 1700), TotalBusyUS: 3400, TotalTrips: 2 * 99,
		}
		j := &judged{loop: loop, rule: loopRule, lead: lookup, body: []*subject{lookup}}
		source := &workload.Workload{From: start, To: start.Add(time.Duration(c.minutes) * time.Minute)}
		r := &review{w: &analyzer.Workload{RTT: .5, Source: source}}
		_, saving, _ := r.impact(j, []*judged{j})
		if math.Abs(*saving.RequestMS-20.6) > 1e-6 {
			t.Errorf("%d minutes: %.3f ms a request, want 20.6", c.minutes, *saving.RequestMS)
		}
		if (saving.HourMS == nil) != (c.hour == 0) || c.hour > 0 && math.Abs(*saving.HourMS-c.hour) > 1e-6 {
			t.Errorf("%d minutes: %v ms an hour, want %.1f", c.minutes, saving.HourMS, c.hour)
		}
	}
}
