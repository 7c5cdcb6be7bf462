package schema

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v5"
)

// declared is a constraint as a statement declares it.
type declared struct {
	*pg.Constraint
	column string // where it stands behind a column
}

// elements is what stands between the parentheses of CREATE TABLE, as far as
// it is not a column.
type elements struct {
	declared []declared
	likes    []like
}

// maxColumns is what PostgreSQL allows (MaxHeapAttributeNumber).
const maxColumns = 1600

// like is LIKE other_table INCLUDING ...
type like struct {
	source  *Table
	options uint32
}

// Bits of TableLikeClause.options (TableLikeOption in parsenodes.h).
const (
	likeConstraints = 1 << 2
	likeDefaults    = 1 << 3
	likeGenerated   = 1 << 4
	likeIdentity    = 1 << 5
	likeIndexes     = 1 << 6
)

func (l *loader) createTable(n *pg.CreateStmt, kind Kind) {
	if l.isTemporary(n.Relation) {
		return
	}
	name := l.created(n.Relation)
	if l.relationTaken(name) {
		if !n.IfNotExists {
			l.problem("relation %s already exists", name)
		}
		return
	}
	if len(n.TableElts) > 4*maxColumns {
		l.problem("a table of more than %d columns", maxColumns)
		return
	}
	t := &Table{Name: name, Place: l.place(n.Relation.GetLocation()), Kind: kind}
	if n.Partspec != nil {
		t.Kind = KindPartitioned
	}
	var parents []*Table
	for _, rv := range n.InhRelations {
		parent := l.target(rv.GetRangeVar(), false)
		if parent == nil {
			return
		}
		parents = append(parents, parent)
	}
	for _, parent := range parents {
		l.inheritColumns(t, parent)
	}
	var e elements
	if n.OfTypename != nil {
		l.columnsOfType(t, qualified(n.OfTypename.Names))
	}
	for _, node := range n.TableElts {
		if !l.element(t, node, &e, n.OfTypename != nil || n.Partbound != nil) {
			return
		}
	}
	t.PartitionBy = l.partitionKey(t, n.Partspec)
	l.Insert(t)
	for _, parent := range parents {
		l.join(parent, t, n.Partbound != nil)
	}
	l.addChecks(t, e.declared)
	for _, parent := range parents {
		l.inheritChecks(parent, t)
		if n.Partbound != nil {
			l.inheritIndexes(parent, t)
		}
	}
	l.addKeys(t, e.declared)
	l.addLikes(t, e.likes)
	for _, parent := range parents {
		if n.Partbound != nil {
			l.inheritForeignKeys(parent, t)
		}
	}
	l.addForeignKeys(t, e.declared)
}

// element adds a column, or remembers a constraint or LIKE; false ends the
// statement. Where the columns come from a type or a parent (typed), a column
// only adds to one that is there.
func (l *loader) element(t *Table, node *pg.Node, e *elements, typed bool) bool {
	switch n := node.GetNode().(type) {
	case *pg.Node_ColumnDef:
		col, constraints := l.column(n.ColumnDef)
		e.declared = append(e.declared, constraints...)
		old := t.Column(col.Name)
		switch {
		case old == nil && typed:
			l.problem("no column %s to give options to", col.Name)
		case old == nil:
			t.Columns = append(t.Columns, col)
			l.ownSequence(t, col, n.ColumnDef)
		default:
			l.merge(old, col)
			if _, serial := serialType(n.ColumnDef.TypeName); serial {
				old.Default = "" // its own sequence, not the parent's
			}
			l.ownSequence(t, old, n.ColumnDef)
			if !typed {
				l.cat.ownColumn[old] = true
			}
		}
	case *pg.Node_Constraint:
		e.declared = append(e.declared, declared{n.Constraint, ""})
	case *pg.Node_TableLikeClause:
		source := l.target(n.TableLikeClause.Relation, false)
		if source == nil {
			return false
		}
		if !l.likeColumns(t, source, n.TableLikeClause.Options) {
			return false
		}
		e.likes = append(e.likes, like{source, n.TableLikeClause.Options})
	}
	return true
}

func (l *loader) columnsOfType(t *Table, n Name) {
	full, ok := l.findType(n)
	composite := l.cat.types[full]
	if !ok || composite == nil {
		l.problem("no type %s", n)
		return
	}
	for _, col := range composite.columns {
		t.Columns = append(t.Columns, copyColumn(col))
	}
}

// copyColumn returns a column without its number and statistics.
func copyColumn(c *Column) *Column {
	copied := *c
	copied.Num, copied.Stats = 0, nil
	return &copied
}

// likeColumns copies the columns of LIKE's table; false if one is there
// already, which ends the statement.
func (l *loader) likeColumns(t, source *Table, options uint32) bool {
	for _, c := range source.Columns {
		col := copyColumn(c)
		l.share(c)
		keep := options&likeDefaults != 0
		if c.Generated {
			keep = options&likeGenerated != 0
		}
		if !keep {
			col.Default, col.Generated = "", false
		}
		if t.Column(col.Name) != nil {
			l.problem("column %s is there twice", col.Name)
			return false
		}
		t.Columns = append(t.Columns, col)
		if _, ok := l.cat.owned[c]; ok && c.Default == "" && options&likeIdentity != 0 {
			name := Name{t.Schema, l.freeName(t.Schema, t.Name.Name, col.Name, "seq", func(n string) bool {
				return l.relationTaken(Name{t.Schema, n})
			})}
			l.cat.own(col, name)
		}
	}
	return true
}

// addLikes copies constraints and indexes of LIKE's tables.
func (l *loader) addLikes(t *Table, likes []like) {
	for _, k := range likes {
		if k.options&likeConstraints != 0 {
			for _, c := range k.source.Constraints {
				if c.Kind == Check && t.constraint(c.Name) == nil {
					copied := *c
					copied.Place, copied.Columns = t.Place, slices.Clone(c.Columns)
					l.addConstraint(t, &copied)
				}
			}
		}
		if k.options&likeIndexes != 0 {
			for _, x := range slices.Clone(k.source.Indexes) {
				l.cloneIndex(t, x)
			}
		}
	}
}
