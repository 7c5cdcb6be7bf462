package pg_test

import (
	"cmp"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"

	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/internal/pg"
	"github.com/apilint/apilint/internal/pgserver"
	"github.com/apilint/apilint/internal/pgserver/pgtest"
	"github.com/apilint/apilint/internal/snapshot"
)

// run executes statements one by one, as psql does.
func run(t *testing.T, dsn, script string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, span := range sqltree.Split(script) {
		if _, err := conn.Exec(t.Context(), span.Text, pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatalf("line %d: %v\n%s", span.Line, err, span.Text)
		}
	}
}

func read(t *testing.T, dsn string, o pg.Options) *snapshot.Snapshot {
	t.Helper()
	o.Now = time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	s, err := pg.Read(t.Context(), dsn, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// loaded is a snapshot's schema and statistics.
func loaded(t *testing.T, s *snapshot.Snapshot) *schema.Schema {
	t.Helper()
	sch := schema.New()
	sch.AddDDL(snapshot.DDL, s.File(snapshot.DDL))
	for _, name := range snapshot.Statistics {
		if err := sch.AddStats(name, []byte(s.File(name))); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	for _, p := range sch.Problems {
		t.Errorf("%s:%d: %s: %s", p.Path, p.Line, p.Message, p.Statement)
	}
	return sch
}

// more is what the script of package schema does not have.
const more = `
CREATE TABLE "Quoted ""Name""" ("Weird Col" int DEFAULT 7, b text COLLATE "C" DEFAULT 'it''s');
CREATE INDEX "odd idx" ON "Quoted ""Name""" ("Weird Col" DESC NULLS LAST, lower(b) text_pattern_ops) INCLUDE (b) WHERE b <> '%s;';
CREATE VIEW audit.over_quoted AS SELECT q."Weird Col" AS w, count(*) AS n FROM "Quoted ""Name""" q GROUP BY 1;
ALTER DATABASE postgres SET search_path = audit, "$user", public;
`

func TestRead_agreesWithPgDump(t *testing.T) {
	rich, err := os.ReadFile("../../analyzer/schema/testdata/rich.sql")
	if err != nil {
		t.Fatal(err)
	}
	server := pgtest.Start(t, pgserver.Options{})
	run(t, server.DSN("postgres"), string(rich)+more+"ANALYZE")

	live := loaded(t, read(t, server.DSN("postgres"), pg.Options{Values: true}))

	bin, err := pgserver.Find("", 0)
	if err != nil {
		t.Fatal(err)
	}
	text, err := exec.CommandContext(t.Context(), filepath.Join(bin.Dir, "pg_dump"), "--schema-only", "--dbname", server.DSN("postgres")).Output()
	if err != nil {
		t.Fatalf("pg_dump: %v", err)
	}
	dumped := schema.New()
	dumped.AddDDL("dump.sql", string(text))

	if len(live.Tables) < 30 {
		t.Errorf("only %d tables", len(live.Tables))
	}
	// pg_dump writes the columns that an heir inherits first, wherever they are.
	ignore := gocmp.Options{
		cmpopts.IgnoreFields(schema.Column{}, "Num"),
		cmpopts.SortSlices(func(a, b *schema.Column) int { return cmp.Compare(a.Name, b.Name) }),
		cmpopts.IgnoreUnexported(schema.Table{}, schema.Index{}),
		cmpopts.IgnoreTypes(schema.Place{}, &schema.TableStats{}, &schema.IndexStats{}, &schema.ColumnStats{}),
		cmpopts.EquateEmpty(),
		cmpopts.SortSlices(func(a, b *schema.Index) int { return cmp.Compare(a.Name, b.Name) }),
		cmpopts.SortSlices(func(a, b *schema.Constraint) int { return cmp.Compare(a.Name, b.Name) }),
		cmpopts.SortSlices(func(a, b *schema.Table) int { return cmp.Compare(a.String(), b.String()) }),
		cmpopts.SortSlices(func(a, b schema.Name) int { return cmp.Compare(a.String(), b.String()) }),
	}
	if diff := gocmp.Diff(dumped.Tables, live.Tables, ignore); diff != "" {
		t.Errorf("tables, pg_dump (-) and the catalog (+):\n%s", diff)
	}
	if diff := gocmp.Diff(dumped.Functions, live.Functions); diff != "" {
		t.Errorf("functions, pg_dump (-) and the catalog (+):\n%s", diff)
	}
	if live.Version/10000 != server.Version || !slices.Equal(live.SearchPath, []string{"audit", "$user", "public"}) {
		t.Errorf("version %d, search path %v", live.Version, live.SearchPath)
	}
}

const shop = `
CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, kind text);
INSERT INTO users SELECT i, 'user ' || i, CASE WHEN i % 10 = 0 THEN 'verysecretkind' ELSE 'othersecretkind' END FROM generate_series(1, 1000) i;
CREATE INDEX users_kind_idx ON users (kind);
VACUUM ANALYZE users;
`

func TestRead_hasStatisticsAndSettings(t *testing.T) {
	server := pgtest.Start(t, pgserver.Options{Settings: map[string]string{"random_page_cost": "1.25", "cluster_name": "secretcluster"}})
	run(t, server.DSN("postgres"), shop)
	s := read(t, server.DSN("postgres"), pg.Options{Values: true})
	sch := loaded(t, s)
	users := sch.Table("", "users")
	if users == nil || users.Stats == nil || users.Stats.Rows != 1000 || users.Stats.Bytes == 0 || !sch.HasStats {
		t.Fatalf("users: %+v", users)
	}
	if kind := users.Column("kind").Stats; kind == nil || !slices.Equal(kind.MCV, []string{"othersecretkind", "verysecretkind"}) || kind.NDistinct != 2 {
		t.Errorf("kind: %+v", kind)
	}
	for _, x := range users.Indexes {
		if x.Stats == nil || x.Stats.Bytes == 0 || x.Stats.Scans < 0 {
			t.Errorf("%s: %+v", x.Name, x.Stats)
		}
	}
	for name, want := range map[string]string{"random_page_cost": "1.25", "lc_collate": "C", "block_size": "8192"} {
		if sch.Settings[name] != want {
			t.Errorf("%s = %q, want %q", name, sch.Settings[name], want)
		}
	}
	if !strings.Contains(s.File(snapshot.Tables), "n_tup_hot_upd") || strings.Contains(s.File(snapshot.Settings), "secretcluster") {
		t.Errorf("files: %+v", s.Files)
	}

	// Without values, nothing that stands in a row is in any file.
	plain := read(t, server.DSN("postgres"), pg.Options{})
	for _, f := range plain.Files {
		if strings.Contains(f.Content, "secret") || strings.Contains(f.Content, "user 1") {
			t.Errorf("%s holds values of the table:\n%s", f.Name, f.Content)
		}
	}
	sch = loaded(t, plain)
	if kind := sch.Table("", "users").Column("kind").Stats; kind == nil || kind.NDistinct != 2 || len(kind.MCV) > 0 {
		t.Errorf("kind without values: %+v", kind)
	}
}

func TestRead_saysHowPgStatStatementsIsMissing(t *testing.T) {
	server := pgtest.Start(t, pgserver.Options{})
	dsn := server.DSN("postgres")
	expect := func(dsn, want string) {
		t.Helper()
		s := read(t, dsn, pg.Options{})
		if len(s.Notes) != 1 || !strings.Contains(s.Notes[0], want) || s.Extension != nil || s.File(snapshot.Statements) != "" {
			t.Errorf("%+v, want %q", s.Notes, want)
		}
	}
	expect(dsn, "pg_stat_statements is not loaded: ALTER SYSTEM SET shared_preload_libraries")
	run(t, dsn, "CREATE EXTENSION pg_stat_statements")
	expect(dsn, "pg_stat_statements is not loaded: ALTER SYSTEM SET shared_preload_libraries")
}

func TestRead_readsPgStatStatementsWhereverItIs(t *testing.T) {
	server := pgtest.Start(t, pgserver.Options{Settings: map[string]string{"shared_preload_libraries": "pg_stat_statements"}})
	dsn := server.DSN("postgres")
	if s := read(t, dsn, pg.Options{}); len(s.Notes) != 1 || s.Notes[0] != `pg_stat_statements is not installed in database "postgres": CREATE EXTENSION pg_stat_statements` {
		t.Errorf("%q", s.Notes)
	}
	run(t, dsn, shop+`CREATE SCHEMA "My Extensions"; CREATE EXTENSION pg_stat_statements SCHEMA "My Extensions"; CREATE DATABASE other;
		CREATE ROLE reader LOGIN; SELECT "My Extensions".pg_stat_statements_reset(); SELECT name FROM users WHERE kind = 'x'; SELECT name FROM users WHERE kind = 'y'`)
	run(t, server.DSN("other"), "SELECT 'from elsewhere'")
	s := read(t, dsn, pg.Options{})
	rows := s.File(snapshot.Statements)
	if !strings.Contains(rows, "SELECT name FROM users WHERE kind = $1,") || !strings.Contains(rows, ",postgres,postgres\n") || strings.Contains(rows, "elsewhere") {
		t.Errorf("%s", rows)
	}
	if server.Version >= 14 && (s.Extension == nil || s.Extension.Evicted == nil || *s.Extension.Evicted != 0 || s.Extension.StatsReset == "") {
		t.Errorf("%+v", s.Extension)
	}

	// A role that owns nothing sees the catalog and no values, and is told so.
	as := strings.Replace(dsn, "user=postgres", "user=reader", 1)
	s = read(t, as, pg.Options{Values: true})
	notes := strings.Join(s.Notes, "\n")
	for _, want := range []string{
		"pg_stats hides the statistics of 3 columns of 1 tables from this user",
		"pg_stat_statements may not be read by this user (permission denied for schema My Extensions): GRANT",
	} {
		if !strings.Contains(notes, want) {
			t.Errorf("%q not in:\n%s", want, notes)
		}
	}
	if sch := loaded(t, s); sch.Table("", "users") == nil || sch.Table("", "users").Stats.Rows != 1000 {
		t.Errorf("%+v", sch.Tables)
	}
	run(t, dsn, `GRANT USAGE ON SCHEMA "My Extensions" TO reader`)
	if s = read(t, as, pg.Options{}); !strings.Contains(s.File(snapshot.Statements), "<insufficient privilege>") {
		t.Errorf("%q\n%s", s.Notes, s.File(snapshot.Statements))
	}
}

func TestRead_doesNotWaitForLocks(t *testing.T) {
	server := pgtest.Start(t, pgserver.Options{})
	run(t, server.DSN("postgres"), shop)
	conn, err := pgx.Connect(t.Context(), server.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, sql := range []string{"BEGIN", "LOCK users IN ACCESS EXCLUSIVE MODE"} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	_, err = pg.Read(t.Context(), server.DSN("postgres"), pg.Options{})
	if err == nil || !strings.Contains(err.Error(), "a table is locked by another session (ALTER TABLE, VACUUM FULL, ...): try again") {
		t.Errorf("%v", err)
	}
}

func TestRead_asksDatabasesWithoutAnEncoding(t *testing.T) {
	server := pgtest.Start(t, pgserver.Options{})
	run(t, server.DSN("postgres"), "CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0")
	run(t, server.DSN("ascii"), `CREATE TABLE t (a text); INSERT INTO t SELECT E'\xe9' FROM generate_series(1, 9); ANALYZE t`)
	s := read(t, server.DSN("ascii"), pg.Options{Values: true})
	if !strings.Contains(s.File(snapshot.PgStats), "\xe9") {
		t.Errorf("%q", s.File(snapshot.PgStats))
	}
}
