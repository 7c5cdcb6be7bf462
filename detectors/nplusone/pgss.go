package nplusone

import (
	"cmp"
	"slices"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/sequence"
	"github.com/apilint/apilint/analyzer/workload"
)

// pg_stat_statements counts and knows no order: of a loop it shows that a
// statement ran as often as another one returned rows. Two counters out of many
// agree by chance, too; what is reported therefore needs a foreign key between
// the two, and agreement that is closer the more pairs were compared.

// tally is what one server counted of one statement of one user, at top level
// or inside functions.
type tally struct {
	account
	stmt     *analyzer.Statement
	group    uint32
	traits   workload.Traits
	calls    int64
	returned int64
	execUS   int64
	steps    []step // of a series of exports, in order
	input    uint32 // the last export that counted it
	line     int64
	subject  *subject
	outputs  []output
}

// account is whose statements may be each other's parents.
type account struct {
	server   int // the first export of it
	user     string
	topLevel bool
}

// step is what an interval between two exports added.
type step struct {
	interval        int
	calls, returned int64
}

// counter is what one server counted, in all exports that were read of it.
type counter struct {
	intervals int  // between exports, that nothing disturbed; 0 a single snapshot
	broken    bool // some interval was
	evicted   bool // statements were thrown out, so that some may be missing
	rows      bool // how many rows statements returned is known
}

// The gates of a pair and the weights of what it says; the sources are the
// labelled recordings and the estimate of chance in tolerance.
const (
	fewestCalls    = 100  // of the loop's statement, between two exports
	fewestSnapshot = 1000 // since the server began to count
	fewestRows     = 1.5  // per call of the parent
	fewestTimes    = 3    // calls for each of the parent
	exactScore     = .70
	relatedScore   = .35
	insertScore    = .55
	functionScore  = .60
	namesOnly      = .10 // less where names, but no foreign key, say where a column points
	followsScore   = .20
	siblingsScore  = .05
	maxCounted     = .75
	maxSnapshot    = .40
	relatedFrom    = .2
	relatedTo      = 1.2
	maxParents     = 2000 // statements that are compared, most rows first
	maxChildren    = 5000 // most calls first
)

// counts are the tallies of one database.
type counts struct {
	r        *review
	servers  map[int]*counter
	tallies  []*tally // in a fixed order
	byStmt   map[*analyzer.Statement][]*tally
	commits  map[account]int64
	compared int // pairs with a path between them: the more, the more agree by chance
}

// count adds up the exports, those of one server together.
func (r *review) statistics() *counts {
	c := &counts{r: r, servers: map[int]*counter{}, byStmt: map[*analyzer.Statement][]*tally{}, commits: map[account]int64{}}
	exports := r.w.Source.Statistics
	server := make([]int, len(exports))
	for i, x := range exports {
		server[i] = i
		if x.Before >= 0 && x.Before < i {
			server[i] = server[x.Before]
		}
		n := c.servers[server[i]]
		if n == nil {
			n = &counter{rows: true}
			c.servers[server[i]] = n
		}
		n.rows = n.rows && x.HasRows
		n.evicted = n.evicted || x.Evicted > 0 || x.Full
		if x.Interval {
			n.broken = n.broken || x.Broken
			if !x.Broken {
				n.intervals++
			}
		}
	}
	type key struct {
		account
		stmt *analyzer.Statement
	}
	known := map[key]*tally{}
	interval := map[int]int{}
	for i, x := range exports {
		n := c.servers[server[i]]
		good := x.Interval && !x.Broken
		if n.intervals > 0 && !good {
			continue
		}
		for j := range x.Rows {
			row := &x.Rows[j]
			s := r.w.ByGroup[row.Group]
			if s == nil {
				continue
			}
			k := key{account{server[i], row.Account, row.TopLevel}, s}
			t := known[k]
			if t == nil {
				t = &tally{account: k.account, stmt: s, group: row.Group}
				known[k] = t
				c.tallies = append(c.tallies, t)
				c.byStmt[s] = append(c.byStmt[s], t)
			}
			t.traits |= r.w.Source.Groups[row.Group].Traits
			t.calls += row.Calls
			t.returned += row.Returned
			t.execUS += row.ExecUS
			t.input, t.line = x.Input, row.Line
			if good {
				t.step(interval[server[i]], row.Calls, row.Returned)
			}
			if r.w.Source.Groups[row.Group].Command == workload.CommandTransaction && ends(s.Text) {
				c.commits[k.account] += row.Calls
			}
		}
		if good {
			interval[server[i]]++
		}
	}
	return c
}

// step adds to the interval at hand.
func (t *tally) step(interval int, calls, returned int64) {
	if n := len(t.steps); n > 0 && t.steps[n-1].interval == interval {
		t.steps[n-1].calls += calls
		t.steps[n-1].returned += returned
		return
	}
	t.steps = append(t.steps, step{interval, calls, returned})
}

// perCall is how many rows a call returns.
func (t *tally) perCall() float64 { return float64(t.returned) / float64(max(t.calls, 1)) }

// enough reports calls from which on a count is worth comparing.
func (c *counts) enough(t *tally) bool {
	if c.servers[t.server].intervals > 0 {
		return t.calls >= fewestCalls
	}
	return t.calls >= fewestSnapshot
}

// read lowers the statement to a subject, nil when it is none to judge.
func (t *tally) read(perIteration float64) *subject {
	u := newSubject(t.stmt, sequence.Member{Group: t.group, Distinct: -1, PerIteration: perIteration})
	if u == nil || t.traits&workload.TraitNoise != 0 || u.table == nil || benchmark(u.short()) || u.table.Schema == "pg_catalog" || u.table.Schema == "information_schema" {
		return nil
	}
	return u
}

// parents are the statements whose rows a loop may walk.
func (c *counts) parents() []*tally {
	var out []*tally
	for _, t := range c.tallies {
		if t.stmt.Query == nil || !c.servers[t.server].rows || t.perCall() <= fewestRows {
			continue
		}
		if u := t.read(1); u != nil && t.stmt.Query.Command == "SELECT" {
			t.subject, t.outputs = u, outputs(u)
			out = append(out, t)
		}
	}
	return c.bounded(out, maxParents, func(t *tally) int64 { return t.returned })
}

// children are the statements that may run once per row: those that find rows by
// the value of one key.
func (c *counts) children() []*tally {
	var out []*tally
	for _, t := range c.tallies {
		if t.stmt.Query == nil || !c.enough(t) || t.traits&(workload.TraitBatched|workload.TraitMultiRow|workload.TraitSkipLocked) != 0 {
			continue
		}
		if t.stmt.Query.Command == "INSERT" {
			continue
		}
		if u := t.read(1); u != nil && len(u.keys) == 1 && !u.sequence {
			if t.subject == nil {
				t.subject = u
			}
			out = append(out, t)
		}
	}
	return c.bounded(out, maxChildren, func(t *tally) int64 { return t.calls })
}

// bounded keeps the most, and says so.
func (c *counts) bounded(in []*tally, limit int, by func(*tally) int64) []*tally {
	slices.SortStableFunc(in, func(a, b *tally) int {
		return cmp.Or(cmp.Compare(by(b), by(a)), cmp.Compare(a.stmt.ID, b.stmt.ID))
	})
	for _, t := range in[min(limit, len(in)):] {
		c.r.w.Skip("loops-not-compared", t.stmt.Text)
	}
	return in[:min(limit, len(in))]
}
