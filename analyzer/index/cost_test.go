package index_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/index"
	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/workload"
)

// shopWithStatistics is the shop with 100,000 users, a million orders and
// 40 plans of one page.
func shopWithStatistics() *schema.Schema {
	sch := schemaOf(shop + "CREATE TABLE plans (id int PRIMARY KEY, code text, country text);")
	size := func(table string, rows, pages int) {
		sch.Table("", table).Stats = &schema.TableStats{Rows: float64(rows), Pages: int64(pages), AllVisible: int64(pages)}
	}
	size("users", 100_000, 2000)
	size("orders", 1_000_000, 12_000)
	size("items", 4_000_000, 40_000)
	size("plans", 40, 1)
	column := func(table, name string, s schema.ColumnStats) { sch.Table("", table).Column(name).Stats = &s }
	bounds := func(format string, n int) (out []string) {
		for i := range n {
			out = append(out, fmt.Sprintf(format, i))
		}
		return out
	}
	column("users", "id", schema.ColumnStats{NDistinct: -1, AvgWidth: 8, Correlation: 1})
	column("users", "email", schema.ColumnStats{NDistinct: -1, AvgWidth: 24})
	column("users", "name", schema.ColumnStats{NDistinct: -.9, AvgWidth: 16, Histogram: bounds("name%03d", 101)})
	column("users", "city", schema.ColumnStats{NDistinct: 5, AvgWidth: 8, MCV: []string{"Bonn", "Rome", "Oslo"}, MCF: []float64{.5, .3, .199}})
	column("users", "active", schema.ColumnStats{NDistinct: 2, AvgWidth: 1, MCV: []string{"t", "f"}, MCF: []float64{.97, .03}})
	column("users", "deleted_at", schema.ColumnStats{NDistinct: -.02, NullFrac: .98, AvgWidth: 8})
	column("orders", "id", schema.ColumnStats{NDistinct: -1, AvgWidth: 8, Correlation: 1})
	column("orders", "user_id", schema.ColumnStats{NDistinct: 90_000, AvgWidth: 8})
	column("orders", "status", schema.ColumnStats{NDistinct: 3, AvgWidth: 6, MCV: []string{"done", "open", "new"}, MCF: []float64{.95, .049, .001}})
	column("orders", "total", schema.ColumnStats{NDistinct: 5000, AvgWidth: 6, Histogram: bounds("%d", 101)})
	column("orders", "created_at", schema.ColumnStats{NDistinct: -1, AvgWidth: 8, Correlation: .99, Histogram: bounds("2026-01-01 00:%02d:00+00", 60)})
	column("orders", "shipped_at", schema.ColumnStats{NDistinct: -.9, NullFrac: .1, AvgWidth: 8, Correlation: .99})
	column("items", "order_id", schema.ColumnStats{NDistinct: -.25, AvgWidth: 8, Correlation: .99})
	column("items", "product_id", schema.ColumnStats{NDistinct: 20_000, AvgWidth: 8})
	sch.HasStats = true
	return sch
}

func TestSelect_weighsWithStatistics(t *testing.T) {
	for _, c := range []struct{ sql, want, reason string }{
		{"SELECT * FROM items WHERE product_id = $1", "items(product_id)", "estimated cost falls from"},
		{"SELECT * FROM orders WHERE total = 5 ORDER BY created_at DESC LIMIT 10", "orders(total, created_at)", ""},
		{"SELECT * FROM orders WHERE created_at > '2026-01-01 00:58:00+00' AND shipped_at IS NULL", "orders(created_at)", ""},
		{"SELECT count(*) FROM orders WHERE created_at > now() - interval '1 minute'", "orders(created_at)", ""},
		{"SELECT * FROM users WHERE name LIKE 'name042%'", "users(name text_pattern_ops)", ""},
		{"SELECT * FROM users WHERE name ILIKE '%ame042%'", "gin users(name gin_trgm_ops)", ""},
		{"SELECT * FROM users u JOIN orders o ON o.user_id = u.id WHERE u.name = $1", "users(name)", ""},
		{"UPDATE items SET note = '' WHERE product_id = $1", "items(product_id)", ""},

		{"WITH RECURSIVE t AS (SELECT * FROM items WHERE order_id = 1 UNION ALL SELECT i.* FROM items i JOIN t ON i.product_id = t.order_id) SELECT * FROM t", "items(product_id)", ""},
		{"SELECT * FROM users u, LATERAL (SELECT * FROM items i WHERE i.product_id = u.id LIMIT 3) x WHERE u.id = $1", "items(product_id)", ""},
		{"DELETE FROM users WHERE id IN (1, 2)", "served orders_user_id_idx users_pkey", ""},

		{"SELECT * FROM orders WHERE status = 'new'", "served orders_status_created_at_idx", ""},
		{"SELECT * FROM orders WHERE user_id = $1", "served orders_user_id_idx", ""},
		{"SELECT * FROM orders WHERE id = $1", "served orders_pkey", ""},

		{"SELECT * FROM plans WHERE country = $1", "no-index-helps", "plans has 1 page; reading it whole is as cheap"},
		{"SELECT * FROM users WHERE city = 'Bonn'", "no-index-helps", "keep 50 % of the 100,000 rows of users"},
		{"SELECT * FROM users WHERE active", "no-index-helps", "keep 97 % of the 100,000 rows of users"},
		{"SELECT * FROM users WHERE deleted_at IS NULL", "no-index-helps", "98 %"},
		{"SELECT * FROM orders WHERE total > 5", "no-index-helps", "95 %"},
		{"SELECT * FROM orders WHERE total < 3", "no-index-helps", "keep 3.0 % of the 1,000,000 rows of orders, but these lie on most of its pages"},
		{"SELECT * FROM orders WHERE status <> 'new'", "no-index-helps", "<> keeps nearly every row"},
		{"SELECT * FROM users u JOIN items i ON i.product_id = u.id", "no-index-helps", "whole is right"},
		{"SELECT name, count(*) FROM users GROUP BY name", "no-index-helps", "every row of users"},
		{"SELECT * FROM users WHERE name LIKE $1", "not-analysed", "pattern unknown"},
		{"SELECT * FROM users WHERE name LIKE $1 ORDER BY created_at LIMIT 10", "not-analysed", "pattern unknown"},
		{"DELETE FROM items", "no-index-helps", "deletes every row of items"},
	} {
		sch := shopWithStatistics()
		got := choose(t, sch, index.Options{}, workloadOf(t, sch, c.sql))
		if outcome(got) != c.want || !strings.Contains(got.Verdicts["1"].Reason, c.reason) {
			t.Errorf("%s\n got %s (%s)\nwant %s (%s)", c.sql, outcome(got), got.Verdicts["1"].Reason, c.want, c.reason)
		}
		for _, a := range got.Advices {
			if a.Basis != index.Estimated || a.Bytes <= 0 || a.Serves[0].After <= 0 || a.Serves[0].After >= a.Serves[0].Before {
				t.Errorf("%s: %+v", c.sql, a)
			}
		}
	}
}

// A statement on a table without statistics is judged by its shape, even when
// others have them.
func TestSelect_mixesWhatIsKnownWithWhatIsNot(t *testing.T) {
	sch := shopWithStatistics()
	got := choose(t, sch, index.Options{}, workloadOf(t, sch, "SELECT * FROM events WHERE kind = $1", "SELECT * FROM items WHERE product_id = $1"))
	if got.Coster != "model" || len(got.Advices) != 2 {
		t.Fatalf("%+v", got)
	}
	for _, a := range got.Advices {
		want := map[string]index.Basis{"events": index.Heuristic, "items": index.Estimated}[a.Def.Table.Name]
		if a.Basis != want || (a.Bytes > 0) != (want == index.Estimated) {
			t.Errorf("%s: basis %s, bytes %d", a.Def.Table, a.Basis, a.Bytes)
		}
	}
}

func TestSelect_plansWithTheLoggedValues(t *testing.T) {
	for _, c := range []struct{ value, want string }{
		{"Bonn", "no-index-helps"},
		{"Nowhere", "users(city)"},
	} {
		sch := shopWithStatistics()
		stmts := workloadOf(t, sch, "SELECT * FROM users WHERE city = $1")
		stmts[0].Samples = []workload.Sample{{Params: []string{c.value}}}
		if got := choose(t, sch, index.Options{}, stmts); outcome(got) != c.want {
			t.Errorf("%s: got %s (%s), want %s", c.value, outcome(got), got.Verdicts["1"].Reason, c.want)
		}
	}
}

func TestSelect_saysWhatTheStatementDoesToday(t *testing.T) {
	sch := shopWithStatistics()
	got := choose(t, sch, index.Options{}, workloadOf(t, sch, "SELECT * FROM orders WHERE total = 5 ORDER BY created_at LIMIT 10"))
	want := "every call filters 1,000,000 rows of orders and sorts 200 to return 10"
	if len(got.Advices) != 1 || got.Advices[0].Reason != want {
		t.Errorf("got %+v, want %q", got.Advices, want)
	}
}

func TestSelect_keepsToItsLimits(t *testing.T) {
	texts := []string{
		"SELECT * FROM items WHERE product_id = $1",
		"SELECT * FROM users WHERE name = $1",
		"SELECT * FROM orders WHERE total = 5",
	}
	sch := shopWithStatistics()
	all := choose(t, sch, index.Options{}, workloadOf(t, sch, texts...))
	if len(all.Advices) != 3 {
		t.Fatalf("%+v", all.Advices)
	}
	if one := choose(t, sch, index.Options{MaxIndexes: 1}, workloadOf(t, sch, texts...)); len(one.Advices) != 1 || one.Advices[0].Def.Table.Name != "items" {
		t.Errorf("one index: %+v", one.Advices)
	}
	budget := int64(20e6)
	small := choose(t, sch, index.Options{Budget: budget}, workloadOf(t, sch, texts...))
	sum := int64(0)
	for _, a := range small.Advices {
		sum += a.Bytes
	}
	if sum > budget || len(small.Advices) == 0 || small.After >= small.Before {
		t.Errorf("budget %d: %d bytes, %+v", budget, sum, small.Advices)
	}
	again := choose(t, sch, index.Options{}, workloadOf(t, sch, texts...))
	for i := range all.Advices {
		if all.Advices[i].DDL != again.Advices[i].DDL {
			t.Errorf("another order the second time: %s", again.Advices[i].DDL)
		}
	}
}

// Writes count: an index that rarely helps is not worth every insert.
func TestSelect_weighsWrites(t *testing.T) {
	sch := shopWithStatistics()
	stmts := workloadOf(t, sch, "SELECT * FROM items WHERE product_id = $1", "INSERT INTO items VALUES ($1)")
	stmts[0].Calls, stmts[1].Calls = 1, 1e9
	if got := choose(t, sch, index.Options{}, stmts); len(got.Advices) != 0 {
		t.Errorf("%+v", got.Advices)
	}
	stmts[0].Calls, stmts[1].Calls = 1e6, 1e6
	if got := choose(t, sch, index.Options{}, stmts); len(got.Advices) != 1 {
		t.Errorf("%+v", got.Advices)
	}
}

// fakeCoster says what each set of indexes costs, by the names of their first
// columns.
type fakeCoster struct{ asked int }

func (f *fakeCoster) Name() string       { return "fake" }
func (f *fakeCoster) Basis() index.Basis { return index.Planner }

func (f *fakeCoster) Cost(_ context.Context, _ *query.Query, c index.Config) (index.Cost, error) {
	f.asked++
	cost := index.Cost{Total: 1000}
	for _, d := range c.Add {
		if len(d.Parts) == 1 && d.Parts[0].Column == "b" {
			cost.Total, cost.Used = 10, []string{d.Name}
		}
	}
	return cost, nil
}

func TestSelect_asksAnotherCoster(t *testing.T) {
	sch := schemaOf("CREATE TABLE t (a int, b int, c int)")
	fake := &fakeCoster{}
	got := choose(t, sch, index.Options{Coster: fake}, workloadOf(t, sch, "SELECT * FROM t WHERE a = $1 AND b = $2"))
	if outcome(got) != "t(b)" || got.Coster != "fake" || got.Advices[0].Basis != index.Planner || got.Explains != fake.asked || got.Before != 1000 || got.After != 10 {
		t.Errorf("%s %+v", outcome(got), got)
	}
}

func TestSelect_interruptedSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	sch := shopWithStatistics()
	got, err := index.Select(ctx, workloadOf(t, sch, "SELECT * FROM items WHERE product_id = $1"), sch, index.Options{})
	if err != nil || got.Verdicts["1"].Kind != index.NotAnalysed || !strings.Contains(got.Verdicts["1"].Reason, "interrupted") {
		t.Errorf("%v %v", got.Verdicts, err)
	}
}

// What no one would write, and what no one should wait for.
func TestSelect_survivesOddWorkloads(t *testing.T) {
	var columns, or, and, in []string
	for i := range 1000 {
		columns = append(columns, fmt.Sprintf("c%d int", i))
	}
	for i := range 200 {
		or = append(or, fmt.Sprintf("c%d = $%d", i, i+1))
		in = append(in, fmt.Sprint(i))
	}
	and = or
	ddl := "CREATE TABLE wide (" + strings.Join(columns, ", ") + ");\n"
	for i := range 2000 {
		ddl += fmt.Sprintf("CREATE INDEX i%d ON wide (c%d, c%d);\n", i, i%1000, (i*7+1)%1000)
	}
	from := []string{"wide t0"}
	for i := 1; i < 20; i++ {
		from = append(from, fmt.Sprintf("wide t%d ON t%d.c1 = t%d.c2", i, i, i-1))
	}
	texts := []string{
		"SELECT * FROM wide WHERE " + strings.Join(or, " OR "),
		"SELECT * FROM wide WHERE " + strings.Join(and, " AND "),
		"SELECT * FROM wide WHERE c5 IN (" + strings.Join(in, ",") + ") ORDER BY c6 LIMIT 1",
		"SELECT * FROM " + strings.Join(from, " JOIN ") + " WHERE t0.c3 = $1",
		"SELECT * FROM wide FULL JOIN wide w ON w.c1 = wide.c2",
		"SELECT * FROM wide WHERE c1 = 'not a number' OR c2 BETWEEN NULL AND 5",
	}
	sch := schemaOf(ddl)
	wide := sch.Table("", "wide")
	for _, rows := range []float64{-1, 0, 1, 5e8} {
		if rows >= 0 {
			wide.Stats = &schema.TableStats{Rows: rows, Pages: int64(rows / 50)}
			for i, c := range wide.Columns {
				c.Stats = &schema.ColumnStats{NDistinct: -float64(i%3) / 2, Histogram: []string{"x", "", "9"}, MCV: []string{"1", "2"}, MCF: []float64{2}}
			}
			sch.HasStats = true
		}
		choose(t, sch, index.Options{}, workloadOf(t, sch, texts...))
	}
}

func TestSelect_choosesNamesThatAreFree(t *testing.T) {
	sch := schemaOf(`
		CREATE TABLE t (a int, b int);
		CREATE INDEX t_a_idx ON t (b) WHERE a > 3;
		CREATE TABLE t_b_idx (x int);
		CREATE TABLE "Order Items" ("user Id" int, "select" text);`)
	got := choose(t, sch, index.Options{}, workloadOf(t, sch, "SELECT * FROM t WHERE a = $1", "SELECT * FROM t WHERE b = $1",
		`SELECT * FROM "Order Items" WHERE "user Id" = $1 AND "select" = $2`))
	var names []string
	for _, a := range got.Advices {
		names = append(names, a.Def.Name)
		if !strings.HasPrefix(a.DDL, "CREATE INDEX CONCURRENTLY ") || !strings.HasSuffix(a.DDL, ";") || !strings.HasPrefix(a.Rollback, "DROP INDEX CONCURRENTLY ") {
			t.Errorf("%s / %s", a.DDL, a.Rollback)
		}
	}
	slices.Sort(names)
	if want := []string{"Order Items_user Id_select_idx", "t_a_idx1", "t_b_idx1"}; !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
	if got.Advices[2].DDL != `CREATE INDEX CONCURRENTLY "Order Items_user Id_select_idx" ON "Order Items" ("user Id", "select");` {
		t.Error(got.Advices[2].DDL)
	}
}
