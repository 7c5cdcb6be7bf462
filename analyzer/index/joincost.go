package index

import (
	"math"
)

// probes is a nested loop over an index scan of the inner side, with a cache
// of the results where the outer side repeats itself (initial_cost_nestloop,
// cost_memoize_rescan).
func (m *model) probes(outer, inner path, rows, distinct float64) path {
	loops := max(1, outer.rows)
	each := inner.total
	if m.version == 0 || m.version >= 140000 {
		if hit := clamp(1-min(distinct, loops)/loops, 0, 1); hit > 0 {
			memoized := inner.total*(1-hit) + m.set.cpuOp + m.set.cpuTuple*(1-hit)*(1+inner.rows) + m.set.cpuTuple
			each = min(each, memoized)
		}
	}
	return path{
		startup: outer.startup + inner.startup,
		total:   outer.total + loops*each + rows*m.set.cpuTuple,
		rows:    rows, ordered: outer.ordered, steps: chain(inner.steps, outer.steps),
	}
}

// hash is a hash join with the table built of inner (initial_cost_hashjoin,
// final_cost_hashjoin).
func (m *model) hash(outer, inner path, rows float64, clauses int, distinct float64, in []bool, ms *members) path {
	n := float64(clauses)
	startup := outer.startup + inner.total + (m.set.cpuOp*n+m.set.cpuTuple)*inner.rows
	run := outer.total - outer.startup + m.set.cpuOp*n*outer.rows
	width := 0.0
	for k, is := range in {
		if is {
			width += ms.rels[k].width
		}
	}
	if bytes := inner.rows * (align(width, 8) + 24 + 16); bytes > m.set.workMem*m.set.hashMem {
		innerPages := math.Ceil(inner.rows * (align(width, 8) + 24) / pageBytes)
		outerPages := math.Ceil(outer.rows * (align(width, 8) + 24) / pageBytes)
		startup += m.set.seqPage * innerPages
		run += m.set.seqPage * (innerPages + 2*outerPages)
	}
	bucket := clampRows(inner.rows / max(1, min(distinct, inner.rows)) * .5)
	run += m.set.cpuOp*n*outer.rows*bucket + m.set.cpuTuple*rows
	return path{startup: startup, total: startup + run, rows: rows, steps: chain(inner.steps, outer.steps)}
}

// product is a nested loop over the materialised inner side.
func (m *model) product(outer, inner path, rows float64, clauses int) path {
	loops := max(1, outer.rows)
	total := outer.total + inner.total + inner.rows*2*m.set.cpuOp +
		loops*inner.rows*(m.set.cpuOp+m.set.cpuTuple+float64(clauses)*m.set.cpuOp)
	return path{
		startup: outer.startup + inner.startup, total: total, rows: rows,
		ordered: outer.ordered, steps: chain(inner.steps, outer.steps),
	}
}

// chain puts the steps of a, few, in front of those of b.
func chain(a, b *step) *step {
	if a == nil {
		return b
	}
	c := *a
	c.next = chain(a.next, b)
	return &c
}
