package index

import (
	"strings"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
)

// baseType strips modifiers and the schema pg_catalog: "character varying".
func baseType(t string) string {
	if i := strings.IndexByte(t, '('); i >= 0 {
		rest := ""
		if j := strings.IndexByte(t, ')'); j > i {
			rest = t[j+1:]
		}
		t = t[:i] + rest
	}
	return strings.TrimPrefix(strings.TrimSpace(t), "pg_catalog.")
}

// textual reports whether LIKE and pattern operator classes apply: to the text
// types, and to a type that is unknown or user-defined (a domain, mostly).
func textual(c *schema.Column) bool {
	if c == nil {
		return true
	}
	t := baseType(c.Type)
	if strings.HasSuffix(t, "[]") {
		return false
	}
	switch t {
	case "smallint", "integer", "bigint", "numeric", "real", "double precision", "boolean", "uuid", "bytea", "json", "jsonb", "date",
		"interval", "inet", "cidr", "macaddr", "tsvector", "money", "oid", "xml", "citext", "bit", "bit varying":
		return false
	}
	return !strings.HasPrefix(t, "time")
}

// bytewise reports whether the collation compares bytes, so that the plain
// operator class serves LIKE 'x%' too. The C.UTF-8 of the C library is not one
// of them for PostgreSQL (lc_collate_is_c in pg_locale.c knows C and POSIX).
func bytewise(collation string) bool {
	switch strings.Trim(strings.TrimPrefix(collation, "pg_catalog."), `"`) {
	case "C", "POSIX", "ucs_basic":
		return true
	}
	return false
}

// collationOf is the effective collation of an index part, "" unknown.
func collationOf(p schema.Part, c *schema.Column, sch *schema.Schema) string {
	switch {
	case p.Collation != "":
		return p.Collation
	case c != nil && c.Collation != "":
		return c.Collation
	case sch != nil:
		return sch.Settings["lc_collate"]
	}
	return ""
}

// patternOpclass is the b-tree operator class that serves LIKE 'x%', "" when
// the default one does.
func patternOpclass(p schema.Part, c *schema.Column, sch *schema.Schema) string {
	if bytewise(collationOf(p, c, sch)) {
		return ""
	}
	if c != nil && baseType(c.Type) == "character" {
		return "bpchar_pattern_ops"
	}
	return "text_pattern_ops"
}

func isPatternOpclass(o string) bool { return strings.HasSuffix(o, "_pattern_ops") }

// ginOpclass is the operator class and the extension that a GIN index needs
// for a condition.
func ginOpclass(c *cond, col *schema.Column) (opclass, extension string) {
	switch {
	case c.kind == trigram:
		return "gin_trgm_ops", "pg_trgm"
	case c.kind == contains && col != nil && col.Type == "jsonb" && (c.pred.Operator == "@>" || c.pred.Operator == "@?"):
		return "jsonb_path_ops", ""
	}
	return "", ""
}

// ginServes reports whether a GIN or GiST index part with that operator class
// answers the condition.
func ginServes(method string, p schema.Part, c *cond) bool {
	trgm := strings.HasSuffix(p.Opclass, "_trgm_ops")
	switch c.kind {
	case trigram:
		return trgm
	case prefixed:
		return trgm
	case matches:
		return !trgm
	case contains:
		if p.Opclass == "jsonb_path_ops" {
			return c.pred.Operator == "@>" || c.pred.Operator == "@?" || c.pred.Operator == "@@"
		}
		return !trgm && (method == "gin" || c.pred.Operator != "?")
	case equal, list:
		return strings.HasPrefix(p.Opclass, method+"_") && !trgm || method == "gist" && p.Opclass != "" && !trgm
	}
	return false
}

// selectiveColumn guesses without statistics whether one value of the column
// keeps few rows: foreign keys, keys, uuids and times do; booleans, enums and
// short codes may not.
func selectiveColumn(t *schema.Table, name string) bool {
	if t == nil || name == "" {
		return false
	}
	for _, c := range t.Constraints {
		switch c.Kind {
		case schema.ForeignKey, schema.Unique, schema.PrimaryKey:
			if len(c.Columns) > 0 && c.Columns[0] == name {
				return true
			}
		}
	}
	col := t.Column(name)
	if col == nil {
		return false
	}
	typ := baseType(col.Type)
	return typ == "uuid" || typ == "bytea" || typ == "inet" || strings.HasPrefix(typ, "timestamp")
}

// looksLikeKey reports whether, without any schema, the column is most likely
// the primary key of the table: id, or the table's own name with _id.
func looksLikeKey(table, column string) bool {
	column, table = strings.ToLower(column), strings.ToLower(table)
	if column == "id" {
		return true
	}
	stem, ok := strings.CutSuffix(column, "id")
	if !ok {
		return false
	}
	stem = strings.TrimSuffix(stem, "_")
	return stem != "" && (table == stem || table == stem+"s" || table == stem+"es" ||
		strings.TrimSuffix(stem, "y")+"ies" == table)
}

// insensitive reports whether a pattern ignores case.
func insensitive(p *query.Predicate) bool {
	return p.Op == query.ILike || p.Op == query.Regex && strings.Contains(p.Operator, "*")
}
