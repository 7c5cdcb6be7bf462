package schema

import (
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/apilint/apilint/analyzer/sqltree"
)

// FormatType prints a type as PostgreSQL's format_type does. A type that is
// not PostgreSQL's own keeps the name it was written with.
func FormatType(t *pg.TypeName) string {
	if t == nil {
		return ""
	}
	n := qualified(t.Names)
	var mods []string
	for _, m := range t.Typmods {
		mods = append(mods, strconv.Itoa(int(m.GetAConst().GetIval().GetIval())))
	}
	if own, ok := ownType(n, mods, array(t)); ok {
		return own
	}
	name := sqltree.QuoteIdent(n.Name)
	if n.Schema != "" {
		name = printedType(n)
	}
	return name + array(t)
}

// array is what follows the name of an array's type.
func array(t *pg.TypeName) string {
	if len(t.ArrayBounds) > 0 {
		return "[]"
	}
	return ""
}

// ownType prints a type of PostgreSQL's own; ok is false for any other.
func ownType(n Name, mods []string, array string) (printed string, ok bool) {
	own := func(name string) bool { return sqlNames[name] != "" || builtin[name] }
	switch {
	case n.Schema == "pg_catalog" || n.Schema == "" && own(n.Name):
		return builtinType(n.Name, mods) + array, true
	case n.Schema == "" && strings.HasPrefix(n.Name, "_") && own(n.Name[1:]):
		return builtinType(n.Name[1:], nil) + "[]", true // _int4 is the type integer[]
	}
	return "", false
}
