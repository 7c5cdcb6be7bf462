package index

import (
	"cmp"
	"context"
	"slices"

	"github.com/apilint/apilint/analyzer/query"
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

// byRule chooses for the statements that nobody could judge by cost, and gives
// one index to all that it serves.
func (s *selector) byRule() {
	var wanted []*choice
	by := map[string]*choice{}
	for _, j := range s.jobs {
		if j.verdict != nil || j.judged {
			continue
		}
		for _, o := range j.outcomes {
			for _, d := range o.want {
				if c := s.serving(d.Table, o.need); c != nil && len(o.want) == 1 {
					c.claims = append(c.claims, claim{j, o.need})
					continue
				}
				id := Identity(d)
				if by[id] == nil {
					by[id] = &choice{def: d, basis: Heuristic}
					wanted = append(wanted, by[id])
				}
				by[id].claims = append(by[id].claims, claim{j, o.need})
			}
		}
	}
	wanted = s.consolidate(wanted)
	for _, c := range wanted {
		for _, cl := range c.claims {
			if cl.job.st.ExecMS > 0 {
				c.saved += cl.job.st.ExecMS
			} else {
				c.saved += cl.job.calls() * 1e-6 // behind everything of which a time is known
			}
		}
	}
	slices.SortStableFunc(wanted, func(a, b *choice) int { return cmp.Compare(b.saved, a.saved) })
	if n := s.options.MaxIndexes; n > 0 {
		wanted = wanted[:max(0, min(len(wanted), n-len(s.chosen)))]
	}
	s.chosen = append(s.chosen, wanted...)
}

// serving returns an index chosen by cost that serves a need of a statement
// judged by rule.
func (s *selector) serving(table schema.Name, n *need) *choice {
	for _, c := range s.chosen {
		if c.def.Table == table && s.ruler.serves(&c.def, n) > 0 {
			return c
		}
	}
	return nil
}

// consolidate gives the claims of an index to another one that serves all of
// them: (a) goes where (a, b) is wanted anyway.
func (s *selector) consolidate(wanted []*choice) []*choice {
	order := slices.Clone(wanted)
	slices.SortStableFunc(order, func(a, b *choice) int {
		return cmp.Or(cmp.Compare(len(b.def.Parts), len(a.def.Parts)), cmp.Compare(Identity(a.def), Identity(b.def)))
	})
	leading := map[string][]*choice{} // by table and first column
	gone := map[*choice]bool{}
	for _, c := range order {
		if host := s.host(c, leading); host != nil {
			host.claims = append(host.claims, c.claims...)
			gone[c] = true
			continue
		}
		k := c.def.Table.String() + "\x00" + key(c.def.Parts[0])
		leading[k] = append(leading[k], c)
	}
	return slices.DeleteFunc(wanted, func(c *choice) bool { return gone[c] })
}

// maxHosts bounds the wider indexes that are tried for one.
const maxHosts = 32

// host finds a wider index that serves all claims of c as well as c does.
func (s *selector) host(c *choice, leading map[string][]*choice) *choice {
	first := c.claims[0].need
	tried := 0
	for _, k := range leadingKeys(first) {
		for _, h := range leading[c.def.Table.String()+"\x00"+k] {
			if tried++; tried > maxHosts {
				return nil
			}
			if h.def.Method == c.def.Method && !slices.ContainsFunc(c.claims, func(cl claim) bool {
				return s.ruler.serves(&h.def, cl.need) < s.ruler.serves(&c.def, cl.need)
			}) {
				return h
			}
		}
	}
	return nil
}

// leadingKeys lists the columns that an index for a need may begin with.
func leadingKeys(n *need) []string {
	var out []string
	for _, c := range n.conds {
		if k := key(c.part); c.kind != filter && !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	if n.ordered {
		if k := sortKey(n.a.order[0]); !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}

// settle gives the verdict of a statement for which no index needs to be
// judged.
func (j *job) settle(sch *schema.Schema) {
	q := j.st.Query
	give := func(k VerdictKind, reason string) { j.verdict = &Verdict{Kind: k, Reason: reason} }
	switch {
	case q == nil:
		give(NotAnalysed, "it could not be parsed")
		return
	case q.Utility || q.Command == query.Other:
		give(NotAnalysed, "it is no query: nothing in it could use an index")
		return
	}
	known := sch != nil && len(sch.Tables) > 0
	problem := ""
	tables := 0
	j.accesses = slices.DeleteFunc(reading(j.st, sch), func(a *access) bool {
		tables++
		p := a.unreadable(known)
		if problem == "" {
			problem = p
		}
		return p != ""
	})
	switch {
	case len(j.accesses) > 0:
	case problem != "":
		give(NotAnalysed, problem)
	case q.Command == query.Insert && q.OnConflict:
		give(NoIndexHelps, "INSERT: the conflict check uses the unique index that is there, and any other index only costs")
	case q.Command == query.Insert:
		give(NoIndexHelps, "INSERT: it finds no rows, and every index of its table costs it time")
	case tables == 0:
		give(NoIndexHelps, "it reads no table")
	}
}

// unreadable says why an index on the table cannot be judged, "" when it can.
func (a *access) unreadable(schemaGiven bool) string {
	t := a.table
	switch {
	case t.Schema == "pg_catalog" || t.Schema == "information_schema" || t.Rel == nil && catalogName(t.Name):
		return "it reads system catalogs, whose indexes are fixed"
	case t.Rel == nil && schemaGiven:
		return t.QualifiedName() + " is not in the schema that was given"
	case t.Rel == nil:
		return ""
	case t.Rel.Kind == schema.KindView:
		return t.Name + " is a view that could not be looked through"
	case t.Rel.Kind == schema.KindForeign:
		return t.Name + " is a foreign table: its indexes are on the other server"
	}
	return ""
}

func catalogName(name string) bool {
	return len(name) > 3 && name[:3] == "pg_"
}
