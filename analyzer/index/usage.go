package index

import (
	"cmp"
	"slices"

	"github.com/apilint/apilint/analyzer/schema"
)

// usage counts how much of the workload pins which column, so that the order
// of equality columns can be chosen for reuse: a probe by equalities costs the
// same in any order, so the other statements decide.
type usage map[string]map[string]*popularity

type popularity struct {
	weight float64
	first  int // order of first appearance
}

// tally counts the equality columns of all accesses.
func tally(all []*access) usage {
	u := usage{}
	for _, a := range all {
		t := a.name().String()
		if u[t] == nil {
			u[t] = map[string]*popularity{}
		}
		for _, c := range a.conds {
			if !c.equality() {
				continue
			}
			p := u[t][key(c.part)]
			if p == nil {
				p = &popularity{first: len(u[t])}
				u[t][key(c.part)] = p
			}
			if c.selective() {
				p.weight += max(a.stmt.Calls, 1)
			}
		}
	}
	return u
}

// sort orders equality conditions for the head of an index: those that most of
// the workload pins first, then the more distinct ones, then as the table has
// them, then as the statements wrote them.
func (u usage) sort(a *access, conds []*cond) []*cond {
	out := slices.Clone(conds)
	pop := u[a.name().String()]
	at := func(c *cond) popularity {
		if p := pop[key(c.part)]; p != nil {
			return *p
		}
		return popularity{first: len(pop)}
	}
	slices.SortStableFunc(out, func(x, y *cond) int {
		px, py := at(x), at(y)
		return cmp.Or(
			cmp.Compare(py.weight, px.weight),
			cmp.Compare(distinct(a, y), distinct(a, x)),
			cmp.Compare(number(a, x), number(a, y)),
			cmp.Compare(px.first, py.first),
		)
	})
	return out
}

// distinct is the number of distinct values of a condition's column, 0 unknown.
func distinct(a *access, c *cond) float64 {
	col := a.table.Rel.Column(c.part.Column)
	if col == nil || col.Stats == nil {
		return 0
	}
	rows := 0.0
	if a.table.Rel.Stats != nil {
		rows = a.table.Rel.Stats.Rows
	}
	return distinctValues(col.Stats, rows)
}

// distinctValues reads pg_stats.n_distinct: negative is a fraction of the rows.
func distinctValues(s *schema.ColumnStats, rows float64) float64 {
	if s.NDistinct < 0 {
		return max(1, -s.NDistinct*rows)
	}
	return s.NDistinct
}

func number(a *access, c *cond) int {
	if col := a.table.Rel.Column(c.part.Column); col != nil {
		return col.Num
	}
	return 0
}
