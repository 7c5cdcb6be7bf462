package index

import (
	"cmp"
	"context"
	"math"
)

const (
	// minShare of a statement's cost must go for an index to be worth it.
	minShare = .15
	// minGain is the least saving per execution in planner units, some page
	// reads: below it a table is small enough to be read whole.
	minGain = 16
	// alike is how close two candidates must be for the smaller one to win.
	alike = .9
	// entryCost is what one more index costs a written row, in planner units:
	// about the descent, and a page that becomes dirty.
	entryCost = 2
	// maxPool bounds the candidates that one statement contributes.
	maxPool = 12
	// maxQuestions bounds the joined members that are costed for one
	// statement's candidates, so that a join of many tables takes no minutes.
	maxQuestions = 20000
)

// judge asks the coster.
func (s *selector) judge(ctx context.Context, j *job, add []Def) (Cost, error) {
	s.asked++
	return s.coster.Cost(ctx, j.st.Query, Config{Add: add})
}

// byCost chooses for the statements that can be judged: greedily what saves
// most for the whole workload, then without what the later ones made idle.
func (s *selector) byCost(ctx context.Context) {
	var judged []*job
	for _, j := range s.jobs {
		if j.verdict != nil {
			continue
		}
		c, err := s.judge(ctx, j, nil)
		if err != nil || math.IsNaN(c.Total) {
			continue // by rule
		}
		j.judged, j.before, j.after, j.current = true, c.Total, c.Total, c.Total
		j.used, j.usedBefore = c.Used, c.Used
		judged = append(judged, j)
	}
	s.weigh(judged)
	pool := s.pool(ctx, judged)
	picked := s.pick(ctx, pool)
	picked = s.prune(ctx, picked, judged)
	s.settleCosts(ctx, picked, judged)
}

// weigh makes planner units of different statements comparable: by the time
// that was measured where it was.
func (s *selector) weigh(jobs []*job) {
	var ms, units float64
	for _, j := range jobs {
		if j.st.ExecMS > 0 && j.before > 0 {
			ms += j.st.ExecMS
			units += j.calls() * j.before
		}
	}
	perUnit := 1.0
	if units > 0 {
		perUnit = ms / units
	}
	for _, j := range jobs {
		j.weight = j.calls() * perUnit
		if j.st.ExecMS > 0 && j.before > 0 {
			j.weight = j.st.ExecMS / j.before
		}
	}
}

// worth reports whether a statement gains enough.
func worth(before, after float64) bool {
	return before-after >= minGain && before-after >= minShare*before
}

// pick chooses atoms greedily.
func (s *selector) pick(ctx context.Context, pool []*atom) *set {
	writes := s.writes()
	touching := map[*job][]*atom{}
	for _, a := range pool {
		a.stale = true
		for _, j := range a.jobs {
			touching[j] = append(touching[j], a)
		}
	}
	chosen := newSet()
	spent := 0.0
	for ctx.Err() == nil {
		for _, a := range pool {
			if a.stale && !a.dead {
				s.rate(ctx, a, chosen, writes)
			}
		}
		best := s.best(pool, chosen, spent)
		if best == nil {
			break
		}
		spent += best.bytes
		chosen.add(best.fresh...)
		best.dead = true
		for _, j := range best.jobs {
			if g, ok := best.gains[j]; ok {
				j.current = min(j.current, g.cost)
			}
			j.version++
			for _, a := range touching[j] {
				a.stale = true
			}
		}
	}
	return chosen
}

// rate finds what an atom is worth now. One that is worth nothing stays so:
// what is chosen later only takes away from it.
func (s *selector) rate(ctx context.Context, a *atom, chosen *set, writes *writes) {
	a.stale, a.fresh, a.bytes = false, chosen.missing(a.defs), 0
	for _, d := range a.fresh {
		a.bytes += s.bytes(&d)
	}
	net, good := s.net(ctx, a, chosen)
	for _, d := range a.fresh {
		net -= writes.of(&d) * entryCost
	}
	a.worth = net
	a.dead = !good || net <= 0 || len(a.fresh) == 0
}

// best is the atom to choose next, nil when none is worth it.
func (s *selector) best(pool []*atom, chosen *set, spent float64) *atom {
	fits := func(a *atom) bool {
		n, budget := s.options.MaxIndexes, float64(s.options.Budget)
		return !a.dead && (n <= 0 || chosen.n+len(a.fresh) <= n) && (budget <= 0 || spent+a.bytes <= budget)
	}
	score := func(a *atom) float64 {
		if s.options.Budget > 0 {
			return a.worth / max(a.bytes, pageBytes)
		}
		return a.worth
	}
	var top *atom
	for _, a := range pool {
		if fits(a) && (top == nil || score(a) > score(top)) {
			top = a
		}
	}
	// Of those that are nearly as good the smallest wins.
	best := top
	for _, a := range pool {
		if fits(a) && score(a) >= score(top)*alike && a.defs[0].Table == top.defs[0].Table && less(a, best) && nearly(a, top) {
			best = a
		}
	}
	return best
}

// bytes is the estimated size of an index.
func (s *selector) bytes(d *Def) float64 {
	t := s.table(d.Table)
	f := s.model.figures(t)
	if f == nil {
		return 0
	}
	return s.model.extent(d, t, f).pages * pageBytes
}

// nearly reports whether no statement of top is left with much more than top
// would leave it.
func nearly(o, top *atom) bool {
	for _, j := range top.jobs {
		with := j.current
		if g, ok := o.gains[j]; ok {
			with = g.cost
		}
		if g, ok := top.gains[j]; ok && with > g.cost*2+minGain {
			return false
		}
	}
	return true
}

// less orders atoms by what they occupy.
func less(a, b *atom) bool {
	width := func(x *atom) (n int) {
		for _, d := range x.defs {
			n += len(d.Parts)
		}
		return n
	}
	return cmp.Or(cmp.Compare(len(a.defs), len(b.defs)), cmp.Compare(a.bytes, b.bytes), cmp.Compare(width(a), width(b))) < 0
}

// net is what an atom saves the workload on top of what is chosen; good says
// that it is worth it for some statement, and makes none worse.
func (s *selector) net(ctx context.Context, a *atom, chosen *set) (net float64, good bool) {
	for _, j := range a.jobs {
		g, ok := a.gains[j]
		if !ok || g.version != j.version {
			c, err := s.judge(ctx, j, append(s.relevant(j, chosen), s.allowed(j, a.fresh)...))
			if err != nil {
				c.Total = j.current
			}
			g = gain{j.version, c.Total}
			a.gains[j] = g
		}
		if g.cost > j.current*1.01 {
			return 0, false
		}
		net += j.weight * (j.current - g.cost)
		good = good || worth(j.current, g.cost)
	}
	return net, good
}
