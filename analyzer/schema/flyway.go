package schema

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

var (
	flywayName     = regexp.MustCompile(`^([VB])(\d[\d._]*?)__`)
	flywayCallback = regexp.MustCompile(`^(before|after)[A-Z]\w*\.sql$`)
)

// otherSystems are the folders and files of migrations that are kept for
// several systems.
var otherSystems = wordSet("mysql mariadb sqlite sqlite3 h2 hsqldb derby oracle mssql sqlserver db2 clickhouse")

var ourSystem = []string{"postgresql", "postgres", "pgsql", "pg", "psql"}

// migrations takes the .sql files that are left in the order in which a
// migration tool applies them: folders and files by the numbers in their names,
// so that V10 comes after V9. What takes back a migration is left out.
func (f *folder) migrations() error {
	all := f.take(func(name string) bool { return isSQL(name) && !undoes(path.Base(name)) && !inUndoFolder(f.dir, name) })
	kept := f.ours(all)
	isFlyway := func(name string) bool {
		base := path.Base(name)
		return flywayName.MatchString(base) || repeatable.MatchString(base)
	}
	b := batch{base: f.dir, files: kept}
	if slices.ContainsFunc(kept, isFlyway) {
		b.files = f.flyway(kept)
		if !slices.ContainsFunc(b.files, func(name string) bool { return !isFlyway(name) && !flywayCallback.MatchString(path.Base(name)) }) {
			b.tool = "flyway"
		} else {
			b.loose = true
		}
	} else {
		slices.SortStableFunc(b.files, compareMigrations)
		b.loose = !ordered(b.files)
		if err := f.checkpoint(&b); err != nil {
			return err
		}
	}
	if b.tool == "" {
		b.tool = f.toolByName(b.files)
	}
	if len(b.files) > 0 {
		f.batches = append(f.batches, b)
	}
	return nil
}

// ours leaves out what is for another system where the same stands beside it
// for PostgreSQL: db/mysql beside db/postgresql, schema-h2.sql beside
// schema-postgres.sql.
func (f *folder) ours(files []string) []string {
	there := map[string]bool{} // files and folders
	for _, name := range files {
		for at := name; at != "." && !there[at]; at = path.Dir(at) {
			there[at] = true
		}
	}
	left := 0
	kept := slices.DeleteFunc(files, func(name string) bool {
		at := 0
		for _, word := range nameWords.FindAllStringIndex(name, -1) {
			if !otherSystems[strings.ToLower(name[word[0]:word[1]])] {
				continue
			}
			end := len(name)
			if i := strings.IndexByte(name[word[1]:], '/'); i >= 0 {
				end = word[1] + i
			}
			for _, our := range ourSystem {
				if there[name[at:word[0]]+our+name[word[1]:end]] {
					left++
					return true
				}
			}
		}
		return false
	})
	if left > 0 {
		f.note("%d files for other database systems are left out", left)
	}
	return kept
}

var nameWords = regexp.MustCompile(`[A-Za-z0-9]+`)

// flyway orders by version, whatever the folder: callbacks before and after,
// repeatable migrations behind all others. A new database begins with the last
// baseline (B) and what comes after it.
func (f *folder) flyway(files []string) []string {
	type migration struct {
		rank    int
		version string
		kind    string
		name    string
	}
	var list []migration
	base := ""
	for _, name := range files {
		m := migration{rank: 2, name: name}
		file := path.Base(name)
		switch v := flywayName.FindStringSubmatch(file); {
		case v != nil:
			m.rank, m.kind, m.version = 1, v[1], strings.ReplaceAll(v[2], "_", ".")
			if m.kind == "B" && (base == "" || natural(m.version, base) > 0) {
				base = m.version
			}
		case flywayCallback.MatchString(file):
			if strings.Contains(file, "Clean") || strings.Contains(file, "Undo") || strings.Contains(file, "Error") {
				f.note("%s runs on other occasions and is left out", name)
				continue
			}
			if m.rank = 0; strings.HasPrefix(file, "after") {
				m.rank = 4
			}
		case repeatable.MatchString(file):
			m.rank = 3
		}
		list = append(list, m)
	}
	before := 0
	list = slices.DeleteFunc(list, func(m migration) bool {
		c := natural(m.version, base)
		if base == "" || m.rank != 1 || c > 0 || c == 0 && m.kind == "B" {
			return false
		}
		before++
		return true
	})
	if before > 0 {
		f.note("%d migrations up to the baseline B%s are left out", before, base)
	}
	slices.SortStableFunc(list, func(a, b migration) int {
		switch {
		case a.rank != b.rank:
			return a.rank - b.rank
		case a.rank == 1 && natural(a.version, b.version) != 0:
			return natural(a.version, b.version)
		case a.rank == 3:
			return strings.Compare(path.Base(a.name), path.Base(b.name))
		}
		return compareMigrations(a.name, b.name)
	})
	names := make([]string, len(list))
	for i, m := range list {
		names[i] = m.name
	}
	return names
}

// checkpoint begins with the last of Atlas's checkpoints: it holds all that
// came before.
func (f *folder) checkpoint(b *batch) error {
	if len(f.named("atlas.sum")) == 0 {
		return nil
	}
	b.tool = "atlas"
	for i, name := range slices.Backward(b.files) {
		content, err := fs.ReadFile(f.fsys, name)
		if err != nil {
			return err
		}
		if i > 0 && atlasCheckpoint.Match(content[:min(len(content), 1024)]) {
			f.note("%d migrations before the checkpoint %s are left out", i, name)
			b.files = b.files[i:]
			return nil
		}
	}
	return nil
}

var atlasCheckpoint = regexp.MustCompile(`(?m)^-- *atlas:checkpoint\b`)

var dieselFolder = regexp.MustCompile(`^\d{4}-\d\d-\d\d-|^0{14}_`)

// toolByName tells a tool by how it names its files, "" where only their
// content tells.
func (f *folder) toolByName(files []string) string {
	all := func(match func(base string) bool) bool {
		return len(files) > 0 && !slices.ContainsFunc(files, func(name string) bool { return !match(path.Base(name)) })
	}
	switch {
	case len(f.named("migration_lock.toml")) > 0:
		return "prisma"
	case len(f.named("tern.conf")) > 0:
		return "tern"
	case all(func(base string) bool { return base == "up.sql" }):
		if slices.ContainsFunc(files, func(name string) bool { return dieselFolder.MatchString(path.Base(path.Dir(name))) }) {
			return "diesel"
		}
		return "hasura"
	case all(func(base string) bool { return strings.HasSuffix(base, ".up.sql") }):
		return "golang-migrate"
	}
	return ""
}
