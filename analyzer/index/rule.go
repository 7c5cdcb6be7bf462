package index

import (
	"slices"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
)

// Without statistics an index is judged by the shape of the SQL alone. What
// follows is what one would do by hand: begin each scope with the table that
// is asked for the fewest rows, follow the joins from there, and want for each
// table an index on what is then known of its rows.

// strength ranks how few rows conditions usually leave.
type strength uint8

const (
	idle      strength = iota // nothing, or what usually keeps most rows
	bounded                   // a range, or the first rows of an order
	searched                  // a pattern, a containment, an OR of equalities
	pinned                    // an equality
	reference                 // an equality on a key's or a reference's column
	unique                    // at most one row
)

// need is what one access asks of an index.
type need struct {
	a       *access
	conds   []*cond // usable: own ones, and joins from tables read before
	equal   []*cond // selective equalities among them, most shared first
	ranges  []*cond // what a b-tree bounds
	ordered bool    // ORDER BY is worth being delivered
	asked   bool    // few rows are wanted
}

// outcome is what became of one access.
type outcome struct {
	need    *need
	want    []Def    // indexes to create
	served  []string // existing ones that do
	reason  string   // why served by nothing that has a name, or why no index helps
	ok      bool     // served
	unknown bool     // nobody can tell: the pattern was not logged
}

// ruler judges the accesses of one statement by rule.
type ruler struct {
	sch      *schema.Schema
	usage    usage
	strength map[*query.Scope]strength
}

// judge returns an outcome for each access.
func (r *ruler) judge(all []*access) []*outcome {
	var scopes []*query.Scope
	by := map[*query.Scope][]*access{}
	for _, a := range all {
		if by[a.scope] == nil {
			scopes = append(scopes, a.scope)
		}
		by[a.scope] = append(by[a.scope], a)
	}
	r.strength = map[*query.Scope]strength{}
	// Inner scopes follow outer ones; x IN (SELECT ...) asks for few rows when
	// the sub-query gives few.
	for _, s := range slices.Backward(scopes) {
		best := idle
		for _, a := range by[s] {
			best = max(best, r.rank(a, a.own()))
		}
		r.strength[s] = best
	}
	var out []*outcome
	for _, s := range scopes {
		for _, n := range r.needs(s, by[s]) {
			out = append(out, r.outcome(n))
		}
	}
	return out
}

// rank says how few rows of the table the conditions leave.
func (r *ruler) rank(a *access, conds []*cond) strength {
	best := idle
	if a.limit && len(a.order) > 0 || len(a.ors) > 0 {
		best = bounded
	}
	if len(a.ors) > 0 && slices.ContainsFunc(a.ors, (*disjunction).indexable) {
		best = searched
	}
	for _, c := range conds {
		switch c.kind {
		case equal, list, joined:
			switch {
			case c.other == outerScope && !r.probed(c):
			case selectiveColumn(a.table.Rel, c.part.Column):
				best = max(best, reference)
			default:
				best = max(best, pinned)
			}
		case above, below:
			if !pruning(a, c) {
				best = max(best, bounded)
			}
		case prefixed, trigram, contains, matches:
			best = max(best, searched)
		}
	}
	if r.single(a, conds) != nil || keyPinned(a, conds) != nil {
		best = unique
	}
	return best
}

// probed reports whether an equality with an outer scope or a sub-query is a
// look-up of few rows rather than one side of a join of everything.
func (r *ruler) probed(c *cond) bool {
	if len(c.pred.Values) == 1 && c.pred.Values[0].Kind == query.SubQuery {
		s := c.pred.Values[0].Scope
		return c.pred.Op != query.In || s != nil && (r.strength[s] > idle || s.Limit != nil)
	}
	return true
}

// single returns the unique index that the conditions pin to one row, or nil.
func (r *ruler) single(a *access, conds []*cond) *Def {
	if a.table.Rel == nil {
		return nil
	}
	for _, d := range a.table.Rel.Indexes {
		if d.Unique {
			if u := match(d, a, conds, r.sch); u != nil && u.single {
				return d
			}
		}
	}
	return nil
}

// keyPinned returns the condition that pins what most likely is the primary
// key of a table that no schema describes, or nil.
func keyPinned(a *access, conds []*cond) *cond {
	if a.table.Rel != nil {
		return nil
	}
	for _, c := range conds {
		if (c.kind == equal || c.kind == list || c.kind == joined) && looksLikeKey(a.table.Name, c.part.Column) {
			return c
		}
	}
	return nil
}

// indexable reports whether every arm has a condition that an index serves.
func (d *disjunction) indexable() bool {
	for _, arm := range d.arms {
		if !slices.ContainsFunc(arm, func(c *cond) bool {
			return c.kind != filter && c.kind != null && c.kind != flag && c.kind != present && (c.kind != joined || c.other == outerScope)
		}) {
			return false
		}
	}
	return true
}

// needs orders the tables of a scope as one would read them and says what each
// asks of an index.
func (r *ruler) needs(s *query.Scope, tables []*access) []*need {
	outer := s.Kind != query.SubLink || !s.Exists || s.Parent == nil || !s.Correlated || r.strength[s.Parent] > idle
	// The table that a recursive arm works on has few rows at a time.
	working := s.Kind == query.SetArm && s.Parent != nil && s.Parent.Kind == query.CTE
	reached := map[int]bool{-1: working}
	asked := map[int]bool{-1: working}
	var out []*need
	for len(out) < len(tables) {
		next, driver := r.next(tables, reached)
		n := &need{a: next}
		for _, c := range next.conds {
			switch {
			case c.kind == filter:
			case c.kind != joined:
				n.conds = append(n.conds, c)
			case c.other == outerScope:
				if outer && r.probed(c) {
					n.conds = append(n.conds, c)
				}
			case reached[c.other] && asked[c.other]:
				n.conds = append(n.conds, c)
			}
		}
		n.asked = r.rank(next, n.conds) > idle
		n.ordered = len(next.order) > 0 && driver && (len(out) == 0 || next.limit)
		r.fill(n)
		if n.ordered && next.limit && len(n.equal) == 0 && len(n.ranges) > 0 && key(n.ranges[0].part) != sortKey(next.order[0]) && r.keyOrder(next) {
			n.ordered = false // the key's order is there: what would help is the range
		}
		reached[next.index] = true
		asked[next.index] = n.asked
		out = append(out, n)
	}
	return out
}

// next picks the table to read next: one joined to what was read, else the one
// that is asked for the fewest rows. Equals come in the order of FROM.
func (r *ruler) next(tables []*access, reached map[int]bool) (a *access, driver bool) {
	best := -1
	for _, t := range tables {
		if reached[t.index] {
			continue
		}
		rank := int(r.rank(t, t.own()))
		if t.table.Outer {
			rank = 0 // cannot be read before what it is joined to
		}
		linked := slices.ContainsFunc(t.conds, func(c *cond) bool { return c.kind == joined && c.other >= 0 && reached[c.other] })
		if linked {
			rank += 100
		}
		if rank > best {
			a, best, driver = t, rank, !linked
		}
	}
	return a, driver
}

// fill sorts the conditions of a need by what an index can do with them.
func (r *ruler) fill(n *need) {
	var strong []*cond
	for _, c := range n.conds {
		switch {
		case c.selective():
			strong = append(strong, c)
		case c.kind == prefixed || (c.kind == above || c.kind == below) && !pruning(n.a, c):
			n.ranges = append(n.ranges, c)
		}
	}
	n.equal = r.usage.sort(n.a, distinctKeys(strong))
	slices.SortStableFunc(n.ranges, func(x, y *cond) int { return rangeRank(n.ranges, y) - rangeRank(n.ranges, x) })
}

// pruning reports whether a range is answered by leaving partitions out.
func pruning(a *access, c *cond) bool {
	t := a.table.Rel
	return t != nil && t.Kind == schema.KindPartitioned && len(t.PartitionBy) > 0 && t.PartitionBy[0] == c.part.Column && c.ranged()
}

// rangeRank prefers patterns to intervals and those to half-open ranges.
func rangeRank(all []*cond, c *cond) int {
	if c.kind == prefixed {
		return 3
	}
	for _, o := range all {
		if key(o.part) == key(c.part) && o.kind != c.kind && o.kind != prefixed {
			return 2
		}
	}
	return 1
}
