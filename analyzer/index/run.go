package index

import (
	"math"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer/query"
)

// run costs a statement under a configuration.
func (m *model) run(p *plan, c Config) path {
	m.total = p.pages
	return m.scope(p.top, c, false, 1)
}

// scope costs one execution of a scope of which loops are run. whole asks for
// all rows, whatever the outer scope compares them with.
func (m *model) scope(l *level, c Config, whole bool, loops float64) path {
	s := l.scope
	ms := l.probe
	if whole {
		ms = l.whole
	}
	var out path
	goal := goal{fraction: 1, ordered: len(s.OrderBy) > 0}
	switch {
	case len(l.arms) > 0:
		for _, arm := range l.arms {
			p := m.scope(arm, c, whole, loops)
			out.total += p.total
			out.rows += p.rows
			out.steps = chain(p.steps, out.steps)
		}
		out = m.finish(l, out, m.limitOf(m.statement(l), s, out.rows), whole)
	default:
		j := &joiner{m: m, ms: ms, goal: goal}
		m.prepare(j, l, c, loops)
		rows := ms.rows()
		limit := m.limitOf(m.statement(l), s, rows)
		if s.Exists && !whole && limit == 0 {
			limit = 1
		}
		if limit > 0 && !s.Aggregates && len(s.GroupBy) == 0 && !s.Distinct {
			j.goal.fraction = clamp(limit/max(rows, 1), 0, 1)
		}
		best := j.best()
		out = path{total: math.Inf(1)}
		for _, p := range best.paths() {
			p = m.correlated(l, p, c, limit)
			if p = m.finish(l, p, limit, whole); p.total < out.total {
				out = p
			}
		}
	}
	for _, child := range l.children {
		if !child.scope.Correlated {
			p := m.scope(child, c, false, 1)
			out.startup += p.total
			out.total += p.total
			if child.scope.Kind == query.SubLink && child.scope.Limit == nil && !child.scope.Aggregates {
				out.total += l.rows * m.set.cpuOp // a hashed sub-plan is looked up
			}
			out.steps = chain(p.steps, out.steps)
		}
	}
	return out
}

// statement is the statement that a level belongs to, for its samples.
func (m *model) statement(l *level) *Statement {
	for _, r := range l.probe.rels {
		if r.a != nil {
			return r.a.stmt
		}
	}
	return nil
}

// prepare finds the scans of all members of a join.
func (m *model) prepare(j *joiner, l *level, c Config, loops float64) {
	tables := len(j.ms.rels) - len(l.in)
	if j.ms.derived {
		tables--
	}
	for i, r := range j.ms.rels {
		if i < tables {
			options := m.available(r, c)
			j.options = append(j.options, options)
			j.scans = append(j.scans, m.rescans(m.scans(r, options), r, options, loops))
			continue
		}
		var p path
		if j.ms.derived && i == tables {
			for _, d := range l.derived {
				loops := 1.0
				if d.scope.Correlated { // LATERAL: once for each row before it
					loops = l.outerRows(d.scope)
				}
				one := m.scope(d, c, false, loops)
				p.startup += one.startup
				p.total += one.total * loops
				p.steps = chain(one.steps, p.steps)
			}
		} else {
			at := i - tables
			if j.ms.derived {
				at--
			}
			p = m.scope(l.in[at], c, false, 1)
			p.total += p.rows * (m.set.cpuOp + m.set.cpuTuple) // made unique
			p.startup = p.total
		}
		p.rows = r.rows
		j.options = append(j.options, nil)
		j.scans = append(j.scans, []path{p})
	}
}

// rescans replaces the index scans of a scope that is run many times by what
// they cost then: the pages of the index are cached.
func (m *model) rescans(once []path, r *rel, options []*option, loops float64) []path {
	if loops <= 1 {
		return once
	}
	return append(once[:1], m.indexed(r, options, nil, r.rows, loops)...)
}

// available lists the indexes of a table under a configuration.
func (m *model) available(r *rel, c Config) []*option {
	out := r.known
	if len(c.Drop) > 0 {
		out = slices.DeleteFunc(slices.Clone(out), func(o *option) bool {
			return slices.ContainsFunc(c.Drop, func(d Def) bool { return d.Name == o.def.Name })
		})
	}
	name := r.a.name()
	copied := false
	for i := range c.Add {
		if c.Add[i].Table == name {
			if !copied {
				out, copied = slices.Clone(out), true
			}
			out = append(out, m.option(r, &c.Add[i]))
		}
	}
	return out
}

// correlated adds the sub-queries that run for every row, or are joined as a
// whole where that is cheaper and possible.
func (m *model) correlated(l *level, p path, c Config, limit float64) path {
	for _, child := range l.children {
		if !child.scope.Correlated {
			continue
		}
		loops := max(1, p.rows)
		sub := child.scope
		if kept, filters := m.filtering(l, child); filters {
			loops /= max(kept, 1e-6) // it is among the conditions that keep these rows
			if sub.Correlated {
				loops = min(loops, max(p.rows, l.outerRows(sub)))
			}
		} else if !sub.Exists && limit > 0 && limit < loops {
			loops = limit // of the select list: after LIMIT
		}
		probe := m.scope(child, c, false, loops)
		cost, steps := loops*(probe.total+m.set.cpuOp), probe.steps
		startup := probe.startup
		if sub.Exists && child.whole != child.probe {
			whole := m.scope(child, c, true, 1)
			joined := whole.total + child.wholeRows()*(m.set.cpuOp+m.set.cpuTuple) + loops*(m.set.cpuOp+m.set.cpuTuple)
			if joined < cost {
				cost, steps, startup = joined, whole.steps, whole.total
			}
		}
		p.startup += startup
		p.total += cost
		p.steps = chain(steps, p.steps)
		if sub.Exists {
			p.rows = max(1, p.rows*.5)
		}
	}
	return p
}

// filtering finds the condition that compares a column with a sub-query, and
// what it keeps.
func (m *model) filtering(l *level, child *level) (kept float64, ok bool) {
	for _, r := range l.probe.rels {
		if r.a == nil {
			continue
		}
		for _, c := range r.a.conds {
			for _, v := range c.pred.Values {
				if v.Kind == query.SubQuery && v.Scope == child.scope {
					return m.estimate.of(r.a, c, r.tuples), true
				}
			}
		}
	}
	for _, o := range l.scope.Output {
		if strings.Contains(o.Text, "(SELECT") {
			return 1, false
		}
	}
	return 1, true
}

// outerRows is how many rows the tables have on which a sub-query depends: its
// result is the same for the rest, and compared by a hash join where that can be.
func (l *level) outerRows(sub *query.Scope) float64 {
	rows := 1.0
	for _, p := range sub.Predicates {
		if p.Join == nil || p.Join.Scope != l.scope {
			continue
		}
		for _, r := range l.probe.rels {
			if r.a != nil && r.a.index == p.Join.Table {
				rows = max(rows, r.rows)
			}
		}
	}
	return rows
}

// wholeRows is how many rows a sub-query has as a whole.
func (l *level) wholeRows() float64 {
	return max(l.whole.rows(), 1)
}
