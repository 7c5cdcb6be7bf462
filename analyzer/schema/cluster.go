package schema

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Cluster is the databases of one server. Each has its own tables; roles, and
// the search paths that they have everywhere, belong to all.
type Cluster struct {
	databases  []*Schema // in the order in which they were first named
	byName     map[string]*Schema
	everywhere map[string][]string // search paths by role, "" all roles
}

// NewCluster returns a cluster without databases.
func NewCluster() *Cluster {
	return &Cluster{byName: map[string]*Schema{}, everywhere: map[string][]string{}}
}

// Alone is the cluster of one schema.
func Alone(s *Schema) *Cluster {
	if s == nil {
		return nil
	}
	return &Cluster{databases: []*Schema{s}, byName: map[string]*Schema{s.Database: s}, everywhere: s.everywhere}
}

// Database returns the schema of the database of that name, a new one where
// there is none. The one without a name holds what no input says a database
// of.
func (c *Cluster) Database(name string) *Schema {
	if s := c.byName[name]; s != nil {
		return s
	}
	s := &Schema{Database: name, cluster: c, everywhere: c.everywhere}
	c.databases = append(c.databases, s)
	c.byName[name] = s
	return s
}

// maxDatabases bounds those that scripts name.
const maxDatabases = 10_000

// connect is Database for what a script names; nil where those are too many.
func (c *Cluster) connect(name string) *Schema {
	if c.byName[name] == nil && len(c.databases) >= maxDatabases {
		return nil
	}
	return c.Database(name)
}

// Databases are those that were named, and the one without a name if something
// is in it. A nil cluster has none.
func (c *Cluster) Databases() []*Schema {
	if c == nil {
		return nil
	}
	var out []*Schema
	for _, s := range c.databases {
		if s.Database != "" || !s.empty() {
			out = append(out, s)
		}
	}
	return out
}

// empty reports whether nothing was read into the schema, not even something
// that was not understood.
func (s *Schema) empty() bool {
	return len(s.Tables) == 0 && len(s.Problems) == 0 && len(s.Settings) == 0 && len(s.Extensions) == 0 && len(s.SearchPath) == 0
}

// Of returns the schema by which statements of a database are read: its own,
// else the one without a name, which is for every database that has none of its
// own. It is nil where there is neither.
func (c *Cluster) Of(database string) *Schema {
	if c == nil {
		return nil
	}
	if s := c.byName[database]; s != nil && (database != "" || !s.empty()) {
		return s
	}
	if s := c.byName[""]; s != nil && len(s.Tables) > 0 {
		return s
	}
	return nil
}

// Only returns the one schema that has tables, nil where several have, or none.
func (c *Cluster) Only() *Schema {
	var only *Schema
	for _, s := range c.Databases() {
		if len(s.Tables) == 0 {
			continue
		}
		if only != nil {
			return nil
		}
		only = s
	}
	return only
}

// AddPath is [Schema.AddPath] of a database. Scripts that connect to databases
// (pg_dumpall, pg_dump --create) fill those; where the database is named here,
// only its own part of such a script is read, under whatever name if the script
// has no other.
func (c *Cluster) AddPath(fsys fs.FS, name, database string) error {
	return c.Database(database).AddPath(fsys, name)
}

// ErrWhichDatabase is what [Cluster.AddStats] returns of statistics that may be
// those of several databases.
var ErrWhichDatabase = errors.New("it does not say of which database it is")

// AddStats is [Schema.AddStats] of a database. Without a name it is the one
// that has tables; settings are those of all.
func (c *Cluster) AddStats(path, database string, content []byte) error {
	if StatsFormat(content) == "sql" {
		if parts := partsOf(string(content)); len(parts) > 1 {
			return c.addStatsParts(path, database, parts)
		}
	}
	if database != "" {
		return c.Database(database).AddStats(path, content)
	}
	if s := c.byName[""]; s != nil && len(s.Tables) > 0 {
		return s.AddStats(path, content)
	}
	if s := c.Only(); s != nil {
		return s.AddStats(path, content)
	}
	var names []string
	for _, s := range c.databases {
		if len(s.Tables) > 0 {
			names = append(names, s.Database)
		}
	}
	if len(names) == 0 {
		return c.Database("").AddStats(path, content)
	}
	probe := New()
	if err := probe.AddStats(path, content); err != nil {
		return err
	}
	if len(probe.Settings) == 0 {
		return fmt.Errorf("%w: %s", ErrWhichDatabase, strings.Join(names, ", "))
	}
	for _, s := range c.Databases() {
		if err := s.AddStats(path, content); err != nil {
			return err
		}
	}
	return nil
}

// addStatsParts adds those parts of a script that hold statistics.
func (c *Cluster) addStatsParts(path, database string, parts []part) error {
	home := c.Database(database)
	chosen, _ := home.chosen(parts)
	if database == "" {
		chosen = parts
	}
	err := error(nil)
	found := false
	for _, p := range chosen {
		s := home
		if database == "" {
			if s = c.Of(p.database); s == nil {
				s = c.connect(p.database)
			}
			if s == nil {
				home.tooMany(path)
				continue
			}
		}
		if err = s.addStats(path, p.line, []byte(p.text)); err == nil {
			found = true
		} else if !errors.Is(err, ErrNotStatistics) {
			return err
		}
	}
	if found {
		return nil
	}
	return err
}

// part is a piece of a script that runs in one database.
type part struct {
	database string // "" what the script does not say
	text     string
	line     int // lines before it
}

// chosen returns the parts that are read into a database of a name: what
// connects nowhere and its own, or those of the only one there is. others are
// the databases that are left out.
func (s *Schema) chosen(parts []part) (mine []part, others []string) {
	names := map[string]bool{"": true}
	for _, p := range parts {
		names[p.database] = true
	}
	sole := len(names) == 2
	for _, p := range parts {
		switch {
		case p.database == "" || p.database == s.Database || sole:
			mine = append(mine, p)
		case names[p.database]:
			names[p.database] = false
			others = append(others, p.database)
		}
	}
	return mine, others
}

// route hands every part of a script to the schema of its database.
func (s *Schema) route(path string, parts []part, version int, later *[]delayed) {
	home, sole := s, len(parts) == 1 && parts[0].database == ""
	if s.Database != "" {
		var others []string
		parts, others = s.chosen(parts)
		if len(others) > 0 && !slices.ContainsFunc(parts, func(p part) bool { return p.database != "" }) {
			s.loader(path).problem("the script connects to %s, and to no database %s: only what stands before is read", clip(strings.Join(others, ", "), 200), s.Database)
		}
	}
	for _, p := range parts {
		to := home
		if s.Database == "" && p.database != "" && s.cluster != nil {
			if to = s.cluster.connect(p.database); to == nil {
				s.tooMany(path)
				continue
			}
		}
		if to.Version == 0 {
			to.Version = version
		}
		to.addPart(path, p, sole, later)
	}
}

func (s *Schema) tooMany(path string) {
	s.loader(path).problem("more than %d databases: the rest is left out", maxDatabases)
}
