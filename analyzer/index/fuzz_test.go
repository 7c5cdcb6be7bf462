package index_test

import (
	"context"
	"testing"

	"github.com/apilint/apilint/analyzer/index"
	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
)

// Whatever a log and a statistics export hold, every statement gets a verdict.
func FuzzSelect(f *testing.F) {
	for _, s := range []string{
		"SELECT * FROM users WHERE email LIKE $1 ORDER BY name DESC LIMIT $2",
		"SELECT * FROM users u JOIN orders o ON o.user_id = u.id WHERE u.city = $1 OR u.name = 'x'",
		"DELETE FROM orders WHERE id IN (SELECT order_id FROM items WHERE note ILIKE '%abc%')",
		"WITH x AS (SELECT * FROM orders WHERE total > 5) SELECT * FROM x, items i WHERE i.order_id = x.id",
		"SELECT * FROM users WHERE doc @> '{\"a\": 1}' AND tags && ARRAY['x'] AND body @@ to_tsquery('a & b')",
		"SELECT a FROM nowhere UNION SELECT id FROM users WHERE (name, id) > ($1, $2) ORDER BY 1",
	} {
		f.Add(s, "Bonn", 1000.)
		f.Add(s, "%\xff'", -1.)
	}
	f.Fuzz(func(t *testing.T, text, value string, rows float64) {
		tree, err := sqltree.Parse(text)
		if err != nil || len(tree.Stmts) == 0 || len(text) > 2000 {
			return
		}
		sch := schemaOf(shop)
		for _, table := range sch.Tables {
			table.Stats = &schema.TableStats{Rows: rows, Pages: int64(rows / 50)}
			for _, c := range table.Columns {
				c.Stats = &schema.ColumnStats{NDistinct: rows / 7, MCV: []string{value}, MCF: []float64{.5, rows}, Histogram: []string{"", value, "~"}, Elems: []string{value}, ElemFreqs: []float64{.1}}
			}
		}
		sch.HasStats = true
		for _, s := range []*schema.Schema{nil, sch} {
			st := index.Statement{ID: "1", Query: query.Resolve(tree, 0, s), Samples: []workload.Sample{{Params: []string{value, value}}}}
			got, err := index.Select(context.Background(), []index.Statement{st}, s, index.Options{})
			if err != nil || got.Verdicts["1"].Kind == "" {
				t.Errorf("%v %v", got, err)
			}
		}
	})
}
