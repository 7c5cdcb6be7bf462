package index

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// path is one way to get rows (pathnodes.h).
type path struct {
	startup, total float64
	rows           float64
	ordered        bool // as the access that leads it wants
	steps          *step
}

// step is one table in a path with the index it is read by.
type step struct {
	rel    *rel
	option *option // nil: read whole
	bound  bool    // the index narrows the scan, rather than only ordering it
	next   *step
}

// sequential is cost_seqscan.
func (m *model) sequential(r *rel, ops, rows float64) path {
	total := m.set.seqPage*r.pages + (m.set.cpuTuple+ops*m.set.cpuOp)*r.tuples
	if !m.set.seqScan {
		total += disableCost
	}
	return path{total: total, rows: rows, steps: &step{rel: r}}
}

// pagesFetched is index_pages_fetched: Mackert and Lohman's estimate of the
// distinct pages that so many tuples lie on, with a cache.
func (m *model) pagesFetched(tuples, pages, indexPages float64) float64 {
	t := max(pages, 1)
	cache := math.Ceil(max(1, m.set.cachePages*t/max(m.total+indexPages, t)))
	var n float64
	if t <= cache {
		n = min(t, 2*t*tuples/(2*t+tuples))
	} else {
		limit := 2 * t * cache / (2*t - cache)
		if tuples <= limit {
			n = 2 * t * tuples / (2*t + tuples)
		} else {
			n = cache + (tuples-limit)*(t-cache)/t
		}
	}
	return math.Ceil(n)
}

// use finds what the index does for the table when the columns of the given
// partners are known.
func (m *model) use(r *rel, o *option, partners []int) *use {
	var b strings.Builder
	for _, p := range partners {
		b.WriteString(strconv.Itoa(p) + ",")
	}
	if u, ok := o.uses[b.String()]; ok {
		return u
	}
	u := match(o.def, r.a, m.conditions(r, partners), m.schema)
	o.uses[b.String()] = u
	return u
}

// conditions are the table's own and the joins to the partners.
func (m *model) conditions(r *rel, partners []int) []*cond {
	conds := slices.DeleteFunc(slices.Clone(r.own), func(c *cond) bool { return c.kind == filter })
	var pinned []string
	for _, c := range append(slices.Clone(r.a.conds), r.implied...) {
		if k, ok := r.member(c); ok && slices.Contains(partners, k) && !slices.Contains(pinned, key(c.part)) {
			pinned = append(pinned, key(c.part)) // each column is known once
			conds = append(conds, c)
		}
	}
	return conds
}

// indexCost is the part of a scan that reads the index.
type indexCost struct {
	startup, total float64
	selectivity    float64 // of what the index decides
	bound          float64 // of what bounds the scan
}

// readIndex is genericcostestimate and btcostestimate; gincostestimate,
// brincostestimate and hashcostestimate in their main terms.
func (m *model) readIndex(r *rel, o *option, u *use, loops float64) indexCost {
	a := r.a
	ic := indexCost{bound: m.estimate.together(a, u.bound, r.tuples)}
	ic.selectivity = ic.bound * m.estimate.together(a, u.checked, r.tuples)
	switch o.def.Method {
	case "brin":
		ranges := math.Ceil(r.pages / 128)
		wanted := math.Ceil(ranges * ic.bound)
		if c := math.Abs(columnCorrelation(r, o)); c > 1e-10 {
			wanted = min(wanted/c, ranges)
		} else {
			wanted = ranges
		}
		ic.selectivity = clamp(wanted/max(ranges, 1), 0, 1)
		ic.total = o.pages*m.set.seqPage + ranges*.1*m.set.cpuOp
		return ic
	case "gin":
		entries := 0.0
		for _, c := range u.bound {
			entries += clamp(float64(c.pattern.grams), 1, 30)
		}
		ic.startup = entries * (m.set.randomPage + 100*m.set.cpuOp)
		ic.total = ic.startup + math.Ceil(o.pages*min(1, ic.bound*entries))*m.set.randomPage +
			ic.bound*r.tuples*entries*(m.set.cpuIndexTuple+m.set.cpuOp)
		return ic
	}
	probes := 1.0
	for _, c := range u.bound {
		if c.kind == list {
			probes *= listLength(a, c)
		}
	}
	tuples := max(1, math.Round(ic.bound*r.tuples/probes))
	if u.single {
		tuples = 1
	}
	pages := 1.0
	if o.pages > 1 && o.tuples > 1 {
		pages = math.Ceil(tuples * o.pages / o.tuples)
	}
	if scans := probes * loops; scans > 1 {
		ic.total = m.pagesFetched(pages*scans, o.pages, o.pages) * m.set.randomPage / loops
	} else {
		ic.total = pages * m.set.randomPage
	}
	ops := 0.0
	for _, c := range u.conditions() {
		if c.kind != list {
			ops += max(1, m.operators(a, c))
		} else {
			ops++
		}
	}
	ic.total += tuples * probes * (m.set.cpuIndexTuple + ops*m.set.cpuOp)
	descent := 0.0
	if o.tuples > 1 && o.def.Method == "btree" {
		descent = math.Ceil(math.Log2(o.tuples)) * m.set.cpuOp
	}
	if o.def.Method != "hash" {
		descent += (o.height + 1) * 50 * m.set.cpuOp
	}
	ic.startup += descent * probes
	ic.total += descent * probes
	return ic
}

func columnCorrelation(r *rel, o *option) float64 {
	if c := r.a.table.Rel.Column(o.def.Parts[0].Column); c != nil && c.Stats != nil {
		return c.Stats.Correlation
	}
	return 0
}

// indexScan is cost_index: rows come one by one, in the order of the index.
func (m *model) indexScan(r *rel, o *option, u *use, ops, rows, loops float64) path {
	ic := m.readIndex(r, o, u, loops)
	tuples := clampRows(ic.selectivity * r.tuples)
	only := u.covers && m.set.indexOnly
	visible := 0.0
	if only && r.pages > 0 {
		visible = clamp(r.visible/r.pages, 0, 1)
	}
	fetch := func(tuples, loops float64) float64 {
		n := m.pagesFetched(tuples*loops, r.pages, o.pages)
		return math.Ceil(n * (1 - visible))
	}
	worst := fetch(tuples, loops) * m.set.randomPage / loops
	pages := math.Ceil(ic.selectivity * r.pages)
	best := 0.0
	if loops > 1 {
		best = fetch(pages, loops) * m.set.randomPage / loops
	} else if pages = math.Ceil(pages * (1 - visible)); pages > 0 {
		best = m.set.randomPage + (pages-1)*m.set.seqPage
	}
	c := o.correlation * o.correlation
	io := worst + c*(best-worst)
	cpu := m.set.cpuTuple + max(0, ops-m.decided(r, u))*m.set.cpuOp
	total := ic.total + io + cpu*tuples
	if !m.set.indexScan {
		total += disableCost
	}
	return path{
		startup: ic.startup, total: total, rows: rows, ordered: u.ordered,
		steps: &step{rel: r, option: o, bound: len(u.bound) > 0},
	}
}

// decided is how many operators the index has evaluated.
func (m *model) decided(r *rel, u *use) float64 {
	n := 0.0
	for _, c := range u.conditions() {
		n += m.operators(r.a, c)
	}
	return n
}

// bitmap is cost_bitmap_heap_scan over the index parts, which are AND-ed or
// OR-ed before.
func (m *model) bitmap(r *rel, index, selectivity, indexPages, ops, rows, loops float64, steps *step) path {
	tuples := clampRows(selectivity * r.tuples)
	t := max(r.pages, 1)
	pages := min(t, 2*t*tuples/(2*t+tuples))
	if loops > 1 {
		pages = m.pagesFetched(tuples*loops, r.pages, indexPages) / loops
	}
	pages = math.Ceil(min(pages, t))
	perPage := m.set.randomPage
	if pages >= 2 {
		perPage -= (m.set.randomPage - m.set.seqPage) * math.Sqrt(pages/t)
	}
	total := index + pages*perPage + tuples*(m.set.cpuTuple+ops*m.set.cpuOp)
	if !m.set.bitmap {
		total += disableCost
	}
	return path{startup: index, total: total, rows: rows, steps: steps}
}

// bitmapPart is one index of a bitmap scan (cost_bitmap_tree_node).
func (m *model) bitmapPart(r *rel, o *option, u *use, loops float64) (cost, selectivity float64) {
	ic := m.readIndex(r, o, u, loops)
	return ic.total + .1*m.set.cpuOp*ic.selectivity*r.tuples, ic.selectivity
}
