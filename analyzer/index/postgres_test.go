package index_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/apilint/apilint/analyzer/index"
	"github.com/apilint/apilint/internal/pgserver"
	"github.com/apilint/apilint/internal/pgserver/pgtest"
)

// What is advised from the text of the DDL alone is accepted by a real server
// and used by its planner on a filled table.
func TestSelect_isUsedByPostgreSQL(t *testing.T) {
	const ddl = `
CREATE TABLE posts (id int PRIMARY KEY, user_id int, status text, created_at timestamptz, email text, c_email text COLLATE "C", score int, deleted_at timestamptz, published boolean, doc jsonb, tags text[]);
CREATE TABLE "Order Items" ("Id" int, "user Id" int, "select" text, "from" int);
CREATE SCHEMA shop;
CREATE TABLE shop."user" (id int PRIMARY KEY, "order" int, "group" text);
CREATE TABLE readings (sensor int, at date, value int) PARTITION BY RANGE (at);
CREATE TABLE readings_2025 PARTITION OF readings FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE readings_2026 PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY HASH (sensor);
CREATE TABLE readings_2026_0 PARTITION OF readings_2026 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE readings_2026_1 PARTITION OF readings_2026 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
`
	const fill = `
INSERT INTO posts SELECT i, i % 5000, (ARRAY['new','open','done'])[1 + (i % 997 > 0)::int + (i % 7 > 0)::int], '2026-01-01'::timestamptz + i * interval '1 minute', md5(i::text), md5(i::text), i % 1000,
	CASE WHEN i % 2 = 0 THEN now() END, i % 3 = 0, jsonb_build_object('k', md5(i::text)), ARRAY[md5(i::text)] FROM generate_series(1, 40000) i;
INSERT INTO "Order Items" SELECT i, i % 3000, md5(i::text), i FROM generate_series(1, 30000) i;
INSERT INTO shop."user" SELECT i, i % 3000, md5(i::text) FROM generate_series(1, 30000) i;
INSERT INTO readings SELECT i % 3000, '2025-01-01'::date + i % 700, i FROM generate_series(1, 60000) i;
ANALYZE;
`
	server := pgtest.Start(t, pgserver.Options{})
	conn, err := pgx.Connect(t.Context(), server.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	run := func(sql string) {
		t.Helper()
		if _, err := conn.PgConn().Exec(t.Context(), sql).ReadAll(); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	run(ddl)
	run(fill)

	for _, c := range []struct{ sql, want string }{
		{"SELECT * FROM posts WHERE user_id = 7", "posts_user_id_idx"},
		{"SELECT * FROM posts WHERE status = 'new' ORDER BY created_at LIMIT 10", "posts_status_created_at_idx"},
		{"SELECT * FROM posts WHERE status = 'open' ORDER BY created_at DESC NULLS LAST, id LIMIT 10", "posts_status_created_at_id_idx"},
		{"SELECT * FROM posts WHERE email LIKE 'abc%'", "posts_email_idx"},
		{"SELECT * FROM posts WHERE c_email LIKE 'abc%'", "posts_c_email_idx"},
		{"SELECT * FROM posts WHERE email LIKE '%abcdef%'", "posts_email_idx"},
		{"SELECT * FROM posts WHERE email LIKE '%abcdef'", "posts_email_idx"},
		{"SELECT * FROM posts WHERE email ILIKE 'ABCDE%'", "posts_email_idx"},
		{"SELECT * FROM posts WHERE lower(email) = 'abc'", "posts_lower_email_idx"},
		{"SELECT * FROM posts WHERE (doc ->> 'k') = 'abc'", "posts_doc_idx"},
		{`SELECT * FROM posts WHERE doc @> '{"k": "abc"}'`, "posts_doc_idx"},
		{"SELECT * FROM posts WHERE tags @> ARRAY['abc']", "posts_tags_idx"},
		{"SELECT * FROM posts WHERE created_at > '2026-01-28'", "posts_created_at_idx"},
		{"SELECT * FROM posts WHERE published ORDER BY score DESC LIMIT 5", "posts_published_score_idx"},
		{"DELETE FROM posts WHERE user_id = 7 AND score > 900", "posts_user_id_score_idx"},
		{`SELECT * FROM "Order Items" WHERE "user Id" = 3`, "Order Items_user Id_idx"},
		{`SELECT * FROM "Order Items" WHERE "select" = 'x' ORDER BY "from"`, "Order Items_select_from_idx"},
		{`SELECT * FROM shop."user" WHERE "order" = 3 AND "group" = 'x'`, "user_order_group_idx"},
		{"SELECT * FROM readings WHERE sensor = 3", "readings_2025_sensor_idx"},
	} {
		sch := schemaOf(ddl)
		got := choose(t, sch, index.Options{}, workloadOf(t, sch, c.sql))
		if len(got.Advices) != 1 {
			t.Errorf("%s: %d advices, %s", c.sql, len(got.Advices), got.Verdicts["1"].Reason)
			continue
		}
		a := got.Advices[0]
		for _, line := range strings.Split(a.DDL, "\n") {
			run(line)
		}
		rows, err := conn.Query(t.Context(), "EXPLAIN "+c.sql, pgx.QueryExecModeSimpleProtocol)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		if text := strings.Join(plan, "\n"); !strings.Contains(text, c.want) {
			t.Errorf("%s: %s is not used:\n%s\n%s", c.sql, c.want, a.DDL, text)
		}
		if len(a.Literals) > 0 != strings.Contains(a.DDL, "'") {
			t.Errorf("%s: literals %q", a.DDL, a.Literals)
		}
		run(a.Rollback)
	}

	// Nothing is left invalid, and nothing of the indexes is left at all.
	var left int
	if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname LIKE '%\\_idx'").Scan(&left); err != nil || left != 0 {
		t.Errorf("%d indexes left, %v", left, err)
	}
}
