package query

import (
	pg "github.com/pganalyze/pg_query_go/v5"
)

// context says where a condition stands.
type context struct {
	level *level
	on    bool // in ON of an outer join, or below its nullable side
	or    int  // number of the OR, 0 none
	arm   int
}

// clause is a condition that may stand under NOT.
type clause struct {
	node *pg.Node
	not  bool
}

func (r *resolver) condition(n *pg.Node, c context) { r.clause(clause{n, false}, c) }

// clause lowers one AND-ed condition to predicates.
func (r *resolver) clause(k clause, c context) {
	parts := conjuncts(k, nil)
	if len(parts) > 1 {
		for _, p := range parts {
			r.clause(p, c)
		}
		return
	}
	k = parts[0]
	if arms := disjuncts(k, nil); len(arms) > 1 {
		if c.or != 0 { // an OR inside an arm of another
			r.opaque(k, c)
			return
		}
		r.push(k, c)
		r.or(arms, c)
		return
	}
	if c.or == 0 {
		r.push(k, c)
	}
	r.leaf(k, c)
}

// conjuncts splits AND, and OR under NOT, into their parts.
func conjuncts(k clause, into []clause) []clause { return split(k, pg.BoolExprType_AND_EXPR, into) }

// disjuncts splits OR, and AND under NOT, into their arms.
func disjuncts(k clause, into []clause) []clause { return split(k, pg.BoolExprType_OR_EXPR, into) }

func split(k clause, op pg.BoolExprType, into []clause) []clause {
	b := k.node.GetBoolExpr()
	if b == nil {
		return append(into, k)
	}
	if b.Boolop == pg.BoolExprType_NOT_EXPR && len(b.Args) == 1 {
		return split(clause{b.Args[0], !k.not}, op, into)
	}
	if (b.Boolop == op) == k.not { // De Morgan
		return append(into, k)
	}
	for _, a := range b.Args {
		into = split(clause{a, k.not}, op, into)
	}
	return into
}

// maxFactors bounds the search for conditions that all arms share.
const maxFactors = 64

// or lowers the arms of an OR. What every arm demands is AND-ed to the whole,
// as PostgreSQL does it (process_duplicate_ors in prepqual.c).
func (r *resolver) or(arms []clause, c context) {
	split := make([][]clause, len(arms))
	total := 0
	for i, a := range arms {
		split[i] = conjuncts(a, nil)
		total += len(split[i])
	}
	if total <= maxFactors && total > len(arms) {
		split = r.factor(split, c)
	}
	c.level.ors++
	c.or = c.level.ors
	for i, parts := range split {
		if len(parts) == 0 {
			return // one arm was all common: the OR adds nothing
		}
		c.arm = i
	}
	for i, parts := range split {
		c.arm = i
		for _, p := range parts {
			r.clause(p, c)
		}
	}
}

// factor lowers the conjuncts that all arms share and returns the rest.
func (r *resolver) factor(arms [][]clause, c context) [][]clause {
	keys := make([]map[string]bool, len(arms))
	for i, parts := range arms {
		keys[i] = map[string]bool{}
		for _, p := range parts {
			keys[i][r.identity(p)] = true
		}
	}
	shared := map[string]bool{}
	for _, p := range arms[0] {
		key := r.identity(p)
		if shared[key] {
			continue
		}
		everywhere := true
		for _, k := range keys {
			everywhere = everywhere && k[key]
		}
		if everywhere {
			shared[key] = true
			r.clause(p, c)
		}
	}
	if len(shared) == 0 {
		return arms
	}
	rest := make([][]clause, len(arms))
	for i, parts := range arms {
		for _, p := range parts {
			if !shared[r.identity(p)] {
				rest[i] = append(rest[i], p)
			}
		}
	}
	return rest
}

// leaf lowers a condition without AND and OR.
func (r *resolver) leaf(k clause, c context) {
	switch e := k.node.GetNode().(type) {
	case *pg.Node_AExpr:
		r.operator(e.AExpr, k, c)
	case *pg.Node_NullTest:
		isNull := (e.NullTest.Nulltesttype == pg.NullTestType_IS_NULL) != k.not
		op := IsNotNull
		if isNull {
			op = IsNull
		}
		r.unary(e.NullTest.Arg, op, nil, k, c)
	case *pg.Node_BooleanTest:
		r.booleanTest(e.BooleanTest, k, c)
	case *pg.Node_SubLink:
		r.subLinkCondition(e.SubLink, k, c)
	case *pg.Node_FuncCall:
		r.functionCondition(e.FuncCall, k, c)
	case *pg.Node_ColumnRef, *pg.Node_AIndirection:
		r.unary(k.node, Bool, boolean(!k.not), k, c)
	case *pg.Node_TypeCast:
		if len(r.operand(k.node, c.level).keys) == 0 {
			r.constant(k, c)
		} else {
			r.unary(k.node, Bool, boolean(!k.not), k, c)
		}
	case *pg.Node_AConst:
		r.constant(k, c)
	default:
		r.opaque(k, c)
	}
}

func boolean(b bool) []Value {
	text := "false"
	if b {
		text = "true"
	}
	return []Value{{Kind: Const, Text: text, Type: "bool"}}
}

// unary emits a predicate on one operand.
func (r *resolver) unary(arg *pg.Node, op Op, values []Value, k clause, c context) {
	o := r.operand(arg, c.level)
	if !o.single() {
		r.opaque(k, c)
		return
	}
	p := o.predicate(op)
	p.Values = values
	p.Text = r.text(k)
	r.emit(p, c)
}

func (r *resolver) booleanTest(t *pg.BooleanTest, k clause, c context) {
	o := r.operand(t.Arg, c.level)
	column := r.columnOf(o, c.level)
	notNull := column != nil && column.NotNull
	kind := t.Booltesttype
	if k.not {
		kind = map[pg.BoolTestType]pg.BoolTestType{
			pg.BoolTestType_IS_TRUE: pg.BoolTestType_IS_NOT_TRUE, pg.BoolTestType_IS_NOT_TRUE: pg.BoolTestType_IS_TRUE,
			pg.BoolTestType_IS_FALSE: pg.BoolTestType_IS_NOT_FALSE, pg.BoolTestType_IS_NOT_FALSE: pg.BoolTestType_IS_FALSE,
			pg.BoolTestType_IS_UNKNOWN: pg.BoolTestType_IS_NOT_UNKNOWN, pg.BoolTestType_IS_NOT_UNKNOWN: pg.BoolTestType_IS_UNKNOWN,
		}[kind]
	}
	bare := o.single() && o.column != ""
	switch {
	case bare && (kind == pg.BoolTestType_IS_TRUE || kind == pg.BoolTestType_IS_NOT_FALSE && notNull):
		r.unary(t.Arg, Bool, boolean(true), k, c)
	case bare && (kind == pg.BoolTestType_IS_FALSE || kind == pg.BoolTestType_IS_NOT_TRUE && notNull):
		r.unary(t.Arg, Bool, boolean(false), k, c)
	case bare && kind == pg.BoolTestType_IS_UNKNOWN:
		r.unary(t.Arg, IsNull, nil, k, c)
	case bare && kind == pg.BoolTestType_IS_NOT_UNKNOWN:
		r.unary(t.Arg, IsNotNull, nil, k, c)
	case !bare && kind == pg.BoolTestType_IS_TRUE: // of a whole condition: WHERE asks the same
		r.clause(clause{t.Arg, false}, c)
	default:
		r.opaque(k, c)
	}
}

// functionCondition lowers a boolean function call.
func (r *resolver) functionCondition(f *pg.FuncCall, k clause, c context) {
	name := last(f.Funcname)
	if len(f.Args) >= 2 && !k.not {
		switch name {
		case "starts_with":
			if o := r.operand(f.Args[0], c.level); o.single() {
				p := o.predicate(Like)
				p.Operator, p.Pattern, p.Values, p.Text = "starts_with", PatternAnchored, []Value{r.value(f.Args[1])}, r.text(k)
				p.Literal = r.value(f.Args[1]).literal()
				r.emit(p, c)
				return
			}
		case "regexp_like":
			if len(f.Args) == 2 {
				r.match("~", f.Args[0], f.Args[1], k, c)
				return
			}
		}
	}
	if len(r.operand(k.node, c.level).keys) == 0 {
		r.constant(k, c)
		return
	}
	r.unary(k.node, Bool, boolean(!k.not), k, c)
}

// constant is a condition without a column of this scope: TRUE, 1 = 1,
// $1 IS NULL. A literal adds nothing to an AND; anything else, and every arm
// of an OR, decides for all rows alike and no index can serve it.
func (r *resolver) constant(k clause, c context) {
	r.negations(k.node)
	if c.or == 0 && literal(k.node) {
		return
	}
	r.emit(&Predicate{Table: -1, Op: OtherOp, Text: r.text(k)}, c)
}

func literal(n *pg.Node) bool {
	ok := true
	walk(n, func(c *pg.Node) bool {
		switch c.Node.(type) {
		case *pg.Node_AConst, *pg.Node_TypeCast, *pg.Node_AExpr:
		default:
			ok = false
		}
		return ok
	})
	return ok
}

// opaque is a condition that no operator class knows.
func (r *resolver) opaque(k clause, c context) {
	r.negations(k.node)
	o := r.operand(k.node, c.level)
	p := &Predicate{Table: -1, Op: OtherOp, Text: r.text(k)}
	if o.single() {
		p.Table = o.keys[0].table
		p.Expr, p.Volatile = p.Text, o.volatile
	}
	r.emit(p, c)
}

// negations marks the sub-queries in a condition that was not taken apart.
func (r *resolver) negations(n *pg.Node) {
	r.negate(n, false)
}

func (r *resolver) negate(n *pg.Node, not bool) {
	if b := n.GetBoolExpr(); b != nil {
		for _, a := range b.Args {
			r.negate(a, not != (b.Boolop == pg.BoolExprType_NOT_EXPR))
		}
		return
	}
	if s := n.GetSubLink(); s != nil && r.subs[s] != nil {
		r.subs[s].scope.Negated = not
	}
}

func (r *resolver) emit(p *Predicate, c context) {
	p.InJoinOn, p.Or, p.Arm = c.on, c.or, c.arm
	if c.or == 0 {
		p.Arm = 0
	}
	c.level.scope.Predicates = append(c.level.scope.Predicates, p)
}
