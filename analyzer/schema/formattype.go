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
	array := ""
	if len(t.ArrayBounds) > 0 {
		array = "[]"
	}
	n := qualified(t.Names)
	var mods []string
	for _, m := range t.Typmods {
		mods = append(mods, strconv.Itoa(int(m.GetAConst().GetIval().GetIval())))
	}
	if n.Schema == "pg_catalog" || n.Schema == "" && (sqlNames[n.Name] != "" || builtin[n.Name]) {
		return builtinType(n.Name, mods) + array
	}
	if n.Schema == "" && strings.HasPrefix(n.Name, "_") && (sqlNames[n.Name[1:]] != "" || builtin[n.Name[1:]]) {
		return builtinType(n.Name[1:], nil) + "[]"
	}
	name := sqltree.QuoteIdent(n.Name)
	if n.Schema != "" {
		name = printedType(n)
	}
	return name + array
}
