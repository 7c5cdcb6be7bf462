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
		return s.addFile(fsys, name)
	}
	files, err := migrations(fsys, name)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("no .sql file in %s", name)
	}
	for _, f := range files {
		if err := s.addFile(fsys, f); err != nil {
			return err
		}
	}
	return nil
}

func (s *Schema) addFile(fsys fs.FS, name string) error {
	content, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	s.AddDDL(path.Clean(name), upPart(string(content)))
	return nil
}
