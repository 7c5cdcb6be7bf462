package nplusone

import (
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/sequence"
	"github.com/apilint/apilint/analyzer/workload"
)

// subject is what one statement of a loop does: which table it is about and by
// which values it finds its rows.
type subject struct {
	member sequence.Member
	stmt   *analyzer.Statement
	query  *query.Query

	write    bool
	sequence bool         // SELECT nextval(...)
	scope    *query.Scope // of the key, else the statement's own
	table    *query.Table // nil none
	keys     []key        // equalities with a value that varies, or may
	fixed    []key        // equalities with a value that is the same in every iteration
	pages    bool         // its OFFSET varies
	walks    bool         // its lower bound varies under a LIMIT: keyset pagination
	same     []string     // columns that an INSERT gives the same value in every iteration
	each     bool         // no two executions of a request had the same values
}

// key is a column that is compared with one value.
type key struct {
	column string // or the expression
	table  *query.Table
	rel    *schema.Table
	place  int // of the value, from 1: the parameter, or the literal where there are none; 0 unknown
}

// row reports a key whose value finds at most one row: the schema says so, or
// without one the names do.
func (k key) row() bool {
	return unique(k.rel, k.column) || k.rel == nil && ownKey(k.column, k.table.Name)
}

// newSubject reads the facts of a member; nil when there are none to judge.
func newSubject(s *analyzer.Statement, m sequence.Member) *subject {
	if s == nil || s.Query == nil || s.Query.Utility || len(s.Query.Scopes) == 0 {
		return nil
	}
	q := s.Query
	u := &subject{member: m, stmt: s, query: q, scope: q.Scopes[0]}
	u.write = q.Command != query.Select || strings.HasPrefix(q.Locking, "update") || slices.ContainsFunc(q.Scopes, func(sc *query.Scope) bool { return sc.Writes != "" })
	if strings.Contains(q.Locking, "skip locked") {
		return nil // a queue hands out its rows one by one on purpose
	}
	varies := variation(s, m, m.Varying)
	u.readKeys(varies)
	ever := variation(s, m, m.Varied)
	for i, v := range q.Given {
		if (v.Kind == query.Param || v.Kind == query.Const) && ever(v) == no {
			u.same = append(u.same, q.Set[i])
		}
	}
	top := q.Scopes[0]
	if q.Command == query.Select {
		u.pages = top.Offset != nil && varies(*top.Offset) == yes
		u.walks = len(u.keys) == 0 && top.Limit != nil && walks(top, varies)
		u.sequence = drawsNumbers(q)
	}
	u.write = u.write || u.sequence
	switch {
	case q.Command != query.Select && q.Target >= 0 && q.Target < len(top.Tables):
		u.table = top.Tables[q.Target]
	case len(u.keys) > 0:
		u.table = u.wanted(u.keys[0])
	case len(u.fixed) > 0:
		u.table = u.fixed[0].table
	default:
		for _, sc := range q.Scopes {
			if len(sc.Tables) > 0 {
				u.table, u.scope = sc.Tables[0], sc
				break
			}
		}
	}
	return u
}

// wanted is the table that is read for the key's sake: its own, or another when
// the key names a row of which nothing is read, as when a comment is joined to
// find its author.
func (u *subject) wanted(k key) *query.Table {
	if !k.row() {
		return k.table
	}
	var other *query.Table
	for _, e := range u.scope.Output {
		if e.Star && e.Table < 0 || e.Table < 0 || e.Table >= len(u.scope.Tables) {
			return k.table
		}
		t := u.scope.Tables[e.Table]
		if t == k.table {
			return k.table
		}
		if other == nil {
			other = t
		}
	}
	if other == nil {
		return k.table
	}
	return other
}

// certainty of a value's variation.
type certainty uint8

const (
	no certainty = iota
	maybe
	yes
)

// variation tells of a value whether it varies over the iterations; places are
// those that do.
func variation(s *analyzer.Statement, m sequence.Member, places []int) func(query.Value) certainty {
	// With placeholders the literals of the text are the same every time.
	placeholders := strings.Contains(s.Query.Text, "$1")
	return func(v query.Value) certainty {
		place := 0
		switch {
		case v.Array:
			return no
		case v.Kind == query.Param:
			place = v.Param
		case v.Kind == query.Const && !placeholders:
			place = v.Nth
		default:
			return no
		}
		if place == 0 || m.Distinct < 0 {
			return maybe
		}
		if slices.Contains(places, min(place, workload.MaxParams)-1) {
			return yes
		}
		return no
	}
}

// readKeys finds the equalities of every scope: counts and lateral joins hide
// them in a sub-query.
func (u *subject) readKeys(varies func(query.Value) certainty) {
	for _, sc := range u.query.Scopes {
		for _, p := range sc.Predicates {
			if p.Or > 0 || p.Table < 0 || p.Table >= len(sc.Tables) || len(p.Values) != 1 || p.Join != nil {
				continue
			}
			if p.Op != query.Eq && (p.Op != query.In || p.Values[0].Array) {
				continue
			}
			k := key{column: p.Column, table: sc.Tables[p.Table], rel: sc.Tables[p.Table].Rel, place: max(p.Values[0].Param, p.Values[0].Nth)}
			if k.column == "" {
				k.column = p.Expr
			}
			known := func(x key) bool { return x.column == k.column && x.table.Name == k.table.Name }
			switch varies(p.Values[0]) {
			case yes, maybe:
				if !slices.ContainsFunc(u.keys, known) {
					u.keys = append(u.keys, k)
					if len(u.keys) == 1 {
						u.scope = sc
					}
				}
			default:
				if p.Values[0].Kind != query.Computed && !slices.ContainsFunc(u.fixed, known) {
					u.fixed = append(u.fixed, k)
				}
			}
		}
	}
	if u.member.Distinct < 0 && len(u.keys) > 1 {
		u.guessKey()
	}
}

// guessKey keeps the column that most likely varies when the values are not
// known: a key of the table, or one of another.
func (u *subject) guessKey() {
	i := slices.IndexFunc(u.keys, func(k key) bool { return foreignKey(k.rel, k.column) != nil })
	if i < 0 {
		i = slices.IndexFunc(u.keys, func(k key) bool { return unique(k.rel, k.column) })
	}
	if i < 0 {
		i = slices.IndexFunc(u.keys, func(k key) bool { return stem(k.column) != "" })
	}
	if i < 0 {
		i = slices.IndexFunc(u.keys, func(k key) bool { return isID(k.column) })
	}
	i = max(i, 0)
	u.fixed = append(u.fixed, slices.Concat(u.keys[:i], u.keys[i+1:])...)
	u.keys = u.keys[i : i+1]
}

// walks reports whether a lower or upper bound varies.
func walks(s *query.Scope, varies func(query.Value) certainty) bool {
	for _, p := range s.Predicates {
		switch p.Op {
		case query.Gt, query.Ge, query.Lt, query.Le:
			for _, v := range p.Values {
				if varies(v) == yes {
					return true
				}
			}
		}
	}
	return false
}

// drawsNumbers reports a SELECT of nothing but nextval.
func drawsNumbers(q *query.Query) bool {
	top := q.Scopes[0]
	return len(top.Tables) == 0 && len(top.Output) == 1 && strings.HasPrefix(strings.TrimPrefix(strings.ToLower(top.Output[0].Text), "pg_catalog."), "nextval(")
}

// one reports whether the statement returns at most one row, so that no loop
// can walk its rows.
func (u *subject) one() bool {
	top := u.query.Scopes[0]
	if l := top.Limit; l != nil && l.Kind == query.Const && l.Text == "1" {
		return true
	}
	if u.query.Command == query.Select && top.Aggregates && len(top.GroupBy) == 0 {
		return true
	}
	if len(top.Tables) != 1 {
		return false
	}
	for _, k := range slices.Concat(u.keys, u.fixed) {
		if k.table == top.Tables[0] && k.row() {
			return true
		}
	}
	return false
}

// name of the subject's table as the report shows it.
func (u *subject) name() string {
	if u.table == nil {
		return ""
	}
	return u.table.QualifiedName()
}

// short is the table's name without its schema.
func (u *subject) short() string {
	if u.table == nil {
		return ""
	}
	return u.table.Name
}

// columns are those that vary, or else those by which rows are found, sorted;
// never nil.
func (u *subject) columns() []string {
	out := []string{}
	keys := u.keys
	if len(keys) == 0 {
		keys = u.fixed
	}
	for _, k := range keys {
		if !slices.Contains(out, k.column) {
			out = append(out, k.column)
		}
	}
	slices.Sort(out)
	return out
}

// written is what the schema knows of the table that is written, or nil.
func (u *subject) written() *schema.Table {
	if u.table == nil || u.query.Command == query.Select {
		return nil
	}
	return u.table.Rel
}
