package index

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
)

// reason says in one sentence what the statements do without the index.
func (s *selector) reason(c *choice) string {
	top := c.claims[0]
	for _, cl := range c.claims[1:] {
		if cl.job.st.ExecMS > top.job.st.ExecMS {
			top = cl
		}
	}
	if top.job.judged {
		if text := s.measured(c, top.job); text != "" {
			return text
		}
	}
	return s.shaped(c, top)
}

// measured tells it with the numbers of the model's plan without the index.
func (s *selector) measured(c *choice, j *job) string {
	p, err := s.model.plan(j.st.Query)
	if err != nil {
		return ""
	}
	plan := s.model.run(p, Config{})
	for st := plan.steps; st != nil; st = st.next {
		r := st.rel
		if r == nil || r.a == nil || r.a.name() != c.def.Table || !r.a.mentions(c.def.Parts[0]) {
			continue
		}
		t := c.def.Table.Name
		if r.a.trigger != nil && st.option == nil {
			return fmt.Sprintf("each row deleted from %s reads all %s rows of %s for the foreign key on %s", r.a.trigger.RefTable.Name, count(r.tuples), t, columnsOf(r.a.conds))
		}
		var text string
		if st.option != nil && st.bound {
			text = fmt.Sprintf("%s is read by %s, which leaves more to filter or to sort than need be", t, st.option.def.Name)
		} else {
			text = fmt.Sprintf("every call filters %s of %s", plural(r.tuples, "row"), t)
			if r.rows >= r.tuples {
				text = fmt.Sprintf("every call reads %s of %s", plural(r.tuples, "row"), t)
			}
		}
		sc := r.a.scope
		limit := s.model.limitOf(j.st, sc, r.rows)
		switch {
		case len(r.a.order) > 0 && limit > 0 && limit < r.rows && !unknownLimit(sc):
			text += fmt.Sprintf(" and sorts %s to return %s", count(r.rows), count(limit))
		case len(r.a.order) > 0 && r.rows > 1:
			text += fmt.Sprintf(" and sorts %s", count(r.rows))
		case r.rows < r.tuples:
			text += fmt.Sprintf(" to keep about %s", count(r.rows))
		}
		return text
	}
	return ""
}

// mentions reports whether the access restricts or orders by an index part.
func (a *access) mentions(p schema.Part) bool {
	of := func(c *cond) bool { return key(c.part) == key(p) }
	return slices.ContainsFunc(a.conds, of) ||
		slices.ContainsFunc(a.order, func(o query.Sort) bool { return sortKey(o) == key(p) }) ||
		slices.ContainsFunc(a.ors, func(d *disjunction) bool {
			return slices.ContainsFunc(d.arms, func(arm []*cond) bool { return slices.ContainsFunc(arm, of) })
		})
}

// unknownLimit reports whether LIMIT is a placeholder whose value is not known.
func unknownLimit(s *query.Scope) bool { return s.Limit != nil && s.Limit.Kind != query.Const }

// shaped tells it from the shape of the SQL.
func (s *selector) shaped(c *choice, cl claim) string {
	t := c.def.Table.Name
	columns := make([]string, 0, len(c.def.Parts))
	for _, p := range c.def.Parts {
		columns = append(columns, strings.TrimSuffix(strings.TrimPrefix(key(p), "("), ")"))
	}
	blind := ""
	if s.schema == nil || len(s.schema.Tables) == 0 {
		blind = " (no schema was given: such an index may exist)"
	}
	first := c.def.Parts[0]
	if strings.HasSuffix(first.Opclass, "_trgm_ops") {
		return fmt.Sprintf("%s of %s is searched by a pattern that no b-tree index serves: every row is read%s", columns[0], t, blind)
	}
	if c.def.Method == "gin" || c.def.Method == "gist" {
		return fmt.Sprintf("%s of %s is searched by what only a %s index serves: every row is read%s", columns[0], t, strings.ToUpper(c.def.Method), blind)
	}
	if cl.need == nil {
		return fmt.Sprintf("%s is searched by %s%s", t, strings.Join(columns, ", "), blind)
	}
	n := cl.need
	if i := slices.IndexFunc(c.def.Parts, func(p schema.Part) bool { return isPatternOpclass(p.Opclass) }); i >= 0 {
		return fmt.Sprintf("%s of %s is matched by its beginning, which an index serves in any collation only with %s%s", columns[i], t, c.def.Parts[i].Opclass, blind)
	}
	if k := n.a.trigger; k != nil {
		return fmt.Sprintf("each row deleted from %s reads all of %s for the foreign key on %s, which no index begins with", k.RefTable.Name, t, columnsOf(n.a.conds))
	}
	var filters, sorts []string
	for _, p := range c.def.Parts {
		isSort := n.ordered && slices.ContainsFunc(n.a.order, func(o query.Sort) bool { return sortKey(o) == key(p) })
		name := strings.TrimSuffix(strings.TrimPrefix(key(p), "("), ")")
		if slices.ContainsFunc(n.conds, func(x *cond) bool { return key(x.part) == key(p) && x.equality() }) || !isSort {
			filters = append(filters, name)
		} else {
			sorts = append(sorts, name)
		}
	}
	switch {
	case len(sorts) > 0 && len(filters) > 0:
		return fmt.Sprintf("%s is filtered by %s and sorted by %s: one index finds the rows already in order%s", t, strings.Join(filters, ", "), strings.Join(sorts, ", "), blind)
	case len(sorts) > 0:
		return fmt.Sprintf("%s is sorted whole by %s to return its first rows: an index has them in order%s", t, strings.Join(sorts, ", "), blind)
	}
	if blind != "" {
		return fmt.Sprintf("%s is filtered by %s: without an index that begins with it, every row is read%s", t, strings.Join(filters, ", "), blind)
	}
	return fmt.Sprintf("%s is filtered by %s, and no index begins with it: every row is read", t, strings.Join(filters, ", "))
}
