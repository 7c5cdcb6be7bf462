package index

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer/schema"
)

// Columns returns the key columns as PostgreSQL prints them: names or
// expressions, with collation, operator class, direction and order of nulls
// only where they are not the default.
func Columns(d Def) []string {
	out := make([]string, 0, len(d.Parts))
	for _, p := range d.Parts {
		out = append(out, column(p))
	}
	return out
}

func column(p schema.Part) string {
	s := schema.QuoteIdent(p.Column)
	if p.Column == "" {
		s = expression(p.Expr)
	}
	if p.Collation != "" {
		s += " COLLATE " + collationName(p.Collation)
	}
	if p.Opclass != "" {
		s += " " + p.Opclass
	}
	if p.Desc {
		s += " DESC"
	}
	if p.NullsFirst != p.Desc {
		s += map[bool]string{true: " NULLS FIRST", false: " NULLS LAST"}[p.NullsFirst]
	}
	return s
}

// collationName quotes a collation that is not quoted yet.
func collationName(name string) string {
	if strings.ContainsAny(name, `".`) {
		return name
	}
	return schema.QuoteIdent(name)
}

// expression puts parentheses around what is not a plain function call.
func expression(e string) string {
	if call(e) {
		return e
	}
	return "(" + e + ")"
}

// call reports whether the text is one function call, f(...), to its end.
func call(e string) bool {
	open := strings.IndexByte(e, '(')
	if open <= 0 || !strings.HasSuffix(e, ")") {
		return false
	}
	for i := range open {
		c := e[i]
		if c != '_' && c != '.' && (c < 'a' || c > 'z') && (c < '0' || c > '9' || i == 0) {
			return false
		}
	}
	switch e[:open] {
	case "cast", "coalesce", "nullif", "greatest", "least", "extract", "row", "case":
		return false // grammar of their own, not func_expr_windowless everywhere
	}
	depth := 0
	var quote byte
	for i := open; i < len(e); i++ {
		switch c := e[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 && i < len(e)-1 {
				return false
			}
		}
	}
	return depth == 0
}

// Identity is equal for definitions that are the same index under any name.
func Identity(d Def) string {
	var b strings.Builder
	b.Grow(64)
	b.WriteString(d.Table.Schema + "." + d.Table.Name + " " + d.Method + " (")
	for i, p := range d.Parts {
		if i > 0 {
			b.WriteString(", ")
		}
		if p.Column != "" {
			b.WriteString(p.Column)
		} else {
			b.WriteString("(" + p.Expr + ")")
		}
		for _, word := range []string{p.Collation, p.Opclass} {
			if word != "" {
				b.WriteString(" " + word)
			}
		}
		if p.Desc {
			b.WriteString(" desc")
		}
		if p.NullsFirst {
			b.WriteString(" nulls first")
		}
	}
	b.WriteString(")")
	if len(d.Include) > 0 {
		b.WriteString(" include (" + strings.Join(d.Include, ", ") + ")")
	}
	if d.Where != "" {
		b.WriteString(" where " + d.Where)
	}
	if d.Unique {
		b.WriteString(" unique")
	}
	return b.String()
}

// body is what follows the table in CREATE INDEX.
func body(d Def) string {
	var b strings.Builder
	if d.Method != "btree" {
		b.WriteString(" USING " + d.Method)
	}
	b.WriteString(" (" + strings.Join(Columns(d), ", ") + ")")
	if len(d.Include) > 0 {
		quoted := make([]string, len(d.Include))
		for i, c := range d.Include {
			quoted[i] = schema.QuoteIdent(c)
		}
		b.WriteString(" INCLUDE (" + strings.Join(quoted, ", ") + ")")
	}
	if d.Where != "" {
		b.WriteString(" WHERE " + d.Where)
	}
	return b.String()
}

// name chooses a name for the index that nothing in its schema has.
func name(d Def, taken func(string) bool) string {
	return schema.IndexName(d.Table.Name, d.Parts, taken)
}

// createStatements is the DDL of a new index: what it needs first, and no lock
// that blocks writes. A partitioned table cannot be indexed concurrently: the
// parent gets an index of its own that is invalid until each partition's,
// built concurrently, is attached to it.
func createStatements(d Def, t *schema.Table, sch *schema.Schema, taken func(string) bool) string {
	unique := ""
	if d.Unique {
		unique = "UNIQUE "
	}
	var lines []string
	if _, ext := extensionOf(d); ext != "" {
		lines = append(lines, "CREATE EXTENSION IF NOT EXISTS "+schema.QuoteIdent(ext)+";")
	}
	if t == nil || t.Kind != schema.KindPartitioned {
		lines = append(lines, fmt.Sprintf("CREATE %sINDEX CONCURRENTLY %s ON %s%s;", unique, schema.QuoteIdent(d.Name), sch.Quoted(d.Table), body(d)))
		return strings.Join(lines, "\n")
	}
	lines = append(lines, attach(d, t, sch, unique, "", taken)...)
	return strings.Join(lines, "\n")
}

// attach writes the index of a partitioned table, its partitions' and, where
// they are partitioned themselves, theirs. parent is the index to attach to.
func attach(d Def, t *schema.Table, sch *schema.Schema, unique, parent string, taken func(string) bool) []string {
	own := sch.QuotedBeside(d.Table, d.Name)
	lines := []string{fmt.Sprintf("CREATE %sINDEX %s ON ONLY %s%s;", unique, schema.QuoteIdent(d.Name), sch.Quoted(d.Table), body(d))}
	if t.Kind != schema.KindPartitioned {
		lines[0] = fmt.Sprintf("CREATE %sINDEX CONCURRENTLY %s ON %s%s;", unique, schema.QuoteIdent(d.Name), sch.Quoted(d.Table), body(d))
	}
	if t.Kind == schema.KindPartitioned {
		for _, p := range t.Partitions {
			part := sch.Table(p.Schema, p.Name)
			if part == nil || part.Kind == schema.KindForeign {
				continue
			}
			c := d
			c.Table = p
			c.Name = name(c, taken)
			lines = append(lines, attach(c, part, sch, unique, own, taken)...)
		}
	}
	if parent != "" {
		lines = append(lines, fmt.Sprintf("ALTER INDEX %s ATTACH PARTITION %s;", parent, own))
	}
	return lines
}

// rollback undoes createStatements. The index of a partitioned table cannot be
// dropped concurrently.
func rollback(d Def, t *schema.Table, sch *schema.Schema) string {
	name := sch.QuotedBeside(d.Table, d.Name)
	if t != nil && t.Kind == schema.KindPartitioned {
		return "DROP INDEX " + name + ";"
	}
	return "DROP INDEX CONCURRENTLY " + name + ";"
}

// extensionOf names the extension that an operator class comes from.
func extensionOf(d Def) (opclass, extension string) {
	for _, p := range d.Parts {
		if strings.HasSuffix(p.Opclass, "_trgm_ops") {
			return p.Opclass, "pg_trgm"
		}
	}
	return "", ""
}

// literals lists the constants that stand in the definition.
func literals(d Def) []string {
	var out []string
	texts := []string{d.Where}
	for _, p := range d.Parts {
		texts = append(texts, p.Expr)
	}
	for _, t := range texts {
		for {
			from := strings.IndexByte(t, '\'')
			if from < 0 {
				break
			}
			to := from + 1
			for to < len(t) && (t[to] != '\'' || to+1 < len(t) && t[to+1] == '\'') {
				if t[to] == '\'' {
					to++
				}
				to++
			}
			if l := t[from+1 : min(to, len(t))]; !slices.Contains(out, l) {
				out = append(out, l)
			}
			t = t[min(to+1, len(t)):]
		}
	}
	return out
}
