package query

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/apilint/apilint/analyzer/schema"
)

// key names what a column belongs to inside one level.
type key struct {
	table  int
	source *source // where table is -1
}

// operand is one side of an operator, seen from one level.
type operand struct {
	node     *pg.Node
	keys     []key  // the distinct tables of this level that it reads
	outer    bool   // reads a column of an outer level
	column   string // it is this bare column
	expr     string // or this expression
	function string // outermost function, operator or cast around the column
	volatile bool   // expr is not known to be immutable
	vague    bool   // computes another value for every row, columns or not
}

func (o operand) single() bool { return len(o.keys) == 1 && !o.outer }

// operand looks at an expression from a level. Casts that do not change a
// value (varchar to text) are looked through, as the planner does.
func (r *resolver) operand(n *pg.Node, l *level) operand {
	o := operand{node: r.relabelled(n)}
	whole := false
	r.refs(o.node, func(b binding) {
		if b.level != l {
			o.outer = true
			return
		}
		whole = whole || b.column == ""
		k := key{table: b.table}
		if b.table < 0 {
			k.source = b.source
		}
		for _, have := range o.keys {
			if have == k {
				return
			}
		}
		o.keys = append(o.keys, k)
	})
	if ref := o.node.GetColumnRef(); ref != nil && len(o.keys) == 1 && !whole {
		o.column = r.bound[ref].column
		return o
	}
	if len(o.keys) > 0 {
		o.expr = r.print(o.node)
		o.function = outermost(o.node)
		o.volatile = whole || !r.immutable(o.node)
	}
	o.vague = hasVolatile(o.node)
	return o
}

// predicate starts a predicate on a single operand.
func (o operand) predicate(op Op) *Predicate {
	return &Predicate{Table: o.keys[0].table, Column: o.column, Expr: o.expr, Volatile: o.volatile, Function: o.function, Op: op}
}

// columnOf returns the catalog's column of a bare operand, or nil.
func (r *resolver) columnOf(o operand, l *level) *schema.Column {
	if o.column == "" || len(o.keys) != 1 || o.keys[0].table < 0 {
		return nil
	}
	return l.scope.Tables[o.keys[0].table].Rel.Column(o.column)
}

// relabelled strips casts of a bare column that keep its bytes and its
// operators: index and statement compare the same values.
func (r *resolver) relabelled(n *pg.Node) *pg.Node {
	cast := n.GetTypeCast()
	if cast == nil {
		return n
	}
	inner := r.relabelled(cast.Arg)
	if inner.GetColumnRef() == nil {
		return n
	}
	from, to := r.typeOf(inner), typeName(cast.TypeName)
	if from != "" && (from == to || from == "character varying" && to == "text") {
		return inner
	}
	return n
}

// outermost names the function, operator or cast at the top of an expression.
func outermost(n *pg.Node) string {
	switch e := n.GetNode().(type) {
	case *pg.Node_FuncCall:
		return last(e.FuncCall.Funcname)
	case *pg.Node_TypeCast:
		return "::" + typeName(e.TypeCast.TypeName)
	case *pg.Node_AExpr:
		if e.AExpr.Kind == pg.A_Expr_Kind_AEXPR_NULLIF {
			return "nullif"
		}
		return last(e.AExpr.Name)
	case *pg.Node_CoalesceExpr:
		return "coalesce"
	case *pg.Node_CaseExpr:
		return "case"
	case *pg.Node_MinMaxExpr:
		if e.MinMaxExpr.Op == pg.MinMaxOp_IS_LEAST {
			return "least"
		}
		return "greatest"
	case *pg.Node_CollateClause:
		return "collate"
	case *pg.Node_AIndirection:
		return "[]"
	case *pg.Node_SubLink:
		return "select"
	case *pg.Node_RowExpr:
		return "row"
	}
	return ""
}

// expr lowers an output, grouping or sort expression.
func (r *resolver) expr(n *pg.Node, l *level) Expr {
	e := Expr{Table: -1, Aggregate: hasAggregate(n)}
	o := r.operand(n, l)
	if o.single() {
		e.Table = o.keys[0].table
	}
	e.Column = o.column
	if o.column != "" && e.Table >= 0 {
		n = o.node
	}
	if o.outer {
		e.Column = ""
	}
	e.Text = r.print(n)
	return e
}
