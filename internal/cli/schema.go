package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/workload"
	"github.com/apilint/apilint/internal/source"
)

// readSchema loads --schema and --stats, and says what it read; nil when
// neither was given.
func (f *inputFlags) readSchema() (*schema.Schema, []*workload.Input, error) {
	if len(f.schema)+len(f.stats) == 0 {
		return nil, nil, nil
	}
	sch := schema.New()
	var inputs []*workload.Input
	for _, path := range f.schema {
		if s, err := snapshotAt(path); err != nil {
			return nil, nil, fmt.Errorf("reading --schema %s: %w", path, err)
		} else if s != nil {
			inputs = append(inputs, addSnapshotSchema(sch, source.Server{Path: path, Snapshot: s}))
			continue
		}
		before, read := len(sch.Tables), len(sch.Readings)
		in := &workload.Input{Path: path, Kind: "schema", Format: "sql"}
		if err := addSchema(sch, path, in); err != nil {
			return nil, nil, fmt.Errorf("reading --schema %s: %w", path, err)
		}
		in.Records = int64(max(0, len(sch.Tables)-before))
		for _, r := range sch.Readings[read:] {
			if r.Tool != "" {
				in.Format = r.Tool
			}
			in.Notes = append(in.Notes, r.Notes...)
		}
		inputs = append(inputs, in)
	}
	for _, path := range f.stats {
		if s, err := snapshotAt(path); err != nil {
			return nil, nil, fmt.Errorf("reading --stats %s: %w", path, err)
		} else if s != nil {
			in, err := addSnapshotStats(sch, source.Server{Path: path, Snapshot: s})
			if err != nil {
				return nil, nil, err
			}
			inputs = append(inputs, in)
			continue
		}
		read, err := addStats(sch, path)
		if err != nil {
			return nil, nil, fmt.Errorf("reading --stats %s: %w", path, err)
		}
		inputs = append(inputs, read...)
	}
	return sch, inputs, nil
}

// addSchema reads DDL. Places in it are named as the user named them, where
// that is below the working folder: they become locations in editors and CI.
func addSchema(sch *schema.Schema, path string, in *workload.Input) error {
	root, name := filepath.Split(filepath.Clean(path))
	if wd, err := os.Getwd(); err == nil {
		if local := filepath.FromSlash(shownPath(wd, filepath.Clean(path), 1)); filepath.IsLocal(local) {
			if _, err := os.Stat(local); err == nil {
				root, name = "", local
			}
		}
	}
	if root == "" {
		root = "."
	}
	fsys := counting{os.DirFS(root), in}
	return sch.AddPath(fsys, filepath.ToSlash(name))
}

// counting notes the size of the files that are read whole.
type counting struct {
	fs.FS
	in *workload.Input
}

// ReadFile implements fs.ReadFileFS.
func (c counting) ReadFile(name string) ([]byte, error) {
	content, err := fs.ReadFile(c.FS, name)
	c.in.Bytes += int64(len(content))
	c.in.Lines += lines(content)
	return content, err
}

// statsFiles are the names that exports of statistics have in a folder; what
// is in them is told by their content.
var statsFiles = map[string]bool{".csv": true, ".tsv": true, ".json": true, ".ndjson": true, ".jsonl": true, ".sql": true, ".txt": true}

// addStats reads a statistics file, or those of a folder.
func addStats(sch *schema.Schema, path string) ([]*workload.Input, error) {
	var inputs []*workload.Input
	wd, _ := os.Getwd()
	err := filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || (name != path && !statsFiles[strings.ToLower(filepath.Ext(name))]) {
			return err
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		in := &workload.Input{Path: name, Kind: "stats", Format: schema.StatsFormat(content)}
		in.Bytes, in.Lines = int64(len(content)), lines(content)
		inputs = append(inputs, in)
		err = sch.AddStats(shownPath(wd, name, 1), content)
		if errors.Is(err, schema.ErrNotStatistics) && name != path {
			in.Kind, in.Format = "unknown", "unknown"
			in.Notes = append(in.Notes, "left out: "+err.Error())
			return nil
		}
		return err
	})
	if err == nil && !slices.ContainsFunc(inputs, func(in *workload.Input) bool { return in.Kind == "stats" }) {
		err = errors.New("no statistics in the folder: neither .csv nor .json exports, nor what pg_dump --statistics-only writes")
	}
	return inputs, err
}

// lines counts lines, the last one even if nothing ends it.
func lines(content []byte) int64 {
	n := int64(bytes.Count(content, []byte{'\n'}))
	if len(content) > 0 && content[len(content)-1] != '\n' {
		n++
	}
	return n
}
