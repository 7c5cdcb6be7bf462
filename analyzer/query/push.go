package query

import (
	pg "github.com/pganalyze/pg_query_go/v5"
	"google.golang.org/protobuf/proto"
)

// push repeats a condition inside the sub-query whose columns it restricts,
// where the planner would push it down (subquery_is_pushdown_safe and
// qual_is_pushdown_safe of allpaths.c): not past LIMIT, windows and row locks,
// past GROUP BY and DISTINCT ON only on their columns, into every arm of a set
// operation.
func (r *resolver) push(k clause, c context) {
	s, ok := r.derivedSource(k.node, c.level)
	if !ok || c.on && !s.nullable || hasVolatile(k.node) {
		return
	}
	r.pushInto(k, s.derived, s)
}

// derivedSource returns the one sub-query that all columns of a condition
// belong to.
func (r *resolver) derivedSource(n *pg.Node, l *level) (*source, bool) {
	var only *source
	ok := true
	r.refs(n, func(b binding) {
		switch {
		case b.level != l:
		case b.table >= 0 || b.source == nil || b.source.derived == nil || b.column == "" || only != nil && only != b.source:
			ok = false
		default:
			only = b.source
		}
	})
	if contains(n, func(c *pg.Node) bool { return c.GetSubLink() != nil }) {
		return nil, false
	}
	return only, ok && only != nil
}

func (r *resolver) pushInto(k clause, l *level, s *source) {
	if l == nil || l.sealed || l.open != nil && len(l.output) == 0 {
		return
	}
	if len(l.arms) > 0 {
		for _, arm := range l.arms {
			r.pushInto(k, arm, s)
		}
		return
	}
	node, ok := r.substitute(k.node, func(b binding) *pg.Node {
		if b.source != s {
			return nil
		}
		for i, column := range s.columns {
			if column.name == b.column && i < len(l.output) && r.pushable(l.output[i].node, l) {
				return l.output[i].node
			}
		}
		return nil
	}, s)
	if ok {
		r.clause(clause{node, k.not}, context{level: l})
	}
}

// pushable reports whether a condition on this output may be checked before
// the rows are grouped or made distinct.
func (r *resolver) pushable(n *pg.Node, l *level) bool {
	if n == nil || hasAggregate(n) || windowed(n) || hasVolatile(n) || contains(n, func(c *pg.Node) bool { return c.GetSubLink() != nil }) {
		return false
	}
	among := func(list []Expr) bool {
		text := r.print(n)
		for _, e := range list {
			if e.Text == text {
				return true
			}
		}
		return false
	}
	if (l.scope.Aggregates || len(l.scope.GroupBy) > 0) && !among(l.scope.GroupBy) {
		return false
	}
	return len(l.scope.DistinctOn) == 0 || among(l.scope.DistinctOn)
}

// substitute copies a condition with the columns of s replaced; ok is false
// when one of them has no replacement.
func (r *resolver) substitute(n *pg.Node, replace func(binding) *pg.Node, s *source) (copied *pg.Node, ok bool) {
	copied = proto.Clone(n).(*pg.Node)
	var from, to []*pg.Node
	collect := func(root *pg.Node, into *[]*pg.Node) {
		walk(root, func(c *pg.Node) bool {
			if c.GetColumnRef() != nil {
				*into = append(*into, c)
			}
			return true
		})
	}
	collect(n, &from)
	collect(copied, &to)
	for i, c := range from {
		b, known := r.bound[c.GetColumnRef()]
		switch {
		case !known:
		case b.source == s && b.table < 0:
			by := replace(b)
			if by == nil {
				return nil, false
			}
			to[i].Node = by.Node
		default:
			r.bound[to[i].GetColumnRef()] = b
		}
	}
	return copied, true
}
