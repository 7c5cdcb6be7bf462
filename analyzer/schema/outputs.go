package schema

import (
	"strconv"

	pg "github.com/pganalyze/pg_query_go/v5"
)

// outputs derives the columns of a query: names always, types where a column
// or a cast tells them.
type outputs struct {
	l    *loader
	ctes []source // innermost last
}

// source is what an item of FROM offers.
type source struct {
	name    string
	columns []*Column
	known   bool // columns are all there are
}

// of returns the columns of a query; complete is false if a star could not be
// resolved. Stars that can be are replaced in the tree by what they mean.
func (o *outputs) of(query *pg.Node) (columns []*Column, complete bool) {
	sel := query.GetSelectStmt()
	if sel == nil {
		return nil, false // EXECUTE, or a statement with RETURNING
	}
	return o.query(sel)
}

func (o *outputs) query(sel *pg.SelectStmt) (columns []*Column, complete bool) {
	outer := len(o.ctes)
	defer func() { o.ctes = o.ctes[:outer] }()
	for _, node := range sel.GetWithClause().GetCtes() {
		o.with(node.GetCommonTableExpr())
	}
	switch {
	case sel.Op != pg.SetOperation_SETOP_NONE && sel.Op != pg.SetOperation_SET_OPERATION_UNDEFINED:
		if sel.Larg == nil || sel.Rarg == nil {
			return nil, false
		}
		columns, complete = o.query(sel.Larg)
		_, right := o.query(sel.Rarg) // for its stars
		return columns, complete && right
	case len(sel.ValuesLists) > 0:
		for i := range sel.ValuesLists[0].GetList().GetItems() {
			columns = append(columns, &Column{Name: "column" + strconv.Itoa(i+1)})
		}
		return columns, true
	}
	var from []source
	for _, item := range sel.FromClause {
		from = append(from, o.item(item)...)
	}
	complete = true
	var targets []*pg.Node
	for _, node := range sel.TargetList {
		target := node.GetResTarget()
		ref := target.GetVal().GetColumnRef()
		if ref == nil || !isStar(ref) {
			columns = append(columns, o.column(target, from))
			targets = append(targets, node)
			continue
		}
		meant, known := o.star(ref, from)
		complete = complete && known
		if !known {
			targets = append(targets, node)
		}
		for _, m := range meant {
			columns = append(columns, m.column)
			if known {
				targets = append(targets, m.target())
			}
		}
	}
	sel.TargetList = targets
	return columns, complete
}

func (o *outputs) with(cte *pg.CommonTableExpr) {
	if cte == nil {
		return
	}
	s := source{name: cte.Ctename}
	names := stringsOf(cte.Aliascolnames)
	sel := cte.Ctequery.GetSelectStmt()
	if sel != nil && sel.Larg != nil && sel.Rarg != nil && len(sel.ValuesLists) == 0 {
		// The second half of a recursive query may read the first.
		s.columns, s.known = o.query(sel.Larg)
		s.columns = named(s.columns, names)
		o.ctes = append(o.ctes, s)
		_, _ = o.query(sel.Rarg)
		return
	}
	s.columns, s.known = o.of(cte.Ctequery)
	s.columns = named(s.columns, names)
	o.ctes = append(o.ctes, s)
}

// named returns the columns under other names.
func named(columns []*Column, names []string) []*Column {
	var out []*Column
	for i, c := range columns {
		col := copyColumn(c)
		if i < len(names) {
			col.Name = names[i]
		}
		out = append(out, col)
	}
	return out
}

// item returns what one item of FROM offers; a join offers both sides.
func (o *outputs) item(node *pg.Node) []source {
	switch n := node.GetNode().(type) {
	case *pg.Node_RangeVar:
		rv := n.RangeVar
		s := source{name: refName(rv)}
		for i := len(o.ctes) - 1; i >= 0 && rv.Schemaname == ""; i-- {
			if o.ctes[i].name == rv.Relname {
				s.columns, s.known = o.ctes[i].columns, o.ctes[i].known
				s.columns = named(s.columns, stringsOf(rv.GetAlias().GetColnames()))
				return []source{s}
			}
		}
		if t := o.l.table(rv.Schemaname, rv.Relname); t != nil {
			s.columns, s.known = named(t.Columns, stringsOf(rv.GetAlias().GetColnames())), true
		}
		return []source{s}
	case *pg.Node_RangeSubselect:
		s := source{name: n.RangeSubselect.GetAlias().GetAliasname()}
		s.columns, s.known = o.of(n.RangeSubselect.Subquery)
		s.columns = named(s.columns, stringsOf(n.RangeSubselect.GetAlias().GetColnames()))
		return []source{s}
	case *pg.Node_JoinExpr:
		both := append(o.item(n.JoinExpr.Larg), o.item(n.JoinExpr.Rarg)...)
		if len(n.JoinExpr.UsingClause) > 0 || n.JoinExpr.IsNatural {
			for i := range both {
				both[i].known = false // a star gives the common columns once
			}
		}
		return both
	case *pg.Node_RangeFunction:
		alias := n.RangeFunction.GetAlias()
		s := source{name: alias.GetAliasname()}
		for _, name := range stringsOf(alias.GetColnames()) {
			s.columns = append(s.columns, &Column{Name: name})
		}
		for _, def := range n.RangeFunction.Coldeflist {
			if d := def.GetColumnDef(); d != nil {
				s.columns = append(s.columns, &Column{Name: d.Colname, Type: o.l.typeName(d.TypeName)})
			}
		}
		s.known = len(s.columns) > 0 && !n.RangeFunction.Ordinality
		return []source{s}
	}
	return []source{{}}
}

// meaning is one column that a star stands for.
type meaning struct {
	source string
	column *Column
}

func (m meaning) target() *pg.Node {
	var fields []*pg.Node
	if m.source != "" {
		fields = append(fields, stringNode(m.source))
	}
	fields = append(fields, stringNode(m.column.Name))
	ref := &pg.Node{Node: &pg.Node_ColumnRef{ColumnRef: &pg.ColumnRef{Fields: fields}}}
	return &pg.Node{Node: &pg.Node_ResTarget{ResTarget: &pg.ResTarget{Val: ref}}}
}

func stringNode(s string) *pg.Node {
	return &pg.Node{Node: &pg.Node_String_{String_: &pg.String{Sval: s}}}
}

func isStar(ref *pg.ColumnRef) bool {
	return len(ref.Fields) > 0 && ref.Fields[len(ref.Fields)-1].GetAStar() != nil
}

func (o *outputs) star(ref *pg.ColumnRef, from []source) (out []meaning, known bool) {
	of := ""
	if len(ref.Fields) > 1 {
		of = ref.Fields[len(ref.Fields)-2].GetString_().GetSval()
	}
	known = len(from) > 0
	for _, s := range from {
		if of != "" && s.name != of {
			continue
		}
		known = known && s.known
		for _, c := range s.columns {
			if len(out) == maxColumns {
				return out, false // each WITH query may double those before it
			}
			out = append(out, meaning{s.name, copyColumn(c)})
		}
	}
	return out, known
}

// column is one output column.
func (o *outputs) column(target *pg.ResTarget, from []source) *Column {
	col := &Column{Name: target.GetName()}
	if col.Name == "" {
		if col.Name = figureName(target.GetVal()); col.Name == "" {
			col.Name = "?column?"
		}
	}
	switch n := target.GetVal().GetNode().(type) {
	case *pg.Node_ColumnRef:
		if c := lookup(n.ColumnRef, from); c != nil {
			col.Type, col.Collation = c.Type, c.Collation
		}
	case *pg.Node_TypeCast:
		col.Type = o.l.typeName(n.TypeCast.TypeName)
	case *pg.Node_AConst:
		col.Type = constantType(n.AConst)
	case *pg.Node_FuncCall:
		if lastString(n.FuncCall.Funcname) == "count" {
			col.Type = "bigint"
		}
	}
	return col
}

func constantType(c *pg.A_Const) string {
	switch c.GetVal().(type) {
	case *pg.A_Const_Ival:
		return "integer"
	case *pg.A_Const_Fval:
		return "numeric"
	case *pg.A_Const_Boolval:
		return "boolean"
	}
	return "text" // also of NULL
}

// lookup finds the column that a reference means, nil where it is unknown or
// ambiguous.
func lookup(ref *pg.ColumnRef, from []source) *Column {
	name, of := lastString(ref.Fields), ""
	if len(ref.Fields) > 1 {
		of = ref.Fields[len(ref.Fields)-2].GetString_().GetSval()
	}
	var found *Column
	for _, s := range from {
		if of != "" && s.name != of {
			continue
		}
		for _, c := range s.columns {
			if c.Name == name {
				if found != nil {
					return nil
				}
				found = c
			}
		}
	}
	return found
}
