package query

import (
	"strconv"

	pg "github.com/pganalyze/pg_query_go/v5"
)

// grouping resolves GROUP BY, HAVING and windows.
func (r *resolver) grouping(sel *pg.SelectStmt, ns *namespace) {
	l := ns.level
	for _, n := range sel.GroupClause {
		r.groupItem(n, ns)
	}
	if sel.HavingClause != nil {
		r.bind(sel.HavingClause, ns)
		l.used = append(l.used, sel.HavingClause)
		l.scope.Aggregates = l.scope.Aggregates || hasAggregate(sel.HavingClause)
		r.having(sel.HavingClause, l)
	}
	for _, n := range sel.WindowClause {
		r.bind(n, ns)
		l.used = append(l.used, n)
		l.sealed = true
	}
	for _, o := range l.output {
		if windowed(o.node) {
			l.sealed = true
		}
	}
}

func (r *resolver) groupItem(n *pg.Node, ns *namespace) {
	l := ns.level
	if g := n.GetGroupingSet(); g != nil {
		l.sealed = true
		for _, c := range g.Content {
			r.groupItem(c, ns)
		}
		return
	}
	if row := n.GetRowExpr(); row != nil && row.RowFormat == pg.CoercionForm_COERCE_IMPLICIT_CAST {
		for _, c := range row.Args {
			r.groupItem(c, ns)
		}
		return
	}
	node := n
	if o, ok := l.ordinal(n); ok {
		node = o.node
	} else if name, ok := single(n); ok {
		// GROUP BY prefers a column of FROM to an output name.
		if _, input := ns.bare(name); !input {
			if o := l.named(name); o != nil {
				node = o.node
			}
		}
	}
	r.bind(node, ns)
	l.used = append(l.used, node)
	l.scope.GroupBy = append(l.scope.GroupBy, r.expr(node, l))
}

// having lifts conditions without aggregates into WHERE, as the planner does.
func (r *resolver) having(n *pg.Node, l *level) {
	if b := n.GetBoolExpr(); b != nil && b.Boolop == pg.BoolExprType_AND_EXPR {
		for _, a := range b.Args {
			r.having(a, l)
		}
		return
	}
	if !hasAggregate(n) && len(l.scope.GroupBy) > 0 && !l.sealed {
		r.condition(n, context{level: l})
		return
	}
	r.negations(n)
}

// ordering resolves DISTINCT and ORDER BY.
func (r *resolver) ordering(sel *pg.SelectStmt, ns *namespace) {
	l := ns.level
	if len(sel.DistinctClause) > 0 {
		l.scope.Distinct = true
		for _, n := range sel.DistinctClause {
			if n.GetNode() == nil {
				continue // plain DISTINCT
			}
			l.scope.DistinctOn = append(l.scope.DistinctOn, r.sortItem(n, ns))
		}
	}
	for _, n := range sel.SortClause {
		by := n.GetSortBy()
		s := Sort{Expr: r.sortItem(by.GetNode(), ns)}
		s.Desc = by.GetSortbyDir() == pg.SortByDir_SORTBY_DESC ||
			by.GetSortbyDir() == pg.SortByDir_SORTBY_USING && last(by.GetUseOp()) == ">"
		s.NullsFirst = s.Desc
		switch by.GetSortbyNulls() {
		case pg.SortByNulls_SORTBY_NULLS_FIRST:
			s.NullsFirst = true
		case pg.SortByNulls_SORTBY_NULLS_LAST:
			s.NullsFirst = false
		}
		l.scope.OrderBy = append(l.scope.OrderBy, s)
	}
}

// sortItem resolves an output number or name to its expression; unlike GROUP
// BY, the output name comes first.
func (r *resolver) sortItem(n *pg.Node, ns *namespace) Expr {
	l := ns.level
	o, ok := l.ordinal(n)
	if !ok {
		if name, bare := single(n); bare {
			o = l.named(name)
		}
	}
	if o != nil && o.node == nil { // of a set operation or VALUES
		return Expr{Table: -1, Text: o.name, Name: o.name}
	}
	node := n
	name := ""
	if o != nil {
		node, name = o.node, o.name
	}
	r.bind(node, ns)
	l.used = append(l.used, node)
	l.scope.Aggregates = l.scope.Aggregates || hasAggregate(node)
	e := r.expr(node, l)
	e.Name = name
	return e
}

// ordinal returns the output that a bare integer in GROUP BY or ORDER BY
// means.
func (l *level) ordinal(n *pg.Node) (*output, bool) {
	c := n.GetAConst()
	if c == nil || c.Isnull || c.GetIval() == nil {
		return nil, false
	}
	i := int(c.GetIval().Ival)
	if i < 1 || i > len(l.output) || l.open != nil {
		return nil, false
	}
	return &l.output[i-1], true
}

func (l *level) named(name string) *output {
	for i := range l.output {
		if l.output[i].name == name {
			return &l.output[i]
		}
	}
	return nil
}

// single returns the name of an unqualified column reference.
func single(n *pg.Node) (string, bool) {
	ref := n.GetColumnRef()
	if ref == nil || len(ref.Fields) != 1 || ref.Fields[0].GetString_() == nil {
		return "", false
	}
	return ref.Fields[0].GetString_().Sval, true
}

// bound_ resolves LIMIT or OFFSET; LIMIT NULL and LIMIT ALL are none.
func (r *resolver) bound_(n *pg.Node, ns *namespace) *Value {
	if n == nil || n.GetAConst().GetIsnull() {
		return nil
	}
	r.bind(n, ns)
	v := r.value(n)
	return &v
}

func ordinalName(i int) string { return "column" + strconv.Itoa(i) }

// outputName is the name that PostgreSQL gives an output column
// (FigureColname in parse_target.c).
func outputName(t *pg.ResTarget) string {
	if t.Name != "" {
		return t.Name
	}
	return figureName(t.Val)
}

func figureName(n *pg.Node) string {
	switch e := n.GetNode().(type) {
	case *pg.Node_ColumnRef:
		return last(e.ColumnRef.Fields)
	case *pg.Node_FuncCall:
		return last(e.FuncCall.Funcname)
	case *pg.Node_AIndirection:
		for i := len(e.AIndirection.Indirection) - 1; i >= 0; i-- {
			if s := e.AIndirection.Indirection[i].GetString_(); s != nil {
				return s.Sval
			}
		}
		return figureName(e.AIndirection.Arg)
	case *pg.Node_TypeCast:
		if name := figureName(e.TypeCast.Arg); name != "" && name != "?column?" {
			return name
		}
		return last(e.TypeCast.TypeName.GetNames())
	case *pg.Node_CollateClause:
		return figureName(e.CollateClause.Arg)
	case *pg.Node_CaseExpr:
		if name := figureName(e.CaseExpr.Defresult); name != "" && name != "?column?" {
			return name
		}
		return "case"
	case *pg.Node_CoalesceExpr:
		return "coalesce"
	case *pg.Node_SubLink:
		if e.SubLink.SubLinkType == pg.SubLinkType_EXISTS_SUBLINK {
			return "exists"
		}
		if list := e.SubLink.Subselect.GetSelectStmt().GetTargetList(); len(list) == 1 {
			return outputName(list[0].GetResTarget())
		}
	}
	return "?column?"
}
