package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/workload"
)

// Each text ran four times and took 40 µs. Expected are its statements as "TEXT
// calls µs", in the order of their texts.
func TestStatements_aTextOfSeveralIsEachOfThem(t *testing.T) {
	const one = "SELECT a FROM t WHERE b = 5"
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"one is one", one + ";", []string{"SELECT a FROM t WHERE b = $1 4 40"}},
		{"two share the time", one + "; DELETE FROM u WHERE c = 6", []string{"DELETE FROM u WHERE c = $1 4 20", "SELECT a FROM t WHERE b = $1 4 20"}},
		{"what stands there twice ran twice", one + "; DELETE FROM u; SELECT a FROM t WHERE b = 7; DELETE FROM u;", []string{"DELETE FROM u 8 20", "SELECT a FROM t WHERE b = $1 8 20"}},
		{"transactions and settings cost nothing", "SET statement_timeout = 5; BEGIN; " + one + "; COMMIT", []string{"SELECT a FROM t WHERE b = $1 4 40"}},
		{"a transaction alone is one", "BEGIN; COMMIT", []string{"BEGIN 4 40"}},
		{"a semicolon in a string separates nothing", "SELECT a FROM t WHERE b = 'x; DELETE FROM u'", []string{"SELECT a FROM t WHERE b = $1 4 40"}},
		{"what cannot be read keeps its part", one + "; SELEKT b", []string{"SELECT a FROM t WHERE b = $1 4 20", "SELEKT b 4 20"}},
	} {
		var got []string
		total := int64(0)
		for _, s := range foldSeen(t, []seen{{workload.SourceLog, "", c.text, 4}}) {
			log := s.Totals.Of(workload.SourceLog)
			total += log.ExecUS
			got = append(got, fmt.Sprintf("%s %d %d", s.Text, log.Calls, log.ExecUS))
		}
		slices.Sort(got)
		if g, w := strings.Join(got, " | "), strings.Join(c.want, " | "); g != w || total != 40 {
			t.Errorf("%s: %s (%d µs), want %s", c.name, g, total, w)
		}
	}
}

// The statement alone and the one in a text are one.
func TestStatements_aStatementInATextIsTheOneThatStandsAlone(t *testing.T) {
	stmts := foldSeen(t, []seen{
		{workload.SourceLog, "", "SELECT a FROM t WHERE b = 5", 3},
		{workload.SourceLog, "", "UPDATE u SET c = 1; SELECT a FROM t WHERE b = 6", 4},
		{workload.SourceStats, "", "SELECT a FROM t WHERE b = $1", 9},
	})
	if len(stmts) != 2 {
		t.Fatalf("%d statements, want 2", len(stmts))
	}
	for _, s := range stmts {
		if s.Query.Text == "" || s.Totals.Of(workload.SourceLog).Calls != map[bool]int64{true: 7, false: 4}[strings.HasPrefix(s.Text, "SELECT")] {
			t.Errorf("%s: %d calls", s.Text, s.Totals.Of(workload.SourceLog).Calls)
		}
	}
}

func TestStatements_textsOfTooManyStatementsAreSaid(t *testing.T) {
	var text strings.Builder
	for i := range maxParts + 6 {
		fmt.Fprintf(&text, "DELETE FROM t%d; ", i)
	}
	agg := workload.NewAggregator(workload.Limits{})
	agg.Input(&workload.Input{}, workload.SourceLog)
	agg.Count(&workload.Counter{Key: 1, Text: text.String(), Command: workload.CommandDelete, TopLevel: true, Totals: workload.Totals{Calls: 1, ExecUS: 70}})
	w := agg.Workload()
	skips := newSkips()
	for range 2 { // the workload stays as it was
		if out := divided(w, skips); len(out.Groups) != maxParts || out.Groups[0].Totals.Of(workload.SourceLog).ExecUS != 1 || len(w.Groups) != 1 {
			t.Errorf("%d groups of %d, the first took %d µs", len(out.Groups), len(w.Groups), out.Groups[0].Totals.Of(workload.SourceLog).ExecUS)
		}
	}
	if got := fmt.Sprint(skips.list()); !strings.Contains(got, "several-statements") {
		t.Errorf("skips %s", got)
	}
}
