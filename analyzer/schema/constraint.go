package schema

import (
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"
)

// addConstraint puts a constraint on a table, under a free name.
func (l *loader) addConstraint(t *Table, k *Constraint) {
	t.Constraints = append(t.Constraints, k)
	l.cat.register(t, k)
}

// removeConstraint takes a constraint away, without its index.
func (l *loader) removeConstraint(t *Table, k *Constraint) {
	l.cat.release(t, k)
	t.Constraints = without(t.Constraints, k)
}

// constraintName is ChooseConstraintName: free among the constraints of the
// schema.
func (l *loader) constraintName(t *Table, column, label string) string {
	return l.freeName(t.Schema, t.Name.Name, column, label, func(n string) bool {
		return l.cat.constraints[Name{t.Schema, n}] > 0
	})
}

// addDeclared adds constraints in the order in which PostgreSQL does.
func (l *loader) addDeclared(t *Table, list []declared) {
	l.addChecks(t, list)
	l.addKeys(t, list)
	l.addForeignKeys(t, list)
}

func (l *loader) addChecks(t *Table, list []declared) {
	for _, d := range list {
		if d.Contype != pg.ConstrType_CONSTR_CHECK {
			continue
		}
		k := &Constraint{Name: d.Conname, Kind: Check, Place: l.place(d.Location), NoInherit: d.IsNoInherit}
		k.Expr = l.expression(t, d.RawExpr)
		k.Columns = columnsOf(d.RawExpr)
		if k.Name == "" {
			column := ""
			if len(k.Columns) == 1 {
				column = k.Columns[0]
			}
			k.Name = l.constraintName(t, column, "check")
		} else if t.constraint(k.Name) != nil {
			l.problem("constraint %s of %s already exists", k.Name, t.Name)
			continue
		}
		l.addConstraint(t, k)
		if !k.NoInherit {
			for _, child := range l.below(t) {
				l.inheritCheck(child, k)
			}
		}
	}
}

// inheritChecks gives a table the CHECK constraints of its parent.
func (l *loader) inheritChecks(parent, t *Table) {
	for _, k := range slices.Clone(parent.Constraints) {
		if k.Kind == Check && !k.NoInherit {
			l.inheritCheck(t, k)
		}
	}
}

func (l *loader) inheritCheck(t *Table, k *Constraint) {
	if old := t.constraint(k.Name); old != nil {
		return // merged with its own
	}
	copied := *k
	copied.Columns = slices.Clone(k.Columns)
	l.addConstraint(t, &copied)
	for _, child := range l.below(t) {
		l.inheritCheck(child, k)
	}
}

// addKeys adds what has an index behind it: the primary key first, then the
// others as they stand. Of two that are alike only one is made.
func (l *loader) addKeys(t *Table, list []declared) {
	var keys []declared
	for _, d := range list {
		switch d.Contype {
		case pg.ConstrType_CONSTR_PRIMARY, pg.ConstrType_CONSTR_UNIQUE, pg.ConstrType_CONSTR_EXCLUSION:
			keys = append(keys, d)
		}
	}
	slices.SortStableFunc(keys, func(a, b declared) int { return primaryLast(b) - primaryLast(a) })
	type made struct {
		text string
		x    *Index
		name string
	}
	var done []made
	for _, d := range keys {
		x := l.keyIndex(t, d)
		if x == nil {
			continue
		}
		text := keyText(d, x)
		if i := slices.IndexFunc(done, func(m made) bool { return m.text == text }); i >= 0 && d.Contype != pg.ConstrType_CONSTR_EXCLUSION {
			if done[i].name == "" {
				done[i].name = d.Conname
			}
			continue
		}
		done = append(done, made{text, x, d.Conname})
	}
	for _, m := range done {
		m.x.Name = m.name
		l.addKey(t, m.x, l.onOnly)
	}
}

func primaryLast(d declared) int {
	if d.Contype == pg.ConstrType_CONSTR_PRIMARY {
		return 1
	}
	return 0
}

// keyText tells two equal keys.
func keyText(d declared, x *Index) string {
	var b strings.Builder
	for _, p := range x.Parts {
		b.WriteString(p.Column + "\x00")
	}
	b.WriteString("\x01" + strings.Join(x.Include, "\x00"))
	if d.Deferrable {
		b.WriteString("\x01deferrable")
	}
	if x.NullsNotDistinct {
		b.WriteString("\x01nulls")
	}
	if d.Initdeferred {
		b.WriteString("\x01deferred")
	}
	return b.String()
}

// keyIndex is the index behind a key as declared, not yet named; nil if it
// cannot be.
func (l *loader) keyIndex(t *Table, d declared) *Index {
	x := &Index{
		Table: t.Name, Place: l.place(d.Location), Method: "btree", Unique: true,
		Primary:          d.Contype == pg.ConstrType_CONSTR_PRIMARY,
		NullsNotDistinct: d.NullsNotDistinct,
		Include:          stringsOf(d.Including),
	}
	keys := stringsOf(d.Keys)
	if d.column != "" && len(keys) == 0 {
		keys = []string{d.column}
	}
	for _, key := range keys {
		x.Parts = append(x.Parts, Part{Column: key})
	}
	if d.Contype == pg.ConstrType_CONSTR_EXCLUSION {
		x.Unique, x.excludes = false, true
		if d.AccessMethod != "" {
			x.Method = d.AccessMethod
		}
		for _, e := range d.Exclusions {
			items := e.GetList().GetItems()
			if len(items) > 0 {
				x.Parts = append(x.Parts, l.part(t, x.Method, items[0].GetIndexElem()))
			}
		}
		x.Where = l.expression(t, d.WhereClause)
		if d.WhereClause != nil && x.Where == "" {
			return nil
		}
	}
	x.Constraint = d.Conname
	if !l.usable(t, x) {
		return nil
	}
	if x.Primary && t.PrimaryKey() != nil {
		l.problem("a second primary key for %s", t.Name)
		return nil
	}
	return x
}

// addKey adds a constraint with its index. An index without a name gets the
// one that PostgreSQL would choose.
func (l *loader) addKey(t *Table, x *Index, only bool) *Index {
	if x.Name == "" {
		x.Name = l.indexName(t, x, true)
	} else if l.relationTaken(Name{t.Schema, x.Name}) {
		l.problem("relation %s already exists", x.Name)
		return nil
	}
	x.Constraint = x.Name
	k := &Constraint{Name: x.Name, Kind: Unique, Place: x.Place}
	switch {
	case x.Primary:
		k.Kind = PrimaryKey
	case x.excludes:
		k.Kind = Exclusion
	}
	for _, p := range x.Parts {
		if p.Column != "" {
			k.Columns = append(k.Columns, p.Column)
		}
		if col := t.Column(p.Column); col != nil && x.Primary {
			l.setNotNull(t, col.Name)
		}
	}
	l.addConstraint(t, k)
	l.placeIndex(t, x, only)
	return x
}

// usingIndex is ADD CONSTRAINT ... USING INDEX: the index takes the name of
// the constraint.
func (l *loader) usingIndex(t *Table, c *pg.Constraint) {
	x := t.index(c.Indexname)
	if x == nil {
		l.problem("no index %s of %s", c.Indexname, t.Name)
		return
	}
	if c.Conname != "" && c.Conname != x.Name {
		if l.relationTaken(Name{t.Schema, c.Conname}) {
			l.problem("relation %s already exists", c.Conname)
			return
		}
		l.renameIndex(x, c.Conname)
	}
	k := &Constraint{Name: x.Name, Kind: Unique, Place: l.place(c.Location)}
	if c.Contype == pg.ConstrType_CONSTR_PRIMARY {
		k.Kind, x.Primary = PrimaryKey, true
	}
	x.Constraint = x.Name
	for _, p := range x.Parts {
		k.Columns = append(k.Columns, p.Column)
		if x.Primary {
			l.setNotNull(t, p.Column)
		}
	}
	l.addConstraint(t, k)
}
