package schema

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// dumpFile is the name of a dump that a framework keeps beside its migrations:
// Rails and Ecto structure.sql, dbmate schema.sql, Laravel pgsql-schema.sql.
var dumpFile = regexp.MustCompile(`(?i)(^|[-_])(structure|schema)\.(sql|dump)$`)

// migrationFolders are the names of the folders of which the dump is made.
var migrationFolders = map[string]bool{"migrate": true, "migrations": true}

// dumped takes a dump in place of the migrations beside it: it has what
// migrations in other languages did, and the names as they are.
func (f *folder) dumped() error {
	var b batch
	for _, name := range slices.Clone(f.files) {
		base := path.Dir(name)
		if path.Base(base) == "schema" { // of Laravel
			base = path.Dir(base)
		}
		beside := func(other string) bool {
			rest := other
			if base != "." {
				var ok bool
				if rest, ok = strings.CutPrefix(other, base+"/"); !ok {
					return false
				}
			}
			first, _, deeper := strings.Cut(rest, "/")
			return deeper && migrationFolders[strings.TrimPrefix(first[strings.LastIndexByte(first, '_')+1:], "_")]
		}
		if !dumpFile.MatchString(path.Base(name)) || !slices.ContainsFunc(f.files, beside) {
			continue
		}
		content, err := fs.ReadFile(f.fsys, name)
		if err != nil {
			return err
		}
		if !isDump(string(content)) {
			continue
		}
		left := len(f.take(beside))
		f.take(func(other string) bool { return other == name })
		f.note("%d migrations beside %s are left out: it is a dump of them", left, name)
		b.files = append(b.files, name)
	}
	if len(b.files) > 0 {
		b.base, b.tool = b.files[0], "pg_dump"
		f.batches = append(f.batches, b)
	}
	return nil
}

// supabase takes supabase/migrations, or the declared schemas where there are
// none, and leaves the tests, functions and seeds beside them.
func (f *folder) supabase() error {
	for _, config := range f.named("config.toml") {
		base := path.Dir(config)
		for _, sub := range []string{"migrations", "schemas"} {
			dir := path.Join(base, sub)
			if !slices.ContainsFunc(f.files, func(name string) bool { return under(name, dir) && isSQL(name) }) {
				continue
			}
			content, err := fs.ReadFile(f.fsys, config)
			if err != nil {
				return err
			}
			if !strings.Contains(string(content), "project_id") {
				break
			}
			all := f.take(func(name string) bool { return under(name, base) })
			mine := slices.DeleteFunc(slices.Clone(all), func(name string) bool { return !under(name, dir) || !isSQL(name) || undoes(path.Base(name)) })
			slices.SortStableFunc(mine, compareMigrations)
			if left := len(slices.DeleteFunc(all, func(name string) bool { return !isSQL(name) || under(name, dir) })); left > 0 {
				f.note("%d SQL files beside %s are left out", left, dir)
			}
			f.batches = append(f.batches, batch{base: dir, tool: "supabase", files: mine, loose: !ordered(mine)})
			break
		}
	}
	return nil
}
