package index

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
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
	maxQuestions = 3000
)

// atom is what is chosen at once: one index, or the few that only help
// together (the arms of an OR, both ends of a chain of joins).
type atom struct {
	defs  []Def
	bytes float64
	gains map[*job]gain
	jobs  []*job
	dead  bool
}

// gain is what an atom saves one statement, as long as nothing else changes
// for it.
type gain struct {
	version int
	cost    float64
}

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
	picked := s.pick(ctx, pool, judged)
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

// pool finds what could help each statement, and to whom else it may matter.
func (s *selector) pool(ctx context.Context, jobs []*job) []*atom {
	byID := map[string]*atom{}
	var pool []*atom
	for _, j := range jobs {
		j.interests()
		for _, defs := range s.promising(ctx, j) {
			id := ""
			for _, d := range defs {
				id += Identity(d) + "\x00"
			}
			if byID[id] == nil {
				a := &atom{defs: defs, gains: map[*job]gain{}}
				for _, d := range defs {
					a.bytes += float64(Bytes(d, s.schema))
				}
				byID[id] = a
				pool = append(pool, a)
			}
		}
	}
	by := map[string][]*job{}
	for _, j := range jobs {
		for k := range j.asks {
			by[k] = append(by[k], j)
		}
	}
	for _, a := range pool {
		for _, d := range a.defs {
			for _, p := range d.Parts {
				for _, j := range by[d.Table.String()+"\x00"+key(p)] {
					if !slices.Contains(a.jobs, j) {
						a.jobs = append(a.jobs, j)
					}
				}
			}
		}
	}
	return pool
}

// interests notes the columns that the statement asks for, by table.
func (j *job) interests() {
	j.asks, j.tables = map[string]bool{}, map[string]bool{}
	for _, a := range j.accesses {
		t := a.name().String()
		j.tables[t] = true
		for _, c := range a.conds {
			if c.kind != filter {
				j.asks[t+"\x00"+key(c.part)] = true
			}
		}
		for _, d := range a.ors {
			for _, arm := range d.arms {
				for _, c := range arm {
					j.asks[t+"\x00"+key(c.part)] = true
				}
			}
		}
		for _, o := range a.order {
			j.asks[t+"\x00"+sortKey(o)] = true
		}
	}
}

// proposals lists the candidates of a statement that do not exist yet.
func (s *selector) proposals(j *job) []Def {
	members := 1
	for _, sc := range j.st.Query.Scopes {
		members = max(members, len(sc.Tables))
	}
	limit := clamp(maxQuestions/float64(members*members*members), 16, 160)
	seen := map[string]bool{}
	var lists [][]Def
	for _, a := range j.accesses {
		if a.table.Rel != nil {
			for _, d := range a.table.Rel.Indexes {
				if !d.Invalid {
					seen[Identity(withoutName(*d))] = true
				}
			}
		}
		lists = append(lists, slices.DeleteFunc(candidates(a, s.usage, s.schema), func(d Def) bool { return s.model.spread(a, &d) || s.gambles(a, &d) }))
	}
	var out []Def
	for i := 0; len(out) < int(limit); i++ {
		any := false
		for _, l := range lists { // in turn, so that no table takes all there is
			if i >= len(l) {
				continue
			}
			any = true
			id := Identity(l[i])
			if !seen[id] && len(out) < int(limit) {
				seen[id] = true
				d := l[i]
				d.Name = id // until it is chosen
				out = append(out, d)
			}
		}
		if !any {
			break
		}
	}
	return out
}

// gambles reports whether an index only orders the rows of which equalities
// or a search keep few: that is fast when a match comes early, and reads the
// whole table in the order of the index when none does. The planner, which
// takes matches to be spread evenly, is wrong about such scans more often than
// about any other.
func (s *selector) gambles(a *access, d *Def) bool {
	if d.Method != "btree" || len(a.order) == 0 {
		return false
	}
	u := match(d, a, a.own(), s.schema)
	if u == nil || len(u.bound) > 0 {
		return false
	}
	f := s.model.figures(a.table.Rel)
	for _, c := range a.own() {
		switch c.kind {
		case trigram, contains, matches:
			return true
		case equal, list, joined:
			if f == nil || s.model.estimate.of(a, c, f.tuples) < fewRows {
				return true
			}
		}
	}
	return false
}

// fewRows is the part of a table above which an equality hardly narrows it.
const fewRows = .2

// barred reports whether the statement must not count on an index.
func (s *selector) barred(j *job, d *Def) bool {
	b, ok := j.barred[d.Name]
	if !ok {
		if j.barred == nil {
			j.barred = map[string]bool{}
		}
		for i := range j.accesses {
			if a := j.accesses[i]; a.name() == d.Table && s.gambles(a, d) {
				b = true
			}
		}
		j.barred[d.Name] = b
	}
	return b
}

// withoutName leaves what Identity compares, uniqueness aside.
func withoutName(d Def) Def {
	d.Unique = false
	return d
}

// promising lists what could be chosen for a statement: single indexes, best
// first, and the set that the statement would use if all existed.
func (s *selector) promising(ctx context.Context, j *job) [][]Def {
	defs := s.proposals(j)
	if len(defs) == 0 || j.before < minGain {
		return nil
	}
	all, err := s.judge(ctx, j, defs)
	if err != nil || !worth(j.before, all.Total) {
		return nil
	}
	tables := map[schema.Name]bool{}
	var used []Def
	for _, d := range defs {
		if slices.Contains(all.Used, d.Name) {
			used = append(used, d)
			tables[d.Table] = true
		}
	}
	type scored struct {
		def  Def
		cost float64
	}
	var singles []scored
	for _, d := range defs {
		if !tables[d.Table] {
			continue
		}
		if c, err := s.judge(ctx, j, []Def{d}); err == nil && worth(j.before, c.Total) {
			singles = append(singles, scored{d, c.Total})
		}
	}
	slices.SortStableFunc(singles, func(a, b scored) int { return cmp.Compare(a.cost, b.cost) })
	var out [][]Def
	best := j.before
	for i, c := range singles[:min(len(singles), maxPool)] {
		if i == 0 {
			best = c.cost
		}
		out = append(out, []Def{c.def})
	}
	if len(used) > 1 {
		if set := s.needed(ctx, j, used, defs, all.Total); len(set) > 1 {
			if c, err := s.judge(ctx, j, set); err == nil && c.Total < best*alike && worth(best, c.Total) {
				out = append(out, set)
			}
		}
	}
	return out
}

// worth reports whether a statement gains enough.
func worth(before, after float64) bool {
	return before-after >= minGain && before-after >= minShare*before
}

// maxTogether bounds the indexes that are chosen at once.
const maxTogether = 4

// needed drops from a set what the statement can spare, and takes for each of
// the rest the smallest candidate that does nearly as well.
func (s *selector) needed(ctx context.Context, j *job, used, defs []Def, cost float64) []Def {
	limit := cost/alike + 1
	set := slices.Clone(used)
	for i := len(set) - 1; i >= 0 && len(set) > 1; i-- {
		fewer := slices.Delete(slices.Clone(set), i, i+1)
		if c, err := s.judge(ctx, j, fewer); err == nil && c.Total <= limit {
			set = fewer
		}
	}
	if len(set) > maxTogether {
		return nil
	}
	for i := range set {
		for _, d := range defs {
			if d.Table != set[i].Table || d.Method != set[i].Method || len(d.Parts) >= len(set[i].Parts) {
				continue
			}
			other := slices.Clone(set)
			other[i] = d
			if c, err := s.judge(ctx, j, other); err == nil && c.Total <= limit {
				set = other
				break
			}
		}
	}
	return set
}

// pick chooses atoms greedily.
func (s *selector) pick(ctx context.Context, pool []*atom, jobs []*job) []Def {
	writes := s.writes()
	var chosen []Def
	spent := 0.0
	for ctx.Err() == nil {
		type offer struct {
			atom  *atom
			net   float64
			score float64
		}
		var offers []offer
		for _, a := range pool {
			if a.dead {
				continue
			}
			fresh := missing(a.defs, chosen)
			bytes := 0.0
			for _, d := range fresh {
				bytes += float64(Bytes(d, s.schema))
			}
			n := s.options.MaxIndexes
			if len(fresh) == 0 || n > 0 && len(chosen)+len(fresh) > n || s.options.Budget > 0 && spent+bytes > float64(s.options.Budget) {
				a.dead = len(fresh) == 0
				continue
			}
			net, good := s.net(ctx, a, chosen)
			for _, d := range fresh {
				net -= writes[d.Table] * entryCost
			}
			if !good || net <= 0 {
				a.dead = true // others only take away from it
				continue
			}
			score := net
			if s.options.Budget > 0 {
				score = net / max(bytes, pageBytes)
			}
			offers = append(offers, offer{a, net, score})
		}
		if len(offers) == 0 {
			break
		}
		best := offers[0]
		for _, o := range offers[1:] {
			if o.score > best.score {
				best = o
			}
		}
		// Of those that are nearly as good the smallest wins.
		top := best.atom
		for _, o := range offers {
			if o.score >= best.score*alike && less(o.atom, best.atom) && o.atom.defs[0].Table == top.defs[0].Table && nearly(o.atom, top) {
				best.atom = o.atom
			}
		}
		fresh := missing(best.atom.defs, chosen)
		chosen = append(chosen, fresh...)
		for _, d := range fresh {
			spent += float64(Bytes(d, s.schema))
		}
		best.atom.dead = true
		for _, j := range best.atom.jobs {
			if g, ok := best.atom.gains[j]; ok {
				j.current = min(j.current, g.cost)
			}
			j.version++
		}
	}
	return chosen
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

func missing(defs, chosen []Def) []Def {
	var out []Def
	for _, d := range defs {
		if !slices.ContainsFunc(chosen, func(c Def) bool { return c.Name == d.Name }) {
			out = append(out, d)
		}
	}
	return out
}

// net is what an atom saves the workload on top of what is chosen; good says
// that it is worth it for some statement, and makes none worse.
func (s *selector) net(ctx context.Context, a *atom, chosen []Def) (net float64, good bool) {
	for _, j := range a.jobs {
		g, ok := a.gains[j]
		if !ok || g.version != j.version {
			c, err := s.judge(ctx, j, s.relevant(j, append(slices.Clone(chosen), missing(a.defs, chosen)...)))
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

// relevant keeps the indexes on the statement's tables that it may count on.
func (s *selector) relevant(j *job, defs []Def) []Def {
	var out []Def
	for _, d := range defs {
		if j.tables[d.Table.String()] && !s.barred(j, &d) {
			out = append(out, d)
		}
	}
	return out
}

// writes is how many rows are written to each table, weighted as costs are.
func (s *selector) writes() map[schema.Name]float64 {
	out := map[schema.Name]float64{}
	perUnit := 0.0
	n := 0.0
	for _, j := range s.jobs {
		if j.judged {
			perUnit += j.weight / j.calls()
			n++
		}
	}
	if n == 0 {
		return out
	}
	perUnit /= n
	for _, j := range s.jobs {
		q := j.st.Query
		if q == nil || q.Target < 0 || len(q.Scopes) == 0 || q.Target >= len(q.Scopes[0].Tables) {
			continue
		}
		t := q.Scopes[0].Tables[q.Target]
		if t.Rel == nil || q.Command == query.Delete {
			continue // entries are taken out later, by vacuum
		}
		out[t.Rel.Name] += j.calls() * perUnit
	}
	return out
}

// prune takes out, least useful first, what the others made idle.
func (s *selector) prune(ctx context.Context, chosen []Def, jobs []*job) []Def {
	total := func(defs []Def, table string) (sum float64, worst bool) {
		for _, j := range jobs {
			if !j.tables[table] {
				continue
			}
			c, err := s.judge(ctx, j, s.relevant(j, defs))
			if err != nil {
				c.Total = j.before
			}
			sum += j.weight * c.Total
			if c.Total > j.current/alike+minGain && worth(j.before, j.current) && !worth(j.before, c.Total) {
				worst = true // a statement would lose its index
			}
		}
		return sum, worst
	}
	for i := len(chosen) - 1; i >= 0 && ctx.Err() == nil; i-- {
		table := chosen[i].Table.String()
		with, _ := total(chosen, table)
		fewer := slices.Delete(slices.Clone(chosen), i, i+1)
		without, worst := total(fewer, table)
		if !worst && without-with <= .02*with {
			chosen = fewer
		}
	}
	return chosen
}

// settleCosts makes choices of what was picked and tells each statement.
func (s *selector) settleCosts(ctx context.Context, picked []Def, jobs []*job) {
	by := map[string]*choice{}
	for _, d := range picked {
		c := &choice{def: d, basis: s.basis}
		by[d.Name] = c
		s.chosen = append(s.chosen, c)
	}
	for _, j := range jobs {
		c, err := s.judge(ctx, j, s.relevant(j, picked))
		if err != nil {
			continue
		}
		j.after, j.used = c.Total, c.Used
		if !worth(j.before, j.after) {
			continue
		}
		for _, name := range j.used {
			if c := by[name]; c != nil {
				c.claims = append(c.claims, claim{job: j})
				c.saved += j.weight * (j.before - j.after)
			}
		}
	}
	s.chosen = slices.DeleteFunc(s.chosen, func(c *choice) bool { return len(c.claims) == 0 })
	slices.SortStableFunc(s.chosen, func(a, b *choice) int { return cmp.Compare(b.saved, a.saved) })
}
