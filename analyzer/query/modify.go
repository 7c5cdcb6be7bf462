package query

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v5"
)

// modifying resolves an INSERT, UPDATE, DELETE or MERGE inside WITH.
func (r *resolver) modifying(n *pg.Node, parent *level, outer *namespace, w *with) *level {
	l := r.newLevel(CTE, parent)
	l.sealed = true
	r.modify(n, l, &namespace{level: l, outer: outer, with: w})
	return l
}

// modify resolves a statement that writes. Its target is the first table of
// the scope.
func (r *resolver) modify(n *pg.Node, l *level, ns *namespace) {
	switch e := n.GetNode().(type) {
	case *pg.Node_InsertStmt:
		r.writes(Insert, l)
		r.insert(e.InsertStmt, l, ns)
	case *pg.Node_UpdateStmt:
		r.writes(Update, l)
		s := e.UpdateStmt
		r.withClause(s.WithClause, s, ns)
		r.target_(s.Relation, ns)
		r.from(s.FromClause, ns, false)
		r.assignments(s.TargetList, l, ns)
		r.where(s.WhereClause, ns, false)
		r.returning(s.ReturningList, l, ns)
	case *pg.Node_DeleteStmt:
		r.writes(Delete, l)
		s := e.DeleteStmt
		r.withClause(s.WithClause, s, ns)
		r.target_(s.Relation, ns)
		r.from(s.UsingClause, ns, false)
		r.where(s.WhereClause, ns, false)
		r.returning(s.ReturningList, l, ns)
	case *pg.Node_MergeStmt:
		r.writes(Merge, l)
		r.merge(e.MergeStmt, l, ns)
	}
}

// writes notes the command, of the statement or of the CTE.
func (r *resolver) writes(c Command, l *level) {
	if l.scope.Kind == TopLevel {
		r.query.Command, r.query.Target = c, 0
		return
	}
	l.scope.Writes = c
}

// target_ adds the table that is written. It is never looked through: an
// updatable view keeps its name.
func (r *resolver) target_(v *pg.RangeVar, ns *namespace) {
	if v != nil {
		r.relation(v, ns, false)
	}
}

func (r *resolver) insert(s *pg.InsertStmt, l *level, ns *namespace) {
	top := l.scope.Kind == TopLevel
	r.withClause(s.WithClause, s, ns)
	r.target_(s.Relation, ns)
	for _, c := range s.Cols {
		if top {
			r.query.Set = append(r.query.Set, c.GetResTarget().GetName())
		}
	}
	// The rows see the CTEs and nothing of the target.
	if sel := s.SelectStmt.GetSelectStmt(); sel != nil {
		if len(sel.ValuesLists) > 0 {
			for _, row := range sel.ValuesLists {
				r.bind(row, &namespace{level: l, outer: ns.outer, with: ns.with})
				l.used = append(l.used, row)
			}
			if top {
				r.query.MultiRow = len(sel.ValuesLists) > 1
			}
			if row := sel.ValuesLists[0].GetList().GetItems(); top && len(sel.ValuesLists) == 1 {
				for _, value := range row[:min(len(row), len(r.query.Set))] {
					r.query.Given = append(r.query.Given, r.value(value))
				}
			}
		} else {
			r.selectScope(sel, FromSubquery, l, ns.outer, ns.with, nil)
		}
	}
	if c := s.OnConflictClause; c != nil {
		if top {
			r.query.OnConflict = true
		}
		excluded := &source{alias: "excluded", table: -1, weak: true}
		inner := &namespace{level: l, outer: ns.outer, with: ns.with, sources: append(slices.Clone(ns.sources), excluded)}
		for _, t := range c.TargetList {
			r.bind(t.GetResTarget().GetVal(), inner)
		}
		if c.WhereClause != nil { // judges the row that was found: no index can
			r.bind(c.WhereClause, inner)
		}
	}
	r.returning(s.ReturningList, l, ns)
}

// assignments resolves SET. Writing needs the row anyway: only what is read
// counts as needed.
func (r *resolver) assignments(list []*pg.Node, l *level, ns *namespace) {
	for _, n := range list {
		t := n.GetResTarget()
		if l.scope.Kind == TopLevel && t != nil && !slices.Contains(r.query.Set, t.Name) {
			r.query.Set = append(r.query.Set, t.Name)
		}
		value := t.GetVal()
		if m := value.GetMultiAssignRef(); m != nil {
			value = m.Source
		}
		r.bind(value, ns)
		l.used = append(l.used, value)
	}
}

func (r *resolver) returning(list []*pg.Node, l *level, ns *namespace) {
	if len(list) == 0 {
		return
	}
	if l.scope.Kind == TopLevel {
		r.query.Returning = true
	}
	l.output, l.open = r.outputs(list, ns)
	for _, n := range list {
		r.target(n.GetResTarget(), ns)
	}
}

func (r *resolver) merge(s *pg.MergeStmt, l *level, ns *namespace) {
	r.withClause(s.WithClause, s, ns)
	r.target_(s.Relation, ns)
	r.from([]*pg.Node{s.SourceRelation}, ns, false)
	if s.JoinCondition != nil {
		// Rows of the source without a partner are kept: an outer join.
		r.bind(s.JoinCondition, ns)
		l.used = append(l.used, s.JoinCondition)
		r.condition(s.JoinCondition, context{level: l, on: true})
	}
	for _, n := range s.MergeWhenClauses {
		w := n.GetMergeWhenClause()
		r.bind(w.GetCondition(), ns)
		l.used = append(l.used, w.GetCondition())
		r.assignments(w.GetTargetList(), l, ns)
		r.bindAll(w.GetValues(), ns)
		l.used = append(l.used, w.GetValues()...)
	}
}
