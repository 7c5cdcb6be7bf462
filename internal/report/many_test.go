package report

import (
	"fmt"
	"io"
	"testing"

	"github.com/apilint/apilint/analyzer"
)

// many is a result of n statements on 300 tables, each with a finding and an
// index of its own.
func many(n int) *analyzer.Result {
	r := &analyzer.Result{}
	for i := range n {
		id, table, name := fmt.Sprint(i), fmt.Sprint("t", i%300), fmt.Sprint("k", i, "_idx")
		ddl := fmt.Sprintf("CREATE INDEX CONCURRENTLY %s ON %s (k%d);", name, table, i)
		r.Queries = append(r.Queries, analyzer.Query{
			ID: id, Text: fmt.Sprintf("SELECT a FROM %s WHERE k%d = $1", table, i), Calls: 1, ExecMS: float64(i), Tables: []string{table},
			Verdict: analyzer.Verdict{Kind: "recommended", Indexes: []string{name}},
		})
		r.Findings = append(r.Findings, analyzer.Finding{
			ID: id, Rule: "missing-index", Severity: analyzer.Warning, Query: id, Table: table, Columns: []string{"k"},
			Message: table + " is filtered by k", Fixes: []analyzer.Fix{{Kind: "index", SQL: ddl}},
		})
		r.Indexes = append(r.Indexes, analyzer.Index{
			Name: name, DDL: ddl, Action: "create", Table: table, Columns: []string{"k"}, Serves: []analyzer.Served{{Query: id, Calls: 1}},
		})
	}
	return r
}

// Every format takes twice the time for twice the findings: compare the two
// figures of each.
func BenchmarkFormats_ofManyFindings(b *testing.B) {
	for format, write := range writers {
		for _, n := range []int{2500, 5000} {
			r := many(n)
			b.Run(fmt.Sprint(format, "/", n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := write(io.Discard, r, Options{}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
