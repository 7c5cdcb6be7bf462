package schema

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v5"
)

// column reads a column definition and returns the constraints that are more
// than properties of the column.
func (l *loader) column(def *pg.ColumnDef) (*Column, []declared) {
	col := &Column{Name: def.Colname, Type: l.typeName(def.TypeName)}
	if integer, ok := serialType(def.TypeName); ok {
		col.Type, col.NotNull = integer, true
	}
	if def.CollClause != nil {
		col.Collation = collation(def.CollClause.Collname)
	}
	col.NotNull = col.NotNull || def.IsNotNull
	var rest []declared
	for _, node := range def.Constraints {
		c := node.GetConstraint()
		switch c.GetContype() {
		case pg.ConstrType_CONSTR_NOTNULL:
			col.NotNull = true
		case pg.ConstrType_CONSTR_DEFAULT:
			col.Default = l.defaultOf(col, c.RawExpr)
		case pg.ConstrType_CONSTR_IDENTITY:
			col.NotNull = true
		case pg.ConstrType_CONSTR_GENERATED:
			col.Generated, col.Default = true, l.expression(nil, c.RawExpr)
		case pg.ConstrType_CONSTR_PRIMARY, pg.ConstrType_CONSTR_UNIQUE, pg.ConstrType_CONSTR_CHECK,
			pg.ConstrType_CONSTR_FOREIGN, pg.ConstrType_CONSTR_EXCLUSION:
			rest = append(rest, declared{c, col.Name})
		}
	}
	return col, rest
}

// defaultOf prints a column's default; PostgreSQL casts a constant to the
// column's type, which says nothing new.
func (l *loader) defaultOf(col *Column, node *pg.Node) string {
	if cast := node.GetTypeCast(); cast.GetArg().GetAConst() != nil && (isString(cast.Arg) || cast.Arg.GetAConst().Isnull) &&
		baseName(l.typeName(cast.TypeName)) == baseName(col.Type) {
		node = cast.Arg
	}
	if c := node.GetAConst(); c != nil && c.Isnull {
		return "" // DEFAULT NULL is none
	}
	text := l.expression(nil, node)
	if call := node.GetFuncCall(); lastString(call.GetFuncname()) == "nextval" {
		if seq := l.findSequence(sequenceOf(call)); seq.Name != "" {
			l.cat.shared[seq] = true
			return nextval(seq)
		}
	}
	return text
}

// sequenceOf is the name in nextval('name'::regclass).
func sequenceOf(call *pg.FuncCall) Name {
	if len(call.Args) != 1 {
		return Name{}
	}
	arg := call.Args[0]
	if cast := arg.GetTypeCast(); cast != nil {
		arg = cast.Arg
	}
	ref := parseExpr(arg.GetAConst().GetSval().GetSval()).GetColumnRef()
	return qualified(ref.GetFields())
}

// share remembers that a copied column draws from a sequence of another.
func (l *loader) share(from *Column) {
	if seq, ok := l.cat.owned[from]; ok {
		l.cat.shared[seq] = true
	}
}

// serialType returns the integer type behind serial and its sisters.
func serialType(t *pg.TypeName) (string, bool) {
	n := qualified(t.GetNames())
	if n.Schema != "" || len(t.GetArrayBounds()) > 0 {
		return "", false
	}
	integer, ok := serials[n.Name]
	return integer, ok
}

// ownSequence creates the sequence of a serial or identity column, which takes
// a name that no other relation can have.
func (l *loader) ownSequence(t *Table, col *Column, def *pg.ColumnDef) {
	_, serial := serialType(def.TypeName)
	identity := slices.ContainsFunc(def.Constraints, func(n *pg.Node) bool {
		return n.GetConstraint().GetContype() == pg.ConstrType_CONSTR_IDENTITY
	})
	if !serial && !identity {
		return
	}
	name := Name{t.Schema, l.freeName(t.Schema, t.Name.Name, col.Name, "seq", func(n string) bool {
		return l.relationTaken(Name{t.Schema, n})
	})}
	l.cat.own(col, name)
	if serial && col.Default == "" {
		col.Default = nextval(name)
	}
}

// merge adds what a second definition of a column says: of a child beside its
// parent, or of a partition.
func (l *loader) merge(col, more *Column) {
	col.NotNull = col.NotNull || more.NotNull
	if more.Default != "" {
		col.Default, col.Generated = more.Default, more.Generated
	}
	if col.Collation == "" {
		col.Collation = more.Collation
	}
}

// addColumn appends a column and gives it the next number.
func (t *Table) addColumn(col *Column) {
	t.lastNum++
	col.Num = t.lastNum
	t.Columns = append(t.Columns, col)
}
