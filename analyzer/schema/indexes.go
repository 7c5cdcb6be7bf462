package schema

import (
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"
)

func (l *loader) createIndex(n *pg.IndexStmt) {
	t := l.target(n.Relation, false)
	if t == nil {
		return
	}
	x := &Index{
		Name: n.Idxname, Table: t.Name, Place: l.place(n.Relation.GetLocation()), Method: strings.ToLower(n.AccessMethod),
		Unique: n.Unique, NullsNotDistinct: n.NullsNotDistinct,
	}
	x.Place = Place{l.path, l.line}
	if x.Method == "" {
		x.Method = "btree"
	}
	for _, p := range n.IndexParams {
		x.Parts = append(x.Parts, l.part(t, x.Method, p.GetIndexElem()))
	}
	for _, p := range n.IndexIncludingParams {
		x.Include = append(x.Include, p.GetIndexElem().GetName())
	}
	x.Where = l.expression(t, n.WhereClause)
	if n.WhereClause != nil && x.Where == "" || !l.usable(t, x) {
		return
	}
	if x.Name == "" {
		x.Name = l.indexName(t, x, false)
	} else if l.relationTaken(Name{t.Schema, x.Name}) {
		if !n.IfNotExists {
			l.problem("relation %s already exists", x.Name)
		}
		return
	}
	l.placeIndex(t, x, !n.Relation.GetInh())
}

// maxKeys is what PostgreSQL allows (INDEX_MAX_KEYS).
const maxKeys = 32

// usable reports whether the table has what the index is on.
func (l *loader) usable(t *Table, x *Index) bool {
	if t.Kind == KindView || t.Kind == KindForeign {
		l.problem("%s cannot have an index", t.Name)
		return false
	}
	if len(x.Parts) == 0 {
		l.problem("an index on nothing")
		return false
	}
	if len(x.Parts)+len(x.Include) > maxKeys {
		l.problem("an index on more than %d columns", maxKeys)
		return false
	}
	columns := slices.Clone(x.Include)
	for _, p := range x.Parts {
		switch {
		case p.Column != "":
			columns = append(columns, p.Column)
		case p.Expr == "":
			return false // its printing was the problem
		default:
			columns = append(columns, columnsOf(parseExpr(p.Expr))...)
		}
	}
	columns = append(columns, columnsOf(parseExpr(x.Where))...)
	for _, c := range columns {
		if t.Column(c) == nil && !systemColumns[c] && c != t.Name.Name {
			l.problem("no column %s of %s", c, t.Name)
			return false
		}
	}
	return true
}

var systemColumns = wordSet("tableoid xmin cmin xmax cmax ctid")

// part reads one key column of an index and leaves out what is the default.
func (l *loader) part(t *Table, method string, e *pg.IndexElem) Part {
	p := Part{Column: e.GetName(), Collation: collation(e.GetCollation())}
	if p.Column == "" {
		expr := plain(t, e.GetExpr())
		if c := expr.GetCollateClause(); c != nil && c.Arg.GetColumnRef() != nil && p.Collation == "" {
			p.Collation = collation(c.Collname)
			expr = c.Arg
		}
		if ref := expr.GetColumnRef(); ref != nil && t.Column(lastString(ref.Fields)) != nil {
			p.Column = lastString(ref.Fields)
		} else {
			p.Expr = l.expression(t, expr)
		}
	}
	own := ""
	if col := t.Column(p.Column); col != nil {
		own = col.Collation
	}
	if p.Collation == own || p.Collation == "default" && own == "" {
		p.Collation = ""
	}
	p.Opclass = opclass(method, qualified(e.GetOpclass()))
	p.Desc = e.GetOrdering() == pg.SortByDir_SORTBY_DESC
	switch e.GetNullsOrdering() {
	case pg.SortByNulls_SORTBY_NULLS_FIRST:
		p.NullsFirst = true
	case pg.SortByNulls_SORTBY_NULLS_LAST:
		p.NullsFirst = false
	default:
		p.NullsFirst = p.Desc
	}
	return p
}

// indexName is ChooseIndexName for an index that was given none.
func (l *loader) indexName(t *Table, x *Index, constraint bool) string {
	taken := func(n string) bool {
		full := Name{t.Schema, n}
		return l.relationTaken(full) || constraint && l.cat.constraints[full] > 0
	}
	if x.Primary {
		return l.freeName(t.Schema, t.Name.Name, "", "pkey", taken)
	}
	var columns []string
	for _, p := range x.Parts {
		name := p.Column
		if name == "" {
			if name = figureName(parseExpr(p.Expr)); name == "" {
				name = "expr"
			}
		}
		columns = append(columns, name)
	}
	label := "idx"
	switch {
	case x.excludes:
		label = "excl"
	case constraint:
		label = "key"
	}
	return l.freeName(t.Schema, t.Name.Name, nameAddition(uniqueNames(append(columns, x.Include...))), label, taken)
}

// placeIndex puts a named index on a table and, unless ONLY was said, on the
// partitions.
func (l *loader) placeIndex(t *Table, x *Index, only bool) {
	t.Indexes = append(t.Indexes, x)
	l.cat.indexes.set(Name{t.Schema, x.Name}, x)
	if t.Kind != KindPartitioned {
		return
	}
	if only {
		x.Invalid = len(t.Partitions) > 0
		return
	}
	for _, n := range t.Partitions {
		if child := l.tables.get(n); child != nil {
			l.attachOrClone(child, x)
		}
	}
}

// attachOrClone gives a partition an index of its parent: one that it has
// already, or a new one.
func (l *loader) attachOrClone(t *Table, parent *Index) {
	if t.Kind == KindForeign {
		return
	}
	for _, x := range t.Indexes {
		if l.cat.parentIndex[x] == nil && (parent.Constraint == "" || x.Constraint != "" && x.Primary == parent.Primary) && sameIndex(x, parent) {
			l.cat.parentIndex[x] = parent
			return
		}
	}
	if x := l.cloneIndex(t, parent); x != nil {
		l.cat.parentIndex[x] = parent
	}
}

// sameIndex reports whether two indexes index the same. Like CompareIndexInfo
// it does not look at directions.
func sameIndex(a, b *Index) bool {
	return a.Method == b.Method && a.Unique == b.Unique && a.excludes == b.excludes &&
		a.NullsNotDistinct == b.NullsNotDistinct && a.Where == b.Where && slices.Equal(a.Include, b.Include) &&
		slices.EqualFunc(a.Parts, b.Parts, func(p, q Part) bool {
			p.Desc, p.NullsFirst = q.Desc, q.NullsFirst
			return p == q
		})
}

// cloneIndex copies an index of another table, with its constraint, under a
// name of its own.
func (l *loader) cloneIndex(t *Table, from *Index) *Index {
	x := *from
	x.Parts, x.Include = slices.Clone(from.Parts), slices.Clone(from.Include)
	x.Table, x.Place, x.Name, x.Constraint, x.Stats, x.Invalid = t.Name, t.Place, "", "", nil, false
	if from.Primary && t.PrimaryKey() != nil {
		return nil
	}
	for i := range x.Parts {
		if x.Parts[i].Collation == "default" {
			x.Parts[i].Collation = "" // generateClonedIndexStmt loses it: the column's own takes over
		}
	}
	if from.Constraint != "" {
		return l.addKey(t, &x, false)
	}
	x.Name = l.indexName(t, &x, false)
	l.placeIndex(t, &x, false)
	return &x
}

// attachIndex is ALTER INDEX ... ATTACH PARTITION: an index made with ONLY is
// valid once every partition has its part.
func (l *loader) attachIndex(parent *Index, rv *pg.RangeVar) {
	x := l.lookupIndex(Name{rv.GetSchemaname(), rv.GetRelname()})
	if x == nil {
		l.problem("no index %s", rv.GetRelname())
		return
	}
	l.cat.parentIndex[x] = parent
	l.validate(parent)
}

func (l *loader) validate(parent *Index) {
	if !parent.Invalid {
		return
	}
	t := l.tables.get(parent.Table)
	if t == nil {
		return
	}
	for _, n := range slices.Backward(t.Partitions) { // attached in order: the last one is missing longest
		child := l.tables.get(n)
		if child == nil || child.Kind == KindForeign {
			continue
		}
		i := slices.IndexFunc(child.Indexes, func(x *Index) bool { return l.cat.parentIndex[x] == parent })
		if i < 0 || child.Indexes[i].Invalid {
			return
		}
	}
	parent.Invalid = false
	if above := l.cat.parentIndex[parent]; above != nil {
		l.validate(above)
	}
}

// removeIndex takes an index away, with the parts of its partitions; what it
// backs stays.
func (l *loader) removeIndex(x *Index) {
	t := l.tables.get(x.Table)
	if t == nil {
		return
	}
	for _, child := range l.below(t) {
		for _, part := range slices.Clone(child.Indexes) {
			if l.cat.parentIndex[part] == x {
				l.dropIndex(part)
			}
		}
	}
	delete(l.cat.parentIndex, x)
	l.cat.indexes.remove(Name{t.Schema, x.Name})
	clear(l.cat.named)
	t.Indexes = without(t.Indexes, x)
}

// detachIndex makes the index of a former partition one of its own.
func (l *loader) detachIndex(x *Index) { delete(l.cat.parentIndex, x) }
