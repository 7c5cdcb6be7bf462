package nplusone

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/sequence"
)

// message is the one sentence.
func (j *judged) message(l *analyzer.Loop) string {
	times := between(l.Iterations)
	in := "in one request"
	if n := *l.Requests; n > 1 {
		in = fmt.Sprintf("in %d requests", n)
	}
	what := j.phrases()
	switch j.rule {
	case duplicateRule:
		return fmt.Sprintf("%s ran %s in a row with the same values, %s", what, times, in)
	case offsetRule:
		return fmt.Sprintf("pages of %s were skipped to with OFFSET %s in a row, %s: each reads all rows before it", j.lead.short(), times, in)
	case keysetRule:
		return fmt.Sprintf("%s was walked page by page, %s in a row, %s", j.lead.short(), times, in)
	case pipelinedRule:
		return fmt.Sprintf("%s was sent %s in one pipeline, a row each, %s", what, times, in)
	}
	after := "in a row with a different value each"
	if j.distinct() < 0 {
		after = "in a row"
	}
	if j.link.parent != nil {
		after = "in a row after each " + walked(j.link)
	}
	if inner := j.innerPhrases(); inner != "" {
		in += ", and within each " + inner
	}
	return fmt.Sprintf("%s ran %s %s, %s", what, times, after, in)
}

// phrases names the statements of an iteration.
func (j *judged) phrases() string {
	var list []string
	for _, u := range j.body {
		if u.member.Nested || len(list) > 0 && j.rule != loopRule && j.rule != writeRule {
			continue
		}
		if p := phrase(u); !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	if j.rule != loopRule && j.rule != writeRule {
		return phrase(j.lead)
	}
	return and(list)
}

func (j *judged) innerPhrases() string {
	var list []string
	for _, u := range j.body {
		if u.member.Nested {
			list = append(list, fmt.Sprintf("%s %s times", phrase(u), compact(u.member.PerIteration)))
		}
	}
	return and(list)
}

func and(list []string) string {
	switch len(list) {
	case 0:
		return ""
	case 1:
		return list[0]
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}

// phrase names a statement by its verb, table and key.
func phrase(u *subject) string {
	by := ""
	if c := u.columns(); len(c) > 0 {
		by = " by " + and(c)
	}
	top := u.query.Scopes[0]
	switch {
	case u.sequence:
		return "nextval"
	case u.query.Command == "INSERT":
		return "an insert into " + u.short()
	case u.query.Command == "UPDATE":
		return "an update of " + u.short() + by
	case u.query.Command == "DELETE":
		return "a delete from " + u.short() + by
	case u.query.Command != "SELECT":
		return "a write to " + u.short() + by
	case u.write:
		return "a lock of " + u.short() + by
	case top.CountStar:
		return "a count of " + u.short() + by
	case u.short() == "":
		return "the same query"
	}
	return u.short() + by
}

// walked names the statement whose rows are walked.
func walked(l link) string {
	if l.parent.query.Command == "INSERT" {
		return "insert into " + l.short()
	}
	if l.parent.one() {
		return "row of " + l.short()
	}
	return "list of " + l.short()
}

func between(d analyzer.Distribution) string {
	least, most := d.Range()
	if least == most {
		return fmt.Sprintf("%d times", d.Median)
	}
	return fmt.Sprintf("%d to %d times (median %d)", least, most, d.Median)
}

func compact(f float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0")
}

// notes say what the numbers alone do not.
func (j *judged) notes(l *analyzer.Loop) []string {
	var out []string
	c, d := j.loop, j.distinct()
	n := c.Iterations.Median
	if (j.rule == loopRule || j.rule == writeRule) && d > 0 && 2*d < n && !j.lead.sequence {
		out = append(out, fmt.Sprintf("%d of %d calls ask for what was asked before: remembering it saves those even without a batch", n-d, n))
	}
	if d < 0 {
		out = append(out, "the values of the parameters are not in the log, so whether they differ cannot be told")
	}
	if g := growth(j.link.seen.Grows); g != "" {
		out = append(out, "grows with the rows before it: "+g)
	}
	if j.lead.write && c.Scope != sequence.ScopeTransaction && (j.rule == writeRule) {
		out = append(out, fmt.Sprintf("%d commits become one: each waits for the disk unless synchronous_commit is off", n))
	}
	if l.BatchJob {
		out = append(out, "it looks like a batch job, for which nobody waits")
	}
	if j.confidence < .5 {
		out = append(out, "without a request's tag in the SQL (sqlcommenter) one lookup in each of many requests looks the same")
	}
	return out
}

// growth prints how the iterations follow the parent's rows, when they do in
// three requests or more of different size.
func growth(gs []sequence.Growth) string {
	seen := map[int]int{}
	for _, g := range gs {
		if _, ok := seen[g.Rows]; !ok {
			seen[g.Rows] = g.Iterations
		}
	}
	if len(seen) < 3 {
		return ""
	}
	rows := make([]int, 0, len(seen))
	for n := range seen {
		rows = append(rows, n)
	}
	slices.Sort(rows)
	var steps []string
	last := 0
	for _, n := range rows {
		if seen[n] <= last {
			return ""
		}
		last = seen[n]
		steps = append(steps, fmt.Sprint(last))
	}
	return strings.Join(steps, " → ")
}
