package nplusone

import (
	"math"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/sequence"
)

// certainty is how sure we are of a loop over rows: 0 to .98. The weights and
// caps were set on labelled logs; see bestLink.
func (j *judged) certainty() float64 {
	c := j.loop
	distinct := c.Distinct
	if j.lead.member.Group != c.Head {
		distinct = j.lead.member.Distinct
	}
	score := j.link.score
	conf := .35 + .45*score
	j.because("the same statement ran again and again", .35)
	j.becauseOfLink()
	add := func(fact string, points float64) {
		conf += points
		j.because(fact, points)
	}
	if distinct >= enoughRuns || j.lead.sequence {
		add("five different values or more", .15)
	}
	if c.Iterations.Median >= manyRuns {
		add("ten times or more", .05)
	}
	limit := .98
	switch c.Scope {
	case sequence.ScopeTrace:
		add("all in one span of a trace", .10)
	case sequence.ScopeRequest:
		add("all under one request's tag", .10)
	case sequence.ScopeTransaction:
		add("all in one transaction", .05)
	case sequence.ScopeTxRun:
		add("a run of equal transactions", .05)
		switch {
		case j.ofOneOwner():
			limit = .55
		case j.checksFirst():
			limit = .50
		case !j.plausible():
			limit = .30
		case score >= strongLink:
		case score > enoughLink && j.tight(5000):
			limit = .55
		default:
			limit = .30
		}
	case sequence.ScopePool:
		limit = .40 // requests that ran side by side are in it, too
	case sequence.ScopeSegment:
		switch {
		case score >= weakestLink && j.purity() >= .5 && j.plausible():
		case j.ofOneOwner():
			limit = .55
		case j.checksFirst():
			limit = .50
		case score >= weakestLink && j.purity() >= .5:
			limit = .45
		case j.clean(1000) && c.Iterations.Median <= 1000:
			limit = .50
		case j.clean(20_000):
			limit = .45
		default:
			limit = .30
		}
	}
	if distinct < 0 {
		limit = min(limit, .75)
	}
	if conf > limit {
		j.because(j.cap(limit, distinct), limit-conf)
	}
	return round(min(conf, limit))
}

// often reports a loop that is long at times, as its parent has rows.
func (j *judged) often() bool {
	c := j.loop
	return c.Iterations.Max >= enoughRuns && c.Requests >= oftenTimes && j.link.base >= enoughLink
}

// plausible reports a loop that may well walk its parent's rows. On a pooled
// connection the lookups of other requests follow a list, too, by chance: then
// more of them than the list can have rows, or after few of its executions, or
// without any pause that sets the list and the loop apart.
func (j *judged) plausible() bool {
	p := j.link.seen
	exact := exact(p)
	apart := 2*p.Apart >= p.Times
	switch {
	case exact && p.Exact > 1:
		return true
	case p.Limit >= 0 && p.Rows < 0 && 10*p.Above > p.Times:
		return false
	case j.loop.Iterations.Median < enoughRuns && !exact && !apart:
		return false
	case j.follows < .3:
		return false
	}
	return exact || apart || j.follows >= .7 || p.Times < oftenTimes
}

// tight reports a loop with nothing else in it and no long pauses (µs).
func (j *judged) tight(gap int64) bool {
	c := j.loop
	return !c.Untimed && j.purity() >= .9 && c.GapUS <= gap && c.MaxGapUS <= 10*gap && len(j.body) == len(c.Body)
}

// purity is the share of the statements within the loop that belong to it.
func (j *judged) purity() float64 {
	var own, all int64
	for _, m := range j.loop.Body {
		all += m.Count
	}
	for _, u := range j.body {
		own += u.member.Count
	}
	return j.loop.Share * float64(own) / float64(max(all, 1))
}

// clean reports a burst: nothing else in it, quiet around it, pauses no longer
// than gap (µs).
func (j *judged) clean(gap int64) bool {
	c := j.loop
	return !c.Untimed && c.Quiet >= 20 && j.purity() >= .9 && c.GapUS <= gap && len(j.body) == len(c.Body)
}

// severity by the contract of the command: certain loops outside of batch jobs
// are errors.
func severity(rule string, confidence float64, batchJob bool) analyzer.Severity {
	switch {
	case confidence < .50, batchJob, rule == keysetRule, rule == pipelinedRule:
		return analyzer.Info
	case confidence >= .80 && (rule == loopRule || rule == writeRule):
		return analyzer.Error
	}
	return analyzer.Warning
}

func round(f float64) float64 { return math.Round(f*100) / 100 }
