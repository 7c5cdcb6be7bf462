package schema

import (
	"regexp"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer/sqltree"
)

// newerSyntax is what PostgreSQL 17 and 18 write and the parser's grammar (16)
// does not know, with the nearest it does. It is tried only on a statement
// that does not parse, one rewriting at a time until it does. Replacements are
// of equal length so that line and offset stay true.
var newerSyntax = []struct {
	pattern *regexp.Regexp
	with    func(match string) string
}{
	// Constraints that are not enforced say nothing about the data, but the
	// table is worth having.
	{regexp.MustCompile(`(?i)\s(NOT\s+)?ENFORCED\b`), blank},
	{regexp.MustCompile(`(?i)\s+VIRTUAL\b`), func(m string) string { return pad(" STORED", len(m)) }},
	{regexp.MustCompile(`(?i)\bADD\s+(CONSTRAINT\s+("[^"]+"|\w+)\s+)?NOT\s+NULL\s+("[^"]+"|\w+)(\s+NO\s+INHERIT)?(\s+NOT\s+VALID)?`), func(m string) string {
		column := notNullColumn.FindStringSubmatch(m)[1]
		return pad("ALTER "+column+" SET NOT NULL", len(m))
	}},
	{namedNotNull, blank}, // see setNotNull
	{regexp.MustCompile(`(?i)\s+WITHOUT\s+OVERLAPS\b`), blank},
	{regexp.MustCompile(`(?i),\s*PERIOD\s`), func(m string) string { return pad(",", len(m)) }},
	{regexp.MustCompile(`(?i)(NOT\s+NULL)\s+NO\s+INHERIT\b`), func(m string) string { return pad("NOT NULL", len(m)) }},
	// Placeholders of Flyway and goose, ${name}, and of tern, {{.name}}: a
	// schema in front of a name, then a name.
	{regexp.MustCompile(`(\$\{[\w.:-]+\}|\{\{-?\s*\.?\w+\s*-?\}\})\.`), blank},
	{regexp.MustCompile(`\$\{[\w.:-]+\}\w*`), placeholderName},
	{regexp.MustCompile(`\{\{-?\s*\.?\w+\s*-?\}\}\w*`), placeholderName},
}

// namedNotNull is NOT NULL as a constraint of the table.
var (
	namedNotNull  = regexp.MustCompile(`(?i),?\s*CONSTRAINT\s+("[^"]+"|\w+)\s+NOT\s+NULL\s+("[^"]+"|\w+)(\s+NO\s+INHERIT)?`)
	notNullColumn = regexp.MustCompile(`(?i)NOT\s+NULL\s+("[^"]+"|\w+)`)
)

// placeholderName is the name that a placeholder leaves, with what follows it.
func placeholderName(m string) string {
	name, rest, _ := strings.Cut(m, "}")
	name = strings.Trim(nonWord.ReplaceAllString(name, "_"), "_")
	return pad(name+strings.TrimLeft(rest, "}"), len(m))
}

var nonWord = regexp.MustCompile(`\W`)

func blank(m string) string { return pad("", len(m)) }

func pad(s string, n int) string {
	for len(s) < n {
		s += " "
	}
	return s
}

// generatedWithout is a generated column of PostgreSQL 18 that does not say
// how it is kept (VIRTUAL is the default).
var generatedWithout = regexp.MustCompile(`(?i)GENERATED\s+ALWAYS\s+AS\s*\(`)

// parseNewer parses a statement, if need be after rewriting newer syntax. The
// error is that of the text as it stands.
func parseNewer(text string) (*sqltree.Tree, *sqltree.ParseError) {
	tree, err := sqltree.Parse(text)
	if err == nil {
		return tree, nil
	}
	var notNull []string
	for _, s := range newerSyntax {
		rewritten := s.pattern.ReplaceAllStringFunc(text, s.with)
		if rewritten == text {
			continue
		}
		if s.pattern == namedNotNull {
			for _, m := range namedNotNull.FindAllStringSubmatch(text, -1) {
				notNull = append(notNull, m[2])
			}
		}
		text = rewritten
		if tree, err := sqltree.Parse(text); err == nil {
			setNotNull(tree, notNull)
			return tree, nil
		}
	}
	if stored := storeGenerated(text); stored != text {
		if tree, err := sqltree.Parse(stored); err == nil {
			setNotNull(tree, notNull)
			return tree, nil
		}
	}
	first, ok := err.(*sqltree.ParseError)
	if !ok {
		first = &sqltree.ParseError{Message: err.Error()}
	}
	return nil, first
}

// setNotNull puts NOT NULL at the columns that a blanked constraint named.
func setNotNull(tree *sqltree.Tree, columns []string) {
	for _, stmt := range tree.Stmts {
		for _, e := range stmt.Node.GetCreateStmt().GetTableElts() {
			if def := e.GetColumnDef(); def != nil && slices.ContainsFunc(columns, func(c string) bool {
				return c == `"`+def.Colname+`"` || strings.ToLower(c) == def.Colname
			}) {
				def.IsNotNull = true
			}
		}
	}
}

// storeGenerated writes STORED behind every generated column that says
// neither STORED nor VIRTUAL.
func storeGenerated(text string) string {
	var out strings.Builder
	for {
		m := generatedWithout.FindStringIndex(text)
		if m == nil {
			out.WriteString(text)
			return out.String()
		}
		depth, end := 1, m[1]
		for ; end < len(text) && depth > 0; end++ {
			switch text[end] {
			case '(':
				depth++
			case ')':
				depth--
			}
		}
		out.WriteString(text[:end])
		text = text[end:]
		if !storedNext.MatchString(text) {
			out.WriteString(" STORED")
		}
	}
}

var storedNext = regexp.MustCompile(`(?i)^\s*STORED\b`)
