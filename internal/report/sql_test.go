package report

import (
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer"
)

func TestSQL_isWhatPeopleRead(t *testing.T) {
	several := shop()
	several.Indexes[1].Database, several.Indexes[0].Database = "crm", "app"
	several.Indexes[2].Database, several.Indexes[3].Database = "app", "app"
	several.Indexes[3].DDL = "DROP INDEX users_email_idx2"
	for _, c := range []struct {
		golden string
		result *analyzer.Result
	}{
		{"shop.sql", shop()},
		{"several-databases.sql", several},
		{"nothing.sql", nothing()},
	} {
		golden(t, c.golden, written(t, SQL, c.result, Options{}))
	}
}

// executed is what of a file psql would run: the rest is comments.
func executed(t *testing.T, file string) []string {
	t.Helper()
	var code strings.Builder
	for line := range strings.Lines(file) {
		if strings.ContainsRune(strings.TrimSuffix(line, "\n"), '\r') {
			t.Errorf("a carriage return, which ends a comment, in %q", line)
		}
		if !strings.HasPrefix(line, "--") {
			code.WriteString(line)
		}
	}
	return statements(code.String())
}

func TestSQL_noTextLeavesItsComment(t *testing.T) {
	r := hostile()
	for i := range r.Indexes {
		r.Indexes[i].Rollback = "DROP INDEX a;\r\nDROP TABLE users;\rDROP TABLE posts;\n\\! rm -rf /\n"
	}
	allowed := map[string]bool{"SET statement_timeout = 0;": true, "SET lock_timeout = 0;": true}
	for i := range r.Indexes {
		for _, s := range statements(r.Indexes[i].DDL) {
			allowed[s] = true
		}
	}
	for _, s := range executed(t, written(t, SQL, r, Options{})) {
		if !allowed[s] {
			t.Errorf("psql would run %q", s)
		}
	}
}

func TestSQL_rollbackIsOnlyAComment(t *testing.T) {
	got := written(t, SQL, shop(), Options{})
	for _, s := range executed(t, got) {
		if strings.HasPrefix(s, "DROP INDEX CONCURRENTLY orders") || strings.Contains(s, "UNIQUE") {
			t.Errorf("psql would run the rollback %q", s)
		}
	}
	for _, ix := range shop().Indexes {
		if !strings.Contains(got, "rollback: "+ix.Rollback+"\n") {
			t.Errorf("the rollback of %s is not told", ix.Name)
		}
	}
}

// A file runs in one database: DDL of another one must not run there.
func TestSQL_otherDatabasesAreComments(t *testing.T) {
	r := shop()
	for i := range r.Indexes {
		r.Indexes[i].Database = "app"
	}
	r.Indexes[1].Database = "crm"
	r.Indexes[1].DDL = "CREATE INDEX CONCURRENTLY a ON b\n(c);"
	for _, s := range executed(t, written(t, SQL, r, Options{})) {
		if strings.Contains(s, "ON b") || strings.Contains(s, "(c)") {
			t.Errorf("psql would run %q in the wrong database", s)
		}
	}
}

func TestSQL_extensionsComeFirstAndOnce(t *testing.T) {
	r := shop()
	second := r.Indexes[2]
	second.Name, second.DDL = "b", "CREATE EXTENSION IF NOT EXISTS pg_trgm;\nCREATE INDEX CONCURRENTLY b ON b USING gin (c gin_trgm_ops);"
	r.Indexes = append(r.Indexes, second)
	code := executed(t, written(t, SQL, r, Options{}))
	at := -1
	for i, s := range code {
		if strings.HasPrefix(s, "CREATE EXTENSION") {
			if at >= 0 {
				t.Error("the extension is created twice")
			}
			at = i
		}
	}
	for i, s := range code {
		if strings.HasPrefix(s, "CREATE INDEX") && i < at {
			t.Errorf("%q runs before the extension", s)
		}
	}
	if at < 0 {
		t.Error("the extension is not created")
	}
}

func TestSQL_whatBlocksWritersGivesUpSoon(t *testing.T) {
	r := shop()
	r.Indexes = r.Indexes[:1]
	r.Indexes[0].DDL = "CREATE INDEX a ON ONLY parent (b)"
	want := []string{"SET lock_timeout = '5s';", "CREATE INDEX a ON ONLY parent (b);", "SET lock_timeout = 0;"}
	if got := executed(t, written(t, SQL, r, Options{})); !strings.Contains(strings.Join(got, "\n"), strings.Join(want, "\n")) {
		t.Errorf("%q", got)
	}
}

func TestStatements_cutOnlyAtTheirEnds(t *testing.T) {
	for _, c := range []struct {
		sql  string
		want []string
	}{
		{"", nil},
		{"SELECT 1", []string{"SELECT 1"}},
		{"SELECT 1; SELECT 2;", []string{"SELECT 1;", "SELECT 2;"}},
		{`CREATE INDEX "a;b" ON c (d);`, []string{`CREATE INDEX "a;b" ON c (d);`}},
		{"SELECT ';''; '; x", []string{"SELECT ';''; ';", "x"}},
		{`SELECT E'\'; '; x`, []string{`SELECT E'\'; ';`, "x"}},
		{"SELECT $a$;$a$; x", []string{"SELECT $a$;$a$;", "x"}},
		{"SELECT $1; x", []string{"SELECT $1;", "x"}},
		{"SELECT /* ; */ 1; x", []string{"SELECT /* ; */ 1;", "x"}},
		{"SELECT 1 -- ; not here\n; x", []string{"SELECT 1 -- ; not here\n;", "x"}},
		{"SELECT 'never closed; x", []string{"SELECT 'never closed; x"}},
	} {
		got := statements(c.sql)
		if strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("statements(%q) = %q, want %q", c.sql, got, c.want)
		}
	}
}

func TestOneLine_isStillTheStatement(t *testing.T) {
	for _, c := range []struct{ sql, want string }{
		{"SELECT  a,\n\tb FROM c", "SELECT a, b FROM c"},
		{"SELECT 'a  b'", "SELECT 'a  b'"},
		{`SELECT "a  b"`, `SELECT "a  b"`},
		{"SELECT 1 -- why\n, 2", "SELECT 1 /* why */ , 2"},
		{"SELECT 1 -- a */ b", "SELECT 1 /* a * / b */"},
		{"SELECT E'it\\'s  so'", "SELECT E'it\\'s  so'"},
		{"SELECT $$a  b$$", "SELECT $$a  b$$"},
	} {
		if got := oneLine(c.sql); got != c.want {
			t.Errorf("oneLine(%q) = %q, want %q", c.sql, got, c.want)
		}
	}
}

func TestWrapDDL_breaksBeforeON(t *testing.T) {
	const ddl = "CREATE INDEX CONCURRENTLY orders_status_created_at_idx ON orders (status, created_at);"
	want := "CREATE INDEX CONCURRENTLY orders_status_created_at_idx\n    ON orders (status, created_at);"
	if got := strings.Join(wrapDDL(ddl, 70), "\n"); got != want {
		t.Errorf("%s", got)
	}
	if got := wrapDDL(ddl, 100); len(got) != 1 {
		t.Errorf("%q", got)
	}
}
