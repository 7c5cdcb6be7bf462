package nplusone

import (
	"fmt"
	"math"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/sequence"
	"github.com/apilint/apilint/analyzer/workload"
)

// sampledLimit is how sure a loop is of which a log by chance lacks executions,
// and mostly the parent.
const sampledLimit = .50

// rate is the share of the statements that the log of a loop holds: as
// --sample-rate says, else as its unnamed portals tell, which are bound and
// executed in lines that are drawn one by one (capture and recapture); 1 when
// nothing is known to be missing.
func (r *review) rate(c *sequence.Candidate) float64 {
	if c.Trace || len(c.Evidence) == 0 {
		return 1
	}
	if r.w.SampleRate > 0 {
		return min(r.w.SampleRate, 1)
	}
	i := int(c.Evidence[0].Input)
	if i >= len(r.w.Source.Inputs) {
		return 1
	}
	return tornBy(r.w.Source.Inputs[i])
}

// tornBy is the rate that a log itself tells.
func tornBy(in *workload.Input) float64 {
	const pairs = 20 // below, the estimate is off by half
	sampled, rate, whole := in.Sampling.Sampled()
	if !sampled || whole || in.Sampling.Bound < pairs || rate <= 0 {
		return 1
	}
	return min(rate, 1)
}

// estimate is how often a loop ran of which n executions were drawn at a rate: n
// over the rate, and the interval that holds it in 95 of 100 cases,
// ±1.96·√(n(1−rate))/rate.
func estimate(n int, rate float64) analyzer.Estimate {
	likely := float64(n) / rate
	off := 1.96 * math.Sqrt(float64(n)*(1-rate)) / rate
	return analyzer.Estimate{
		SampleRate: rate, Low: max(n, int(math.Floor(likely-off))), Likely: int(math.Round(likely)), High: int(math.Ceil(likely + off)),
	}
}

// enoughDrawn reports that the loop ran five times or more for certain.
func (j *judged) enoughDrawn() bool {
	n, rate := float64(j.loop.Iterations.Median), j.rate
	return n/rate-1.96*math.Sqrt(n*(1-rate))/rate >= enoughRuns
}

func (j *judged) sampleNote(e *analyzer.Estimate, n int) string {
	return fmt.Sprintf("the log holds about %.0f %% of the statements, drawn by chance: %d seen stand for %d to %d, most likely %d, and the list before them may be missing",
		100*e.SampleRate, n, e.Low, e.High, e.Likely)
}
