package schema

import (
	"os"
	"strings"
	"testing"
)

// consistent reports what must hold of every schema, whatever was read.
func consistent(t *testing.T, s *Schema) {
	t.Helper()
	seen := map[Name]bool{}
	for _, tab := range s.Tables {
		if s.tables.get(tab.Name) != tab || seen[tab.Name] {
			t.Fatalf("table %q is not found under its name", tab.Name)
		}
		seen[tab.Name] = true
		columns := map[string]bool{}
		for _, c := range tab.Columns {
			if c.Num < 1 || c.Num > tab.lastNum {
				t.Fatalf("column %q of %q has the number %d of %d", c.Name, tab.Name, c.Num, tab.lastNum)
			}
			if columns[c.Name] && tab.Definition == "" && tab.Kind == KindTable {
				t.Fatalf("column %q of %q is there twice", c.Name, tab.Name)
			}
			columns[c.Name] = true
		}
		for _, x := range tab.Indexes {
			if x.Table != tab.Name || s.catalog.indexes.get(Name{tab.Schema, x.Name}) != x {
				t.Fatalf("index %q of %q is not found under its name", x.Name, tab.Name)
			}
			if x.Constraint != "" && tab.constraint(x.Constraint) == nil {
				t.Fatalf("index %q of %q backs no constraint", x.Name, tab.Name)
			}
			for _, p := range x.Parts {
				if p.Column != "" && !columns[p.Column] && !systemColumns[p.Column] {
					t.Fatalf("index %q of %q is on the column %q, which is not there", x.Name, tab.Name, p.Column)
				}
			}
			if above := s.catalog.parentIndex[x]; above != nil && s.tables.get(above.Table) == nil {
				t.Fatalf("index %q of %q is a part of one that is gone", x.Name, tab.Name)
			}
		}
		for _, k := range tab.Constraints {
			if s.catalog.constraints[Name{tab.Schema, k.Name}] < 1 {
				t.Fatalf("constraint %q of %q is not counted", k.Name, tab.Name)
			}
		}
		for _, child := range append(append([]Name{}, tab.Partitions...), tab.Children...) {
			if s.tables.get(child) == nil {
				t.Fatalf("%q, which is below %q, is gone", child, tab.Name)
			}
		}
		if tab.Parent != nil && s.tables.get(*tab.Parent) == nil {
			t.Fatalf("%q, the parent of %q, is gone", *tab.Parent, tab.Name)
		}
	}
	for view, use := range s.catalog.views {
		for _, used := range append(use.tables, view) {
			if s.tables.get(used.Name) != used {
				t.Fatalf("%q, of a view, is gone", used.Name)
			}
		}
	}
}

func FuzzAddDDL(f *testing.F) {
	content, err := os.ReadFile("testdata/rich.sql")
	if err != nil {
		f.Fatal(err)
	}
	for part := range strings.SplitSeq(string(content), "\n\n") {
		f.Add(part)
	}
	f.Add("CREATE TABLE t (a int PRIMARY KEY, b text);\nCREATE VIEW v AS SELECT * FROM t; ALTER TABLE t RENAME b TO c; ALTER TABLE t RENAME TO u; DROP TABLE u")
	f.Add("DO $$ BEGIN IF NOT EXISTS (SELECT ')') THEN CREATE TABLE t (a int); END IF; EXCEPTION WHEN duplicate_object THEN null; END $$;")
	f.Add("CREATE TABLE ${x}.t (a int, b int GENERATED ALWAYS AS (a) VIRTUAL, CONSTRAINT n NOT NULL a, PRIMARY KEY (a, b WITHOUT OVERLAPS));")
	f.Add("CREATE TABLE a (x int); CREATE TABLE b (y int) INHERITS (a); CREATE TABLE c () INHERITS (b, a); ALTER TABLE a RENAME x TO z; ALTER TABLE a DROP z; DROP TABLE a")
	f.Fuzz(func(t *testing.T, script string) {
		s := New()
		up, _ := upPart(script)
		s.AddDDL("fuzz.sql", up)
		consistent(t, s)
		s.AddDDL("fuzz.sql", script) // again, onto what is there
		consistent(t, s)
	})
}

func FuzzCluster(f *testing.F) {
	f.Add("CREATE ROLE r;\n\\connect app\nCREATE TABLE t (a int);\n\\c -reuse-previous=on \"dbname='x\\'y'\"\nCREATE TABLE t (a int);\nALTER DATABASE app SET search_path = a;", "crm")
	f.Add("\\restrict k\n\\c a\nCREATE TABLE t ();\n\\unrestrict k\n\\c b\nSELECT pg_restore_relation_stats('relname', 't', 'reltuples', '1');\nCREATE TABLE t ()", "b")
	f.Add("ALTER ROLE r IN DATABASE x SET search_path = \"$user\", public;\n\\c x\nALTER ROLE ALL SET search_path TO DEFAULT; ALTER DATABASE y RESET ALL;\n\\c postgres://h/x", "")
	f.Fuzz(func(t *testing.T, script, database string) {
		c := NewCluster()
		for _, name := range []string{"", database} {
			c.Database(name).AddDDL("fuzz.sql", script)
			_ = c.AddStats("fuzz.sql", name, []byte("--\n"+script))
		}
		for _, s := range c.Databases() {
			if s.catalog != nil {
				consistent(t, s)
			}
			for _, tab := range s.As("r", "").Tables {
				if m := s.Match(tab.Name.Name); m.Table == nil && len(m.Candidates) < 2 {
					t.Fatalf("%s means nothing", tab.Name)
				}
			}
		}
	})
}

func FuzzAddStats(f *testing.F) {
	for _, name := range []string{"pg_stats.csv", "relations.csv", "settings.csv", "index_usage.csv"} {
		content, err := os.ReadFile("testdata/forum/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content[:min(len(content), 2000)])
	}
	f.Add([]byte(statsHeader + `,t,a,f,0,4,1,"{1,""x""}","{0.5,0.5}","[0:1]={a,NULL}",1,"{{a},b}","{1,2,3}",`))
	f.Add([]byte(`[{"tablename":"t","attname":"b","null_frac":0,"avg_width":4,"n_distinct":1,"most_common_vals":["a",null,{"b":[true]}],"most_common_freqs":[0.5,1e-3,0]},` + "\\n" + ` {"tablename":"t"}]`))
	f.Add([]byte(" json_agg \n---\n [{\"relname\":\"t\",\"relpages\":1,\"reltuples\":2}, +\n {}]\n(1 row)\n"))
	f.Add([]byte("SELECT pg_restore_relation_stats('relation', 'public.t'::regclass, 'reltuples', 1::real);SELECT pg_restore_attribute_stats('relname', E't\\n', 'attnum', '1'::smallint, 'null_frac', NULL)"))
	f.Add([]byte("relname;relkind;relpages;reltuples\nt;r;1e300;-1\n\"t;"))
	f.Fuzz(func(t *testing.T, content []byte) {
		s := New()
		s.AddDDL("t.sql", "CREATE TABLE t (a int PRIMARY KEY, b text, c text[]) PARTITION BY RANGE (a); CREATE TABLE p PARTITION OF t DEFAULT; CREATE INDEX ON t (lower(b))")
		if err := s.AddStats("fuzz.csv", content); err != nil {
			return
		}
		for _, tab := range s.Tables {
			for _, c := range tab.Columns {
				if st := c.Stats; st != nil && (len(st.MCV) != len(st.MCF) || !(st.NullFrac >= 0 && st.NullFrac <= 1)) {
					t.Fatalf("%s.%s: %+v", tab.Name, c.Name, st)
				}
			}
		}
	})
}

func FuzzParseArray(f *testing.F) {
	f.Add(`{a,"b c",NULL,"\"\\",{1,"2}"}}`)
	f.Add(`[1:2]={1,2}`)
	f.Fuzz(func(t *testing.T, s string) {
		values, null, err := parseArray(s)
		if err == nil && null != nil && len(null) != len(values) {
			t.Fatalf("%d values, %d marks", len(values), len(null))
		}
	})
}
