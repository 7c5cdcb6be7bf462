package query

import (
	pg "github.com/pganalyze/pg_query_go/v5"
)

// ops are the operators that b-trees and other access methods know.
var ops = map[string]Op{
	"=": Eq, "<": Lt, "<=": Le, ">": Gt, ">=": Ge, "<>": Ne, "!=": Ne,
	"@>": Contains, "<@": Contains, "&&": Contains, "?": Contains, "?|": Contains, "?&": Contains, "@?": Contains,
	"@@": TextMatch, "^@": Like,
}

// commuted is the operator with its sides exchanged (pg_operator.oprcom).
var commuted = map[string]string{
	"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<=", "<>": "<>", "!=": "<>",
	"@>": "<@", "<@": "@>", "&&": "&&", "@@": "@@", "<<": ">>", ">>": "<<", "-|-": "-|-",
	"&<": "&>", "&>": "&<", "~=": "~=", "%": "%", "<%": "%>", "%>": "<%",
}

// negated is the operator under NOT (pg_operator.oprnegate).
var negated = map[string]string{
	"=": "<>", "<>": "=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">",
	"~~": "!~~", "!~~": "~~", "~~*": "!~~*", "!~~*": "~~*", "~": "!~", "!~": "~", "~*": "!~*", "!~*": "~*",
}

// operator lowers an operator expression.
func (r *resolver) operator(e *pg.A_Expr, k clause, c context) {
	op := last(e.Name)
	switch e.Kind {
	case pg.A_Expr_Kind_AEXPR_OP:
		if e.Lexpr == nil || e.Rexpr == nil {
			r.opaque(k, c)
			return
		}
		if l, rr := e.Lexpr.GetRowExpr(), e.Rexpr.GetRowExpr(); l != nil && rr != nil && len(l.Args) == len(rr.Args) && len(l.Args) > 0 {
			r.rowComparison(op, l.Args, rr.Args, k, c)
			return
		}
		r.compare(op, e.Lexpr, e.Rexpr, k, c)
	case pg.A_Expr_Kind_AEXPR_IN:
		r.in(op, e, k, c)
	case pg.A_Expr_Kind_AEXPR_OP_ANY, pg.A_Expr_Kind_AEXPR_OP_ALL:
		r.arrayComparison(op, e, k, c)
	case pg.A_Expr_Kind_AEXPR_LIKE, pg.A_Expr_Kind_AEXPR_ILIKE:
		r.match(op, e.Lexpr, e.Rexpr, k, c)
	case pg.A_Expr_Kind_AEXPR_SIMILAR:
		spelled := "SIMILAR TO"
		if op == "!~" {
			spelled = "NOT SIMILAR TO"
		}
		r.match(spelled, e.Lexpr, e.Rexpr, k, c)
	case pg.A_Expr_Kind_AEXPR_BETWEEN, pg.A_Expr_Kind_AEXPR_NOT_BETWEEN:
		r.between(e, k, c)
	case pg.A_Expr_Kind_AEXPR_DISTINCT, pg.A_Expr_Kind_AEXPR_NOT_DISTINCT:
		r.distinctFrom(e, k, c)
	default:
		r.opaque(k, c)
	}
}

// compare lowers left op right, whichever side the column stands on.
func (r *resolver) compare(op string, left, right *pg.Node, k clause, c context) {
	switch op {
	case "~~", "!~~", "~~*", "!~~*", "~", "!~", "~*", "!~*":
		r.match(op, left, right, k, c)
		return
	}
	if k.not {
		if n, ok := negated[op]; ok {
			op = n
		} else {
			op = "NOT " + op
		}
	}
	left, right = r.promoted(left, right), r.promoted(right, left)
	l, rr := r.operand(left, c.level), r.operand(right, c.level)
	switch {
	case len(l.keys) == 0 && len(rr.keys) == 0:
		r.constant(k, c)
	case l.single() && len(rr.keys) == 0:
		r.against(l, op, rr, k, c)
	case rr.single() && len(l.keys) == 0:
		back, ok := commuted[op]
		if !ok {
			r.opaque(k, c)
			return
		}
		r.against(rr, back, l, k, c)
	case l.single() && rr.single() && l.keys[0] != rr.keys[0]:
		r.joined(l, op, rr, k, c)
		if back, ok := commuted[op]; ok {
			r.joined(rr, back, l, k, c)
		}
	default:
		r.opaque(k, c)
	}
}

// against emits column op value. A value that changes from row to row cannot
// bound a scan.
func (r *resolver) against(o operand, op string, other operand, k clause, c context) {
	p := o.predicate(classify(op))
	p.Operator, p.Text = op, r.text(k)
	v := r.value(other.node)
	p.Values = []Value{v}
	switch {
	case other.vague || v.Kind == Null:
		p.Op = OtherOp
	case v.Kind == Const && v.Type == "bool" && (p.Op == Eq || p.Op == Ne):
		p.Values = boolean((v.Text == "true") == (p.Op == Eq))
		p.Op = Bool
	case p.Op == Like: // ^@
		p.Pattern, p.Literal = PatternAnchored, v.literal()
	}
	if other.outer {
		p.Outer = true
		if ref := other.node.GetColumnRef(); ref != nil {
			b := r.bound[ref]
			p.Join = &ColumnRef{Table: b.table, Column: b.column, Scope: b.level.scope}
		}
	}
	r.emit(p, c)
}

func classify(op string) Op {
	if o, ok := ops[op]; ok {
		return o
	}
	return OtherOp
}

// joined emits one direction of a condition between two tables.
func (r *resolver) joined(o operand, op string, other operand, k clause, c context) {
	p := o.predicate(classify(op))
	p.Operator, p.Text = op, r.text(k)
	p.Join = &ColumnRef{Table: other.keys[0].table, Column: other.column}
	if other.column == "" {
		p.Values = []Value{{Kind: Computed, Text: other.expr}}
	}
	r.emit(p, c)
}

// in lowers x IN (list) and x NOT IN (list).
func (r *resolver) in(op string, e *pg.A_Expr, k clause, c context) {
	not := (op == "<>") != k.not
	items := e.Rexpr.GetList().GetItems()
	if row := e.Lexpr.GetRowExpr(); row != nil {
		r.rowIn(row.Args, items, not, k, c)
		return
	}
	o := r.operand(e.Lexpr, c.level)
	if !o.single() {
		r.opaque(k, c)
		return
	}
	p := o.predicate(In)
	p.Operator = "IN"
	if not {
		p.Op, p.Operator = NotIn, "NOT IN"
	}
	p.Text = r.text(k)
	for _, item := range items {
		other := r.operand(item, c.level)
		if len(other.keys) > 0 || other.vague {
			r.opaque(k, c)
			return
		}
		p.Outer = p.Outer || other.outer
		p.Values = append(p.Values, r.value(item))
	}
	r.emit(p, c)
}

// between lowers BETWEEN to the two comparisons that it stands for; NOT
// BETWEEN is an OR of two.
func (r *resolver) between(e *pg.A_Expr, k clause, c context) {
	bounds := e.Rexpr.GetList().GetItems()
	if len(bounds) != 2 {
		r.opaque(k, c)
		return
	}
	low, high := operation(">=", e.Lexpr, bounds[0]), operation("<=", e.Lexpr, bounds[1])
	bool_ := pg.BoolExprType_AND_EXPR
	if e.Kind == pg.A_Expr_Kind_AEXPR_NOT_BETWEEN {
		low, high = operation("<", e.Lexpr, bounds[0]), operation(">", e.Lexpr, bounds[1])
		bool_ = pg.BoolExprType_OR_EXPR
	}
	both := &pg.Node{Node: &pg.Node_BoolExpr{BoolExpr: &pg.BoolExpr{Boolop: bool_, Args: []*pg.Node{low, high}}}}
	r.clause(clause{both, k.not}, c)
}

// distinctFrom lowers IS [NOT] DISTINCT FROM. Operator keeps the spelling: no
// index serves it before PostgreSQL can turn it into an equality.
func (r *resolver) distinctFrom(e *pg.A_Expr, k clause, c context) {
	same := (e.Kind == pg.A_Expr_Kind_AEXPR_NOT_DISTINCT) != k.not
	left, right := e.Lexpr, e.Rexpr
	if left.GetAConst().GetIsnull() {
		left, right = right, left
	}
	if right.GetAConst().GetIsnull() {
		op := IsNotNull
		if same {
			op = IsNull
		}
		r.unary(left, op, nil, k, c)
		return
	}
	before := len(c.level.scope.Predicates)
	op, words := "=", "IS NOT DISTINCT FROM"
	if !same {
		op, words = "<>", "IS DISTINCT FROM"
	}
	r.compare(op, left, right, clause{k.node, false}, c)
	for _, p := range c.level.scope.Predicates[before:] {
		p.Op, p.Operator, p.Text = OtherOp, words, r.text(k)
	}
}
