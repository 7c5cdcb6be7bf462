package index

import (
	"math"
	"strings"
)

// finish groups, sorts and cuts the rows of a scope.
func (m *model) finish(l *level, p path, limit float64, whole bool) path {
	s := l.scope
	if s.Aggregates || len(s.GroupBy) > 0 {
		groups := 1.0
		for range s.GroupBy {
			groups = min(p.rows, groups*defaultDistinct)
		}
		// cost_agg, hashed: a transition and its argument per aggregate
		ops := float64(len(s.GroupBy))
		for _, o := range s.Output {
			if o.Aggregate {
				ops += float64(strings.Count(o.Text, "(") + strings.Count(o.Text, " * ") + strings.Count(o.Text, " - ") + strings.Count(o.Text, " + "))
			}
		}
		p.total += p.rows * m.set.cpuOp * max(1, ops)
		p.startup = p.total
		p.total += groups * m.set.cpuTuple
		p.rows, p.ordered = groups, false
	}
	if s.Distinct {
		p.total += p.rows * m.set.cpuOp * float64(max(1, len(s.Output)))
		if len(s.DistinctOn) == 0 {
			p.startup, p.ordered = p.total, false
		}
	}
	if len(s.OrderBy) > 0 && !p.ordered {
		p = m.sorted(p, l.width, limit)
	}
	if limit > 0 && limit < p.rows {
		p.total = p.startup + (p.total-p.startup)*limit/p.rows
		p.rows = limit
	} else if s.Exists && !whole && p.rows > 1 {
		p.total = p.startup + (p.total-p.startup)*2/(p.rows+1) // compute_semi_anti_join_factors
		p.rows = 1
	}
	return p
}

// sorted is cost_tuplesort.
func (m *model) sorted(p path, width, limit float64) path {
	rows := max(p.rows, 2)
	kept := rows
	if limit > 0 {
		kept = min(rows, limit)
	}
	compare := 2 * m.set.cpuOp
	bytes := func(n float64) float64 { return n * (align(width, 8) + 24) }
	var cost float64
	switch {
	case bytes(kept) > m.set.workMem:
		pages := math.Ceil(bytes(rows) / pageBytes)
		runs := bytes(rows) / m.set.workMem
		order := max(6, math.Floor(m.set.workMem/(32*pageBytes+pageBytes)))
		passes := 1.0
		if runs > order {
			passes = math.Ceil(math.Log(runs) / math.Log(order))
		}
		cost = compare*rows*math.Log2(rows) + 2*pages*passes*(m.set.seqPage*.75+m.set.randomPage*.25)
	case rows > 2*kept:
		cost = compare * rows * math.Log2(2*kept)
	default:
		cost = compare * rows * math.Log2(rows)
	}
	if !m.set.sort {
		cost += disableCost
	}
	p.startup = p.total + cost
	p.total = p.startup + m.set.cpuOp*rows
	p.ordered = true
	return p
}
