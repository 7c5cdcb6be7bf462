package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/internal/pgserver"
	"github.com/apilint/apilint/internal/pgserver/pgtest"
)

// shop starts a server that has served a small shop.
func shop(t *testing.T, settings map[string]string) (server *pgserver.Server, dsn string) {
	t.Helper()
	server = pgtest.Start(t, pgserver.Options{Settings: settings})
	conn, err := pgx.Connect(t.Context(), server.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, sql := range []string{
		"CREATE EXTENSION IF NOT EXISTS pg_stat_statements",
		"CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, note text)",
		"INSERT INTO orders SELECT i, i % 5000, 'privatenote ' || i % 3 FROM generate_series(1, 100000) i",
		"VACUUM ANALYZE orders",
		"SELECT * FROM orders WHERE customer_id = 42",
		"SELECT * FROM orders WHERE customer_id = 43",
	} {
		if _, err := conn.Exec(t.Context(), sql, pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	// The server trusts local users: the password is only there to be hidden.
	return server, server.DSN("postgres") + " password=hunter2"
}

func reported(t *testing.T, args ...string) analyzer.Result {
	t.Helper()
	code, out, stderr := called(t, "", args...)
	if code != 0 {
		t.Fatalf("%v: exit %d\n%s", args, code, stderr)
	}
	var res analyzer.Result
	if err := json.Unmarshal([]byte(out), &res); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return res
}

func TestAnalyze_aServerAndItsSnapshotGiveTheSame(t *testing.T) {
	t.Chdir(t.TempDir())
	_, dsn := shop(t, map[string]string{"shared_preload_libraries": "pg_stat_statements"})

	for _, name := range []string{"private.json.zst", "values.json"} {
		args := []string{"snapshot", "save", "--dsn", dsn, "-o", name}
		if name == "values.json" {
			args = append(args, "--with-values")
		}
		if code, out, stderr := called(t, "", args...); code != 0 || out+stderr != "" {
			t.Fatalf("exit %d\n%s%s", code, out, stderr)
		}
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
	}
	live := reported(t, "analyze", "--dsn", dsn, "--format", "json", "--exit-zero")
	if len(live.Indexes) != 1 || live.Indexes[0].Table != "public.orders" || live.Indexes[0].Columns[0] != "customer_id" {
		t.Fatalf("indexes: %+v\n%+v", live.Indexes, live.Skips)
	}
	var kinds []string
	for _, in := range live.Inputs {
		kinds = append(kinds, in.Kind+" "+in.Path)
	}
	if diff := cmp.Diff([]string{"pgss server:postgres", "schema server:postgres", "stats server:postgres"}, kinds); diff != "" {
		t.Errorf("inputs:\n%s", diff)
	}

	// Both read the same server at other moments: BEGIN and the like went on counting.
	queries := cmpopts.IgnoreSliceElements(func(q analyzer.Query) bool { return !strings.Contains(q.Text, "customer_id") })
	saved := reported(t, "analyze", "values.json", "--format", "json", "--exit-zero")
	private := reported(t, "analyze", "private.json.zst", "--format", "json", "--exit-zero")
	split := reported(t, "analyze", "private.json.zst", "--schema", "values.json", "--stats", "values.json", "--format", "json", "--exit-zero")
	for name, res := range map[string]analyzer.Result{"with values": saved, "private": private, "as schema and stats": split} {
		if diff := cmp.Diff(live.Queries, res.Queries, queries); diff != "" {
			t.Errorf("%s, queries (- live):\n%s", name, diff)
		}
		if diff := cmp.Diff(live.Indexes, res.Indexes); diff != "" {
			t.Errorf("%s, indexes (- live):\n%s", name, diff)
		}
	}

	content, err := os.ReadFile("values.json")
	if err != nil || !strings.Contains(string(content), "privatenote") {
		t.Errorf("--with-values keeps none: %v", err)
	}
	if code, out, stderr := called(t, "", "analyze", "private.json.zst", "--input-format", "pgss"); code != 3 {
		t.Errorf("exit %d\n%s%s", code, out, stderr)
	}
}

// A snapshot before and one after are what ran between them.
func TestAnalyze_twoSnapshotsAreADifference(t *testing.T) {
	t.Chdir(t.TempDir())
	server, dsn := shop(t, map[string]string{"shared_preload_libraries": "pg_stat_statements"})
	save := func(name string) {
		t.Helper()
		if code, out, stderr := called(t, "", "snapshot", "save", "--dsn", dsn, "-o", name); code != 0 {
			t.Fatalf("exit %d\n%s%s", code, out, stderr)
		}
	}
	save("before.gz")
	conn, err := pgx.Connect(t.Context(), server.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for range 3 {
		if _, err := conn.Exec(t.Context(), "SELECT * FROM orders WHERE customer_id = 44", pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatal(err)
		}
	}
	save("after.zst")
	res := reported(t, "analyze", "--pgss-before", "before.gz", "--pgss-after", "after.zst", "--schema", "after.zst", "--stats", "after.zst", "--format", "json", "--exit-zero")
	calls := int64(-1)
	for _, q := range res.Queries {
		if strings.Contains(q.Text, "customer_id") {
			calls = q.Calls
		}
	}
	if calls != 3 || len(res.Indexes) != 1 {
		t.Errorf("%d calls, %d indexes", calls, len(res.Indexes))
	}
}

func TestAnalyze_neverPrintsThePassword(t *testing.T) {
	t.Chdir(t.TempDir())
	_, dsn := shop(t, map[string]string{"shared_preload_libraries": "pg_stat_statements"})
	for _, args := range [][]string{
		{"analyze", "--dsn", dsn},
		{"analyze", "--dsn", dsn, "--format", "json"},
		{"analyze", "--dsn", dsn, "--format", "sql"},
		{"inspect", "--dsn", dsn, "-v"},
		{"analyze", "--dsn", "postgres://u:hunter2@127.0.0.1:1/x"},
		{"analyze", "--dsn", "postgres://u:hunter2@h:port/x"},
		{"snapshot", "save", "--dsn", dsn, "-o", "missing/x.json"},
	} {
		code, out, stderr := called(t, "", args...)
		if strings.Contains(out+stderr, "hunter2") {
			t.Errorf("%v: exit %d\n%s%s", args, code, out, stderr)
		}
	}
}

func TestAnalyze_saysWhyAServerHasNoStatements(t *testing.T) {
	_, dsn := shop(t, nil)
	code, out, stderr := called(t, "", "analyze", "--dsn", dsn)
	if code != 3 || !strings.Contains(stderr, "apilint: server:postgres: pg_stat_statements is not loaded: ALTER SYSTEM SET shared_preload_libraries") {
		t.Errorf("exit %d\n%s\n%s", code, out, stderr)
	}

	// With a log, the server still gives schema and statistics.
	log := filepath.Join(t.TempDir(), "x.log")
	const line = "2026-11-25 08:00:00.000 UTC [7] LOG:  duration: 30.000 ms  statement: SELECT * FROM orders WHERE customer_id = 42\n"
	if err := os.WriteFile(log, []byte(strings.Repeat(line, 20)), 0o600); err != nil {
		t.Fatal(err)
	}
	res := reported(t, "analyze", log, "--dsn", dsn, "--format", "json", "--exit-zero")
	if len(res.Indexes) != 1 || res.Indexes[0].Basis != "estimated" {
		t.Errorf("%+v\n%+v", res.Indexes, res.Skips)
	}
}
