package schema

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// languages are what migrations are written in that are not SQL, by the ending
// of the file, with how to get at their SQL.
var languages = map[string]struct{ name, instead string }{
	".rb":     {"Ruby", "set config.active_record.schema_format = :sql, run bin/rails db:schema:dump and name db/structure.sql"},
	".py":     {"Python", "migrate an empty database with it, then name what pg_dump --schema-only writes (Alembic also prints SQL: alembic upgrade head --sql)"},
	".php":    {"PHP", "run php artisan schema:dump (Laravel), or name what pg_dump --schema-only writes"},
	".exs":    {"Elixir", "run mix ecto.dump and name priv/repo/structure.sql"},
	".prisma": {"Prisma's own language", "name prisma/migrations, or what prisma migrate diff --from-empty --script prints"},
	".hcl":    {"HCL", "name what atlas schema inspect --format '{{ sql . }}' prints"},
	".ts":     {"TypeScript", dumpInstead},
	".js":     {"JavaScript", dumpInstead},
	".mjs":    {"JavaScript", dumpInstead},
	".go":     {"Go", dumpInstead},
	".java":   {"Java", dumpInstead},
	".kt":     {"Kotlin", dumpInstead},
	".groovy": {"Groovy", dumpInstead},
	".rs":     {"Rust", dumpInstead},
	".cs":     {"C#", "run dotnet ef migrations script, or name what pg_dump --schema-only writes"},
	".xml":    {"XML", "name what liquibase update-sql prints, or what pg_dump --schema-only writes"},
}

const dumpInstead = "migrate an empty database with it, then name what pg_dump --schema-only writes"

// codeMigration is how migration tools name what is not SQL: by a version, by
// the revision of Alembic, or by the time and a dash (TypeORM, Sequelize).
var codeMigration = regexp.MustCompile(`(?i)^(([VRBm]?\d[\d._]*_+[^.]+|[0-9a-f]{12}_[^.]+)\.(rb|py|php|exs|[mc]?[jt]s|go|java|kt|groovy|rs|cs)|\d{10,17}-[^.]+\.[mc]?[jt]s)$`)

// code is migrations in one language that is not SQL.
type code struct {
	ending string
	files  []string
}

func (c code) String() string {
	l := languages[c.ending]
	more := ""
	if len(c.files) > 1 {
		more = fmt.Sprintf(" and %d more", len(c.files)-1)
	}
	return fmt.Sprintf("migrations in %s are not read: %s%s; %s", l.name, path.Base(c.files[0]), more, l.instead)
}

// code takes the migrations that are programs.
func (f *folder) code() []code {
	found := map[string][]string{}
	for _, name := range f.take(func(name string) bool {
		return codeMigration.MatchString(path.Base(name)) && !strings.HasSuffix(name, "_test.go")
	}) {
		ending := strings.ToLower(path.Ext(name))
		if languages[ending].name == "" {
			ending = ".js"
		}
		found[ending] = append(found[ending], name)
	}
	var out []code
	for _, ending := range slices.Sorted(maps.Keys(found)) {
		slices.SortFunc(found[ending], compareMigrations)
		out = append(out, code{ending, found[ending]})
	}
	return out
}

// noSQL is the error of a folder without anything to apply.
func noSQL(dir string, code []code, files []string) error {
	if len(code) > 0 {
		said := make([]string, len(code))
		for i, c := range code {
			said[i] = c.String()
		}
		return fmt.Errorf("no .sql file in %s: %s", dir, strings.Join(said, "; "))
	}
	for _, ending := range []string{".prisma", ".hcl", ".rb", ".xml"} {
		for _, name := range files {
			if path.Ext(name) == ending {
				return fmt.Errorf("no .sql file in %s: %w", dir, notSQL(name, nil))
			}
		}
	}
	return fmt.Errorf("no .sql file in %s", dir)
}

// notSQL is the error of a file that cannot be one of DDL, or nil.
func notSQL(name string, content []byte) error {
	if strings.HasPrefix(string(content[:min(len(content), 5)]), "PGDMP") {
		return fmt.Errorf("%s is an archive of pg_dump: name what pg_restore --schema-only -f schema.sql writes", path.Base(name))
	}
	if l, ok := languages[strings.ToLower(path.Ext(name))]; ok {
		return fmt.Errorf("%s is %s, not SQL: %s", path.Base(name), l.name, l.instead)
	}
	return nil
}
