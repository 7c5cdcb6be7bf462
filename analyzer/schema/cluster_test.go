package schema

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// cluster reads scripts, each DATABASE=SCRIPT.
func cluster(t *testing.T, scripts ...string) *Cluster {
	t.Helper()
	c := NewCluster()
	for _, s := range scripts {
		database, script, _ := strings.Cut(s, "=")
		if err := c.AddPath(fstest.MapFS{"s.sql": {Data: []byte(script)}}, "s.sql", database); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// contents are the databases with their tables: app(public.a public.b).
func contents(c *Cluster) string {
	var out []string
	for _, s := range c.Databases() {
		var tables []string
		for _, t := range s.Tables {
			tables = append(tables, t.Name.String())
		}
		out = append(out, s.Database+"("+strings.Join(tables, " ")+")")
	}
	return strings.Join(out, " ")
}

func TestCluster_keepsDatabasesApart(t *testing.T) {
	for _, c := range []struct {
		name     string
		scripts  []string
		want     string
		problems int
	}{
		{"no database is named", []string{"=CREATE TABLE a ();"}, "(public.a)", 0},
		{"one file each", []string{"app=CREATE TABLE a ();", "crm=CREATE TABLE a (); CREATE TABLE b ();"}, "app(public.a) crm(public.a public.b)", 0},
		{"two files of one", []string{"app=CREATE TABLE a ();", "app=CREATE TABLE b ();"}, "app(public.a public.b)", 0},
		{"pg_dumpall", []string{"=CREATE ROLE web;\n\\connect template1\nSET x = 1;\n\\connect app\nCREATE TABLE a ();\n\\connect crm\nCREATE TABLE a ();\n"}, "template1() app(public.a) crm(public.a)", 0},
		{"what stands before belongs to none", []string{"=CREATE TABLE z ();\n\\c app\nCREATE TABLE a ();"}, "(public.z) app(public.a)", 0},
		{"back and forth", []string{"=\\c app\nCREATE TABLE a ();\n\\c crm\nCREATE TABLE b ();\n\\c app\nCREATE TABLE c ();"}, "app(public.a public.c) crm(public.b)", 0},
		{"two dumps in one", []string{"=\\c app\nCREATE TABLE a ();", "=\\c crm\nCREATE TABLE a ();"}, "app(public.a) crm(public.a)", 0},
		{"its own part of a script", []string{"crm=\\c app\nCREATE TABLE a ();\n\\c crm\nCREATE TABLE b ();"}, "crm(public.b)", 0},
		{"the only part of a script, under another name", []string{"test=CREATE ROLE x;\n\\c prod\nCREATE TABLE a ();"}, "test(public.a)", 0},
		{"no part of a script", []string{"hr=CREATE TABLE z ();\n\\c app\nCREATE TABLE a ();\n\\c crm\nCREATE TABLE b ();"}, "hr(public.z)", 1},
		{"psql refuses its commands between \\restrict and \\unrestrict", []string{"=\\restrict key\nCREATE TABLE a ();\n\\connect evil\nCREATE TABLE b ();\n\\unrestrict wrong\n\\c evil\nCREATE TABLE c ();\n\\unrestrict key\n\\connect crm\nCREATE TABLE d ();"}, "(public.a public.b public.c) crm(public.d)", 0},
		{"a line of a string, a body or of data is no command", []string{"=CREATE TABLE a (b text DEFAULT '\n\\connect evil\n');\nCREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$\n\\c evil\n$$;\nCOPY a FROM stdin;\n\\connect evil\n\\.\nCREATE TABLE c ();"}, "(public.a public.c)", 0},
		{"a migration that starts as psql does", []string{"=\\connect app user\nCREATE TABLE a ();"}, "app(public.a)", 0},
	} {
		got := cluster(t, c.scripts...)
		n := 0
		for _, s := range got.Databases() {
			n += len(s.Problems)
		}
		if contents(got) != c.want || n != c.problems {
			t.Errorf("%s: %s, %d problems; want %s, %d", c.name, contents(got), n, c.want, c.problems)
		}
	}
}

func TestCluster_placesAreLinesOfTheWholeScript(t *testing.T) {
	c := cluster(t, "=CREATE ROLE x;\n\\connect app\n\nCREATE TABLE a ();\nCREATE TABLE nowhere.b (c nope.\n")
	app := c.Database("app")
	if got := app.Table("", "a").Place; got != (Place{"s.sql", 4}) {
		t.Errorf("table at %v", got)
	}
	if len(app.Problems) != 1 || app.Problems[0].Line != 5 {
		t.Errorf("problems %v", app.Problems)
	}
}

func TestCluster_everyDatabaseKnowsTheServersVersion(t *testing.T) {
	c := cluster(t, "=--\n\\connect template1\n-- Dumped from database version 15.18\nSET a = 1;\n-- Dumped from database version 15.18\n\\connect app\nCREATE TABLE a ();")
	if v := c.Database("app").Version; v != 150018 {
		t.Errorf("version %d", v)
	}
}

func TestCluster_Of(t *testing.T) {
	named, both := cluster(t, "app=CREATE TABLE a ();"), cluster(t, "app=CREATE TABLE a ();", "=CREATE TABLE z ();")
	if named.Of("crm") != nil || named.Of("") != nil || named.Of("app") == nil {
		t.Error("a database that was named serves no other")
	}
	if s := both.Of("crm"); s == nil || s.Database != "" || both.Of("app").Database != "app" {
		t.Error("a schema without a name is for the databases that have none of their own")
	}
	var none *Cluster
	if none.Of("") != nil || none.Databases() != nil || Alone(nil) != nil {
		t.Error("no cluster knows no database")
	}
}

func TestConnected(t *testing.T) {
	for arguments, want := range map[string]string{
		"app":                                    "app",
		"app web host 5432":                      "app",
		`"App-X"`:                                "App-X",
		`'it''s'`:                                "it's",
		`"a ""b"""`:                              `a "b"`,
		"-":                                      "",
		"- web":                                  "",
		"":                                       "",
		"-reuse-previous=off":                    "",
		`-reuse-previous=on "dbname='my db\'s'"`: "my db's",
		`-reuse-previous=on "dbname='a''b' user=x"`:    "a",
		`"host=h dbname=app port=1"`:                   "app",
		`"host='a b' dbname = 'c\\d'"`:                 `c\d`,
		`"host=h"`:                                     "",
		"postgres://u:p@h:5432/app?x=y":                "app",
		"postgresql:///my%20db":                        "my db",
		"postgresql://%zz":                             "",
		`"unfinished`:                                  "unfinished",
		`-reuse-previous=on "dbname='it\\'s \\\\ here`: `it\`,
	} {
		if got := connected(arguments); got != want {
			t.Errorf(`\connect %s: %q, want %q`, arguments, got, want)
		}
	}
}

func TestClusterAddStats_findsTheDatabase(t *testing.T) {
	const (
		csv      = "relname,relkind,relpages,reltuples\na,r,1,10\n"
		settings = "name,setting\nwork_mem,8\n"
		dump     = "--\n\\connect app\nSELECT * FROM pg_catalog.pg_restore_relation_stats('schemaname', 'public', 'relname', 'a', 'relpages', '1'::integer, 'reltuples', '7'::real);\n" +
			"\\connect crm\nSELECT * FROM pg_catalog.pg_restore_relation_stats('schemaname', 'public', 'relname', 'a', 'relpages', '1'::integer, 'reltuples', '8'::real);\n"
		app, crm, all = "app=CREATE TABLE a ();", "crm=CREATE TABLE a ();", "=CREATE TABLE a ();"
	)
	for _, c := range []struct {
		name     string
		scripts  []string
		database string
		stats    string
		want     string // rows of a by database
		err      error
	}{
		{"the only one", []string{app}, "", csv, "app:10", nil},
		{"the one that is named", []string{app, crm}, "crm", csv, "app:? crm:10", nil},
		{"one of two", []string{app, crm}, "", csv, "app:? crm:?", ErrWhichDatabase},
		{"the one for all", []string{all, crm}, "", csv, ":10 crm:?", nil},
		{"settings are the server's", []string{app, crm}, "", settings, "app:? crm:?", nil},
		{"a dump of both", []string{app, crm}, "", dump, "app:7 crm:8", nil},
		{"of a dump of both, its own", []string{app, crm}, "crm", dump, "app:? crm:8", nil},
		{"a dump of both is that of the one for all", []string{all}, "", dump, ":8", nil},
		{"something else", []string{app, crm}, "", "a,b\n1,2\n", "app:? crm:?", ErrNotStatistics},
	} {
		got := cluster(t, c.scripts...)
		err := got.AddStats("stats", c.database, []byte(c.stats))
		if !errors.Is(err, c.err) {
			t.Errorf("%s: %v, want %v", c.name, err, c.err)
		}
		var rows []string
		for _, s := range got.Databases() {
			n := "?"
			if st := s.Table("", "a").Stats; st != nil {
				n = strconv.FormatFloat(st.Rows, 'g', -1, 64)
			}
			rows = append(rows, s.Database+":"+n)
			if c.stats == settings && s.Settings["work_mem"] != "8" {
				t.Errorf("%s: no settings in %s", c.name, s.Database)
			}
		}
		if !slices.Equal(rows, strings.Fields(c.want)) {
			t.Errorf("%s: %s, want %s", c.name, rows, c.want)
		}
	}
}

func TestAddDDL_readsTheStatisticsOfADump(t *testing.T) {
	s := New()
	s.AddDDL("dump.sql", `CREATE TABLE public.t (a integer, b text);
SELECT * FROM pg_catalog.pg_restore_relation_stats('version', '180000'::integer, 'schemaname', 'public', 'relname', 't', 'relpages', '5'::integer, 'reltuples', '100'::real, 'relallvisible', '0'::integer);
SELECT * FROM pg_catalog.pg_restore_attribute_stats('version', '180000'::integer, 'schemaname', 'public', 'relname', 't', 'attname', 'a', 'inherited', 'f'::boolean, 'null_frac', '0'::real, 'avg_width', '4'::integer, 'n_distinct', '-1'::real);
SELECT * FROM pg_catalog.pg_restore_relation_stats('schemaname', 'public', 'relname', 'gone', 'relpages', '5'::integer, 'reltuples', '100'::real);
SELECT * FROM pg_catalog.pg_restore_relation_stats('schemaname', 'public', 'relname', 't_b', 'relpages', '2'::integer, 'reltuples', '100'::real);
CREATE INDEX t_b ON public.t (b);`)
	tab := s.Table("public", "t")
	if !s.HasStats || tab.Stats == nil || tab.Stats.Rows != 100 || tab.Columns[0].Stats == nil || tab.Columns[0].Stats.NDistinct != -1 {
		t.Errorf("statistics %+v", tab.Stats)
	}
	if x := tab.index("t_b"); x.Stats == nil || x.Stats.Pages != 2 {
		t.Errorf("of the index that comes later: %+v", x.Stats)
	}
	if len(s.Problems) != 1 || s.Problems[0].Line != 4 {
		t.Errorf("problems %v", s.Problems)
	}
}
