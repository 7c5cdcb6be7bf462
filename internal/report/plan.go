package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer"
)

// plan is the set of indexes, numbered as the sql format numbers them.
type plan struct {
	statements statementSet
	indexes    []*analyzer.Index
	number     map[*analyzer.Index]int
	made       map[change]*analyzer.Index
	printed    map[*analyzer.Index]bool
}

// change is what DDL does to a database.
type change struct{ ddl, database string }

func planOf(r *analyzer.Result) *plan {
	p := &plan{
		statements: statementsOf(r),
		indexes:    ranked(r),
		number:     map[*analyzer.Index]int{},
		made:       map[change]*analyzer.Index{},
		printed:    map[*analyzer.Index]bool{},
	}
	for i, ix := range p.indexes {
		p.number[ix] = i + 1
		if c := (change{ix.DDL, ix.Database}); p.made[c] == nil {
			p.made[c] = ix
		}
	}
	return p
}

// byDDL finds the index that a finding's fix creates or drops.
func (p *plan) byDDL(sql, database string) *analyzer.Index {
	return p.made[change{sql, database}]
}

// of returns the indexes that a finding is about.
func (p *plan) of(f *analyzer.Finding) []*analyzer.Index {
	var out []*analyzer.Index
	for i := range f.Fixes {
		if fix := &f.Fixes[i]; fix.Kind == "index" {
			if ix := p.byDDL(fix.SQL, f.Database); ix != nil {
				out = append(out, ix)
			}
		}
	}
	return out
}

// inOrder returns the findings, runs of one severity that nobody measured in
// the order of their indexes.
func (p *plan) inOrder(findings []analyzer.Finding) []analyzer.Finding {
	number := func(f analyzer.Finding) int {
		for _, ix := range p.of(&f) {
			return p.number[ix]
		}
		return len(p.indexes) + 1
	}
	out := slices.Clone(findings)
	for start := 0; start < len(out); {
		end := start + 1
		for end < len(out) && out[end].Severity == out[start].Severity && unmeasured(&out[end]) == unmeasured(&out[start]) {
			end++
		}
		if unmeasured(&out[start]) {
			slices.SortStableFunc(out[start:end], func(a, b analyzer.Finding) int { return cmp.Compare(number(a), number(b)) })
		}
		start = end
	}
	return out
}

func unmeasured(f *analyzer.Finding) bool {
	known := func(ms *float64) bool { return ms != nil && *ms > 0 }
	return !known(f.Impact.ExecMS) && !known(f.Impact.SavedMS)
}

// print writes the DDL of an index behind its number and its price, once; with
// basis, how it is known.
func (p *plan) print(to *page, ix *analyzer.Index, basis bool) {
	word := count(int64(p.number[ix]))
	start := margin + max(3, len(word)+2)
	if p.printed[ix] {
		to.hang(margin, start, word, green, clean(ix.Name)+", see above")
		return
	}
	p.printed[ix] = true
	for _, sql := range statements(ix.DDL) {
		to.lines(margin, start, word, green, wrapDDL(sql, to.width-start))
		word = ""
	}
	facts := price(ix)
	if basis && ix.Basis != "" {
		facts = append(facts, clean(ix.Basis))
	}
	if len(facts) > 0 && ix.Action != "drop" {
		to.text(start, faint, strings.Join(facts, ", "))
	}
	if len(ix.Literals) > 0 {
		to.text(start, yellow, "holds values of your data: "+strings.Join(ix.Literals, ", "))
	}
}

// plan sums up the indexes and prints those that no finding has shown.
func (p *page) plan(r *analyzer.Result, plan *plan) {
	if len(plan.indexes) == 0 {
		return
	}
	var create, drop, bytes int64
	for _, ix := range plan.indexes {
		sign := int64(1)
		if ix.Action == "drop" {
			drop++
			sign = -1
		} else {
			create++
		}
		if ix.Bytes != nil {
			bytes += sign * *ix.Bytes
		}
	}
	var parts []string
	if create > 0 {
		parts = append(parts, "create "+plural(create, "index"))
	}
	if drop > 0 {
		parts = append(parts, "drop "+plural(drop, "index"))
	}
	switch {
	case bytes > 0:
		parts = append(parts, "about "+size(bytes)+" more disk")
	case bytes < 0:
		parts = append(parts, "about "+size(-bytes)+" less disk")
	}
	p.label("plan", bold, strings.Join(parts, ", "))
	if text := plan.gain(r); text != "" {
		p.text(margin, plain, text)
	}
	for _, ix := range plan.indexes {
		if plan.printed[ix] {
			continue
		}
		text := what(ix)
		if ix.Action == "drop" {
			text = "drop " + clean(ix.Name) + " on " + text
		}
		if ix.Reason != "" {
			text += ": " + ix.Reason
		}
		p.text(margin, plain, text)
		plan.print(p, ix, true)
	}
}

// gain is the time that the indexes save, each statement counted once, and
// the judge's cost of the whole workload.
func (p *plan) gain(r *analyzer.Result) string {
	type statement struct{ id, database string }
	stays := map[statement]float64{}
	judged := true
	for _, ix := range p.indexes {
		for _, s := range ix.Serves {
			share := 0.0
			if s.Before != nil && s.After != nil && *s.Before > 0 {
				share = min(max(*s.After / *s.Before, 0), 1)
			} else {
				judged = false
			}
			key := statement{s.Query, ix.Database}
			if old, ok := stays[key]; !ok || share < old {
				stays[key] = share
			}
		}
	}
	saved := 0.0
	for key, share := range stays {
		if q := p.statements.find(key.id, key.database); q != nil {
			saved += q.RunMS() * (1 - share)
		}
	}
	var out []string
	if total := r.Workload.ExecMS; saved > 0 && total > 0 {
		text := duration(saved) + " of " + duration(total) + " is in statements they serve"
		if judged {
			text = "about " + duration(saved) + " of " + duration(total) + " saved"
		}
		out = append(out, text)
	}
	if c := r.Cost; c.Before != nil && c.After != nil {
		out = append(out, "cost of the workload "+units(*c.Before)+" -> "+units(*c.After))
	}
	return strings.Join(out, ", ")
}

// fine sums up the verdicts of the statements that get no index and of which
// no finding tells.
func (p *page) fine(r *analyzer.Result, plan *plan) {
	told := map[*analyzer.Query]bool{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if q := plan.statements.find(f.Query, f.Database); q != nil {
			told[q] = true
		}
	}
	kinds := map[string]int{}
	reasons := map[string]map[string]int{}
	for i := range r.Queries {
		if told[&r.Queries[i]] {
			continue
		}
		v := &r.Queries[i].Verdict
		kind := v.Kind
		if kind == "served" && len(v.Indexes) == 0 {
			kind = guessed
		}
		kinds[kind]++
		if reasons[kind] == nil {
			reasons[kind] = map[string]int{}
		}
		reasons[kind][v.Reason]++
	}
	served, needless, open := kinds["served"], kinds["no-index-helps"], kinds["not-analysed"]
	if n := served + needless + kinds[guessed]; n > 0 {
		var parts []string
		if served > 0 {
			parts = append(parts, count(int64(served))+" already served by an index")
		}
		if n := kinds[guessed]; n > 0 {
			parts = append(parts, count(int64(n))+" probably served by an index")
		}
		if needless > 0 {
			parts = append(parts, count(int64(needless))+" that no index helps")
		}
		p.label("fine", bold, plural(int64(n), "statement")+": "+strings.Join(parts, ", "))
		p.reasons(reasons[guessed])
		p.reasons(reasons["no-index-helps"])
	}
	if open > 0 {
		p.label("open", bold, plural(int64(open), "statement")+" not analysed")
		p.reasons(reasons["not-analysed"])
	}
}

// guessed is the verdict "served" without an index that is known to exist.
const guessed = "served by a guess"

// reasons prints the most frequent reasons with their counts.
func (p *page) reasons(counts map[string]int) {
	const enough = 3
	var names []string
	for name := range counts {
		if name != "" {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	shown := names
	if len(names) > enough+1 {
		shown = names[:enough]
	}
	for _, name := range shown {
		p.reason(counts[name], name)
	}
	rest := 0
	for _, name := range names[len(shown):] {
		rest += counts[name]
	}
	if rest > 0 {
		p.reason(rest, "other reasons (-v names each)")
	}
}

func (p *page) reason(n int, text string) {
	number := count(int64(n))
	p.hang(margin, bodyStart, strings.Repeat(" ", max(0, timesWidth-len(number)))+number, plain, text)
}
