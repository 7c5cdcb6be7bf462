package index

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
)

// model is the [Coster] that needs no server: PostgreSQL's cost formulas over
// exported statistics. It is not safe for concurrent use.
type model struct {
	schema   *schema.Schema
	set      settings
	version  int
	estimate *estimator
	sizes    map[string]extent
	extents  map[*schema.Table]*figures
	stmts    map[*query.Query]*Statement // with the values that were logged
	plans    map[*query.Query]*plan
	total    float64 // pages of all tables of the statement that is being judged
}

// errNoStatistics is the answer for a statement on tables of which no sizes
// are known.
var errNoStatistics = errors.New("no statistics of a table in it")

// NewModel returns the cost model over the statistics in a schema. The values
// that were logged of the statements' parameters are planned with.
func NewModel(sch *schema.Schema, stmts []Statement) Coster {
	return newModel(sch, stmts)
}

func newModel(sch *schema.Schema, stmts []Statement) *model {
	m := &model{
		schema: sch, set: settingsOf(sch), version: versionOf(sch), estimate: newEstimator(sch),
		sizes: map[string]extent{}, extents: map[*schema.Table]*figures{},
		stmts: map[*query.Query]*Statement{}, plans: map[*query.Query]*plan{},
	}
	for i := range stmts {
		m.stmts[stmts[i].Query] = &stmts[i]
	}
	return m
}

// Cost implements [Coster].
func (m *model) Cost(ctx context.Context, q *query.Query, c Config) (Cost, error) {
	if err := ctx.Err(); err != nil {
		return Cost{}, err
	}
	p, err := m.plan(q)
	if err != nil {
		return Cost{}, err
	}
	best := m.run(p, c)
	cost := Cost{Total: best.total}
	for s := best.steps; s != nil; s = s.next {
		if s.option != nil && !slices.Contains(cost.Used, s.option.def.Name) {
			cost.Used = append(cost.Used, s.option.def.Name)
		}
	}
	slices.Sort(cost.Used)
	return cost, nil
}

func (m *model) figures(t *schema.Table) *figures {
	f, ok := m.extents[t]
	if !ok {
		f = figuresOf(t, m.schema)
		m.extents[t] = f
	}
	return f
}

// plan is a statement prepared for being judged many times.
type plan struct {
	top    *level
	pages  float64
	skewed bool
}

// level is a scope prepared: once for being asked with the columns of the
// outer scope known, once for being read as a whole.
type level struct {
	scope    *query.Scope
	probe    *members
	whole    *members
	derived  []*level // sub-queries in FROM: one member stands for all of them
	in       []*level // x IN (SELECT ...): a member each
	children []*level // other sub-queries
	arms     []*level // of a set operation
	rows     float64  // estimated result
	width    float64
}

// plan prepares a statement, once.
func (m *model) plan(q *query.Query) (*plan, error) {
	if p, ok := m.plans[q]; ok {
		if p == nil {
			return nil, errNoStatistics
		}
		return p, nil
	}
	m.plans[q] = nil
	if q.Utility || len(q.Scopes) == 0 {
		return nil, errNoStatistics
	}
	st := m.stmts[q]
	if st == nil {
		st = &Statement{Query: q}
	}
	by := map[*query.Scope][]*access{}
	target := insertTarget(q)
	p := &plan{}
	for _, s := range q.Scopes {
		for _, t := range s.Tables {
			if t == target {
				continue
			}
			f := m.figures(t.Rel)
			if f == nil {
				return nil, errNoStatistics
			}
			p.pages += f.pages
		}
	}
	scopes := slices.Clone(q.Scopes)
	for _, a := range reading(st, m.schema) {
		if a.trigger != nil {
			f := m.figures(a.table.Rel)
			if f == nil {
				continue
			}
			p.pages += f.pages
			scopes = append(scopes, a.scope)
		}
		by[a.scope] = append(by[a.scope], a)
		m.findSkew(p, a)
	}
	m.total = p.pages
	p.top = m.level(scopes, q.Scopes[0], by, map[*query.Scope]bool{})
	m.plans[q] = p
	return p, nil
}

// level prepares a scope and those below it.
func (m *model) level(scopes []*query.Scope, s *query.Scope, by map[*query.Scope][]*access, seen map[*query.Scope]bool) *level {
	l := &level{scope: s}
	seen[s] = true
	sub := map[*query.Scope]*level{}
	for _, c := range scopes {
		if c.Parent != s || seen[c] {
			continue
		}
		child := m.level(scopes, c, by, seen)
		sub[c] = child
		switch {
		case c.Kind == query.SetArm:
			l.arms = append(l.arms, child)
		case c.Kind == query.FromSubquery || c.Kind == query.View || c.Kind == query.CTE && c.Writes == "":
			l.derived = append(l.derived, child)
		case memberOf(s, c):
			l.in = append(l.in, child)
		default:
			l.children = append(l.children, child)
		}
	}
	l.probe = m.members(l, by[s], false)
	l.whole = l.probe
	if s.Correlated {
		l.whole = m.members(l, by[s], true)
	}
	p := m.scope(l, Config{}, false, 1)
	l.rows = p.rows
	for _, r := range l.probe.rels {
		l.width += r.width
	}
	return l
}

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
	if len(l.derived) > 0 {
		r := &rel{rows: 1}
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
			case !counted[pair{k, i}]: // a condition stands at both tables: it counts once
				counted[pair{i, k}] = true
				theirs := 1.0
				if c.pred.Join.Column != "" {
					theirs = m.estimate.distinctOf(other.a, schema.Part{Column: c.pred.Join.Column}, other.tuples)
				}
				// eqjoinsel, common values aside
				ms.edge[i][k] *= (1 - m.nulls(r, c.part)) / max(1, own, theirs)
			default:
				continue
			}
			ms.edge[k][i] = ms.edge[i][k]
		}
	}
	m.keys(ms, tables)
	return ms
}

// keys raises the selectivity of a join on all columns of a unique index to
// what it must be: one row (PostgreSQL learns it of foreign keys,
// get_foreign_key_join_selectivity).
func (m *model) keys(ms *members, tables int) {
	for i := range tables {
		r := ms.rels[i]
		for k := range ms.rels {
			if !ms.linked[i][k] {
				continue
			}
			columns := map[string]bool{}
			for _, c := range r.a.conds {
				if to, ok := r.member(c); ok && to == k {
					columns[c.part.Column] = true
				}
			}
			for _, d := range r.a.table.Rel.Indexes {
				if !d.Unique || d.Where != "" || d.Invalid || len(d.Parts) < 2 {
					continue
				}
				if !slices.ContainsFunc(d.Parts, func(p schema.Part) bool { return !columns[p.Column] }) {
					ms.edge[i][k] = 1 / max(1, r.tuples)
					ms.edge[k][i] = ms.edge[i][k]
				}
			}
		}
	}
}

func (m *model) nulls(r *rel, p schema.Part) float64 {
	if b := m.estimate.column(r.a, p.Column); b != nil {
		return b.stats.NullFrac
	}
	return 0
}

// limitOf is the number of rows that LIMIT and OFFSET ask for, 0 all. An
// unknown number is a tenth of the rows (preprocess_limit).
func (m *model) limitOf(q *Statement, s *query.Scope, rows float64) float64 {
	if s.Limit == nil {
		return 0
	}
	count := func(v *query.Value, unknown float64) float64 {
		if v == nil {
			return 0
		}
		texts := []string{v.Text}
		if v.Kind == query.Param {
			texts = samples(q, v.Param)
		}
		for _, t := range texts {
			if n, err := strconv.ParseFloat(t, 64); err == nil && n >= 0 {
				return n
			}
		}
		return unknown
	}
	return max(1, count(s.Limit, rows*.1)+count(s.Offset, rows*.1))
}
