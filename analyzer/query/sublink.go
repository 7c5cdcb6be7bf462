package query

import (
	pg "github.com/pganalyze/pg_query_go/v5"
)

// subLinkCondition lowers EXISTS (...), x IN (SELECT ...) and their likes. The
// sub-query itself is a scope of its own already.
func (r *resolver) subLinkCondition(s *pg.SubLink, k clause, c context) {
	l := r.subs[s]
	if l == nil {
		r.opaque(k, c)
		return
	}
	op := "="
	if len(s.OperName) > 0 {
		op = last(s.OperName)
	}
	switch s.SubLinkType {
	case pg.SubLinkType_EXISTS_SUBLINK:
		l.scope.Negated = k.not
	case pg.SubLinkType_ANY_SUBLINK:
		l.scope.Negated = k.not
		r.member(op, s, l, k.not, k, c)
	case pg.SubLinkType_ALL_SUBLINK:
		n, ok := negated[op]
		if !ok {
			r.opaque(k, c)
			return
		}
		l.scope.Negated = !k.not
		r.member(n, s, l, !k.not, k, c)
	default:
		r.constant(k, c)
	}
}

// member emits x op ANY (SELECT ...) for each column on the left.
func (r *resolver) member(op string, s *pg.SubLink, l *level, not bool, k clause, c context) {
	columns := []*pg.Node{s.Testexpr}
	if row := s.Testexpr.GetRowExpr(); row != nil {
		columns = row.Args
	}
	for _, n := range columns {
		o := r.operand(n, c.level)
		if !o.single() {
			continue
		}
		p := o.predicate(OtherOp)
		p.Operator, p.Text, p.Values = op, r.text(k), []Value{{Kind: SubQuery, Scope: l.scope}}
		switch {
		case op == "=" && !not:
			p.Op, p.Operator = In, "IN"
		case op == "=":
			p.Op, p.Operator = NotIn, "NOT IN"
		}
		r.emit(p, c)
	}
}
