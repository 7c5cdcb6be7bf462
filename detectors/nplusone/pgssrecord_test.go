package nplusone_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/apilint/apilint/internal/pgserver"
	"github.com/apilint/apilint/internal/pgserver/pgtest"
)

var record = flag.Bool("record", false, "record the exports of testdata/pgss anew")

// page is one request of a workload; n is its number.
type page func(db *recorder, n int)

// recorder runs statements on a real server.
type recorder struct {
	t    *testing.T
	conn *pgx.Conn
}

// ids runs a statement and returns the first column of its rows.
func (r *recorder) ids(sql string, args ...any) []int32 {
	r.t.Helper()
	rows, err := r.conn.Query(context.Background(), sql, args...)
	if err != nil {
		r.t.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (int32, error) {
		values, err := row.Values()
		if err != nil || len(values) == 0 {
			return 0, err
		}
		n, _ := values[0].(int32)
		return n, nil
	})
	if err != nil {
		r.t.Fatalf("%s: %v", sql, err)
	}
	return out
}

// feed is the list that most pages begin with.
func feed(db *recorder) []int32 {
	return db.ids("SELECT user_id, id, title FROM posts ORDER BY id LIMIT 10")
}

// workloads are what was recorded: each runs the page as often between two
// exports as the numbers say, 60 times before the first.
var workloads = []struct {
	name string
	runs []int
	page page
}{
	{"two-children", []int{60}, func(db *recorder, _ int) {
		for i, user := range feed(db) {
			db.ids("SELECT id, name FROM users WHERE id = $1", user)
			db.ids("SELECT id, body FROM comments WHERE post_id = $1", i+1)
		}
	}},
	{"identity-map", []int{120}, func(db *recorder, _ int) {
		known := map[int32]bool{}
		for _, user := range feed(db) { // ten posts of four users
			if !known[user] {
				db.ids("SELECT id, name FROM users WHERE id = $1", user)
			}
			known[user] = true
		}
	}},
	{"function", []int{20}, func(db *recorder, _ int) { db.ids("SELECT report($1::int)", 50) }},
	{"unrelated", []int{100}, func(db *recorder, n int) {
		feed(db)
		for range 8 {
			if n%39 != 0 {
				db.ids("SELECT id, name FROM users WHERE id = $1", 3)
			}
		}
	}},
	{"series", []int{13, 57, 21, 90, 34, 70}, func(db *recorder, n int) {
		for i, user := range feed(db) {
			if i%10 < 4+n%2 {
				db.ids("SELECT id, name FROM users WHERE id = $1", user)
			}
		}
	}},
	{"nested", []int{40}, func(db *recorder, _ int) {
		for _, user := range db.ids("SELECT id, name FROM users ORDER BY id LIMIT 5") {
			for _, post := range db.ids("SELECT id, title FROM posts WHERE user_id = $1 ORDER BY id LIMIT 3", user) {
				db.ids("SELECT id, body FROM comments WHERE post_id = $1", post)
			}
		}
	}},
}

const recordedData = `INSERT INTO users (name) SELECT 'user ' || i FROM generate_series(1, 50) i;
INSERT INTO posts (user_id, title) SELECT 1 + i % 4, 'post ' || i FROM generate_series(1, 50) i;
INSERT INTO posts (user_id, title) SELECT 1 + i % 50, 'post ' || i FROM generate_series(1, 500) i;
INSERT INTO comments (post_id, body) SELECT 1 + i % 500, 'comment' FROM generate_series(1, 2000) i;
CREATE FUNCTION report(n int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE r record; name text; total int := 0;
BEGIN
	FOR r IN SELECT user_id FROM posts ORDER BY id LIMIT n LOOP
		SELECT u.name INTO name FROM users u WHERE u.id = r.user_id;
		total := total + length(name);
	END LOOP;
	RETURN total;
END $$;
CREATE EXTENSION pg_stat_statements;`

// TestRecord_exports writes testdata/pgss anew when it is asked to.
func TestRecord_exports(t *testing.T) {
	if !*record {
		t.Skip("-record records the exports anew")
	}
	server := pgtest.Start(t, pgserver.Options{Settings: map[string]string{
		"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.track": "all",
	}})
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, server.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	ddl, err := os.ReadFile(filepath.Join(exports, "shop.sql"))
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{string(ddl), recordedData} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	db := &recorder{t, conn}
	for _, w := range workloads {
		if _, err := conn.Exec(ctx, "SELECT pg_stat_statements_reset()"); err != nil {
			t.Fatal(err)
		}
		n := 0
		for i, runs := range append([]int{60}, w.runs...) {
			for range runs {
				n++
				w.page(db, n)
			}
			f, err := os.Create(filepath.Join(exports, fmt.Sprintf("%s.%d.csv", w.name, i)))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := conn.PgConn().CopyTo(ctx, f, `COPY (SELECT userid, dbid, toplevel, queryid, query, calls, total_exec_time, rows
FROM pg_stat_statements WHERE query !~ 'pg_stat_statements' ORDER BY calls DESC, query) TO STDOUT WITH (FORMAT csv, HEADER)`); err != nil {
				t.Fatal(err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
