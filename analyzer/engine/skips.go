package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/index"
	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
)

// skips counts what was not read, not understood or not done, by kind, with
// the first example of each.
type skips struct{ kinds map[string]*analyzer.Skip }

func newSkips() *skips { return &skips{kinds: map[string]*analyzer.Skip{}} }

func (s *skips) add(kind, example string) { s.addMany(kind, 1, example) }

func (s *skips) addMany(kind string, n int, example string) {
	k := s.kinds[kind]
	if k == nil {
		k = &analyzer.Skip{Kind: kind, Example: example}
		s.kinds[kind] = k
	}
	k.Count += n
}

// list returns the skips by kind.
func (s *skips) list() []analyzer.Skip {
	out := make([]analyzer.Skip, 0, len(s.kinds))
	for _, k := range s.kinds {
		out = append(out, *k)
	}
	slices.SortFunc(out, func(a, b analyzer.Skip) int { return strings.Compare(a.Kind, b.Kind) })
	return out
}

// schemaSkips counts what of the schemas could not be used.
func schemaSkips(s *skips, c *schema.Cluster) {
	for _, sch := range c.Databases() {
		for _, p := range sch.Problems {
			s.add("schema-problem", fmt.Sprintf("%s:%d: %s", p.Path, p.Line, p.Message))
		}
	}
}

// tableSkips counts the statements whose tables are not known: those of
// databases without a schema while others have one, and those with a name that
// means several tables.
func tableSkips(s *skips, stmts []*analyzer.Statement, by *schemas) {
	if len(by.cluster.Databases()) == 0 {
		return
	}
	var without, advice []string
	for _, db := range databases(stmts, nil, nil) {
		own, ok := by.of(db.name)
		n := 0
		for _, st := range db.stmts {
			if reads(st.Query) {
				n++
			}
			if t := unclear(st.Query); t != nil {
				s.add("ambiguous-table", index.Ambiguous(t))
			}
		}
		switch {
		case n == 0:
		case !ok:
			s.addMany("database-without-schema", n, "")
			without = append(without, orUnnamed(db.name))
			if grade(db.name) == 0 {
				advice = append(advice, fmt.Sprintf("--schema %s=PATH", db.name))
			}
		case own.Database != "" && grade(db.name) == 0 && own.Database != db.name:
			s.addMany("schema-of-another-name", n, fmt.Sprintf("database %s is read by the schema of %s: there is only one of both", db.name, own.Database))
		}
	}
	if len(without) == 0 {
		return
	}
	example := "of database " + strings.Join(without, ", ")
	if len(advice) > 0 {
		example += ": give " + strings.Join(advice, " ")
	} else {
		example += ": log_line_prefix with %d tells which one it is"
	}
	s.kinds["database-without-schema"].Example = example
}

func orUnnamed(database string) string {
	if database == "" {
		return "(no name)"
	}
	return database
}

// reads reports whether a statement names a table of the application's.
func reads(q *query.Query) bool {
	return anyTable(q, func(t *query.Table) bool {
		return t.Schema != "pg_catalog" && t.Schema != "information_schema" && !strings.HasPrefix(t.Name, "pg_")
	}) != nil
}

// unclear is a table of a statement that may be one of several.
func unclear(q *query.Query) *query.Table {
	return anyTable(q, func(t *query.Table) bool { return len(t.Candidates) > 0 })
}

func anyTable(q *query.Query, is func(*query.Table) bool) *query.Table {
	if q == nil {
		return nil
	}
	for _, scope := range q.Scopes {
		for _, t := range scope.Tables {
			if is(t) {
				return t
			}
		}
	}
	return nil
}
