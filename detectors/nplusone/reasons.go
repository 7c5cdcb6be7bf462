package nplusone

import (
	"fmt"
	"math"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/sequence"
)

// because notes a fact and what it adds to the confidence.
func (j *judged) because(fact string, points float64) {
	if points = math.Round(points*1e4) / 1e4; points != 0 {
		j.reasons = append(j.reasons, analyzer.Reason{Fact: fact, Points: points})
	}
}

// linkWeight is the part of the confidence that the parent can give.
const linkWeight = .45

// becauseOfLink tells the facts that tie the loop to the statement before it,
// as bestLink weighs them.
func (j *judged) becauseOfLink() {
	l, p := j.link, j.link.seen
	if l.parent == nil {
		return
	}
	left := l.score
	add := func(fact string, points float64) {
		left -= points
		j.because(fact, linkWeight*points)
	}
	name := l.parent.short()
	if l.column != "" {
		name += "." + l.column
	}
	switch {
	case l.base >= byKey:
		add(fmt.Sprintf("the values are those of %s, by a foreign key or its name", name), l.base)
	default:
		add(fmt.Sprintf("the values may be those of %s, by its name", name), l.base)
	}
	switch {
	case exact(p):
		add("as many times as it had rows, or its LIMIT", sameCount)
	case p.Below > p.Above:
		add("fewer times than it had rows, or its LIMIT", fewerRows)
	case p.Above > 0:
		add("more times than it had rows, or its LIMIT", moreRows)
	}
	if p.GapUS <= nearbyUS {
		add("at most 50 ms after it", nearby)
	}
	if p.Times >= oftenTimes && 2*p.Times >= j.loop.Requests {
		add("the two together in three requests or more", often)
	}
	if 2*p.Times < j.loop.Requests {
		add("in most requests it did not run before", seldom)
	}
	if math.Abs(left) > .011 { // a declared foreign key counts .01 more than its name, which no sum shows
		add("a statement before it says no more than this", left)
	}
}

// limit lowers the confidence in what may be one lookup of each of many
// requests.
func (j *judged) limit(confidence float64) {
	if j.confidence != confidence {
		j.because("many requests of one user look the same", confidence-j.confidence)
		j.confidence = confidence
	}
}

// atMost lowers the confidence to what such an input allows.
func (j *judged) atMost(confidence float64, fact string) {
	if j.confidence > confidence {
		j.because(fact, confidence-j.confidence)
		j.confidence = confidence
	}
}

// cap says why no more can be said.
func (j *judged) cap(limit float64, distinct int) string {
	switch {
	case distinct < 0 && limit == .75:
		return "the values are not in the log: no more than .75"
	case limit < .98 && (j.loop.Scope == sequence.ScopeSegment || j.loop.Scope == sequence.ScopeTxRun):
		return fmt.Sprintf("lookups of many requests on one connection look the same, and no tag tells them apart: no more than %s", fraction(limit))
	}
	return fmt.Sprintf("a log proves no intention: no more than %s", fraction(limit))
}

func fraction(f float64) string { return fmt.Sprintf("%.2f", f)[1:] }
