package schema

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v5"
)

func (l *loader) addForeignKeys(t *Table, list []declared) {
	for _, d := range list {
		if d.Contype != pg.ConstrType_CONSTR_FOREIGN || d.Pktable == nil {
			continue
		}
		k := &Constraint{Name: d.Conname, Kind: ForeignKey, Place: l.place(d.Location)}
		k.Columns = stringsOf(d.FkAttrs)
		if d.column != "" && len(k.Columns) == 0 {
			k.Columns = []string{d.column}
		}
		k.RefColumns = stringsOf(d.PkAttrs)
		k.OnDelete = deleteActions[d.FkDelAction]
		if missing := t.missing(k.Columns); missing != "" {
			l.problem("no column %s of %s", missing, t.Name)
			continue
		}
		if k.Name == "" {
			k.Name = l.constraintName(t, nameAddition(k.Columns), "fkey")
		} else if t.constraint(k.Name) != nil {
			l.problem("constraint %s of %s already exists", k.Name, t.Name)
			continue
		}
		k.RefTable = Name{d.Pktable.Schemaname, d.Pktable.Relname}
		if target := l.table(k.RefTable.Schema, k.RefTable.Name); target != nil {
			l.resolveForeignKey(k, target)
		} else {
			k.RefTable = l.created(d.Pktable)
			l.cat.unresolved = append(l.cat.unresolved, reference{t, k})
		}
		l.addConstraint(t, k)
		if t.Kind == KindPartitioned {
			for _, child := range l.below(t) {
				l.inheritForeignKeys(t, child)
			}
		}
	}
}

var deleteActions = map[string]string{"c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT", "r": "RESTRICT"}

// resolveForeignKey fills in what a foreign key leaves to the table that it
// points at.
func (l *loader) resolveForeignKey(k *Constraint, target *Table) {
	k.RefTable = target.Name
	if len(k.RefColumns) == 0 {
		k.RefColumns = slices.Clone(target.PrimaryKey())
	}
	if missing := target.missing(k.RefColumns); missing != "" {
		l.problem("no column %s of %s, which a foreign key points at", missing, target.Name)
	}
	if len(k.RefColumns) == 0 {
		l.problem("%s has no primary key for a foreign key to point at", target.Name)
	}
}

// missing returns the first of the names that is no column, "" if all are.
func (t *Table) missing(columns []string) string {
	for _, c := range columns {
		if t.Column(c) == nil {
			return c
		}
	}
	return ""
}

// inheritForeignKeys gives a partition the foreign keys of its parent.
func (l *loader) inheritForeignKeys(parent, t *Table) {
	for _, k := range slices.Clone(parent.Constraints) {
		if k.Kind != ForeignKey || slices.ContainsFunc(t.Constraints, func(o *Constraint) bool { return sameForeignKey(o, k) }) {
			continue
		}
		copied := *k
		copied.Columns, copied.RefColumns = slices.Clone(k.Columns), slices.Clone(k.RefColumns)
		if t.constraint(k.Name) != nil {
			copied.Name = l.constraintName(t, nameAddition(k.Columns), "fkey")
		}
		if slices.Contains(l.cat.unresolved, reference{parent, k}) {
			l.cat.unresolved = append(l.cat.unresolved, reference{t, &copied})
		}
		l.addConstraint(t, &copied)
		for _, child := range l.below(t) {
			l.inheritForeignKeys(t, child)
		}
	}
}

func sameForeignKey(a, b *Constraint) bool {
	return a.Kind == ForeignKey && b.Kind == ForeignKey && a.RefTable == b.RefTable &&
		slices.Equal(a.Columns, b.Columns) && slices.Equal(a.RefColumns, b.RefColumns)
}

// resolveForeignKeys looks again for tables that foreign keys pointed at
// before they were created: files of one table each come in any order.
func (l *loader) resolveForeignKeys() {
	for _, r := range slices.Clone(l.cat.unresolved) {
		target := l.table(r.key.RefTable.Schema, r.key.RefTable.Name)
		if target == nil {
			continue
		}
		l.cat.release(r.table, r.key)
		l.resolveForeignKey(r.key, target)
		l.cat.register(r.table, r.key)
	}
}
