package query

import (
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/apilint/apilint/analyzer/schema"
)

// level is a scope under construction.
type level struct {
	scope  *Scope
	parent *level
	used   []*pg.Node // clauses whose columns the executor needs
	output []output
	open   *source // a source of unknown columns that a star stands for
	arms   []*level
	ors    int  // OR groups numbered so far
	simple bool // only selects, joins and filters
	sealed bool // no condition can be pushed into it
}

// namespace is what the names of one SELECT can refer to. A sub-query that
// was pulled up has its own namespace in the level of the query around it.
type namespace struct {
	level   *level
	outer   *namespace
	sources []*source
	merged  map[string]*source // columns of USING: the side that they name
	with    *with
}

// source is one FROM item.
type source struct {
	alias    string
	schema   string
	table    int // index into the level's tables, -1 when it is no relation
	rel      *schema.Table
	columns  []output // of a sub-query or function
	rename   []string // alias column names of a relation
	closed   bool     // columns not found in it do not exist
	weak     bool     // a function: bare names belong to it only when nothing else takes them
	pulled   bool     // its columns are expressions of this level
	derived  *level   // resolved as its own scope
	nullable bool     // on the nullable side of an outer join
	open     *source  // pulled up from a relation of unknown columns
	inner    []*source
}

// output is a column of a sub-query. A nil node is a value that no table holds.
type output struct {
	name string
	node *pg.Node
}

// binding says what a column reference means.
type binding struct {
	level  *level
	table  int     // -1: of a sub-query or function
	column string  // "" the whole row
	source *source // where table is -1
}

var systemColumns = []string{"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"}

// found is the answer of one source.
type found struct {
	binding
	replace *pg.Node // the expression that the name stands for
}

// column looks a name up in one source.
func (s *source) column(l *level, name string, qualified bool) (found, bool) {
	if s.inner != nil {
		for _, i := range s.inner {
			if f, ok := i.column(l, name, qualified); ok {
				return f, true
			}
		}
		return found{}, false
	}
	if s.table >= 0 {
		real := name
		if i := slices.Index(s.rename, name); i >= 0 {
			if s.rel == nil || i >= len(s.rel.Columns) {
				return found{}, false
			}
			real = s.rel.Columns[i].Name
		}
		known := s.rel.Column(real) != nil ||
			slices.Contains(systemColumns, name) || qualified && !s.closed
		return found{binding: binding{level: l, table: s.table, column: real}}, known
	}
	for _, c := range s.columns {
		if c.name == name && name != "" {
			if s.pulled && c.node != nil {
				return found{replace: c.node}, true
			}
			return found{binding: binding{level: l, table: -1, column: name, source: s}}, true
		}
	}
	if s.open != nil {
		if f, ok := s.open.column(l, name, true); ok {
			return f, ok
		}
	}
	return found{binding: binding{level: l, table: -1, column: name, source: s}}, qualified && !s.closed
}

// unknown reports whether the source may have columns that we cannot name.
func (s *source) unknown() bool {
	if s.inner != nil {
		return slices.ContainsFunc(s.inner, (*source).unknown)
	}
	return !s.closed && !s.weak
}

// bind replaces the meaning of every column reference under n and resolves the
// sub-queries in it as scopes. Names are then bare: what an index or a partial
// predicate would say.
func (r *resolver) bind(n *pg.Node, ns *namespace) {
	walk(n, func(c *pg.Node) bool {
		switch e := c.Node.(type) {
		case *pg.Node_ColumnRef:
			r.bindColumn(c, e.ColumnRef, ns)
			return false
		case *pg.Node_SubLink:
			r.bind(e.SubLink.Testexpr, ns)
			r.subLink(e.SubLink, ns)
			return false
		}
		return true
	})
}

func (r *resolver) bindAll(list []*pg.Node, ns *namespace) {
	for _, n := range list {
		r.bind(n, ns)
	}
}

func (r *resolver) bindColumn(n *pg.Node, ref *pg.ColumnRef, ns *namespace) {
	if _, ok := r.bound[ref]; ok {
		return
	}
	parts := names(ref.Fields)
	star := len(ref.Fields) > 0 && ref.Fields[len(ref.Fields)-1].GetAStar() != nil
	f, ok := r.lookup(parts, star, ns)
	if !ok {
		return
	}
	if f.replace != nil {
		n.Node = f.replace.Node
		return
	}
	r.bound[ref] = f.binding
	if f.table >= 0 && f.column != "" {
		ref.Fields = []*pg.Node{pg.MakeStrNode(f.column)}
	}
}

// lookup finds a name in the innermost namespace that knows it.
func (r *resolver) lookup(parts []string, star bool, ns *namespace) (found, bool) {
	if len(parts) == 0 || star && len(parts) == 1 {
		return found{}, false // a bare star is no single thing
	}
	column := parts[len(parts)-1]
	qualifier := parts[:len(parts)-1]
	for n := ns; n != nil; n = n.outer {
		var f found
		var ok bool
		if len(qualifier) == 0 {
			f, ok = n.bare(column)
		} else if s := n.source(qualifier); s != nil {
			switch {
			case star && s.table < 0 && s.inner == nil:
				f, ok = found{binding: binding{level: n.level, table: -1, source: s}}, true
			case star:
				f, ok = found{binding: binding{level: n.level, table: s.table}}, true
			default:
				f, ok = s.column(n.level, column, true)
			}
			if !ok {
				r.unresolved(strings.Join(parts, "."))
				return found{}, false
			}
		}
		if ok {
			if f.replace != nil {
				r.correlateAll(f.replace, ns.level)
			} else {
				correlate(ns.level, f.level)
			}
			return f, true
		}
	}
	if !star && ns.allClosed() {
		r.unresolved(strings.Join(parts, "."))
	}
	return found{}, false
}

// correlate marks the scopes between a reference and the level that it means.
func correlate(from, to *level) {
	for l := from; l != nil && l != to; l = l.parent {
		l.scope.Correlated = true
	}
}

func (r *resolver) correlateAll(n *pg.Node, from *level) {
	r.refs(n, func(b binding) { correlate(from, b.level) })
}

// source finds a FROM item by its alias, or by schema and name.
func (ns *namespace) source(qualifier []string) *source {
	alias := qualifier[len(qualifier)-1]
	for _, s := range ns.sources {
		if s.alias != alias {
			continue
		}
		if len(qualifier) > 1 && s.schema != "" && s.schema != qualifier[len(qualifier)-2] {
			continue
		}
		return s
	}
	return nil
}

// bare attributes an unqualified name: to the source that is known to have it,
// to the only one whose columns are unknown, or to a whole row.
func (ns *namespace) bare(name string) (found, bool) {
	if s := ns.merged[name]; s != nil {
		return s.column(ns.level, name, true)
	}
	var unknown []*source
	for _, s := range ns.sources {
		if f, ok := s.column(ns.level, name, false); ok && !slices.Contains(systemColumns, name) {
			return f, true
		}
		if s.unknown() {
			unknown = append(unknown, s)
		}
	}
	if slices.Contains(systemColumns, name) && len(ns.sources) == 1 {
		return ns.sources[0].column(ns.level, name, false)
	}
	for _, s := range ns.sources {
		if s.alias == name {
			return found{binding: binding{level: ns.level, table: s.table, source: s}}, true
		}
	}
	if len(unknown) == 1 {
		return unknown[0].column(ns.level, name, true)
	}
	if len(unknown) > 1 {
		// One of several: it belongs here, but nobody can say to which.
		return found{binding: binding{level: ns.level, table: -1, column: name}}, true
	}
	for _, s := range ns.sources {
		if s.weak && !s.closed {
			return s.column(ns.level, name, true)
		}
	}
	return found{}, false
}

func (ns *namespace) allClosed() bool {
	for n := ns; n != nil; n = n.outer {
		if slices.ContainsFunc(n.sources, func(s *source) bool { return !s.closed && s.inner == nil || s.unknown() }) {
			return false
		}
	}
	return true
}

// refs calls f for the binding of every column under n.
func (r *resolver) refs(n *pg.Node, f func(binding)) {
	walk(n, func(c *pg.Node) bool {
		if ref := c.GetColumnRef(); ref != nil {
			if b, ok := r.bound[ref]; ok {
				f(b)
			}
		}
		return true
	})
}

// unresolved notes a name once. Without a schema nothing is known, and nothing
// is missing.
func (r *resolver) unresolved(name string) {
	if r.schema == nil || len(r.schema.Tables) == 0 || slices.Contains(r.query.Unresolved, name) {
		return
	}
	r.query.Unresolved = append(r.query.Unresolved, name)
}
