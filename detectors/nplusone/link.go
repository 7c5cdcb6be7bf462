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
	source
	score float64
}

// source is the column whose values a loop is given.
type source struct {
	table  *query.Table // of the parent
	column string       // "" unknown
	base   float64      // what names and foreign keys alone say, 0 that it is none
}

// name of the parent's table as the report shows it.
func (l link) name() string {
	if l.table == nil {
		return l.parent.name()
	}
	return l.table.QualifiedName()
}

// short is the table's name without its schema.
func (l link) short() string {
	if l.table == nil {
		return l.parent.short()
	}
	return l.table.Name
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
		l.source = r.depends(u, parent)
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
func (r *review) depends(u, parent *subject) source {
	if u.query.Command == query.Insert {
		return r.feeds(u, parent)
	}
	var best source
	if parent.one() || parent.query.Command != query.Select && !parent.query.Returning {
		return best
	}
	for _, k := range u.keys {
		for _, o := range outputs(parent) {
			if score := supplies(k, o, u.each); score > best.base {
				best = source{o.table, o.column, score}
			}
		}
	}
	return best
}

// supplies says how likely a key's values are those of a parent's column; each
// says that every one was another.
func supplies(k key, o output, each bool) float64 {
	if o.table == nil {
		return 0
	}
	own := ownKey(k.column, k.table.Name)
	short := !own && shortKey(k.column, k.table.Name)
	sameTable := same(o.table, k.table)
	if o.column == "" {
		// All columns, names unknown: the table's key, or a foreign key.
		switch {
		case sameTable && (own || short && each), names(stem(k.column), o.table.Name):
			return byKey
		case own, ending(k.column) != "":
			return byRole
		}
		return 0
	}
	switch {
	case k.rel != nil && o.table.Rel != nil && (refers(k.rel, k.column, o.table.Rel, o.column) || refers(o.table.Rel, o.column, k.rel, k.column)):
		return byKey + .01 // a declared foreign key beats names
	case sameTable && o.column == k.column:
		switch {
		case own, unique(k.rel, k.column), short && each:
			return byKey
		case each:
			return byRole + .1 // as good as a key
		}
		return 0
	case own && names(stem(o.column), k.table.Name), ownKey(o.column, o.table.Name) && names(stem(k.column), o.table.Name):
		return byKey
	case ending(o.column) == snake(k.column) && names(stem(o.column), k.table.Name):
		return byKey // tariff_code, and the code of a tariff
	case isID(k.column) && names(o.column, k.table.Name) && !sameTable:
		return byKey // a column that is called like the table it points to
	case sameTable && ownKey(o.column, o.table.Name) && stem(k.column) != "" && declared(k.rel, k.column) == nil:
		return byRole + .1 // parent_id of the same table: a tree
	case sameTable:
		return 0
	case snake(o.column) == snake(k.column) && stem(k.column) != "":
		return byKey - .05
	case (isID(k.column) || (own || short) && ending(o.column) == ending(k.column)) && points(o),
		isID(o.column) && stem(k.column) != "" && declared(k.rel, k.column) == nil,
		snake(o.column) == snake(k.column) && !isID(k.column):
		return byRole
	}
	return 0
}

// points reports a column that may point to any table: it is called like a key,
// not like its own table's, and no foreign key says where.
func points(o output) bool {
	return stem(o.column) != "" && !ownKey(o.column, o.table.Name) && !shortKey(o.column, o.table.Name) && declared(o.table.Rel, o.column) == nil
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
	column string // "" any
}

// outputs lists what the parent returns; a star is the columns that the schema
// knows, or one output without a column.
func outputs(p *subject) []output {
	top := p.query.Scopes[0]
	var out []output
	all := func(t *query.Table) {
		if t.Rel == nil {
			out = append(out, output{t, ""})
			return
		}
		for _, c := range t.Rel.Columns {
			out = append(out, output{t, c.Name})
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
				out = append(out, output{s.Tables[e.Table], e.Column})
			}
		}
	}
	return out
}

// feeds says how likely an INSERT's rows come from the parent's: through a
// column that points to the parent's table.
func (r *review) feeds(u, parent *subject) source {
	if u.table == nil || parent.table == nil || same(u.table, parent.table) {
		return source{}
	}
	if parent.query.Command != query.Select && !parent.query.Returning {
		return source{}
	}
	score := byKey
	if parent.query.Command == query.Select && parent.one() {
		score = byRole // one row that all the new ones point to
	}
	for _, column := range u.query.Set {
		for _, t := range parent.query.Scopes[0].Tables {
			if u.table.Rel != nil && t.Rel != nil && refers(u.table.Rel, column, t.Rel, "") {
				return source{t, column, score}
			}
			if foreignKey(u.table.Rel, column) == nil && names(stem(column), t.Name) {
				return source{t, column, score}
			}
		}
	}
	return source{}
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
		return r.depends(u, o).base >= enoughLink
	})
}
