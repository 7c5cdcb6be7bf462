package leadingwildcard

import (
	"strings"
	"testing"
	"unicode"

	"github.com/jackc/pgx/v5"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/index"
	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/internal/pgserver"
	"github.com/apilint/apilint/internal/pgserver/pgtest"
)

const oddSchema = `CREATE TABLE "Odd Table" (id bigint PRIMARY KEY, "Odd Name" text, email varchar(80))`

// Every index that the detector words by itself is accepted by PostgreSQL, and
// serves the condition that its title gives.
func TestFixes_serveOnPostgreSQL(t *testing.T) {
	server := pgtest.Start(t, pgserver.Options{})
	conn, err := pgx.Connect(t.Context(), server.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	exec := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	for _, c := range []struct{ name, statement, rewritten string }{
		{"infix", `SELECT id FROM "Odd Table" WHERE "Odd Name" LIKE '%john%'`, `"Odd Name" LIKE '%john%'`},
		{"infix of a phrase", `SELECT id FROM "Odd Table" WHERE "Odd Name" ILIKE '%garden shed%'`, `to_tsvector('simple'::regconfig, "Odd Name") @@ plainto_tsquery('simple'::regconfig, 'garden shed')`},
		{"suffix", `SELECT id FROM "Odd Table" WHERE "Odd Name" LIKE '%son'`, `reverse("Odd Name") LIKE reverse('son') || '%'`},
		{"suffix of varchar", `SELECT id FROM "Odd Table" WHERE email LIKE '%@example.com'`, `reverse(email) LIKE reverse('@example.com') || '%'`},
		{"expression", `SELECT id FROM "Odd Table" WHERE lower(email) LIKE '%john%'`, `lower(email) LIKE '%john%'`},
		{"operator", `SELECT id FROM "Odd Table" WHERE email || "Odd Name" LIKE '%john%'`, `email || "Odd Name" LIKE '%john%'`},
		{"regular expression", `SELECT id FROM "Odd Table" WHERE email ~ 'john'`, `email ~ 'john'`},
	} {
		exec(oddSchema)
		exec(`INSERT INTO "Odd Table" SELECT i, 'name ' || i, 'mail' || i FROM generate_series(1, 100) i`)
		fixes := reported(t, c.statement)
		if len(fixes) == 0 {
			t.Errorf("%s: no fix", c.name)
		}
		for _, f := range fixes {
			for _, sql := range strings.Split(f.SQL, "\n") {
				exec(sql)
			}
		}
		exec(`SET enable_seqscan = off`)
		rows, err := conn.Query(t.Context(), `EXPLAIN SELECT id FROM "Odd Table" WHERE `+c.rewritten)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		if plan := strings.Join(lines, "\n"); !strings.Contains(plan, "Index Cond") {
			t.Errorf("%s: no index is used:\n%s", c.name, plan)
		}
		for _, f := range fixes {
			exec(f.Rollback)
		}
		exec(`DROP TABLE "Odd Table"`)
	}
}

// Without a trigram to look up, a GIN index gives back every row.
func TestTrigrams_areThoseOfPostgreSQL(t *testing.T) {
	server := pgtest.Start(t, pgserver.Options{})
	conn, err := pgx.Connect(t.Context(), server.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, sql := range []string{
		`CREATE EXTENSION pg_trgm`,
		`CREATE TABLE t (a text)`,
		`INSERT INTO t SELECT 'zzz zzz' FROM generate_series(1, 50)`,
		`CREATE INDEX ON t USING gin (a gin_trgm_ops)`,
		`SET enable_seqscan = off`,
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	for _, c := range trigramCases {
		if strings.ContainsFunc(c.literal, func(r rune) bool { return r > unicode.MaxASCII }) {
			continue // the server's locale, C, knows only ASCII letters
		}
		pattern := c.literal
		if !c.atStart {
			pattern = "%" + pattern
		}
		if !c.atEnd {
			pattern += "%"
		}
		rows, err := conn.Query(t.Context(), `EXPLAIN (ANALYZE, COSTS off, TIMING off) SELECT FROM t WHERE a LIKE '`+pattern+`'`)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		plan := strings.Join(lines, "\n")
		scan := plan[max(0, strings.Index(plan, "Bitmap Index Scan")):]
		if all := strings.Contains(scan, "rows=50"); all == c.want {
			t.Errorf("%q: trigrams %v, but PostgreSQL reads\n%s", pattern, c.want, plan)
		}
	}
}

// reported returns the fixes of the statement where the advisor says nothing.
func reported(t *testing.T, statement string) []analyzer.Fix {
	t.Helper()
	sch := schema.New()
	sch.AddDDL("schema.sql", oddSchema+";")
	tree, err := sqltree.Parse(statement)
	if err != nil {
		t.Fatal(err)
	}
	var fixes []analyzer.Fix
	err = Detector.Run(&analyzer.Pass{
		Statement: &analyzer.Statement{ID: "a", Query: query.Resolve(tree, 0, sch)},
		Schema:    sch,
		Selection: &index.Selection{},
		Report:    func(f analyzer.Finding) { fixes = append(fixes, f.Fixes...) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return fixes
}
