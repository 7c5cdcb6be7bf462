package schema

import "io/fs"

// New returns an empty schema.
func New() *Schema { return &Schema{byName: map[Name]*Table{}} }

// AddDDL applies a script of DDL statements in order: CREATE, ALTER, DROP,
// COMMENT and everything pg_dump writes. What it cannot use becomes a Problem;
// it never fails as a whole.
func (s *Schema) AddDDL(path, script string) { panic("stub") }

// AddPath applies a DDL file, or a folder of plain .sql migrations in version
// order. path is what Places are named after.
func (s *Schema) AddPath(fsys fs.FS, path string) error { panic("stub") }

// AddStats reads one statistics file (pg_stats, relations, settings or index usage as CSV,
// told apart by their columns) and attaches it to the tables.
func (s *Schema) AddStats(path string, content []byte) error { panic("stub") }

// Insert registers a table (tests and catalog readers build schemas by hand).
func (s *Schema) Insert(t *Table) { panic("stub") }
