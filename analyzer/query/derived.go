package query

import (
	pg "github.com/pganalyze/pg_query_go/v5"
	"google.golang.org/protobuf/proto"

	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/sqltree"
)

// derivation is a SELECT that stands where a table could.
type derivation struct {
	sel      *pg.SelectStmt
	kind     ScopeKind
	alias    string
	columns  []string   // alias column names
	outer    *namespace // what it can see besides its own FROM
	with     *with
	lateral  bool
	nullable bool
}

// derive adds a sub-query to FROM. A simple one is pulled up, as PostgreSQL
// does (is_simple_subquery in prepjointree.c): its tables and conditions become
// those of the query around it. Any other is a scope of its own.
func (r *resolver) derive(d derivation, ns *namespace) {
	s := &source{alias: d.alias, table: -1, nullable: d.nullable}
	var level *level
	if simple(d.sel) {
		inner := &namespace{level: ns.level, outer: d.outer, with: d.with}
		r.from(d.sel.FromClause, inner, d.nullable)
		r.where(d.sel.WhereClause, inner, d.nullable)
		s.columns, s.open = r.outputs(d.sel.TargetList, inner)
		s.pulled = true
	} else {
		level = r.selectScope(d.sel, d.kind, ns.level, d.outer, d.with, nil)
		level.scope.Lateral = d.lateral
		s.derived, s.columns, s.open = level, copyOutputs(level.output), level.open
	}
	for i, name := range d.columns {
		if i < len(s.columns) {
			s.columns[i].name = name
		}
	}
	s.closed = s.open == nil
	if !s.pulled {
		s.open = nil
	}
	ns.sources = append(ns.sources, s)
}

func copyOutputs(o []output) []output { return append([]output{}, o...) }

// simple reports whether a sub-query only selects, joins and filters.
func simple(sel *pg.SelectStmt) bool {
	if sel.Op > pg.SetOperation_SETOP_NONE || len(sel.ValuesLists) > 0 || sel.WithClause != nil || sel.IntoClause != nil ||
		len(sel.DistinctClause) > 0 || len(sel.GroupClause) > 0 || sel.HavingClause != nil || len(sel.WindowClause) > 0 ||
		len(sel.SortClause) > 0 || limited(sel) || len(sel.LockingClause) > 0 {
		return false
	}
	ok := true
	for _, t := range sel.TargetList {
		walk(t, func(n *pg.Node) bool {
			call := n.GetFuncCall()
			if call != nil && (call.Over != nil || aggregate(call) || setReturning(call) || volatileFunctions[last(call.Funcname)]) || jsonAggregate(n) {
				ok = false
			}
			return ok
		})
	}
	return ok
}

func limited(sel *pg.SelectStmt) bool {
	isNull := func(n *pg.Node) bool { return n == nil || n.GetAConst().GetIsnull() }
	return !isNull(sel.LimitCount) || !isNull(sel.LimitOffset)
}

func setReturning(call *pg.FuncCall) bool {
	_, ok := setColumns[last(call.Funcname)]
	return ok
}

// with is a WITH clause in sight.
type with struct {
	outer *with
	ctes  []*cte
}

type cte struct {
	expr    *pg.CommonTableExpr
	with    *with // what its own query sees
	outer   *namespace
	uses    int
	level   *level // once resolved
	columns []string
	busy    bool // being resolved: a recursive reference
}

func (w *with) find(name string) *cte {
	for ; w != nil; w = w.outer {
		for i := len(w.ctes) - 1; i >= 0; i-- {
			if w.ctes[i].expr.Ctename == name {
				return w.ctes[i]
			}
		}
	}
	return nil
}

// withClause brings the CTEs of a statement into sight. Those that write are
// resolved at once, since they run whether they are read or not.
func (r *resolver) withClause(w *pg.WithClause, body proto.Message, ns *namespace) {
	if w == nil {
		return
	}
	ns.with = &with{outer: ns.with}
	for _, n := range w.Ctes {
		e := n.GetCommonTableExpr()
		c := &cte{expr: e, outer: ns.outer, columns: names(e.Aliascolnames)}
		c.with = ns.with // RECURSIVE: all of them, itself included
		if !w.Recursive {
			c.with = &with{outer: ns.with.outer, ctes: append([]*cte{}, ns.with.ctes...)}
		}
		c.uses = uses(body, e.Ctename)
		ns.with.ctes = append(ns.with.ctes, c)
		if e.Ctequery.GetSelectStmt() == nil {
			c.level = r.modifying(e.Ctequery, ns.level, ns.outer, c.with)
		}
	}
}

// uses counts the references to a table name in a whole statement.
func uses(n proto.Message, name string) (count int) {
	var visit func(m proto.Message)
	visit = func(m proto.Message) {
		if v, ok := m.(*pg.RangeVar); ok {
			if v.Schemaname == "" && v.Relname == name {
				count++
			}
			return
		}
		eachMessage(m.ProtoReflect(), visit)
	}
	visit(n)
	return count
}

// cteReference adds a CTE to FROM. One that is read once and may be inlined is
// treated as a sub-query (PostgreSQL 12 and later), any other is a scope that
// all its readers share.
func (r *resolver) cteReference(c *cte, v *pg.RangeVar, ns *namespace, nullable bool) {
	alias, columns := v.Relname, c.columns
	if v.Alias != nil {
		alias = v.Alias.Aliasname
		if renamed := names(v.Alias.Colnames); len(renamed) > 0 {
			columns = append(renamed, columns[min(len(renamed), len(columns)):]...)
		}
	}
	sel := c.expr.Ctequery.GetSelectStmt()
	if c.level == nil && !c.busy && sel != nil {
		materialize := c.expr.Ctematerialized
		fenced := materialize == pg.CTEMaterialize_CTEMaterializeAlways ||
			r.schema != nil && r.schema.Version > 0 && r.schema.Version < 120000
		recursive := c.with.find(c.expr.Ctename) == c && uses(c.expr.Ctequery, c.expr.Ctename) > 0
		if !fenced && !recursive && (c.uses == 1 || materialize == pg.CTEMaterialize_CTEMaterializeNever) {
			if c.uses > 1 {
				sel = proto.Clone(sel).(*pg.SelectStmt)
			}
			c.busy = true
			r.derive(derivation{sel: sel, kind: CTE, alias: alias, columns: columns, outer: c.outer, with: c.with, nullable: nullable}, ns)
			c.busy = false
			return
		}
		c.busy = true
		r.selectScope(sel, CTE, ns.level, c.outer, c.with, func(l *level) { c.level = l })
		c.level.sealed = true
		c.busy = false
	}
	s := &source{alias: alias, table: -1, derived: c.level}
	if c.level != nil {
		s.columns, s.closed = copyOutputs(c.level.output), c.level.open == nil
	}
	for i, name := range columns {
		if i < len(s.columns) {
			s.columns[i].name = name
		} else {
			s.columns = append(s.columns, output{name: name})
		}
	}
	ns.sources = append(ns.sources, s)
}

// maxViews bounds how many views of views one statement unfolds.
const maxViews = 200

// view looks through a view. It reports whether it could.
func (r *resolver) view(rel *schema.Table, v *pg.RangeVar, ns *namespace, nullable bool) bool {
	if r.views >= maxViews || r.unfolding[rel] {
		return false
	}
	tree, err := sqltree.Parse(rel.Definition)
	if err != nil || len(tree.Stmts) != 1 {
		return false
	}
	sel := tree.Stmts[0].Node.GetSelectStmt()
	if sel == nil {
		return false
	}
	d := derivation{sel: sel, kind: View, alias: v.Relname, nullable: nullable}
	for _, c := range rel.Columns {
		d.columns = append(d.columns, c.Name)
	}
	if v.Alias != nil {
		d.alias = v.Alias.Aliasname
		copy(d.columns, names(v.Alias.Colnames))
	}
	r.views++
	r.unfolding[rel] = true
	r.derive(d, ns)
	delete(r.unfolding, rel)
	return true
}
