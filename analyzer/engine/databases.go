package engine

import (
	"cmp"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
)

// unify returns the database of every group. Groups never mix databases, but
// one database may be called differently by different inputs: a log whose
// prefix has no %d does not name it, pg_stat_statements knows its oid only.
// Such an anonymous database is taken for the named one with which it shares
// the most statements; without any shared statement, for the only named one
// that there is, if it has no name at all.
func unify(w *workload.Workload, results []*parsed) []string {
	keys := map[string]map[sqltree.GroupKey]bool{}
	out := make([]string, len(w.Groups))
	for i, g := range w.Groups {
		out[i] = g.Database
		if results[i] == nil {
			continue
		}
		if keys[g.Database] == nil {
			keys[g.Database] = map[sqltree.GroupKey]bool{}
		}
		keys[g.Database][results[i].key] = true
	}
	names := make([]string, 0, len(keys))
	for name := range keys {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(grade(a), grade(b)), cmp.Compare(a, b)) })

	alias := map[string]string{}
	for _, name := range names {
		if grade(name) > 0 {
			if twin := twinOf(name, names, keys); twin != name {
				alias[name] = twin
			}
		}
	}
	for i, name := range out {
		for alias[name] != "" {
			name = alias[name]
		}
		out[i] = name
	}
	return out
}

// grade orders databases by how well they are named: 0 by name, 1 by oid, 2
// not at all.
func grade(name string) int {
	switch {
	case name == "":
		return 2
	case strings.HasPrefix(name, "oid:"):
		return 1
	}
	return 0
}

// twinOf returns the better named database that name is probably the same as,
// or name itself.
func twinOf(name string, names []string, keys map[string]map[sqltree.GroupKey]bool) string {
	best, shared, better := name, 0, 0
	for _, other := range names {
		if grade(other) >= grade(name) {
			continue
		}
		better++
		n := 0
		for k := range keys[name] {
			if keys[other][k] {
				n++
			}
		}
		if n > shared {
			best, shared = other, n
		}
	}
	if shared == 0 && name == "" && better == 1 {
		return names[0]
	}
	return best
}

// database is the statements of one database, by ID.
type database struct {
	name  string
	stmts []*analyzer.Statement
}

// databases cuts statements, which are sorted by database, into databases.
func databases(stmts []*analyzer.Statement) []database {
	var out []database
	for _, s := range stmts {
		if len(out) == 0 || out[len(out)-1].name != s.Database {
			out = append(out, database{name: s.Database})
		}
		last := &out[len(out)-1]
		last.stmts = append(last.stmts, s)
	}
	return out
}
