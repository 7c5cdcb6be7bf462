package schema

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v5"
)

func (l *loader) drop(n *pg.DropStmt) {
	for _, o := range n.Objects {
		switch n.RemoveType {
		case pg.ObjectType_OBJECT_TABLE, pg.ObjectType_OBJECT_VIEW, pg.ObjectType_OBJECT_MATVIEW, pg.ObjectType_OBJECT_FOREIGN_TABLE:
			l.dropRelation(qualified(o.GetList().GetItems()), n.MissingOk)
		case pg.ObjectType_OBJECT_INDEX:
			l.dropNamedIndex(qualified(o.GetList().GetItems()), n.MissingOk)
		case pg.ObjectType_OBJECT_SEQUENCE:
			l.dropNamedSequence(qualified(o.GetList().GetItems()), n.MissingOk)
		case pg.ObjectType_OBJECT_TYPE, pg.ObjectType_OBJECT_DOMAIN:
			l.dropType(qualified(o.GetTypeName().GetNames()), n.MissingOk)
		case pg.ObjectType_OBJECT_SCHEMA:
			l.dropSchema(o.GetString_().GetSval())
		case pg.ObjectType_OBJECT_EXTENSION:
			l.Extensions = without(l.Extensions, o.GetString_().GetSval())
		case pg.ObjectType_OBJECT_FUNCTION, pg.ObjectType_OBJECT_PROCEDURE, pg.ObjectType_OBJECT_ROUTINE:
			l.dropFunction(o.GetObjectWithArgs())
		}
	}
}

func (l *loader) dropRelation(n Name, missingOK bool) {
	if n.Schema == "" && l.temps[n.Name] {
		delete(l.temps, n.Name)
		return
	}
	t := l.table(n.Schema, n.Name)
	if t == nil {
		if !missingOK {
			l.problem("no table %s", n)
		}
		return
	}
	l.dropTable(t)
}

// dropTable drops a table with its partitions and heirs, the views that read
// it and the foreign keys that point at it.
func (l *loader) dropTable(t *Table) {
	if l.tables.get(t.Name) != t {
		return // gone with something else
	}
	for _, view := range slices.Clone(l.cat.usedBy[t]) {
		l.dropTable(view)
	}
	for _, child := range l.below(t) {
		l.dropTable(child)
	}
	for _, r := range slices.Clone(l.cat.references[t.Name]) {
		if r.table != t {
			l.removeConstraint(r.table, r.key)
		}
	}
	l.remove(t)
}

func (l *loader) dropNamedIndex(n Name, missingOK bool) {
	x := l.lookupIndex(n)
	if x == nil {
		if !missingOK {
			l.problem("no index %s", n)
		}
		return
	}
	l.dropIndex(x)
}

// dropIndex drops an index with the constraint that it backs.
func (l *loader) dropIndex(x *Index) {
	t := l.tables.get(x.Table)
	if t != nil && x.Constraint != "" {
		if k := t.constraint(x.Constraint); k != nil {
			l.dropConstraint(t, k)
			return
		}
	}
	l.removeIndex(x)
}

// dropConstraint drops a constraint with its index, with what was made of it
// in the tables below and, if it is a key, with the foreign keys that need it.
func (l *loader) dropConstraint(t *Table, k *Constraint) {
	l.removeConstraint(t, k)
	switch k.Kind {
	case Check:
		for _, child := range l.below(t) {
			if own := child.constraint(k.Name); own != nil && own.Kind == Check && own.Expr == k.Expr {
				l.dropConstraint(child, own)
			}
		}
	case ForeignKey:
		for _, n := range t.Partitions {
			if child := l.tables.get(n); child != nil {
				if i := slices.IndexFunc(child.Constraints, func(o *Constraint) bool { return sameForeignKey(o, k) }); i >= 0 {
					l.dropConstraint(child, child.Constraints[i])
				}
			}
		}
	default:
		if x := t.index(k.Name); x != nil {
			l.removeIndex(x)
		}
		l.dropReferences(t, k.Columns)
	}
}

// dropReferences drops the foreign keys that need a key on just these columns
// and have no other.
func (l *loader) dropReferences(t *Table, columns []string) {
	for _, r := range slices.Clone(l.cat.references[t.Name]) {
		if !sameSet(r.key.RefColumns, columns) {
			continue
		}
		if !slices.ContainsFunc(t.Constraints, func(k *Constraint) bool {
			return (k.Kind == PrimaryKey || k.Kind == Unique) && sameSet(k.Columns, columns)
		}) {
			l.removeConstraint(r.table, r.key)
		}
	}
}

func sameSet(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

// dropColumn drops a column with everything that uses it.
func (l *loader) dropColumn(t *Table, name string) {
	col := t.Column(name)
	if col == nil {
		return
	}
	for _, child := range l.below(t) {
		if own := child.Column(name); own != nil {
			if l.cat.ownColumn[own] && !slices.Contains(t.Partitions, child.Name) {
				delete(l.cat.ownColumn, own)
				continue
			}
			l.dropColumn(child, name)
		}
	}
	for _, view := range slices.Clone(l.cat.usedBy[t]) {
		if use := l.cat.views[view]; use.star || slices.Contains(use.columns, name) {
			l.dropTable(view)
		}
	}
	for _, x := range slices.Clone(t.Indexes) {
		if x.uses(name) {
			l.dropIndex(x)
		}
	}
	for _, k := range slices.Clone(t.Constraints) {
		if slices.Contains(k.Columns, name) {
			l.dropConstraint(t, k)
		}
	}
	for _, r := range slices.Clone(l.cat.references[t.Name]) {
		if slices.Contains(r.key.RefColumns, name) {
			l.removeConstraint(r.table, r.key)
		}
	}
	l.forget(col)
	t.Columns = without(t.Columns, col)
	for _, other := range slices.Clone(t.Columns) {
		if other.Generated && mentions(other.Default, name) {
			l.dropColumn(t, other.Name)
		}
	}
}

// uses reports whether the index needs the column.
func (x *Index) uses(column string) bool {
	return slices.Contains(x.Include, column) || mentions(x.Where, column) ||
		slices.ContainsFunc(x.Parts, func(p Part) bool { return p.Column == column || mentions(p.Expr, column) })
}

func (l *loader) dropNamedSequence(n Name, missingOK bool) {
	full := l.findSequence(n)
	if full.Name == "" {
		if !missingOK && !l.temps[n.Name] {
			l.problem("no sequence %s", n)
		}
		return
	}
	l.dropSequence(full)
}

// findSequence returns the full name of a sequence, or none.
func (l *loader) findSequence(n Name) Name {
	schemas := l.searchPath
	if n.Schema != "" {
		schemas = []string{n.Schema}
	}
	for _, s := range schemas {
		if full := (Name{s, n.Name}); l.cat.sequences[full] {
			return full
		}
	}
	return Name{}
}

// dropSchema drops what is in a schema.
func (l *loader) dropSchema(schema string) {
	for _, t := range slices.Clone(l.Tables) {
		if t.Schema == schema {
			l.dropTable(t)
		}
	}
	for n := range l.cat.sequences {
		if n.Schema == schema {
			l.dropSequence(n)
		}
	}
	for n := range l.cat.types {
		if n.Schema == schema {
			l.dropType(n, true)
		}
	}
}
