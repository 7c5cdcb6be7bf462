package nplusone

import (
	"slices"

	"github.com/apilint/apilint/analyzer"
)

// shownSteps is how many executions a timeline has, its parent included.
const shownSteps = 14

// timeline is the beginning of the first request: the statement whose rows the
// loop walks and the first iterations. None where the input has no times.
func (r *review) timeline(j *judged) []analyzer.Step {
	var out []analyzer.Step
	var first int64
	for _, s := range j.loop.Steps {
		if s.Before && (j.link.parent == nil || s.Group != j.link.seen.Group) {
			continue
		}
		if !s.Before && !slices.ContainsFunc(j.body, func(u *subject) bool { return u.member.Group == s.Group }) {
			continue // came by chance, and is no part of the loop
		}
		stmt := r.w.ByGroup[s.Group]
		if stmt == nil || len(out) == shownSteps {
			continue
		}
		if len(out) == 0 {
			first = s.AtUS
		}
		out = append(out, analyzer.Step{Query: stmt.ID, Line: s.Line, AtMS: float64(s.AtUS-first) / 1000, MS: float64(s.DurUS) / 1000})
	}
	if len(out) < 2 {
		return nil
	}
	return out
}
