package query

import (
	pg "github.com/pganalyze/pg_query_go/v5"
)

// rowComparison lowers (a, b) op (x, y).
func (r *resolver) rowComparison(op string, left, right []*pg.Node, k clause, c context) {
	switch op {
	case "=":
		if k.not {
			break
		}
		for i := range left {
			pair := operation("=", left[i], right[i])
			r.compare("=", left[i], right[i], clause{pair, false}, c)
		}
		return
	case "<", "<=", ">", ">=":
		if k.not {
			op = negated[op]
		}
		if r.rowBound(op, left, right, k, c) || r.rowBound(commuted[op], right, left, k, c) {
			return
		}
	}
	r.opaque(k, c)
}

// rowBound emits the predicate of a row comparison between the bare columns of
// one table and values, as keyset pagination writes it.
func (r *resolver) rowBound(op string, columns, values []*pg.Node, k clause, c context) bool {
	var p *Predicate
	for i, n := range columns {
		o := r.operand(n, c.level)
		v := r.operand(values[i], c.level)
		if !o.single() || o.column == "" || len(v.keys) > 0 || v.vague || p != nil && o.keys[0].table != p.Table {
			return false
		}
		if p == nil {
			bound := Ge
			if op[0] == '<' {
				bound = Le
			}
			p = o.predicate(bound)
			p.Operator, p.Text = op, r.text(k)
		}
		p.Row = append(p.Row, o.column)
		p.Values = append(p.Values, r.value(values[i]))
		p.Outer = p.Outer || v.outer
	}
	r.emit(p, c)
	return true
}

// maxRows bounds how many rows of (a, b) IN (...) become arms of an OR.
const maxRows = 32

// rowIn lowers (a, b) IN ((1, 2), (3, 4)): an OR of its rows.
func (r *resolver) rowIn(columns, rows []*pg.Node, not bool, k clause, c context) {
	var arms []clause
	for _, n := range rows[:min(len(rows), maxRows)] {
		values := n.GetRowExpr().GetArgs()
		if len(values) != len(columns) {
			break
		}
		var parts []*pg.Node
		for i := range columns {
			parts = append(parts, operation("=", columns[i], values[i]))
		}
		arms = append(arms, clause{node: &pg.Node{Node: &pg.Node_BoolExpr{BoolExpr: &pg.BoolExpr{Boolop: pg.BoolExprType_AND_EXPR, Args: parts}}}})
	}
	switch {
	case not || len(arms) < min(len(rows), maxRows) || len(arms) == 0 || len(arms) > 1 && c.or != 0:
		r.opaque(k, c)
	case len(arms) == 1:
		r.clause(arms[0], c)
	default:
		r.or(arms, c)
	}
}

// arrayComparison lowers x op ANY (array) and x op ALL (array).
func (r *resolver) arrayComparison(op string, e *pg.A_Expr, k clause, c context) {
	anyOf := e.Kind == pg.A_Expr_Kind_AEXPR_OP_ANY
	if k.not {
		n, ok := negated[op]
		if !ok {
			r.opaque(k, c)
			return
		}
		op, anyOf = n, !anyOf
	}
	o := r.operand(e.Lexpr, c.level)
	list := r.operand(e.Rexpr, c.level)
	switch {
	case !o.single() || len(list.keys) > 0 || list.vague:
		r.opaque(k, c)
		return
	case anyOf && (op == "~~" || op == "~~*" || op == "~" || op == "~*"):
		if r.matchAny(op, e.Lexpr, e.Rexpr, k, c) {
			return
		}
	}
	p := o.predicate(OtherOp)
	p.Operator, p.Text, p.Outer = op+" ANY", r.text(k), list.outer
	if !anyOf {
		p.Operator = op + " ALL"
	}
	switch {
	case anyOf && op == "=":
		p.Op = In
	case !anyOf && op == "<>":
		p.Op = NotIn
	}
	p.Values = r.members(e.Rexpr)
	r.emit(p, c)
}

// members are the values of ARRAY[...], or the one value that holds them all.
func (r *resolver) members(n *pg.Node) []Value {
	array := n.GetAArrayExpr()
	if cast := n.GetTypeCast(); cast != nil && array == nil {
		array = cast.Arg.GetAArrayExpr()
	}
	if array == nil {
		v := r.value(n)
		v.Array = v.Kind != SubQuery
		return []Value{v}
	}
	var out []Value
	for _, e := range array.Elements {
		out = append(out, r.value(e))
	}
	return out
}

// matchAny lowers x LIKE ANY (ARRAY['a%', 'b%']): an OR of its patterns.
func (r *resolver) matchAny(op string, column, array *pg.Node, k clause, c context) bool {
	elements := array.GetAArrayExpr().GetElements()
	if len(elements) == 0 || len(elements) > maxRows || k.not || c.or != 0 {
		return false
	}
	kind := map[string]pg.A_Expr_Kind{"~~": pg.A_Expr_Kind_AEXPR_LIKE, "~~*": pg.A_Expr_Kind_AEXPR_ILIKE}[op]
	if kind == 0 {
		kind = pg.A_Expr_Kind_AEXPR_OP
	}
	var arms []clause
	for _, e := range elements {
		n := operation(op, column, e)
		n.GetAExpr().Kind = kind
		arms = append(arms, clause{node: n})
	}
	if len(arms) == 1 {
		r.clause(arms[0], c)
	} else {
		r.or(arms, c)
	}
	return true
}
