package nplusone

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/workload"
)

// ends reports COMMIT and END: a transaction that was done.
func ends(text string) bool {
	word, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(text)), " ")
	word = strings.TrimSuffix(word, ";")
	return word == "commit" || word == "end"
}

// inserts finds rows that are inserted one by one for each row of another
// table's: an INSERT into a table that points to the other one, several times as
// often. Rows that come in over days do the same, so that it takes more: one
// transaction for each of the parents, or the same number of rows for each.
func (c *counts) inserts() []*countedPair {
	var parents, children []*tally
	for _, t := range c.tallies {
		if t.stmt.Query == nil || t.stmt.Query.Command != query.Insert || t.traits&workload.TraitMultiRow != 0 || t.stmt.Query.MultiRow {
			continue
		}
		u := t.read(1)
		if u == nil || c.servers[t.server].rows && t.perCall() > fewestRows {
			continue
		}
		t.subject = u
		parents = append(parents, t)
		if c.enough(t) {
			children = append(children, t)
		}
	}
	parents = c.bounded(parents, maxParents, func(t *tally) int64 { return t.calls })
	children = c.bounded(children, maxParents, func(t *tally) int64 { return t.calls })
	byAccount := map[account][]*tally{}
	for _, p := range parents {
		byAccount[p.account] = append(byAccount[p.account], p)
	}
	var all [][]*countedPair
	compared := 0
	for _, child := range children {
		var linked []*countedPair
		for _, p := range byAccount[child.account] {
			from := pointsTo(child.subject, p.subject)
			if from.base == 0 || same(child.subject.table, p.subject.table) {
				continue
			}
			compared++
			if float64(child.calls) >= fewestTimes*float64(p.calls) {
				linked = append(linked, &countedPair{
					kind: countedInsert, child: child, parent: p, from: from, declared: from.base > byKey,
					ratio: float64(child.calls) / float64(max(p.calls, 1)), intervals: c.servers[child.server].intervals,
				})
			}
		}
		all = append(all, linked)
	}
	var out []*countedPair
	for _, linked := range all {
		for _, x := range linked {
			x.score = relatedScore
			if c.together(x) || x.whole(compared) {
				x.score, x.exact = insertScore, true
			}
			if !x.declared {
				x.score -= namesOnly
			}
		}
		if len(linked) > 0 {
			out = append(out, slices.MinFunc(linked, func(a, b *countedPair) int {
				return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.ratio, b.ratio), cmp.Compare(a.parent.stmt.ID, b.parent.stmt.ID))
			}))
		}
	}
	return out
}

// together reports as many transactions as parents, give or take: the children
// are then inserted in those of their parents, several in each.
func (c *counts) together(x *countedPair) bool {
	n, p := float64(c.commits[x.child.account]), float64(x.parent.calls)
	return n >= .95*p && n <= 1.5*p
}

// whole reports the same number of children for each parent, as far as the sums
// can tell: by chance a ratio lies as near to a whole number in 2 % of cases, or
// in one of as many as there are parents, and in one of the compared pairs as
// many times as often.
func (x *countedPair) whole(compared int) bool {
	const most, near, chance = 50, .01, .05
	off := math.Abs(x.ratio - math.Round(x.ratio))
	return x.ratio <= most && off <= near && max(2*near, 1/float64(x.parent.calls))*float64(compared) <= chance
}

// pointsTo finds the column of an INSERT that points to the parent's table.
func pointsTo(u, parent *subject) source {
	columns := u.query.Set
	if len(columns) == 0 && u.table.Rel != nil {
		for _, c := range u.table.Rel.Columns {
			columns = append(columns, c.Name)
		}
	}
	var best source
	for _, column := range columns {
		switch {
		case refers(u.table.Rel, column, parent.table.Rel, ""):
			return source{parent.table, column, byKey + .01}
		case best.base == 0 && declared(u.table.Rel, column) == nil && names(stem(column), parent.table.Name):
			best = source{parent.table, column, byKey}
		}
	}
	return best
}
