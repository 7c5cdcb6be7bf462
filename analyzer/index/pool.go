package index

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer/schema"
)

// atom is what is chosen at once: one index, or the few that only help
// together (the arms of an OR, both ends of a chain of joins).
type atom struct {
	defs  []Def
	gains map[*job]gain
	jobs  []*job

	fresh []Def   // of defs, those not chosen yet
	bytes float64 // of fresh
	worth float64 // what it saves the workload on top of what is chosen
	stale bool    // worth is of an earlier choice
	dead  bool
}

// gain is what an atom saves one statement, as long as nothing else changes
// for it.
type gain struct {
	version int
	cost    float64
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
				id += d.Name
			}
			if byID[id] == nil {
				a := &atom{defs: defs, gains: map[*job]gain{}}
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
		seen := map[*job]bool{}
		for _, d := range a.defs {
			for _, p := range d.Parts {
				for _, j := range by[d.Table.String()+"\x00"+key(p)] {
					if !seen[j] {
						seen[j] = true
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
	j.asks, j.tables = map[string]bool{}, nil
	for _, a := range j.accesses {
		t := a.name().String()
		if !slices.Contains(j.tables, a.name()) {
			j.tables = append(j.tables, a.name())
		}
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
	limit := clamp(maxQuestions/float64(members*members*members), min(float64(4*members), 64), 160)
	seen := map[string]bool{}
	var lists [][]Def
	for _, a := range j.accesses {
		if f := s.model.figures(a.table.Rel); f != nil && f.pages < smallPages {
			continue
		}
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
				d.Name = unnamed + id
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
	f := s.model.figures(a.table.Rel)
	if u == nil || len(u.bound) > 0 && (f == nil || s.model.estimate.together(a, u.bound, f.tuples) < fewRows) {
		return false
	}
	if a.patternUnknown() { // it may keep one row or all of them
		return true
	}
	for _, c := range a.own() {
		switch c.kind {
		case trigram, contains, matches:
			return true
		case equal, list, joined:
			if slices.Contains(u.bound, c) {
				continue
			}
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

// unnamed begins the name of a candidate until it is chosen; its identity
// follows.
const unnamed = "\x00"

// identity is Identity, which takes its time, of a candidate that has it as
// its name.
func identity(d *Def) string {
	if strings.HasPrefix(d.Name, unnamed) {
		return d.Name
	}
	return Identity(*d)
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

// maxTogether bounds the indexes that are chosen at once.
const maxTogether = 8

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
