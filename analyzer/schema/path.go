package schema

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// AddPath applies a DDL file, or the migrations of a folder in the order of
// their versions; a Reading says what it took them for. The error is one of
// reading; what is read and not understood is a Problem.
func (s *Schema) AddPath(fsys fs.FS, name string) error {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return err
	}
	base := strings.ToLower(path.Base(name))
	config, folder := "", name
	switch {
	case info.IsDir():
		for _, n := range sqlcNames {
			if at := path.Join(name, n); config == "" && exists(fsys, at) {
				config = at
			}
		}
	case slices.Contains(sqlcNames, base):
		config, folder = name, path.Dir(name)
	case base == "_journal.json":
		folder = path.Dir(path.Dir(name))
	case base == "sqitch.plan", base == "atlas.sum", changelogName.MatchString(base):
		folder = path.Dir(name)
	default:
		return s.addSingle(fsys, name)
	}
	if config != "" {
		if found, err := s.addSqlc(fsys, config); found || err != nil {
			return err
		}
	}
	return s.addFolder(fsys, folder)
}

func exists(fsys fs.FS, name string) bool {
	_, err := fs.Stat(fsys, name)
	return err == nil
}

// addSingle applies one file.
func (s *Schema) addSingle(fsys fs.FS, name string) error {
	tool, err := s.addFile(fsys, name, nil)
	if err == nil {
		s.Readings = append(s.Readings, Reading{Path: name, Tool: tool, Files: 1})
	}
	return err
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

func (s *Schema) addFile(fsys fs.FS, name string, waiting *[]delayed) (tool string, err error) {
	content, err := fs.ReadFile(fsys, name)
	if err != nil {
		return "", err
	}
	if err := notSQL(name, content); err != nil {
		return "", err
	}
	script, tool := upPart(string(content))
	s.addDDL(path.Clean(name), script, waiting)
	return tool, nil
}
