package schema

import (
	"maps"
	"slices"

	pg "github.com/pganalyze/pg_query_go/v5"
)

func (l *loader) setSchema(n *pg.AlterObjectSchemaStmt) {
	switch n.ObjectType {
	case pg.ObjectType_OBJECT_TABLE, pg.ObjectType_OBJECT_VIEW, pg.ObjectType_OBJECT_MATVIEW, pg.ObjectType_OBJECT_FOREIGN_TABLE:
		if t := l.target(n.Relation, n.MissingOk); t != nil {
			l.moveTable(t, Name{n.Newschema, t.Name.Name})
		}
	case pg.ObjectType_OBJECT_SEQUENCE:
		if full := l.findSequence(Name{n.Relation.GetSchemaname(), n.Relation.GetRelname()}); full.Name != "" {
			l.renameSequence(full, Name{n.Newschema, full.Name})
		}
	case pg.ObjectType_OBJECT_TYPE, pg.ObjectType_OBJECT_DOMAIN:
		from := qualified(n.Object.GetList().GetItems())
		if full, ok := l.findType(from); ok && l.cat.types[full] != nil {
			l.renameType(full, Name{n.Newschema, full.Name})
		} else {
			l.problem("no type %s", from)
		}
	}
}

// moveTable gives a table another name or schema, with its indexes,
// constraints and sequences, and tells whoever names it.
func (l *loader) moveTable(t *Table, to Name) {
	from := t.Name
	if from == to || l.taken(to) {
		return
	}
	for _, x := range t.Indexes {
		l.cat.indexes.remove(Name{from.Schema, x.Name})
		l.cat.indexes.set(Name{to.Schema, x.Name}, x)
		x.Table = to
	}
	unresolved := slices.Clone(l.cat.unresolved)
	for _, k := range t.Constraints {
		l.cat.release(t, k)
	}
	l.tables.remove(from)
	clear(l.cat.named)
	t.Name = to
	l.tables.set(to, t)
	for _, k := range t.Constraints {
		l.cat.register(t, k)
	}
	l.cat.unresolved = unresolved
	l.cat.references[to] = append(l.cat.references[to], l.cat.references[from]...)
	delete(l.cat.references, from)
	for _, r := range l.cat.references[to] {
		r.key.RefTable = to
	}
	for _, parent := range l.cat.parents[t] {
		for _, list := range [][]Name{parent.Partitions, parent.Children} {
			if i := slices.Index(list, from); i >= 0 {
				list[i] = to
			}
		}
	}
	for _, child := range l.below(t) {
		if child.Parent != nil && *child.Parent == from {
			*child.Parent = to
		}
	}
	for _, view := range l.cat.usedBy[t] {
		l.moveInView(view, from, to)
	}
	if from.Schema != to.Schema {
		l.moveSequences(t)
	}
	if l.cat.rowTypes[from] {
		delete(l.cat.rowTypes, from)
		l.cat.rowTypes[to] = true
		l.retype(from, to)
	}
}

// moveSequences takes the sequences of a table's columns to its schema.
func (l *loader) moveSequences(t *Table) {
	for _, col := range t.Columns {
		if seq, ok := l.cat.owned[col]; ok {
			l.renameSequence(seq, Name{t.Schema, seq.Name})
		}
	}
}

func (l *loader) renameSchema(from, to string) {
	if from == to {
		return
	}
	for _, t := range slices.Clone(l.Tables) {
		if t.Schema == from {
			l.moveTable(t, Name{to, t.Name.Name})
		}
	}
	for n := range l.cat.types {
		if n.Schema == from {
			l.renameType(n, Name{to, n.Name})
		}
	}
	for n := range l.cat.sequences {
		if n.Schema == from {
			l.renameSequence(n, Name{to, n.Name})
		}
	}
	for i, p := range l.searchPath {
		if p == from {
			l.searchPath[i] = to
		}
	}
	for _, path := range append(slices.Collect(maps.Values(l.rolePaths)), l.SearchPath) {
		for i, p := range path {
			if p == from {
				path[i] = to
			}
		}
	}
}
