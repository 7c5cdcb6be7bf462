package schema

import (
	"reflect"
	"slices"

	"github.com/apilint/apilint/analyzer/sqltree"
	pg "github.com/pganalyze/pg_query_go/v5"
)

// walk visits every message of a parse tree, parents first; visit returns
// whether to go below it.
func walk(root any, visit func(node any) bool) {
	if root == nil {
		return
	}
	walkValue(reflect.ValueOf(root), visit)
}

func walkValue(v reflect.Value, visit func(any) bool) {
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			walkValue(v.Elem(), visit)
		}
	case reflect.Pointer:
		if v.IsNil() || v.Elem().Kind() != reflect.Struct || !visit(v.Interface()) {
			return
		}
		v = v.Elem()
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				walkValue(v.Field(i), visit)
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		for i := range v.Len() {
			walkValue(v.Index(i), visit)
		}
	}
}

// parseExpr parses an expression that was printed before; nil if it cannot be
// read.
func parseExpr(text string) *pg.Node {
	if text == "" {
		return nil
	}
	tree, err := sqltree.Parse("SELECT " + text)
	if err != nil || len(tree.Stmts) != 1 {
		return nil
	}
	list := tree.Stmts[0].Node.GetSelectStmt().GetTargetList()
	if len(list) != 1 {
		return nil
	}
	return list[0].GetResTarget().GetVal()
}

// columnsOf returns the columns an expression mentions, each once.
func columnsOf(node *pg.Node) []string {
	var out []string
	walk(node, func(x any) bool {
		if ref, ok := x.(*pg.ColumnRef); ok {
			if name := lastString(ref.Fields); name != "" && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
		return true
	})
	return out
}

// mentions reports whether a printed expression uses the column.
func mentions(text, column string) bool {
	return text != "" && slices.Contains(columnsOf(parseExpr(text)), column)
}

// renamed prints an expression again with a column's new name.
func renamed(text, from, to string) string {
	node := parseExpr(text)
	if node == nil || !slices.Contains(columnsOf(node), from) {
		return text
	}
	walk(node, func(x any) bool {
		if ref, ok := x.(*pg.ColumnRef); ok && lastString(ref.Fields) == from {
			ref.Fields[len(ref.Fields)-1].GetString_().Sval = to
		}
		return true
	})
	out, err := sqltree.DeparseExpr(node)
	if err != nil {
		return text
	}
	return out
}

// lastString returns the last name of a qualified one, "" if it is a star or
// a subscript.
func lastString(names []*pg.Node) string {
	if len(names) == 0 {
		return ""
	}
	return names[len(names)-1].GetString_().GetSval()
}

// stringsOf returns the names in a list of String nodes.
func stringsOf(names []*pg.Node) []string {
	var out []string
	for _, n := range names {
		out = append(out, n.GetString_().GetSval())
	}
	return out
}

// qualified reads a possibly schema-qualified name; a catalog before it is
// ignored.
func qualified(names []*pg.Node) Name {
	parts := stringsOf(names)
	switch len(parts) {
	case 0:
		return Name{}
	case 1:
		return Name{Name: parts[0]}
	}
	return Name{parts[len(parts)-2], parts[len(parts)-1]}
}
