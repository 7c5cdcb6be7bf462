package index

import (
	"math"
	"math/bits"
)

// maxSearched is how many members of a join are ordered by trying all orders;
// more are joined greedily.
const maxSearched = 6

// members are the tables of a scope, and the sub-queries that stand as tables,
// with what joins them.
type members struct {
	rels     []*rel
	derived  bool        // one member behind the tables stands for what FROM derives
	edge     [][]float64 // selectivity of the conditions between two members that are of no class; 1 none
	classes  []*class
	linked   [][]bool    // joined by an equality
	nullable []bool      // cannot be read before what it is joined to
	key      [][]float64 // distinct values of the member's side of the join
}

// goal says what of the result is wanted first.
type goal struct {
	fraction float64 // of the rows; 1 all
	ordered  bool    // an order is worth something
}

// price is the cost of getting the wanted part.
func (g goal) price(p path) float64 { return p.startup + g.fraction*(p.total-p.startup) }

// choices are the ways worth keeping to get one set of members.
type choices struct {
	cheapest, ordered, first path
	any, sorted              bool
}

func (c *choices) offer(p path, g goal) {
	if !c.any || p.total < c.cheapest.total {
		c.cheapest = p
	}
	if !c.any || g.price(p) < g.price(c.first) {
		c.first = p
	}
	if p.ordered && (!c.sorted || g.price(p) < g.price(c.ordered)) {
		c.ordered, c.sorted = p, true
	}
	c.any = true
}

func (c *choices) paths() []path {
	out := []path{c.cheapest}
	if c.first != c.cheapest {
		out = append(out, c.first)
	}
	if c.sorted && c.ordered != c.cheapest && c.ordered != c.first {
		out = append(out, c.ordered)
	}
	return out
}

// joiner joins the members of one scope under one configuration.
type joiner struct {
	m       *model
	ms      *members
	options [][]*option // by member
	scans   [][]path    // by member, own conditions only
	goal    goal
}

// best returns the ways to get all members joined.
func (j *joiner) best() choices {
	n := len(j.ms.rels)
	switch {
	case n == 0:
		var c choices
		c.offer(path{rows: 1, total: j.m.set.cpuTuple}, j.goal)
		return c
	case n <= maxSearched:
		return j.search()
	}
	return j.greedy()
}

func (j *joiner) single(i int) choices {
	var c choices
	for _, p := range j.scans[i] {
		c.offer(p, j.goal)
	}
	return c
}

// search tries all left-deep orders by dynamic programming over sets.
func (j *joiner) search() choices {
	n := len(j.ms.rels)
	sets := make([]choices, 1<<n)
	for i := range n {
		if n == 1 || !j.ms.nullable[i] {
			sets[1<<i] = j.single(i)
		}
	}
	for set := 1; set < 1<<n; set++ {
		if !sets[set].any || bits.OnesCount(uint(set)) == n {
			continue
		}
		for i := range n {
			if set&(1<<i) == 0 && j.joinable(set, i) {
				j.extend(&sets[set|1<<i], &sets[set], set, i)
			}
		}
	}
	if all := sets[1<<n-1]; all.any {
		return all
	}
	return j.greedy() // every table nullable: a FULL JOIN
}

// joinable reports whether member i may be joined to a set now: what is joined
// by a condition comes before what is not.
func (j *joiner) joinable(set, i int) bool {
	if j.reaches(set, i) {
		return true
	}
	for k := range j.ms.rels {
		if set&(1<<k) == 0 && k != i && j.reaches(set, k) {
			return false
		}
	}
	return true
}

func (j *joiner) reaches(set, i int) bool {
	for k := range j.ms.rels {
		if set&(1<<k) != 0 && j.ms.linked[i][k] {
			return true
		}
	}
	return false
}

// greedy joins to the cheapest set so far what leaves it cheapest, from
// several beginnings.
func (j *joiner) greedy() choices {
	n := len(j.ms.rels)
	const beginnings = 8
	var best choices
	begun := 0
	for _, i := range j.smallest() {
		if begun >= beginnings {
			break
		}
		if j.ms.nullable[i] && begun > 0 {
			continue
		}
		begun++
		now := j.single(i)
		in := make([]bool, n)
		in[i] = true
		for range n - 1 {
			var next choices
			at := -1
			for _, linkedOnly := range []bool{true, false} {
				for k := range n {
					if in[k] || linkedOnly && !j.touches(in, k) {
						continue
					}
					var c choices
					j.extendList(&c, &now, in, k)
					if at < 0 || c.cheapest.rows < next.cheapest.rows || c.cheapest.rows == next.cheapest.rows && c.cheapest.total < next.cheapest.total {
						next, at = c, k
					}
				}
				if at >= 0 {
					break
				}
			}
			in[at] = true
			now = next
		}
		for _, p := range now.paths() {
			best.offer(p, j.goal)
		}
	}
	return best
}

func (j *joiner) touches(in []bool, i int) bool {
	for k, is := range in {
		if is && j.ms.linked[i][k] {
			return true
		}
	}
	return false
}

// smallest orders the members by their rows, nullable ones last.
func (j *joiner) smallest() []int {
	order := make([]int, len(j.ms.rels))
	for i := range order {
		order[i] = i
	}
	weight := func(i int) float64 {
		if j.ms.nullable[i] {
			return math.Inf(1)
		}
		return j.ms.rels[i].rows
	}
	for i := 1; i < len(order); i++ {
		for k := i; k > 0 && weight(order[k]) < weight(order[k-1]); k-- {
			order[k], order[k-1] = order[k-1], order[k]
		}
	}
	return order
}

func (j *joiner) extend(into, from *choices, set, i int) {
	in := make([]bool, len(j.ms.rels))
	for k := range in {
		in[k] = set&(1<<k) != 0
	}
	j.extendList(into, from, in, i)
}

// extendList joins member i to every way to get the members before.
func (j *joiner) extendList(into, from *choices, in []bool, i int) {
	r := j.ms.rels[i]
	s, distinct := j.ms.factor(i, func(k int) bool { return in[k] }), 1.0
	var partners []int
	for k, is := range in {
		if !is {
			continue
		}
		if j.ms.linked[i][k] {
			partners = append(partners, k)
			distinct = max(distinct, j.ms.key[k][i])
		}
	}
	for _, outer := range from.paths() {
		perProbe := r.rows * s
		rows := max(outer.rows*perProbe, 1e-3)
		if j.ms.nullable[i] {
			rows = max(rows, outer.rows)
		}
		if j.m.set.nestLoop && len(partners) > 0 {
			for _, inner := range j.m.indexed(r, j.options[i], partners, max(perProbe, 1e-6), max(1, outer.rows)) {
				into.offer(j.m.probes(outer, inner, rows, distinct), j.goal)
			}
		}
		cheapest := j.scans[i][0]
		for _, p := range j.scans[i] {
			if p.total < cheapest.total {
				cheapest = p
			}
		}
		if len(partners) > 0 && j.m.set.hashed {
			into.offer(j.m.hash(outer, cheapest, rows, len(partners), j.ms.key[i][partners[0]], in, j.ms), j.goal)
			into.offer(j.m.hash(cheapest, outer, rows, len(partners), distinct, in, j.ms), j.goal)
		}
		into.offer(j.m.product(outer, cheapest, rows, len(partners)), j.goal)
	}
}
