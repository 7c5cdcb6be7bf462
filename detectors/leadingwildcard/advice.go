package leadingwildcard

import (
	"fmt"
	"strings"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
)

// message says in one sentence why no b-tree serves the search.
func message(h *hit) string {
	pictures := make([]string, len(h.predicates))
	for i, p := range h.predicates {
		pictures[i] = picture(p, h.pattern)
	}
	what := strings.Join(pictures, " or ")
	switch h.reason {
	case suffix:
		return fmt.Sprintf("no b-tree can serve %s, which begins with a wildcard; one on the reversed column or trigrams can", what)
	case caseless:
		return fmt.Sprintf("no b-tree can serve %s, which ignores case; trigrams can, from three letters on", what)
	case loose:
		return fmt.Sprintf("no b-tree can serve %s, which does not begin with ^ and plain text; trigrams can, from three letters on", what)
	case short:
		return fmt.Sprintf("no index can serve %s: its beginning is open and it has fewer than three letters in a row, which trigrams need", what)
	}
	return fmt.Sprintf("no b-tree can serve %s, which begins with a wildcard; trigrams can, from three letters on", what)
}

// picture shows the condition without what is searched for.
func picture(p *query.Predicate, pat pattern) string {
	operator := p.Operator
	if operator == "" {
		operator = string(p.Op)
	}
	right := "'...'"
	if p.Op != query.Regex {
		switch pat.shape {
		case query.PatternSuffix:
			right = "'%...'"
		case query.PatternInfix:
			right = "'%...%'"
		case query.PatternAnchored:
			right = "'...%'"
		}
	}
	return subject(p) + " " + operator + " " + right
}

// fixes lists what can be done: the advisor's index where it has one, and what
// only the statement's author can decide.
func fixes(p *analyzer.Pass, h *hit) []analyzer.Fix {
	var out []analyzer.Fix
	if h.reason == short {
		return []analyzer.Fix{{Kind: "code", Title: "search only for three letters or more, or for the beginning of the value"}}
	}
	_, judged := p.Selection.Verdicts[p.Statement.ID]
	for _, pred := range h.predicates {
		if a := advice(p, h.table, pred); a != nil {
			out = append(out, analyzer.Fix{Kind: "index", Title: "create a trigram index on " + subject(pred), SQL: a.DDL, Rollback: a.Rollback})
		} else if !judged && textual(h.table, pred) {
			out = append(out, trigramIndex(p.Schema, h.table, pred))
		}
	}
	first := h.predicates[0]
	if !textual(h.table, first) {
		return out
	}
	if h.reason == suffix {
		out = append(out, reversedIndex(p.Schema, h.table, first))
	}
	if h.reason != suffix && first.Op != query.Regex && prose(h.table, first, h.pattern) {
		out = append(out, fullText(p.Schema, h.table, first))
	}
	return out
}

// textual reports whether pattern operators work on the expression as it
// stands; an unknown type is taken for text.
func textual(t *query.Table, p *query.Predicate) bool {
	if p.Volatile {
		return false
	}
	col := t.Rel.Column(p.Column)
	return col == nil || col.Type == "text" || strings.HasPrefix(col.Type, "character varying")
}

// prose reports whether the column may hold sentences, as far as the pattern
// and statistics tell: names and e-mail addresses are shorter.
func prose(t *query.Table, p *query.Predicate, pat pattern) bool {
	const sentence, title = 64, 32 // bytes on average
	col := t.Rel.Column(p.Column)
	if col == nil || col.Stats == nil {
		return pat.phrase
	}
	return pat.words && col.Stats.AvgWidth >= sentence || pat.phrase && col.Stats.AvgWidth >= title
}

func trigramIndex(sch *schema.Schema, t *query.Table, p *query.Predicate) analyzer.Fix {
	part := schema.Part{Column: p.Column, Expr: p.Expr}
	fix := indexFix(sch, t, part, fmt.Sprintf("USING gin (%s gin_trgm_ops)", expression(p)))
	fix.Title = "create a trigram index on " + subject(p)
	fix.SQL = "CREATE EXTENSION IF NOT EXISTS pg_trgm;\n" + fix.SQL
	return fix
}

func reversedIndex(sch *schema.Schema, t *query.Table, p *query.Predicate) analyzer.Fix {
	reversed := "reverse(" + quoted(p) + ")"
	fix := indexFix(sch, t, schema.Part{Expr: reversed}, "("+reversed+" text_pattern_ops)")
	fix.Kind = "rewrite"
	fix.Title = fmt.Sprintf("or turn the pattern around, %s LIKE reverse('...') || '%%', with a b-tree that is small and fast to write", reversed)
	return fix
}

func fullText(sch *schema.Schema, t *query.Table, p *query.Predicate) analyzer.Fix {
	vector := "to_tsvector('simple'::regconfig, " + quoted(p) + ")"
	fix := indexFix(sch, t, schema.Part{Expr: vector}, "USING gin ("+vector+")")
	fix.Kind = "rewrite"
	fix.Title = fmt.Sprintf("or, when whole words are searched, use full text: %s @@ plainto_tsquery('simple'::regconfig, '...')", vector)
	return fix
}

// indexFix is the DDL of an index on one part. PostgreSQL's name for it is
// free, or gets a number.
func indexFix(sch *schema.Schema, t *query.Table, part schema.Part, body string) analyzer.Fix {
	name := tableName(t)
	ix := schema.Name{Schema: name.Schema, Name: schema.IndexName(name.Name, []schema.Part{part}, taken(sch, name.Schema))}
	return analyzer.Fix{
		Kind:     "index",
		SQL:      fmt.Sprintf("CREATE INDEX CONCURRENTLY %s ON %s %s;", schema.QuoteIdent(ix.Name), sch.Quoted(name), body),
		Rollback: "DROP INDEX CONCURRENTLY " + sch.QuotedBeside(name, ix.Name) + ";",
	}
}

func tableName(t *query.Table) schema.Name {
	if t.Rel != nil {
		return t.Rel.Name
	}
	return schema.Name{Schema: t.Schema, Name: t.Name}
}

// taken reports names of relations in one schema.
func taken(sch *schema.Schema, in string) func(string) bool {
	names := map[string]bool{}
	for _, t := range sch.Tables {
		if t.Schema != in {
			continue
		}
		names[t.Name.Name] = true
		for _, x := range t.Indexes {
			names[x.Name] = true
		}
	}
	return func(name string) bool { return names[name] }
}

// quoted is the column or expression as SQL.
func quoted(p *query.Predicate) string {
	if p.Column != "" {
		return schema.QuoteIdent(p.Column)
	}
	return p.Expr
}

// expression is quoted, in parentheses where an index needs them.
func expression(p *query.Predicate) string {
	if p.Column != "" {
		return schema.QuoteIdent(p.Column)
	}
	return "(" + p.Expr + ")"
}
