package query

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/apilint/apilint/analyzer/schema"
)

// typeName prints a type as format_type does, without looking up user types.
func typeName(t *pg.TypeName) string { return schema.FormatType(t) }

// base strips the modifiers of a type: numeric(10,2) is numeric.
func base(t string) string {
	from := strings.IndexByte(t, '(')
	if from < 0 {
		return t
	}
	to := strings.IndexByte(t[from:], ')')
	if to < 0 {
		return t[:from]
	}
	return t[:from] + t[from+to+1:]
}

// typeOf returns the type of an expression without modifiers, as far as its
// columns and casts tell; "" is unknown.
func (r *resolver) typeOf(n *pg.Node) string {
	switch e := n.GetNode().(type) {
	case *pg.Node_ColumnRef:
		b, ok := r.bound[e.ColumnRef]
		if !ok || b.table < 0 || b.level == nil || b.column == "" {
			return ""
		}
		if c := b.level.scope.Tables[b.table].Rel.Column(b.column); c != nil {
			return base(c.Type)
		}
	case *pg.Node_AConst:
		return constantType(e.AConst)
	case *pg.Node_TypeCast:
		return base(typeName(e.TypeCast.TypeName))
	case *pg.Node_CollateClause:
		return r.typeOf(e.CollateClause.Arg)
	case *pg.Node_CoalesceExpr:
		for _, a := range e.CoalesceExpr.Args {
			if t := r.typeOf(a); t != "" {
				return t
			}
		}
	case *pg.Node_AExpr:
		return r.operatorType(e.AExpr)
	case *pg.Node_FuncCall:
		return r.callType(e.FuncCall)
	}
	return ""
}

func constantType(c *pg.A_Const) string {
	switch v := c.GetVal().(type) {
	case *pg.A_Const_Ival:
		return "integer"
	case *pg.A_Const_Fval:
		if len(v.Fval.GetFval()) < 19 && strings.Trim(v.Fval.GetFval(), "0123456789-") == "" {
			return "bigint" // too large for integer
		}
		return "numeric"
	case *pg.A_Const_Boolval:
		return "boolean"
	}
	return "" // a string takes the type of what it stands beside
}

func (r *resolver) operatorType(e *pg.A_Expr) string {
	switch last(e.Name) {
	case "->>", "#>>", "||":
		if last(e.Name) == "||" && r.typeOf(e.Lexpr) == "jsonb" {
			return "jsonb"
		}
		return "text"
	case "->", "#>":
		return r.typeOf(e.Lexpr)
	case "+", "-", "*", "/":
		if l, rr := r.typeOf(e.Lexpr), r.typeOf(e.Rexpr); l == rr || rr == "" || rr == "interval" && strings.HasPrefix(l, "timestamp") {
			return l
		}
	}
	return ""
}

func (r *resolver) callType(c *pg.FuncCall) string {
	switch last(c.Funcname) {
	case "lower", "upper", "btrim", "ltrim", "rtrim", "substr", "substring", "left", "right", "replace", "md5", "reverse", "initcap",
		"concat", "concat_ws", "to_char", "split_part", "jsonb_extract_path_text", "json_extract_path_text":
		return "text"
	case "length", "char_length", "strpos":
		return "integer"
	case "now", "transaction_timestamp", "statement_timestamp", "clock_timestamp", "to_timestamp":
		return "timestamp with time zone"
	case "date_trunc":
		if len(c.Args) > 1 {
			if t := r.typeOf(c.Args[1]); t != "date" {
				return t
			}
			return "timestamp with time zone"
		}
	case "timezone": // AT TIME ZONE
		if len(c.Args) == 2 {
			switch r.typeOf(c.Args[1]) {
			case "timestamp with time zone":
				return "timestamp without time zone"
			case "timestamp without time zone":
				return "timestamp with time zone"
			}
		}
	}
	return ""
}

// numbers orders the numeric types: operators of different ones are looked up
// among the greater, and only the integers among themselves and the floats
// among themselves share an operator family (integer_ops, float_ops).
var numbers = map[string]int{"smallint": 1, "integer": 1, "bigint": 1, "numeric": 2, "real": 3, "double precision": 3}

// promoted returns n as PostgreSQL compares it with other: an integer column
// beside a numeric value is cast, and an index on the bare column cannot serve.
func (r *resolver) promoted(n, other *pg.Node) *pg.Node {
	from, to := numbers[r.typeOf(n)], numbers[r.typeOf(other)]
	if from == 0 || to <= from || !contains(n, func(c *pg.Node) bool { return c.GetColumnRef() != nil }) {
		return n
	}
	name := "numeric"
	if to == 3 {
		name = "float8"
	}
	return &pg.Node{Node: &pg.Node_TypeCast{TypeCast: &pg.TypeCast{
		Arg:      n,
		TypeName: &pg.TypeName{Names: []*pg.Node{pg.MakeStrNode("pg_catalog"), pg.MakeStrNode(name)}, Typemod: -1},
	}}}
}
