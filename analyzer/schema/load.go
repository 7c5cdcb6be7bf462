package schema

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/apilint/apilint/analyzer/sqltree"
	pg "github.com/pganalyze/pg_query_go/v5"
)

// loader applies one script.
type loader struct {
	*Schema
	cat        *catalog
	path       string
	line       int    // of the statement
	text       string // of the statement, as parsed
	searchPath []string
	temps      map[string]bool // temporary tables: known, not kept
	onOnly     bool            // ALTER TABLE ONLY
	again      bool            // in a DO block: what cannot be done was done before
	later      *[]delayed      // where not nil, statements that miss a table wait here
	waits      bool            // the statement at hand does
	restores   []part          // statistics that a dump restores
	database   string          // to which the script connected; "" it did not
	sole       bool            // the script connects nowhere
}

// delayed is a statement that needs a table of a file that comes later.
type delayed struct {
	loader loader // as it was then: its search path, its temporary tables
	span   sqltree.Span
}

// AddDDL applies a script of DDL statements in order: CREATE, ALTER, DROP,
// COMMENT and everything pg_dump writes. What it cannot use becomes a Problem;
// it never fails as a whole.
//
// Where PostgreSQL would refuse a DROP because something depends on the
// object, the dependents go, too: files in version control were applied once,
// so it is this reading that knows of one object too many.
func (s *Schema) AddDDL(path, script string) { s.addDDL(path, script, nil) }

func (s *Schema) addDDL(path, script string, later *[]delayed) {
	if !utf8.ValidString(script) {
		s.loader(path).problem("the file is not UTF-8, odd bytes were replaced")
		script = strings.ToValidUTF8(script, "?")
	}
	s.route(path, partsOf(script), dumpedVersion(script), later)
}

// addPart applies what runs in one database.
func (s *Schema) addPart(path string, p part, sole bool, later *[]delayed) {
	l := s.loader(path)
	l.later, l.line, l.database, l.sole = later, p.line+1, p.database, sole
	at := 0
	for _, m := range included.FindAllStringIndex(p.text, -1) {
		l.line += strings.Count(p.text[at:m[0]], "\n")
		at, l.text = m[0], p.text[m[0]:m[1]]
		l.problem("a file that psql would include is not read: name it as well")
	}
	for _, span := range sqltree.Split(p.text) {
		span.Line += p.line
		l.statement(span)
	}
	l.resolveForeignKeys()
	l.restore()
}

// loader starts a script, or goes on with one.
func (s *Schema) loader(path string) *loader {
	l := &loader{Schema: s, cat: s.state(), path: path, line: 1, temps: map[string]bool{}}
	l.searchPath = l.ownPath()
	return l
}

// ownPath is where a script creates what it does not qualify.
func (l *loader) ownPath() []string {
	if path := without(slices.Clone(l.SearchPath), user); len(path) > 0 {
		return path
	}
	return []string{"public"}
}

// included is a line by which psql reads another file.
var included = regexp.MustCompile(`(?m)^\\(i|ir|include|include_relative)[ \t]+\S.*$`)

// dumpHeader is what pg_dump writes about the server.
var dumpHeader = regexp.MustCompile(`^-- Dumped from database version (\d+)(?:\.(\d+))?`)

func dumpedVersion(script string) int {
	m := dumpHeader.FindStringSubmatch(script[max(0, strings.Index(script, "-- Dumped from database version ")):])
	if m == nil {
		return 0
	}
	major, _ := strconv.Atoi(m[1])
	minor, _ := strconv.Atoi(m[2])
	if major < 10 {
		return 0
	}
	return major*10000 + minor
}

// dataWords begin statements that change no schema and may be long or many:
// they are not even parsed.
var dataWords = wordSet(`insert update delete copy grant revoke comment analyze vacuum begin commit rollback truncate`)

func (l *loader) statement(span sqltree.Span) {
	l.text, l.line = span.Text, span.Line
	switch word := strings.ToLower(firstWord(span.Text)); {
	case dataWords[word]:
		return
	case word == "select" && restoresStatistics(span.Text):
		l.restores = append(l.restores, part{text: span.Text, line: span.Line})
		return
	}
	tree, err := parseNewer(span.Text)
	if err != nil {
		offset := min(err.Offset, len(span.Text))
		l.line += strings.Count(span.Text[:offset], "\n")
		l.problem("%s", err.Message)
		return
	}
	for _, stmt := range tree.Stmts {
		l.text, l.line, l.waits = tree.Text, span.Line, false
		l.apply(stmt.Node)
		if l.waits {
			then := *l
			then.searchPath, then.temps = slices.Clone(l.searchPath), maps.Clone(l.temps)
			*l.later = append(*l.later, delayed{then, span})
			return
		}
	}
}

func firstWord(text string) string {
	end := strings.IndexFunc(text, func(r rune) bool { return r != '_' && (r < 'A' || r > 'z' || r > 'Z' && r < 'a') })
	if end < 0 {
		return text
	}
	return text[:end]
}

// place is where a node of the statement stands.
func (l *loader) place(location int32) Place {
	at := min(max(int(location), 0), len(l.text))
	return Place{l.path, l.line + strings.Count(l.text[:at], "\n")}
}

// maxListed bounds the problems that are listed of one file; a file that is no
// SQL has one in every line.
const maxListed = 1000

// problem records that the statement was not understood.
func (l *loader) problem(format string, args ...any) {
	if l.again || l.waits {
		return
	}
	l.cat.problems[l.path]++
	more := l.cat.problems[l.path] - maxListed
	if more == 1 {
		l.cat.overflow[l.path] = len(l.Problems)
		l.Problems = append(l.Problems, Problem{Place: Place{Path: l.path}})
	}
	if more > 0 {
		l.Problems[l.cat.overflow[l.path]].Message = fmt.Sprintf("%d more problems", more)
		return
	}
	l.Problems = append(l.Problems, Problem{
		Place:     Place{l.path, l.line},
		Statement: clip(strings.ToValidUTF8(l.text, "?"), 200),
		Message:   fmt.Sprintf(format, args...),
	})
}

// print deparses an expression; one that cannot be printed is a problem.
func (l *loader) print(node *pg.Node) string {
	if node == nil {
		return ""
	}
	text, err := sqltree.DeparseExpr(node)
	if err != nil {
		l.problem("printing an expression: %v", err)
		return ""
	}
	return text
}

// created is the name under which a relation is created: an unqualified one
// goes to the first schema of the search path.
func (l *loader) created(rv *pg.RangeVar) Name {
	if rv.GetSchemaname() != "" {
		return Name{rv.Schemaname, rv.GetRelname()}
	}
	return Name{l.creationSchema(), rv.GetRelname()}
}

func (l *loader) creationSchema() string {
	for _, p := range l.searchPath {
		if p != "pg_catalog" {
			return p
		}
	}
	return "public"
}

// table resolves a name along the script's search path, then as queries do.
func (l *loader) table(schema, name string) *Table {
	if schema == "" {
		for _, p := range l.searchPath {
			if t := l.tables.get(Name{p, name}); t != nil {
				return t
			}
		}
	}
	return l.Table(schema, name)
}

// target resolves the table of a statement; an unknown one is a problem unless
// IF EXISTS was written.
func (l *loader) target(rv *pg.RangeVar, missingOK bool) *Table {
	if rv == nil || temporary(rv) || rv.Schemaname == "" && l.temps[rv.Relname] {
		return nil
	}
	t := l.table(rv.GetSchemaname(), rv.GetRelname())
	if t == nil && !missingOK {
		l.waits = l.later != nil && !l.again
		l.problem("no table %s", Name{rv.GetSchemaname(), rv.GetRelname()})
	}
	return t
}

// lookupIndex resolves the name of an index.
func (l *loader) lookupIndex(n Name) *Index {
	if n.Schema != "" {
		return l.cat.indexes.get(n)
	}
	for _, p := range l.searchPath {
		if x := l.cat.indexes.get(Name{p, n.Name}); x != nil {
			return x
		}
	}
	return l.cat.indexes.only(n.Name)
}

// isTemporary remembers a temporary relation that is created: what is done to
// it later is no news.
func (l *loader) isTemporary(rv *pg.RangeVar) bool {
	if temporary(rv) {
		l.temps[rv.GetRelname()] = true
		return true
	}
	return false
}

func temporary(rv *pg.RangeVar) bool {
	return rv.GetRelpersistence() == "t" || strings.HasPrefix(rv.GetSchemaname(), "pg_temp")
}
