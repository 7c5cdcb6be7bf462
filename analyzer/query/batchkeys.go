package query

import (
	"errors"
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"
	"google.golang.org/protobuf/proto"
)

// condition is column = value, where it stands in the tree.
type condition struct {
	at     *pg.Node
	column *pg.Node
	value  *value
	key    BatchKey
}

// value is a placeholder with the type it is cast to, "" none.
type value struct {
	param int
	cast  string
}

// places lists the AND-ed conditions of WHERE and of inner joins.
func (b *batcher) places(where *pg.Node, from []*pg.Node) (out []*pg.Node) {
	var and func(*pg.Node)
	and = func(n *pg.Node) {
		if e := n.GetBoolExpr(); e != nil && e.Boolop == pg.BoolExprType_AND_EXPR {
			for _, a := range e.Args {
				and(a)
			}
			return
		}
		if n != nil {
			out = append(out, n)
		}
	}
	and(where)
	var join func(*pg.Node)
	join = func(n *pg.Node) {
		if j := n.GetJoinExpr(); j != nil {
			if j.Jointype != pg.JoinType_JOIN_INNER {
				return // a condition in or below an outer join does not choose the rows
			}
			and(j.Quals)
			join(j.Larg)
			join(j.Rarg)
		}
	}
	for _, f := range from {
		join(f)
	}
	return out
}

var errNoColumn = errors.New("the value that varies is compared with no plain column")

// conditions finds the condition of each key.
func (b *batcher) conditions(places []*pg.Node) ([]condition, error) {
	var out []condition
	for _, k := range b.Keys {
		found := false
		for _, n := range places {
			column, v := k.column(n)
			if column == nil || slices.ContainsFunc(out, func(c condition) bool { return c.at == n }) {
				continue
			}
			out = append(out, condition{n, column, v, k})
			found = true
			break
		}
		if !found {
			return nil, errNoColumn
		}
	}
	if len(out) == 0 {
		return nil, errors.New("no column is compared with a value that varies")
	}
	return out, nil
}

// column returns the column of the key, and the placeholder, when the node
// compares the two.
func (k BatchKey) column(n *pg.Node) (*pg.Node, *value) {
	e := n.GetAExpr()
	if e == nil || len(e.Name) != 1 || last(e.Name) != "=" || strings.HasSuffix(k.Type, "[]") {
		return nil, nil
	}
	left, right := e.Lexpr, e.Rexpr
	switch e.Kind {
	case pg.A_Expr_Kind_AEXPR_OP:
	case pg.A_Expr_Kind_AEXPR_IN:
		list := right.GetList()
		if list == nil || len(list.Items) != 1 {
			return nil, nil
		}
		right = list.Items[0]
	default:
		return nil, nil
	}
	if isPlaceholder(left) {
		left, right = right, left
	}
	ref := left.GetColumnRef()
	if ref == nil || !isPlaceholder(right) {
		return nil, nil
	}
	parts := names(ref.Fields)
	if len(parts) == 0 || parts[len(parts)-1] != k.Column || len(parts) > 1 && parts[len(parts)-2] != k.Alias {
		return nil, nil
	}
	v := valueOf(right)
	if k.Param != 0 && v.param != k.Param {
		return nil, nil
	}
	return left, v
}

func isPlaceholder(n *pg.Node) bool {
	for n.GetTypeCast() != nil {
		n = n.GetTypeCast().Arg
	}
	return n.GetParamRef() != nil
}

// valueOf reads a placeholder under casts, of which the outermost counts.
func valueOf(n *pg.Node) *value {
	v := &value{}
	for n.GetTypeCast() != nil {
		if v.cast == "" {
			v.cast = castType(n.GetTypeCast().TypeName)
		}
		n = n.GetTypeCast().Arg
	}
	v.param = int(n.GetParamRef().GetNumber())
	return v
}

// castType prints a type without its length.
func castType(t *pg.TypeName) string {
	t = proto.Clone(t).(*pg.TypeName)
	t.Typmods = nil
	return typeName(t)
}

// any makes conditions take arrays.
func (b *batcher) any(conditions []condition) error {
	if len(conditions) == 1 {
		c := conditions[0]
		array := "$" + integer(int32(b.newArray(c.value.param)))
		if c.value.cast != "" {
			array += "::" + unlimited(c.value.cast) + "[]"
		}
		in := parsed("SELECT 1 WHERE a = ANY(" + array + ")")
		if in == nil {
			return errTypes
		}
		in.WhereClause.GetAExpr().Lexpr = c.column
		c.at.Node = in.WhereClause.Node
		return nil
	}
	var types []string
	row := &pg.RowExpr{RowFormat: pg.CoercionForm_COERCE_IMPLICIT_CAST}
	for _, c := range conditions {
		types = append(types, b.array(c.value, c.key.Column, c.key.Type))
		row.Args = append(row.Args, c.column)
	}
	in := parsed("SELECT 1 WHERE (a, b) IN (SELECT * FROM unnest(" + strings.Join(types, ", ") + "))")
	if in == nil {
		return errTypes
	}
	link := in.WhereClause.GetSubLink()
	link.Testexpr = &pg.Node{Node: &pg.Node_RowExpr{RowExpr: row}}
	conditions[0].at.Node = &pg.Node_SubLink{SubLink: link}
	for _, c := range conditions[1:] {
		c.at.Node = parsed("SELECT 1 WHERE true").WhereClause.Node
		b.spare = append(b.spare, c.at)
	}
	return nil
}

// tidy takes the conditions that became true out of the AND around them.
func (b *batcher) tidy(where *pg.Node) {
	e := where.GetBoolExpr()
	if e == nil || e.Boolop != pg.BoolExprType_AND_EXPR {
		return
	}
	e.Args = slices.DeleteFunc(e.Args, func(n *pg.Node) bool { return slices.Contains(b.spare, n) })
	if len(e.Args) == 1 {
		where.Node = e.Args[0].Node
	}
}

// tell makes the outputs tell of each row which keys it belongs to; alone says
// that an asterisk means the columns of one table.
func (b *batcher) tell(outputs []*pg.Node, conditions []condition, alone, atEnd bool) []*pg.Node {
	b.outputs = nil
	at := 0
	if atEnd {
		at = len(outputs)
	}
	for _, c := range conditions {
		name, ok := told(outputs, c.column, alone)
		if !ok {
			column := last(c.column.GetColumnRef().Fields)
			name = column
			out := target(c.column)
			if clashes(outputs, column, alone) {
				name = "key_" + column
				out.GetResTarget().Name = name
			}
			outputs = slices.Insert(outputs, at, out)
			at++
		}
		b.outputs = append(b.outputs, name)
	}
	return outputs
}

// told finds the output that is the column, under a name that no other has.
func told(outputs []*pg.Node, column *pg.Node, alone bool) (name string, ok bool) {
	want := names(column.GetColumnRef().GetFields())
	for i, n := range outputs {
		t := n.GetResTarget()
		ref := t.GetVal().GetColumnRef()
		if ref == nil {
			continue
		}
		if star(ref) {
			of := ""
			if len(ref.Fields) > 1 {
				of = ref.Fields[len(ref.Fields)-2].GetString_().GetSval()
			}
			if !alone && (of == "" || len(want) < 2 || of != want[len(want)-2]) {
				continue
			}
			name = want[len(want)-1]
		} else {
			have := names(ref.Fields)
			if have[len(have)-1] != want[len(want)-1] || len(have) > 1 && len(want) > 1 && have[len(have)-2] != want[len(want)-2] {
				continue
			}
			if name = t.Name; name == "" {
				name = have[len(have)-1]
			}
		}
		if !clashes(slices.Delete(slices.Clone(outputs), i, i+1), name, alone) {
			return name, true
		}
	}
	return "", false
}

// clashes reports outputs that have the name, or may.
func clashes(outputs []*pg.Node, name string, alone bool) bool {
	return slices.ContainsFunc(outputs, func(n *pg.Node) bool {
		t := n.GetResTarget()
		ref := t.GetVal().GetColumnRef()
		switch {
		case t.GetName() != "":
			return t.GetName() == name
		case ref == nil:
			return last(t.GetVal().GetFuncCall().GetFuncname()) == name
		case star(ref):
			return !alone
		}
		return last(ref.Fields) == name
	})
}

func star(ref *pg.ColumnRef) bool {
	return len(ref.GetFields()) > 0 && ref.Fields[len(ref.Fields)-1].GetAStar() != nil
}

func target(column *pg.Node) *pg.Node {
	return &pg.Node{Node: &pg.Node_ResTarget{ResTarget: &pg.ResTarget{Val: column}}}
}
