package index

import (
	"slices"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
)

// A DELETE reads every table that refers to its target: the trigger of each
// foreign key looks for rows that still point at a deleted one, once for each.
// No EXPLAIN shows it; measured on data/forum, a purge whose plan fell from cost
// 28,890 to 10 still took 5 seconds. Here such a look-up is a sub-query.

// maxTriggers bounds the foreign keys of one statement.
const maxTriggers = 32

// triggers lists what the foreign keys of a DELETE's target read.
func triggers(st *Statement, sch *schema.Schema) []*access {
	q := st.Query
	if sch == nil || q.Command != query.Delete || q.Target < 0 || len(q.Scopes) == 0 || q.Target >= len(q.Scopes[0].Tables) {
		return nil
	}
	target := q.Scopes[0].Tables[q.Target].Rel
	if target == nil {
		return nil
	}
	var out []*access
	for _, t := range sch.Tables {
		for _, c := range t.Constraints {
			if c.Kind != schema.ForeignKey || c.RefTable != target.Name || len(out) >= maxTriggers || inherited(c, t, sch) {
				continue
			}
			out = append(out, trigger(st, t, c))
		}
	}
	return out
}

// inherited reports whether a partition has the foreign key from its parent.
func inherited(c *schema.Constraint, t *schema.Table, sch *schema.Schema) bool {
	if t.Parent == nil {
		return false
	}
	p := sch.Table(t.Parent.Schema, t.Parent.Name)
	return p != nil && p.Kind == schema.KindPartitioned && slices.ContainsFunc(p.Constraints, func(o *schema.Constraint) bool {
		return o.Kind == c.Kind && o.RefTable == c.RefTable && slices.Equal(o.Columns, c.Columns)
	})
}

func trigger(st *Statement, t *schema.Table, c *schema.Constraint) *access {
	table := tableOf(t)
	table.Needed = []string{"*"}
	scope := &query.Scope{Kind: query.SubLink, Parent: st.Query.Scopes[0], Correlated: true, Tables: []*query.Table{table}}
	a := &access{stmt: st, scope: scope, table: table, trigger: c, asked: true}
	for i, column := range c.Columns {
		p := &query.Predicate{Column: column, Op: query.Eq, Operator: "=", Outer: true}
		if i < len(c.RefColumns) {
			p.Join = &query.ColumnRef{Table: st.Query.Target, Column: c.RefColumns[i], Scope: scope.Parent}
		}
		scope.Predicates = append(scope.Predicates, p)
		a.conds = append(a.conds, &cond{kind: joined, other: outerScope, part: schema.Part{Column: column}, pred: p})
	}
	return a
}
