package schema

import (
	"slices"

	"github.com/apilint/apilint/analyzer/sqltree"
	pg "github.com/pganalyze/pg_query_go/v5"
)

func (l *loader) createView(n *pg.ViewStmt) {
	if l.isTemporary(n.View) || l.waitsFor(n.Query) {
		return
	}
	name := l.created(n.View)
	t := &Table{Name: name, Place: l.place(n.View.GetLocation()), Kind: KindView}
	if old := l.tables.get(name); old != nil {
		if !n.Replace || old.Kind != KindView {
			l.problem("relation %s already exists", name)
			return
		}
		l.setQuery(t, n.Query, stringsOf(n.Aliases))
		l.replaceView(old, t)
		return
	}
	if l.taken(name) {
		return
	}
	l.setQuery(t, n.Query, stringsOf(n.Aliases))
	l.Insert(t)
	l.useView(t, n.Query)
}

// replaceView keeps the view's identity: what reads it goes on reading it.
func (l *loader) replaceView(old, t *Table) {
	for _, used := range l.cat.views[old].tables {
		l.cat.usedBy[used] = without(l.cat.usedBy[used], old)
	}
	old.Columns, old.Definition, old.Place = t.Columns, t.Definition, t.Place
	for i, col := range old.Columns {
		col.Num = i + 1
	}
	old.lastNum = len(old.Columns)
	if node := parseQuery(old.Definition); node != nil {
		l.useView(old, node)
	}
}

func parseQuery(text string) *pg.Node {
	tree, err := sqltree.Parse(text)
	if err != nil || len(tree.Stmts) != 1 {
		return nil
	}
	return tree.Stmts[0].Node
}

// createTableAs also is CREATE MATERIALIZED VIEW and SELECT INTO.
func (l *loader) createTableAs(n *pg.CreateTableAsStmt) {
	into := n.Into
	if l.isTemporary(into.GetRel()) || l.waitsFor(n.Query) {
		return
	}
	name := l.created(into.GetRel())
	if l.relationTaken(name) {
		if !n.IfNotExists {
			l.problem("relation %s already exists", name)
		}
		return
	}
	t := &Table{Name: name, Place: l.place(into.GetRel().GetLocation())}
	l.setQuery(t, n.Query, stringsOf(into.GetColNames()))
	if n.Objtype == pg.ObjectType_OBJECT_MATVIEW {
		t.Kind = KindMaterializedView
		l.Insert(t)
		l.useView(t, n.Query)
		return
	}
	t.Definition = ""
	l.Insert(t)
}

// setQuery derives the columns of a view from its query, and prints it with
// its stars replaced by the columns they mean today, as PostgreSQL keeps it.
func (l *loader) setQuery(t *Table, query *pg.Node, names []string) {
	columns, complete := (&outputs{l: l}).of(query)
	if len(columns) > maxColumns {
		columns, complete = columns[:maxColumns], false
	}
	if !complete {
		l.problem("not all columns of %s are known", t.Name)
	}
	targets := firstTargets(query)
	for i, name := range names {
		if i == len(columns) {
			columns = append(columns, &Column{})
		}
		columns[i].Name = name
		if complete && i < len(targets) {
			targets[i].GetResTarget().Name = name
		}
	}
	for _, c := range columns {
		t.Columns = append(t.Columns, &Column{Name: c.Name, Type: c.Type, Collation: c.Collation})
	}
	text, err := sqltree.Deparse(query)
	if err != nil {
		l.problem("printing the query: %v", err)
	}
	t.Definition = text
}

// firstTargets returns what the first SELECT of a query selects: it names the
// columns.
func firstTargets(query *pg.Node) []*pg.Node {
	sel := query.GetSelectStmt()
	for sel.GetLarg() != nil {
		sel = sel.Larg
	}
	return sel.GetTargetList()
}

// useView remembers what a view reads.
func (l *loader) useView(t *Table, query *pg.Node) {
	var use viewUse
	mentioned := map[string]bool{}
	walk(query, func(x any) bool {
		if n, ok := x.(*pg.ColumnRef); ok {
			if name := lastString(n.Fields); name == "" {
				use.star = true
			} else if !mentioned[name] {
				mentioned[name] = true
				use.columns = append(use.columns, name)
			}
		}
		return true
	})
	read := map[*Table]bool{t: true}
	for _, rv := range tablesOf(query) {
		if used := l.table(rv.Schemaname, rv.Relname); used != nil && !read[used] {
			read[used] = true
			use.tables = append(use.tables, used)
			l.cat.usedBy[used] = append(l.cat.usedBy[used], t)
		}
	}
	l.cat.views[t] = use
}

// waitsFor reports whether a query reads a table that a later file may create.
func (l *loader) waitsFor(query *pg.Node) bool {
	if l.later == nil || l.again {
		return false
	}
	l.waits = slices.ContainsFunc(tablesOf(query), func(rv *pg.RangeVar) bool {
		return l.table(rv.Schemaname, rv.Relname) == nil && !temporary(rv) && !l.temps[rv.Relname]
	})
	return l.waits
}

// tablesOf returns what a query reads, WITH queries left out.
func tablesOf(query *pg.Node) []*pg.RangeVar {
	ctes := map[string]bool{}
	var out []*pg.RangeVar
	walk(query, func(x any) bool {
		switch n := x.(type) {
		case *pg.CommonTableExpr:
			ctes[n.Ctename] = true
		case *pg.RangeVar:
			out = append(out, n)
		}
		return true
	})
	return slices.DeleteFunc(out, func(rv *pg.RangeVar) bool { return rv.Schemaname == "" && ctes[rv.Relname] })
}

// renameInView prints a view again after a column of a table was renamed. Its
// own columns keep their names.
func (l *loader) renameInView(view, t *Table, from, to string) {
	query := parseQuery(view.Definition)
	if query == nil {
		return
	}
	use := l.cat.views[view]
	elsewhere := slices.ContainsFunc(use.tables, func(o *Table) bool { return o != t && o.Column(from) != nil })
	aliases := map[string]bool{}
	walk(query, func(x any) bool {
		if n, ok := x.(*pg.RangeVar); ok && l.table(n.Schemaname, n.Relname) == t {
			aliases[refName(n)] = true
		}
		return true
	})
	walk(query, func(x any) bool {
		switch n := x.(type) {
		case *pg.ResTarget:
			if ref := n.Val.GetColumnRef(); ref != nil && n.Name == "" && lastString(ref.Fields) == from {
				n.Name = from
			}
		case *pg.ColumnRef:
			ours := len(n.Fields) == 1 && !elsewhere
			if len(n.Fields) > 1 {
				ours = aliases[n.Fields[len(n.Fields)-2].GetString_().GetSval()]
			}
			if ours && lastString(n.Fields) == from {
				n.Fields[len(n.Fields)-1].GetString_().Sval = to
			}
		}
		return true
	})
	if text, err := sqltree.Deparse(query); err == nil {
		view.Definition = text
	}
	use.columns = append(use.columns, to)
	l.cat.views[view] = use
}

// moveInView prints a view again after a table was renamed or moved; the old
// name stays as its alias.
func (l *loader) moveInView(view *Table, from, to Name) {
	query := parseQuery(view.Definition)
	if query == nil {
		return
	}
	walk(query, func(x any) bool {
		n, ok := x.(*pg.RangeVar)
		if !ok || n.Relname != from.Name || n.Schemaname != "" && n.Schemaname != from.Schema {
			return true
		}
		if n.Alias == nil && from.Name != to.Name {
			n.Alias = &pg.Alias{Aliasname: from.Name}
		}
		n.Relname = to.Name
		if n.Schemaname != "" || from.Schema != to.Schema {
			n.Schemaname = to.Schema
		}
		return true
	})
	if text, err := sqltree.Deparse(query); err == nil {
		view.Definition = text
	}
}

// refName is the name by which a statement refers to an item of FROM.
func refName(n *pg.RangeVar) string {
	if n.Alias != nil {
		return n.Alias.Aliasname
	}
	return n.Relname
}
