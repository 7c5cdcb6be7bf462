package nplusone

import (
	"slices"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/sequence"
)

// link says how a loop's statement depends on the rows of another.
type link struct {
	parent *subject
	seen   sequence.Parent
	column string // of the parent that feeds the loop, "" unknown
	score  float64
	base   float64 // what names and foreign keys alone say
}

// Weights of the parent link; they were set on logs of real applications and
// have no other source.
const (
	byKey       = .5 // a foreign key, or names that say the same
	byRole      = .3 // names that allow it: author_id may point to users, * may hold the column
	sameCount   = .3
	fewerRows   = .15 // the loop ran less often than the LIMIT
	moreRows    = -.1
	nearby      = .1 // at most 50 ms before
	often       = .1 // the pair was seen in three requests or more
	seldom      = -.15
	maxLink     = .9
	nearbyUS    = 50_000
	oftenTimes  = 3
	strongLink  = .8
	enoughLink  = .5
	weakestLink = .3
)

// bestLink finds the statement before the loop whose rows the subject most
// likely walks.
func (r *review) bestLink(u *subject, c *sequence.Candidate) link {
	var best link
	for _, p := range c.Parents {
		s := r.w.ByGroup[p.Group]
		parent := newSubject(s, sequence.Member{Group: p.Group, Distinct: -1})
		if parent == nil {
			continue
		}
		l := link{parent: parent, seen: p}
		l.base, l.column = r.depends(u, parent)
		if l.base == 0 {
			continue
		}
		l.score = l.base
		switch {
		case exact(p):
			l.score += sameCount
		case p.Below > p.Above:
			l.score += fewerRows
		case p.Above > 0:
			l.score += moreRows
		}
		if p.GapUS <= nearbyUS {
			l.score += nearby
		}
		if p.Times >= oftenTimes && 2*p.Times >= c.Requests {
			l.score += often
		}
		if 2*p.Times < c.Requests {
			l.score += seldom
		}
		l.score = min(l.score, maxLink)
		if l.score > best.score+1e-9 || l.score > best.score-1e-9 && best.parent != nil && nearer(p, best.seen) {
			best = l
		}
	}
	return best
}

// exact reports that the loop ran as often as the parent had rows, mostly, or so
// often that chance does not explain it.
func exact(p sequence.Parent) bool {
	return p.Exact > 0 && p.Exact >= p.Below && p.Exact >= p.Above || p.Exact > 1 && 3*p.Exact >= p.Times
}

func nearer(a, b sequence.Parent) bool {
	if a.Times != b.Times {
		return a.Times > b.Times
	}
	return a.Distance < b.Distance
}

// depends says how likely the values that u is given are columns of the
// parent's rows, and which column.
func (r *review) depends(u, parent *subject) (float64, string) {
	if u.query.Command == query.Insert {
		return r.feeds(u, parent)
	}
	if parent.one() || parent.query.Command != query.Select && !parent.query.Returning {
		return 0, ""
	}
	best, column := 0.0, ""
	for _, k := range u.keys {
		if s, c := r.supplies(k, parent); s > best {
			best, column = s, c
		}
	}
	return best, column
}

// supplies says how likely a key's values come from the parent's output.
func (r *review) supplies(k key, parent *subject) (float64, string) {
	best, column := 0.0, ""
	note := func(score float64, c string) {
		if score > best {
			best, column = score, c
		}
	}
	for _, o := range outputs(parent) {
		score := byKey
		if o.star && (o.table == nil || o.table.Rel == nil) {
			score = byRole // which columns there are is not known
		}
		switch {
		case o.table == nil:
		case o.column == "":
			// All columns, names unknown: the table's key, or a foreign key.
			switch {
			case same(o.table, k.table) && isID(k.column), names(stem(k.column), o.table.Name):
				note(byKey, "")
			case isID(k.column), stem(k.column) != "":
				note(byRole, "")
			}
		case k.rel != nil && o.table.Rel != nil && (refers(k.rel, k.column, o.table.Rel, o.column) || refers(o.table.Rel, o.column, k.rel, k.column)):
			note(byKey+.01, o.column) // a declared foreign key beats names
		case same(o.table, k.table) && o.column == k.column && (isID(k.column) || unique(k.rel, k.column)):
			note(score, o.column)
		case isID(k.column) && names(stem(o.column), k.table.Name):
			note(score, o.column)
		case isID(o.column) && names(stem(k.column), o.table.Name):
			note(score, o.column)
		case isID(k.column) && names(o.column, k.table.Name) && !same(o.table, k.table):
			note(score, o.column) // a column that is called like the table it points to
		case same(o.table, k.table) && isID(o.column) && stem(k.column) != "" && declared(k.rel, k.column) == nil:
			note(byRole+.1, o.column) // parent_id of the same table: a tree
		case snake(o.column) == snake(k.column) && stem(k.column) != "" && !same(o.table, k.table):
			note(score-.05, o.column)
		case isID(k.column) && stem(o.column) != "" && declared(o.table.Rel, o.column) == nil && !same(o.table, k.table):
			note(byRole, o.column)
		case isID(o.column) && stem(k.column) != "" && declared(k.rel, k.column) == nil && !same(o.table, k.table):
			note(byRole, o.column)
		case snake(o.column) == snake(k.column) && !isID(k.column) && !same(o.table, k.table):
			note(byRole, o.column)
		}
	}
	return best, column
}

// declared is where a column points by a declared foreign key: names need not
// be asked then.
func declared(t *schema.Table, column string) *schema.Constraint { return foreignKey(t, column) }

func same(a, b *query.Table) bool {
	if a.Rel != nil && b.Rel != nil {
		return a.Rel == b.Rel
	}
	return a.Name == b.Name && (a.Schema == b.Schema || a.Schema == "" || b.Schema == "")
}

// output is one column that a statement returns.
type output struct {
	table  *query.Table
	column string
	star   bool
}

// outputs lists what the parent returns; a star is the columns that the schema
// knows, or one output without a column.
func outputs(p *subject) []output {
	top := p.query.Scopes[0]
	var out []output
	all := func(t *query.Table) {
		if t.Rel == nil {
			out = append(out, output{t, "", true})
			return
		}
		for _, c := range t.Rel.Columns {
			out = append(out, output{t, c.Name, true})
		}
	}
	scopes := []*query.Scope{top}
	if top.SetOp || len(top.Tables) == 0 {
		for _, s := range p.query.Scopes[1:] {
			if s.Kind == query.SetArm || s.Kind == query.FromSubquery || s.Kind == query.CTE {
				scopes = append(scopes, s)
			}
		}
	}
	for _, s := range scopes {
		for _, e := range s.Output {
			switch {
			case e.Star && e.Table >= 0 && e.Table < len(s.Tables):
				all(s.Tables[e.Table])
			case e.Star:
				for _, t := range s.Tables {
					all(t)
				}
			case e.Column != "" && e.Table >= 0 && e.Table < len(s.Tables):
				out = append(out, output{s.Tables[e.Table], e.Column, false})
			}
		}
	}
	return out
}

// feeds says how likely an INSERT's rows come from the parent's: through a
// column that points to the parent's table.
func (r *review) feeds(u, parent *subject) (float64, string) {
	if u.table == nil || parent.table == nil || same(u.table, parent.table) {
		return 0, ""
	}
	if parent.query.Command != query.Select && !parent.query.Returning {
		return 0, ""
	}
	score := byKey
	if parent.query.Command == query.Select && parent.one() {
		score = byRole // one row that all the new ones point to
	}
	for _, column := range u.query.Set {
		for _, t := range parent.query.Scopes[0].Tables {
			if u.table.Rel != nil && t.Rel != nil && refers(u.table.Rel, column, t.Rel, "") {
				return score, column
			}
			if foreignKey(u.table.Rel, column) == nil && names(stem(column), t.Name) {
				return score, column
			}
		}
	}
	return 0, ""
}

// linked reports whether a member depends on any other statement of the loop
// or before it: a random mix does not.
func (r *review) linked(u *subject, c *sequence.Candidate, others []*subject) bool {
	if r.bestLink(u, c).base >= enoughLink {
		return true
	}
	return slices.ContainsFunc(others, func(o *subject) bool {
		if o == u || o.stmt == u.stmt {
			return false
		}
		base, _ := r.depends(u, o)
		return base >= enoughLink
	})
}
