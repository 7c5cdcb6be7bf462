package engine

import (
	"cmp"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/sequence"
	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
)

// unify returns the database of every group. Groups never mix databases, but
// one database may be called differently by different inputs: a log whose
// prefix has no %d does not name it, pg_stat_statements knows its oid only.
// Such an anonymous database is taken for the named one with which it shares
// the most statements; without any shared statement, for the only named one
// that there is, if it has no name at all. Two oids are two databases. What
// every client sends (SET, BEGIN, catalogue queries) is no statement here.
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
		if g.Traits&workload.TraitNoise == 0 {
			keys[g.Database][results[i].loose] = true
		}
	}
	names := make([]string, 0, len(keys))
	for name := range keys {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(grade(a), grade(b)), cmp.Compare(a, b)) })

	alias := map[string]string{}
	taken := map[string]bool{} // by an oid
	for _, p := range pairs(names, keys) {
		if alias[p.name] != "" || grade(p.name) == 1 && taken[p.twin] {
			continue
		}
		alias[p.name] = p.twin
		taken[p.twin] = taken[p.twin] || grade(p.name) == 1
	}
	if len(names) == 2 && names[1] == "" && alias[""] == "" {
		alias[""] = names[0]
	}
	for i, name := range out {
		for alias[name] != "" {
			name = alias[name]
		}
		out[i] = name
	}
	return out
}

// pair is an anonymous database and a better named one that may be the same.
type pair struct {
	name, twin string
	shared     int // statements
}

// pairs returns those that share a statement, most shared first.
func pairs(names []string, keys map[string]map[sqltree.GroupKey]bool) []pair {
	var out []pair
	for _, name := range names {
		for _, twin := range names {
			if grade(twin) >= grade(name) {
				continue
			}
			p := pair{name: name, twin: twin}
			for k := range keys[name] {
				if keys[twin][k] {
					p.shared++
				}
			}
			if p.shared > 0 {
				out = append(out, p)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b pair) int { return cmp.Compare(b.shared, a.shared) })
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

// database is what was seen of one database.
type database struct {
	name   string
	stmts  []*analyzer.Statement // by ID
	groups []numberedGroup
	loops  []sequence.Candidate
}

// numberedGroup is a group's number and the statement that it is of.
type numberedGroup struct {
	number    int
	statement *analyzer.Statement
}

// databases cuts statements, which are sorted by database, into databases, and
// gives each its groups and loops.
func databases(stmts, byGroup []*analyzer.Statement, loops []sequence.Candidate) []database {
	var out []database
	for _, s := range stmts {
		if len(out) == 0 || out[len(out)-1].name != s.Database {
			out = append(out, database{name: s.Database})
		}
		last := &out[len(out)-1]
		last.stmts = append(last.stmts, s)
	}
	of := make(map[string]*database, len(out))
	for i := range out {
		of[out[i].name] = &out[i]
	}
	for i, s := range byGroup {
		if s != nil {
			db := of[s.Database]
			db.groups = append(db.groups, numberedGroup{i, s})
		}
	}
	for _, c := range loops {
		if int(c.Head) < len(byGroup) && byGroup[c.Head] != nil {
			db := of[byGroup[c.Head].Database]
			db.loops = append(db.loops, c)
		}
	}
	return out
}
