package nplusone

import (
	"slices"
	"time"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/query"
)

// maxPause is how much of a pause between two statements counts as the round
// trip: the rest is the application at work, which a batch does not save.
const maxPause = 20 // ms

// impact prices the loops, and says how. The batch's own time is put at .05 ms
// and, for each row, the share of the single statement's time that was measured
// for its form: half with ANY, all of it with LATERAL, .3 for rows of a
// multi-row INSERT.
func (r *review) impact(j *judged, js []*judged) (analyzer.Impact, *analyzer.Saving, []string) {
	var calls int64
	var saved, trips, waited float64
	s := &analyzer.Saving{TripBasis: "none"}
	requests := 0
	for _, o := range js {
		c := o.loop
		calls += c.Executions
		execMS := float64(c.ExecUS) / 1000
		s.ExecMS += execMS
		if c.Requests == 0 || c.Executions == 0 {
			continue
		}
		requests += c.Requests
		batches := float64(c.Requests * max(1, len(o.body)))
		batch := .05*batches + o.batched()
		s.BatchMS += batch
		if c.Parallel && c.TotalWallUS > 0 {
			saved += max(0, float64(c.TotalWallUS)/1000-batch) // they ran side by side already
			continue
		}
		pause, basis := o.pause(r.w.RTT)
		n := max(0, float64(c.Executions)-batches)
		if basis != "" {
			s.TripBasis = basis
			trips += n
			waited += n * min(pause, maxPause)
			s.Capped = s.Capped || basis == "measured" && pause > maxPause
		}
		saved += max(0, execMS-batch)
	}
	saved += waited
	execMS := s.ExecMS
	i := analyzer.Impact{Calls: &calls, ExecMS: &execMS}
	if j.rule == keysetRule || j.rule == offsetRule || requests == 0 {
		return i, nil, nil // a better way to page sends as many statements
	}
	i.SavedMS = &saved
	per := func(total float64) float64 { return total / float64(requests) }
	request := per(saved)
	s.RequestMS, s.Trips, s.ExecMS, s.BatchMS = &request, per(trips), per(s.ExecMS), per(s.BatchMS)
	if trips > 0 {
		s.TripMS = waited / trips
	}
	if hours := r.span().Hours(); hours > 0 {
		hour := saved / hours
		s.HourMS = &hour
	}
	if s.Capped {
		return i, s, []string{"pauses between the statements count up to 20 ms each: the rest is the application's own time"}
	}
	return i, s, nil
}

// shortestSpan is what a log must cover to say anything of an hour.
const shortestSpan = 10 * time.Minute

// span is how long a time the input covers; 0 where it says nothing of an hour.
func (r *review) span() time.Duration {
	if r.w.Source == nil || r.w.Source.From.IsZero() || r.w.Source.To.IsZero() {
		return 0
	}
	if d := r.w.Source.To.Sub(r.w.Source.From); d >= shortestSpan {
		return d
	}
	return 0
}

// pause is what one round trip costs, ms, and how that is known: what was
// measured between the statements, or rtt. Basis "" is no round trip.
func (j *judged) pause(rtt float64) (ms float64, basis string) {
	c := j.loop
	switch {
	case j.rule == pipelinedRule:
		return 0, ""
	case c.TotalWallUS <= 0 || c.TotalTrips <= 0:
		return rtt, "assumed"
	}
	return max(0, float64(c.TotalWallUS-c.TotalBusyUS)/float64(c.TotalTrips)/1000), "measured"
}

// batched is how much of the statements' own time their batches take, ms.
func (j *judged) batched() float64 {
	var known, ms float64
	for _, u := range j.body {
		known += float64(u.member.ExecUS) / 1000
		ms += float64(u.member.ExecUS) / 1000 * j.share(u)
	}
	return ms + max(0, float64(j.loop.ExecUS)/1000-known)*j.share(j.lead)
}

// share of a statement's own time that its batch still takes.
func (j *judged) share(u *subject) float64 {
	top := u.query.Scopes[0]
	switch {
	case j.rule == duplicateRule:
		return 1 / float64(max(1, j.loop.Iterations.Median))
	case u.query.Command == query.Insert:
		return .3
	case u.query.Command == query.Select && top.Limit != nil && len(top.OrderBy) > 0 && !u.write && !slices.ContainsFunc(u.keys, key.row):
		return 1 // the first rows of each key
	}
	return .5
}
