// Package leadingwildcard finds patterns that no b-tree can serve because
// their beginning is not fixed: LIKE '%john%', ILIKE, regular expressions
// without ^, and parameters whose logged values begin with a wildcard.
package leadingwildcard

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/index"
	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
)

const rule = "leading-wildcard"

// Detector reports leading-wildcard.
var Detector = &analyzer.Detector{
	Rules: []analyzer.Rule{{Name: rule, Severity: analyzer.Warning, Doc: doc}},
	Run:   run,
}

// hit is what one statement searches in one table for one reason.
type hit struct {
	table      *query.Table
	reason     reason
	predicates []*query.Predicate // one per column
	pattern    pattern            // of the first
}

func run(p *analyzer.Pass) error {
	for _, h := range hits(p) {
		if wanted(p, h) {
			p.Report(finding(p, h))
		}
	}
	return nil
}

// hits collects the patterns of the statement that no b-tree can serve,
// columns with the same trouble together.
func hits(p *analyzer.Pass) []*hit {
	var out []*hit
	for _, scope := range p.Statement.Query.Scopes {
		for _, pred := range scope.Predicates {
			if pred.Table < 0 || pred.Table >= len(scope.Tables) || pred.Column == "" && pred.Expr == "" {
				continue
			}
			table := scope.Tables[pred.Table]
			pattern := patternOf(p.Statement, pred)
			reason := reasonOf(pred, pattern)
			if reason == none || searchable(table, pred) || narrowed(scope, pred) && advice(p, table, pred) == nil {
				continue
			}
			i := slices.IndexFunc(out, func(h *hit) bool {
				return h.reason == reason && h.table.QualifiedName() == table.QualifiedName()
			})
			switch {
			case i < 0:
				out = append(out, &hit{table, reason, []*query.Predicate{pred}, pattern})
			case !slices.ContainsFunc(out[i].predicates, func(o *query.Predicate) bool { return subject(o) == subject(pred) }):
				out[i].predicates = append(out[i].predicates, pred)
			}
		}
	}
	return out
}

// subject is the column or expression that is searched.
func subject(p *query.Predicate) string {
	if p.Column != "" {
		return p.Column
	}
	return p.Expr
}

// searchable reports whether an index that answers patterns exists.
func searchable(t *query.Table, p *query.Predicate) bool {
	if t.Rel == nil {
		return false
	}
	return slices.ContainsFunc(t.Rel.Indexes, func(x *schema.Index) bool {
		return !x.Invalid && x.Where == "" && slices.ContainsFunc(x.Parts, func(part schema.Part) bool {
			return part.Column == p.Column && part.Expr == p.Expr &&
				(strings.Contains(part.Opclass, "trgm_ops") || strings.Contains(part.Opclass, "bigm_ops"))
		})
	})
}

// narrowed reports whether another condition that all rows must meet pins a
// column of the same table: the pattern is then tried on few rows only.
func narrowed(s *query.Scope, p *query.Predicate) bool {
	return slices.ContainsFunc(s.Predicates, func(o *query.Predicate) bool {
		return o != p && o.Table == p.Table && o.Or == 0 && !o.Volatile && o.Join == nil && (o.Op == query.Eq || o.Op == query.In)
	})
}

// few is how many rows are read in no time at all, whatever the pattern.
const few = 1000

// wanted leaves out what the index advisor has settled: an index serves the
// statement, or it judged with statistics that none is worth it.
func wanted(p *analyzer.Pass, h *hit) bool {
	if h.table.Rel != nil && h.table.Rel.Stats != nil {
		if rows := h.table.Rel.Stats.Rows; rows >= 0 && rows < few {
			return false
		}
	}
	if slices.ContainsFunc(h.predicates, func(pred *query.Predicate) bool { return advice(p, h.table, pred) != nil }) {
		return true
	}
	switch p.Selection.Verdicts[p.Statement.ID].Kind {
	case index.AlreadyServed, index.Recommended:
		return false
	case index.NoIndexHelps:
		return p.Selection.Coster == "" || h.reason == short
	}
	return true
}

// advice is the index that the advisor recommends for the pattern, or nil.
func advice(p *analyzer.Pass, t *query.Table, pred *query.Predicate) *index.Advice {
	for i := range p.Selection.Advices {
		a := &p.Selection.Advices[i]
		if a.Action != index.Create || a.Rule != rule || a.Def.Table.String() != t.QualifiedName() {
			continue
		}
		onIt := slices.ContainsFunc(a.Def.Parts, func(part schema.Part) bool {
			return part.Column == pred.Column && part.Expr == pred.Expr
		})
		forIt := slices.ContainsFunc(a.Serves, func(s index.Served) bool { return s.ID == p.Statement.ID })
		if onIt && forIt {
			return a
		}
	}
	return nil
}

func finding(p *analyzer.Pass, h *hit) analyzer.Finding {
	f := analyzer.Finding{
		Rule:       rule,
		Confidence: h.pattern.confidence(),
		Basis:      string(index.Heuristic),
		Message:    message(h),
		Table:      h.table.QualifiedName(),
		Query:      p.Statement.ID,
		Impact:     impact(p, h),
		Location:   location(p.Statement, h.table),
	}
	if h.pattern.seen > 0 {
		f.Basis = string(index.Observed)
		f.Notes = append(f.Notes, fmt.Sprintf("%d of %d logged values of $%d begin with a wildcard", h.pattern.wild, h.pattern.seen, h.pattern.param))
	}
	for _, pred := range h.predicates {
		f.Columns = append(f.Columns, subject(pred))
		if a := advice(p, h.table, pred); a != nil {
			f.Basis = string(a.Basis)
		}
	}
	f.Fixes = fixes(p, h)
	return f
}

// impact is what the statement costs, and what the advisor's index saves of it
// where a judge compared both.
func impact(p *analyzer.Pass, h *hit) analyzer.Impact {
	var out analyzer.Impact
	t := p.Statement.Total()
	if calls := t.Calls; calls > 0 {
		out.Calls = &calls
	}
	if t.ExecUS == 0 {
		return out
	}
	ms := float64(t.ExecUS) / 1000
	out.ExecMS = &ms
	for _, pred := range h.predicates {
		a := advice(p, h.table, pred)
		if a == nil || a.Basis == index.Heuristic {
			continue
		}
		for _, s := range a.Serves {
			if s.ID == p.Statement.ID && s.Before > s.After {
				saved := float64(t.RunUS()) / 1000 * (1 - s.After/s.Before)
				out.SavedMS = &saved
			}
		}
	}
	return out
}

// location is where the statement is written, else where the table is.
func location(s *analyzer.Statement, t *query.Table) *analyzer.Location {
	for _, g := range s.Groups {
		for _, r := range g.Refs {
			return &analyzer.Location{Path: r.Path, Line: r.Line}
		}
	}
	if t.Rel != nil && t.Rel.Path != "" {
		return &analyzer.Location{Path: t.Rel.Path, Line: t.Rel.Line}
	}
	return nil
}
