package index

import (
	"cmp"
	"math"
	"slices"
	"strconv"
)

// maxAnded bounds the indexes of which pairs are tried as BitmapAnd.
const maxAnded = 6

// scans lists the ways to read one table by its own conditions.
func (m *model) scans(r *rel, options []*option) []path {
	out := []path{m.sequential(r, r.ops, r.rows)}
	out = append(out, m.indexed(r, options, nil, r.rows, 1)...)
	for i := range r.a.ors {
		if p, ok := m.bitmapOr(r, options, i); ok {
			out = append(out, p)
		}
	}
	return out
}

// indexed lists the scans by an index when the columns of the partners are
// known, as often as loops says.
func (m *model) indexed(r *rel, options []*option, partners []int, rows, loops float64) []path {
	type part struct {
		cost, selectivity float64
		option            *option
		use               *use
	}
	var out []path
	var parts []part
	for _, o := range options {
		u := m.use(r, o, partners)
		if u == nil {
			continue
		}
		if len(partners) > 0 && !slices.ContainsFunc(u.bound, func(c *cond) bool { _, ok := r.member(c); return ok }) {
			continue
		}
		ops := r.ops + float64(len(partners))
		if !u.lossy && o.def.Method != "hash" || o.def.Method == "gist" {
			out = append(out, m.indexScan(r, o, u, ops, rows, loops))
		}
		if len(u.bound) > 0 {
			cost, s := m.bitmapPart(r, o, u, loops)
			out = append(out, m.bitmap(r, cost, s, o.pages, ops, rows, loops, &step{rel: r, option: o, bound: true}))
			parts = append(parts, part{cost, s, o, u})
		}
	}
	slices.SortStableFunc(parts, func(x, y part) int { return cmp.Compare(x.cost, y.cost) })
	parts = parts[:min(len(parts), maxAnded)]
	for i, x := range parts {
		for _, y := range parts[i+1:] {
			if overlap(x.use, y.use) {
				continue
			}
			steps := &step{rel: r, option: x.option, bound: true, next: &step{rel: r, option: y.option, bound: true}}
			cost := x.cost + y.cost + 100*m.set.cpuOp // cost_bitmap_and_node
			out = append(out, m.bitmap(r, cost, x.selectivity*y.selectivity, x.option.pages+y.option.pages, r.ops, rows, loops, steps))
		}
	}
	return out
}

// overlap reports whether two indexes decide one condition both: combining
// them would count it twice (choose_bitmap_and).
func overlap(x, y *use) bool {
	for _, c := range x.conditions() {
		if slices.Contains(y.bound, c) || slices.Contains(y.checked, c) {
			return true
		}
	}
	return false
}

// bitmapOr reads each arm of an OR by the index that is cheapest for it.
func (m *model) bitmapOr(r *rel, options []*option, or int) (path, bool) {
	var steps *step
	cost, none, pages := 0.0, 1.0, 0.0
	for n, arm := range r.a.ors[or].arms {
		bestCost, bestSel := math.Inf(1), 1.0
		var best *option
		for _, o := range options {
			id := "or" + strconv.Itoa(or) + "." + strconv.Itoa(n)
			u, ok := o.uses[id]
			if !ok {
				conds := slices.DeleteFunc(slices.Clone(arm), func(c *cond) bool { return c.kind == filter || c.kind == joined && c.other != outerScope })
				own := len(conds)
				conds = append(conds, m.conditions(r, nil)...)
				if u = match(o.def, r.a, conds, m.schema); u != nil && !slices.ContainsFunc(u.bound, func(c *cond) bool { return slices.Contains(conds[:own], c) }) {
					u = nil
				}
				o.uses[id] = u
			}
			if u == nil || len(u.bound) == 0 {
				continue
			}
			if c, s := m.bitmapPart(r, o, u, 1); c < bestCost {
				bestCost, bestSel, best = c, s, o
			}
		}
		if best == nil {
			return path{}, false
		}
		cost += bestCost + 100*m.set.cpuOp // cost_bitmap_or_node
		none *= 1 - bestSel
		pages += best.pages
		steps = &step{rel: r, option: best, bound: true, next: steps}
	}
	return m.bitmap(r, cost, 1-none, pages, r.ops, r.rows, 1, steps), true
}
