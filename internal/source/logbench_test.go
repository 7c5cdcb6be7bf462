package source

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/workload"
)

// benchStatements are what pgbench runs.
var benchStatements = []string{
	"UPDATE pgbench_accounts SET abalance = abalance + %d WHERE aid = %d;",
	"SELECT abalance FROM pgbench_accounts WHERE aid = %d; -- %d",
	"UPDATE pgbench_tellers SET tbalance = tbalance + %d WHERE tid = %d;",
	"INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (%d, 7, %d, 42, CURRENT_TIMESTAMP);",
}

// benchLog is about 8 MB of a log.
func benchLog(format string) string {
	var b strings.Builder
	for i := 0; b.Len() < 8<<20; i++ {
		text := fmt.Sprintf(benchStatements[i%len(benchStatements)], i%5000, i*7919%1_000_003)
		at := fmt.Sprintf("2026-11-23 08:%02d:%02d.%03d UTC", i/60000%60, i/1000%60, i%1000)
		message := fmt.Sprintf("duration: %d.%03d ms  statement: %s", i%3, i*31%1000, text)
		switch format {
		case "stderr":
			fmt.Fprintf(&b, "%s [%d] LOG:  %s\n", at, 4100+i%16, message)
		case "csvlog":
			fmt.Fprintf(&b, "%s,\"postgres\",\"app\",%d,\"[local]\",6b03f8cf.%x,%d,\"UPDATE\",2026-11-23 08:00:00 UTC,3/64,0,LOG,00000,\"%s\",,,,,,,,,\"pgbench\",\"client backend\",,1735631653796798968\n", at, 4100+i%16, 4100+i%16, i, message)
		case "jsonlog":
			fmt.Fprintf(&b, "{\"timestamp\":\"%s\",\"user\":\"postgres\",\"dbname\":\"app\",\"pid\":%d,\"remote_host\":\"[local]\",\"session_id\":\"6b03f8cf.%x\",\"line_num\":%d,\"ps\":\"UPDATE\",\"session_start\":\"2026-11-23 08:00:00 UTC\",\"vxid\":\"3/64\",\"txid\":0,\"error_severity\":\"LOG\",\"message\":\"%s\",\"application_name\":\"pgbench\",\"backend_type\":\"client backend\",\"query_id\":1735631653796798968}\n", at, 4100+i%16, 4100+i%16, i, message)
		}
	}
	return b.String()
}

func BenchmarkLog(b *testing.B) {
	for _, format := range []string{"stderr", "csvlog", "jsonlog"} {
		content := benchLog(format)
		b.Run(format, func(b *testing.B) {
			b.SetBytes(int64(len(content)))
			b.ReportAllocs()
			for b.Loop() {
				agg := workload.NewAggregator(workload.Limits{})
				if err := Read(context.Background(), []string{"-"}, Options{Stdin: strings.NewReader(content)}, agg); err != nil {
					b.Fatal(err)
				}
				if in := agg.Workload().Inputs[0]; in.Executions == 0 || in.Unreadable > 0 {
					b.Fatalf("%d executions, %d unreadable lines", in.Executions, in.Unreadable)
				}
			}
		})
	}
}

// BenchmarkScan is the work of one worker, without the other goroutines.
func BenchmarkScan(b *testing.B) {
	for format, f := range map[string]format{
		"stderr": &stderrReader{prefix: compilePrefix("%m [%p] ")}, "csvlog": &csvReader{longest: longestRecord(1 << 20)}, "jsonlog": jsonReader{},
	} {
		content := benchLog(format)
		b.Run(format, func(b *testing.B) {
			r := &reading{o: Options{}.withDefaults()}
			agg := workload.NewAggregator(workload.Limits{})
			agg.Input(&workload.Input{}, workload.SourceLog)
			s := newScanner(r, 0, agg.NewWorker(workload.SourceLog))
			c := newCutter(strings.NewReader(content), f, r.o)
			var blocks []*block
			for {
				k := &block{}
				if !c.next(context.Background(), k) {
					break
				}
				blocks = append(blocks, k)
			}
			b.SetBytes(int64(len(content)))
			b.ReportAllocs()
			var shard *workload.Shard
			for b.Loop() {
				for _, k := range blocks {
					s.begin(shard)
					f.scan(k, s)
					shard = s.end()
				}
			}
		})
	}
}
