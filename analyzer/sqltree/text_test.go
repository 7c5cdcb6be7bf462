package sqltree

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPlaceholders_rewritesOperandsOnly(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"SELECT a FROM t WHERE b = ? AND c = ?", "SELECT a FROM t WHERE b = $1 AND c = $2"},
		{"SELECT a FROM t WHERE b=?", "SELECT a FROM t WHERE b= $1"},
		{"SELECT a FROM t WHERE b = :id OR c = :id", "SELECT a FROM t WHERE b = $1 OR c = $1"},
		{"SELECT a::text FROM t WHERE b = :x", "SELECT a::text FROM t WHERE b = $1"},
		{"SELECT a FROM t WHERE b = @p1", "SELECT a FROM t WHERE b = $1"},
		{"SELECT a FROM t WHERE b = %s AND c = %(name)s", "SELECT a FROM t WHERE b = $1 AND c = $2"},
		{"SELECT a FROM t WHERE b LIKE ? LIMIT ?", "SELECT a FROM t WHERE b LIKE $1 LIMIT $2"},
		{"SELECT a FROM t WHERE b IN (?, ?)", "SELECT a FROM t WHERE b IN ($1, $2)"},
		{"SELECT a FROM t WHERE b = $2 AND c = ?", "SELECT a FROM t WHERE b = $2 AND c = $3"},
		// None of these is a placeholder.
		{"SELECT a FROM t WHERE b ? 'k'", "SELECT a FROM t WHERE b ? 'k'"},
		{"SELECT a FROM t WHERE b ?| array['k']", "SELECT a FROM t WHERE b ?| array['k']"},
		{"SELECT a FROM t WHERE b = '?'", "SELECT a FROM t WHERE b = '?'"},
		{"SELECT a FROM t WHERE b % 2 = 0", "SELECT a FROM t WHERE b % 2 = 0"},
		{"SELECT a[1:2] FROM t", "SELECT a[1:2] FROM t"},
		{"SELECT a FROM t -- :x ?", "SELECT a FROM t -- :x ?"},
	} {
		if got := Placeholders(c.in); got != c.want {
			t.Errorf("Placeholders(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

// Each of these parses as it stands, with a prefix operator.
func TestParse_takesPlaceholdersForPlaceholders(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"SELECT a FROM t WHERE b LIKE '%' || ? || '%'", "SELECT a FROM t WHERE b LIKE '%' || $1 || '%'"},
		{"SELECT a FROM t WHERE b = @id", "SELECT a FROM t WHERE b = $1"},
		{"SELECT a FROM t WHERE b > ? - interval '1 day'", "SELECT a FROM t WHERE b > $1 - interval '1 day'"},
		{"SELECT a FROM t WHERE b ? 'k' AND c = @ d", "SELECT a FROM t WHERE b ? 'k' AND c = @ d"},
	} {
		tree, err := Parse(c.in)
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
		} else if tree.Text != c.want {
			t.Errorf("%s was read as %s, want %s", c.in, tree.Text, c.want)
		}
	}
}

func TestMask_leavesNoLiteral(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"SELECT a FROM t WHERE b = 'secret' AND c = 42", "SELECT a FROM t WHERE b = ? AND c = ?"},
		{"SELECT a FROM t WHERE b = 'secret", "SELECT a FROM t WHERE b = ?"},
		{"SELECT $$secret$$, E'sec\\'ret' /* secret */", "SELECT ?, ?"},
		{"SELECT a FROM t WHERE b IN (1,2,3)", "SELECT a FROM t WHERE b IN (?, ...)"},
		{"SELECT a FROM t WHERE b IN ('x', 'y')", "SELECT a FROM t WHERE b IN (?, ...)"},
		{"SELECT  a\n\tFROM t;", "SELECT a FROM t"},
		{"SELECT a -- secret\nFROM t", "SELECT a FROM t"},
		{`SELECT "a FROM`, `SELECT "?`},
	} {
		if got := Mask(c.in); got != c.want {
			t.Errorf("Mask(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestNormalize_leavesNoLiteralInUtilityStatementsEither(t *testing.T) {
	for _, sql := range []string{
		"SELECT a FROM t WHERE b = 'secret'",
		"CREATE USER x PASSWORD 'secret'",
		"SET app.key = 'secret'",
		"ALTER ROLE x SET a = 'secret'",
		"COPY t FROM '/secret'",
		"DO $$ BEGIN PERFORM 'secret'; END $$",
		"COMMENT ON TABLE t IS 'secret'",
		"SELECT a FROM t WHERE b = ? AND c = 'secret'",
	} {
		got, err := Normalize(sql)
		if err != nil {
			t.Errorf("Normalize(%q): %v", sql, err)
		}
		if strings.Contains(got, "secret") {
			t.Errorf("Normalize(%q) = %q", sql, got)
		}
	}
}

func TestSplit_survivesWhatScriptsHold(t *testing.T) {
	script := "\xef\xbb\xbf-- name: GetA :one\nSELECT a FROM t WHERE b = ';';\n\n" +
		"\\restrict key\nSELECT $$ ; $$;\n" +
		"COPY t (a) FROM stdin;\n1;2\n\\.\n" +
		"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;\n" +
		"CREATE TABLE broken (a int;\nCREATE TABLE fine (a int);\n" +
		"/* last */ SELECT 1"
	var got []string
	var lines []int
	spans := Split(script)
	for _, s := range spans {
		got = append(got, s.Text)
		lines = append(lines, s.Line)
		if !strings.HasPrefix(script[s.Start:], s.Text) {
			t.Errorf("%q does not stand at %d", s.Text, s.Start)
		}
	}
	want := []string{
		"SELECT a FROM t WHERE b = ';'", "SELECT $$ ; $$", "COPY t (a) FROM stdin",
		"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END",
		"CREATE TABLE broken (a int", "CREATE TABLE fine (a int)", "SELECT 1",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("statements (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]int{2, 5, 6, 9, 10, 11, 12}, lines); d != "" {
		t.Errorf("lines (-want +got):\n%s", d)
	}
	if got := ReadTags([]byte(spans[0].Comment)).Name; got != "GetA" {
		t.Errorf("name %q", got)
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("SELECT 1; SELECT '")
	f.Add("CREATE FUNCTION f() BEGIN ATOMIC ; END; \\x\nCOPY a FROM stdin;\n\\.\n$$;")
	f.Fuzz(func(t *testing.T, script string) {
		at := 0
		for _, s := range Split(script) {
			if s.Start < at || s.Start+len(s.Text) > len(script) || s.Line < 1 {
				t.Fatalf("span %+v of %q", s, script)
			}
			at = s.Start + len(s.Text)
		}
	})
}

func TestReadTags_knowsTheCommonForms(t *testing.T) {
	for _, c := range []struct {
		comment string
		want    Tags
	}{
		{"/*route='/v1/users',traceparent='00-aaaa-bbbb-01'*/", Tags{Route: "/v1/users", Request: "aaaa"}},
		{"/*route='%2Fv1%2Fusers%2F%3Aid'*/", Tags{Route: "/v1/users/:id"}},
		{"/*app:shop,controller:orders,action:index*/", Tags{App: "shop", Route: "orders#index"}},
		{"/* file='app/db.go:12' , request_id='77' */", Tags{File: "app/db.go", Line: 12, Request: "77"}},
		{"-- name: GetUser :one", Tags{Name: "GetUser"}},
		{"/* apilint:ignore n-plus-one -- known */", Tags{Ignore: []string{"n-plus-one"}}},
		{"/* plain words, nothing else */", Tags{}},
		{"/* see: the wiki = good */", Tags{}},
		{"/*route='it\\'s'*/", Tags{Route: "it's"}},
		{"", Tags{}},
	} {
		if d := cmp.Diff(c.want, ReadTags([]byte(c.comment))); d != "" {
			t.Errorf("ReadTags(%q) (-want +got):\n%s", c.comment, d)
		}
	}
}

func FuzzReadTags(f *testing.F) {
	f.Add("route='/a',b=%zz,c:'\\")
	f.Fuzz(func(t *testing.T, comment string) { ReadTags([]byte(comment)) })
}

func TestParse_placesStatementsAndErrorsInBytes(t *testing.T) {
	text := "-- é\nSELECT 'é';  /* x */\nSELECT 2 -- tail\n; SELECT ?"
	tree, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range tree.Stmts {
		got = append(got, tree.Text[s.Start:s.End])
	}
	if len(got) != 3 || got[0] != "SELECT 'é'" || !strings.HasPrefix(got[1], "SELECT 2") || got[2] != "SELECT $1" {
		t.Errorf("statements %q", got)
	}
	if tree.Stmts[0].Line != 2 || tree.Stmts[1].Line != 3 {
		t.Errorf("lines %d, %d", tree.Stmts[0].Line, tree.Stmts[1].Line)
	}
	for _, c := range []struct {
		sql string
		at  string
	}{
		{"SELECT 'é' FORM t WHERE", "t WHERE"},
		{"SELEKT 1", "SELEKT"},
	} {
		_, err := Parse(c.sql)
		p, ok := err.(*ParseError)
		if !ok || !strings.HasPrefix(c.sql[p.Offset:], c.at) {
			t.Errorf("Parse(%q) = %v, want it at %q", c.sql, err, c.at)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("SELECT 1; ; SELECT 'é'")
	f.Add("SELECT a FROM t WHERE b = ? AND c = :x")
	f.Fuzz(func(t *testing.T, sql string) {
		tree, err := Parse(sql)
		if err != nil {
			if p := err.(*ParseError); p.Offset < 0 || p.Offset > len(sql) {
				t.Fatalf("offset %d in %q", p.Offset, sql)
			}
			return
		}
		for i, s := range tree.Stmts {
			if s.Start > s.End || s.End > len(tree.Text) {
				t.Fatalf("extent %d-%d of %q", s.Start, s.End, sql)
			}
			_, _ = Key(tree, i)
		}
	})
}

func TestQuoteIdent_quotesWhatPostgreSQLWould(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"users", "users"},
		{"user_id2", "user_id2"},
		{"name", "name"},
		{"Users", `"Users"`},
		{"user", `"user"`},
		{"order", `"order"`},
		{"select", `"select"`},
		{"a b", `"a b"`},
		{`a"b`, `"a""b"`},
		{"2a", `"2a"`},
		{"", `""`},
		{"über", `"über"`},
		{"between", `"between"`},
		{"left", `"left"`},
		{"status", "status"},
	} {
		if got := QuoteIdent(c.in); got != c.want {
			t.Errorf("QuoteIdent(%q) = %s, want %s", c.in, got, c.want)
		}
	}
}

func TestDeparseExpr_dropsOuterParenthesesOnly(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"(lower(a))", "lower(a)"},
		{"((a + b) * (c + d))", "(a + b) * (c + d)"},
		{"a IS NULL", "a IS NULL"},
	} {
		tree, err := Parse("SELECT " + c.in)
		if err != nil {
			t.Fatal(err)
		}
		node := tree.Stmts[0].Node.GetSelectStmt().TargetList[0].GetResTarget().Val
		if got, err := DeparseExpr(node); err != nil || got != c.want {
			t.Errorf("DeparseExpr(%s) = %q, %v; want %q", c.in, got, err, c.want)
		}
	}
}
