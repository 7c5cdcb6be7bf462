package schema

import (
	"slices"
	"strings"
	"testing"
)

func TestAddDDL_indexes(t *testing.T) {
	const table = `CREATE TABLE t (a int, b text, c varchar(9), d timestamptz, e jsonb, f text[], g boolean, h text COLLATE "C"); `
	for _, c := range []struct{ ddl, want string }{
		{`CREATE INDEX ON t (a)`, `btree t_a_idx (a)`},
		{`CREATE UNIQUE INDEX CONCURRENTLY i ON t (a, b DESC)`, `btree i (a, b desc) unique`},
		{`CREATE INDEX i ON public.t USING btree (a ASC NULLS FIRST, b DESC NULLS LAST, d DESC NULLS FIRST)`, `btree i (a nulls first, b desc nulls last, d desc)`},
		{`CREATE INDEX i ON t USING hash (b)`, `hash i (b)`},
		{`CREATE INDEX i ON t USING GIN (e jsonb_path_ops, f)`, `gin i (e jsonb_path_ops, f)`},
		{`CREATE INDEX i ON t USING brin (d) WITH (pages_per_range = 32)`, `brin i (d)`},
		{`CREATE INDEX i ON t (c varchar_pattern_ops, b text_pattern_ops)`, `btree i (c varchar_pattern_ops, b text_pattern_ops)`},
		// The default operator class is none, whether or not it was written.
		{`CREATE INDEX i ON t (a int4_ops, b text_ops, c pg_catalog.text_ops, d timestamptz_ops)`, `btree i (a, b, c, d)`},
		{`CREATE INDEX i ON t USING gin (e jsonb_ops, f array_ops, b public.gin_trgm_ops, c extensions.gin_trgm_ops)`, `gin i (e, f, b gin_trgm_ops, c extensions.gin_trgm_ops)`},
		{`CREATE INDEX i ON t USING gist (b gist_trgm_ops (siglen = 32))`, `gist i (b gist_trgm_ops)`},
		{`CREATE INDEX i ON t (b COLLATE "C", h COLLATE "C", h COLLATE "default", (b COLLATE pg_catalog."POSIX"))`, `btree i (b collate C, h, h collate default, b collate POSIX)`},
		{`CREATE UNIQUE INDEX i ON t (a) INCLUDE (b, c) NULLS NOT DISTINCT WHERE g AND a > 3`, `btree i (a) include (b, c) where g AND a > 3 unique nulls not distinct`},
		{`CREATE INDEX ON t (a) INCLUDE (b)`, `btree t_a_b_idx (a) include (b)`},
		// Expressions: the name is PostgreSQL's, the text the plainest.
		{`CREATE INDEX ON t (lower(b), (a + 1), (e ->> 'k'), date(d))`, `btree t_lower_expr_expr1_date_idx ([lower(b)], [a + 1], [e ->> 'k'], [date(d)])`},
		{`CREATE INDEX ON t ((a), (coalesce(a, 0)), (b::date), (CASE WHEN g THEN 1 END))`, `btree t_a_coalesce_b_case_idx (a, [COALESCE(a, 0)], [b::date], [CASE WHEN g THEN 1 END])`},
		// What pg_dump adds to an expression says nothing.
		{`CREATE INDEX i ON t (lower((c)::text), ((c)::text) text_pattern_ops, ((e ->> 'k'::text)))`, `btree i ([lower(c)], c text_pattern_ops, [e ->> 'k'])`},
		{`CREATE INDEX i ON t (a) WHERE ((b)::text = 'x'::text)`, `btree i (a) where b = 'x'`},
		{`CREATE INDEX i ON t (a) WHERE ((c)::text = ANY ((ARRAY['x'::character varying, 'y'::character varying])::text[]))`, `btree i (a) where c IN ('x', 'y')`},
		{`CREATE INDEX i ON t (a) WHERE (b <> ALL (ARRAY['x'::text]))`, `btree i (a) where b NOT IN ('x')`},
		{`CREATE INDEX i ON t (a) WHERE ((b ~~ 'x%'::text) AND (b !~~* '%y'::text))`, `btree i (a) where b LIKE 'x%' AND b NOT ILIKE '%y'`},
		{`CREATE INDEX i ON t (a) WHERE (a > '-5'::integer)`, `btree i (a) where a > -5`},
		// A cast that is not of the column's type means something.
		{`CREATE INDEX i ON t (a) WHERE d > '2026-01-01'::date`, `btree i (a) where d > '2026-01-01'::date`},
		{`CREATE INDEX i ON t (a) WHERE d > '2026-01-01'::timestamptz`, `btree i (a) where d > '2026-01-01'`},
		{`CREATE INDEX i ON t ((e::text), (a::text))`, `btree i ([e::text], [a::text])`},
	} {
		t.Run(c.ddl, func(t *testing.T) {
			s := loaded(t, table+c.ddl)
			x := s.Table("", "t").Indexes
			if len(x) != 1 {
				t.Fatalf("%d indexes", len(x))
			}
			if got := showIndex(x[0]); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestAddDDL_namesAsPostgreSQLChoosesThem(t *testing.T) {
	long := strings.Repeat("x", 40)
	for _, c := range []struct {
		script string
		want   []string
	}{
		{`CREATE TABLE t (a int); CREATE INDEX ON t (a); CREATE INDEX ON t (a); CREATE INDEX ON t (a)`, []string{"t_a_idx", "t_a_idx1", "t_a_idx2"}},
		{`CREATE TABLE t (a int); CREATE INDEX t_a_idx1 ON t (a); CREATE INDEX ON t (a); CREATE INDEX ON t (a)`, []string{"t_a_idx1", "t_a_idx", "t_a_idx2"}},
		// Tables, views and sequences share the namespace of indexes.
		{`CREATE TABLE t_a_idx (); CREATE VIEW t_a_idx1 AS SELECT 1; CREATE SEQUENCE t_a_idx2; CREATE TABLE t (a int); CREATE INDEX ON t (a)`, []string{"t_a_idx3"}},
		{`CREATE SCHEMA s; CREATE TABLE s.t_a_idx (); CREATE TABLE t (a int); CREATE INDEX ON t (a)`, []string{"t_a_idx"}},
		// A key avoids the constraints of the schema, too.
		{`CREATE TABLE o (b int, CONSTRAINT t_a_key CHECK (b > 0)); CREATE TABLE t (a int UNIQUE)`, []string{"t_a_key1"}},
		// 63 bytes: the longer of table and columns is cut first.
		{`CREATE TABLE ` + long + ` (` + long + `y int UNIQUE)`, []string{long[:29] + "_" + long[:29] + "_key"}},
		{`CREATE TABLE t (` + long + `a int, ` + long + `b int); CREATE INDEX ON t (` + long + `a, ` + long + `b)`, []string{"t_" + (long + "a_" + long)[:57] + "_idx"}},
		{`CREATE TABLE t (` + strings.Repeat("ä", 40) + ` int UNIQUE)`, []string{"t_" + strings.Repeat("ä", 28) + "_key"}},
	} {
		s := loaded(t, c.script)
		var got []string
		for _, tab := range s.Tables {
			for _, x := range tab.Indexes {
				got = append(got, x.Name)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s\ngot  %q\nwant %q", c.script, got, c.want)
		}
	}
}

func TestIndexName(t *testing.T) {
	taken := func(names ...string) func(string) bool {
		return func(n string) bool { return slices.Contains(names, n) }
	}
	for _, c := range []struct {
		parts []Part
		taken func(string) bool
		want  string
	}{
		{[]Part{{Column: "a"}, {Column: "b"}}, nil, "t_a_b_idx"},
		{[]Part{{Column: "a"}}, taken("t_a_idx", "t_a_idx1"), "t_a_idx2"},
		{[]Part{{Expr: "lower(email)"}}, nil, "t_lower_email_idx"},
		{[]Part{{Expr: "a + b"}, {Expr: "1 + 1"}}, nil, "t_a_b_expr_idx"},
		{[]Part{{Expr: "not SQL ("}}, nil, "t_expr_idx"},
	} {
		if got := IndexName("t", c.parts, c.taken); got != c.want {
			t.Errorf("IndexName(%v) = %s, not %s", c.parts, got, c.want)
		}
	}
}
