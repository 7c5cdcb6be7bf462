package index

import (
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
)

// maxCandidates bounds the candidates of one access: a statement with a
// hundred conditions must not cost minutes.
const maxCandidates = 48

// maxWidth bounds the key columns that are proposed; more is rarely worth the
// writes.
const maxWidth = 4

// builder makes candidate definitions for one access.
type builder struct {
	a     *access
	usage usage
	sch   *schema.Schema
	seen  map[string]bool
	defs  []Def
}

// candidates lists every index that could serve the access, simplest first:
// equality columns, then one range or the sort order, prefixes of them, and
// the access methods that only single conditions know.
func candidates(a *access, u usage, sch *schema.Schema) []Def {
	b := &builder{a: a, usage: u, sch: sch, seen: map[string]bool{}}
	own, rest := equalities(a.own())
	joins := map[int][]*cond{}
	var partners []int
	for _, c := range a.conds {
		if c.kind == joined && c.other != outerScope {
			if joins[c.other] == nil {
				partners = append(partners, c.other)
			}
			joins[c.other] = append(joins[c.other], c)
		}
	}
	slices.Sort(partners)

	sets := [][]*cond{}
	for _, c := range own {
		sets = append(sets, []*cond{c})
	}
	if strong := selectiveOnly(own); len(strong) > 0 {
		sets = append(sets, strong)
	}
	for i, c := range own {
		for _, d := range own[i+1:] {
			sets = append(sets, []*cond{c, d})
		}
	}
	sets = append(sets, own)
	for _, p := range partners {
		sets = append(sets, joins[p], append(slices.Clone(joins[p]), selectiveOnly(own)...), append(slices.Clone(joins[p]), own...))
	}
	b.around(nil, rest)
	for _, s := range sets {
		b.around(u.sort(a, distinctKeys(s)), rest)
	}
	b.inverted(a.own())
	for _, d := range a.ors {
		for _, arm := range d.arms {
			eq, others := equalities(arm)
			if len(eq) > 0 {
				b.add(u.sort(a, distinctKeys(eq)), nil, nil)
			}
			for _, c := range others {
				b.add(u.sort(a, distinctKeys(eq)), []*cond{c}, nil)
			}
			b.inverted(arm)
		}
	}
	return b.defs
}

// equalities splits conditions into those that pin a column and the others
// that a b-tree can bound.
func equalities(conds []*cond) (eq, rest []*cond) {
	for _, c := range conds {
		switch {
		case c.equality():
			eq = append(eq, c)
		case c.ranged() || c.kind == prefixed:
			rest = append(rest, c)
		}
	}
	return distinctKeys(eq), rest
}

// distinctKeys keeps the first condition on each column.
func distinctKeys(conds []*cond) []*cond {
	var out []*cond
	for _, c := range conds {
		if !slices.ContainsFunc(out, func(o *cond) bool { return key(o.part) == key(c.part) }) {
			out = append(out, c)
		}
	}
	return out
}

func selectiveOnly(conds []*cond) []*cond {
	return slices.DeleteFunc(slices.Clone(conds), func(c *cond) bool { return !c.selective() })
}

// around adds the equality set alone, with each range, with the sort order,
// and with the sort order and the ranges behind it as conditions that entries
// decide.
func (b *builder) around(eq, rest []*cond) {
	ranges := distinctKeys(rest)
	if len(eq) > 0 {
		b.add(eq, nil, nil)
	}
	for _, r := range ranges {
		b.add(eq, []*cond{r}, nil)
	}
	if len(b.a.order) > 0 && (b.a.limit || len(eq) > 0) {
		b.add(eq, nil, b.a.order)
		for _, r := range ranges {
			b.add(eq, []*cond{r}, b.a.order)
		}
	}
	if len(eq) > 0 && len(ranges) == 2 {
		b.add(eq, ranges, nil)
	}
}

// add makes a b-tree of equality columns, the sort order, then ranges; a range
// on the first sort column needs no column of its own.
func (b *builder) add(eq, ranges []*cond, order []query.Sort) {
	def := b.def(eq, ranges, order)
	if len(def.Parts) > 0 {
		b.keep(def)
	}
}

func (b *builder) keep(def Def) {
	id := Identity(def)
	if b.seen[id] || len(b.defs) >= maxCandidates || len(def.Parts) > max(maxWidth, len(b.a.order)) {
		return
	}
	b.seen[id] = true
	b.defs = append(b.defs, def)
}

func (b *builder) def(eq, ranges []*cond, order []query.Sort) Def {
	def := Def{Table: b.a.name(), Method: "btree"}
	has := func(k string) bool {
		return slices.ContainsFunc(def.Parts, func(p schema.Part) bool { return key(p) == k })
	}
	for _, c := range eq {
		if !has(key(c.part)) {
			def.Parts = append(def.Parts, b.patternToo(c))
		}
	}
	flip := reversible(order)
	for _, s := range order {
		if has(sortKey(s)) {
			continue
		}
		p := schema.Part{Column: s.Column, Desc: s.Desc, NullsFirst: s.NullsFirst}
		if s.Column == "" {
			p.Expr = s.Text
		}
		if flip {
			p.Desc, p.NullsFirst = !p.Desc, !p.NullsFirst
		}
		def.Parts = append(def.Parts, p)
	}
	for _, c := range ranges {
		if has(key(c.part)) {
			continue
		}
		p := c.part
		if c.kind == prefixed {
			p.Opclass = patternOpclass(p, b.a.table.Rel.Column(p.Column), b.sch)
		}
		def.Parts = append(def.Parts, p)
	}
	return def
}

// patternToo gives an equality column the pattern operator class when the same
// access also has an anchored pattern on it: that class serves equality too.
func (b *builder) patternToo(c *cond) schema.Part {
	p := c.part
	for _, o := range b.a.conds {
		if o.kind == prefixed && key(o.part) == key(p) {
			p.Opclass = patternOpclass(p, b.a.table.Rel.Column(p.Column), b.sch)
		}
	}
	return p
}

// reversible reports whether the order is better kept backward: every item is
// what a plain ascending column yields in a backward scan.
func reversible(order []query.Sort) bool {
	for _, s := range order {
		if !s.Desc || !s.NullsFirst {
			return false
		}
	}
	return len(order) > 0
}

// inverted adds the GIN indexes of single conditions, and GiST for ranges.
func (b *builder) inverted(conds []*cond) {
	for _, c := range conds {
		switch c.kind {
		case trigram, contains, matches:
			p, method := c.part, "gin"
			col := b.a.table.Rel.Column(p.Column)
			p.Opclass, _ = ginOpclass(c, col)
			if col != nil && strings.HasSuffix(col.Type, "range") {
				method = "gist"
			}
			b.keep(Def{Table: b.a.name(), Method: method, Parts: []schema.Part{p}})
		}
	}
}
