package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/apilint/apilint/analyzer"
)

// subject is what a finding is about: the loop's two ends, columns, a table or
// at least the rule's query.
func subject(f *analyzer.Finding) string {
	s := columns(f.Table, f.Columns, f.Parent != nil)
	if f.Parent != nil && f.Parent.Table != "" {
		s = relation(f.Parent.Table) + " -> " + s
	}
	if s == "" {
		s = "query " + clean(f.Query)
	}
	if f.Route != "" {
		s += " in " + clean(f.Route)
	}
	if f.Database != "" {
		s += " (database " + clean(f.Database) + ")"
	}
	return s
}

// columns names columns of a table: posts.user_id for one that is dotted or
// orders (status, created_at).
func columns(table string, names []string, dotted bool) string {
	switch {
	case len(names) == 0:
		return relation(table)
	case len(names) == 1 && dotted:
		return relation(table) + "." + clean(names[0])
	}
	return relation(table) + " (" + clean(strings.Join(names, ", ")) + ")"
}

// measured is what is known of a finding's cost: calls, time, share.
func measured(f *analyzer.Finding) []string {
	var out []string
	if n := f.Impact.Calls; n != nil && *n > 0 {
		out = append(out, plural(*n, "call"))
	}
	if ms := f.Impact.ExecMS; ms != nil && *ms > 0 {
		text := duration(*ms)
		if f.Impact.Share != nil {
			text += " (" + percent(*f.Impact.Share) + " of the database time)"
		}
		out = append(out, text)
	}
	if ms := f.Impact.SavedMS; ms != nil && *ms > 0 {
		out = append(out, "about "+duration(*ms)+" saved by the fix")
	}
	return append(out, known(f))
}

// known says how a finding is known: its basis or, where it was observed, how
// sure the rule is.
func known(f *analyzer.Finding) string {
	if f.Basis == "observed" || f.Basis == "" {
		return "confidence " + certainty(f.Confidence)
	}
	return clean(f.Basis)
}

// workload is the size of what was analysed.
func workload(r *analyzer.Result) string {
	w := r.Workload
	s := plural(int64(w.Distinct), "statement")
	if w.Executions > 0 {
		s = plural(w.Executions, "execution") + " of " + s
	}
	if w.Sessions > 0 {
		s += " in " + plural(int64(w.Sessions), "session")
	}
	if w.ExecMS > 0 {
		s += ", " + duration(w.ExecMS) + " of database time"
	}
	return s
}

// totals counts the findings: 2 errors, 1 warning.
func totals(r *analyzer.Result) string {
	text := counts(r.Summary)
	if text == "" {
		text = "no findings"
	}
	ignored := 0
	for _, s := range r.Skips {
		if s.Kind == "findings-ignored" {
			ignored = s.Count
		}
	}
	if n := r.Summary.Suppressed - ignored; n > 0 {
		text += fmt.Sprintf(", %d hidden by --min-confidence", n)
	}
	if ignored > 0 {
		text += fmt.Sprintf(", %d ignored by apilint:ignore in the SQL", ignored)
	}
	return text
}

// counts writes the counts that are not 0, errors first.
func counts(n analyzer.Counts) string {
	var out []string
	for _, c := range []struct {
		n    int
		noun string
	}{{n.Error, "error"}, {n.Warning, "warning"}, {n.Info, "info"}} {
		if c.n > 0 {
			out = append(out, plural(int64(c.n), c.noun))
		}
	}
	return strings.Join(out, ", ")
}

// span writes the time between two RFC 3339 times; a day is named once, and so is a second.
func span(from, to *string) string {
	if from == nil || to == nil {
		return ""
	}
	a, errA := time.Parse(time.RFC3339, *from)
	b, errB := time.Parse(time.RFC3339, *to)
	if errA != nil || errB != nil {
		return clean(*from + " to " + *to)
	}
	layout := "2006-01-02 15:04:05"
	if a.Format(layout) == b.Format(layout) {
		return a.Format(layout)
	}
	end := layout
	if a.Format(time.DateOnly) == b.Format(time.DateOnly) {
		end = "15:04:05"
	}
	return a.Format(layout) + " to " + b.Format(end)
}
