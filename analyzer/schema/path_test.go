package schema

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestAddPath_appliesMigrationsInTheOrderOfTheirVersions(t *testing.T) {
	for _, c := range []struct {
		name  string
		files []string // in the order in which they must be applied
		not   []string
	}{
		{"Flyway: numbers, not letters", []string{"V1__a.sql", "V1.1__b.sql", "V1.9__c.sql", "V1.10__d.sql", "V2__e.sql", "V10__f.sql", "R__views.sql"}, []string{"U2__e.sql"}},
		{"golang-migrate", []string{"1_a.up.sql", "2_b.up.sql", "10_c.up.sql"}, []string{"1_a.down.sql", "10_c.down.sql"}},
		{"padded numbers and time stamps", []string{"000001_a.sql", "000002_b.sql", "20260101120000_c.sql", "20260102000000_d.sql"}, nil},
		{"Prisma: a folder for each", []string{"20250101_init/migration.sql", "20250201_more/migration.sql"}, nil},
		{"Hasura: up and down in folders", []string{"1650_a/up.sql", "1700_b/up.sql"}, []string{"1650_a/down.sql", "1700_b/down.sql"}},
		{"other files are none of it", []string{"1.sql", "2.SQL"}, []string{"readme.md", ".git/3.sql", "sub/seed.csv"}},
		{"sqitch deploys", []string{"deploy/a.sql", "deploy/b.sql"}, []string{"revert/a.sql", "verify/a.sql"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			// Each file makes a table that is named after it.
			for _, f := range slices.Concat(c.files, c.not) {
				fsys["m/"+f] = &fstest.MapFile{Data: []byte(`CREATE TABLE "` + f + `" ();`)}
			}
			s := New()
			if err := s.AddPath(fsys, "m"); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, tab := range s.Tables {
				got = append(got, tab.Name.Name)
			}
			if !slices.Equal(got, c.files) {
				t.Errorf("got  %q\nwant %q", got, c.files)
			}
		})
	}
}

func TestAddPath_appliesOnlyTheWayUp(t *testing.T) {
	for _, c := range []struct{ name, script string }{
		{"goose", "-- +goose Up\n-- +goose StatementBegin\nCREATE TABLE t (a int);\n-- +goose StatementEnd\n\n-- +goose Down\nDROP TABLE t;\n"},
		{"goose, without blanks and in capitals", "--+goose UP\nCREATE TABLE t (a int);\n--+goose DOWN\nDROP TABLE t;"},
		{"dbmate", "-- migrate:up transaction:false\nCREATE TABLE t (a int);\n\n-- migrate:down\nDROP TABLE t;\n"},
		{"dbmate, upside down", "-- migrate:down\nDROP TABLE t;\n-- migrate:up\nCREATE TABLE t (a int);\n"},
		{"sql-migrate", "-- +migrate Up\nCREATE TABLE t (a int);\n-- +migrate Down\nDROP TABLE t;\n"},
		{"tern", "CREATE TABLE t (a int);\n---- create above / drop below ----\nDROP TABLE t;\n"},
		{"Play evolutions", "# --- !Ups\nCREATE TABLE t (a int);\n# --- !Downs\nDROP TABLE t;\n"},
		{"Liquibase's formatted SQL", "--liquibase formatted sql\n--changeset me:1\nCREATE TABLE t (a int);\n--rollback DROP TABLE t;\n"},
		{"Drizzle", "CREATE TABLE t (a int);\n--> statement-breakpoint\nCREATE INDEX ON t (a);"},
		{"none of them", "-- we go up\nCREATE TABLE t (a int);"},
	} {
		s := New()
		if err := s.AddPath(fstest.MapFS{"m.sql": {Data: []byte(c.script)}}, "m.sql"); err != nil {
			t.Fatal(err)
		}
		tab := s.Table("", "t")
		if tab == nil || len(s.Problems) > 0 {
			t.Errorf("%s: no table t, %v", c.name, s.Problems)
			continue
		}
		if line := 1 + strings.Count(c.script[:strings.Index(c.script, "CREATE TABLE")], "\n"); tab.Line != line || tab.Path != "m.sql" {
			t.Errorf("%s: t stands at %s:%d, not on line %d", c.name, tab.Path, tab.Line, line)
		}
	}
}

func TestAddPath_filesWithoutVersionsComeInAnyOrder(t *testing.T) {
	s := New()
	err := s.AddPath(fstest.MapFS{
		"db/tables/comments.sql": {Data: []byte("CREATE TABLE comments (id int PRIMARY KEY, user_id int REFERENCES users ON DELETE CASCADE);")},
		"db/tables/users.sql":    {Data: []byte("CREATE TABLE users (id int PRIMARY KEY, name text);")},
		"db/indexes.sql":         {Data: []byte("SET search_path = public;\nCREATE INDEX ON users (name);\n\nALTER TABLE comments ADD at date;")},
		"db/first_view.sql":      {Data: []byte("CREATE VIEW a AS SELECT * FROM b;")},
		"db/second_view.sql":     {Data: []byte("CREATE VIEW b AS SELECT name FROM users;")},
		"db/wrong.sql":           {Data: []byte("\nCREATE INDEX ON never (name);")},
	}, "db")
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Problems) != 1 || s.Problems[0].Message != "no table never" || s.Problems[0].Place != (Place{"db/wrong.sql", 2}) {
		t.Errorf("problems: %v", s.Problems)
	}
	want := strings.TrimPrefix(`
table public.comments
  id integer not null
  user_id integer
  at date
  p comments_pkey (id)
  f comments_user_id_fkey (user_id) -> public.users (id) CASCADE
  btree comments_pkey (id) primary
table public.users
  id integer not null
  name text
  p users_pkey (id)
  btree users_pkey (id) primary
  btree users_name_idx (name)
view public.b
  name text
  as SELECT name FROM users
view public.a
  name text
  as SELECT b.name FROM b`, "\n")
	if got := show(s); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestAddPath_versionsAreNotTriedAgain(t *testing.T) {
	s := New()
	err := s.AddPath(fstest.MapFS{
		"m/1.sql": {Data: []byte("ALTER TABLE t DROP COLUMN a;")},
		"m/2.sql": {Data: []byte("CREATE TABLE t (a int);")},
	}, "m")
	if err != nil || len(s.Problems) != 1 || s.Table("", "t").Column("a") == nil {
		t.Errorf("%v, problems %v, t: %v", err, s.Problems, s.Table("", "t"))
	}
}

func TestAddPath_saysWhatCannotBeRead(t *testing.T) {
	if err := New().AddPath(fstest.MapFS{}, "nope.sql"); err == nil || !strings.Contains(err.Error(), fs.ErrNotExist.Error()) {
		t.Errorf("a missing file: %v", err)
	}
	if err := New().AddPath(fstest.MapFS{"m/readme.md": {}}, "m"); err == nil || err.Error() != "no .sql file in m" {
		t.Errorf("a folder without DDL: %v", err)
	}
}
