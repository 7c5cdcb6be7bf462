package schema

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer/sqltree"
	pg "github.com/pganalyze/pg_query_go/v5"
)

// user stands for the schema that is named like the session's user.
const user = "$user"

// setDefault keeps the search path that new sessions get, of a database or of
// a role.
func (l *loader) setDefault(role *pg.RoleSpec, database string, n *pg.VariableSetStmt) {
	all := n.GetKind() == pg.VariableSetKind_VAR_RESET_ALL
	if n.GetName() != "search_path" && !all {
		return
	}
	var path []string
	if n.GetKind() == pg.VariableSetKind_VAR_SET_VALUE {
		path = schemasOf(n.Args)
	}
	s := l.Schema
	if database != "" && !l.sole && database != l.database && database != s.Database {
		if l.fixed() {
			return
		}
		if s = s.cluster.connect(database); s == nil {
			l.tooMany(l.path)
			return
		}
	}
	name := role.GetRolename()
	switch {
	case role == nil, name == "" && database != "": // ALTER ROLE ALL IN DATABASE
		s.SearchPath = path
	case database != "":
		s.rolePaths = withPath(s.rolePaths, name, path)
	default:
		s.everywhere = withPath(s.everywhere, name, path)
	}
}

// fixed reports whether a script is read into one database, whatever it says.
func (l *loader) fixed() bool {
	return l.cluster == nil || l.Database != "" && l.Database != l.database
}

func withPath(paths map[string][]string, role string, path []string) map[string][]string {
	if paths == nil {
		paths = map[string][]string{}
	}
	if len(path) == 0 {
		delete(paths, role)
	} else {
		paths[role] = path
	}
	return paths
}

// schemasOf reads the value of search_path.
func schemasOf(args []*pg.Node) []string {
	var out []string
	for _, a := range args {
		if name := a.GetAConst().GetSval().GetSval(); name != "" {
			out = append(out, name)
		}
	}
	return out
}

// schemasIn reads the text of search_path, as set_config takes it.
func schemasIn(text string) []string {
	var out []string
	for p := range strings.SplitSeq(text, ",") {
		if p = strings.Trim(strings.TrimSpace(p), `"`); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// As returns the schema as sessions of these users see it: unqualified names
// are looked for along the search path that the database or the role has, by
// default "$user", public. Without users, or with unknown ones ("") among them,
// it may be that of any role. Where their paths lead to different tables, a name
// means none of them.
func (s *Schema) As(users ...string) *Schema {
	if s == nil {
		return nil
	}
	var paths [][]string
	add := func(path []string, role string) {
		path = s.expanded(path, role)
		if !slices.ContainsFunc(paths, func(p []string) bool { return slices.Equal(p, path) }) {
			paths = append(paths, path)
		}
	}
	unknown := len(users) == 0
	for _, u := range users {
		if unknown = unknown || u == ""; u != "" {
			add(s.pathOf(u), u)
		}
	}
	if unknown {
		add(s.pathOf(""), "")
		for _, roles := range []map[string][]string{s.rolePaths, s.everywhere} {
			for _, role := range slices.Sorted(maps.Keys(roles)) {
				add(s.pathOf(role), role)
			}
		}
	}
	if len(paths) == 1 && slices.Equal(paths[0], s.expanded(s.pathOf(""), "")) {
		return s
	}
	view := *s
	view.paths = paths
	return &view
}

// With returns the schema as sessions see it that may also have one of these
// search paths.
func (s *Schema) With(paths ...[]string) *Schema {
	if s == nil || len(paths) == 0 {
		return s
	}
	view := *s
	view.paths = slices.Clone(s.paths)
	if len(view.paths) == 0 {
		view.paths = [][]string{s.expanded(s.pathOf(""), "")}
	}
	for _, path := range paths {
		path = s.expanded(path, "")
		if !slices.ContainsFunc(view.paths, func(p []string) bool { return slices.Equal(p, path) }) {
			view.paths = append(view.paths, path)
		}
	}
	return &view
}

// Anywhere returns the schema as sessions see it whose search path is not
// known: a name means a table if there is only one of that name.
func (s *Schema) Anywhere() *Schema {
	if s == nil {
		return nil
	}
	view := *s
	view.anywhere = true
	return &view
}

// PathSet reads a statement that sets the search path of its session: SET, or
// SELECT set_config. It is one if ok; a path that the text does not tell is not
// known.
func PathSet(text string) (path []string, known, ok bool) {
	if !mentionsPath(text) {
		return nil, false, false
	}
	tree, err := sqltree.Parse(text)
	if err != nil {
		ok = setsPath.MatchString(text)
		return nil, false, ok
	}
	for _, st := range tree.Stmts {
		if n := st.Node.GetVariableSetStmt(); n.GetName() == "search_path" {
			switch n.Kind {
			case pg.VariableSetKind_VAR_SET_VALUE:
				path = schemasOf(n.Args)
				ok, known = true, len(path) == len(n.Args)
			case pg.VariableSetKind_VAR_SET_CURRENT, pg.VariableSetKind_VAR_SET_DEFAULT, pg.VariableSetKind_VAR_RESET: // what the role has
			}
		}
		for _, value := range configured(st.Node.GetSelectStmt()) {
			constant := value.GetAConst().GetSval()
			path, ok, known = schemasIn(constant.GetSval()), true, constant != nil
		}
	}
	return path, known, ok
}

var setsPath = regexp.MustCompile(`(?i)^\s*set\s+(session\s+|local\s+)?search_path\b`)

// mentionsPath looks for search_path in any case, fast: every statement is
// asked.
func mentionsPath(text string) bool {
	const word, before = "search_path", len("search")
	for i := 0; ; i++ {
		next := strings.IndexByte(text[i:], '_')
		if next < 0 {
			return false
		}
		i += next
		if start := i - before; start >= 0 && start+len(word) <= len(text) && strings.EqualFold(text[start:start+len(word)], word) {
			return true
		}
	}
}

// configured are the values that a SELECT gives to search_path.
func configured(n *pg.SelectStmt) []*pg.Node {
	var out []*pg.Node
	for _, target := range n.GetTargetList() {
		call := target.GetResTarget().GetVal().GetFuncCall()
		if call != nil && lastString(call.Funcname) == "set_config" && len(call.Args) >= 2 &&
			call.Args[0].GetAConst().GetSval().GetSval() == "search_path" {
			out = append(out, call.Args[1])
		}
	}
	return out
}

// pathOf is the search path of a role's new sessions (process_settings).
func (s *Schema) pathOf(role string) []string {
	for _, path := range [][]string{s.rolePaths[role], s.everywhere[role], s.SearchPath, s.everywhere[""]} {
		if len(path) > 0 {
			return path
		}
	}
	return []string{user, "public"}
}

// expanded puts the role's own schema in its place.
func (s *Schema) expanded(path []string, role string) []string {
	out := make([]string, 0, len(path))
	for _, p := range path {
		if p == user {
			p = role
		}
		if p != "" && s.hasSchema(p) {
			out = append(out, p)
		}
	}
	return out
}

// hasSchema reports whether some table lies in a schema of that name.
func (s *Schema) hasSchema(name string) bool { return s.tables.schemas[name] > 0 }

// Match is what an unqualified name may mean.
type Match struct {
	Table      *Table // nil: unknown, or one of several
	Off        bool   // it lies in no schema of the search path, but is the only one of its name
	Candidates []Name // where it is one of several, at most maxCandidates of them
}

const maxCandidates = 4

// Match looks an unqualified name up.
func (s *Schema) Match(name string) Match {
	if s == nil {
		return Match{}
	}
	paths := s.paths
	switch {
	case s.anywhere:
		if t := s.tables.only(name); t != nil {
			return Match{Table: t}
		}
		paths = nil
	case paths == nil:
		paths = [][]string{s.expanded(s.pathOf(""), "")}
	}
	var found []*Table
	for _, path := range paths {
		if t := s.first(path, name); t != nil && !slices.Contains(found, t) {
			found = append(found, t)
		}
	}
	if len(found) == 1 {
		return Match{Table: found[0]}
	}
	if t := s.tables.only(name); t != nil {
		return Match{Table: t, Off: true}
	}
	m := Match{Candidates: s.tables.bare[name]}
	if len(found) > 1 {
		m.Candidates = nil
		for _, t := range found {
			m.Candidates = append(m.Candidates, t.Name)
		}
	}
	m.Candidates = slices.Clone(m.Candidates[:min(len(m.Candidates), maxCandidates)])
	slices.SortFunc(m.Candidates, func(a, b Name) int { return strings.Compare(a.String(), b.String()) })
	return m
}

// first is the table that a name means along one search path.
func (s *Schema) first(path []string, name string) *Table {
	for _, p := range path {
		if t := s.tables.get(Name{p, name}); t != nil {
			return t
		}
	}
	return nil
}

// Quoted returns a table's name as DDL must write it so that everybody who runs
// it means that table: public is left out only where no search path of the
// database's or a role's and no table of the same name is in the way.
func (s *Schema) Quoted(table Name) string { return s.QuotedBeside(table, table.Name) }

// QuotedBeside is Quoted of an index of the table.
func (s *Schema) QuotedBeside(table Name, name string) string {
	if table.Schema == "public" && s != nil && (len(s.SearchPath)+len(s.rolePaths)+len(s.everywhere) > 0 || len(s.tables.bare[table.Name]) > 1) {
		return QuoteIdent(table.Schema) + "." + QuoteIdent(name)
	}
	return Name{table.Schema, name}.Quoted()
}
