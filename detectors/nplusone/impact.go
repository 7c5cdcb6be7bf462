package nplusone

import (
	"strings"

	"github.com/apilint/apilint/analyzer"
)

// maxPause is how much of a pause between two statements counts as the round
// trip: the rest is the application at work, which a batch does not save.
const maxPause = 20 // ms

// impact prices the loops. The batch's own time is put at .05 ms and, for each
// row, the share of the single statement's time that was measured for its form:
// half with ANY, all of it with LATERAL, .3 for rows of a multi-row INSERT.
func (r *review) impact(j *judged, js []*judged) (analyzer.Impact, []string) {
	var calls int64
	var execMS, saved float64
	capped := false
	for _, o := range js {
		c := o.loop
		calls += c.Executions
		execMS += float64(c.ExecUS) / 1000
		if c.Requests == 0 || c.Executions == 0 {
			continue
		}
		batches := float64(c.Requests * max(1, len(o.body)))
		batch := .05*batches + float64(c.ExecUS)/1000*o.share()
		if c.Parallel && c.TotalWallUS > 0 {
			saved += max(0, float64(c.TotalWallUS)/1000-batch) // they ran side by side already
			continue
		}
		trips := max(0, float64(c.Executions)-batches)
		saved += trips * o.pause(r.w.RTT, &capped)
		saved += max(0, float64(c.ExecUS)/1000-batch)
	}
	i := analyzer.Impact{Calls: &calls, ExecMS: &execMS}
	if j.rule == keysetRule || j.rule == offsetRule {
		return i, nil // a better way to page sends as many statements
	}
	i.SavedMS = &saved
	if capped {
		return i, []string{"pauses between the statements count up to 20 ms each: the rest is the application's own time"}
	}
	return i, nil
}

// pause is what one round trip costs, ms: what was measured between the
// statements, or rtt.
func (j *judged) pause(rtt float64, capped *bool) float64 {
	c := j.loop
	if j.rule == pipelinedRule {
		return 0
	}
	if c.TotalWallUS <= 0 || c.TotalTrips <= 0 {
		return rtt
	}
	p := max(0, float64(c.TotalWallUS-c.TotalBusyUS)/float64(c.TotalTrips)/1000)
	if p > maxPause {
		*capped = true
	}
	return min(p, maxPause)
}

// share of the statements' own time that the batch still takes.
func (j *judged) share() float64 {
	top := j.lead.query.Scopes[0]
	switch {
	case j.rule == duplicateRule:
		return 1 / float64(max(1, j.loop.Iterations.Median))
	case j.lead.query.Command == "INSERT":
		return .3
	case j.lead.query.Command == "SELECT" && top.Limit != nil && len(top.OrderBy) > 0 && !strings.HasPrefix(j.lead.query.Locking, "update"):
		return 1
	}
	return .5
}
