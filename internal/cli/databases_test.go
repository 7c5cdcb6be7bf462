package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/apilint/apilint/internal/pgserver"
	"github.com/apilint/apilint/internal/pgserver/pgtest"
)

// twoShops are two databases of one server with a table of the same name, once
// in several schemas.
var twoShops = []struct{ database, script string }{
	{"postgres", `CREATE ROLE web; CREATE ROLE report; CREATE ROLE bob; CREATE DATABASE app; CREATE DATABASE "it's crm"`},
	{"postgres", `ALTER ROLE report SET search_path = reporting, public; ALTER ROLE web IN DATABASE "it's crm" SET search_path = sales; ALTER DATABASE "it's crm" SET search_path = "Main", public`},
	{"app", `CREATE SCHEMA reporting; CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint, note text); CREATE TABLE reporting.orders (day date, customer bigint);
		CREATE INDEX orders_customer ON orders (customer); CREATE INDEX reporting_day ON reporting.orders (day)`},
	{"it's crm", `CREATE SCHEMA "Main"; CREATE SCHEMA sales; CREATE TABLE "Main".orders (id bigint PRIMARY KEY, customer bigint, note text); CREATE TABLE sales.orders (id bigint PRIMARY KEY, customer bigint, note text);
		CREATE INDEX main_note ON "Main".orders (note); CREATE INDEX sales_customer ON sales.orders (customer)`},
}

const twoShopsLog = `2026-01-01 10:00:00.000 UTC [1] web@app LOG:  duration: 5.000 ms  statement: SELECT * FROM orders WHERE customer = 3
2026-01-01 10:00:01.000 UTC [1] web@app LOG:  duration: 5.000 ms  statement: SELECT * FROM orders WHERE note = 'x'
2026-01-01 10:00:02.000 UTC [2] report@app LOG:  duration: 5.000 ms  statement: SELECT * FROM orders WHERE day = '2026-01-01'
2026-01-01 10:00:03.000 UTC [3] web@it's crm LOG:  duration: 5.000 ms  statement: SELECT * FROM orders WHERE customer = 3
2026-01-01 10:00:04.000 UTC [4] bob@it's crm LOG:  duration: 5.000 ms  statement: SELECT * FROM orders WHERE note = 'b'
2026-01-01 10:00:05.000 UTC [4] bob@it's crm LOG:  duration: 5.000 ms  statement: SELECT * FROM orders WHERE customer > 9 AND note > 'c'
2026-01-01 10:00:06.000 UTC [5] web@it's crm LOG:  duration: 5.000 ms  statement: SELECT * FROM orders WHERE customer > 9 AND note > 'c'
2026-01-01 10:00:07.000 UTC [6] bob@hr LOG:  duration: 5.000 ms  statement: SELECT * FROM orders WHERE note = 'b'
`

func TestAnalyze_severalDatabasesOfOneServer(t *testing.T) {
	server := pgtest.Start(t, pgserver.Options{})
	for _, s := range twoShops {
		conn, err := pgx.Connect(t.Context(), server.DSN(s.database))
		if err != nil {
			t.Fatal(err)
		}
		for sql := range strings.SplitSeq(s.script, ";") {
			if _, err := conn.Exec(t.Context(), sql, pgx.QueryExecModeSimpleProtocol); err != nil {
				t.Fatalf("%s: %v", sql, err)
			}
		}
		conn.Close(context.Background())
	}
	bin, err := pgserver.Find("", 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	dump := func(program string, args ...string) []byte {
		out, err := exec.CommandContext(t.Context(), filepath.Join(bin.Dir, program), append(args, "--schema-only")...).Output()
		if err != nil {
			t.Fatalf("%s: %v", program, err)
		}
		return out
	}
	for name, content := range map[string][]byte{
		"log":     []byte(twoShopsLog),
		"all.sql": dump("pg_dumpall", "--dbname", server.DSN("postgres")),
		"app.sql": dump("pg_dump", "--dbname", server.DSN("app")),
		"crm.sql": dump("pg_dump", "--create", "--dbname", server.DSN("it's crm")),
	} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range [][2]string{{"app", "app.json"}, {"it's crm", "crm.json"}} {
		if code, _, stderr := called(t, "", "snapshot", "save", "--dsn", server.DSN(c[0]), "-o", c[1]); code != 0 {
			t.Fatal(stderr)
		}
	}

	want := []string{
		"app orders_customer",
		"app reporting_day", // the path of the role report, on the whole server
		"app recommended public.orders (note)",
		"hr recommended orders (note)",
		"it's crm main_note",
		"it's crm sales_customer",
		"it's crm not-analysed",
		"ambiguous-table 1",
		"database-without-schema 1",
	}
	slices.Sort(want)
	for _, args := range []string{
		"--schema all.sql",
		"--schema app=app.sql --schema crm.sql --schema roles.sql",
		"--schema app.json --schema crm.json",
		"app.json crm.json",
		"--dsn APP --dsn CRM",
		"--schema app=all.sql --schema it's~crm=all.sql",
	} {
		if strings.Contains(args, "roles.sql") {
			// What pg_dump of one database does not know.
			if err := os.WriteFile("roles.sql", []byte("ALTER ROLE report SET search_path = reporting, public;"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		words := []string{"analyze", "log", "--format", "json", "--exit-zero"}
		for word := range strings.FieldsSeq(args) {
			words = append(words, map[string]string{"APP": server.DSN("app"), "CRM": server.DSN("it's crm")}[word]+strings.NewReplacer("APP", "", "CRM", "", "~", " ").Replace(word))
		}
		res := reported(t, words...)
		var got []string
		for _, q := range res.Queries {
			word := q.Database + " " + strings.Join(q.Verdict.Indexes, " ")
			switch q.Verdict.Kind {
			case "recommended":
				word = q.Database + " recommended"
				for _, x := range res.Indexes {
					if x.Database == q.Database && x.Name == q.Verdict.Indexes[0] {
						word += fmt.Sprintf(" %s (%s)", x.Table, strings.Join(x.Columns, ", "))
					}
				}
			case "not-analysed":
				word += q.Verdict.Kind
			}
			got = append(got, word)
		}
		for _, s := range res.Skips {
			if s.Kind == "ambiguous-table" || s.Kind == "database-without-schema" || s.Kind == "schema-problem" {
				got = append(got, fmt.Sprintf("%s %d", s.Kind, s.Count))
			}
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (- want, + got):\n%s", args, diff)
		}
	}
}
