package schema

import (
	"math"
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"
)

// expression prints an expression of a table in its plainest form, so that
// what a person wrote and what pg_dump prints of it read the same; t may be
// nil where columns have no say.
func (l *loader) expression(t *Table, node *pg.Node) string { return l.print(plain(t, node)) }

// plain removes what PostgreSQL adds when it prints an expression: casts of
// constants to the type that they have anyway and of varchar columns to text,
// = ANY (ARRAY[...]) for IN, ~~ for LIKE. The tree is changed in place.
func plain(t *Table, node *pg.Node) *pg.Node {
	if node == nil {
		return nil
	}
	walk(node, func(x any) bool {
		n, ok := x.(*pg.Node)
		if !ok {
			return true
		}
		if call := n.GetFuncCall(); call != nil && call.Funcformat == pg.CoercionForm_COERCE_EXPLICIT_CALL {
			call.Funcname = withoutPublic(call.Funcname)
		}
		for uncast(t, n) {
		}
		if e := n.GetAExpr(); e != nil {
			likeOperator(e)
			anyOfArray(t, e)
			likeTheOther(t, e)
		}
		if cast := n.GetTypeCast(); cast.GetTypeName() != nil && qualified(cast.TypeName.Names).Schema == "public" {
			cast.TypeName.Names = withoutPublic(cast.TypeName.Names)
		}
		return true
	})
	return node
}

// uncast replaces a cast that says nothing by what is cast.
func uncast(t *Table, n *pg.Node) bool {
	cast := n.GetTypeCast()
	if cast == nil {
		return false
	}
	name := lastString(cast.TypeName.GetNames())
	array := len(cast.TypeName.GetArrayBounds()) > 0
	arg := cast.Arg
	switch {
	case arg.GetAConst().GetVal() != nil && isString(arg) && !array && (textTypes[name] || name == "regconfig") && len(cast.TypeName.Typmods) == 0:
	case arg.GetAArrayExpr() != nil && array && textTypes[name]:
	case arg.GetColumnRef() != nil && textTypes[name] && len(cast.TypeName.Typmods) == 0:
		col := t.Column(lastString(arg.GetColumnRef().Fields))
		if col == nil {
			return false
		}
		base, isArray := strings.CutSuffix(baseName(col.Type), "[]")
		if isArray != array || base != "character varying" && base != "character" && base != "text" {
			return false
		}
	case arg.GetTypeCast() != nil && textTypes[name] && textTypes[lastString(arg.GetTypeCast().TypeName.GetNames())] &&
		len(cast.TypeName.Typmods) == 0 && array == (len(arg.GetTypeCast().TypeName.GetArrayBounds()) > 0):
	default:
		return false
	}
	n.Node = arg.Node
	return true
}

var textTypes = wordSet("text varchar bpchar")

func isString(n *pg.Node) bool {
	_, ok := n.GetAConst().GetVal().(*pg.A_Const_Sval)
	return ok
}

// baseName is a type without its modifiers.
func baseName(t string) string {
	open := strings.IndexByte(t, '(')
	if open < 0 {
		return t
	}
	shut := strings.IndexByte(t, ')')
	if shut < open {
		return t
	}
	return t[:open] + t[shut+1:]
}

// likeOperator writes LIKE for ~~ and its sisters.
func likeOperator(e *pg.A_Expr) {
	if e.Kind != pg.A_Expr_Kind_AEXPR_OP || e.Lexpr == nil {
		return
	}
	switch lastString(e.Name) {
	case "~~", "!~~":
		e.Kind = pg.A_Expr_Kind_AEXPR_LIKE
	case "~~*", "!~~*":
		e.Kind = pg.A_Expr_Kind_AEXPR_ILIKE
	}
}

// anyOfArray writes IN for = ANY (ARRAY[...]) and NOT IN for <> ALL.
func anyOfArray(t *Table, e *pg.A_Expr) {
	op := lastString(e.Name)
	if !(e.Kind == pg.A_Expr_Kind_AEXPR_OP_ANY && op == "=" || e.Kind == pg.A_Expr_Kind_AEXPR_OP_ALL && op == "<>") || e.Rexpr == nil {
		return
	}
	for uncast(t, e.Rexpr) {
	}
	if c := e.Rexpr.GetTypeCast(); c.GetArg().GetAArrayExpr() != nil && len(c.TypeName.GetArrayBounds()) > 0 {
		e.Rexpr.Node = c.Arg.Node
	}
	array := e.Rexpr.GetAArrayExpr()
	if array == nil || len(array.Elements) == 0 {
		return
	}
	e.Kind = pg.A_Expr_Kind_AEXPR_IN
	e.Rexpr = &pg.Node{Node: &pg.Node_List{List: &pg.List{Items: array.Elements}}}
}

// likeTheOther removes casts of constants to the type of the column that they
// are compared with.
func likeTheOther(t *Table, e *pg.A_Expr) {
	constants := []*pg.Node{e.Rexpr}
	if list := e.Rexpr.GetList(); list != nil {
		constants = list.Items
	}
	for _, c := range constants {
		uncastTo(t, e.Lexpr, c)
	}
	uncastTo(t, e.Rexpr, e.Lexpr)
}

func uncastTo(t *Table, column, constant *pg.Node) {
	for uncast(t, column) {
	}
	col := t.Column(lastString(column.GetColumnRef().GetFields()))
	if col == nil {
		return
	}
	same := baseName(col.Type)
	for {
		cast := constant.GetTypeCast()
		if cast == nil || len(cast.TypeName.GetArrayBounds()) > 0 || len(cast.TypeName.GetTypmods()) > 0 ||
			cast.Arg.GetAConst() == nil && cast.Arg.GetTypeCast() == nil {
			return
		}
		name := lastString(cast.TypeName.GetNames())
		n := numeric(same) && numeric(sqlNames[name])
		if !n && sqlNames[name] != same && QuoteIdent(name) != same && !strings.HasSuffix(same, "."+QuoteIdent(name)) {
			return
		}
		inner := cast.Arg
		if isString(inner) && n {
			// PostgreSQL prints a negative number as '-1'::integer.
			if inner = numberOf(inner.GetAConst().GetSval().GetSval()); inner == nil {
				return
			}
		}
		constant.Node = inner.Node
	}
}

// numeric reports whether a type is one of numbers.
func numeric(typ string) bool {
	switch typ {
	case "smallint", "integer", "bigint", "numeric", "real", "double precision":
		return true
	}
	return false
}

// numberOf is the constant that a text spells, or nil.
func numberOf(text string) *pg.Node {
	if v, err := strconv.ParseInt(text, 10, 32); err == nil {
		return &pg.Node{Node: &pg.Node_AConst{AConst: &pg.A_Const{Val: &pg.A_Const_Ival{Ival: &pg.Integer{Ival: int32(v)}}}}}
	}
	if f, err := strconv.ParseFloat(text, 64); err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return &pg.Node{Node: &pg.Node_AConst{AConst: &pg.A_Const{Val: &pg.A_Const_Fval{Fval: &pg.Float{Fval: text}}}}}
}

// withoutPublic leaves out the schemas that the search path has.
func withoutPublic(names []*pg.Node) []*pg.Node {
	if len(names) == 2 {
		if s := names[0].GetString_().GetSval(); s == "public" || s == "pg_catalog" {
			return names[1:]
		}
	}
	return names
}
