package query

import (
	"sort"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/apilint/apilint/analyzer/sqltree"
)

// value lowers an operand without columns of this level.
func (r *resolver) value(n *pg.Node) Value {
	switch e := n.GetNode().(type) {
	case *pg.Node_ParamRef:
		return Value{Kind: Param, Param: int(e.ParamRef.Number)}
	case *pg.Node_AConst:
		return r.constantValue(e.AConst)
	case *pg.Node_TypeCast:
		v := r.value(e.TypeCast.Arg)
		if v.Kind == Param || v.Kind == Const || v.Kind == Null {
			return v.cast(typeName(e.TypeCast.TypeName))
		}
	case *pg.Node_SubLink:
		if s := r.subs[e.SubLink]; s != nil {
			return Value{Kind: SubQuery, Scope: s.scope}
		}
	}
	return Value{Kind: Computed, Text: r.print(n), Type: r.typeOf(n)}
}

func (r *resolver) constantValue(c *pg.A_Const) Value {
	v := Value{Kind: Const, Nth: r.nth(c)}
	switch val := c.GetVal().(type) {
	case *pg.A_Const_Ival:
		v.Type, v.Text = "int", integer(val.Ival.GetIval())
	case *pg.A_Const_Fval:
		v.Type, v.Text = "numeric", val.Fval.GetFval()
	case *pg.A_Const_Boolval:
		v.Type, v.Text = "bool", truth(val.Boolval.GetBoolval())
	case *pg.A_Const_Sval:
		v.Type, v.Text = "text", val.Sval.GetSval()
	case *pg.A_Const_Bsval:
		v.Type, v.Text = "bit", val.Bsval.GetBsval()
	default:
		return Value{Kind: Null}
	}
	return v
}

func truth(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// cast gives a value its type; the spellings of boolean constants become one.
func (v Value) cast(to string) Value {
	v.Type = to
	if to != "boolean" {
		return v
	}
	v.Type = "bool"
	switch strings.ToLower(v.Text) {
	case "t", "true", "y", "yes", "on", "1":
		v.Text = "true"
	case "f", "false", "n", "no", "off", "0":
		v.Text = "false"
	}
	return v
}

// literal is the text of a string constant, "" of anything else.
func (v Value) literal() string {
	if v.Kind == Const {
		return v.Text
	}
	return ""
}

// nth says which literal of the statement a constant is, from 1; 0 for one that
// stands in a view or was written without a literal (TRUE).
func (r *resolver) nth(c *pg.A_Const) int {
	if len(r.unfolding) > 0 || c.Location < 0 {
		return 0
	}
	if r.literals == nil {
		r.literals = sqltree.LiteralOffsets(r.source)
	}
	at := int(c.Location)
	i := sort.SearchInts(r.literals, at)
	if i == len(r.literals) {
		return 0
	}
	// The location of a negative number is that of its sign.
	if r.literals[i] != at && (at >= len(r.source) || r.source[at] != '-') {
		return 0
	}
	return i + 1
}
