package nplusone

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/sequence"
)

// countedLoop is what runs for each row of one parent.
type countedLoop struct {
	rule       string
	pairs      []*countedPair // the first is what the finding is about
	nested     []*countedLoop // by one of the pairs' children
	confidence float64
}

// confident is how sure a pair alone is, siblings left out.
func (c *counts) confident(x *countedPair, siblings int) float64 {
	score := x.score
	if siblings > 1 && x.exact && x.kind == countedRows {
		score += siblingsScore
	}
	limit := maxCounted
	if c.servers[x.child.server].intervals == 0 {
		limit = maxSnapshot
	}
	return round(min(score, limit))
}

func (x *countedPair) rule() string {
	if x.child.subject.write {
		return writeRule
	}
	return loopRule
}

// all finds every pair, the surest first.
func (c *counts) all() []*countedPair {
	if len(c.tallies) == 0 {
		return nil
	}
	out := slices.Concat(c.pairs(), c.inserts(), c.functions())
	siblings := map[*tally]int{}
	for _, x := range out {
		if x.exact && x.kind == countedRows {
			siblings[x.parent]++
		}
	}
	for _, x := range out {
		x.confidence = c.confident(x, siblings[x.parent])
	}
	slices.SortStableFunc(out, func(a, b *countedPair) int {
		return cmp.Or(cmp.Compare(b.confidence, a.confidence), cmp.Compare(a.child.stmt.ID, b.child.stmt.ID))
	})
	return out
}

// gather makes findings of pairs: those of one parent are one, and so is what
// runs within another's iterations.
func gather(pairs []*countedPair) []*countedLoop {
	type key struct {
		parent *tally
		kind   countedKind
		rule   string
	}
	by := map[key]*countedLoop{}
	var all []*countedLoop
	for _, x := range pairs {
		k := key{x.parent, x.kind, x.rule()}
		l := by[k]
		if l == nil || x.parent == nil || !x.exact || !l.pairs[0].exact {
			l = &countedLoop{rule: x.rule(), confidence: x.confidence}
			all = append(all, l)
			if by[k] == nil {
				by[k] = l
			}
		}
		l.pairs = append(l.pairs, x)
	}
	inner := map[*countedLoop]bool{}
	for _, l := range all {
		for _, o := range all {
			if o == l || o.confidence < l.confidence || l.pairs[0].parent == nil {
				continue
			}
			if slices.ContainsFunc(o.pairs, func(x *countedPair) bool { return x.child == l.pairs[0].parent }) {
				o.nested = append(o.nested, l)
				inner[l] = true
				break
			}
		}
	}
	return slices.DeleteFunc(all, func(l *countedLoop) bool { return inner[l] })
}

// judged puts the loop into the form of one that was seen, for its words and
// fixes.
func (l *countedLoop) judged() *judged {
	x := l.pairs[0]
	j := &judged{rule: l.rule, lead: x.child.subject, loop: &sequence.Candidate{Head: x.child.group}, confidence: l.confidence}
	for _, p := range l.pairs {
		j.body = append(j.body, p.child.subject)
	}
	for _, in := range l.nested {
		n := in.judged()
		n.loop.Head = n.lead.member.Group
		j.nested = append(j.nested, n)
		for _, u := range n.body {
			inner := *u
			inner.member.Nested = true
			inner.member.PerIteration = in.pairs[0].times()
			j.body = append(j.body, &inner)
		}
	}
	if x.parent != nil && x.kind != countedInside {
		j.link = link{parent: x.parent.subject, source: x.from}
	}
	return j
}

// reasons add up to the confidence.
func (l *countedLoop) reasons() []analyzer.Reason {
	x, left := l.pairs[0], l.confidence
	var out []analyzer.Reason
	add := func(fact string, points float64) {
		if points = round(points); points != 0 {
			left = left - points
			out = append(out, analyzer.Reason{Fact: fact, Points: points})
		}
	}
	switch {
	case x.kind == countedInside:
		add("it ran several times in each call of a function", x.score)
	case x.kind == countedInsert && x.exact:
		add("several rows for each of the parent's, in its transactions or always as many", x.score)
	case x.kind == countedInsert:
		add("several rows for each of the parent's", x.score)
	case x.follows > 0:
		add("its calls are near the rows of the parent", x.score-followsScore)
		add("they follow them from interval to interval", followsScore)
	case x.exact:
		add("as many calls as the parent returned rows", x.score)
	default:
		add("its calls are near the rows of the parent", x.score)
	}
	if left > 0 {
		add("another statement runs as often for the same parent", left)
	}
	if left < 0 {
		add("counters know no order, and a single export no time", left)
	}
	return out
}

// times is how often the child ran for each call of the parent.
func (x *countedPair) times() float64 {
	if x.kind != countedRows {
		return x.ratio
	}
	return float64(x.child.calls) / float64(max(x.parent.calls, 1))
}

// report writes the finding.
func (c *counts) finding(l *countedLoop) analyzer.Finding {
	x, j := l.pairs[0], l.judged()
	f := j.outline()
	f.Confidence, f.Severity, f.Basis = l.confidence, severity(l.rule, l.confidence, false), "observed"
	f.Loop = &analyzer.Loop{
		Iterations: analyzer.Distribution{Median: int(x.times() + .5)},
		Children:   j.tree(),
	}
	switch {
	case x.kind == countedInside && x.parent != nil:
		f.Parent = &analyzer.Parent{Query: x.parent.stmt.ID, Columns: []string{}}
	case x.parent != nil:
		f.Parent = &analyzer.Parent{Query: x.parent.stmt.ID, Table: j.link.name(), Columns: []string{}}
		if x.from.column != "" {
			f.Parent.Columns = append(f.Parent.Columns, x.from.column)
		}
	}
	var calls int64
	var ms float64
	for _, p := range l.pairs {
		calls += p.child.calls
		ms += float64(p.child.execUS) / 1000
	}
	f.Impact = analyzer.Impact{Calls: &calls, ExecMS: &ms}
	f.Message = x.message(j)
	f.Fixes = x.fixes(j)
	f.Notes = c.notes(x)
	f.Queries = queries(f.Loop.Children, f.Parent)
	f.Evidence = c.evidence(x)
	f.Reasons = l.reasons()
	return f
}

// message says what the counters say, and no more.
func (x *countedPair) message(j *judged) string {
	times := fmt.Sprintf("%s ran about %s times", j.phrases(), compact(x.times()))
	inner := ""
	if in := j.innerPhrases(); in != "" {
		inner = ", and within each " + in
	}
	switch x.kind {
	case countedInside:
		if x.parent == nil {
			return fmt.Sprintf("%s or more in each call of %s: a loop inside one of these functions", times, either(x.functions))
		}
		return fmt.Sprintf("%s in each call of %s(): a loop inside the function", times, x.functions[0])
	case countedInsert:
		return fmt.Sprintf("%s for each %s%s", times, walked(j.link), inner)
	}
	each := ""
	if len(j.body) > 1 && !j.body[1].member.Nested {
		each = " each"
	}
	return fmt.Sprintf("%s for each %s%s: %d calls%s for %d rows", times, walked(j.link), inner, x.child.calls, each, x.parent.returned)
}

func either(names []string) string {
	return strings.Join(names[:len(names)-1], "(), ") + "() or " + names[len(names)-1] + "()"
}

func (x *countedPair) fixes(j *judged) []analyzer.Fix {
	if x.kind != countedInside {
		return j.fixes()
	}
	what := "join what the loop walks to " + x.child.subject.short()
	if x.child.subject.query.Command != query.Select {
		what = "write all rows of " + x.child.subject.short() + " with one statement"
	}
	return []analyzer.Fix{{Kind: "code", Title: "replace the loop in the function by one statement: " + what}}
}

// notes say what counters cannot tell.
func (c *counts) notes(x *countedPair) []string {
	out := []string{"pg_stat_statements counts calls: in which requests they ran, and whether their values differ, it does not tell; a log or a trace does"}
	n := c.servers[x.child.server]
	switch {
	case n.intervals == 0 && n.broken:
		out = append(out, "the statistics were reset or rows were evicted between the exports, so that they count as a single one")
	case n.intervals == 0:
		out = append(out, "one export counts all since the statistics began: two, with --pgss-before and --pgss-after, tell more surely what belongs together")
	}
	if x.follows > 0 {
		out = append(out, fmt.Sprintf("the calls follow the parent's rows over %d intervals (correlation %.2f)", x.intervals, x.follows))
	}
	if x.kind != countedInside && !x.declared {
		out = append(out, "no foreign key says so: the names of the columns do")
	}
	if x.kind == countedRows && !x.exact {
		out = append(out, fmt.Sprintf("%.2f calls for each row: a cache may spare some, others may ask too, or the counters have nothing to do with each other", x.ratio))
	}
	if x.alone {
		out = append(out, "the log shows most of these calls, and no loop of them")
	}
	if n.evicted {
		out = append(out, "pg_stat_statements threw out statements (dealloc): the true parent may be missing; raise pg_stat_statements.max")
	}
	return out
}

// evidence are the rows of the export.
func (c *counts) evidence(x *countedPair) []analyzer.Evidence {
	out := []analyzer.Evidence{}
	for _, t := range []*tally{x.child, x.parent} {
		if t == nil || int(t.input) >= len(c.r.w.Source.Inputs) {
			continue
		}
		out = append(out, analyzer.Evidence{Input: c.r.w.Source.Inputs[t.input].Path, Line: t.line})
	}
	return out
}
