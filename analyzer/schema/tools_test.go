package schema

import (
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// Every tool's folder of the same three migrations. What an archive must be
// read as stands before its files.
func TestAddPath_everyToolsFolderReadsAsTheSameSchema(t *testing.T) {
	want := show(loaded(t, `
		CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
		CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users (id), title text, published_at timestamptz);
		CREATE INDEX posts_user_id_idx ON posts (user_id);`))
	archives, err := filepath.Glob("testdata/tools/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("%d archives, %v", len(archives), err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			fsys, err := txtar.FS(archive)
			if err != nil {
				t.Fatal(err)
			}
			expected := map[string][]string{}
			for line := range strings.Lines(string(archive.Comment)) {
				key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
				expected[key] = append(expected[key], value)
			}
			s := New()
			if err := s.AddPath(fsys, expected["path"][0]); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, show(s)); diff != "" {
				t.Error(diff)
			}
			var problems []string
			for _, p := range s.Problems {
				problems = append(problems, p.Message)
			}
			if !slices.Equal(problems, expected["problem"]) {
				t.Errorf("problems: %q", problems)
			}
			if len(s.Readings) != 1 || s.Readings[0].Tool != expected["tool"][0] || !slices.Equal(s.Readings[0].Notes, expected["note"]) {
				t.Errorf("read as %+v", s.Readings)
			}
		})
	}
}

func TestAddPath_saysHowToGetSQLOutOfWhatIsNone(t *testing.T) {
	for _, c := range []struct {
		files string // one a line
		path  string
		want  string
	}{
		{"db/schema.rb\ndb/migrate/20240101000000_create_users.rb\ndb/migrate/20240102000000_create_posts.rb", "db", "no .sql file in db: migrations in Ruby are not read: 20240101000000_create_users.rb and 1 more; set config.active_record.schema_format = :sql, run bin/rails db:schema:dump and name db/structure.sql"},
		{"db/schema.rb", "db/schema.rb", "schema.rb is Ruby, not SQL: set config.active_record.schema_format = :sql, run bin/rails db:schema:dump and name db/structure.sql"},
		{"shop/migrations/__init__.py\nshop/migrations/0001_initial.py\nshop/migrations/0010_later.py\nshop/migrations/0002_more.py", "shop", "no .sql file in shop: migrations in Python are not read: 0001_initial.py and 2 more; migrate an empty database with it, then name what pg_dump --schema-only writes (Alembic also prints SQL: alembic upgrade head --sql)"},
		{"alembic/versions/ae1027a6acf4_users.py", "alembic", "no .sql file in alembic: migrations in Python are not read: ae1027a6acf4_users.py; migrate an empty database with it, then name what pg_dump --schema-only writes (Alembic also prints SQL: alembic upgrade head --sql)"},
		{"src/migrations/1700000000000-Users.ts\nsrc/migrations/1700000000001-Posts.ts\nsrc/main.ts", "src", "no .sql file in src: migrations in TypeScript are not read: 1700000000000-Users.ts and 1 more; migrate an empty database with it, then name what pg_dump --schema-only writes"},
		{"migrations/20240101120000-create-users.js\nmigrations/2-columns.js", "migrations", "no .sql file in migrations: migrations in JavaScript are not read: 20240101120000-create-users.js; migrate an empty database with it, then name what pg_dump --schema-only writes"},
		{"src/1700000000000-Users.ts\nsrc/m20220101_000001_users.rs", "src", "no .sql file in src: migrations in Rust are not read: m20220101_000001_users.rs; migrate an empty database with it, then name what pg_dump --schema-only writes; migrations in TypeScript are not read: 1700000000000-Users.ts; migrate an empty database with it, then name what pg_dump --schema-only writes"},
		{"prisma/schema.prisma", "prisma", "no .sql file in prisma: schema.prisma is Prisma's own language, not SQL: name prisma/migrations, or what prisma migrate diff --from-empty --script prints"},
		{"schema.hcl", "schema.hcl", "schema.hcl is HCL, not SQL: name what atlas schema inspect --format '{{ sql . }}' prints"},
		{"notes/readme.md", "notes", "no .sql file in notes"},
	} {
		fsys := fstest.MapFS{}
		for name := range strings.SplitSeq(c.files, "\n") {
			fsys[name] = &fstest.MapFile{Data: []byte("# code")}
		}
		s := New()
		if err := s.AddPath(fsys, c.path); err == nil || err.Error() != c.want || len(s.Readings) > 0 {
			t.Errorf("%q: %v", c.files, err)
		}
	}
	archive := fstest.MapFS{"shop.dump": {Data: []byte("PGDMP\x01\x0f\x00")}}
	if err := New().AddPath(archive, "shop.dump"); err == nil || err.Error() != "shop.dump is an archive of pg_dump: name what pg_restore --schema-only -f schema.sql writes" {
		t.Error(err)
	}
}

func TestAddPath_aListThatNamesWhatIsNotThereIsAProblem(t *testing.T) {
	for _, c := range []struct{ name, list, content, missing string }{
		{"sqitch", "sqitch.plan", "%project=x\n\nusers 2024-01-01T00:00:00Z A <a@b> # x\ngone 2024-01-01T00:00:00Z A <a@b> # x\n", "deploy/gone.sql is listed and not there"},
		{"drizzle", "meta/_journal.json", `{"entries":[{"idx":1,"tag":"gone"},{"idx":0,"tag":"deploy/users"}]}`, "gone.sql is listed and not there"},
		{"sqlc", "sqlc.json", `{"version":"2","sql":[{"engine":"postgresql","schema":["deploy/users.sql","gone"]}]}`, "gone, which it names, is not there"},
	} {
		fsys := fstest.MapFS{c.list: {Data: []byte(c.content)}, "deploy/users.sql": {Data: []byte("CREATE TABLE users (id int);")}}
		for _, path := range []string{".", c.list} {
			s := New()
			if err := s.AddPath(fsys, path); err != nil {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			if len(s.Tables) != 1 || len(s.Problems) != 1 || s.Problems[0].Message != c.missing || s.Problems[0].Path != c.list {
				t.Errorf("%s: %d tables, %v", c.name, len(s.Tables), s.Problems)
			}
		}
	}
}

func TestAddPath_otherSystemsAreLeftOutOnlyBesideOurs(t *testing.T) {
	for _, c := range []struct{ files, want string }{
		{"db/h2/1_a.sql db/postgres/1_b.sql", "1_b"},
		{"schema-mysql.sql schema-postgresql.sql", "schema-postgresql"},
		{"db/h2/1_a.sql db/common/1_b.sql", "1_b 1_a"},
		{"oracle_import/1_a.sql postgres/1_b.sql", "1_a 1_b"},
		{"sql/mysql/up/1_a.sql sql/pg/up/1_b.sql sql/sqlite/down/1_c.sql", "1_b"},
	} {
		fsys := fstest.MapFS{}
		for name := range strings.FieldsSeq(c.files) {
			fsys[name] = &fstest.MapFile{Data: []byte(`CREATE TABLE "` + strings.TrimSuffix(path.Base(name), ".sql") + `" ();`)}
		}
		s := New()
		if err := s.AddPath(fsys, "."); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, tab := range s.Tables {
			got = append(got, tab.Name.Name)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %s", c.files, got, c.want)
		}
	}
}

func FuzzAddPath(f *testing.F) {
	f.Add("a 2024 # x\n@v1\na [a@v1]\n", `{"dialect":"pg","entries":[{"idx":0,"tag":"../a"}]}`, "databaseChangeLog:\n- include:\n    file: deploy/a.sql\n- includeAll: {path: .}\n- include: {file: db.changelog.yaml}\n", "sql:\n- schema: [., deploy/*.sql]\n  engine: postgresql\n", "--liquibase formatted sql\n--changeset a:1 dbms:!h2 endDelimiter:\\nGO\nCREATE TABLE t (a int)\nGO\n")
	f.Add("", "", "", "schema: sqlc.yaml", "-- atlas:checkpoint\nSELECT 1--> statement-breakpoint\nSELECT {{ .a }}.b, ${x}y")
	f.Fuzz(func(t *testing.T, plan, journal, changelog, sqlc, script string) {
		fsys := fstest.MapFS{"deploy/a.sql": {Data: []byte(script)}, "x/V2__a.sql": {Data: []byte(script)}, "atlas.sum": {}}
		for name, content := range map[string]string{"s/sqitch.plan": plan, "d/meta/_journal.json": journal, "l/db.changelog.yaml": changelog, "sqlc.yaml": sqlc} {
			if content != "" {
				fsys[name] = &fstest.MapFile{Data: []byte(content)}
			}
		}
		s := New()
		if err := s.AddPath(fsys, "."); err != nil {
			return
		}
		consistent(t, s)
	})
}
