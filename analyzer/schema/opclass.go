package schema

import (
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"
)

// opclass prints an operator class, "" for the default of its type.
func opclass(method string, n Name) string {
	if n.Name == "" || defaultOpclass(method, n.Name) {
		return ""
	}
	if n.Schema == "" || n.Schema == "public" || n.Schema == "pg_catalog" {
		return QuoteIdent(n.Name)
	}
	return QuoteIdent(n.Schema) + "." + QuoteIdent(n.Name)
}

// defaultOpclass knows the operator classes of PostgreSQL that are the default
// of a type (pg_opclass.opcdefault), or mean the same.
func defaultOpclass(method, name string) bool {
	base, ok := strings.CutSuffix(name, "_ops")
	if !ok {
		return false
	}
	switch method {
	case "btree", "hash":
		return !strings.HasSuffix(base, "_pattern") && (sqlNames[base] != "" || builtin[base] || base == "array" ||
			base == "enum" || base == "range" || base == "multirange" || base == "record" || base == "citext")
	case "gin":
		return base == "jsonb" || base == "array" || base == "tsvector"
	case "gist":
		return slices.Contains([]string{"box", "circle", "multirange", "point", "poly", "range", "tsvector", "tsquery"}, base)
	case "spgist":
		return slices.Contains([]string{"box", "inet", "poly", "quad_point", "range", "text"}, base)
	case "brin":
		return strings.HasSuffix(base, "_minmax") && base != "inet_minmax" || strings.HasSuffix(base, "_inclusion")
	}
	return false
}

// collation prints the name of a collation, "" for none.
func collation(names []*pg.Node) string {
	n := qualified(names)
	if n.Schema == "" || n.Schema == "pg_catalog" {
		return n.Name
	}
	return QuoteIdent(n.Schema) + "." + QuoteIdent(n.Name)
}
