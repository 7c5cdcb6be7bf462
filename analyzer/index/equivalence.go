package index

import (
	"slices"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
)

// class is a set of columns that equalities make the same (equivclass.c): a.x =
// b.x and b.x = c.x also join a to c. Whatever the order of the join, each
// member but the first pays for it once.
type class struct {
	sides []side
}

// side is one column of a class.
type side struct {
	member   int
	part     schema.Part
	distinct float64
	nulls    float64
}

func (c *class) of(member int) *side {
	for i := range c.sides {
		if c.sides[i].member == member {
			return &c.sides[i]
		}
	}
	return nil
}

// classes collects the equalities between columns of tables.
type classes struct{ list []*class }

// add makes the columns of a and b the same.
func (cs *classes) add(a, b side) {
	find := func(s side) int {
		return slices.IndexFunc(cs.list, func(c *class) bool {
			return slices.ContainsFunc(c.sides, func(o side) bool { return o.member == s.member && key(o.part) == key(s.part) })
		})
	}
	i, k := find(a), find(b)
	switch {
	case i < 0 && k < 0:
		cs.list = append(cs.list, &class{[]side{a, b}})
	case i < 0:
		cs.list[k].sides = append(cs.list[k].sides, a)
	case k < 0:
		cs.list[i].sides = append(cs.list[i].sides, b)
	case i != k:
		cs.list[i].sides = append(cs.list[i].sides, cs.list[k].sides...)
		cs.list = slices.Delete(cs.list, k, k+1)
	}
}

// maxImplied bounds the conditions that a class may add.
const maxImplied = 64

// imply links the members of each class that no condition joins directly.
// Below an outer join nothing follows.
func (ms *members) imply() {
	added := 0
	for _, c := range ms.classes {
		for _, x := range c.sides {
			for _, y := range c.sides {
				if x.member == y.member || ms.linked[x.member][y.member] && ms.joins(x, y) || ms.nullable[x.member] || ms.nullable[y.member] || added >= maxImplied {
					continue
				}
				added++
				r, o := ms.rels[x.member], ms.rels[y.member]
				r.implied = append(r.implied, &cond{
					kind: joined, part: x.part, other: o.a.index,
					pred: &query.Predicate{
						Table: r.a.index, Column: x.part.Column, Op: query.Eq, Operator: "=",
						Join: &query.ColumnRef{Table: o.a.index, Column: y.part.Column},
					},
				})
				ms.linked[x.member][y.member] = true
				ms.key[x.member][y.member] = max(ms.key[x.member][y.member], min(x.distinct, r.rows))
			}
		}
	}
}

// joins reports whether a condition joins the column of x to the member of y.
func (ms *members) joins(x, y side) bool {
	r := ms.rels[x.member]
	return slices.ContainsFunc(append(slices.Clone(r.a.conds), r.implied...), func(c *cond) bool {
		to, ok := r.member(c)
		return ok && to == y.member && key(c.part) == key(x.part)
	})
}

// factor is the selectivity of joining member i to the members before it.
func (ms *members) factor(i int, in func(int) bool) float64 {
	s := 1.0
	for k := range ms.rels {
		if in(k) {
			s *= ms.edge[i][k]
		}
	}
	product := map[int]float64{}
	paid := map[int][]string{}
	for _, c := range ms.classes {
		x := c.of(i)
		if x == nil {
			continue
		}
		best, with := 1.0, -1
		for _, y := range c.sides {
			if y.member == i || !in(y.member) {
				continue
			}
			// eqjoinsel, common values aside
			if f := (1 - x.nulls) * (1 - y.nulls) / max(1, x.distinct, y.distinct); with < 0 || f < best {
				best, with = f, y.member
			}
		}
		if with >= 0 {
			s *= best
			if product[with] == 0 {
				product[with] = 1
			}
			product[with] *= best
			paid[with] = append(paid[with], x.part.Column, c.of(with).part.Column)
		}
	}
	// A join on all columns of a key finds one row for each of the other side:
	// columns of one table are not independent (PostgreSQL learns it of foreign
	// keys, get_foreign_key_join_selectivity).
	for k, p := range product {
		if floor := max(ms.rels[i].keyed(paid[k]), ms.rels[k].keyed(paid[k])); p < floor {
			s *= floor / p
		}
	}
	return s
}

// keyed is the selectivity of pinning a unique index over several of the
// columns, 0 when there is none.
func (r *rel) keyed(columns []string) float64 {
	if r.a == nil {
		return 0
	}
	for _, d := range r.a.table.Rel.Indexes {
		if d.Unique && d.Where == "" && !d.Invalid && len(d.Parts) > 1 &&
			!slices.ContainsFunc(d.Parts, func(p schema.Part) bool { return !slices.Contains(columns, p.Column) }) {
			return 1 / max(1, r.tuples)
		}
	}
	return 0
}

// rows is the size of the whole join.
func (ms *members) rows() float64 {
	rows := 1.0
	for i, r := range ms.rels {
		rows *= r.rows * ms.factor(i, func(k int) bool { return k < i })
	}
	return rows
}
