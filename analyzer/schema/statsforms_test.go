package schema

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/apilint/apilint/internal/pgserver"
	"github.com/apilint/apilint/internal/pgserver/pgtest"
)

const observed = `CREATE TABLE t (id bigint PRIMARY KEY, name text, at timestamptz, local timestamp, day date, tags text[], ok boolean, price numeric(8,2), body jsonb, grid int[]);
CREATE INDEX t_lower_idx ON t (lower(name), id);`

const observedRows = `INSERT INTO t SELECT i, CASE i % 4 WHEN 0 THEN E'a\\b "c", {d}\n' WHEN 1 THEN '2026-01-01T00:00:00+00:00' WHEN 2 THEN NULL ELSE '\N' END,
	'2026-01-01'::timestamptz + i * interval '90 minutes', '2026-01-01'::timestamp + i % 3 * interval '0.5 seconds', '2026-01-01'::date + i % 7,
	ARRAY['x', 'y"' || i % 3, NULL], i % 3 = 0, i % 5 * 1.5, jsonb_build_object('k', i % 2, 'l', ARRAY['"']),
	ARRAY[[i % 2, NULL], [3, 4]] FROM generate_series(1, 1000) i;
ANALYZE t`

const (
	columnsQuery  = "SELECT * FROM pg_stats WHERE schemaname = 'public'"
	relationQuery = `SELECT n.nspname AS schema, c.relname, c.relkind, c.relpages, c.reltuples, c.relallvisible, pg_relation_size(c.oid) AS bytes
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public'`
)

// The same statistics in every form in which a server hands them out.
func TestAddStats_everyFormOfAnExportReadsTheSame(t *testing.T) {
	server := pgtest.Start(t, pgserver.Options{})
	conn, err := pgx.Connect(t.Context(), server.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), observed+observedRows); err != nil {
		t.Fatal(err)
	}
	copyOut := func(query, options string) string {
		var b strings.Builder
		if _, err := conn.PgConn().CopyTo(t.Context(), &b, "COPY ("+query+") TO STDOUT "+options); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	forms := []struct {
		name   string
		export func(query string) string
	}{
		{"CSV", func(q string) string { return copyOut(q, "CSV HEADER") }},
		{"json_agg, through COPY", func(q string) string { return copyOut("SELECT json_agg(x) FROM ("+q+") x", "") }},
		{"row_to_json, through COPY", func(q string) string { return copyOut("SELECT row_to_json(x) FROM ("+q+") x", "") }},
		{"json_agg, psql -At", func(q string) string {
			var text string
			if err := conn.QueryRow(t.Context(), "SELECT json_agg(x) FROM ("+q+") x").Scan(&text); err != nil {
				t.Fatal(err)
			}
			return text
		}},
		{"json_agg, as psql prints a table", func(q string) string {
			var text string
			if err := conn.QueryRow(t.Context(), "SELECT json_agg(x) FROM ("+q+") x").Scan(&text); err != nil {
				t.Fatal(err)
			}
			return "   json_agg   \n--------------\n " + strings.ReplaceAll(text, "\n", " +\n ") + "\n(1 row)\n\n"
		}},
	}
	var want string
	for _, form := range forms {
		s := loaded(t, observed)
		for _, q := range []string{columnsQuery, relationQuery} {
			if err := s.AddStats("x", []byte(form.export(q))); err != nil {
				t.Fatalf("%s: %v", form.name, err)
			}
		}
		for _, p := range s.Problems {
			t.Errorf("%s: line %d: %s", form.name, p.Line, p.Message)
		}
		got := showStats(s)
		if want == "" {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", form.name, diff)
		}
	}
	if !strings.Contains(want, `a\b "c", {d}`) {
		t.Errorf("the values are not there:\n%s", want)
	}
}

func showStats(s *Schema) string {
	var b strings.Builder
	for _, t := range s.Tables {
		fmt.Fprintf(&b, "%s %+v\n", t.Name, t.Stats)
		for _, c := range t.Columns {
			if c.Stats != nil {
				fmt.Fprintf(&b, "  %s %s\n", c.Name, fmt.Sprintf("%+v", *c.Stats))
			}
		}
		for _, x := range t.Indexes {
			if x.Stats != nil {
				fmt.Fprintf(&b, "  %s %d pages, %d bytes, %g rows\n", x.Name, x.Stats.Pages, x.Stats.Bytes, x.Stats.Rows)
				for name, c := range x.Stats.Expressions {
					fmt.Fprintf(&b, "    %s %s\n", name, fmt.Sprintf("%+v", *c))
				}
			}
		}
	}
	return b.String()
}

func TestAddStats_readsWhatPgDumpOf18Writes(t *testing.T) {
	const dump = `--
-- PostgreSQL database dump
--
\restrict x7
-- Dumped from database version 18.4
SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);

--
-- Statistics for Name: orders; Type: STATISTICS DATA; Schema: public; Owner: -
--

SELECT * FROM pg_catalog.pg_restore_relation_stats(
	'version', '180004'::integer,
	'schemaname', 'public',
	'relname', 'Orders',
	'relpages', '576'::integer,
	'reltuples', '40000'::real,
	'relallvisible', '500'::integer,
	'relallfrozen', '0'::integer
);
SELECT * FROM pg_catalog.pg_restore_attribute_stats(
	'version', '180004'::integer,
	'schemaname', 'public',
	'relname', 'Orders',
	'attname', 'note',
	'inherited', 'f'::boolean,
	'null_frac', '0.25'::real,
	'avg_width', '9'::integer,
	'n_distinct', '-0.5'::real,
	'most_common_vals', '{"it''s; a (\"test\"), pg_restore_relation_stats(",b\\c}'::text,
	'most_common_freqs', '{0.5,0.25}'::real[],
	'correlation', '-0.1'::real
);


SELECT * FROM pg_catalog.pg_restore_relation_stats(
	'version', '180004'::integer,
	'schemaname', 'public',
	'relname', 'orders_idx',
	'relpages', '12'::integer,
	'reltuples', '30000'::real,
	'relallvisible', '0'::integer
);
SELECT * FROM pg_catalog.pg_restore_attribute_stats(
	'version', '180004'::integer,
	'schemaname', 'public',
	'relname', 'orders_idx',
	'attnum', '2'::smallint,
	'inherited', 'f'::boolean,
	'null_frac', '0'::real,
	'avg_width', '9'::integer,
	'n_distinct', '7'::real
);
-- as the betas wrote it
SELECT pg_restore_relation_stats('relation', 'app."U 2"'::regclass, 'version', 180000, 'relpages', 3, 'reltuples', '10'::real, 'relallvisible', NULL);
\unrestrict x7
`
	s := loaded(t, `CREATE TABLE "Orders" (id int, note text); CREATE INDEX orders_idx ON "Orders" (id, lower(note));
		CREATE SCHEMA app; CREATE TABLE app."U 2" (a int);`)
	if err := s.AddStats("statistics.sql", []byte(dump)); err != nil {
		t.Fatal(err)
	}
	for _, p := range s.Problems {
		t.Errorf("line %d: %s", p.Line, p.Message)
	}
	want := `public.Orders &{Rows:40000 Pages:576 AllVisible:500 Bytes:4718592}
  note {NullFrac:0.25 AvgWidth:9 NDistinct:-0.5 MCV:[it's; a ("test"), pg_restore_relation_stats( b\c] MCF:[0.5 0.25] Histogram:[] Correlation:-0.1 HasCorr:true Elems:[] ElemFreqs:[]}
  orders_idx 12 pages, 98304 bytes, 30000 rows
    lower {NullFrac:0 AvgWidth:9 NDistinct:7 MCV:[] MCF:[] Histogram:[] Correlation:0 HasCorr:false Elems:[] ElemFreqs:[]}
app.U 2 &{Rows:10 Pages:3 AllVisible:0 Bytes:24576}
`
	if diff := cmp.Diff(want, showStats(s)); diff != "" || !s.HasStats {
		t.Error(diff)
	}
}

func TestAddStats_whatDoesNotFitInJSONAndDumpsIsAProblem(t *testing.T) {
	const rel = `{"relname":"t","relkind":"r","relpages":1,"reltuples":2}`
	for _, c := range []struct {
		content string
		rows    float64
		line    int
		message string
	}{
		{rel + "\n" + `{"relname":"gone","relkind":"r","relpages":1,"reltuples":2}`, 2, 2, "table gone is on the server and not in the schema"},
		{"[" + rel + ",\n17,\n" + rel + "]", 2, 3, "1 values that are no rows"},
		{"[" + rel + ",\n" + rel + ",\n" + `{"relname":"t","relk`, 2, 3, "the file is cut, or goes on with something else"},
		{"[" + rel + ",", 2, 1, "the file is cut, or goes on with something else"},
		{"SELECT pg_restore_relation_stats('relname', 't', 'reltuples', '2');\n\nSELECT pg_restore_relation_stats('relname', 't', 'relpages", 2, 3, "arguments that are not names and values"},
		{"SELECT pg_restore_relation_stats('relname', 't', 'reltuples', 2);\nSELECT pg_restore_relation_stats('relname', now());", 2, 2, "argument relname is followed by something else"},
		{"SELECT pg_restore_relation_stats('relname', 't', 'reltuples', 2)\nSELECT pg_restore_attribute_stats('relname', 'x', 'attnum', 9)", 2, 2, "index x is on the server and not in the schema"},
	} {
		s := loaded(t, statsTables)
		if err := s.AddStats("x", []byte(c.content)); err != nil {
			t.Errorf("%s: %v", c.content, err)
			continue
		}
		tab := s.Table("", "t")
		if tab.Stats == nil || tab.Stats.Rows != c.rows || len(s.Problems) != 1 || s.Problems[0].Message != c.message || s.Problems[0].Line != c.line {
			t.Errorf("%s: %+v, problems %v", c.content, tab.Stats, s.Problems)
		}
	}
	for _, content := range []string{`[]`, `{`, `[[[[`, `{"a":1}`, `[1,2]`, "-- SQL\nSELECT 1;", "{not json", `{"resourceSpans":[]}`} {
		s := loaded(t, statsTables)
		if err := s.AddStats("x", []byte(content)); !errors.Is(err, ErrNotStatistics) || len(s.Problems) > 0 {
			t.Errorf("%s: %v, problems %v", content, err, s.Problems)
		}
	}
}

// Quoting within quoting must not grow with every level.
func TestAddStats_deepNestingEndsSoon(t *testing.T) {
	for _, deep := range []string{
		strings.Repeat("[", 9000) + `"\""` + strings.Repeat("]", 9000),
		strings.Repeat(`{"a":`, 9000) + `"\""` + strings.Repeat("}", 9000),
		"[" + strings.Repeat(`{"a":[`, 4000) + `"\""` + strings.Repeat("]}", 4000) + "]",
	} {
		s := loaded(t, statsTables)
		content := `{"tablename":"t","attname":"name","null_frac":0,"n_distinct":1,"most_common_vals":` + deep + `,"most_common_freqs":[1]}`
		if err := s.AddStats("x", []byte(content)); err != nil {
			t.Fatal(err)
		}
		if c := s.Table("", "t").Column("name").Stats; c != nil && len(c.MCV[0]) > 5*len(deep) {
			t.Errorf("%d bytes became %d", len(deep), len(c.MCV[0]))
		}
	}
}
