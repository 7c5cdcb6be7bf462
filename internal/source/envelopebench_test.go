package source

import (
	"context"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/workload"
)

// BenchmarkEnvelope is a log with what is around it; MB/s count the bytes that
// were wrapped, so that they compare with BenchmarkLog's.
func BenchmarkEnvelope(b *testing.B) {
	log := benchLog("stderr")
	w := stderrSample(log, "%m [%p] ")
	for _, c := range []struct{ name, content string }{
		{"gzip", packed(b, []byte(log), toGzip)},
		{"zstd", packed(b, []byte(log), toZstd)},
		{"cri", w.each(func(i int, line string) string { return stamp(i) + " stderr F " + line + "\n" })},
		{"docker", w.each(func(i int, line string) string {
			return object("log", line+"\n", "stream", "stderr", "time", stamp(i)) + "\n"
		})},
		{"gcp newest first", w.gcp(arrayNewestFirst, withoutTime)},
		{"syslog", w.syslog(rfc3164, true, true, octal)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(log)))
			b.ReportAllocs()
			for b.Loop() {
				agg := workload.NewAggregator(workload.Limits{})
				if err := Read(context.Background(), []string{"-"}, Options{Stdin: strings.NewReader(c.content)}, agg); err != nil {
					b.Fatal(err)
				}
				if in := agg.Workload().Inputs[0]; int(in.Executions) != len(w.records) || in.Unreadable > 0 {
					b.Fatalf("%d executions of %d, %d unreadable lines", in.Executions, len(w.records), in.Unreadable)
				}
			}
		})
	}
}
