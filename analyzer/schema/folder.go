package schema

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Reading says how a path of DDL was read.
type Reading struct {
	Path  string
	Tool  string   // whose files they are: "goose", "flyway", "pg_dump", ...; "" plain SQL
	Files int      // that were applied
	Notes []string // what was left out on purpose
}

// folder is a tree of files on the way to be applied: each tool that finds its
// marker takes the files that are its own, in its order.
type folder struct {
	*Schema
	fsys    fs.FS
	dir     string
	files   []string // that nobody took yet
	batches []batch
	notes   []string
}

// batch is a list of files that are applied in this order.
type batch struct {
	base  string // the folder or file that they begin with
	tool  string
	files []string
	loose bool // what misses a table may be applied later
}

// markers are the tools that are told by a file of their own.
var markers = []func(*folder) error{(*folder).sqitch, (*folder).drizzle, (*folder).supabase, (*folder).dumped, (*folder).liquibase}

func (s *Schema) openFolder(fsys fs.FS, dir string) (*folder, error) {
	f := &folder{Schema: s, fsys: fsys, dir: dir}
	err := fs.WalkDir(fsys, dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != dir && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules") {
			return fs.SkipDir
		}
		if !d.IsDir() {
			f.files = append(f.files, name)
		}
		return nil
	})
	return f, err
}

// addFolder applies the migrations of a folder, or the dump that was made of
// them.
func (s *Schema) addFolder(fsys fs.FS, dir string) error {
	f, err := s.openFolder(fsys, dir)
	if err != nil {
		return err
	}
	for _, marker := range markers {
		if err := marker(f); err != nil {
			return err
		}
	}
	code := f.code()
	if err := f.migrations(); err != nil {
		return err
	}
	slices.SortStableFunc(f.batches, func(a, b batch) int { return compareMigrations(a.base, b.base) })
	reading := Reading{Path: dir, Notes: f.notes}
	for _, b := range f.batches {
		tool, err := s.addBatch(fsys, b)
		if err != nil {
			return err
		}
		reading.Files += len(b.files)
		if reading.Tool == "" {
			reading.Tool = tool
		}
	}
	if reading.Files == 0 {
		return noSQL(dir, code, f.files)
	}
	for _, c := range code {
		s.loader(c.files[0]).problem("%s", c)
	}
	s.Readings = append(s.Readings, reading)
	return nil
}

// addBatch applies files in their order and returns the tool that they are of.
func (s *Schema) addBatch(fsys fs.FS, b batch) (string, error) {
	var waiting *[]delayed
	if b.loose {
		waiting = new([]delayed)
	}
	for _, f := range b.files {
		tool, err := s.addFile(fsys, f, waiting)
		if err != nil {
			return "", err
		}
		if b.tool == "" && tool != "pg_dump" {
			b.tool = tool
		}
	}
	if b.loose {
		s.retry(*waiting)
	}
	return b.tool, nil
}

// take removes the files that a tool knows from those that are left.
func (f *folder) take(mine func(name string) bool) []string {
	var taken []string
	rest := f.files[:0:0]
	for _, name := range f.files {
		if mine(name) {
			taken = append(taken, name)
		} else {
			rest = append(rest, name)
		}
	}
	f.files = rest
	return taken
}

// named returns the files of a name.
func (f *folder) named(names ...string) []string {
	var out []string
	for _, name := range f.files {
		if slices.Contains(names, strings.ToLower(path.Base(name))) {
			out = append(out, name)
		}
	}
	return out
}

func (f *folder) note(format string, args ...any) {
	f.notes = append(f.notes, fmt.Sprintf(format, args...))
}

// listed takes the scripts of a folder that a list names, in its order. A
// script that is not there is a problem; one that is not listed is not applied.
func (f *folder) listed(list, base, tool string, scripts []string) {
	mine := map[string]bool{}
	for _, name := range f.take(func(name string) bool { return under(name, base) }) {
		mine[name] = true
	}
	b := batch{base: list, tool: tool}
	for _, script := range scripts {
		if mine[script] {
			b.files = append(b.files, script)
		} else {
			f.loader(list).problem("%s is listed and not there", script)
		}
		delete(mine, script)
	}
	left := 0
	for name := range mine {
		if isSQL(name) && !undoes(path.Base(name)) && !inUndoFolder(base, name) {
			left++
		}
	}
	if left > 0 {
		f.note("%d files that %s does not list are left out", left, list)
	}
	f.batches = append(f.batches, b)
}

func isSQL(name string) bool { return strings.EqualFold(path.Ext(name), ".sql") }

// under reports whether a file lies in a folder or below it.
func under(name, dir string) bool { return dir == "." || strings.HasPrefix(name, dir+"/") }
