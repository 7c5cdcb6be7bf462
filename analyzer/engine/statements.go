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
	text    string
	query   *query.Query
	problem string // why the parser could not read it
	batch   int    // statements in the text, when more than one
}

// statements parses every lexical group once, in parallel, and folds those
// that share a group key and a database. byGroup maps the number of a group to
// its statement; groups without a statement of their own (blank texts) have
// none.
func statements(ctx context.Context, w *workload.Workload, sch *schema.Schema, jobs int, skips *skips) (stmts []*analyzer.Statement, byGroup []*analyzer.Statement) {
	results := make([]*parsed, len(w.Groups))
	each(ctx, jobs, len(w.Groups), func(i int) {
		if g := w.Groups[i]; g.Command != workload.CommandEmpty {
			results[i] = parse(g, sch)
		}
	})

	databases := unify(w, results)
	type identity struct {
		key      sqltree.GroupKey
		database string
	}
	index := map[identity]*analyzer.Statement{}
	byGroup = make([]*analyzer.Statement, len(w.Groups))
	for i, p := range results {
		if p == nil {
			continue
		}
		g := w.Groups[i]
		id := identity{p.key, databases[i]}
		s := index[id]
		if s == nil {
			s = &analyzer.Statement{ID: p.key.ID(), Database: id.database, Text: p.text, Query: p.query, ParseError: p.problem}
			index[id] = s
			stmts = append(stmts, s)
			if p.problem != "" {
				skips.add("parse-failed", p.text)
			}
			if p.batch > 1 {
				skips.add("several-statements", p.text)
			}
		}
		s.Groups = append(s.Groups, g)
		for source := range g.Totals {
			s.Totals[source].Add(&g.Totals[source])
		}
		s.Samples = append(s.Samples, g.Samples...)
		byGroup[i] = s
	}
	for _, s := range stmts {
		slices.SortStableFunc(s.Samples, func(a, b workload.Sample) int { return cmp.Compare(b.Dur, a.Dur) })
		s.Samples = s.Samples[:min(len(s.Samples), maxSamples)]
	}
	slices.SortFunc(stmts, func(a, b *analyzer.Statement) int {
		return cmp.Or(cmp.Compare(a.Database, b.Database), cmp.Compare(a.ID, b.ID))
	})
	return stmts, byGroup
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
		key, keyErr := sqltree.Key(tree, main)
		if keyErr == nil {
			stmt := tree.Stmts[main]
			text, normErr := sqltree.Normalize(tree.Text[stmt.Start:stmt.End])
			if normErr != nil {
				text = sqltree.Mask(g.Text)
			}
			return &parsed{key: key, text: text, query: query.Resolve(tree, main, sch), batch: len(tree.Stmts)}
		}
		err = keyErr
	}
	return &parsed{key: sqltree.LexicalKey(g.Text), text: sqltree.Mask(g.Text), problem: err.Error()}
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

// total returns the totals that count for ranking.
func total(s *analyzer.Statement) *workload.Totals {
	return merged(s).Total()
}

// merged is the statement as one group: its totals, samples and what was seen
// of its parameters.
func merged(s *analyzer.Statement) *workload.Group {
	g := &workload.Group{
		Database: s.Database, Text: s.Groups[0].Text, Command: s.Groups[0].Command, Traits: s.Groups[0].Traits,
		Totals: s.Totals, Samples: s.Samples,
	}
	for _, o := range s.Groups {
		g.ParamsSeen += o.ParamsSeen
		for i, n := range o.LeadingWild {
			g.LeadingWild[i] += n
		}
		g.TopLevel = g.TopLevel || o.TopLevel
		g.Refs = append(g.Refs, o.Refs...)
	}
	return g
}
