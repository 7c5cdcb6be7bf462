package schema

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v5"
)

// partitionKey prints the columns and expressions of PARTITION BY.
func (l *loader) partitionKey(t *Table, n *pg.PartitionSpec) []string {
	var out []string
	for _, p := range n.GetPartParams() {
		e := p.GetPartitionElem()
		if e.GetName() != "" {
			out = append(out, e.Name)
		} else {
			out = append(out, l.expression(t, e.GetExpr()))
		}
	}
	return out
}

// inheritColumns gives a new table the columns of a parent.
func (l *loader) inheritColumns(t, parent *Table) {
	for _, c := range parent.Columns {
		col := copyColumn(c)
		l.share(c)
		if old := t.Column(col.Name); old != nil {
			l.merge(old, col)
			continue
		}
		t.Columns = append(t.Columns, col)
	}
}

// join makes a table a partition of another, or its heir.
func (l *loader) join(parent, t *Table, partition bool) {
	if t.Parent == nil {
		name := parent.Name
		t.Parent = &name
	}
	if partition {
		parent.Partitions = append(parent.Partitions, t.Name)
	} else {
		parent.Children = append(parent.Children, t.Name)
	}
	l.adopt(parent, t)
}

// inheritIndexes gives a partition the indexes of its parent.
func (l *loader) inheritIndexes(parent, t *Table) {
	for _, x := range slices.Clone(parent.Indexes) {
		l.attachOrClone(t, x)
	}
}

// attachPartition is ALTER TABLE ... ATTACH PARTITION.
func (l *loader) attachPartition(parent *Table, rv *pg.RangeVar) {
	t := l.target(rv, false)
	if t == nil {
		return
	}
	if t == parent || l.descends(parent, t) || t.Parent != nil {
		l.problem("%s cannot be a partition of %s", t.Name, parent.Name)
		return
	}
	if l.lacksColumn(parent, t) {
		return
	}
	for _, c := range parent.Columns {
		if col := t.Column(c.Name); col != nil {
			col.NotNull = col.NotNull || c.NotNull
		}
	}
	l.join(parent, t, true)
	l.inheritChecks(parent, t)
	l.inheritIndexes(parent, t)
	l.inheritForeignKeys(parent, t)
}

// inherit is ALTER TABLE ... INHERIT.
func (l *loader) inherit(t *Table, rv *pg.RangeVar) {
	parent := l.target(rv, false)
	if parent == nil {
		return
	}
	if t == parent || l.descends(parent, t) || slices.Contains(l.cat.parents[t], parent) {
		l.problem("%s cannot inherit from %s", t.Name, parent.Name)
		return
	}
	if l.lacksColumn(parent, t) {
		return
	}
	for _, c := range parent.Columns {
		if col := t.Column(c.Name); col != nil {
			l.cat.ownColumn[col] = true
		}
	}
	l.join(parent, t, false)
	l.inheritChecks(parent, t)
}

// lacksColumn says which column of its parent a table would need first.
func (l *loader) lacksColumn(parent, t *Table) bool {
	for _, c := range parent.Columns {
		if t.Column(c.Name) == nil {
			l.problem("%s has no column %s and cannot be a part of %s", t.Name, c.Name, parent.Name)
			return true
		}
	}
	return false
}

// leave is DETACH PARTITION and NO INHERIT: the table keeps what it has.
func (l *loader) leave(parent *Table, t *Table) {
	if parent == nil || t == nil || !slices.Contains(l.cat.parents[t], parent) {
		l.problem("the table is no partition or heir of that one")
		return
	}
	parent.Partitions = without(parent.Partitions, t.Name)
	parent.Children = without(parent.Children, t.Name)
	l.cat.parents[t] = without(l.cat.parents[t], parent)
	t.Parent = nil
	if rest := l.cat.parents[t]; len(rest) > 0 {
		name := rest[0].Name
		t.Parent = &name
	}
	for _, x := range t.Indexes {
		if above := l.cat.parentIndex[x]; above != nil && above.Table == parent.Name {
			l.detachIndex(x)
		}
	}
	for _, col := range t.Columns {
		l.cat.ownColumn[col] = true
	}
}

// descends reports whether t is somewhere below ancestor.
func (l *loader) descends(t, ancestor *Table) bool {
	return slices.Contains(l.descendants(ancestor), t)
}

// descendants returns everything below a table, each once.
func (l *loader) descendants(t *Table) []*Table {
	var out []*Table
	seen := map[*Table]bool{t: true}
	for _, child := range l.below(t) {
		out, seen[child] = append(out, child), true
	}
	for i := 0; i < len(out); i++ {
		for _, child := range l.below(out[i]) {
			if !seen[child] {
				out, seen[child] = append(out, child), true
			}
		}
	}
	return out
}
