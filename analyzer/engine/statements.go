package engine

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
)

// maxSamples is how many samples a statement keeps of all its groups.
const maxSamples = 8

// parsed is what became of one lexical group.
type parsed struct {
	key     sqltree.GroupKey
	loose   sqltree.GroupKey // of all that pg_stat_statements cannot tell apart
	text    string
	query   *query.Query
	problem string // why the parser could not read it
}

// statements parses every lexical group once, in parallel, and folds those
// that share a group key and a database. byGroup maps the number of a group to
// its statement; groups without a statement of their own (blank texts) have
// none. A text of several statements counts as its first one there.
func statements(ctx context.Context, w *workload.Workload, by *schemas, jobs int, skips *skips) (stmts []*analyzer.Statement, byGroup []*analyzer.Statement) {
	w = divided(w, skips)
	results := make([]*parsed, len(w.Groups))
	seen := make([]*schema.Schema, len(w.Groups))
	for i, g := range w.Groups {
		seen[i] = by.seen(g, g.Database)
	}
	each(ctx, jobs, len(w.Groups), func(i int) {
		if g := w.Groups[i]; g.Command != workload.CommandEmpty {
			results[i] = parse(g, seen[i])
		}
	})
	databases := unify(w, results)
	again(ctx, w, by, jobs, results, seen, databases)

	f := &folding{
		w: w, results: results, databases: databases, skips: skips,
		index: map[identity]*analyzer.Statement{}, byGroup: make([]*analyzer.Statement, len(w.Groups)),
		classes: map[classKey]*class{},
	}
	f.fold()
	stmts, byGroup = f.stmts, f.byGroup
	for _, s := range stmts {
		if len(s.Groups) > 1 { // the samples of one are in order, and shared with it
			slices.SortStableFunc(s.Samples, workload.SlowestFirst)
			s.Samples = s.Samples[:min(len(s.Samples), maxSamples)]
		}
	}
	slices.SortFunc(stmts, func(a, b *analyzer.Statement) int {
		return cmp.Or(cmp.Compare(a.Database, b.Database), cmp.Compare(a.ID, b.ID))
	})
	return stmts, byGroup
}

// again resolves the statements of those databases that turned out to be
// others, with other schemas. Trees are not kept for them: they are many, and
// large.
func again(ctx context.Context, w *workload.Workload, by *schemas, jobs int, results []*parsed, seen []*schema.Schema, databases []string) {
	var changed []int
	for i, g := range w.Groups {
		if results[i] == nil || databases[i] == g.Database {
			continue
		}
		if view := by.seen(g, databases[i]); view != seen[i] {
			seen[i] = view
			changed = append(changed, i)
		}
	}
	each(ctx, jobs, len(changed), func(n int) {
		i := changed[n]
		results[i] = parse(w.Groups[i], seen[i])
	})
}

// identity is what makes groups one statement.
type identity struct {
	key      sqltree.GroupKey
	database string
}

// folding makes statements of groups.
type folding struct {
	w         *workload.Workload
	results   []*parsed
	databases []string // by group
	skips     *skips
	stmts     []*analyzer.Statement
	index     map[identity]*analyzer.Statement
	byGroup   []*analyzer.Statement
	classes   map[classKey]*class
	order     []*class
}

// fold takes what logs, traces and files tell first, because it is told more
// exactly, and then joins the rows of pg_stat_statements to it.
func (f *folding) fold() {
	for i, p := range f.results {
		if p == nil {
			continue
		}
		c := f.class(i)
		c.totals.Add(f.w.Groups[i].Totals.Of(workload.SourceStats))
		if onlyStatistics(f.w.Groups[i]) {
			c.rows = append(c.rows, i)
			continue
		}
		if s, first := f.statement(i); first {
			c.members = append(c.members, s)
		}
	}
	for _, c := range f.order {
		for _, i := range c.rows {
			f.row(c, i)
		}
		if len(c.members) > 0 {
			c.share()
		}
		if len(c.members) > 1 && c.totals.Calls > 0 {
			f.skips.add("statistics-shared", c.members[0].Text)
		}
	}
}

func (f *folding) class(i int) *class {
	key := classKey{f.results[i].loose, f.databases[i]}
	c := f.classes[key]
	if c == nil {
		c = &class{}
		f.classes[key] = c
		f.order = append(f.order, c)
	}
	return c
}

// row joins a group that only pg_stat_statements knows to the members of its
// class, or makes a statement of it.
func (f *folding) row(c *class, i int) {
	if len(c.members) == 0 {
		s, _ := f.statement(i)
		own(s).Own(workload.SourceStats).Add(f.w.Groups[i].Totals.Of(workload.SourceStats))
		return
	}
	for _, s := range c.members {
		s.Groups = append(s.Groups, f.w.Groups[i])
	}
	f.byGroup[i] = c.members[0]
}

// statement returns the statement of group i, with the group's numbers except
// those of pg_stat_statements, and whether it is the first group of it.
func (f *folding) statement(i int) (s *analyzer.Statement, first bool) {
	g, p := f.w.Groups[i], f.results[i]
	id := identity{p.key, f.databases[i]}
	s = f.index[id]
	if s == nil {
		first = true
		s = &analyzer.Statement{ID: p.key.ID(), Database: id.database, Text: p.text, Query: p.query, ParseError: p.problem}
		f.index[id] = s
		f.stmts = append(f.stmts, s)
		if p.problem != "" {
			f.skips.add("parse-failed", p.text)
		}
	}
	s.Groups = append(s.Groups, g)
	f.byGroup[i] = s
	if first && !g.Observed(workload.SourceStats) {
		s.Totals, s.Samples = &g.Totals, g.Samples[:len(g.Samples):len(g.Samples)]
		return s, first
	}
	totals := own(s)
	for source, t := range g.Totals {
		if t != nil && workload.Source(source) != workload.SourceStats {
			totals.Own(workload.Source(source)).Add(t)
		}
	}
	s.Samples = append(s.Samples, g.Samples...)
	return s, first
}

// own returns the totals of a statement for changing them: most statements are
// one group, and share its totals.
func own(s *analyzer.Statement) *workload.PerSource {
	shared := s.Totals
	if shared != nil && shared != &s.Groups[0].Totals {
		return shared
	}
	s.Totals = &workload.PerSource{}
	if shared != nil {
		for source, t := range shared {
			if t != nil {
				s.Totals.Own(workload.Source(source)).Add(t)
			}
		}
	}
	return s.Totals
}

// parse lowers one group to facts. What the parser cannot read keeps its
// lexical key, so that it is still grouped, counted and shown.
func parse(g *workload.Group, sch *schema.Schema) *parsed {
	tree, err := sqltree.Parse(g.Text)
	if err == nil && len(tree.Stmts) == 0 {
		err = errors.New("no statement in it")
	}
	if err == nil {
		main := mainStatement(tree)
		key, loose, keyErr := sqltree.Keys(tree, main)
		if keyErr == nil {
			stmt := tree.Stmts[main]
			text, normErr := sqltree.Normalize(tree.Text[stmt.Start:stmt.End])
			if normErr != nil {
				text = sqltree.Mask(g.Text)
			}
			return &parsed{key: key, loose: loose, text: text, query: query.Resolve(tree, main, sch)}
		}
		err = keyErr
	}
	key := sqltree.LexicalKey(g.Text)
	return &parsed{key: key, loose: key, text: sqltree.Mask(g.Text), problem: err.Error()}
}

// mainStatement picks the statement of a simple-protocol batch that stands for
// it: the first that is no transaction control or setting.
func mainStatement(t *sqltree.Tree) int {
	for i, s := range t.Stmts {
		var l sqltree.Lexed
		sqltree.Lex([]byte(t.Text[s.Start:s.End]), &l)
		if l.Command != sqltree.Transaction && l.Command != sqltree.Set {
			return i
		}
	}
	return 0
}

// each calls f for 0 to n-1 on several goroutines and returns when all are
// done or the context is.
func each(ctx context.Context, jobs, n int, f func(int)) {
	if jobs <= 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(jobs, n) {
		wg.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
}

// parameters is what was seen of a statement's parameters, as one group.
func parameters(s *analyzer.Statement) *workload.Group {
	if len(s.Groups) == 1 {
		return s.Groups[0]
	}
	g := &workload.Group{}
	for _, o := range s.Groups {
		g.ParamsSeen += o.ParamsSeen
		for i, n := range o.LeadingWild {
			g.LeadingWild[i] += n
		}
	}
	return g
}
