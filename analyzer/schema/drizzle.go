package schema

import (
	"cmp"
	"encoding/json"
	"io/fs"
	"path"
	"slices"
)

// drizzle takes the migrations that a meta/_journal.json lists.
func (f *folder) drizzle() error {
	for _, name := range f.named("_journal.json") {
		content, err := fs.ReadFile(f.fsys, name)
		if err != nil {
			return err
		}
		var journal struct {
			Dialect string
			Entries []struct {
				Idx int
				Tag string
			}
		}
		if err := json.Unmarshal(content, &journal); err != nil {
			f.loader(name).problem("%v", err)
			continue
		}
		base := path.Dir(path.Dir(name))
		if d := journal.Dialect; d != "" && d != "pg" && d != "postgresql" {
			f.take(func(other string) bool { return under(other, base) })
			f.note("the migrations of %s are for %s and left out", base, d)
			continue
		}
		entries := journal.Entries
		slices.SortStableFunc(entries, func(a, b struct {
			Idx int
			Tag string
		},
		) int {
			return cmp.Compare(a.Idx, b.Idx)
		})
		var scripts []string
		for _, e := range entries {
			scripts = append(scripts, path.Join(base, e.Tag+".sql"))
		}
		f.listed(name, base, "drizzle", scripts)
	}
	return nil
}
