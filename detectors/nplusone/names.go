package nplusone

import (
	"slices"
	"strings"
	"unicode"

	"github.com/apilint/apilint/analyzer/schema"
)

// isID reports a column that names its own row by convention.
func isID(column string) bool {
	switch strings.ToLower(column) {
	case "id", "uuid", "guid", "pk", "_id", "oid":
		return true
	}
	return false
}

// ownKey reports a column that names its own row by convention: id, or the
// whole of the table's name with an ending, as invoiceId of Invoice.
func ownKey(column, table string) bool {
	return isID(column) || plain(stem(column)) != "" && plain(stem(column)) == plain(table)
}

// shortKey reports a column that may name its own row by a part of the table's
// name, as emp_no does in employee and post_id in blog_post; post_id in
// posts_tags, too, where it does not.
func shortKey(column, table string) bool {
	s, t := stem(column), snake(table)
	t = t[strings.LastIndexByte(t, '_')+1:]
	return names(s, table) || len(s) >= 3 && len(s) < len(t) && strings.HasPrefix(t, s)
}

// plain is a name in the singular, in lower case and in one word.
func plain(name string) string { return strings.ReplaceAll(singular(snake(name)), "_", "") }

// endings of columns that name a row of another table.
var endings = []string{"_id", "_uuid", "_guid", "_pk", "_fk", "_ref", "_key", "_no", "_nr", "_num", "_number", "_code", "_slug", "_sku"}

// ending is the last word of a column that has one of those endings, "" none.
func ending(column string) string {
	c := snake(column)
	for _, e := range endings {
		if strings.HasSuffix(c, e) || c == e[1:] {
			return e[1:]
		}
	}
	return ""
}

// stem is what a column that points to another table points to, by its name:
// user_id, userId, user_uuid, fk_user and id_user give user; "" is none.
func stem(column string) string {
	c := snake(column)
	for _, suffix := range endings {
		if s, ok := strings.CutSuffix(c, suffix); ok && s != "" {
			return strings.TrimPrefix(s, "fk_")
		}
	}
	for _, prefix := range []string{"id_", "fk_"} {
		if s, ok := strings.CutPrefix(c, prefix); ok && s != "" {
			return s
		}
	}
	if s, ok := strings.CutSuffix(c, "id"); ok && len(s) > 2 {
		return s
	}
	return ""
}

// snake writes userId and UserID as user_id.
func snake(name string) string {
	var b strings.Builder
	lower := false
	for _, r := range name {
		if unicode.IsUpper(r) && lower {
			b.WriteByte('_')
		}
		lower = unicode.IsLower(r) || unicode.IsDigit(r)
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// names reports whether a stem names a table: in the singular or plural, and
// without the prefixes that applications put before their tables.
func names(stem, table string) bool {
	if plain(stem) == "" {
		return false
	}
	t := snake(table)
	for {
		if plain(t) == plain(stem) {
			return true
		}
		i := strings.IndexByte(t, '_')
		if i < 0 {
			return false
		}
		t = t[i+1:]
	}
}

// singular is a guess that only needs to give the same for both sides.
func singular(word string) string {
	switch {
	case word == "people" || strings.HasSuffix(word, "_people"):
		return strings.TrimSuffix(word, "people") + "person"
	case word == "children" || strings.HasSuffix(word, "_children"):
		return strings.TrimSuffix(word, "ren")
	case strings.HasSuffix(word, "ies") && len(word) > 4:
		return word[:len(word)-3] + "y"
	case strings.HasSuffix(word, "sses"), strings.HasSuffix(word, "shes"), strings.HasSuffix(word, "ches"),
		strings.HasSuffix(word, "xes"), strings.HasSuffix(word, "zes"), strings.HasSuffix(word, "uses") && !strings.HasSuffix(word, "houses"):
		return word[:len(word)-2]
	case strings.HasSuffix(word, "ss"), strings.HasSuffix(word, "us"), strings.HasSuffix(word, "is"):
		return word
	case strings.HasSuffix(word, "s") && len(word) > 2:
		return word[:len(word)-1]
	}
	return word
}

// foreignKey is the constraint by which a column points to another table.
func foreignKey(t *schema.Table, column string) *schema.Constraint {
	if t == nil {
		return nil
	}
	for _, c := range t.Constraints {
		if c.Kind != schema.ForeignKey {
			continue
		}
		for _, col := range c.Columns {
			if col == column {
				return c
			}
		}
	}
	return nil
}

// refers reports whether column of t points to that column of the table.
func refers(t *schema.Table, column string, to *schema.Table, toColumn string) bool {
	if t == nil || to == nil {
		return false
	}
	for _, c := range t.Constraints {
		if c.Kind != schema.ForeignKey || c.RefTable != to.Name {
			continue
		}
		for i, col := range c.Columns {
			if col == column && i < len(c.RefColumns) && (toColumn == "" || c.RefColumns[i] == toColumn) {
				return true
			}
		}
	}
	return false
}

// unique reports columns of which some are given to at most one row.
func unique(t *schema.Table, columns ...string) bool {
	if t == nil {
		return false
	}
	other := func(c string) bool { return !slices.Contains(columns, c) }
	for _, c := range t.Constraints {
		if (c.Kind == schema.PrimaryKey || c.Kind == schema.Unique) && len(c.Columns) > 0 && !slices.ContainsFunc(c.Columns, other) {
			return true
		}
	}
	for _, x := range t.Indexes {
		if x.Unique && x.Where == "" && len(x.Parts) > 0 && !slices.ContainsFunc(x.Parts, func(p schema.Part) bool { return p.Column == "" || other(p.Column) }) {
			return true
		}
	}
	return false
}
