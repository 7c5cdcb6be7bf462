package sequence

import (
	"cmp"
	"math/bits"
	"slices"
)

// found is a candidate in the making.
type found struct {
	Candidate
	requests sample
	others   []sample // of digests; bounded by their number
	members  []measuredAll
	parents  []Parent
	parallel int64
	piped    int64
	varying  uint8
}

// measuredAll is a member over all requests.
type measuredAll struct {
	Member
	varying, ever     uint8 // in every request, in any
	nested, irregular int   // requests in which it was
	requests          int
}

// sample keeps every stride-th request, so that medians of many requests need
// little room and do not depend on chance.
type sample struct {
	kept         []figures
	stride, skip int
}

// figures of one request of which medians are told.
type figures struct {
	iterations, distinct int
	wall, busy, gap      int64
	quiet, share         float64
}

func (s *sample) add(x figures) {
	if s.skip > 0 {
		s.skip--
		return
	}
	if len(s.kept) == sampled {
		for i := range sampled / 2 {
			s.kept[i] = s.kept[2*i]
		}
		s.kept = s.kept[:sampled/2]
		s.stride = 2*s.stride + 1
	}
	s.kept = append(s.kept, x)
	s.skip = s.stride
}

func (c *found) member(m *measured) {
	i := slices.IndexFunc(c.members, func(x measuredAll) bool { return x.Group == m.group })
	if i < 0 {
		if len(c.members) == maxMembers {
			return
		}
		i = len(c.members)
		c.members = append(c.members, measuredAll{Member: Member{Group: m.group}, varying: 0xff})
	}
	x := &c.members[i]
	x.requests++
	x.Count += int64(m.count)
	x.ExecUS += m.exec
	x.varying &= m.varying
	x.ever |= m.varying
	if m.distinct < 0 || x.Distinct < 0 {
		x.Distinct = -1
	} else {
		x.Distinct = max(x.Distinct, m.distinct)
	}
	if m.nested {
		x.nested++
	}
	if m.irregular {
		x.irregular++
	}
}

// parent notes a possible parent. When there are too many different ones, the
// one seen least makes room.
func (c *found) parent(b *before, r *request) {
	i := slices.IndexFunc(c.parents, func(p Parent) bool { return p.Group == b.group })
	gap := r.start.since(b.end)
	if i < 0 {
		fresh := Parent{Group: b.group, GapUS: gap, Distance: b.distance}
		if len(c.parents) < maxParents {
			i = len(c.parents)
			c.parents = append(c.parents, fresh)
		} else {
			i = 0
			for j, p := range c.parents {
				if p.Times <= c.parents[i].Times {
					i = j
				}
			}
			c.parents[i] = fresh
		}
	}
	p := &c.parents[i]
	p.Times++
	p.Limit, p.Rows = int64(b.limit), int64(b.rows)
	p.GapUS = min(p.GapUS, gap)
	p.Distance = min(p.Distance, b.distance)
	p.SameScope = p.SameScope || b.sameScope
	if b.apart {
		p.Apart++
	}
	n := int64(b.rows)
	if n < 0 {
		n = int64(b.limit)
	}
	if n < 0 {
		return
	}
	switch d := int64(r.iterations) - n; {
	case d == 0:
		p.Exact++
	case d < 0:
		p.Below++
	default:
		p.Above++
	}
	if len(p.Grows) < maxGrows {
		p.Grows = append(p.Grows, Growth{Rows: int(n), Iterations: r.iterations})
	}
}

// candidates returns what was kept, in a fixed order.
func (f *Finder) candidates() []Candidate {
	keys := f.keys()
	out := make([]Candidate, 0, len(keys))
	for _, k := range keys {
		out = append(out, f.kept[k].candidate())
	}
	return out
}

// keys lists the candidates: by head, route, application, scope and enclosing
// loop.
func (f *Finder) keys() []key {
	keys := make([]key, 0, len(f.kept))
	for k := range f.kept {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(
			cmp.Compare(a.head, b.head), cmp.Compare(f.texts[a.route], f.texts[b.route]),
			cmp.Compare(f.texts[a.app], f.texts[b.app]), cmp.Compare(a.scope, b.scope), cmp.Compare(a.under, b.under), cmp.Compare(flag(a.between), flag(b.between)),
		)
	})
	return keys
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (c *found) candidate() Candidate {
	o := c.Candidate
	o.Iterations.Median = middle(c, func(x figures) int { return x.iterations })
	o.Distinct = middle(c, func(x figures) int { return x.distinct })
	if o.DistinctMax < 0 {
		o.Distinct = -1
	}
	o.WallUS = middle(c, func(x figures) int64 { return x.wall })
	o.BusyUS = middle(c, func(x figures) int64 { return x.busy })
	o.GapUS = middle(c, func(x figures) int64 { return x.gap })
	o.Quiet = middle(c, func(x figures) float64 { return x.quiet })
	o.Share = middle(c, func(x figures) float64 { return x.share })
	o.Pipelined = float64(c.piped) / float64(max(1, o.Executions-int64(o.Requests)))
	o.Parallel = 2*c.parallel > o.Executions
	o.Varying = places(c.varying)
	o.Body = nil
	for _, m := range c.members {
		m.PerIteration = float64(m.Count) / float64(max(1, c.members[0].Count))
		m.Member.Nested = 2*m.nested > m.requests
		m.Member.Irregular = 2*m.irregular > m.requests
		m.Member.Varying, m.Member.Varied = places(m.varying), places(m.ever)
		o.Body = append(o.Body, m.Member)
	}
	o.Parents = slices.Clone(c.parents)
	slices.SortStableFunc(o.Parents, func(a, b Parent) int {
		return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(a.Distance, b.Distance))
	})
	return o
}

// places lists the bits that are set.
func places(mask uint8) []int {
	var out []int
	for m := mask; m != 0; m &= m - 1 {
		out = append(out, bits.TrailingZeros8(m))
	}
	return out
}
