package query

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/apilint/apilint/analyzer/schema"
)

// from adds the items of a FROM clause. nullable is set on the nullable side
// of an outer join: conditions written there restrict only that side.
func (r *resolver) from(items []*pg.Node, ns *namespace, nullable bool) {
	for _, n := range items {
		r.fromItem(n, ns, nullable)
	}
}

func (r *resolver) fromItem(n *pg.Node, ns *namespace, nullable bool) []*source {
	before := len(ns.sources)
	switch e := n.GetNode().(type) {
	case *pg.Node_RangeVar:
		r.rangeVar(e.RangeVar, ns, nullable)
	case *pg.Node_RangeSubselect:
		r.subselect(e.RangeSubselect, ns, nullable)
	case *pg.Node_RangeFunction:
		r.function(e.RangeFunction, ns)
	case *pg.Node_RangeTableSample:
		r.bindAll(e.RangeTableSample.Args, ns)
		return r.fromItem(e.RangeTableSample.Relation, ns, nullable)
	case *pg.Node_JoinExpr:
		return r.join(e.JoinExpr, ns, nullable)
	case *pg.Node_RangeTableFunc:
		r.bind(n, ns)
		ns.sources = append(ns.sources, &source{alias: e.RangeTableFunc.Alias.GetAliasname(), table: -1, weak: true})
	}
	return ns.sources[before:]
}

// relation adds a table to the level and returns its source.
func (r *resolver) relation(v *pg.RangeVar, ns *namespace, nullable bool) *source {
	t := &Table{Schema: v.Schemaname, Name: v.Relname, Alias: v.Relname, Outer: nullable}
	r.find(t)
	s := &source{alias: v.Relname, schema: v.Schemaname, table: len(ns.level.scope.Tables), rel: t.Rel}
	if v.Alias != nil {
		t.Alias, s.alias, s.schema = v.Alias.Aliasname, v.Alias.Aliasname, ""
		s.rename = names(v.Alias.Colnames)
	}
	if t.Rel == nil {
		r.unresolved(t.QualifiedName())
	} else {
		s.closed = len(t.Rel.Columns) > 0
		if s.schema == "" && v.Alias == nil {
			s.schema = t.Rel.Schema
		}
	}
	ns.level.scope.Tables = append(ns.level.scope.Tables, t)
	ns.sources = append(ns.sources, s)
	return s
}

// find looks a table up in the schema.
func (r *resolver) find(t *Table) {
	if t.Schema != "" {
		t.Rel = r.schema.Table(t.Schema, t.Name)
		return
	}
	m := r.schema.Match(t.Name)
	t.Rel, t.Candidates, t.OffPath = m.Table, m.Candidates, m.Off
}

func (r *resolver) rangeVar(v *pg.RangeVar, ns *namespace, nullable bool) {
	if v.Schemaname == "" {
		if c := ns.with.find(v.Relname); c != nil {
			r.cteReference(c, v, ns, nullable)
			return
		}
	}
	rel := r.schema.Table(v.Schemaname, v.Relname)
	if rel == nil || rel.Kind != schema.KindView || rel.Definition == "" || !r.view(rel, v, ns, nullable) {
		r.relation(v, ns, nullable)
	}
}

func (r *resolver) subselect(s *pg.RangeSubselect, ns *namespace, nullable bool) {
	sel := s.Subquery.GetSelectStmt()
	if sel == nil {
		return
	}
	outer := ns.outer
	if s.Lateral {
		outer = ns
	}
	r.derive(derivation{
		sel: sel, kind: FromSubquery, alias: s.Alias.GetAliasname(), columns: names(s.Alias.GetColnames()),
		outer: outer, with: ns.with, lateral: s.Lateral, nullable: nullable,
	}, ns)
}

// setColumns names the columns of functions that applications put into FROM.
var setColumns = map[string][]string{
	"json_each": {"key", "value"}, "jsonb_each": {"key", "value"},
	"json_each_text": {"key", "value"}, "jsonb_each_text": {"key", "value"},
	"json_array_elements": {"value"}, "jsonb_array_elements": {"value"},
	"json_array_elements_text": {"value"}, "jsonb_array_elements_text": {"value"},
	"each": {"key", "value"}, "regexp_split_to_table": {"regexp_split_to_table"},
	"string_to_table": {"string_to_table"}, "generate_series": {"generate_series"},
	"generate_subscripts": {"generate_subscripts"}, "unnest": {"unnest"},
}

// function adds a set-returning function: it holds values, not rows of a table.
func (r *resolver) function(f *pg.RangeFunction, ns *namespace) {
	s := &source{alias: f.Alias.GetAliasname(), table: -1, weak: true}
	var declared []string
	for _, n := range f.Functions {
		r.bind(n, ns) // arguments may refer to the items before: LATERAL is implied
		walk(n, func(c *pg.Node) bool {
			if call := c.GetFuncCall(); call != nil {
				name := last(call.Funcname)
				if s.alias == "" {
					s.alias = name
				}
				declared = append(declared, setColumns[name]...)
				return false
			}
			return true
		})
		ns.level.used = append(ns.level.used, n)
	}
	if names := names(f.Alias.GetColnames()); len(names) > 0 {
		declared = append(names, declared[min(len(names), len(declared)):]...)
	} else if len(declared) == 1 && f.Alias != nil {
		declared[0] = s.alias // a scalar function's only column takes the alias
	}
	for _, n := range f.Coldeflist {
		declared = append(declared, n.GetColumnDef().GetColname())
	}
	if f.Ordinality {
		declared = append(declared, "ordinality")
	}
	s.closed = len(declared) > 0
	for _, name := range declared {
		s.columns = append(s.columns, output{name: name})
	}
	ns.sources = append(ns.sources, s)
}

// join resolves both sides and then the condition, which sees both.
func (r *resolver) join(j *pg.JoinExpr, ns *namespace, nullable bool) []*source {
	var leftNull, rightNull bool
	switch j.Jointype {
	case pg.JoinType_JOIN_LEFT:
		rightNull = true
	case pg.JoinType_JOIN_RIGHT:
		leftNull = true
	case pg.JoinType_JOIN_FULL:
		leftNull, rightNull = true, true
	}
	left := r.fromItem(j.Larg, ns, nullable || leftNull)
	right := r.fromItem(j.Rarg, ns, nullable || rightNull)
	both := append(append([]*source{}, left...), right...)
	on := context{level: ns.level, on: nullable || leftNull || rightNull}

	using := names(j.UsingClause)
	if j.IsNatural {
		using = common(left, right)
		if using == nil {
			r.unresolved("the columns of a NATURAL JOIN")
		}
	}
	for _, name := range using {
		l, lok := sideColumn(left, ns.level, name)
		rr, rok := sideColumn(right, ns.level, name)
		if !lok || !rok {
			continue
		}
		condition := operation("=", r.reference(l), r.reference(rr))
		ns.level.used = append(ns.level.used, condition)
		r.condition(condition, on)
		if ns.merged == nil {
			ns.merged = map[string]*source{}
		}
		side := left
		if j.Jointype == pg.JoinType_JOIN_RIGHT {
			side = right
		}
		ns.merged[name] = owner(side, ns.level, name)
	}
	if j.Quals != nil {
		r.bind(j.Quals, ns)
		ns.level.used = append(ns.level.used, j.Quals)
		r.condition(j.Quals, on)
	}
	if j.Alias != nil { // the alias hides the names inside
		joined := &source{alias: j.Alias.Aliasname, table: -1, inner: both}
		ns.sources = append(ns.sources[:len(ns.sources)-len(both)], joined)
		return []*source{joined}
	}
	return both
}

// owner is the source of one side of a join that has a USING column.
func owner(side []*source, l *level, name string) *source {
	var unknown *source
	for _, s := range side {
		if _, ok := s.column(l, name, false); ok {
			return s
		}
		if unknown == nil && s.unknown() {
			unknown = s
		}
	}
	return unknown
}

func sideColumn(side []*source, l *level, name string) (found, bool) {
	s := owner(side, l, name)
	if s == nil {
		return found{}, false
	}
	return s.column(l, name, true)
}

// common returns the columns that both sides of a NATURAL JOIN have, or nil
// when the columns of one side are unknown.
func common(left, right []*source) []string {
	l, lok := allColumns(left)
	rr, rok := allColumns(right)
	if !lok || !rok {
		return nil
	}
	shared := []string{}
	for _, name := range l {
		for _, other := range rr {
			if name == other {
				shared = append(shared, name)
				break
			}
		}
	}
	return shared
}

func allColumns(side []*source) (all []string, ok bool) {
	for _, s := range side {
		switch {
		case !s.closed:
			return nil, false
		case s.table >= 0:
			for _, c := range s.rel.Columns {
				all = append(all, c.Name)
			}
		default:
			for _, c := range s.columns {
				all = append(all, c.name)
			}
		}
	}
	return all, true
}

// reference builds a bound column reference.
func (r *resolver) reference(f found) *pg.Node {
	if f.replace != nil {
		return f.replace
	}
	ref := &pg.ColumnRef{Fields: []*pg.Node{pg.MakeStrNode(f.column)}}
	r.bound[ref] = f.binding
	return &pg.Node{Node: &pg.Node_ColumnRef{ColumnRef: ref}}
}

// operation builds left op right.
func operation(op string, left, right *pg.Node) *pg.Node {
	return &pg.Node{Node: &pg.Node_AExpr{AExpr: &pg.A_Expr{
		Kind: pg.A_Expr_Kind_AEXPR_OP, Name: []*pg.Node{pg.MakeStrNode(op)}, Lexpr: left, Rexpr: right,
	}}}
}
