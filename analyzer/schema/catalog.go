package schema

import "slices"

// catalog is what applying DDL and statistics needs to remember beyond the
// public data: namespaces, dependencies and where things came from.
type catalog struct {
	indexes     registry[*Index]
	constraints map[Name]int // how many constraints of a schema bear the name
	sequences   map[Name]bool
	owned       map[*Column]Name   // the sequence behind a serial or identity column
	owners      map[Name][]*Column // the other way round; owned knows which still do
	shared      map[Name]bool      // sequences that are the default of further columns
	types       map[Name]*userType
	rowTypes    map[Name]bool              // tables that were used as the type of a column
	functions   map[string]map[string]bool // name and argument types to IMMUTABLE
	parents     map[*Table][]*Table        // partition of, or inherits
	parentIndex map[*Index]*Index          // index of a partition to that of its parent
	ownColumn   map[*Column]bool           // declared by the table although a parent has it, too
	references  map[Name][]reference       // foreign keys by the table they point at
	unresolved  []reference                // foreign keys whose table does not exist yet
	views       map[*Table]viewUse
	usedBy      map[*Table][]*Table // views that read a table or view
	derived     map[*Column]bool    // statistics of a partitioned table taken from a partition
	named       map[[4]string]int   // numbers up to which generated names are taken; see freeName
	problems    map[string]int      // of each file of DDL
	overflow    map[string]int      // where in Problems those of a file are counted that are not listed
}

// reference is a foreign key with the table that has it.
type reference struct {
	table *Table
	key   *Constraint
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

// registry finds things by their qualified name and, where only one schema has
// such a thing, by the bare one.
type registry[T comparable] struct {
	full    map[Name]T
	bare    map[string][]Name
	schemas map[string]int // how many things are in each
}

func (r *registry[T]) get(n Name) T { return r.full[n] }

func (r *registry[T]) set(n Name, x T) {
	if r.full == nil {
		r.full, r.bare, r.schemas = map[Name]T{}, map[string][]Name{}, map[string]int{}
	}
	if _, ok := r.full[n]; !ok {
		r.schemas[n.Schema]++
		r.bare[n.Name] = append(r.bare[n.Name], n)
	}
	r.full[n] = x
}

func (r *registry[T]) remove(n Name) {
	if _, ok := r.full[n]; !ok {
		return
	}
	delete(r.full, n)
	r.schemas[n.Schema]--
	if r.bare[n.Name] = without(r.bare[n.Name], n); len(r.bare[n.Name]) == 0 {
		delete(r.bare, n.Name)
	}
}

// only returns the one thing of that bare name, or zero where there are
// several or none.
func (r *registry[T]) only(name string) (x T) {
	if list := r.bare[name]; len(list) == 1 {
		return r.full[list[0]]
	}
	return x
}

// New returns an empty schema.
func New() *Schema { return &Schema{} }

func (s *Schema) state() *catalog {
	if s.catalog == nil {
		s.catalog = &catalog{
			constraints: map[Name]int{},
			sequences:   map[Name]bool{},
			owned:       map[*Column]Name{},
			owners:      map[Name][]*Column{},
			shared:      map[Name]bool{},
			types:       map[Name]*userType{},
			rowTypes:    map[Name]bool{},
			functions:   map[string]map[string]bool{},
			parents:     map[*Table][]*Table{},
			parentIndex: map[*Index]*Index{},
			ownColumn:   map[*Column]bool{},
			references:  map[Name][]reference{},
			views:       map[*Table]viewUse{},
			usedBy:      map[*Table][]*Table{},
			derived:     map[*Column]bool{},
			named:       map[[4]string]int{},
			problems:    map[string]int{},
			overflow:    map[string]int{},
		}
	}
	return s.catalog
}

// Insert registers a table (tests and catalog readers build schemas by hand)
// in place of one of the same name. Columns without a number are numbered,
// indexes get their table's name and, where none is given, the method btree.
func (s *Schema) Insert(t *Table) {
	c := s.state()
	if old := s.tables.get(t.Name); old != nil {
		s.remove(old)
	}
	for i, col := range t.Columns {
		if col.Num == 0 {
			col.Num = i + 1
		}
		t.lastNum = max(t.lastNum, col.Num)
	}
	for _, x := range t.Indexes {
		x.Table = t.Name
		if x.Method == "" {
			x.Method = "btree"
		}
		c.indexes.set(Name{t.Schema, x.Name}, x)
	}
	for _, k := range t.Constraints {
		c.register(t, k)
	}
	s.tables.set(t.Name, t)
	s.Tables = append(s.Tables, t)
	if t.Parent != nil {
		s.adopt(s.tables.get(*t.Parent), t)
	}
	for _, n := range slices.Concat(t.Partitions, t.Children) {
		s.adopt(t, s.tables.get(n))
	}
	if t.Stats != nil {
		s.HasStats = true
	}
}

// adopt remembers that child is a partition of parent or inherits from it.
func (s *Schema) adopt(parent, child *Table) {
	if parent == nil || child == nil || slices.Contains(s.catalog.parents[child], parent) {
		return
	}
	s.catalog.parents[child] = append(s.catalog.parents[child], parent)
}

// remove forgets a table with its indexes, constraints and place in a
// hierarchy; it leaves alone what depends on it.
func (s *Schema) remove(t *Table) {
	c := s.state()
	for _, x := range t.Indexes {
		c.indexes.remove(Name{t.Schema, x.Name})
		delete(c.parentIndex, x)
	}
	for _, k := range t.Constraints {
		c.release(t, k)
	}
	for _, col := range t.Columns {
		s.forget(col)
	}
	for _, parent := range c.parents[t] {
		parent.Partitions = without(parent.Partitions, t.Name)
		parent.Children = without(parent.Children, t.Name)
	}
	for _, child := range s.below(t) {
		c.parents[child] = without(c.parents[child], t)
	}
	for _, used := range c.views[t].tables {
		c.usedBy[used] = without(c.usedBy[used], t)
	}
	delete(c.parents, t)
	delete(c.views, t)
	delete(c.usedBy, t)
	s.tables.remove(t.Name)
	clear(c.named)
	s.Tables = without(s.Tables, t)
}

// forget drops what is remembered of a column, and its sequence.
func (s *Schema) forget(col *Column) {
	c := s.state()
	delete(c.ownColumn, col)
	delete(c.derived, col)
	if seq, ok := c.owned[col]; ok {
		delete(c.owned, col)
		s.dropSequence(seq)
	}
}

// dropSequence drops a sequence with the defaults that draw from it.
func (s *Schema) dropSequence(seq Name) {
	c := s.state()
	delete(c.sequences, seq)
	delete(c.owners, seq)
	clear(c.named)
	if !c.shared[seq] {
		return
	}
	delete(c.shared, seq)
	for _, t := range s.Tables {
		for _, col := range t.Columns {
			if col.Default == nextval(seq) {
				col.Default = ""
			}
		}
	}
}

// own gives a column a sequence.
func (c *catalog) own(col *Column, seq Name) {
	c.sequences[seq] = true
	c.owned[col] = seq
	c.owners[seq] = append(c.owners[seq], col)
}

// nextval is the default of a column that draws from a sequence.
func nextval(seq Name) string { return "nextval('" + printedType(seq) + "'::regclass)" }

// register takes a constraint's name and remembers what it points at.
func (c *catalog) register(t *Table, k *Constraint) {
	c.constraints[Name{t.Schema, k.Name}]++
	if k.Kind == ForeignKey {
		c.references[k.RefTable] = append(c.references[k.RefTable], reference{t, k})
	}
}

// release gives a constraint's name free.
func (c *catalog) release(t *Table, k *Constraint) {
	clear(c.named)
	key := Name{t.Schema, k.Name}
	if c.constraints[key]--; c.constraints[key] <= 0 {
		delete(c.constraints, key)
	}
	if k.Kind == ForeignKey {
		c.unresolved = without(c.unresolved, reference{t, k})
		if c.references[k.RefTable] = without(c.references[k.RefTable], reference{t, k}); len(c.references[k.RefTable]) == 0 {
			delete(c.references, k.RefTable)
		}
	}
}

// without returns the list without x, in place. It looks from both ends: a
// script that undoes another one goes through thousands in order, or backwards.
func without[T comparable](list []T, x T) []T {
	for i, j := 0, len(list)-1; i <= j; i, j = i+1, j-1 {
		if list[i] == x {
			return slices.Delete(list, i, i+1)
		}
		if list[j] == x {
			return slices.Delete(list, j, j+1)
		}
	}
	return list
}

// relationTaken reports whether a table, view, index or sequence has the name:
// they share one namespace (pg_class).
func (s *Schema) relationTaken(n Name) bool {
	c := s.state()
	return s.tables.get(n) != nil || c.indexes.get(n) != nil || c.sequences[n]
}

// below returns the partitions or inheriting tables directly under t.
func (s *Schema) below(t *Table) []*Table {
	var out []*Table
	for _, list := range [][]Name{t.Partitions, t.Children} {
		for _, n := range list {
			if child := s.tables.get(n); child != nil {
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
