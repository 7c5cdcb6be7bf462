package index

import (
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
)

// kind is what a condition can do for an access method.
type kind uint8

const (
	filter   kind = iota // nothing: evaluated on every row that is read
	equal                // = one value
	null                 // IS NULL
	flag                 // a boolean column
	list                 // IN, = ANY: several probes
	joined               // = a column of another table or of an outer scope
	above                // >, >=
	below                // <, <=
	present              // IS NOT NULL
	prefixed             // LIKE 'john%', ^john
	trigram              // LIKE '%john%', ILIKE, regular expressions
	contains             // @>, ?, && and the other GIN operators
	matches              // @@
)

// outerScope stands in cond.other for a column of an outer scope.
const outerScope = -2

// cond is one condition on one table.
type cond struct {
	kind    kind
	part    schema.Part // column or expression; no opclass
	pred    *query.Predicate
	other   int     // joined: the other table in the scope, or outerScope
	pattern pattern // prefixed, trigram, or why not
	why     string  // filter: why no index serves it
}

// key names the column or expression of an index part.
func key(p schema.Part) string {
	if p.Column != "" {
		return p.Column
	}
	return "(" + p.Expr + ")"
}

// equality reports whether the condition pins a b-tree column to few values.
func (c *cond) equality() bool {
	switch c.kind {
	case equal, null, flag, list, joined:
		return true
	}
	return false
}

// ranged reports whether the condition bounds a b-tree column from a side.
func (c *cond) ranged() bool { return c.kind == above || c.kind == below || c.kind == present }

// selective reports whether the condition usually keeps few rows, as far as
// its shape tells: IS NULL and booleans usually do not.
func (c *cond) selective() bool {
	return c.kind == equal || c.kind == list || c.kind == joined
}

// access is one table of one scope of a statement with all that restricts and
// orders it.
type access struct {
	stmt    *Statement
	scope   *query.Scope
	index   int // of the table in scope.Tables
	table   *query.Table
	conds   []*cond
	ors     []*disjunction
	order   []query.Sort // ORDER BY, when all of it is of this table and nothing regroups the rows
	limit   bool
	trigger *schema.Constraint // read by the trigger of this foreign key
	asked   bool               // something asks for few rows of it: a condition, or a join from a table with one
}

// disjunction is an OR whose arms all restrict this table.
type disjunction struct{ arms [][]*cond }

// name is the table's identity.
func (a *access) name() schema.Name {
	if a.table.Rel != nil {
		return a.table.Rel.Name
	}
	return schema.Name{Schema: a.table.Schema, Name: a.table.Name}
}

// reading lists the accesses of a statement. schema may be nil.
func reading(st *Statement, sch *schema.Schema) []*access {
	var out []*access
	for _, scope := range st.Query.Scopes {
		base := len(out)
		for i, t := range scope.Tables {
			a := &access{stmt: st, scope: scope, index: i, table: t, limit: scope.Limit != nil}
			a.order = tableOrder(scope, i)
			out = append(out, a)
		}
		distribute(scope, out[base:], sch)
		markAsked(scope, out[base:])
	}
	if a := insertTarget(st.Query); a != nil {
		out = slices.DeleteFunc(out, func(x *access) bool { return x.table == a })
	}
	return append(out, triggers(st, sch)...)
}

// insertTarget is the table that an INSERT writes: it is not read.
func insertTarget(q *query.Query) *query.Table {
	if q.Command != query.Insert || len(q.Scopes) == 0 || q.Target < 0 || q.Target >= len(q.Scopes[0].Tables) {
		return nil
	}
	return q.Scopes[0].Tables[q.Target]
}

// distribute hands each predicate of the scope to its table.
func distribute(scope *query.Scope, tables []*access, sch *schema.Schema) {
	type arm struct{ or, arm int }
	arms := map[int]map[int]bool{}
	of := map[arm]map[int][]*cond{}
	for _, p := range scope.Predicates {
		if p.Or > 0 {
			if arms[p.Or] == nil {
				arms[p.Or] = map[int]bool{}
			}
			arms[p.Or][p.Arm] = true
		}
		if p.Table < 0 || p.Table >= len(tables) {
			continue
		}
		a := tables[p.Table]
		c := classify(a, p, sch)
		if p.Or == 0 {
			a.conds = append(a.conds, c)
			continue
		}
		if c.kind == filter {
			a.conds = append(a.conds, c) // for the verdict's words
		}
		k := arm{p.Or, p.Arm}
		if of[k] == nil {
			of[k] = map[int][]*cond{}
		}
		of[k][p.Table] = append(of[k][p.Table], c)
	}
	numbers := make([]int, 0, len(arms))
	for or := range arms {
		numbers = append(numbers, or)
	}
	slices.Sort(numbers)
	for _, or := range numbers {
		members := make([]int, 0, len(arms[or]))
		for m := range arms[or] {
			members = append(members, m)
		}
		slices.Sort(members)
		for i, a := range tables {
			d := &disjunction{}
			for _, m := range members {
				if conds := of[arm{or, m}][i]; len(conds) > 0 {
					d.arms = append(d.arms, conds)
				}
			}
			if len(d.arms) == len(members) && len(members) > 1 {
				a.ors = append(a.ors, d)
			}
		}
	}
}

// tableOrder returns ORDER BY when an index on table t could deliver it: every
// item is a column or expression of t and the rows are not regrouped.
func tableOrder(s *query.Scope, t int) []query.Sort {
	if s.SetOp || s.Aggregates || len(s.GroupBy) > 0 || s.Distinct || len(s.OrderBy) == 0 {
		return nil
	}
	for _, o := range s.OrderBy {
		if o.Table != t || o.Aggregate || o.Column == "" && o.Text == "" {
			return nil
		}
	}
	return s.OrderBy
}

// markAsked finds the tables of which a nested loop would ask few rows: those
// with a condition of their own, those of a correlated scope, and whatever is
// joined to them by equality.
func markAsked(scope *query.Scope, tables []*access) {
	for _, a := range tables {
		a.asked = len(a.ors) > 0 || a.limit && len(a.order) > 0
		for _, c := range a.conds {
			if c.kind != filter && (c.kind != joined || c.other == outerScope) {
				a.asked = true
			}
		}
	}
	for range tables {
		for _, a := range tables {
			for _, c := range a.conds {
				if c.kind == joined && c.other >= 0 && c.other < len(tables) && tables[c.other].asked {
					a.asked = true
				}
			}
		}
	}
}

// own returns the conditions that hold without a join partner.
func (a *access) own() []*cond {
	return slices.DeleteFunc(slices.Clone(a.conds), func(c *cond) bool {
		return c.kind == filter || c.kind == joined && c.other != outerScope
	})
}

// columnsOf lists the names in a predicate's words, for messages.
func columnsOf(conds []*cond) string {
	var names []string
	for _, c := range conds {
		if n := strings.Trim(key(c.part), "()"); n != "" && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return strings.Join(names, ", ")
}
