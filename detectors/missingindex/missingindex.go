// Package missingindex reports the indexes that the advisor recommends: one
// finding per index, on the statement that it helps most.
package missingindex

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/index"
	"github.com/apilint/apilint/analyzer/schema"
)

// The rules: an index of one column, and one of several.
const (
	missing   = "missing-index"
	composite = "composite-index"
)

// Detector reports missing-index and composite-index.
var Detector = &analyzer.Detector{
	Rules: []analyzer.Rule{
		{Name: missing, Severity: analyzer.Error, Doc: missingDoc},
		{Name: composite, Severity: analyzer.Error, Doc: compositeDoc},
	},
	Review: review,
}

func review(w *analyzer.Workload) error {
	statements := make(map[string]*analyzer.Statement, len(w.Statements))
	for _, s := range w.Statements {
		statements[s.ID] = s
	}
	for i := range w.Selection.Advices {
		a := &w.Selection.Advices[i]
		if a.Action == index.Create && (a.Rule == missing || a.Rule == composite) && len(a.Serves) > 0 {
			w.Report(finding(w, a, statements))
		}
	}
	return nil
}

// confidences say how sure an advice is, by how it is known.
var confidences = map[index.Basis]float64{
	index.Proven: .95, index.Planner: .90, index.Observed: .90, index.Estimated: .80, index.Heuristic: .60,
}

func finding(w *analyzer.Workload, a *index.Advice, statements map[string]*analyzer.Statement) analyzer.Finding {
	served := slices.Clone(a.Serves)
	slices.SortStableFunc(served, func(x, y index.Served) int {
		return cmp.Or(
			cmp.Compare(saved(y), saved(x)),
			cmp.Compare(y.ExecMS, x.ExecMS),
			cmp.Compare(y.Calls, x.Calls),
			cmp.Compare(x.ID, y.ID),
		)
	})
	f := analyzer.Finding{
		Rule:       a.Rule,
		Severity:   severity(a.Basis),
		Confidence: confidences[a.Basis],
		Basis:      string(a.Basis),
		Message:    message(a),
		Table:      a.Def.Table.String(),
		Columns:    columns(a.Def),
		Query:      served[0].ID,
		Impact:     impact(a.Basis, served),
		Location:   location(w.Schema, a.Def.Table, statements[served[0].ID]),
		Evidence:   evidence(w, statements[served[0].ID]),
		Notes:      notes(w, a.Basis),
		Fixes: []analyzer.Fix{{
			Kind: "index", Title: title(a), SQL: a.DDL, Rollback: a.Rollback,
		}},
	}
	if offPath(statements[served[0].ID], a.Def.Table) {
		f.Confidence *= sure
		f.Notes = append(f.Notes, fmt.Sprintf("%s is in no schema of the search_path that is known: it is taken for the table meant because no other has its name", a.Def.Table))
	}
	if len(served) > 1 {
		for _, s := range served {
			f.Queries = append(f.Queries, s.ID)
		}
	}
	return f
}

// sure is what is left of the confidence where the table is a guess.
const sure = .9

// offPath reports whether a statement means the table only because there is no
// other of its name.
func offPath(s *analyzer.Statement, table schema.Name) bool {
	if s == nil || s.Query == nil {
		return false
	}
	for _, scope := range s.Query.Scopes {
		for _, t := range scope.Tables {
			if t.OffPath && t.Rel != nil && t.Rel.Name == table {
				return true
			}
		}
	}
	return false
}

func severity(b index.Basis) analyzer.Severity {
	if b == index.Proven || b == index.Planner {
		return analyzer.Error
	}
	return analyzer.Warning
}

// message is the advisor's fact about what the statements do today.
func message(a *index.Advice) string {
	if a.Reason != "" {
		return a.Reason
	}
	return fmt.Sprintf("no index of %s begins with %s", a.Def.Table, strings.Join(columns(a.Def), ", "))
}

// columns are the key columns by name: identity must not change with a
// direction or an operator class.
func columns(d index.Def) []string {
	out := make([]string, 0, len(d.Parts))
	for _, p := range d.Parts {
		if p.Column != "" {
			out = append(out, p.Column)
		} else {
			out = append(out, p.Expr)
		}
	}
	return out
}

func title(a *index.Advice) string {
	kind := "an index"
	if m := a.Def.Method; m != "btree" {
		kind = "a " + m + " index"
	}
	t := fmt.Sprintf("create %s on %s (%s)", kind, a.Def.Table, strings.Join(index.Columns(a.Def), ", "))
	if a.Bytes > 0 {
		t += ", about " + size(a.Bytes)
	}
	return t
}

// size prints bytes with two digits.
func size(bytes int64) string {
	const step = 1000
	units := []string{"bytes", "kB", "MB", "GB", "TB"}
	n := float64(bytes)
	i := 0
	for n >= step && i < len(units)-1 {
		n /= step
		i++
	}
	if n < 10 && i > 0 {
		return fmt.Sprintf("%.1f %s", n, units[i])
	}
	return fmt.Sprintf("%.0f %s", n, units[i])
}

// saved is the time of all calls that the index saves, in ms; 0 unknown.
func saved(s index.Served) float64 {
	if s.Before <= 0 {
		return 0
	}
	return max(0, s.ExecMS*(1-s.After/s.Before))
}

// impact adds up the statements served. What nobody measured stays unknown.
func impact(b index.Basis, served []index.Served) analyzer.Impact {
	var calls, exec, save float64
	judged := b != index.Heuristic
	for _, s := range served {
		calls += s.Calls
		exec += s.ExecMS
		save += saved(s)
		judged = judged && s.Before > 0
	}
	var out analyzer.Impact
	if calls > 0 {
		n := int64(calls)
		out.Calls = &n
	}
	if exec > 0 {
		out.ExecMS = &exec
		if judged {
			out.SavedMS = &save
		}
	}
	return out
}

// location is where the table is defined, else where the statement is written.
func location(sch *schema.Schema, table schema.Name, s *analyzer.Statement) *analyzer.Location {
	if t := sch.Table(table.Schema, table.Name); t != nil && t.Path != "" {
		return &analyzer.Location{Path: t.Path, Line: t.Line}
	}
	if s == nil {
		return nil
	}
	for _, g := range s.Groups {
		for _, r := range g.Refs {
			return &analyzer.Location{Path: r.Path, Line: r.Line}
		}
	}
	return nil
}

// maxEvidence is how many executions a finding names.
const maxEvidence = 3

// evidence is where the slowest kept executions stand in the input.
func evidence(w *analyzer.Workload, s *analyzer.Statement) []analyzer.Evidence {
	if s == nil {
		return nil
	}
	var out []analyzer.Evidence
	for _, sample := range s.Samples {
		if len(out) == maxEvidence || sample.Input >= len(w.Source.Inputs) {
			continue
		}
		e := analyzer.Evidence{Input: w.Source.Inputs[sample.Input].Path, Line: sample.Line}
		if !sample.Time.IsZero() {
			e.Time = sample.Time.Format("2006-01-02T15:04:05.000Z07:00")
		}
		out = append(out, e)
	}
	return out
}

// notes say what an advice from the SQL's shape alone cannot know.
func notes(w *analyzer.Workload, b index.Basis) []string {
	if b == index.Heuristic && len(w.Schema.Tables) > 0 {
		return []string{"no statistics of the table were given: whether it is large enough to gain is not known here (--stats)"}
	}
	return nil
}
