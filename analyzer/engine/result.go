package engine

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/DataDog/sketches-go/ddsketch"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/index"
	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
)

// SchemaVersion names the report's shape.
const SchemaVersion = "apilint.report/v1"

// result builds the report of everything that was found.
func (r *run) result(stmts []*analyzer.Statement) *analyzer.Result {
	w := r.in.Workload
	if w.Folded > 0 {
		r.skips.addMany("groups-folded", int(w.Folded), "more distinct statements than --max-groups")
	}
	if n := r.in.Overflow; n > 0 {
		r.skips.addMany("loops-dropped", n, "more loops than are kept in memory")
	}
	if w.Evicted > 0 {
		r.skips.addMany("sessions-evicted", int(w.Evicted), "more sessions at once than are kept in memory")
	}
	res := &analyzer.Result{
		Schema: SchemaVersion,
		Tool:   analyzer.Tool{Name: "apilint", Version: r.in.Version},
		Inputs: inputs(w, r.o.ShowLiterals),
	}
	res.Workload = summary(w, stmts)
	r.commented = comments(stmts)
	res.Findings = r.finish(res.Workload.ExecMS)
	res.Indexes = r.indexes
	res.Queries = r.ranked()
	res.Cost = r.cost
	if r.ignores > 0 {
		r.skips.addMany("findings-ignored", r.ignores, "a comment in the SQL says apilint:ignore")
	}
	res.Skips = r.skips.list()
	for _, f := range res.Findings {
		switch f.Severity {
		case analyzer.Error:
			res.Summary.Error++
		case analyzer.Warning:
			res.Summary.Warning++
		case analyzer.Info:
			res.Summary.Info++
		}
	}
	res.Summary.Suppressed = r.suppressed
	res.Summary.New = len(res.Findings)
	res.Exit = exit(res, r.o)
	return res
}

// Coverage is the report of a reading alone: empty queries, findings and
// indexes.
func Coverage(w *workload.Workload, version string, o Options) *analyzer.Result {
	o = o.withDefaults()
	res := &analyzer.Result{
		Schema: SchemaVersion,
		Tool:   analyzer.Tool{Name: "apilint", Version: version},
		Inputs: inputs(w, o.ShowLiterals),
		Workload: analyzer.Summary{
			Distinct: len(w.Groups), Sessions: w.Sessions, From: timestamp(w.From), To: timestamp(w.To),
		},
	}
	res.Workload.Executions, res.Workload.ExecMS = measured(w)
	res.Exit = exit(res, o)
	return res
}

// measured adds up what the inputs saw, but never across kinds: an execution in
// a log, in pg_stat_statements and in a trace is one execution. The first kind
// that saw any counts; pg_stat_statements has calls, but no executions.
func measured(w *workload.Workload) (executions int64, execMS float64) {
	for _, kind := range []string{"log", "trace", "pgss"} {
		var sum workload.Coverage
		for _, in := range w.Inputs {
			if in.Kind == kind {
				sum.Add(&in.Coverage)
			}
		}
		if sum.Executions > 0 || sum.ExecUS > 0 {
			return sum.Executions, ms(sum.ExecUS)
		}
	}
	return 0, 0
}

// inputs is the coverage, in the order the inputs were named.
func inputs(w *workload.Workload, literals bool) []analyzer.Input {
	out := make([]analyzer.Input, 0, len(w.Inputs))
	for _, in := range w.Inputs {
		a := analyzer.Input{
			Path: in.Path, Kind: in.Kind, Format: in.Format, Envelopes: in.Envelopes,
			Prefix: in.Prefix, Language: in.Language,
			Bytes: in.Bytes, Lines: in.Lines, Records: in.Records,
			Executions: in.Executions, Fetches: in.Fetches, Parse: in.Parse, Bind: in.Bind, Plans: in.Plans,
			Errors: in.Errors, Empty: in.Empty, ExecMS: ms(in.ExecUS), MaxExecMS: ms(in.MaxUS),
			Bare: in.Bare, Pending: in.Pending, Nested: in.Nested, LockWaits: in.Waits, Filtered: in.Filtered, Ambiguous: in.Ambiguous, Torn: in.Torn, Unreadable: in.Unreadable, Truncated: in.Truncated,
			From: timestamp(in.From), To: timestamp(in.To), Notes: in.Notes,
		}
		if in.PrefixRate > 0 {
			a.PrefixRate = &in.PrefixRate
		}
		if t := threshold(in); t > 0 {
			a.ThresholdMS = &t
		}
		if sampled, rate, _ := in.Sampling.Sampled(); sampled {
			rate = max(math.Round(rate*100), 1) / 100
			a.Sampled = &rate
		}
		for _, e := range in.Examples {
			text := e.Text
			switch {
			case literals:
			case in.Kind == "log":
				text = outline(text)
			default:
				text = sqltree.Mask(text)
			}
			a.Examples = append(a.Examples, text)
		}
		out = append(out, a)
	}
	return out
}

// outline shows how a line that was not understood is built and nothing of what
// it says: it may be torn out of the middle of a value.
func outline(line string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsUpper(r):
			return 'X'
		case unicode.IsLetter(r) || unicode.IsMark(r):
			return 'x'
		case unicode.IsNumber(r):
			return '0'
		}
		return r
	}, line)
}

// threshold guesses log_min_duration_statement in ms from the shortest
// execution of a log: with enough executions the shortest lies just above a
// threshold that people set, and far above what a server can do. 0 is none.
func threshold(in *workload.Input) float64 {
	const enough = 10
	if in.Kind != "log" || in.Executions < enough {
		return 0
	}
	shortest := ms(in.MinUS)
	for _, t := range []float64{10000, 5000, 3000, 2000, 1000, 500, 300, 250, 200, 100, 50, 30, 25, 20, 10, 5} {
		if shortest >= t {
			return t
		}
	}
	return 0
}

func summary(w *workload.Workload, stmts []*analyzer.Statement) analyzer.Summary {
	s := analyzer.Summary{Distinct: len(stmts), Sessions: w.Sessions, From: timestamp(w.From), To: timestamp(w.To)}
	var us int64
	for _, st := range stmts {
		if insideOnly(st) {
			continue // its time is part of the calling statement's
		}
		t := st.Total()
		s.Executions += t.Calls + t.Fetches
		us += t.ExecUS
	}
	s.ExecMS = ms(us)
	return s
}

// take puts what is known of one database into the form of the report, and
// lets the facts of its statements go: of many statements they are most of
// what an analysis holds.
func (r *run) take(database string, sel *index.Selection, stmts []*analyzer.Statement) {
	r.queries = slices.Grow(r.queries, len(stmts))
	order := keyOrder(sel, stmts)
	for _, s := range stmts {
		r.queries = append(r.queries, r.query(s, sel.Verdicts))
		s.Query = nil
	}
	r.advise(database, sel, order)
	r.judge(sel)
}

// ranked is every statement with its verdict, most time first.
func (r *run) ranked() []analyzer.Query {
	out := r.queries
	slices.SortStableFunc(out, func(a, b analyzer.Query) int {
		return cmp.Or(cmp.Compare(b.RunMS(), a.RunMS()), cmp.Compare(b.Calls, a.Calls))
	})
	if r.o.Top > 0 && len(out) > r.o.Top {
		r.skips.addMany("below-top", len(out)-r.o.Top, "statements beyond --top are judged, but not listed")
		out = slices.Clone(out[:r.o.Top])
	}
	return out
}

func (r *run) query(s *analyzer.Statement, verdicts map[string]index.Verdict) analyzer.Query {
	t := s.Total()
	q := analyzer.Query{
		ID: s.ID, Database: s.Database, Text: s.Text,
		Calls: t.Calls, ExecMS: ms(t.ExecUS),
		P50MS: quantile(t.Latency, .50), P95MS: quantile(t.Latency, .95), P99MS: quantile(t.Latency, .99),
		Verdict: r.verdict(s, verdicts),
	}
	if t.Calls > 0 {
		q.MeanMS = number(ms(t.ExecUS) / float64(t.Calls))
	}
	if t.LockUS > 0 {
		q.LockMS = number(ms(t.LockUS))
	}
	if t.MaxUS > 0 {
		q.MaxMS = number(ms(t.MaxUS))
	}
	if t.HasRows {
		rows := t.Rows
		q.Rows = &rows
	}
	for source := range workload.Sources {
		o := s.Totals.Of(source)
		if o.Calls+o.Fetches+o.Nested > 0 {
			q.Observed = append(q.Observed, analyzer.Observed{
				Source: source.String(), Calls: o.Calls, ExecMS: ms(o.ExecUS), From: timestamp(o.From), To: timestamp(o.To),
			})
		}
	}
	q.Tables = tables(s.Query)
	for _, g := range s.Groups {
		for _, ref := range g.Refs {
			q.Sources = append(q.Sources, analyzer.Location{Path: ref.Path, Line: ref.Line})
		}
	}
	if r.o.ShowLiterals && len(s.Samples) > 0 {
		q.Example = s.Samples[0].Text
	}
	return q
}

// verdict is the advisor's, or the reason why it was not asked.
func (r *run) verdict(s *analyzer.Statement, verdicts map[string]index.Verdict) analyzer.Verdict {
	v, ok := verdicts[s.ID]
	switch {
	case ok:
	case s.Query == nil:
		v = index.Verdict{Kind: index.NotAnalysed, Reason: "PostgreSQL's parser cannot read it"}
	case !r.worth(s):
		v = index.Verdict{Kind: index.NotAnalysed, Reason: "fewer calls or less time than --min-calls or --min-total-time ask for"}
	default:
		v = index.Verdict{Kind: index.NotAnalysed, Reason: "the index advisor gave no answer (see skips)"}
	}
	return analyzer.Verdict{Kind: string(v.Kind), Reason: v.Reason + waiting(s.Total()), Indexes: v.Indexes}
}

// waiting is what a verdict adds where much of a statement's time was spent
// waiting for locks.
func waiting(t *workload.Totals) string {
	const much = 10 // percent
	if t.LockUS == 0 || t.LockUS*100 < t.ExecUS*much {
		return ""
	}
	return fmt.Sprintf("; %.0f of %.0f ms were waiting for a lock", ms(t.LockUS), ms(t.ExecUS))
}

// tables names the relations of a statement, sorted.
func tables(q *query.Query) []string {
	if q == nil {
		return nil
	}
	var out []string
	for _, s := range q.Scopes {
		for _, t := range s.Tables {
			out = append(out, t.QualifiedName())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// advise adds the advice for one database, most saved first as the selection
// has it.
func (r *run) advise(database string, sel *index.Selection, order [][]string) {
	r.indexes = slices.Grow(r.indexes, len(sel.Advices))
	for i := range sel.Advices {
		a := &sel.Advices[i]
		x := analyzer.Index{
			Name: a.Def.Name, DDL: a.DDL, Rollback: a.Rollback, Action: string(a.Action),
			Table: a.Def.Table.String(), Method: a.Def.Method, Columns: index.Columns(a.Def), Include: a.Def.Include,
			Order: order[i], Where: a.Def.Where, Unique: a.Def.Unique, Literals: a.Literals, Basis: string(a.Basis), Reason: a.Reason,
			Serves: make([]analyzer.Served, 0, len(a.Serves)),
		}
		if bytes := a.Bytes; bytes > 0 {
			x.Bytes = &bytes
		}
		if r.several {
			x.Database = database
		}
		for _, s := range a.Serves {
			served := analyzer.Served{Query: s.ID, Calls: int64(s.Calls)}
			if s.Before > 0 {
				served.Before, served.After = number(s.Before), number(s.After)
			}
			x.Serves = append(x.Serves, served)
		}
		r.indexes = append(r.indexes, x)
		*a = index.Advice{}
	}
}

// judge adds the cost of one database.
func (r *run) judge(sel *index.Selection) {
	c := &r.cost
	c.Coster = sel.Coster
	c.Explains += sel.Explains
	if sel.Before <= 0 {
		return
	}
	if c.Before == nil {
		c.Before, c.After = number(0), number(0)
	}
	*c.Before += sel.Before
	*c.After += sel.After
}

func ms(us int64) float64 { return float64(us) / 1000 }

func number(f float64) *float64 { return &f }

func timestamp(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := t.UTC().Format("2006-01-02T15:04:05.000Z07:00")
	s = strings.Replace(s, ".000Z", "Z", 1)
	return &s
}

func quantile(s *ddsketch.DDSketch, q float64) *float64 {
	if s == nil {
		return nil
	}
	v, err := s.GetValueAtQuantile(q)
	if err != nil {
		return nil
	}
	return &v
}
