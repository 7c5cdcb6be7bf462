package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestAddDDL_whatItCannotUseBecomesAProblem(t *testing.T) {
	for _, c := range []struct {
		script string
		want   []string // line: message
	}{
		{"CREATE TABLE a (x int);\n\nCREATE TABL b (y int);\nCREATE INDEX ON a (x);", []string{`3: syntax error at or near "TABL"`}},
		{"CREATE TABLE a (\n  x int,\n  y int,,\n  z int\n);", []string{`3: syntax error at or near ","`}},
		{"CREATE TABLE a (x int;\nCREATE TABLE b (x int);", []string{"1: syntax error at end of input"}},
		{"CREATE INDEX ON nowhere (x);", []string{"1: no table nowhere"}},
		{"ALTER TABLE s.nowhere ADD x int;", []string{"1: no table s.nowhere"}},
		{"CREATE TABLE a (x int); CREATE TABLE a (x int);", []string{"1: relation public.a already exists"}},
		{"CREATE TABLE a (x int);\nCREATE INDEX ON a (nope);", []string{"2: no column nope of public.a"}},
		{"CREATE TABLE a (x int);\nCREATE INDEX ON a (lower(nope));", []string{"2: no column nope of public.a"}},
		{"CREATE TABLE a (x int);\nCREATE INDEX ON a (x) WHERE nope > 3;", []string{"2: no column nope of public.a"}},
		{"CREATE TABLE a (x int, UNIQUE (nope));", []string{"1: no column nope of public.a"}},
		{"CREATE TABLE a (x int PRIMARY KEY);\nALTER TABLE a ADD PRIMARY KEY (x);", []string{"2: a second primary key for public.a"}},
		{"CREATE TABLE a (x int);\nALTER TABLE a DROP nope, DROP CONSTRAINT nope, ALTER nope SET NOT NULL, ADD x int;", []string{
			"2: no column nope of public.a", "2: no constraint nope of public.a", "2: no column nope of public.a", "2: column x of public.a already exists",
		}},
		{"CREATE TABLE a (x int, y int);\nALTER TABLE a RENAME nope TO z;\nALTER TABLE a RENAME x TO y;\nALTER TABLE nope RENAME TO z;\nCREATE TABLE b ();\nALTER TABLE a RENAME TO b;", []string{
			"2: no column nope of public.a", "3: column y of public.a already exists", "4: no relation nope", "6: relation public.b already exists",
		}},
		{"DROP TABLE nope;\nDROP INDEX nope;\nDROP TYPE nope;\nDROP SEQUENCE nope;", []string{"1: no table nope", "2: no index nope", "3: no type nope", "4: no sequence nope"}},
		{"CREATE TABLE u (x int);\nCREATE TABLE a (x int REFERENCES u);", []string{"2: public.u has no primary key for a foreign key to point at"}},
		{"CREATE TABLE p (a int) PARTITION BY RANGE (a);\nALTER TABLE p ATTACH PARTITION p DEFAULT;\nCREATE TABLE q PARTITION OF nope DEFAULT;", []string{
			"2: public.p cannot be a partition of public.p", "3: no table nope",
		}},
		{"CREATE VIEW v AS SELECT * FROM nope;", []string{"1: not all columns of public.v are known"}},
		{"DO $$ BEGIN FOR i IN 1..3 LOOP EXECUTE 'CREATE TABLE t' || i || '()'; END LOOP; END $$;", []string{"1: a DO block is not executed: what it changes is unknown"}},
		{"IMPORT FOREIGN SCHEMA x FROM SERVER y INTO z;", []string{"1: what this statement changes depends on the server"}},
		{"CREATE TABLE a (x int);\n\\i more.sql\nCREATE INDEX ON a (x);", []string{"2: a file that psql would include is not read: name it as well"}},
		{"CREATE TABLE a (x int);\n\xff\xfe", []string{"1: the file is not UTF-8, odd bytes were replaced", `2: syntax error at or near "?"`}},
		{"CREATE TABLE a (x int); -- the end is cut\nCREATE TABLE b (x int", []string{"2: syntax error at end of input"}},
	} {
		s := New()
		s.AddDDL("test.sql", c.script)
		var got []string
		for _, p := range s.Problems {
			got = append(got, fmt.Sprintf("%d: %s", p.Line, p.Message))
			if p.Path != "test.sql" || len(p.Statement) > 200 {
				t.Errorf("path %q, statement %q", p.Path, p.Statement)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s\ngot  %q\nwant %q", c.script, got, c.want)
		}
	}
}

func TestAddDDL_theRestGoesOnAfterAProblem(t *testing.T) {
	s := New()
	s.AddDDL("test.sql", "CREATE TABLE a (x int);\nCREATE GARBAGE;\nALTER TABLE a ADD nope nope nope, ADD y int;\nALTER TABLE a DROP nope, ADD z int;\nCREATE INDEX ON a (z);")
	want := "table public.a\n  x integer\n  z integer\n  btree a_z_idx (z)"
	if got := show(s); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if len(s.Problems) != 3 {
		t.Errorf("problems: %v", s.Problems)
	}
	if p := s.Problems[0]; p.Statement != "CREATE GARBAGE" {
		t.Errorf("the statement of the problem is %q", p.Statement)
	}
}

func TestAddDDL_aFileOfProblemsIsCountedNotListed(t *testing.T) {
	s := New()
	s.AddDDL("a.sql", strings.Repeat("garbage;\n", maxListed+7))
	s.AddDDL("b.sql", "garbage;")
	if n := len(s.Problems); n != maxListed+2 || s.Problems[maxListed].Message != "7 more problems" || s.Problems[maxListed].Path != "a.sql" {
		t.Errorf("%d problems, then %+v", n, s.Problems[maxListed])
	}
}

func TestAddDDL_dataAndPsqlLinesArePassedOver(t *testing.T) {
	s := loaded(t, strings.Join([]string{
		`\restrict AbCdEf`, `SET statement_timeout = 0;`, `CREATE TABLE t (a int, b text);`,
		`COPY public.t (a, b) FROM stdin;`, "1\tCREATE TABLE x (a int);", "2\t\\N", `\.`, ``,
		`INSERT INTO t VALUES (1, 'CREATE TABLE y (a int);');`, `SELECT pg_catalog.setval('s', 3, true);`, `CREATE INDEX ON t (a);`, `\unrestrict AbCdEf`,
	}, "\n"))
	want := "table public.t\n  a integer\n  b text\n  btree t_a_idx (a)"
	if got := show(s); got != want {
		t.Errorf("got\n%s", got)
	}
	if line := s.Table("", "t").Indexes[0].Line; line != 11 {
		t.Errorf("the index is said to stand on line %d, not 11", line)
	}
}

func TestAddDDL_newerThanTheGrammar(t *testing.T) {
	runDDL(t, []ddlCase{
		{
			"named NOT NULL constraints (18)",
			`CREATE TABLE t (a int CONSTRAINT a_nn NOT NULL, b int, c int, "D" int, CONSTRAINT b_nn NOT NULL b, PRIMARY KEY (a), CONSTRAINT "D_nn" NOT NULL "D" NO INHERIT);
			 ALTER TABLE ONLY t ADD CONSTRAINT c_nn NOT NULL c NOT VALID`, `
			table public.t
			  a integer not null
			  b integer not null
			  c integer not null
			  D integer not null
			  p t_pkey (a)
			  btree t_pkey (a) primary`,
		},
		{
			"virtual generated columns (18)",
			`CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL, c int GENERATED ALWAYS AS ((a + 1)), d int)`, `
			table public.t
			  a integer
			  b integer generated a * 2
			  c integer generated a + 1
			  d integer`,
		},
		{
			"constraints that are not enforced, periods (18)",
			`CREATE TABLE t (a int CHECK (a > 0) NOT ENFORCED, p daterange, PRIMARY KEY (a, p WITHOUT OVERLAPS)); CREATE TABLE u (a int, p daterange, FOREIGN KEY (a, PERIOD p) REFERENCES t (a, PERIOD p))`, `
			table public.t
			  a integer not null
			  p daterange not null
			  c t_a_check (a) a > 0
			  p t_pkey (a, p)
			  btree t_pkey (a, p) primary
			table public.u
			  a integer
			  p daterange
			  f u_a_p_fkey (a, p) -> public.t (a, p)`,
		},
		{
			"Flyway's placeholders",
			`CREATE TABLE ${schema}.t (a int); CREATE TABLE ${prefix}_u (a int)`, `
			table public.t
			  a integer
			table public.prefix_u
			  a integer`,
		},
	})
}

func TestAddDDL_doBlocksThatDefineUnlessItIsDone(t *testing.T) {
	runDDL(t, []ddlCase{
		{
			"a handler for what is there already",
			`CREATE TABLE t (a int); DO $$ BEGIN ALTER TABLE t ADD CONSTRAINT k UNIQUE (a); EXCEPTION WHEN duplicate_object THEN null; END $$;
			 DO $$ BEGIN ALTER TABLE t ADD CONSTRAINT k UNIQUE (a); EXCEPTION WHEN duplicate_object THEN null; END $$`, `
			table public.t
			  a integer
			  u k (a)
			  btree k (a) unique`,
		},
		{
			"a condition that asks for it",
			`DO $body$ BEGIN
				IF NOT EXISTS (SELECT 1 FROM pg_class WHERE relname = 'odd) name') THEN
					CREATE TABLE t (a int);
					CREATE INDEX ON t (a);
				END IF;
			 END; $body$ LANGUAGE plpgsql`, `
			table public.t
			  a integer
			  btree t_a_idx (a)`,
		},
	})
}

func TestAddDDL_keepsWhatQueriesAreResolvedBy(t *testing.T) {
	s := loaded(t, `-- Dumped from database version 16.4 (Debian)
		CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public; CREATE EXTENSION citext; DROP EXTENSION citext; CREATE EXTENSION pg_trgm;
		CREATE FUNCTION lower_name(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT 1';
		CREATE FUNCTION mixed(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'; CREATE FUNCTION mixed(text) RETURNS int LANGUAGE sql AS 'SELECT 1';
		CREATE FUNCTION was(int) RETURNS int LANGUAGE sql STABLE AS 'SELECT 1'; ALTER FUNCTION was(int) IMMUTABLE; ALTER FUNCTION was(int) RENAME TO is_now;
		CREATE FUNCTION gone() RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP FUNCTION gone();
		ALTER DATABASE x SET search_path TO app, public;
		CREATE SCHEMA app; CREATE TABLE app.t (a int); CREATE TABLE public.t (b int); CREATE TABLE app.only (a int);`)
	if s.Version != 160004 {
		t.Errorf("version %d", s.Version)
	}
	if !slices.Equal(s.Extensions, []string{"pg_trgm"}) {
		t.Errorf("extensions %v", s.Extensions)
	}
	want := map[string]Function{"lower_name": {true}, "mixed": {false}, "is_now": {true}}
	if !maps.Equal(s.Functions, want) {
		t.Errorf("functions %v, not %v", s.Functions, want)
	}
	if got := s.Table("", "t"); got.Schema != "app" {
		t.Errorf("t is %s: the database's search path says app", got.Name)
	}
	if s.Table("public", "t").Column("b") == nil || s.Table("nope", "t") != nil || s.Table("", "nope") != nil {
		t.Error("a qualified name is that table, or none")
	}
	s.SearchPath = nil
	if s.Table("", "only") == nil {
		t.Error("a name that only one schema has is found without a search path")
	}
}

func TestSchema_nilAnswersUnknown(t *testing.T) {
	var s *Schema
	if s.Table("", "t") != nil || s.Table("", "t").Column("a") != nil || s.Table("", "t").PrimaryKey() != nil {
		t.Error("a nil schema knows something")
	}
}

func TestInsert_takesTablesMadeByHand(t *testing.T) {
	s := New()
	s.Insert(&Table{Name: Name{"public", "t"}, Columns: []*Column{{Name: "a"}, {Name: "b"}}, Indexes: []*Index{{Name: "i", Parts: []Part{{Column: "a"}}}}})
	s.AddDDL("more.sql", "ALTER TABLE t ADD c int; DROP INDEX i; CREATE INDEX ON t (a)")
	if len(s.Problems) > 0 {
		t.Fatal(s.Problems)
	}
	tab := s.Table("", "t")
	if got := []int{tab.Columns[0].Num, tab.Columns[1].Num, tab.Columns[2].Num}; !slices.Equal(got, []int{1, 2, 3}) {
		t.Errorf("column numbers %v", got)
	}
	if x := tab.Indexes; len(x) != 1 || x[0].Name != "t_a_idx" || x[0].Method != "btree" {
		t.Errorf("indexes %v", x)
	}
	s.Insert(&Table{Name: Name{"public", "t"}})
	if len(s.Tables) != 1 || len(s.Table("", "t").Columns) != 0 {
		t.Error("a table of the same name was not replaced")
	}
}

func TestQuoted(t *testing.T) {
	for _, c := range []struct {
		name Name
		want string
	}{
		{Name{"public", "users"}, "users"}, {Name{"", "Users"}, `"Users"`}, {Name{"app", "order"}, `app."order"`}, {Name{"My App", `a"b`}, `"My App"."a""b"`},
	} {
		if got := c.name.Quoted(); got != c.want {
			t.Errorf("%#v is %s, not %s", c.name, got, c.want)
		}
	}
}
