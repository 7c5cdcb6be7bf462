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
