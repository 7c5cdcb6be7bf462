package index

import (
	"cmp"
	"context"
	"slices"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
)

// set is what is chosen, by table.
type set struct {
	by    map[schema.Name][]Def
	order []schema.Name // of the tables
	n     int
}

func newSet() *set { return &set{by: map[schema.Name][]Def{}} }

func (x *set) add(defs ...Def) {
	for _, d := range defs {
		if len(x.by[d.Table]) == 0 {
			x.order = append(x.order, d.Table)
		}
		x.by[d.Table] = append(x.by[d.Table], d)
		x.n++
	}
}

// missing lists what of defs is not chosen.
func (x *set) missing(defs []Def) []Def {
	var out []Def
	for _, d := range defs {
		if !slices.ContainsFunc(x.by[d.Table], func(c Def) bool { return c.Name == d.Name }) {
			out = append(out, d)
		}
	}
	return out
}

// relevant keeps the indexes on the statement's tables that it may count on.
func (s *selector) relevant(j *job, x *set) []Def {
	var out []Def
	for _, t := range j.tables {
		out = append(out, s.allowed(j, x.by[t])...)
	}
	return out
}

func (s *selector) allowed(j *job, defs []Def) []Def {
	var out []Def
	for i := range defs {
		if slices.Contains(j.tables, defs[i].Table) && !s.barred(j, &defs[i]) {
			out = append(out, defs[i])
		}
	}
	return out
}

// writes is how many rows are written to a table, weighted as costs are.
type writes map[schema.Name]*written

type written struct {
	inserts float64
	updates []update
}

type update struct {
	rows float64
	set  []string
}

func (s *selector) writes() *writes {
	perUnit, n := 0.0, 0.0
	for _, j := range s.jobs {
		if j.judged {
			perUnit += j.weight / j.calls()
			n++
		}
	}
	out := writes{}
	for _, j := range s.jobs {
		q := j.st.Query
		if n == 0 || q == nil || q.Target < 0 || len(q.Scopes) == 0 || q.Target >= len(q.Scopes[0].Tables) {
			continue
		}
		t := q.Scopes[0].Tables[q.Target]
		if t.Rel == nil || q.Command == query.Delete {
			continue // entries are taken out later, by vacuum
		}
		if out[t.Rel.Name] == nil {
			out[t.Rel.Name] = &written{}
		}
		w, rows := out[t.Rel.Name], j.calls()*perUnit/n
		if q.Command == query.Update {
			w.updates = append(w.updates, update{rows, q.Set})
		} else {
			w.inserts += rows
		}
	}
	return &out
}

// of is the rows for which an index gets an entry: those inserted, and those
// updated in a column of it; other updates stay on their page (HOT) mostly.
func (w *writes) of(d *Def) float64 {
	x := (*w)[d.Table]
	if x == nil {
		return 0
	}
	rows := x.inserts
	for _, u := range x.updates {
		if slices.ContainsFunc(d.Parts, func(p schema.Part) bool { return slices.Contains(u.set, p.Column) }) {
			rows += u.rows
		}
	}
	return rows
}

// prune takes out, least useful first, what the others made idle.
func (s *selector) prune(ctx context.Context, chosen *set, jobs []*job) *set {
	by := map[schema.Name][]*job{}
	for _, j := range jobs {
		for _, t := range j.tables {
			by[t] = append(by[t], j)
		}
	}
	for _, t := range chosen.order {
		for i := len(chosen.by[t]) - 1; i >= 0 && len(chosen.by[t]) > 1 && ctx.Err() == nil; i-- {
			all := chosen.by[t]
			chosen.by[t] = slices.Delete(slices.Clone(all), i, i+1)
			if !s.spared(ctx, by[t], chosen) {
				chosen.by[t] = all
			}
		}
	}
	return chosen
}

// spared reports whether the statements do without what was just taken out,
// and notes what they cost then.
func (s *selector) spared(ctx context.Context, jobs []*job, chosen *set) bool {
	with, without := 0.0, 0.0
	costs := make([]float64, len(jobs))
	for i, j := range jobs {
		costs[i] = j.before
		if c, err := s.judge(ctx, j, s.relevant(j, chosen)); err == nil {
			costs[i] = c.Total
		}
		if worth(costs[i], j.current) {
			return false // it would lose what it gained
		}
		with += j.weight * j.current
		without += j.weight * costs[i]
	}
	if without-with > .02*with {
		return false
	}
	for i, j := range jobs {
		j.current = costs[i]
	}
	return true
}

// settleCosts makes choices of what was picked and tells each statement.
func (s *selector) settleCosts(ctx context.Context, picked *set, jobs []*job) {
	by := map[string]*choice{}
	for _, t := range picked.order {
		for _, d := range picked.by[t] {
			c := &choice{def: d, basis: s.basis}
			by[d.Name] = c
			s.chosen = append(s.chosen, c)
		}
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
