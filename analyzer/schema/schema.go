// Package schema holds tables, indexes, constraints and statistics as data,
// and loads them from DDL text and statistics exports. It never asks a server.
package schema

// Name is a schema-qualified name, unquoted and case-folded as PostgreSQL
// stores it.
type Name struct{ Schema, Name string }

// String returns schema.name, or the bare name where the schema is unknown.
func (n Name) String() string {
	if n.Schema == "" {
		return n.Name
	}
	return n.Schema + "." + n.Name
}

// Place is where something is defined in the user's files. The zero Place is
// unknown.
type Place struct {
	Path string
	Line int
}

// Schema is one database. The zero Schema is empty and ready to use; a nil
// *Schema answers every question with "unknown".
type Schema struct {
	Database   string              // "" unknown or any
	Tables     []*Table            // in order of creation
	Functions  map[string]Function // by lower-case unqualified name
	Extensions []string
	Settings   map[string]string // GUC name to value as SHOW would not print it: bare setting in its unit
	Version    int               // server_version_num, 0 unknown
	SearchPath []string          // of new sessions; empty: "$user", public
	Readings   []Reading         // the paths of DDL, as AddPath took them
	Problems   []Problem         // what could not be understood; the rest went on
	HasStats   bool              // some table has statistics
	tables     registry[*Table]
	catalog    *catalog            // what only the loaders need
	cluster    *Cluster            // that it is a database of; nil it stands alone
	rolePaths  map[string][]string // search paths by role, in this database
	everywhere map[string][]string // and in all databases
	paths      [][]string          // where sessions look for names; see As
	anywhere   bool                // they may look in any schema
}

// Function is what an index expression needs to know of a function.
type Function struct {
	Immutable bool
}

// Problem is a statement or row that was skipped.
type Problem struct {
	Place
	Statement string // its first 200 bytes
	Message   string
}

// Kind of relation.
type Kind uint8

const (
	KindTable Kind = iota
	KindPartitioned
	KindView
	KindMaterializedView
	KindForeign
)

// Table is a relation.
type Table struct {
	Name
	Place
	Kind        Kind
	Columns     []*Column
	Indexes     []*Index
	Constraints []*Constraint
	Parent      *Name    // partition of, or inherits
	PartitionBy []string // columns or expressions of the partition key
	Partitions  []Name
	Children    []Name // tables that INHERIT from it; partitions are not among them
	Definition  string // of a view: its SELECT
	Stats       *TableStats

	lastNum int // the greatest attnum ever given
}

// Column is a column of a table.
type Column struct {
	Name      string
	Type      string // as format_type prints it: "character varying(20)", "integer[]", "public.mood"
	NotNull   bool
	Default   string // of a generated column: its expression
	Collation string // "" the database's default
	Generated bool
	Num       int // attnum, from 1
	Stats     *ColumnStats
}

// Index is an index that exists, or one that might: the index advisor's
// definition is the same data.
type Index struct {
	Name  string
	Table Name
	Place
	Method     string // btree, gin, ...; never empty
	Parts      []Part
	Include    []string
	Where      string // predicate as PostgreSQL would deparse it, without parentheses around it
	Unique     bool
	Primary    bool
	Constraint string // name of the constraint it backs
	Invalid    bool

	NullsNotDistinct bool // UNIQUE NULLS NOT DISTINCT

	Stats *IndexStats

	excludes bool // behind an exclusion constraint
}

// Part is one key column of an index.
type Part struct {
	Column     string // or
	Expr       string // deparsed expression without outer parentheses
	Opclass    string // "" the type's default
	Collation  string // "" the column's
	Desc       bool
	NullsFirst bool // as it takes effect: DESC alone sets it
}

// Constraint of a table.
type Constraint struct {
	Name       string
	Kind       ConstraintKind
	Columns    []string
	RefTable   Name     // foreign keys
	RefColumns []string // never empty for a resolved foreign key
	OnDelete   string   // foreign keys: "CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT"; "" no action
	Expr       string   // CHECK
	NoInherit  bool     // CHECK ... NO INHERIT
	Place
}

// ConstraintKind is pg_constraint.contype.
type ConstraintKind byte

const (
	PrimaryKey ConstraintKind = 'p'
	Unique     ConstraintKind = 'u'
	ForeignKey ConstraintKind = 'f'
	Check      ConstraintKind = 'c'
	Exclusion  ConstraintKind = 'x'
)

// TableStats are pg_class figures; of a partitioned table, sums over its
// partitions.
type TableStats struct {
	Rows       float64 // reltuples; -1 never analysed
	Pages      int64   // relpages, 8 KiB each
	AllVisible int64   // relallvisible
	Bytes      int64
}

// IndexStats are an index's figures.
type IndexStats struct {
	Pages, Bytes int64
	Rows         float64
	Scans        int64 // idx_scan; -1 unknown

	Expressions map[string]*ColumnStats // of key expressions, by the index's name for them (lower, expr)
}

// ColumnStats is a row of pg_stats.
type ColumnStats struct {
	NullFrac    float64
	AvgWidth    float64  // bytes
	NDistinct   float64  // as pg_stats: negative is a fraction of the rows
	MCV         []string // most common values as text
	MCF         []float64
	Histogram   []string
	Correlation float64
	HasCorr     bool
	Elems       []string  // most common elements of arrays
	ElemFreqs   []float64 // of Elems; behind them the least, the greatest and that of NULL elements
}

// Column returns the column of that name, or nil.
func (t *Table) Column(name string) *Column {
	if t == nil {
		return nil
	}
	for _, c := range t.Columns {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// PrimaryKey returns the columns of the primary key, or nil.
func (t *Table) PrimaryKey() []string {
	if t == nil {
		return nil
	}
	for _, c := range t.Constraints {
		if c.Kind == PrimaryKey {
			return c.Columns
		}
	}
	return nil
}

// Table resolves a name as a statement wrote it (schema may be empty: the
// search path decides). It returns nil when the table is unknown.
func (s *Schema) Table(schema, name string) *Table {
	if s == nil {
		return nil
	}
	if schema != "" {
		return s.tables.get(Name{schema, name})
	}
	return s.Match(name).Table
}
