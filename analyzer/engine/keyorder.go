package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/index"
	"github.com/apilint/apilint/analyzer/query"
)

// What a statement wants of a column of an index, in the order in which an
// index serves them: one value ends where the next column begins, a range
// leaves the columns behind it unordered.
const (
	forEquality = iota
	forJoin
	forOrder
	forRange
	forPattern
	roles
)

var roleWords = [roles]string{"compared with =", "joined on", "sorted by", "compared with a range", "matched against a pattern"}

// keyOrder says of each advice what its columns are for, a sentence each: it
// tells why they stand in this order.
func keyOrder(sel *index.Selection, stmts []*analyzer.Statement) [][]string {
	byID := make(map[string]*query.Query, len(stmts))
	for _, s := range stmts {
		byID[s.ID] = s.Query
	}
	out := make([][]string, len(sel.Advices))
	for i := range sel.Advices {
		if a := &sel.Advices[i]; a.Action == index.Create {
			out[i] = columnRoles(a, byID)
		}
	}
	return out
}

func columnRoles(a *index.Advice, byID map[string]*query.Query) []string {
	names := make([]string, len(a.Def.Parts))
	counts := make([][roles]int, len(names))
	for i, p := range a.Def.Parts {
		if names[i] = p.Column; names[i] == "" {
			names[i] = p.Expr
		}
	}
	for _, served := range a.Serves {
		q := byID[served.ID]
		if q == nil {
			continue
		}
		for i, name := range names {
			for role, is := range rolesOf(q, a.Def.Table.Name, name) {
				if is {
					counts[i][role]++
				}
			}
		}
	}
	var out []string
	for i, name := range names {
		var uses []string
		for role, n := range counts[i] {
			if n > 0 {
				uses = append(uses, fmt.Sprintf("%s in %s", roleWords[role], ofStatements(n)))
			}
		}
		if len(uses) > 0 {
			out = append(out, name+": "+strings.Join(uses, ", "))
		}
	}
	return out
}

func ofStatements(n int) string {
	if n == 1 {
		return "1 statement"
	}
	return fmt.Sprintf("%d statements", n)
}

// rolesOf says what a statement wants of a column or expression of a table.
func rolesOf(q *query.Query, table, name string) (out [roles]bool) {
	for _, sc := range q.Scopes {
		at := func(i int) bool { return i >= 0 && i < len(sc.Tables) && sc.Tables[i].Name == table }
		for _, p := range sc.Predicates {
			if !at(p.Table) || p.Column != name && p.Expr != name && !slices.Contains(p.Row, name) {
				continue
			}
			switch p.Op {
			case query.Eq, query.In, query.IsNull, query.Bool:
				if p.Join != nil {
					out[forJoin] = true
				} else {
					out[forEquality] = true
				}
			case query.Lt, query.Le, query.Gt, query.Ge:
				out[forRange] = true
			case query.Like, query.ILike, query.Regex, query.Contains, query.TextMatch:
				out[forPattern] = true
			}
		}
		for _, s := range sc.OrderBy {
			if at(s.Table) && (s.Column == name || s.Text == name) {
				out[forOrder] = true
			}
		}
	}
	return out
}
