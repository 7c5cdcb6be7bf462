package query_test

import (
	"testing"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/sqltree"
)

// FuzzResolve holds that no statement the parser takes is too odd to have
// facts, and that every index in them is in range.
func FuzzResolve(f *testing.F) {
	for _, c := range statements {
		f.Add(c.sql)
	}
	s := schema.New()
	s.AddDDL("shop.sql", shop)
	f.Fuzz(func(t *testing.T, sql string) {
		tree, err := sqltree.Parse(sql)
		if err != nil {
			return
		}
		for i := range tree.Stmts {
			for _, with := range []*schema.Schema{nil, s} {
				check(t, sql, query.Resolve(tree, i, with))
			}
		}
	})
}

func check(t *testing.T, sql string, q *query.Query) {
	for _, s := range q.Scopes {
		for _, p := range s.Predicates {
			if p.Table >= len(s.Tables) {
				t.Fatalf("%q: a predicate of table %d of %d", sql, p.Table, len(s.Tables))
			}
			if p.Join != nil {
				of := s
				if p.Join.Scope != nil {
					of = p.Join.Scope
				}
				if p.Join.Table >= len(of.Tables) {
					t.Fatalf("%q: a join with table %d of %d", sql, p.Join.Table, len(of.Tables))
				}
			}
		}
		for _, o := range s.OrderBy {
			if o.Table >= len(s.Tables) {
				t.Fatalf("%q: sorted by table %d of %d", sql, o.Table, len(s.Tables))
			}
		}
	}
	if q.Target >= 0 && (len(q.Scopes) == 0 || q.Target >= len(q.Scopes[0].Tables)) {
		t.Fatalf("%q: the target is table %d", sql, q.Target)
	}
}
