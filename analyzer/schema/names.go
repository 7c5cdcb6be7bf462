package schema

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	pg "github.com/pganalyze/pg_query_go/v5"
)

// maxName is NAMEDATALEN-1: longer names are cut by PostgreSQL.
const maxName = 63

// IndexName returns a name for an index on the table that taken does not
// know, by the rules of PostgreSQL's ChooseIndexName: table_columns_idx in at
// most 63 bytes, numbered where that is taken. An expression is named after
// its function and its columns: users_lower_email_idx.
func IndexName(table string, parts []Part, taken func(string) bool) string {
	var columns []string
	for _, p := range parts {
		name := p.Column
		if name == "" {
			name = expressionName(p.Expr)
		}
		columns = append(columns, name)
	}
	return chooseName(table, nameAddition(uniqueNames(columns)), "idx", taken)
}

// expressionName joins the functions and columns of an expression.
func expressionName(expr string) string {
	node := parseExpr(expr)
	if node == nil {
		return "expr"
	}
	var words []string
	walk(node, func(x any) bool {
		var w string
		switch n := x.(type) {
		case *pg.FuncCall:
			w = lastString(n.Funcname)
		case *pg.ColumnRef:
			w = lastString(n.Fields)
		case *pg.CoalesceExpr:
			w = "coalesce"
		}
		if w != "" && !slices.Contains(words, w) {
			words = append(words, w)
		}
		return true
	})
	if len(words) == 0 {
		return "expr"
	}
	return strings.Join(words, "_")
}

// chooseName is ChooseRelationName: label becomes label1, label2, ... until
// the name is free.
func chooseName(name1, name2, label string, taken func(string) bool) string {
	name, _ := chooseNameFrom(0, name1, name2, label, taken)
	return name
}

// chooseNameFrom begins with a number below which no name is free, and returns
// the number that it took.
func chooseNameFrom(number int, name1, name2, label string, taken func(string) bool) (string, int) {
	for ; ; number++ {
		modified := label
		if number > 0 {
			modified += strconv.Itoa(number)
		}
		if name := objectName(name1, name2, modified); taken == nil || !taken(name) {
			return name, number
		}
	}
}

// freeName is chooseName for a new object of a schema. It remembers how far
// names of the kind are taken: a thousand unnamed constraints of one column are
// not tried a thousand times each.
func (l *loader) freeName(schema, name1, name2, label string, taken func(string) bool) string {
	kind := [4]string{schema, name1, name2, label}
	name, number := chooseNameFrom(l.cat.named[kind], name1, name2, label, taken)
	if number > 0 {
		l.cat.named[kind] = number
	}
	return name
}

// objectName is makeObjectName: the longer of the two names is cut until
// name1_name2_label fits.
func objectName(name1, name2, label string) string {
	overhead := len(label) + 1
	if name2 != "" {
		overhead++
	}
	n1, n2 := len(name1), len(name2)
	for n1+n2 > maxName-overhead {
		if n1 > n2 {
			n1--
		} else {
			n2--
		}
	}
	name := clip(name1, n1)
	if name2 != "" {
		name += "_" + clip(name2, n2)
	}
	return name + "_" + label
}

// clip cuts a name to at most n bytes at a character boundary.
func clip(name string, n int) string {
	if len(name) <= n {
		return name
	}
	for n > 0 && !utf8.RuneStart(name[n]) {
		n--
	}
	return name[:n]
}

// nameAddition is ChooseIndexNameAddition: the columns joined by underscores,
// no further than one name's length.
func nameAddition(columns []string) string {
	var b strings.Builder
	for _, c := range columns {
		if b.Len() > 0 {
			b.WriteByte('_')
		}
		b.WriteString(clip(c, maxName))
		if b.Len() > maxName {
			break
		}
	}
	return b.String()
}

// uniqueNames is the numbering of ChooseIndexColumnNames: the second column of
// a name gets a 1.
func uniqueNames(names []string) []string {
	var out []string
	for _, name := range names {
		unique := name
		for i := 1; slices.Contains(out, unique); i++ {
			number := strconv.Itoa(i)
			unique = clip(name, maxName-len(number)) + number
		}
		out = append(out, unique)
	}
	return out
}

// figureName is FigureColname: what PostgreSQL calls the result of an
// expression, "" where it has no idea.
func figureName(node *pg.Node) string {
	name, _ := figure(node)
	return name
}

// figure also returns how good the name is: 2 for a column or function, 1 for
// a type or keyword.
func figure(node *pg.Node) (string, int) {
	switch n := node.GetNode().(type) {
	case *pg.Node_ColumnRef:
		if name := lastString(n.ColumnRef.Fields); name != "" {
			return name, 2
		}
	case *pg.Node_AIndirection:
		if name := lastString(n.AIndirection.Indirection); name != "" {
			return name, 2
		}
		return figure(n.AIndirection.Arg)
	case *pg.Node_FuncCall:
		return lastString(n.FuncCall.Funcname), 2
	case *pg.Node_AExpr:
		if n.AExpr.Kind == pg.A_Expr_Kind_AEXPR_NULLIF {
			return "nullif", 2
		}
	case *pg.Node_TypeCast:
		if name, strength := figure(n.TypeCast.Arg); strength > 1 {
			return name, strength
		}
		return lastString(n.TypeCast.TypeName.GetNames()), 1
	case *pg.Node_CollateClause:
		return figure(n.CollateClause.Arg)
	case *pg.Node_CaseExpr:
		if name, strength := figure(n.CaseExpr.Defresult); strength > 1 {
			return name, strength
		}
		return "case", 1
	case *pg.Node_AArrayExpr:
		return "array", 2
	case *pg.Node_RowExpr:
		return "row", 2
	case *pg.Node_CoalesceExpr:
		return "coalesce", 2
	case *pg.Node_MinMaxExpr:
		if n.MinMaxExpr.Op == pg.MinMaxOp_IS_GREATEST {
			return "greatest", 2
		}
		return "least", 2
	case *pg.Node_SubLink:
		switch n.SubLink.SubLinkType {
		case pg.SubLinkType_EXISTS_SUBLINK:
			return "exists", 2
		case pg.SubLinkType_ARRAY_SUBLINK:
			return "array", 2
		case pg.SubLinkType_EXPR_SUBLINK:
			list := n.SubLink.Subselect.GetSelectStmt().GetTargetList()
			if len(list) > 0 {
				target := list[0].GetResTarget()
				if target.GetName() != "" {
					return target.Name, 2
				}
				return figure(target.GetVal())
			}
		}
	}
	return "", 0
}
