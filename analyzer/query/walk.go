package query

import (
	pg "github.com/pganalyze/pg_query_go/v5"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// children calls f for the direct sub-expressions of a node. Sub-selects are
// scopes of their own and not entered.
func children(n *pg.Node, f func(*pg.Node)) {
	each := func(list []*pg.Node) {
		for _, c := range list {
			f(c)
		}
	}
	switch e := n.GetNode().(type) {
	case nil, *pg.Node_AConst, *pg.Node_ParamRef, *pg.Node_ColumnRef, *pg.Node_String_, *pg.Node_SelectStmt:
	case *pg.Node_AExpr:
		f(e.AExpr.Lexpr)
		f(e.AExpr.Rexpr)
	case *pg.Node_BoolExpr:
		each(e.BoolExpr.Args)
	case *pg.Node_TypeCast:
		f(e.TypeCast.Arg)
	case *pg.Node_List:
		each(e.List.Items)
	case *pg.Node_NullTest:
		f(e.NullTest.Arg)
	case *pg.Node_ResTarget:
		f(e.ResTarget.Val)
		each(e.ResTarget.Indirection)
	case *pg.Node_SubLink:
		f(e.SubLink.Testexpr)
	case *pg.Node_CaseExpr:
		f(e.CaseExpr.Arg)
		each(e.CaseExpr.Args)
		f(e.CaseExpr.Defresult)
	case *pg.Node_CaseWhen:
		f(e.CaseWhen.Expr)
		f(e.CaseWhen.Result)
	default:
		fields(n.ProtoReflect(), f)
	}
}

// fields finds the nodes in the fields of a message of any other kind: there
// are some 250 of them, and one forgotten would lose its columns.
func fields(m protoreflect.Message, f func(*pg.Node)) {
	eachMessage(m, func(c proto.Message) {
		switch c := c.(type) {
		case *pg.Node:
			f(c)
		case *pg.SelectStmt, *pg.TypeName:
		default:
			fields(c.ProtoReflect(), f)
		}
	})
}

// walk visits a node and everything below it, outermost first, until f says
// not to go deeper.
func walk(n *pg.Node, f func(*pg.Node) bool) {
	if n.GetNode() == nil || !f(n) {
		return
	}
	children(n, func(c *pg.Node) { walk(c, f) })
}

// names returns the strings of a list of String nodes.
func names(list []*pg.Node) []string {
	out := make([]string, 0, len(list))
	for _, n := range list {
		out = append(out, n.GetString_().GetSval())
	}
	return out
}

// last returns the unqualified part of a dotted name.
func last(list []*pg.Node) string {
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1].GetString_().GetSval()
}

// eachMessage calls f for every message directly below m, in the order of the
// fields: the Range of protoreflect has none.
func eachMessage(m protoreflect.Message, f func(proto.Message)) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		d := fields.Get(i)
		switch {
		case d.Message() == nil || d.IsMap() || !m.Has(d):
		case d.IsList():
			list := m.Get(d).List()
			for j := range list.Len() {
				f(list.Get(j).Message().Interface())
			}
		default:
			f(m.Get(d).Message().Interface())
		}
	}
}
