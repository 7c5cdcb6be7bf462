package index

import (
	"context"

	"github.com/apilint/apilint/analyzer/schema"
)

// Named is implemented by a [Coster] other than the model, so that the advice
// can say who judged.
type Named interface {
	Name() string // as [Selection.Coster]
	Basis() Basis
}

// job is one statement on its way to a verdict.
type job struct {
	st       *Statement
	accesses []*access
	outcomes []*outcome // by rule
	verdict  *Verdict   // settled without judging an index

	judged        bool // by cost
	before, after float64
	used          []string // in the plan after
	usedBefore    []string
	weight        float64 // of one planner unit of one execution, in ms where times are known
	asks          map[string]bool
	tables        []schema.Name
	barred        map[string]bool // by index: see gambles
	current       float64         // cost under what is chosen so far
	version       int             // of what is chosen on its tables
}

// calls is the weight of a statement of which no executions were counted.
func (j *job) calls() float64 { return max(j.st.Calls, 1) }

// choice is one index that was chosen.
type choice struct {
	def    Def
	basis  Basis
	claims []claim
	saved  float64 // weighted; for the order of advices
}

// claim is one statement that an index is chosen for.
type claim struct {
	job  *job
	need *need // by rule
}

// selector is the state of one [Select].
type selector struct {
	schema  *schema.Schema
	options Options
	model   *model
	coster  Coster
	name    string // of the coster
	basis   Basis
	jobs    []*job
	usage   usage
	ruler   *ruler
	chosen  []*choice
	names   map[schema.Name]bool
	asked   int // questions to the coster
}

// Select chooses indexes for the workload. sch may be nil or empty: advice is
// then heuristic, from the shape of the SQL only. The same holds for single
// statements on tables without statistics. A cancelled context ends it early:
// statements that were not reached are not analysed.
func Select(ctx context.Context, stmts []Statement, sch *schema.Schema, o Options) (*Selection, error) {
	s := &selector{schema: sch, options: o, model: newModel(sch, stmts), basis: Estimated, name: "model"}
	frequent := newModel(sch, stmts)
	frequent.estimate.skew = true
	s.coster = &twice{s.model, frequent}
	if o.Coster != nil {
		s.coster = o.Coster
		if n, ok := o.Coster.(Named); ok {
			s.name, s.basis = n.Name(), n.Basis()
		}
	}
	s.takeNames()
	s.read(ctx, stmts)
	s.byCost(ctx)
	s.byRule()
	return s.selection(), nil
}

// takeNames notes the names that exist in each schema: relations share one
// name space.
func (s *selector) takeNames() {
	s.names = map[schema.Name]bool{}
	if s.schema == nil {
		return
	}
	for _, t := range s.schema.Tables {
		s.names[t.Name] = true
		for _, d := range t.Indexes {
			s.names[schema.Name{Schema: t.Schema, Name: d.Name}] = true
		}
	}
}

// taken reports whether a name exists, and takes it when it does not.
func (s *selector) taken(in string) func(string) bool {
	return func(name string) bool {
		n := schema.Name{Schema: in, Name: name}
		if s.names[n] {
			return true
		}
		s.names[n] = true
		return false
	}
}

// read finds what each statement reads, and settles those of which no index
// needs to be judged.
func (s *selector) read(ctx context.Context, stmts []Statement) {
	var all []*access
	for i := range stmts {
		j := &job{st: &stmts[i]}
		s.jobs = append(s.jobs, j)
		if ctx.Err() != nil {
			j.verdict = &Verdict{Kind: NotAnalysed, Reason: "the analysis was interrupted before it"}
			continue
		}
		j.settle(s.schema)
		if j.verdict == nil {
			all = append(all, j.accesses...)
		}
	}
	s.usage = tally(all)
	s.ruler = &ruler{sch: s.schema, usage: s.usage}
	for _, j := range s.jobs {
		if j.verdict == nil {
			j.outcomes = s.ruler.judge(j.accesses)
		}
	}
}
