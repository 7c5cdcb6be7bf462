package index

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
)

// selection names the chosen indexes, writes their DDL and gives every
// statement its verdict.
func (s *selector) selection() *Selection {
	sel := &Selection{Verdicts: make(map[string]Verdict, len(s.jobs)), Advices: make([]Advice, 0, len(s.chosen))}
	recommended := map[*job][]string{}
	for _, c := range s.chosen {
		for _, cl := range c.claims {
			// Its verdict names an index; until that is written the claims hold
			// what they need.
			cl.job.outcomes, cl.job.accesses = nil, nil
		}
	}
	for i, c := range s.chosen {
		t := s.table(c.def.Table)
		if c.def.Table.Schema == "" && t != nil {
			c.def.Table = t.Name
		}
		c.def.Name = name(c.def, s.taken(c.def.Table.Schema))
		a := Advice{Action: Create, Def: c.def, Rule: ruleOf(c.def), Basis: c.basis, Rollback: rollback(c.def, t, s.schema), Literals: literals(c.def)}
		a.DDL = createStatements(c.def, t, s.schema, s.taken(c.def.Table.Schema))
		_, a.Extension = extensionOf(c.def)
		if c.basis != Heuristic {
			a.Bytes = int64(s.bytes(&c.def))
		}
		a.Serves = served(c)
		a.Reason = s.reason(c)
		sel.Advices = append(sel.Advices, a)
		for _, cl := range c.claims {
			if !slices.Contains(recommended[cl.job], c.def.Name) {
				recommended[cl.job] = append(recommended[cl.job], c.def.Name)
			}
		}
		s.chosen[i] = nil // of many indexes the claims are most of what is held
	}
	for _, j := range s.jobs {
		v := s.verdict(j, recommended[j])
		if old, ok := sel.Verdicts[j.st.ID]; !ok || rankVerdict(v.Kind) > rankVerdict(old.Kind) {
			sel.Verdicts[j.st.ID] = v
		}
		if j.judged {
			sel.Coster = s.name
			sel.Before += j.before * j.calls()
			sel.After += j.after * j.calls()
		}
	}
	if s.options.Coster != nil {
		sel.Explains = s.asked
	}
	return sel
}

func rankVerdict(k VerdictKind) int {
	return slices.Index([]VerdictKind{NotAnalysed, NoIndexHelps, AlreadyServed, Recommended}, k)
}

func (s *selector) table(n schema.Name) *schema.Table {
	return s.schema.Table(n.Schema, n.Name)
}

// ruleOf names the rule that reports an index.
func ruleOf(d Def) string {
	switch {
	case slices.ContainsFunc(d.Parts, func(p schema.Part) bool { return strings.HasSuffix(p.Opclass, "_trgm_ops") }):
		return "leading-wildcard"
	case len(d.Parts) > 1:
		return "composite-index"
	}
	return "missing-index"
}

// served lists the statements of an index, most time first.
func served(c *choice) []Served {
	var out []Served
	at := map[*job]bool{}
	for _, cl := range c.claims {
		if at[cl.job] {
			continue
		}
		at[cl.job] = true
		v := Served{ID: cl.job.st.ID, Calls: cl.job.st.Calls, ExecMS: cl.job.st.ExecMS}
		if cl.job.judged {
			v.Before, v.After = cl.job.before, cl.job.after
		}
		out = append(out, v)
	}
	slices.SortStableFunc(out, func(a, b Served) int {
		return cmp.Or(cmp.Compare(b.ExecMS, a.ExecMS), cmp.Compare(b.Calls, a.Calls), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// verdict says what came of one statement.
func (s *selector) verdict(j *job, indexes []string) Verdict {
	switch {
	case j.verdict != nil:
		return *j.verdict
	case len(indexes) > 0 && j.judged:
		return Verdict{Recommended, fmt.Sprintf("its estimated cost falls from %s to %s", units(j.before), units(j.after)), indexes}
	case len(indexes) > 0:
		return Verdict{Recommended, "as the shape of the statement tells; give statistics (--stats) to have it weighed", indexes}
	case j.judged:
		return s.costVerdict(j)
	}
	return ruleVerdict(j, s.options.MaxIndexes > 0)
}

// ruleVerdict is the verdict of a statement judged by rule that got no index.
func ruleVerdict(j *job, limited bool) Verdict {
	var names []string
	reason, why := "", ""
	ok, unknown, wanted := false, "", false
	for _, o := range j.outcomes {
		wanted = wanted || len(o.want) > 0
		switch {
		case o.ok:
			ok = true
			for _, n := range o.served {
				if !slices.Contains(names, n) {
					names = append(names, n)
				}
			}
			if reason == "" {
				reason = o.reason
			}
		case o.unknown && unknown == "":
			unknown = o.reason
		case o.reason != "" && why == "":
			why = o.reason
		}
	}
	switch {
	case wanted && limited:
		return Verdict{NoIndexHelps, "an index would help, but --max-indexes is used up by others that save more", nil}
	case unknown != "" && !ok:
		return Verdict{NotAnalysed, unknown, nil}
	case ok && len(names) > 0:
		return Verdict{AlreadyServed, "served by " + strings.Join(names, ", "), names}
	case ok:
		return Verdict{AlreadyServed, reason, nil}
	}
	return Verdict{NoIndexHelps, cmp.Or(why, "nothing in it restricts or orders rows in a way that an index serves"), nil}
}

// costVerdict is the verdict of a statement judged by cost that got no index.
func (s *selector) costVerdict(j *job) Verdict {
	unknown := ""
	for _, o := range j.outcomes {
		if o.unknown {
			unknown = o.reason
		}
	}
	names := j.usedBefore
	whole := s.wholeReads(j)
	for _, r := range whole {
		if r.a.patternUnknown() {
			unknown = unknownPattern
		}
	}
	switch {
	case len(names) > 0 && len(whole) == 0:
		return Verdict{AlreadyServed, "served by " + strings.Join(names, ", "), names}
	case unknown != "":
		return Verdict{NotAnalysed, unknown, nil}
	case s.options.Coster != nil:
		if len(names) > 0 {
			return Verdict{AlreadyServed, "served by " + strings.Join(names, ", "), names}
		}
		return Verdict{NoIndexHelps, "no index that could be thought of lowers its cost by a sixth", nil}
	case len(whole) == 0:
		return Verdict{NoIndexHelps, "nothing in it restricts rows in a way that an index serves", nil}
	}
	r := whole[0]
	for _, w := range whole[1:] {
		if w.pages > r.pages {
			r = w
		}
	}
	if len(names) > 0 && r.pages < smallPages {
		return Verdict{AlreadyServed, "served by " + strings.Join(names, ", "), names}
	}
	return Verdict{NoIndexHelps, s.whyWhole(j, r), nil}
}

// smallPages is what is read about as fast as one row is looked up.
const smallPages = 10

// wholeReads lists the tables that the model's plan reads whole.
func (s *selector) wholeReads(j *job) []*rel {
	p, err := s.model.plan(j.st.Query)
	if err != nil {
		return nil
	}
	var out []*rel
	for st := s.model.run(p, Config{}).steps; st != nil; st = st.next {
		if st.rel != nil && st.option == nil {
			out = append(out, st.rel)
		}
	}
	return out
}

// whyWhole says why a table is better read whole.
func (s *selector) whyWhole(j *job, r *rel) string {
	t := r.a.table.Name
	if r.pages < smallPages {
		return fmt.Sprintf("%s has %s; reading it whole is as cheap", t, plural(r.pages, "page"))
	}
	for _, c := range r.a.conds {
		if c.kind == filter && c.why != "" {
			if c.pred.Op == query.Ne || c.pred.Op == query.NotIn || c.pred.Op == query.NotLike {
				return fmt.Sprintf("%s (of %s rows of %s %s stay)", c.why, count(r.tuples), t, count(r.rows))
			}
			return c.why
		}
	}
	if len(r.own) == 0 && len(r.a.ors) == 0 {
		switch q := j.st.Query; {
		case len(r.a.scope.Tables) > 1 || r.a.scope.Kind != query.TopLevel:
			return fmt.Sprintf("all %s rows of %s are needed, so that reading it whole is right", count(r.tuples), t)
		case q.Command == query.Update:
			return "it changes every row of " + t
		case q.Command == query.Delete:
			return "it deletes every row of " + t
		}
		return fmt.Sprintf("it reads every row of %s", t)
	}
	part := r.rows / max(1, r.tuples)
	if pages := min(r.pages, 2*r.pages*r.rows/(2*r.pages+r.rows)); part <= .2 && pages > r.pages/2 {
		return fmt.Sprintf("its conditions keep %s of the %s rows of %s, but these lie on most of its pages", percent(part), count(r.tuples), t)
	}
	if part > .02 {
		return fmt.Sprintf("its conditions keep %s of the %s rows of %s, too many for an index to be cheaper than reading it whole", percent(part), count(r.tuples), t)
	}
	return fmt.Sprintf("no index lowers its estimated cost of %s by a sixth", units(j.before))
}

func units(x float64) string {
	if x < 10 {
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	return count(x)
}

// count prints a number of rows with separators: 180,000.
func count(x float64) string {
	digits := strconv.FormatFloat(math.Round(max(x, 0)), 'f', 0, 64)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

func plural(n float64, word string) string {
	if math.Round(n) == 1 {
		return "1 " + word
	}
	return count(n) + " " + word + "s"
}

func percent(x float64) string {
	if x < .1 {
		return strconv.FormatFloat(100*x, 'f', 1, 64) + " %"
	}
	return strconv.FormatFloat(math.Round(100*x), 'f', 0, 64) + " %"
}
