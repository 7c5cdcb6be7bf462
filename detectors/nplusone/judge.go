package nplusone

import (
	"cmp"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/sequence"
	"github.com/apilint/apilint/analyzer/workload"
)

// Rules of this package.
const (
	loopRule       = "n-plus-one"
	writeRule      = "n-plus-one-write"
	duplicateRule  = "duplicate-query"
	offsetRule     = "offset-pagination"
	keysetRule     = "batch-iteration"
	pipelinedRule  = "pipelined-writes"
	fewest         = 3 // iterations, with a parent that is beyond doubt
	enoughRuns     = 5
	enoughDistinct = 3
	manyRuns       = 10
	jobRuns        = 1000 // without any tag of a request it is no request
)

// Pauses between the same statement with the same values, µs: from the second
// on it may be many requests of one page as well, from the last on it is.
const (
	quickUS   = 5_000
	slowUS    = 30_000
	slowestUS = 100_000
)

// judged is a candidate with its verdict.
type judged struct {
	loop       *sequence.Candidate
	rule       string
	lead       *subject   // what the finding is about
	body       []*subject // lead included, in order of appearance
	link       link
	follows    float64 // share of the parent's executions that such a loop follows
	confidence float64
	reasons    []analyzer.Reason // that add up to it
	rate       float64           // share of the executions that the log holds
	batchJob   bool
	nested     []*judged // loops within the iterations, by member
	absorbed   bool
}

// judge classifies a candidate; nil when it is no problem.
func (r *review) judge(c *sequence.Candidate) *judged {
	client := r.client(c)
	j := &judged{loop: c, batchJob: job(client) || c.Iterations.Median >= jobRuns && !tagged(c)}
	j.rate = r.rate(c)
	j.body = r.body(c)
	if len(j.body) == 0 {
		if s := r.w.ByGroup[c.Head]; s != nil && s.Query == nil {
			r.w.Skip("loops-not-judged", s.Text)
		}
		return nil
	}
	if t := j.body[0].short(); tool(client.App) || benchmark(t) {
		r.w.Skip("loops-of-tools", cmp.Or(client.App, t))
		return nil
	}
	if j.pick(); j.lead == nil {
		return nil
	}
	switch j.rule {
	case loopRule, writeRule:
		j.link = r.bestLink(j.lead, c)
		j.follows = r.follows(j)
		if c.Iterations.Median < enoughRuns && j.link.score < strongLink && !j.often() && (j.rate == 1 || !j.enoughDrawn()) {
			return nil
		}
		j.confidence = j.certainty()
		if j.rule == writeRule && pipelined(c) {
			j.rule, j.confidence = pipelinedRule, .9
			j.reasons = []analyzer.Reason{{Fact: "they share a virtual transaction without BEGIN, as a pipeline does", Points: .9}}
		}
	default:
		add := func(fact string, points float64) {
			j.confidence += points
			j.because(fact, points)
		}
		add("the same statement ran again and again", .50)
		if c.Iterations.Median >= manyRuns {
			add("ten times or more", .15)
		}
		if tagged(c) || c.Scope == sequence.ScopeTransaction {
			add("all in one request or transaction", .10)
		}
		if j.rule == duplicateRule && !tagged(c) && c.Scope != sequence.ScopeTransaction {
			switch {
			case c.Iterations.Median >= 100, c.GapUS > slowUS, c.GapUS > quickUS && len(c.Body) > 1:
				j.limit(.45) // many requests of one user, or of all users, look the same
			case c.GapUS > quickUS:
				j.limit(.50)
			}
		}
		if c.Scope == sequence.ScopePool {
			j.atMost(.40, "requests that ran side by side in a pool look the same")
		}
	}
	if j.rate < 1 {
		j.atMost(sampledLimit, "the log holds a sample, which tears loops apart")
	}
	return j
}

// client is who ran the loop.
func (r *review) client(c *sequence.Candidate) workload.Context {
	if int(c.Context) < len(r.w.Source.Contexts) {
		return r.w.Source.Contexts[c.Context]
	}
	return workload.Context{}
}

// body reads the facts of the members. A member that comes irregularly and
// depends on nothing else is a random mix and no part of the loop.
func (r *review) body(c *sequence.Candidate) []*subject {
	var out []*subject
	for _, m := range c.Body {
		if u := newSubject(r.w.ByGroup[m.Group], m); u != nil {
			n := float64(c.Iterations.Median)
			if m.Group != c.Head {
				n *= m.PerIteration
			}
			u.each = m.Distinct > 0 && float64(m.Distinct) >= n
			out = append(out, u)
		}
	}
	if len(out) == 0 || out[0].member.Group != c.Head {
		return nil // the head is of another database, or could not be read
	}
	all := slices.Clone(out)
	return slices.DeleteFunc(out, func(u *subject) bool {
		return u.member.Irregular && u.member.Group != c.Head && !r.linked(u, c, all)
	})
}

// pick decides what the loop is about: its first statement that is given
// another value in every iteration, and a write rather than the read of the
// same row before it.
func (j *judged) pick() {
	c := j.loop
	for _, u := range j.body {
		rule := class(u, c)
		if rule == "" {
			continue
		}
		if j.lead == nil {
			j.lead, j.rule = u, rule
			continue
		}
		if rank(rule) < rank(j.rule) {
			j.lead, j.rule = u, rule
		} else if rule == writeRule && j.rule == loopRule && !u.member.Nested && u.table != nil && j.lead.table != nil && same(u.table, j.lead.table) {
			j.lead, j.rule = u, rule
		}
	}
}

// rank orders the classes of one loop: a loop over rows explains the others.
func rank(rule string) int {
	switch rule {
	case loopRule, writeRule:
		return 0
	case duplicateRule:
		return 2
	}
	return 1
}

// class names the problem that one statement of a loop is, "" none.
func class(u *subject, c *sequence.Candidate) string {
	n, distinct := c.Iterations.Median, u.member.Distinct
	if u.member.Group == c.Head {
		distinct = c.Distinct
	} else {
		n = int(float64(n) * min(1, u.member.PerIteration))
	}
	if n < fewest {
		return ""
	}
	switch {
	case u.pages:
		if n >= enoughRuns {
			return offsetRule
		}
		return ""
	case u.walks:
		if n >= enoughRuns {
			return keysetRule
		}
		return ""
	case u.sequence:
		return writeRule
	case distinct >= 0 && distinct <= 2:
		if u.write || n < enoughRuns || c.Scope == sequence.ScopeTxRun || !repeats(u, c) {
			return ""
		}
		return duplicateRule
	case distinct >= 0 && distinct < enoughDistinct:
		return ""
	case u.query.Command == query.Insert:
		return writeRule
	case len(u.keys) == 0:
		return ""
	case u.write:
		return writeRule
	}
	return loopRule
}

// repeats reports whether the same statement with the same values is a missing
// cache: within one request, or in such quick succession that it must be one.
func repeats(u *subject, c *sequence.Candidate) bool {
	if c.GapUS >= 500_000 {
		return false // somebody polls
	}
	if tagged(c) || c.Scope == sequence.ScopeTransaction {
		return true
	}
	if c.GapUS > slowestUS || c.Untimed {
		return false
	}
	if c.GapUS > quickUS {
		return len(u.fixed) > 0 && alone(c)
	}
	return len(u.fixed)+len(u.keys) > 0 || alone(c)
}

// tagged reports a scope that is a request for certain.
func tagged(c *sequence.Candidate) bool {
	return c.Scope == sequence.ScopeRequest || c.Scope == sequence.ScopeTrace
}

func pipelined(c *sequence.Candidate) bool {
	return c.Extended && c.Pipelined >= .8 && c.Scope != sequence.ScopeTransaction
}

// tools run statements in loops on purpose.
var tools = []string{
	"pgbench", "pg_dump", "pg_restore", "pg_basebackup", "pg_isready", "pgadmin", "dbeaver", "datagrip", "postgres_exporter", "pg_exporter",
	"sysbench", "hammerdb", "pgwatch", "check_postgres", "patroni", "pganalyze", "sql_exporter",
}

func tool(app string) bool {
	app = strings.ToLower(app)
	return app != "" && slices.ContainsFunc(tools, func(t string) bool { return strings.Contains(app, t) })
}

// benchmark reports a table that only benchmarks have, for logs that do not
// name the application.
func benchmark(table string) bool {
	return strings.HasPrefix(table, "pgbench_") || strings.HasPrefix(table, "sbtest")
}

// jobs are words in the names of applications and routes that serve nobody who
// waits.
var jobs = []string{"cron", "batch", "etl", "nightly", "import", "backfill", "migrat", "scheduler", "celery", "sidekiq", "rake", "resque"}

func job(c workload.Context) bool {
	word := func(s string) bool {
		for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r < 'a' || r > 'z' }) {
			if slices.ContainsFunc(jobs, func(j string) bool { return w == j || len(j) > 4 && strings.HasPrefix(w, j) }) || w == "job" || w == "jobs" {
				return true
			}
		}
		return false
	}
	return word(c.App) || word(c.Route)
}
