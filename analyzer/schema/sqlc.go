package schema

import (
	"encoding/json"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// sqlcNames are the names of sqlc's configuration.
var sqlcNames = []string{"sqlc.yaml", "sqlc.yml", "sqlc.json"}

// addSqlc applies the files and folders that sqlc reads its schema from. It
// reports false where the configuration names none that can be read.
func (s *Schema) addSqlc(fsys fs.FS, config string) (bool, error) {
	content, err := fs.ReadFile(fsys, config)
	if err != nil {
		return false, err
	}
	var paths []string
	if path.Ext(config) == ".json" {
		paths = sqlcJSON(content)
	} else {
		paths = sqlcYAML(string(content))
	}
	reading := Reading{Path: config, Tool: "sqlc"}
	for _, p := range paths {
		at := path.Join(path.Dir(config), p)
		matches, err := fs.Glob(fsys, at)
		if err != nil || len(matches) == 0 {
			s.loader(config).problem("%s, which it names, is not there", p)
			continue
		}
		for _, name := range matches {
			before := len(s.Readings)
			info, err := fs.Stat(fsys, name)
			switch {
			case err != nil:
				return false, err
			case info.IsDir():
				err = s.addFolder(fsys, name)
			case !undoes(path.Base(name)):
				err = s.addSingle(fsys, name)
			}
			if err != nil {
				return false, err
			}
			for _, r := range s.Readings[before:] {
				reading.Files += r.Files
				reading.Notes = append(reading.Notes, r.Notes...)
			}
			s.Readings = s.Readings[:before]
		}
	}
	if reading.Files == 0 {
		return false, nil
	}
	s.Readings = append(s.Readings, reading)
	return true, nil
}

func sqlcJSON(content []byte) []string {
	type item struct {
		Engine string
		Schema any
	}
	var config struct{ SQL, Packages []item }
	if json.Unmarshal(content, &config) != nil {
		return nil
	}
	var out []string
	for _, i := range append(config.SQL, config.Packages...) {
		if i.Engine != "" && i.Engine != "postgresql" {
			continue
		}
		switch v := i.Schema.(type) {
		case string:
			out = addNew(out, v)
		case []any:
			for _, p := range v {
				if text, ok := p.(string); ok {
					out = addNew(out, text)
				}
			}
		}
	}
	return out
}

var (
	yamlKey  = regexp.MustCompile(`^(\s*)(-\s+)?(\w+):\s*(.*)$`)
	yamlItem = regexp.MustCompile(`^\s*-\s+(.+)$`)
)

// sqlcYAML reads schema: and engine: of the items of a configuration. It knows
// the forms that lists of names have, not YAML.
func sqlcYAML(content string) []string {
	var out, here []string
	engine, inSchema := "", false
	finish := func() {
		if engine == "" || engine == "postgresql" {
			for _, p := range here {
				out = addNew(out, p)
			}
		}
		here, engine = nil, ""
	}
	indent := -1
	for line := range strings.Lines(content) {
		line = strings.TrimRight(line, " \t\r\n")
		if i := strings.Index(line, " #"); i >= 0 {
			line = strings.TrimRight(line[:i], " \t")
		}
		if m := yamlKey.FindStringSubmatch(line); m != nil {
			inSchema = false
			if m[2] != "" && (indent < 0 || len(m[1]) <= indent) {
				finish()
				indent = len(m[1])
			}
			switch m[3] {
			case "engine":
				engine = unquoted(m[4])
			case "schema":
				inSchema = m[4] == ""
				for p := range strings.SplitSeq(strings.Trim(m[4], "[]"), ",") {
					if p = unquoted(p); p != "" {
						here = append(here, p)
					}
				}
			}
		} else if m := yamlItem.FindStringSubmatch(line); m != nil && inSchema {
			here = append(here, unquoted(m[1]))
		}
	}
	finish()
	return out
}

func unquoted(s string) string { return strings.Trim(strings.TrimSpace(s), `"'`) }

func addNew(list []string, x string) []string {
	if slices.Contains(list, x) {
		return list
	}
	return append(list, x)
}
