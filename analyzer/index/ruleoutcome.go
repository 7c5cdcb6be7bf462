package index

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
)

// outcome finds what serves a need, or the index that would.
func (r *ruler) outcome(n *need) *outcome {
	o := &outcome{need: n}
	a := n.a
	if key := keyPinned(a, n.conds); key != nil {
		o.ok = true
		o.reason = fmt.Sprintf("%s is most likely the primary key of %s, which has an index", key.part.Column, a.table.Name)
		return o
	}
	if d := r.single(a, n.conds); d != nil {
		o.served = []string{d.Name}
		o.ok = true
		return o
	}
	if len(n.equal)+len(n.ranges) == 0 && a.patternUnknown() {
		o.reason, o.unknown = unknownPattern, true
		return o
	}
	if want := r.ideal(n); want != nil {
		if name, ok := r.existing(n); ok {
			o.served, o.ok = []string{name}, true
			return o
		}
		if key := keyRange(a, n); key != nil {
			o.ok = true
			o.reason = fmt.Sprintf("%s is most likely the primary key of %s, which has an index", key.part.Column, a.table.Name)
			return o
		}
		o.want = []Def{*want}
		return o
	}
	if len(n.equal) == 0 && len(a.ors) > 0 {
		if r.arms(o, n) {
			return o
		}
	}
	o.reason, o.unknown = idleReason(n)
	return o
}

// keyRange returns the condition or order on what most likely is the primary
// key of an unknown table when nothing else restricts it.
func keyRange(a *access, n *need) *cond {
	if a.table.Rel != nil || len(n.equal) > 0 {
		return nil
	}
	if n.ordered && a.limit && looksLikeKey(a.table.Name, a.order[0].Column) && !slices.ContainsFunc(n.ranges, func(c *cond) bool { return c.part.Column != a.order[0].Column }) {
		return &cond{part: schema.Part{Column: a.order[0].Column}}
	}
	if len(n.ranges) > 0 && looksLikeKey(a.table.Name, n.ranges[0].part.Column) {
		return n.ranges[0]
	}
	return nil
}

// ideal is the index that one would create for a need, nil when none is worth
// it.
func (r *ruler) ideal(n *need) *Def {
	a := n.a
	b := &builder{a: a, usage: r.usage, sch: r.sch}
	equal := n.equal[:min(len(n.equal), maxWidth)]
	several := slices.ContainsFunc(equal, func(c *cond) bool { return c.kind == list })
	var def Def
	switch {
	case len(equal) > 0 && n.ordered && !several:
		def = b.def(equal, nil, a.order)
		if len(def.Parts) > maxWidth+2 {
			def = b.def(equal, nil, nil)
		}
	case len(equal) > 0:
		def = b.def(equal, n.ranges[:min(len(n.ranges), 1)], nil)
	case len(n.ranges) > 0 && n.ranges[0].kind == prefixed:
		def = b.def(nil, n.ranges[:1], nil)
	case n.inverted() != nil:
		b.seen = map[string]bool{}
		b.inverted([]*cond{n.inverted()})
		return &b.defs[0]
	case len(a.ors) > 0 && slices.ContainsFunc(a.ors, (*disjunction).indexable):
		return nil // each arm has its own
	case n.ordered && a.limit:
		def = b.def(n.weak(), nil, a.order)
	case len(n.ranges) > 0:
		def = b.def(nil, n.ranges[:1], nil)
	default:
		return nil
	}
	if len(def.Parts) == 0 {
		return nil
	}
	return &def
}

// keyOrder reports whether ORDER BY is by the primary key, whose index is
// there: what would help is an index on something else.
func (r *ruler) keyOrder(a *access) bool {
	pk := a.table.Rel.PrimaryKey()
	return len(pk) > 0 && pk[0] == a.order[0].Column || a.table.Rel == nil && looksLikeKey(a.table.Name, a.order[0].Column)
}

// weak returns the equalities that usually keep many rows: booleans and IS
// NULL. They are worth a column only in front of an order that is cut by LIMIT.
func (n *need) weak() []*cond {
	var out []*cond
	for _, c := range n.conds {
		if c.kind == flag || c.kind == null {
			out = append(out, c)
		}
	}
	return distinctKeys(out)
}

// inverted returns the condition that only GIN or GiST can serve.
func (n *need) inverted() *cond {
	for _, c := range n.conds {
		switch c.kind {
		case trigram, contains, matches:
			return c
		}
	}
	return nil
}

// existing returns the index of the table that serves a need well enough.
func (r *ruler) existing(n *need) (name string, ok bool) {
	if n.a.table.Rel == nil {
		return "", false
	}
	best := 0
	for _, d := range n.a.table.Rel.Indexes {
		if rank := r.serves(d, n); rank > best {
			name, best = d.Name, rank
		}
	}
	return name, best > 0
}

// serves ranks how well an index serves a need: 0 not well enough.
func (r *ruler) serves(d *Def, n *need) int {
	u := match(d, n.a, n.conds, r.sch)
	if u == nil {
		return 0
	}
	ordered := n.ordered && !slices.ContainsFunc(n.equal, func(c *cond) bool { return c.kind == list })
	switch {
	case len(n.equal) > 0:
		bound, good := 0, false
		for _, c := range n.equal {
			if slices.ContainsFunc(u.bound, func(b *cond) bool { return b.equality() && key(b.part) == key(c.part) }) {
				bound++
				good = good || selectiveColumn(n.a.table.Rel, c.part.Column)
			}
		}
		all := bound == len(n.equal)
		if ordered && !u.ordered && (n.a.limit || !good) || !all && !good {
			return 0
		}
		rank := 1 + bound*4 + len(u.bound)
		if u.ordered {
			rank += 2
		}
		return rank
	case len(n.ranges) > 0 && (n.ranges[0].kind == prefixed || !(ordered && n.a.limit)):
		if slices.ContainsFunc(u.bound, func(b *cond) bool { return key(b.part) == key(n.ranges[0].part) && b.kind == n.ranges[0].kind }) {
			return 1 + len(u.bound)
		}
	case n.inverted() != nil:
		if slices.Contains(u.bound, n.inverted()) {
			return 1
		}
	case ordered && n.a.limit:
		if u.ordered {
			return 1 + len(u.bound)
		}
	}
	return 0
}

// maxArms bounds the new indexes that one OR may ask for.
const maxArms = 4

// arms wants an index for each arm of an OR that has none yet. It reports
// whether the OR can be served that way.
func (r *ruler) arms(o *outcome, n *need) bool {
	for _, d := range n.a.ors {
		if !d.indexable() {
			continue
		}
		for _, arm := range d.arms {
			part := *n.a
			part.conds, part.ors, part.order = arm, nil, nil
			sub := &need{a: &part, conds: part.own()}
			r.fill(sub)
			one := r.outcome(sub)
			if len(one.want) == 0 && !one.ok {
				*o = outcome{need: n}
				return false
			}
			o.served = append(o.served, one.served...)
			for _, w := range one.want {
				if !slices.ContainsFunc(o.want, func(x Def) bool { return Identity(x) == Identity(w) }) {
					o.want = append(o.want, w)
				}
			}
			if len(o.want) > maxArms {
				*o = outcome{need: n, reason: fmt.Sprintf("its OR asks for more than %d new indexes on %s, one for each arm", maxArms, n.a.table.Name)}
				return true
			}
			if one.reason != "" {
				o.reason = one.reason
			}
		}
		o.ok = len(o.want) == 0
		return true
	}
	return false
}

// idleReason says why no index is worth it for an access.
func idleReason(n *need) (reason string, unknown bool) {
	t := n.a.table.Name
	var filters, weak []*cond
	for _, c := range n.a.conds {
		switch {
		case c.why == unknownPattern:
			return c.why, true
		case c.kind == filter && c.why != "":
			filters = append(filters, c)
		case c.kind == flag || c.kind == null || c.kind == present:
			weak = append(weak, c)
		}
	}
	switch {
	case len(filters) > 0:
		return filters[0].why, false
	case len(weak) > 0:
		return fmt.Sprintf("%s alone keeps too many rows of %s for an index, as far as its shape tells; statistics (--stats) would say", weakWords(weak), t), false
	case len(n.a.ors) > 0:
		return "an arm of the OR has no condition that an index serves", false
	case slices.ContainsFunc(n.a.conds, func(c *cond) bool { return c.kind == joined }):
		return fmt.Sprintf("every row of %s takes part in the join, so that reading it whole is right", t), false
	case n.a.limit && len(n.a.scope.OrderBy) > 0:
		return fmt.Sprintf("it sorts every row of %s by what no index can hold", t), false
	case n.a.limit:
		return fmt.Sprintf("it takes the first rows of %s that come", t), false
	case n.a.stmt.Query.Command == query.Update && n.a.index == n.a.stmt.Query.Target:
		return "it changes every row of " + t, false
	case n.a.stmt.Query.Command == query.Delete && n.a.index == n.a.stmt.Query.Target:
		return "it deletes every row of " + t, false
	}
	return fmt.Sprintf("it reads every row of %s", t), false
}

// weakWords spells weak conditions: "archived_at IS NULL and a boolean".
func weakWords(weak []*cond) string {
	var words []string
	for _, c := range weak[:min(len(weak), 3)] {
		name := strings.Trim(key(c.part), "()")
		switch c.kind {
		case null:
			name += " IS NULL"
		case present:
			name += " IS NOT NULL"
		default:
			name = "the boolean " + name
		}
		if !slices.Contains(words, name) {
			words = append(words, name)
		}
	}
	return strings.Join(words, " and ")
}
