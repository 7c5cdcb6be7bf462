package workload

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Each input holds a statement without its duration by session "7", and one
// with, by which sessions are told apart.
func TestAggregator_sessionsOfTwoServersAreTwo(t *testing.T) {
	for _, c := range []struct {
		name   string
		inputs string // "PATH FROM-TO", in minutes
		want   string // the session of each
	}{
		{"rotated files of one server go on", "a/1.log 0-10, a/2.log 10-20", "0 0"},
		{"logs of the same time are of two servers", "a.log 0-10, b.log 0-10", "0 1"},
		{"a log that begins while another is written is of another server", "a.log 0-10, b.log 5-20", "0 1"},
		{"the rotated files of two servers, one after the other", "a/1.log 0-10, a/2.log 10-20, b/1.log 0-10, b/2.log 10-20", "0 0 1 1"},
		{"and in turn, told by their folders", "a/1.log 0-10, b/1.log 0-10, a/2.log 10-20, b/2.log 10-20", "0 1 0 1"},
		{"in one folder, told by their names", "db1.log.1 0-10, db2.log.1.gz 0-11, db1.log 12-20, db2.log 12-20", "0 1 0 1"},
		{"names that differ in their dates are of one log", "db-2026-11-22.log 0-10, api-2026-11-22.log 0-11, db-2026-11-23.log 12-20, api-2026-11-23.log 12-20", "0 1 0 1"},
		{"a log without times may go on with any", "a.log 0-10, b.log 0-0", "0 0"},
	} {
		seen := &observed{}
		a := NewAggregator(Limits{}, seen)
		for _, in := range strings.Split(c.inputs, ", ") {
			var path string
			var from, to int64
			if _, err := fmt.Sscanf(in, "%s %d-%d", &path, &from, &to); err != nil {
				t.Fatal(err)
			}
			a.Input(&Input{Path: path, Kind: "log"}, SourceLog)
			w := a.NewWorker(SourceLog)
			w.Begin(nil)
			for i, minute := range []int64{from, to} {
				o := step{"7", KindExecution, "q", 10, 0}.observation(i)
				if to > 0 {
					o.Start = at + minute*60e6
				} else {
					o.Start = 0
				}
				w.Add(o)
			}
			if to > 0 {
				w.Coverage().From, w.Coverage().To = time.UnixMicro(at+from*60e6).UTC(), time.UnixMicro(at+to*60e6).UTC()
			}
			a.Merge(w.End())
			a.Collect(w)
		}
		a.Workload()
		var got []string
		for i := 0; i < len(seen.lines); i += 2 {
			got = append(got, strings.Fields(seen.lines[i])[1])
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: sessions %s, want %s", c.name, s, c.want)
		}
	}
}
