package index

import (
	"math"
	"slices"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
)

// figures are what the planner knows of a table's extent.
type figures struct {
	pages, tuples, visible float64
}

// figuresOf returns the extent of a table, nil when no statistics tell. A
// partitioned table is as large as its partitions together.
func figuresOf(t *schema.Table, sch *schema.Schema) *figures {
	if t == nil {
		return nil
	}
	if t.Kind == schema.KindPartitioned && len(t.Partitions) > 0 {
		sum := &figures{}
		for _, p := range t.Partitions {
			f := figuresOf(sch.Table(p.Schema, p.Name), sch)
			if f == nil {
				return nil
			}
			sum.pages += f.pages
			sum.tuples += f.tuples
			sum.visible += f.visible
		}
		return sum
	}
	s := t.Stats
	if s == nil || s.Rows < 0 {
		return nil
	}
	f := &figures{pages: float64(s.Pages), tuples: s.Rows, visible: float64(s.AllVisible)}
	if f.pages <= 0 && f.tuples > 0 {
		f.pages = math.Ceil(f.tuples * (rowWidth(t) + 28) / pageSpace)
	}
	if f.pages > 0 && f.tuples == 0 {
		f.tuples = 1
	}
	return f
}

// rowWidth is the length of a row's values.
func rowWidth(t *schema.Table) float64 {
	sum := 0.0
	for _, c := range t.Columns {
		sum += valueWidth(c)
	}
	return max(sum, 8)
}

func valueWidth(c *schema.Column) float64 {
	if c == nil {
		return 32
	}
	if c.Stats != nil && c.Stats.AvgWidth > 0 {
		return c.Stats.AvgWidth
	}
	if n, _ := kindOf(c.Type); n > 0 {
		return n
	}
	return 32 // get_typavgwidth's default for what varies
}

// rel is one member of a join: a table with its own conditions, or a sub-query
// that stands as one.
type rel struct {
	a *access // nil: a sub-query
	figures
	rows  float64 // after its own conditions
	width float64
	own   []*cond // own conditions that an index may serve, and filters
	ops   float64 // operators evaluated for each row that is read

	number map[int]int          // of the tables of its scope among the members
	in     map[*query.Scope]int // of the sub-queries that it is compared with

	implied []*cond // joins that follow from those of others

	options map[string]*option // by identity of the index
	known   []*option          // of the indexes that exist
}

// member returns the member that a condition joins the table to.
func (r *rel) member(c *cond) (int, bool) {
	if c.kind != joined || c.pred.Or > 0 {
		return 0, false
	}
	if c.other != outerScope {
		n, ok := r.number[c.other]
		return n, ok
	}
	if len(c.pred.Values) == 1 && c.pred.Values[0].Kind == query.SubQuery {
		n, ok := r.in[c.pred.Values[0].Scope]
		return n, ok
	}
	return 0, false
}

// option is one index that a table could be read by.
type option struct {
	def *Def
	extent
	correlation float64
	uses        map[string]*use // by the partners whose columns are known
}

// newRel prepares a table of a scope. Partition pruning does what an index on
// the partition key would: it is applied here.
func (m *model) newRel(a *access, f *figures, whole bool) *rel {
	r := &rel{a: a, figures: *f, options: map[string]*option{}}
	for _, c := range a.conds {
		switch {
		case c.pred.Or > 0, c.kind == filter && c.pred.Join != nil, c.kind == joined && c.other != outerScope:
		case c.kind == joined && (m.subquery(c) != nil || whole && c.pred.Outer):
		default:
			r.own = append(r.own, c)
		}
	}
	if t := a.table.Rel; t.Kind == schema.KindPartitioned && len(t.PartitionBy) > 0 {
		var pruning, rest []*cond
		for _, c := range r.own {
			if c.part.Column == t.PartitionBy[0] && (c.equality() || c.ranged()) && c.kind != joined {
				pruning = append(pruning, c)
			} else {
				rest = append(rest, c)
			}
		}
		if len(pruning) > 0 {
			s := m.estimate.together(a, pruning, f.tuples)
			parts := float64(max(1, len(t.Partitions)))
			s = min(1, max(s, 1/parts))
			r.pages, r.tuples, r.visible = math.Ceil(r.pages*s), math.Ceil(r.tuples*s), r.visible*s
			r.own = rest
		}
	}
	for _, c := range r.own {
		r.ops += m.operators(a, c)
	}
	s := m.estimate.together(a, r.own, r.tuples)
	for _, d := range a.ors {
		s *= m.either(a, d, r.tuples)
		for _, arm := range d.arms {
			for _, c := range arm {
				r.ops += m.operators(a, c)
			}
		}
	}
	r.rows = clampRows(r.tuples * s)
	if len(a.table.Needed) == 1 && a.table.Needed[0] == "*" {
		r.width = rowWidth(a.table.Rel)
	} else {
		for _, n := range a.table.Needed {
			r.width += valueWidth(a.table.Rel.Column(n))
		}
	}
	m.knownOptions(r)
	return r
}

// manyIndexes is from where on only those are costed that could serve at all,
// one of each definition.
const manyIndexes = 32

func (m *model) knownOptions(r *rel) {
	indexes := r.a.table.Rel.Indexes
	seen := map[string]bool{}
	for _, d := range indexes {
		if d.Invalid || len(d.Parts) == 0 {
			continue
		}
		if len(indexes) > manyIndexes {
			id := Identity(*d)
			if seen[id] || match(d, r.a, r.a.conds, m.schema) == nil {
				continue
			}
			seen[id] = true
		}
		r.known = append(r.known, m.option(r, d))
	}
}

// either is clause_selectivity of an OR: arms are taken as independent.
func (m *model) either(a *access, d *disjunction, tuples float64) float64 {
	none := 1.0
	for _, arm := range d.arms {
		none *= 1 - m.estimate.together(a, arm, tuples)
	}
	return 1 - none
}

// operators is how many operator costs evaluating a condition on one row takes
// (cost_qual_eval): functions in it count, half of a list is compared.
func (m *model) operators(a *access, c *cond) float64 {
	n := 1.0
	if c.part.Column == "" {
		n++
	}
	if c.kind == list {
		n += listLength(a, c)*.5 - 1
	}
	if c.kind == flag || c.kind == null || c.kind == present {
		n = 0 // a bare column and IS NULL cost nothing
		if c.part.Column == "" {
			n = 1
		}
	}
	return n
}

// option returns what is known of an index on the table of r.
func (m *model) option(r *rel, d *Def) *option {
	id := identity(d)
	if id != d.Name {
		id += "\x00" + d.Name
	}
	if o := r.options[id]; o != nil {
		return o
	}
	o := &option{def: d, uses: map[string]*use{}}
	share := 1.0 // of the table that pruning leaves
	full := m.figures(r.a.table.Rel)
	if full.tuples > 0 {
		share = r.tuples / full.tuples
	}
	o.extent = m.extent(d, r.a.table.Rel, full)
	o.pages, o.tuples = max(1, math.Ceil(o.pages*share)), o.tuples*share
	if c := r.a.table.Rel.Column(d.Parts[0].Column); c != nil && c.Stats != nil && d.Method == "btree" {
		o.correlation = c.Stats.Correlation
		if len(d.Parts) > 1 {
			o.correlation *= .75 // btcostestimate: the other columns disturb it
		}
	}
	r.options[id] = o
	return o
}

// extent is an index's real size where it exists and was exported, else the
// estimate.
func (m *model) extent(d *Def, t *schema.Table, f *figures) extent {
	if d.Stats != nil && d.Stats.Pages > 0 {
		width, _ := m.estimate.keyWidth(d, t)
		x := extent{pages: float64(d.Stats.Pages), tuples: f.tuples}
		if d.Stats.Rows > 0 {
			x.tuples = d.Stats.Rows
		}
		if d.Method == "btree" {
			x.height = heightOf(x.pages, width.mean())
		}
		return x
	}
	id := identity(d)
	if x, ok := m.sizes[id]; ok {
		return x
	}
	x := m.estimate.size(d, t, f, versionOf(m.schema))
	m.sizes[id] = x
	return x
}

func clampRows(n float64) float64 { return max(1, math.Round(n)) }

// spread reports whether the rows that an index would find lie on most of the
// table's pages, and it neither orders nor holds them: reading them costs what
// reading the table does. The planner's estimate promises something even then,
// the processor time of the rows left out; measured on data/forum (query 30:
// .81 of the cost, no time) nothing is gained.
func (m *model) spread(a *access, d *Def) bool {
	f := m.figures(a.table.Rel)
	if f == nil || d.Method != "btree" {
		return false
	}
	u := match(d, a, a.own(), m.schema)
	if u == nil || len(u.bound) == 0 || u.ordered || u.covers || slices.ContainsFunc(a.conds, func(c *cond) bool { return c.kind == joined && (c.other != outerScope || c.pred.Outer) }) {
		return false
	}
	if len(a.ors) > 0 {
		return false
	}
	s := m.estimate.together(a, u.conditions(), f.tuples)
	tuples, t := s*f.tuples, max(f.pages, 1)
	scattered := min(t, 2*t*tuples/(2*t+tuples)) / t
	c := 0.0
	if col := a.table.Rel.Column(d.Parts[0].Column); col != nil && col.Stats != nil {
		c = col.Stats.Correlation * col.Stats.Correlation
	}
	return scattered+c*(s-scattered) > .5
}
