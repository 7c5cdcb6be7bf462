package cli

import (
	"bytes"
	"cmp"
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

// schemaReader loads what is known of schemas and statistics.
type schemaReader struct {
	cluster *schema.Cluster
	inputs  []*workload.Input
	common  []string // paths of DDL that is for every database
}

// readSchema loads --schema and --stats, and says what it read.
func (f *inputFlags) readSchema() (*schemaReader, error) {
	r := &schemaReader{cluster: schema.NewCluster()}
	ddl, err := databasePaths("schema", f.schema)
	if err != nil {
		return nil, err
	}
	stats, err := databasePaths("stats", f.stats)
	if err != nil {
		return nil, err
	}
	for _, p := range ddl {
		if err := r.schema(p); err != nil {
			return nil, fmt.Errorf("reading --schema %s: %w", p.path, err)
		}
	}
	for _, p := range stats {
		err := r.stats(p)
		if errors.Is(err, schema.ErrWhichDatabase) {
			err = fmt.Errorf("%w; write it like --stats DATABASE=%s", err, p.path)
		}
		if err != nil {
			return nil, fmt.Errorf("reading --stats %s: %w", p.path, err)
		}
	}
	return r, nil
}

// schema reads one value of --schema.
func (r *schemaReader) schema(p ofDatabase) error {
	s, err := snapshotAt(p.path)
	if err != nil {
		return err
	}
	if s != nil {
		r.inputs = append(r.inputs, addSnapshotSchema(r.cluster.Database(cmp.Or(p.database, s.Database)), source.Server{Path: p.path, Snapshot: s}))
		return nil
	}
	tables, known := r.tables(), len(r.cluster.Databases())
	in := &workload.Input{Path: p.path, Kind: "schema", Format: "sql"}
	readings, err := addSchema(r.cluster, p, in)
	if err != nil {
		return err
	}
	if p.database == "" {
		r.common = append(r.common, p.path)
	}
	in.Records = int64(max(0, r.tables()-tables))
	for _, reading := range readings {
		if reading.Tool != "" {
			in.Format = reading.Tool
		}
		in.Notes = append(in.Notes, reading.Notes...)
	}
	if all := r.cluster.Databases(); len(all) > known+1 {
		in.Notes = append(in.Notes, listed(all[known:]))
	}
	r.inputs = append(r.inputs, in)
	return nil
}

// listed names databases: 3 databases: app, crm, hr.
func listed(all []*schema.Schema) string {
	const most = 10
	var names []string
	for _, s := range all[:min(len(all), most)] {
		names = append(names, cmp.Or(s.Database, "one without a name"))
	}
	if len(all) > most {
		names = append(names, "...")
	}
	return fmt.Sprintf("%d databases: %s", len(all), strings.Join(names, ", "))
}

func (r *schemaReader) tables() int {
	n := 0
	for _, s := range r.cluster.Databases() {
		n += len(s.Tables)
	}
	return n
}

// stats reads one value of --stats.
func (r *schemaReader) stats(p ofDatabase) error {
	if p.database != "" {
		if err := r.own(p.database); err != nil {
			return err
		}
	}
	s, err := snapshotAt(p.path)
	if err != nil {
		return err
	}
	if s != nil {
		in, err := addSnapshotStats(r.home(p.database, s.Database), source.Server{Path: p.path, Snapshot: s})
		r.inputs = append(r.inputs, in)
		return err
	}
	read, err := addStats(r.cluster, p)
	r.inputs = append(r.inputs, read...)
	return err
}

// home is the schema that a server's statistics belong to: of the database that
// was named, else of the server's, else the one that is for all.
func (r *schemaReader) home(named, server string) *schema.Schema {
	if named != "" {
		return r.cluster.Database(named)
	}
	if s := r.cluster.Of(server); s != nil {
		return s
	}
	if s := r.cluster.Only(); s != nil {
		return s
	}
	return r.cluster.Database(server)
}

// own gives a database that has no DDL of its own what is for all, so that its
// statistics are not those of others.
func (r *schemaReader) own(database string) error {
	if s := r.cluster.Of(database); s == nil || s.Database == database {
		return nil
	}
	for _, path := range r.common {
		if _, err := addSchema(r.cluster, ofDatabase{database, path}, &workload.Input{}); err != nil {
			return err
		}
	}
	r.cluster.Database(database).Problems = nil // told once, by the reading for all
	return nil
}

// addSchema reads DDL. Places in it are named as the user named them, where
// that is below the working folder: they become locations in editors and CI.
func addSchema(c *schema.Cluster, p ofDatabase, in *workload.Input) ([]schema.Reading, error) {
	path := p.path
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
	home := c.Database(p.database)
	before := len(home.Readings)
	err := home.AddPath(counting{os.DirFS(root), in}, filepath.ToSlash(name))
	return home.Readings[before:], err
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
func addStats(c *schema.Cluster, p ofDatabase) ([]*workload.Input, error) {
	path := p.path
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
		err = c.AddStats(shownPath(wd, name, 1), p.database, content)
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
