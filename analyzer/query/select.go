package query

import (
	pg "github.com/pganalyze/pg_query_go/v5"
)

// newLevel opens a scope.
func (r *resolver) newLevel(kind ScopeKind, parent *level) *level {
	l := &level{scope: &Scope{Kind: kind}, parent: parent}
	if parent != nil {
		l.scope.Parent = parent.scope
	}
	r.query.Scopes = append(r.query.Scopes, l.scope)
	r.levels = append(r.levels, l)
	return l
}

// selectScope resolves a SELECT as a scope of its own. opened, if not nil,
// sees the scope before its body is resolved: a recursive CTE refers to itself.
func (r *resolver) selectScope(sel *pg.SelectStmt, kind ScopeKind, parent *level, outer *namespace, w *with, opened func(*level)) *level {
	l := r.newLevel(kind, parent)
	if opened != nil {
		opened(l)
	}
	r.selectInto(sel, &namespace{level: l, outer: outer, with: w})
	return l
}

func (r *resolver) selectInto(sel *pg.SelectStmt, ns *namespace) {
	l := ns.level
	l.simple = simple(sel)
	l.sealed = l.sealed || limited(sel) || len(sel.LockingClause) > 0
	r.withClause(sel.WithClause, sel, ns)
	switch {
	case sel.Op > pg.SetOperation_SETOP_NONE:
		r.setOperation(sel, ns)
	case len(sel.ValuesLists) > 0:
		for _, row := range sel.ValuesLists {
			r.bind(row, ns)
			l.used = append(l.used, row)
		}
		for i := range sel.ValuesLists[0].GetList().GetItems() {
			l.output = append(l.output, output{name: ordinalName(i + 1)})
		}
	default:
		r.from(sel.FromClause, ns, false)
		r.where(sel.WhereClause, ns, false)
		l.output, l.open = r.outputs(sel.TargetList, ns)
		r.outputFacts(sel, ns)
		r.grouping(sel, ns)
	}
	r.ordering(sel, ns)
	l.scope.Limit = r.bound_(sel.LimitCount, ns)
	l.scope.Offset = r.bound_(sel.LimitOffset, ns)
	for _, n := range sel.LockingClause {
		l.scope.RowLocks = true
		if l.scope.Kind == TopLevel {
			r.query.Locking = locking(n.GetLockingClause())
		}
	}
}

func (r *resolver) where(n *pg.Node, ns *namespace, nullable bool) {
	if n == nil {
		return
	}
	r.bind(n, ns)
	ns.level.used = append(ns.level.used, n)
	r.condition(n, context{level: ns.level, on: nullable})
}

// setOperation resolves the arms of UNION, INTERSECT and EXCEPT. A chain of
// them is one list of arms.
func (r *resolver) setOperation(sel *pg.SelectStmt, ns *namespace) {
	l := ns.level
	l.scope.SetOp = true
	var arm func(s *pg.SelectStmt)
	arm = func(s *pg.SelectStmt) {
		if s == nil {
			return
		}
		if s.Op > pg.SetOperation_SETOP_NONE && s.WithClause == nil && len(s.SortClause) == 0 && !limited(s) && len(s.LockingClause) == 0 {
			arm(s.Larg)
			arm(s.Rarg)
			return
		}
		a := r.selectScope(s, SetArm, l, ns.outer, ns.with, nil)
		l.arms = append(l.arms, a)
		if len(l.arms) > 1 {
			return
		}
		for _, o := range a.output {
			l.output = append(l.output, output{name: o.name})
		}
		if a.open != nil {
			l.open = &source{table: -1}
		}
		for _, o := range l.output {
			l.scope.Output = append(l.scope.Output, Expr{Table: -1, Text: o.name, Name: o.name})
		}
	}
	arm(sel.Larg)
	arm(sel.Rarg)
}

// outputs binds a select list and expands its stars. open is the one source
// whose columns a star stands for and nobody knows.
func (r *resolver) outputs(list []*pg.Node, ns *namespace) (out []output, open *source) {
	for _, n := range list {
		t := n.GetResTarget()
		if t.GetVal() == nil {
			continue
		}
		sources, star := ns.star(t.Val)
		if !star {
			name := outputName(t)
			t.Name = name // before the reference is replaced by what it means
			r.bind(t.Val, ns)
			out = append(out, output{name: name, node: t.Val})
			continue
		}
		for _, s := range sources {
			cols, unknown := r.expand(s, ns.level)
			out = append(out, cols...)
			if unknown != nil {
				if open != nil && open != unknown {
					open = &source{table: -1} // several: nobody can tell
				} else {
					open = unknown
				}
			}
		}
	}
	return out, open
}

// star returns the sources that * or a.* stands for.
func (ns *namespace) star(n *pg.Node) ([]*source, bool) {
	ref := n.GetColumnRef()
	if ref == nil || len(ref.Fields) == 0 || ref.Fields[len(ref.Fields)-1].GetAStar() == nil {
		return nil, false
	}
	if len(ref.Fields) == 1 {
		return ns.sources, true
	}
	qualifier := names(ref.Fields[:len(ref.Fields)-1])
	for n := ns; n != nil; n = n.outer {
		if s := n.source(qualifier); s != nil {
			return []*source{s}, true
		}
	}
	return nil, true
}

func (r *resolver) expand(s *source, l *level) (out []output, unknown *source) {
	for _, i := range s.inner {
		cols, u := r.expand(i, l)
		out = append(out, cols...)
		if u != nil {
			unknown = u
		}
	}
	if s.inner != nil {
		return out, unknown
	}
	if s.table >= 0 {
		if !s.closed {
			return nil, s
		}
		for i, c := range s.rel.Columns {
			name := c.Name
			if i < len(s.rename) {
				name = s.rename[i]
			}
			node := r.reference(found{binding: binding{level: l, table: s.table, column: c.Name}})
			out = append(out, output{name: name, node: node})
		}
		return out, nil
	}
	for _, c := range s.columns {
		node := c.node
		if !s.pulled {
			node = r.reference(found{binding: binding{level: l, table: -1, column: c.name, source: s}})
		}
		out = append(out, output{name: c.name, node: node})
	}
	if s.open != nil {
		return out, s.open
	}
	if !s.closed {
		return out, s
	}
	return out, nil
}

// outputFacts fills what the select list says of a scope.
func (r *resolver) outputFacts(sel *pg.SelectStmt, ns *namespace) {
	sc := ns.level.scope
	for _, n := range sel.TargetList {
		r.target(n.GetResTarget(), ns)
	}
	if len(sc.Output) == 1 && len(sel.TargetList) == 1 {
		call := sel.TargetList[0].GetResTarget().GetVal().GetFuncCall()
		sc.CountStar = call != nil && last(call.Funcname) == "count" && call.Over == nil && call.AggFilter == nil && !call.AggDistinct &&
			(call.AggStar || len(call.Args) == 1 && call.Args[0].GetAConst() != nil && !call.Args[0].GetAConst().Isnull)
	}
}

// target adds one item of a select or RETURNING list to the output. The rows
// of EXISTS are never looked at, so its columns are not needed.
func (r *resolver) target(t *pg.ResTarget, ns *namespace) {
	if t.GetVal() == nil {
		return
	}
	l := ns.level
	sources, star := ns.star(t.Val)
	if star {
		e := Expr{Table: -1, Star: true, Text: "*"}
		if len(sources) == 1 && sources[0].table >= 0 {
			e.Table = sources[0].table
		}
		l.scope.Output = append(l.scope.Output, e)
		if !l.scope.Exists {
			for _, s := range sources {
				r.needAll(s, l)
			}
		}
		return
	}
	e := r.expr(t.Val, l)
	e.Name = outputName(t)
	l.scope.Output = append(l.scope.Output, e)
	l.scope.Aggregates = l.scope.Aggregates || e.Aggregate
	if !l.scope.Exists {
		l.used = append(l.used, t.Val)
	}
}

func (r *resolver) needAll(s *source, l *level) {
	for _, i := range s.inner {
		r.needAll(i, l)
	}
	if s.table >= 0 {
		need(l.scope.Tables[s.table], "*")
	}
	if s.pulled {
		for _, c := range s.columns {
			l.used = append(l.used, c.node)
		}
		if s.open != nil {
			r.needAll(s.open, l)
		}
	}
}

// locking spells a locking clause in the words of [Query.Locking].
func locking(c *pg.LockingClause) string {
	words := map[pg.LockClauseStrength]string{
		pg.LockClauseStrength_LCS_FORKEYSHARE:    "key share",
		pg.LockClauseStrength_LCS_FORSHARE:       "share",
		pg.LockClauseStrength_LCS_FORNOKEYUPDATE: "no key update",
		pg.LockClauseStrength_LCS_FORUPDATE:      "update",
	}[c.GetStrength()]
	switch c.GetWaitPolicy() {
	case pg.LockWaitPolicy_LockWaitSkip:
		words += " skip locked"
	case pg.LockWaitPolicy_LockWaitError:
		words += " nowait"
	}
	return words
}
