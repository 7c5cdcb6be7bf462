package source

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/workload"
)

// growing is a log that is followed while the test writes it.
type growing struct {
	t     *testing.T
	path  string
	rests chan struct{}
	seen  chan workload.Event
	end   context.CancelFunc
	done  chan error
	agg   *workload.Aggregator
}

// executions passes on what is observed.
type executions chan workload.Event

func (c executions) Observe(e *workload.Event, _ *workload.Group, _ *workload.Context) { c <- *e }

func followLog(t *testing.T, content string) *growing {
	g := &growing{
		t: t, path: filepath.Join(t.TempDir(), "postgresql.log"),
		rests: make(chan struct{}), seen: make(chan workload.Event, 1000), done: make(chan error, 1),
	}
	g.write(content)
	ctx, cancel := context.WithCancel(context.Background())
	g.end = cancel
	t.Cleanup(cancel)
	g.agg = workload.NewAggregator(workload.Limits{}, executions(g.seen))
	o := Options{Follow: true, Jobs: 2, rest: func() {
		select {
		case g.rests <- struct{}{}:
		case <-ctx.Done():
		}
	}}
	go func() { g.done <- Read(ctx, []string{g.path}, o, g.agg) }()
	return g
}

func (g *growing) write(content string) {
	g.t.Helper()
	f, err := os.OpenFile(g.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		g.t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(content); err != nil {
		g.t.Fatal(err)
	}
}

// caughtUp waits until all that was written is read: the first rest may have
// begun before.
func (g *growing) caughtUp() {
	<-g.rests
	<-g.rests
}

// finish ends the following and returns what was read.
func (g *growing) finish() *workload.Workload {
	g.t.Helper()
	g.end()
	if err := <-g.done; err != context.Canceled {
		g.t.Fatalf("it ended with %v", err)
	}
	return g.agg.Workload()
}

// recordOf is a record of a log; its number is in its table's name and its
// duration.
func recordOf(n int) string {
	return fmt.Sprintf("2026-11-23 08:26:55.%03d UTC [16953] LOG:  duration: %d.000 ms  statement: SELECT a\n\tFROM t%d WHERE b = 1\n", n, n, n)
}

func recordsOf(from, to int) string {
	var b strings.Builder
	for n := from; n <= to; n++ {
		b.WriteString(recordOf(n))
	}
	return b.String()
}

func TestFollow_readsWhatIsWrittenLater(t *testing.T) {
	for _, c := range []struct {
		name  string
		write func(*growing)
		want  int
	}{
		{"nothing is", func(*growing) {}, 3},
		{"more records", func(g *growing) { g.write(recordsOf(4, 6)) }, 6},
		{"a record in two pieces", func(g *growing) {
			s := recordOf(4)
			g.write(s[:len(s)/2])
			g.caughtUp()
			g.write(s[len(s)/2:])
		}, 4},
		{"another file in its place", func(g *growing) {
			if err := os.Rename(g.path, g.path+".1"); err != nil {
				g.t.Fatal(err)
			}
			g.caughtUp() // there is none for a while
			g.write(recordsOf(4, 5))
		}, 5},
		{"another file, twice", func(g *growing) {
			for i := range 2 {
				if err := os.Rename(g.path, fmt.Sprint(g.path, i)); err != nil {
					g.t.Fatal(err)
				}
				g.write(recordsOf(4+2*i, 5+2*i))
				g.caughtUp()
			}
		}, 7},
		{"the rest of the old file, and another one", func(g *growing) {
			g.write(recordOf(4))
			if err := os.Rename(g.path, g.path+".1"); err != nil {
				g.t.Fatal(err)
			}
			g.write(recordOf(5))
		}, 5},
		{"the emptied file", func(g *growing) {
			if err := os.Truncate(g.path, 0); err != nil {
				g.t.Fatal(err)
			}
			g.write(recordsOf(4, 5))
		}, 5},
		{"a line without an end, then another file", func(g *growing) {
			s := recordOf(4)
			g.write(strings.TrimSuffix(s, "\n"))
			g.caughtUp()
			if err := os.Rename(g.path, g.path+".1"); err != nil {
				g.t.Fatal(err)
			}
			g.write(recordOf(5))
		}, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := followLog(t, recordsOf(1, 3))
			g.caughtUp()
			c.write(g)
			w := g.finish()
			in := w.Inputs[0]
			if in.Executions != int64(c.want) || in.Unreadable != 0 || len(w.Groups) != c.want || in.ExecUS != int64(c.want*(c.want+1)/2*1000) {
				t.Errorf("%d executions of %d statements in %d µs, %d lines unread, want %d", in.Executions, len(w.Groups), in.ExecUS, in.Unreadable, c.want)
			}
		})
	}
}

func TestFollow_showsExecutionsBeforeTheEnd(t *testing.T) {
	g := followLog(t, recordsOf(1, 3))
	for want := 1; want <= 2; want++ { // the third may still go on
		if e := <-g.seen; e.Dur != int64(want)*1000 {
			t.Errorf("execution %d took %d µs", want, e.Dur)
		}
	}
	go func() {
		for range g.rests { // let it read on
		}
	}()
	g.write(recordOf(4))
	if e := <-g.seen; e.Dur != 3000 {
		t.Errorf("execution 3 took %d µs", e.Dur)
	}
	g.finish()
}

func TestFollow_waitsForTheFirstRecord(t *testing.T) {
	g := followLog(t, "")
	g.caughtUp()
	g.write(recordOf(1))
	g.caughtUp()
	if in := g.finish().Inputs[0]; in.Format != "stderr" || in.Executions != 1 {
		t.Errorf("a log that was empty at first: %s, %d executions", in.Format, in.Executions)
	}
}

func TestFollow_endsWithWhatCannotGrow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes.txt")
	if err := os.WriteFile(path, []byte("The quick brown fox.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	agg := workload.NewAggregator(workload.Limits{})
	if err := Read(context.Background(), []string{path}, Options{Follow: true}, agg); err != nil {
		t.Fatal(err)
	}
	if in := agg.Workload().Inputs[0]; in.Format != "unknown" {
		t.Errorf("prose is read as %s", in.Format)
	}
}

func TestFollow_readsOnInEnvelopes(t *testing.T) {
	lines := func(first, last int) []string {
		return strings.Split(strings.TrimSuffix(recordsOf(first, last), "\n"), "\n")
	}
	inSyslog := func(first, last int) string {
		w := stderrSample(recordsOf(first, last), "%m [%p] ")
		return w.syslog(rfc3164, true, true, octal)
	}
	each := func(f func(i int, line string) string) func(first, last int) string {
		return func(first, last int) string { return joined(indexed(lines(first, last), f)) }
	}
	for _, c := range []struct {
		name, envelope string
		content        func(first, last int) string
	}{
		{"docker", "docker", each(func(i int, line string) string {
			return object("log", line+"\n", "stream", "stderr", "time", stamp(i)) + "\n"
		})},
		{"CRI", "cri", each(func(i int, line string) string { return stamp(i) + " stderr F " + line + "\n" })},
		{"CRI in compose", "compose cri", each(func(i int, line string) string { return "db-1  | " + stamp(i) + " stderr F " + line + "\n" })},
		{"journald", "journald", each(func(i int, line string) string {
			return object("__REALTIME_TIMESTAMP", fmt.Sprint(at(i).UnixMicro()), "_HOSTNAME", "vm", "SYSLOG_IDENTIFIER", "postgres", "_PID", "7", "MESSAGE", line) + "\n"
		})},
		{"syslog", "syslog", inSyslog},
		{"any head", "timestamps head", each(func(i int, line string) string { return stamp(i) + " app[1] ams [info] " + line + "\n" })},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := followLog(t, c.content(1, 3))
			g.caughtUp()
			g.write(c.content(4, 5))
			g.caughtUp()
			if err := os.Rename(g.path, g.path+".1"); err != nil {
				t.Fatal(err)
			}
			g.write(c.content(6, 7))
			g.caughtUp()
			w := g.finish()
			in := w.Inputs[0]
			if got := strings.Join(in.Envelopes, " "); got != c.envelope {
				t.Errorf("envelopes %q, want %q", got, c.envelope)
			}
			if in.Executions != 7 || in.Unreadable != 0 || len(w.Groups) != 7 {
				t.Errorf("%d executions of %d statements, %d lines unread, want 7", in.Executions, len(w.Groups), in.Unreadable)
			}
		})
	}
}

func TestFollow_whatIsCompressedDoesNotGrow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "postgresql.log.gz")
	if err := os.WriteFile(path, []byte(gzipped(recordsOf(1, 3))), 0o644); err != nil {
		t.Fatal(err)
	}
	agg := workload.NewAggregator(workload.Limits{})
	if err := Read(context.Background(), []string{path}, Options{Follow: true}, agg); err != nil {
		t.Fatal(err)
	}
	if in := agg.Workload().Inputs[0]; in.Executions != 3 || len(in.Notes) == 0 {
		t.Errorf("%d executions, notes %q", in.Executions, in.Notes)
	}
}
