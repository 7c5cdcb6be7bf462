package index

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
)

// settle gives the verdict of a statement for which no index needs to be
// judged.
func (j *job) settle(sch *schema.Schema) {
	q := j.st.Query
	give := func(k VerdictKind, reason string) { j.verdict = &Verdict{Kind: k, Reason: reason} }
	switch {
	case q == nil:
		give(NotAnalysed, "it could not be parsed")
		return
	case q.Utility || q.Command == query.Other:
		give(NotAnalysed, "it is no query: nothing in it could use an index")
		return
	}
	known := sch != nil && len(sch.Tables) > 0
	problem := ""
	tables := 0
	j.accesses = slices.DeleteFunc(reading(j.st, sch), func(a *access) bool {
		tables++
		p := a.unreadable(known)
		if problem == "" {
			problem = p
		}
		return p != ""
	})
	switch {
	case len(j.accesses) > 0:
	case problem != "":
		give(NotAnalysed, problem)
	case q.Command == query.Insert && q.OnConflict:
		give(NoIndexHelps, "INSERT: the conflict check uses the unique index that is there, and any other index only costs")
	case q.Command == query.Insert:
		give(NoIndexHelps, "INSERT: it finds no rows, and every index of its table costs it time")
	case tables == 0:
		give(NoIndexHelps, "it reads no table")
	}
}

// unreadable says why an index on the table cannot be judged, "" when it can.
func (a *access) unreadable(schemaGiven bool) string {
	t := a.table
	switch {
	case t.Schema == "pg_catalog" || t.Schema == "information_schema" || t.Rel == nil && catalogName(t.Name):
		return "it reads system catalogs, whose indexes are fixed"
	case len(t.Candidates) > 0:
		return Ambiguous(t)
	case t.Rel == nil && schemaGiven:
		return t.QualifiedName() + " is not in the schema that was given"
	case t.Rel == nil:
		return ""
	case t.Rel.Kind == schema.KindView:
		return t.Name + " is a view that could not be looked through"
	case t.Rel.Kind == schema.KindForeign:
		return t.Name + " is a foreign table: its indexes are on the other server"
	}
	return ""
}

// Ambiguous says why a table is not known that may be one of several.
func Ambiguous(t *query.Table) string {
	return fmt.Sprintf("%s may be %s: the search_path that decides is not known, or not always the same", t.Name, oneOf(t.Candidates))
}

// oneOf lists tables, a.t or b.t, three at most.
func oneOf(names []schema.Name) string {
	const listed = 3
	var words []string
	for _, n := range names[:min(len(names), listed)] {
		words = append(words, n.String())
	}
	if len(names) > listed {
		words = append(words, "others")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func catalogName(name string) bool {
	return len(name) > 3 && name[:3] == "pg_"
}
