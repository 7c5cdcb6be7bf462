// Package engine runs an analysis: the only place that knows the order of
// things. It parses each distinct statement once, resolves its facts, asks the
// index advisor and the detectors, and builds the report.
package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/index"
	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/sequence"
	"github.com/apilint/apilint/analyzer/workload"
)

// Input is what there is to analyse.
type Input struct {
	Workload  *workload.Workload
	Loops     []sequence.Candidate
	Overflow  int             // loops that were found but not kept
	Schemas   *schema.Cluster // nil: none was given
	Detectors []*analyzer.Detector
	Version   string // of the tool, for the report
}

// Options of [Run]. The zero value is right.
type Options struct {
	Index index.Options
	RTT   time.Duration // per round trip where nothing was measured; default 0.5 ms
	Jobs  int           // parsers at once; default all processors

	SampleRate float64 // share of the statements that the logs hold, 0 unknown

	Rules         []string // only these; empty: all
	ExcludeRules  []string
	MinConfidence float64 // findings below are counted as suppressed
	MinCalls      int64   // statements with fewer calls are not judged
	MinTotal      time.Duration
	Top           int // statements in the report, 0 all

	FailOn       analyzer.Severity // "" is error, "never" none
	MaxFindings  int               // more at or above FailOn fail; 0 means any
	MinParseRate float64           // below it the input was not understood; default .5
	AllowEmpty   bool
	ExitZero     bool
	ShowLiterals bool
}

// Exit codes of the command, see docs: one meaning each.
const (
	ExitFine         = 0
	ExitFindings     = 1
	ExitUsage        = 2
	ExitUnrecognised = 3
	ExitInterrupted  = 130
)

// Run analyses the input. A cancelled context ends it early with what is known
// by then. An error means that nothing could be analysed at all; everything
// less is a skip in the result.
func Run(ctx context.Context, in Input, o Options) (*analyzer.Result, error) {
	o = o.withDefaults()
	skips := newSkips()
	by := schemasOf(in.Schemas, in.Workload)
	schemaSkips(skips, in.Schemas)
	stmts, byGroup := statements(ctx, in.Workload, by, o.Jobs, skips)
	tableSkips(skips, stmts, by)

	run := &run{in: in, o: o, skips: skips, byGroup: make([]*analyzer.Statement, len(byGroup))}
	dbs := databases(stmts, byGroup, in.Loops)
	run.several = len(dbs) > 1
	for i := range dbs {
		run.schema, _ = by.of(dbs[i].name)
		if err := run.database(ctx, &dbs[i]); err != nil {
			return nil, err
		}
	}
	return run.result(stmts), nil
}

func (o Options) withDefaults() Options {
	if o.RTT == 0 {
		o.RTT = 500 * time.Microsecond
	}
	if o.FailOn == "" {
		o.FailOn = analyzer.Error
	}
	if o.MinParseRate == 0 {
		o.MinParseRate = .5
	}
	return o
}

// run is the state of one analysis.
type run struct {
	in         Input
	o          Options
	schema     *schema.Schema // of the database at hand
	skips      *skips
	byGroup    []*analyzer.Statement // those of the database at hand, by number of the group
	several    bool                  // more than one database
	findings   []analyzer.Finding
	queries    []analyzer.Query
	indexes    []analyzer.Index
	cost       analyzer.Cost
	suppressed int                    // findings left out
	ignores    int                    // of them by comments in the SQL
	commented  map[[2]string][]string // by database and ID, the texts of statements that name apilint
}

// database judges the statements of one database: groups never mix.
func (r *run) database(ctx context.Context, db *database) error {
	sel, err := r.selectIndexes(ctx, db.stmts)
	if err != nil {
		return fmt.Errorf("choosing indexes for database %q: %w", db.name, err)
	}
	for _, g := range db.groups {
		r.byGroup[g.number] = g.statement
	}
	w := &analyzer.Workload{
		Statements: db.stmts,
		ByGroup:    r.byGroup,
		Source:     r.in.Workload,
		Schema:     r.schema,
		Selection:  sel,
		RTT:        float64(r.o.RTT) / float64(time.Millisecond),
		SampleRate: r.o.SampleRate,
		Loops:      db.loops,
		Skip:       r.skips.add,
	}
	for _, d := range r.in.Detectors {
		r.detect(ctx, d, w, db.name)
	}
	r.take(db.name, sel, db.stmts)
	for _, g := range db.groups {
		r.byGroup[g.number] = nil
	}
	return nil
}

// selectIndexes asks the advisor about every statement that has facts; a crash
// in it costs the advice, not the report.
func (r *run) selectIndexes(ctx context.Context, stmts []*analyzer.Statement) (sel *index.Selection, err error) {
	defer func() {
		if p := recover(); p != nil {
			r.skips.add("index-advisor-crashed", fmt.Sprint(p))
			sel, err = &index.Selection{Verdicts: map[string]index.Verdict{}}, nil
		}
	}()
	var weighed []index.Statement
	for _, s := range stmts {
		if s.Query == nil || !r.worth(s) {
			continue
		}
		t := s.Total()
		weighed = append(weighed, index.Statement{
			ID: s.ID, Query: s.Query,
			Calls: float64(t.Calls), ExecMS: float64(t.RunUS()) / 1000,
			Samples: s.Samples, Group: parameters(s),
		})
	}
	return index.Select(ctx, weighed, r.schema, r.o.Index)
}

// worth reports whether the statement passes --min-calls and --min-total-time.
func (r *run) worth(s *analyzer.Statement) bool {
	t := s.Total()
	return t.Calls >= r.o.MinCalls && time.Duration(t.ExecUS)*time.Microsecond >= r.o.MinTotal
}

// detect runs one detector; a panic in it is one detector that is skipped.
func (r *run) detect(ctx context.Context, d *analyzer.Detector, w *analyzer.Workload, database string) {
	defer func() {
		if p := recover(); p != nil {
			r.skips.add("detector-crashed", fmt.Sprintf("%s: %v", d.Rules[0].Name, p))
		}
	}()
	if ctx.Err() != nil {
		return
	}
	if unmet := r.unmet(d.Needs); unmet != "" {
		r.skips.add(unmet, d.Rules[0].Name)
		return
	}
	severity := make(map[string]analyzer.Severity, len(d.Rules))
	for _, rule := range d.Rules {
		severity[rule.Name] = rule.Severity
	}
	report := func(f analyzer.Finding) {
		limit, ok := severity[f.Rule]
		if !ok {
			r.skips.add("detector-crashed", fmt.Sprintf("%s reported the unknown rule %s", d.Rules[0].Name, f.Rule))
			return
		}
		if f.Severity == "" || rank(f.Severity) > rank(limit) {
			f.Severity = limit
		}
		f.Database = database
		r.findings = append(r.findings, f)
	}
	if d.Review != nil {
		w.Report = report
		if err := d.Review(w); err != nil {
			r.skips.add("detector-failed", d.Rules[0].Name+": "+err.Error())
		}
		return
	}
	for _, s := range w.Statements {
		if s.Query == nil {
			continue
		}
		p := &analyzer.Pass{Statement: s, Schema: w.Schema, Selection: w.Selection, Report: report}
		if err := d.Run(p); err != nil {
			r.skips.add("detector-failed", d.Rules[0].Name+": "+err.Error())
		}
	}
}

// unmet names the first need that the input does not meet, "" when all are.
func (r *run) unmet(n analyzer.Needs) string {
	switch {
	case n&analyzer.NeedsSchema != 0 && len(r.schema.Tables) == 0:
		return "no-schema"
	case n&analyzer.NeedsStats != 0 && !r.schema.HasStats:
		return "no-stats"
	case n&analyzer.NeedsSequence != 0 && r.in.Workload.Sessions == 0:
		return "no-sequence"
	}
	return ""
}

func rank(s analyzer.Severity) int {
	switch s {
	case analyzer.Error:
		return 3
	case analyzer.Warning:
		return 2
	case analyzer.Info:
		return 1
	}
	return 4 // never
}
