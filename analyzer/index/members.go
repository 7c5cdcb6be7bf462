package index

import (
	"slices"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
)

// memberOf reports whether sub-query c stands in x IN (SELECT ...) of s and
// can be joined.
func memberOf(s, c *query.Scope) bool {
	if c.Kind != query.SubLink || c.Correlated || c.Negated {
		return false
	}
	for _, p := range s.Predicates {
		if p.Op == query.In && p.Or == 0 && p.Table >= 0 && len(p.Values) == 1 && p.Values[0].Kind == query.SubQuery && p.Values[0].Scope == c {
			return true
		}
	}
	return false
}

// subquery returns the scope of x IN (SELECT ...), nil for other conditions.
func (m *model) subquery(c *cond) *query.Scope {
	if c.kind == joined && c.pred.Op == query.In && len(c.pred.Values) == 1 && c.pred.Values[0].Kind == query.SubQuery {
		return c.pred.Values[0].Scope
	}
	return nil
}

// members prepares the join of a scope. whole leaves the conditions on outer
// scopes out.
func (m *model) members(l *level, accesses []*access, whole bool) *members {
	ms := &members{}
	number := map[int]int{} // of the tables of the scope
	for _, a := range accesses {
		number[a.index] = len(ms.rels)
		ms.rels = append(ms.rels, m.newRel(a, m.figures(a.table.Rel), whole))
		ms.nullable = append(ms.nullable, a.table.Outer)
	}
	tables := len(ms.rels)
	if len(l.derived) > 0 || working(accesses) {
		ms.derived = true
		r := &rel{rows: 1}
		if len(l.derived) == 0 {
			r.rows = workingRows
		}
		for _, d := range l.derived {
			r.rows = max(r.rows, d.rows)
			r.width += d.width
		}
		number[-1] = len(ms.rels)
		ms.rels, ms.nullable = append(ms.rels, r), append(ms.nullable, false)
	}
	in := map[*query.Scope]int{}
	for _, d := range l.in {
		in[d.scope] = len(ms.rels)
		ms.rels, ms.nullable = append(ms.rels, &rel{rows: max(1, d.rows), width: d.width}), append(ms.nullable, false)
	}
	n := len(ms.rels)
	type pair struct{ i, k int }
	counted := map[pair]bool{}
	var same classes
	ms.edge, ms.key, ms.linked = make([][]float64, n), make([][]float64, n), make([][]bool, n)
	for i := range n {
		ms.edge[i], ms.key[i], ms.linked[i] = make([]float64, n), make([]float64, n), make([]bool, n)
		for k := range n {
			ms.edge[i][k], ms.key[i][k] = 1, 1
		}
	}
	for i := range tables {
		r := ms.rels[i]
		r.number, r.in = number, in
		for _, c := range r.a.conds {
			k, ok := r.member(c)
			if !ok || k == i {
				continue
			}
			ms.linked[i][k], ms.linked[k][i] = true, true
			own := m.estimate.distinctOf(r.a, c.part, r.tuples)
			ms.key[i][k] = max(ms.key[i][k], min(own, r.rows))
			other := ms.rels[k]
			switch {
			case other.a == nil:
				if s := m.subquery(c); s != nil && in[s] == k {
					other.rows = min(other.rows, own) // each value once
				}
				ms.edge[i][k] = 1 / max(1, own)
				ms.key[k][i] = other.rows
				ms.edge[k][i] = ms.edge[i][k]
			case c.part.Column != "" && c.pred.Join.Column != "":
				there := schema.Part{Column: c.pred.Join.Column}
				same.add(
					side{i, c.part, own, m.nulls(r, c.part)},
					side{k, there, m.estimate.distinctOf(other.a, there, other.tuples), m.nulls(other, there)},
				)
			case !counted[pair{k, i}]: // a condition stands at both tables: it counts once
				counted[pair{i, k}] = true
				ms.edge[i][k] *= (1 - m.nulls(r, c.part)) / max(1, own)
				ms.edge[k][i] = ms.edge[i][k]
			}
		}
	}
	ms.classes = same.list
	ms.imply()
	return ms
}

// workingRows is how many rows a recursive arm is taken to work on: ten times
// those that it begins with (cost_recursive_union), of which there is mostly one.
const workingRows = 10

// working reports whether the scope is joined to rows that no sub-query of its
// own makes: those of the recursion that it is an arm of.
func working(accesses []*access) bool {
	return slices.ContainsFunc(accesses, func(a *access) bool {
		return slices.ContainsFunc(a.conds, func(c *cond) bool { return c.kind == joined && c.other == -1 })
	})
}

func (m *model) nulls(r *rel, p schema.Part) float64 {
	if b := m.estimate.column(r.a, p.Column); b != nil {
		return b.stats.NullFrac
	}
	return 0
}
