package schema

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v5"
)

// alterTable applies ALTER TABLE, VIEW, INDEX, ... : each has its list of
// commands.
func (l *loader) alterTable(n *pg.AlterTableStmt) {
	switch n.Objtype {
	case pg.ObjectType_OBJECT_SEQUENCE:
		return
	case pg.ObjectType_OBJECT_TYPE:
		l.alterComposite(n)
		return
	}
	if n.Objtype == pg.ObjectType_OBJECT_INDEX || l.table(n.Relation.GetSchemaname(), n.Relation.GetRelname()) == nil {
		if x := l.lookupIndex(Name{n.Relation.GetSchemaname(), n.Relation.GetRelname()}); x != nil {
			l.alterIndex(x, n)
			return
		}
	}
	if n.Objtype == pg.ObjectType_OBJECT_INDEX {
		if !n.MissingOk {
			l.problem("no index %s", n.Relation.GetRelname())
		}
		return
	}
	if l.findSequence(Name{n.Relation.GetSchemaname(), n.Relation.GetRelname()}).Name != "" {
		return // ALTER TABLE may name a sequence: pg_dump does
	}
	t := l.target(n.Relation, n.MissingOk)
	if t == nil {
		return
	}
	// PostgreSQL runs the commands in passes: columns and types first, then
	// constraints, so that one may use the other wherever it stands.
	var constraints []declared
	for _, node := range n.Cmds {
		cmd := node.GetAlterTableCmd()
		if cmd.GetSubtype() == pg.AlterTableType_AT_AddConstraint {
			if c := cmd.Def.GetConstraint(); c.GetIndexname() != "" {
				l.usingIndex(t, c)
			} else if c != nil {
				constraints = append(constraints, declared{c, ""})
			}
			continue
		}
		constraints = append(constraints, l.alterCommand(t, cmd, !n.Relation.GetInh())...)
	}
	l.onOnly = !n.Relation.GetInh()
	l.addDeclared(t, constraints)
	l.onOnly = false
}

// alterIndex knows the commands of ALTER INDEX that matter.
func (l *loader) alterIndex(x *Index, n *pg.AlterTableStmt) {
	for _, node := range n.Cmds {
		if cmd := node.GetAlterTableCmd(); cmd.GetSubtype() == pg.AlterTableType_AT_AttachPartition {
			l.attachIndex(x, cmd.Def.GetPartitionCmd().GetName())
		}
	}
}

// alterCommand applies one command and returns the constraints that an added
// column brings.
func (l *loader) alterCommand(t *Table, cmd *pg.AlterTableCmd, only bool) []declared {
	switch cmd.GetSubtype() {
	case pg.AlterTableType_AT_AddColumn:
		return l.alterAddColumn(t, cmd)
	case pg.AlterTableType_AT_DropColumn:
		if t.Column(cmd.Name) == nil {
			if !cmd.MissingOk {
				l.problem("no column %s of %s", cmd.Name, t.Name)
			}
			return nil
		}
		l.dropColumn(t, cmd.Name)
	case pg.AlterTableType_AT_DropConstraint:
		l.alterDropConstraint(t, cmd)
	case pg.AlterTableType_AT_AttachPartition:
		l.attachPartition(t, cmd.Def.GetPartitionCmd().GetName())
	case pg.AlterTableType_AT_DetachPartition, pg.AlterTableType_AT_DetachPartitionFinalize:
		if child := l.target(cmd.Def.GetPartitionCmd().GetName(), false); child != nil && cmd.Subtype == pg.AlterTableType_AT_DetachPartition {
			l.leave(t, child)
		}
	case pg.AlterTableType_AT_AddInherit:
		l.inherit(t, cmd.Def.GetRangeVar())
	case pg.AlterTableType_AT_DropInherit:
		l.leave(l.target(cmd.Def.GetRangeVar(), false), t)
	case pg.AlterTableType_AT_ColumnDefault, pg.AlterTableType_AT_CookedColumnDefault,
		pg.AlterTableType_AT_SetNotNull, pg.AlterTableType_AT_DropNotNull,
		pg.AlterTableType_AT_AddIdentity, pg.AlterTableType_AT_DropIdentity,
		pg.AlterTableType_AT_DropExpression, pg.AlterTableType_AT_AlterColumnType:
		l.alterColumn(t, cmd, only)
	}
	return nil // owners, storage, triggers, row security: nothing that is kept here
}

func (l *loader) alterAddColumn(t *Table, cmd *pg.AlterTableCmd) []declared {
	def := cmd.Def.GetColumnDef()
	if def == nil {
		return nil
	}
	if t.Column(def.Colname) != nil {
		if !cmd.MissingOk {
			l.problem("column %s of %s already exists", def.Colname, t.Name)
		}
		return nil
	}
	if t.lastNum >= maxColumns {
		l.problem("%s has %d columns already", t.Name, maxColumns)
		return nil
	}
	col, constraints := l.column(def)
	t.addColumn(col)
	l.ownSequence(t, col, def)
	l.inheritColumn(t, col)
	return constraints
}

// inheritColumn hands an added column on to partitions and heirs.
func (l *loader) inheritColumn(t *Table, col *Column) {
	for _, child := range l.below(t) {
		if old := child.Column(col.Name); old != nil {
			l.cat.ownColumn[old] = true
			l.merge(old, col)
			continue
		}
		child.addColumn(copyColumn(col))
		l.share(col)
		l.inheritColumn(child, col)
	}
}

func (l *loader) alterDropConstraint(t *Table, cmd *pg.AlterTableCmd) {
	k := t.constraint(cmd.Name)
	if k == nil {
		if !cmd.MissingOk {
			l.problem("no constraint %s of %s", cmd.Name, t.Name)
		}
		return
	}
	l.dropConstraint(t, k)
}

// alterColumn changes properties of a column, in the tables below, too.
func (l *loader) alterColumn(t *Table, cmd *pg.AlterTableCmd, only bool) {
	col := t.Column(cmd.Name)
	if col == nil {
		l.problem("no column %s of %s", cmd.Name, t.Name)
		return
	}
	l.changeColumn(t, col, cmd)
	if only && cmd.Subtype != pg.AlterTableType_AT_AlterColumnType {
		return // types always go down
	}
	for _, child := range l.descendants(t) {
		if col := child.Column(cmd.Name); col != nil {
			l.changeColumn(child, col, cmd)
		}
	}
	if cmd.Subtype == pg.AlterTableType_AT_AlterColumnType {
		l.rebuildIndexes(t, cmd.Name)
	}
}

// rebuildIndexes completes indexes on a column whose type changed: PostgreSQL
// builds them again, and forgets that they were made with ONLY.
func (l *loader) rebuildIndexes(t *Table, column string) {
	for _, x := range slices.Clone(t.Indexes) {
		if t.Kind != KindPartitioned || !x.Invalid || !x.uses(column) {
			continue
		}
		x.Invalid = false
		for _, child := range l.below(t) {
			if !slices.ContainsFunc(child.Indexes, func(part *Index) bool { return l.cat.parentIndex[part] == x }) {
				l.attachOrClone(child, x)
			}
		}
	}
}

func (l *loader) changeColumn(t *Table, col *Column, cmd *pg.AlterTableCmd) {
	switch cmd.Subtype {
	case pg.AlterTableType_AT_ColumnDefault, pg.AlterTableType_AT_CookedColumnDefault:
		if col.Generated {
			return // of a view or a generated column: not possible
		}
		col.Default = l.defaultOf(col, cmd.Def)
	case pg.AlterTableType_AT_SetNotNull:
		col.NotNull = true
	case pg.AlterTableType_AT_DropNotNull:
		col.NotNull = false
	case pg.AlterTableType_AT_AddIdentity:
		col.NotNull = true
		if name := sequenceOption(cmd.Def); name.Name != "" {
			if name.Schema == "" {
				name.Schema = t.Schema
			}
			l.cat.own(col, name)
		}
	case pg.AlterTableType_AT_DropIdentity:
		if seq, ok := l.cat.owned[col]; ok {
			delete(l.cat.owned, col)
			l.dropSequence(seq)
		}
	case pg.AlterTableType_AT_DropExpression:
		col.Generated, col.Default = false, ""
	case pg.AlterTableType_AT_AlterColumnType:
		def := cmd.Def.GetColumnDef()
		col.Type = l.typeName(def.GetTypeName())
		col.Collation = ""
		if def.GetCollClause() != nil {
			col.Collation = collation(def.CollClause.Collname)
		}
		col.Stats = nil
	}
}

// alterSequence follows OWNED BY: the sequence goes with the column then.
func (l *loader) alterSequence(n *pg.AlterSeqStmt) {
	seq := l.findSequence(Name{n.Sequence.GetSchemaname(), n.Sequence.GetRelname()})
	for _, o := range n.Options {
		d := o.GetDefElem()
		names := stringsOf(d.GetArg().GetList().GetItems())
		if d.GetDefname() != "owned_by" || seq.Name == "" || len(names) < 2 {
			continue
		}
		owner := qualified(d.Arg.GetList().Items[:len(names)-1])
		if col := l.table(owner.Schema, owner.Name).Column(names[len(names)-1]); col != nil {
			l.cat.own(col, seq)
		}
	}
}

// sequenceOption returns SEQUENCE NAME of an identity column.
func sequenceOption(def *pg.Node) Name {
	for _, o := range def.GetConstraint().GetOptions() {
		if d := o.GetDefElem(); d.GetDefname() == "sequence_name" {
			return qualified(d.Arg.GetList().GetItems())
		}
	}
	return Name{}
}

// setNotNull also reaches the tables below, unless ONLY was said.
func (l *loader) setNotNull(t *Table, column string) {
	tables := []*Table{t}
	if !l.onOnly {
		tables = append(tables, l.descendants(t)...)
	}
	for _, t := range tables {
		if col := t.Column(column); col != nil {
			col.NotNull = true
		}
	}
}

// alterComposite keeps the columns of a composite type up to date: tables of
// the type have them.
func (l *loader) alterComposite(n *pg.AlterTableStmt) {
	full, ok := l.findType(Name{n.Relation.GetSchemaname(), n.Relation.GetRelname()})
	composite := l.cat.types[full]
	if !ok || composite == nil {
		l.problem("no type %s", n.Relation.GetRelname())
		return
	}
	for _, node := range n.Cmds {
		cmd := node.GetAlterTableCmd()
		at := slices.IndexFunc(composite.columns, func(c *Column) bool { return c.Name == cmd.GetName() })
		switch cmd.GetSubtype() {
		case pg.AlterTableType_AT_AddColumn:
			if def := cmd.Def.GetColumnDef(); def != nil {
				col, _ := l.column(def)
				composite.columns = append(composite.columns, col)
			}
		case pg.AlterTableType_AT_DropColumn:
			if at >= 0 {
				composite.columns = slices.Delete(composite.columns, at, at+1)
			}
		case pg.AlterTableType_AT_AlterColumnType:
			if at >= 0 {
				composite.columns[at].Type = l.typeName(cmd.Def.GetColumnDef().GetTypeName())
			}
		}
	}
}
