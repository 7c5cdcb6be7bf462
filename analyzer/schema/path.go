package schema

import (
	"fmt"
	"io/fs"
	"path"
)

// AddPath applies a DDL file, or the migrations of a folder in the order of
// their versions. The error is one of reading; what is read and not understood
// is a Problem.
func (s *Schema) AddPath(fsys fs.FS, name string) error {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return s.addFile(fsys, name, nil)
	}
	files, err := migrations(fsys, name)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("no .sql file in %s", name)
	}
	if ordered(files) {
		for _, f := range files {
			if err := s.addFile(fsys, f, nil); err != nil {
				return err
			}
		}
		return nil
	}
	// Files without versions (a folder with one file for each table) come in
	// any order: what misses a table is tried again, as long as that helps.
	var waiting []delayed
	for _, f := range files {
		if err := s.addFile(fsys, f, &waiting); err != nil {
			return err
		}
	}
	s.retry(waiting)
	return nil
}

// retry applies what waits until nothing more comes of it; a chain of views
// in reverse order needs as many rounds as it is long, more than these are not
// made.
func (s *Schema) retry(waiting []delayed) {
	const rounds = 20
	for round := 1; len(waiting) > 0; round++ {
		var still []delayed
		later := &still
		if round == rounds {
			later = nil
		}
		for _, d := range waiting {
			l := d.loader
			l.later = later
			l.statement(d.span)
			l.resolveForeignKeys()
		}
		if len(still) == len(waiting) {
			round = rounds - 1 // once more, for its problems
		}
		waiting = still
	}
}

func (s *Schema) addFile(fsys fs.FS, name string, waiting *[]delayed) error {
	content, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	s.addDDL(path.Clean(name), upPart(string(content)), waiting)
	return nil
}
