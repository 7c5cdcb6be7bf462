package engine

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
)

// seen is what one input says of a statement.
type seen struct {
	source   workload.Source
	database string
	text     string
	calls    int64
}

// foldSeen makes a workload of what was seen, one group per text and database,
// and returns its statements.
func foldSeen(t *testing.T, in []seen) []*analyzer.Statement {
	t.Helper()
	agg := workload.NewAggregator(workload.Limits{})
	for _, s := range in {
		var l sqltree.Lexed
		sqltree.Lex([]byte(s.text), &l)
		agg.Input(&workload.Input{}, s.source)
		c := &workload.Counter{
			Key: l.Key + uint64(sqltree.HashLiteral([]byte(s.database)))<<32, Database: s.database, Text: s.text, TopLevel: true,
			Command: workload.Command(l.Command), Traits: workload.Traits(l.Traits),
			Totals: workload.Totals{Calls: s.calls, ExecUS: 10 * s.calls},
		}
		if s.source == workload.SourceSQL {
			c.Ref = workload.SourceRef{Path: "q.sql", Line: 1}
		}
		agg.Count(c)
	}
	w := agg.Workload()
	stmts, byGroup := statements(context.Background(), w, schemasOf(nil, w), 1, newSkips())
	for i, s := range byGroup {
		if s == nil {
			t.Errorf("group %d has no statement", i)
		}
	}
	return stmts
}

func TestStatements_joinsStatisticsToWhatOtherInputsSaw(t *testing.T) {
	const log, stats, trace, file = workload.SourceLog, workload.SourceStats, workload.SourceTrace, workload.SourceSQL
	for _, c := range []struct {
		name string
		in   []seen
		want []string // "calls in log/stats/trace/file"
	}{
		{"literals in the log", []seen{{log, "", "SELECT a FROM t WHERE b = 5", 3}, {stats, "", "SELECT a FROM t WHERE b = $1", 4}}, []string{"3/4/0/0"}},
		{"statistics first", []seen{{stats, "", "SELECT a FROM t WHERE b LIKE $1", 4}, {log, "", "SELECT a FROM t WHERE b LIKE '%x%'", 3}}, []string{"3/4/0/0"}},
		{"the database by its oid", []seen{{log, "app", "SELECT a FROM t WHERE b = true", 3}, {stats, "oid:5", "SELECT a FROM t WHERE b = $1", 4}}, []string{"3/4/0/0"}},
		{"a trace and a log", []seen{{log, "app", "SELECT a FROM t WHERE b = 5", 3}, {stats, "oid:5", "SELECT a FROM t WHERE b = $1", 4}, {trace, "app", "SELECT a FROM t WHERE b = ?", 2}}, []string{"3/4/2/0"}},
		{"a file of queries", []seen{{file, "", "SELECT a FROM t WHERE b LIKE '%x%'", 0}, {stats, "oid:5", "SELECT a FROM t WHERE b LIKE $1", 4}}, []string{"0/4/0/0"}},
		{"NULL", []seen{{log, "", "INSERT INTO t (a, b) VALUES (1, NULL)", 3}, {stats, "", "INSERT INTO t (a, b) VALUES ($1, $2)", 4}}, []string{"3/4/0/0"}},
		{"a json path", []seen{{log, "", "SELECT d->>'k' FROM t", 3}, {stats, "", "SELECT d->>$1 FROM t", 4}}, []string{"3/4/0/0"}},
		{"IN lists of PostgreSQL 18", []seen{{log, "", "SELECT a FROM t WHERE b IN (1, 2, 3)", 3}, {stats, "", "SELECT a FROM t WHERE b IN ($1 /*, ... */)", 4}}, []string{"3/4/0/0"}},
		{"one value is not a list", []seen{{log, "", "SELECT a FROM t WHERE b IN (1)", 3}, {stats, "", "SELECT a FROM t WHERE b IN ($1, $2)", 4}}, []string{"0/4/0/0", "3/0/0/0"}},
		{"only statistics", []seen{{stats, "", "SELECT a FROM t WHERE b = $1", 4}, {stats, "", "SELECT a FROM t WHERE c = $1", 5}}, []string{"0/4/0/0", "0/5/0/0"}},
		{"two rows of one statement", []seen{{stats, "", "SELECT a FROM t FETCH FIRST $1 ROWS ONLY", 4}, {stats, "", "SELECT a FROM t LIMIT $1", 5}, {log, "", "SELECT a FROM t LIMIT 5", 3}}, []string{"3/9/0/0"}},
		{"one row for two statements is divided by their calls", []seen{{log, "", "SELECT a FROM t WHERE b LIKE 'x%'", 30}, {log, "", "SELECT a FROM t WHERE b LIKE '%x'", 10}, {stats, "", "SELECT a FROM t WHERE b LIKE $1", 101}}, []string{"10/25/0/0", "30/76/0/0"}},
		{"two statements whose calls nobody knows", []seen{{file, "", "SELECT a FROM t WHERE b LIKE 'x%'", 0}, {file, "", "SELECT a FROM t WHERE b LIKE '%x'", 0}, {stats, "", "SELECT a FROM t WHERE b LIKE $1", 7}}, []string{"0/3/0/0", "0/4/0/0"}},
		{"other databases", []seen{{log, "app", "SELECT a FROM t WHERE b = 5", 3}, {stats, "crm", "SELECT a FROM t WHERE b = $1", 4}}, []string{"0/4/0/0", "3/0/0/0"}},
		{"what the parser cannot read", []seen{{log, "", "SELEKT a FROM t WHERE b = 5", 3}, {stats, "", "SELEKT a FROM t WHERE b = $1", 4}}, []string{"3/4/0/0"}},
	} {
		var got []string
		for _, s := range foldSeen(t, c.in) {
			got = append(got, fmt.Sprintf("%d/%d/%d/%d", s.Totals.Of(log).Calls, s.Totals.Of(stats).Calls, s.Totals.Of(trace).Calls, s.Totals.Of(file).Calls))
			if s.Totals.Of(stats).Calls > 0 && s.Totals.Of(stats).ExecUS == 0 {
				t.Errorf("%s: calls without their time", c.name)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestStatements_theMoreExactTextTellsTheFacts(t *testing.T) {
	stmts := foldSeen(t, []seen{
		{workload.SourceStats, "", "SELECT a FROM t WHERE b LIKE $1", 4},
		{workload.SourceLog, "", "SELECT a FROM t WHERE b LIKE '%x%'", 3},
	})
	if len(stmts) != 1 || stmts[0].Groups[0].Text != "SELECT a FROM t WHERE b LIKE '%x%'" || len(stmts[0].Groups) != 2 {
		t.Errorf("%d statements, first text %q", len(stmts), stmts[0].Groups[0].Text)
	}
}

func TestSummary_whatRanInsideAFunctionIsPartOfItsCaller(t *testing.T) {
	agg := workload.NewAggregator(workload.Limits{})
	in := &workload.Input{Kind: "pgss", Coverage: workload.Coverage{Records: 2, ExecUS: 9000}}
	agg.Input(in, workload.SourceStats)
	agg.Count(&workload.Counter{Key: 1, Text: "SELECT f($1)", Command: workload.CommandSelect, TopLevel: true, Totals: workload.Totals{Calls: 3, ExecUS: 9000}})
	agg.Count(&workload.Counter{Key: 2, Text: "SELECT a FROM t WHERE b = $1", Command: workload.CommandSelect, Totals: workload.Totals{Calls: 30, Nested: 30, ExecUS: 8000}})
	w := agg.Workload()
	stmts, _ := statements(context.Background(), w, schemasOf(nil, w), 1, newSkips())
	if got := summary(w, stmts); got.Distinct != 2 || got.Executions != 3 || got.ExecMS != 9 {
		t.Errorf("%d distinct, %d executions, %g ms; want 2, 3, 9", got.Distinct, got.Executions, got.ExecMS)
	}
}

func TestCoverage_neverAddsAcrossKinds(t *testing.T) {
	input := func(kind string, executions, us int64) *workload.Input {
		return &workload.Input{Kind: kind, Coverage: workload.Coverage{Executions: executions, ExecUS: us}}
	}
	for _, c := range []struct {
		name       string
		inputs     []*workload.Input
		executions int64
		ms         float64
	}{
		{"two logs", []*workload.Input{input("log", 3, 1000), input("log", 4, 2000)}, 7, 3},
		{"a log and statistics", []*workload.Input{input("pgss", 0, 5000), input("log", 3, 1000)}, 3, 1},
		{"statistics alone", []*workload.Input{input("pgss", 0, 5000)}, 0, 5},
		{"a trace and a log", []*workload.Input{input("trace", 3, 1000), input("log", 4, 900)}, 4, .9},
		{"a trace alone", []*workload.Input{input("trace", 3, 1000)}, 3, 1},
		{"queries", []*workload.Input{input("sql", 0, 0)}, 0, 0},
	} {
		got := Coverage(&workload.Workload{Inputs: c.inputs}, "", Options{}).Workload
		if got.Executions != c.executions || got.ExecMS != c.ms {
			t.Errorf("%s: %d executions, %g ms; want %d, %g", c.name, got.Executions, got.ExecMS, c.executions, c.ms)
		}
	}
}

func TestDivider_givesEverythingAway(t *testing.T) {
	for _, weights := range [][]float64{{1}, {0, 0, 0}, {1, 2, 3}, {1e18, 1, 1e-9}, {0, 5, 0}} {
		parts := divider(weights, nil)
		for _, total := range []int64{0, 1, 7, 1000, 1 << 52} {
			sum := int64(0)
			for i := range weights {
				part := parts(total, i)
				if part < 0 {
					t.Errorf("divider(%v) of %d gives %d", weights, total, part)
				}
				sum += part
			}
			if sum != total {
				t.Errorf("divider(%v) gives %d of %d", weights, sum, total)
			}
		}
	}
}
