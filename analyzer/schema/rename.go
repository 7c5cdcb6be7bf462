package schema

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v5"
)

func (l *loader) rename(n *pg.RenameStmt) {
	switch n.RenameType {
	case pg.ObjectType_OBJECT_TABLE, pg.ObjectType_OBJECT_VIEW, pg.ObjectType_OBJECT_MATVIEW,
		pg.ObjectType_OBJECT_FOREIGN_TABLE, pg.ObjectType_OBJECT_INDEX, pg.ObjectType_OBJECT_SEQUENCE:
		l.renameRelation(n)
	case pg.ObjectType_OBJECT_COLUMN, pg.ObjectType_OBJECT_ATTRIBUTE:
		if n.RelationType == pg.ObjectType_OBJECT_TYPE {
			l.renameAttribute(n)
			return
		}
		if t := l.target(n.Relation, n.MissingOk); t != nil {
			if t.Column(n.Subname) == nil {
				l.problem("no column %s of %s", n.Subname, t.Name)
				return
			}
			l.renameColumn(t, n.Subname, n.Newname)
		}
	case pg.ObjectType_OBJECT_TABCONSTRAINT:
		if t := l.target(n.Relation, n.MissingOk); t != nil {
			k := t.constraint(n.Subname)
			if k == nil {
				l.problem("no constraint %s of %s", n.Subname, t.Name)
				return
			}
			l.renameConstraint(t, k, n.Newname)
		}
	case pg.ObjectType_OBJECT_TYPE, pg.ObjectType_OBJECT_DOMAIN:
		from := qualified(n.Object.GetList().GetItems())
		if full, ok := l.findType(from); ok && l.cat.types[full] != nil {
			l.renameType(full, Name{full.Schema, n.Newname})
		} else {
			l.problem("no type %s", from)
		}
	case pg.ObjectType_OBJECT_SCHEMA:
		l.renameSchema(n.Subname, n.Newname)
	case pg.ObjectType_OBJECT_FUNCTION, pg.ObjectType_OBJECT_ROUTINE:
		l.renameFunction(n.Object.GetObjectWithArgs(), n.Newname)
	}
}

// renameRelation takes ALTER TABLE for views, indexes and sequences, too, as
// PostgreSQL does.
func (l *loader) renameRelation(n *pg.RenameStmt) {
	from := Name{n.Relation.GetSchemaname(), n.Relation.GetRelname()}
	if from.Schema == "" && l.temps[from.Name] {
		delete(l.temps, from.Name)
		l.temps[n.Newname] = true
		return
	}
	if t := l.table(from.Schema, from.Name); t != nil && n.RenameType != pg.ObjectType_OBJECT_INDEX {
		l.moveTable(t, Name{t.Schema, n.Newname})
		return
	}
	if x := l.lookupIndex(from); x != nil {
		t := l.tables.get(x.Table)
		if k := t.constraint(x.Constraint); k != nil {
			l.renameConstraint(t, k, n.Newname)
		} else if !l.taken(Name{t.Schema, n.Newname}) {
			l.renameIndex(x, n.Newname)
		}
		return
	}
	if full := l.findSequence(from); full.Name != "" {
		l.renameSequence(full, Name{full.Schema, n.Newname})
		return
	}
	if !n.MissingOk {
		l.problem("no relation %s", from)
	}
}

// taken reports, as a problem, that a relation of the name exists.
func (l *loader) taken(n Name) bool {
	if !l.relationTaken(n) {
		return false
	}
	l.problem("relation %s already exists", n)
	return true
}

func (l *loader) renameSequence(from, to Name) {
	delete(l.cat.sequences, from)
	clear(l.cat.named)
	l.cat.sequences[to] = true
	owners := l.cat.owners[from]
	delete(l.cat.owners, from)
	for _, col := range owners {
		if l.cat.owned[col] == from {
			l.cat.own(col, to)
			l.drawFrom(col, from, to)
		}
	}
	if !l.cat.shared[from] {
		return
	}
	delete(l.cat.shared, from)
	l.cat.shared[to] = true
	for _, t := range l.Tables {
		for _, col := range t.Columns {
			l.drawFrom(col, from, to)
		}
	}
}

// drawFrom gives a column's default the new name of its sequence.
func (l *loader) drawFrom(col *Column, from, to Name) {
	if col.Default == nextval(from) {
		col.Default = nextval(to)
	}
}

// renameIndex leaves the constraint's name alone.
func (l *loader) renameIndex(x *Index, to string) {
	schema := x.Table.Schema
	l.cat.indexes.remove(Name{schema, x.Name})
	clear(l.cat.named)
	x.Name = to
	l.cat.indexes.set(Name{schema, to}, x)
}

// renameConstraint renames the index behind it, too, and, of a CHECK, what the
// tables below inherited.
func (l *loader) renameConstraint(t *Table, k *Constraint, to string) {
	if t.constraint(to) != nil {
		l.problem("constraint %s of %s already exists", to, t.Name)
		return
	}
	if x := t.index(k.Name); x != nil && x.Constraint == k.Name {
		if l.taken(Name{t.Schema, to}) {
			return
		}
		l.renameIndex(x, to)
		x.Constraint = to
	}
	from := k.Name
	unresolved := slices.Clone(l.cat.unresolved)
	l.cat.release(t, k)
	k.Name = to
	l.cat.register(t, k)
	l.cat.unresolved = unresolved
	if k.Kind != Check {
		return
	}
	for _, child := range l.below(t) {
		if own := child.constraint(from); own != nil && own.Kind == Check {
			l.renameConstraint(child, own, to)
		}
	}
}

func (l *loader) renameAttribute(n *pg.RenameStmt) {
	full, _ := l.findType(Name{n.Relation.GetSchemaname(), n.Relation.GetRelname()})
	if t := l.cat.types[full]; t != nil {
		for _, c := range t.columns {
			if c.Name == n.Subname {
				c.Name = n.Newname
				return
			}
		}
	}
	l.problem("no attribute %s of %s", n.Subname, n.Relation.GetRelname())
}

// renameColumn reaches everything that names the column.
func (l *loader) renameColumn(t *Table, from, to string) {
	col := t.Column(from)
	if col == nil {
		return // done, on another way down
	}
	if t.Column(to) != nil {
		l.problem("column %s of %s already exists", to, t.Name)
		return
	}
	for _, child := range l.below(t) {
		l.renameColumn(child, from, to)
	}
	for _, view := range l.cat.usedBy[t] {
		l.renameInView(view, t, from, to)
	}
	col.Name = to
	for _, other := range t.Columns {
		if other.Generated {
			other.Default = renamed(other.Default, from, to)
		}
	}
	for i, p := range t.PartitionBy {
		if p == from {
			t.PartitionBy[i] = to
		} else if !slices.ContainsFunc(t.Columns, func(c *Column) bool { return c.Name == p }) {
			t.PartitionBy[i] = renamed(p, from, to)
		}
	}
	for _, x := range t.Indexes {
		for i := range x.Parts {
			if x.Parts[i].Column == from {
				x.Parts[i].Column = to
			}
			x.Parts[i].Expr = renamed(x.Parts[i].Expr, from, to)
		}
		replace(x.Include, from, to)
		x.Where = renamed(x.Where, from, to)
	}
	for _, k := range t.Constraints {
		replace(k.Columns, from, to)
		k.Expr = renamed(k.Expr, from, to)
	}
	for _, r := range l.cat.references[t.Name] {
		replace(r.key.RefColumns, from, to)
	}
}

func replace(list []string, from, to string) {
	for i, s := range list {
		if s == from {
			list[i] = to
		}
	}
}
