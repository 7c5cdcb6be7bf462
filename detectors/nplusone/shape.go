package nplusone

import (
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/sequence"
)

// A loop of writes often has no parent in the log: its rows come from the
// program. What tells it from requests that write a row each is its shape
// (docs/adr/0006-loops-of-writes-without-a-parent.md).

// ofOneOwner reports a loop of INSERTs whose rows all point to the same row of
// another table, as the lines of one order do: those of many requests would
// point to the rows of many users.
func (j *judged) ofOneOwner() bool {
	u := j.lead
	if u.query.Command != query.Insert || !u.each || j.loop.Iterations.Median < enoughRuns || j.purity() < .9 {
		return false
	}
	return slices.ContainsFunc(u.same, func(column string) bool {
		if u.table == nil || shared(column) {
			return false
		}
		return foreignKey(u.table.Rel, column) != nil || pointer(column) && !ownKey(column, u.table.Name) && !unique(u.table.Rel, column)
	})
}

// pointer reports a column that points to another table's row by a number that
// means nothing, not by a code of a few.
func pointer(column string) bool {
	switch ending(column) {
	case "id", "uuid", "guid", "pk", "fk", "no", "nr":
		return stem(column) != ""
	}
	return false
}

// shared reports a column that many rows of many users have the same value of.
func shared(column string) bool {
	words := strings.Split(stem(column), "_")
	switch words[len(words)-1] {
	case "type", "kind", "status", "state", "category", "level", "mode", "source", "channel", "version",
		"tenant", "organization", "organisation", "org", "company", "site", "app", "application", "realm", "domain",
		"currency", "country", "language", "lang", "locale", "region", "zone":
		return true
	}
	return false
}

// checksFirst reports a loop that looks for a row by a value of the program's
// and writes one with that value, as get-or-create does, where the next value
// follows as fast as the write follows the look.
func (j *judged) checksFirst() bool {
	c, u := j.loop, j.lead
	if !alone(c) || j.purity() < .9 || u.query.Command != query.Insert || !u.each || u.table == nil || c.GapUS > 2*pauseWithin(c) {
		return false
	}
	return slices.ContainsFunc(j.body, func(o *subject) bool {
		return o != u && o.query.Command == query.Select && o.each && o.table != nil && same(o.table, u.table) &&
			slices.ContainsFunc(o.keys, func(k key) bool { return slices.Contains(u.query.Set, k.column) && !slices.Contains(u.same, k.column) })
	})
}

// pauseWithin is the mean pause between two statements of one iteration, µs; 0
// when there are none, or it is not known.
func pauseWithin(c *sequence.Candidate) int64 {
	between := c.Executions
	for _, m := range c.Body {
		if m.Group == c.Head {
			between = m.Count - int64(c.Requests)
		}
	}
	within := c.TotalTrips - between
	if within <= 0 {
		return 0
	}
	return max(0, (c.TotalWallUS-c.TotalBusyUS-between*c.GapUS)/within)
}

// alone reports a loop with nothing else in it and quiet around it.
func alone(c *sequence.Candidate) bool { return !c.Untimed && c.Share >= .9 && c.Quiet >= 20 }
