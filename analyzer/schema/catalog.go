package schema

import "slices"

// catalog is what applying DDL and statistics needs to remember beyond the
// public data: namespaces, dependencies and where things came from.
type catalog struct {
	indexes     map[Name]*Index
	constraints map[Name]int // how many constraints of a schema bear the name
	sequences   map[Name]bool
	types       map[Name]*userType
	functions   map[string]map[string]bool // name and argument types to IMMUTABLE
	parentIndex map[*Index]*Index          // index of a partition to that of its parent
	ownColumn   map[*Column]bool           // declared by the table although a parent has it, too
	views       map[*Table]viewUse
	derived     map[*Column]bool // statistics of a partitioned table taken from a partition
}

// viewUse is what a view depends on.
type viewUse struct {
	tables  []*Table
	columns []string // names of columns mentioned
	star    bool     // all columns are used
}

// userType is an enum, domain, range or composite type.
type userType struct {
	columns []*Column // of a composite type
}

// New returns an empty schema.
func New() *Schema { return &Schema{byName: map[Name]*Table{}} }

func (s *Schema) state() *catalog {
	if s.byName == nil {
		s.byName = map[Name]*Table{}
	}
	if s.catalog == nil {
		s.catalog = &catalog{
			indexes:     map[Name]*Index{},
			constraints: map[Name]int{},
			sequences:   map[Name]bool{},
			types:       map[Name]*userType{},
			functions:   map[string]map[string]bool{},
			parentIndex: map[*Index]*Index{},
			ownColumn:   map[*Column]bool{},
			views:       map[*Table]viewUse{},
			derived:     map[*Column]bool{},
		}
	}
	return s.catalog
}

// Insert registers a table (tests and catalog readers build schemas by hand)
// in place of one of the same name. Columns without a number are numbered,
// indexes get their table's name and, where none is given, the method btree.
func (s *Schema) Insert(t *Table) {
	c := s.state()
	if old := s.byName[t.Name]; old != nil {
		s.remove(old)
	}
	for i, col := range t.Columns {
		if col.Num == 0 {
			col.Num = i + 1
		}
	}
	for _, x := range t.Indexes {
		x.Table = t.Name
		if x.Method == "" {
			x.Method = "btree"
		}
		c.indexes[Name{t.Schema, x.Name}] = x
	}
	for _, k := range t.Constraints {
		c.constraints[Name{t.Schema, k.Name}]++
	}
	s.byName[t.Name] = t
	s.Tables = append(s.Tables, t)
	if t.Stats != nil {
		s.HasStats = true
	}
}

// remove forgets a table with its indexes, constraints and place in a
// hierarchy; it leaves alone what depends on it.
func (s *Schema) remove(t *Table) {
	c := s.state()
	for _, x := range t.Indexes {
		delete(c.indexes, Name{t.Schema, x.Name})
		delete(c.parentIndex, x)
	}
	for _, k := range t.Constraints {
		c.release(t, k)
	}
	for _, col := range t.Columns {
		delete(c.ownColumn, col)
		delete(c.derived, col)
	}
	for _, other := range s.Tables {
		other.Partitions = without(other.Partitions, t.Name)
		other.Children = without(other.Children, t.Name)
	}
	delete(c.views, t)
	delete(s.byName, t.Name)
	s.Tables = slices.DeleteFunc(s.Tables, func(o *Table) bool { return o == t })
}

// release gives a constraint's name free.
func (c *catalog) release(t *Table, k *Constraint) {
	key := Name{t.Schema, k.Name}
	if c.constraints[key]--; c.constraints[key] <= 0 {
		delete(c.constraints, key)
	}
}

func without[T comparable](list []T, x T) []T {
	return slices.DeleteFunc(list, func(o T) bool { return o == x })
}

// relationTaken reports whether a table, view, index or sequence has the name:
// they share one namespace (pg_class).
func (s *Schema) relationTaken(n Name) bool {
	c := s.state()
	return s.byName[n] != nil || c.indexes[n] != nil || c.sequences[n]
}

// below returns the partitions or inheriting tables directly under t.
func (s *Schema) below(t *Table) []*Table {
	var out []*Table
	for _, list := range [][]Name{t.Partitions, t.Children} {
		for _, n := range list {
			if child := s.byName[n]; child != nil {
				out = append(out, child)
			}
		}
	}
	return out
}

// index returns the index of that name on the table, or nil.
func (t *Table) index(name string) *Index {
	for _, x := range t.Indexes {
		if x.Name == name {
			return x
		}
	}
	return nil
}

// constraint returns the constraint of that name, or nil.
func (t *Table) constraint(name string) *Constraint {
	for _, k := range t.Constraints {
		if k.Name == name {
			return k
		}
	}
	return nil
}
