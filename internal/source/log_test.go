package source

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/workload"
)

// logged is what an observer of a log saw, written so that it can stand beside
// its expectation: one line per execution.
type logged struct {
	lines  []string
	events []workload.Event
	texts  []string
	w      *workload.Workload
}

func (l *logged) Observe(e *workload.Event, g *workload.Group, _ *workload.Context) {
	kept := *e
	kept.Params = append([]uint32(nil), e.Params...)
	l.events = append(l.events, kept)
	l.texts = append(l.texts, g.Text)
	l.lines = append(l.lines, fmt.Sprintf("%d: %d µs %s", e.Line, e.Dur, g.Text))
}

func readLog(t testing.TB, o Options, content string) *logged {
	t.Helper()
	l := &logged{}
	agg := workload.NewAggregator(workload.Limits{}, l)
	o.Stdin = strings.NewReader(content)
	if err := Read(context.Background(), []string{"-"}, o, agg); err != nil {
		t.Fatal(err)
	}
	l.w = agg.Workload()
	return l
}

func readLogFile(t testing.TB, o Options, name string) *logged {
	t.Helper()
	l := &logged{}
	agg := workload.NewAggregator(workload.Limits{}, l)
	if err := Read(context.Background(), []string{"testdata/logs/" + name}, o, agg); err != nil {
		t.Fatal(err)
	}
	l.w = agg.Workload()
	return l
}

// coverage writes the counts that are not zero.
func (l *logged) coverage() string {
	c := &l.w.Inputs[0].Coverage
	var b strings.Builder
	for _, x := range []struct {
		name string
		n    int64
	}{
		{"executions", c.Executions},
		{"fetches", c.Fetches},
		{"parse", c.Parse},
		{"bind", c.Bind},
		{"plans", c.Plans},
		{"nested", c.Nested},
		{"waits", c.Waits},
		{"errors", c.Errors},
		{"empty", c.Empty},
		{"pending", c.Pending},
		{"bare", c.Bare},
		{"ambiguous", c.Ambiguous},
		{"torn", c.Torn},
		{"unreadable", c.Unreadable},
		{"truncated", c.Truncated},
		{"filtered", c.Filtered},
	} {
		if x.n != 0 {
			fmt.Fprintf(&b, "%s=%d ", x.name, x.n)
		}
	}
	return strings.TrimSpace(b.String())
}

// The samples were written by PostgreSQL 15 and 17; what they hold was counted
// by the programs that issued the statements.
func TestRead_samplesAreReadExactly(t *testing.T) {
	for _, c := range []struct {
		names  string
		prefix string
		us     int64
		counts string
	}{
		{"default.log", "%m [%p] ", 688577, "executions=57 fetches=1 parse=14 bind=25"},
		{"default.csv default.json.gz", "", 688577, "executions=57 fetches=1 parse=14 bind=25"},
		{"pgbadger.log.gz", "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ", 692063, "executions=57 fetches=1 parse=14 bind=25"},
		{"rds.log", "%t:%r:%u@%d:[%p]:", 747983, "executions=57 fetches=1 parse=14 bind=25"},
		{"cutvalues.log.gz cutvalues.csv.gz cutvalues.json.gz", "", 692791, "executions=57 fetches=1 parse=14 bind=25"},
		{"bare.log bare.csv.gz bare.json.gz", "", 885563, "executions=57 fetches=1 bare=39"},
		{"orphans.log", "%m [%p] ", 651892, "executions=3 bare=93"},
		{"mixed.log", "%m [%p] ", 561736, "executions=7 errors=6 unreadable=6"},
		{"plansjson.log.gz plansjson.csv.gz plansjson.json.gz", "", 641211, "executions=39 plans=41 nested=2"},
		{"plans.log.gz plans.csv.gz plans.json.gz", "", 643642, "executions=57 fetches=1 parse=14 bind=25 plans=41 nested=2"},
		{"version17.log.gz version17.csv.gz version17.json.gz", "", 1847918, "executions=82 fetches=1 parse=14 bind=25 plans=25 nested=1"},
		{"injection.log", "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ", 345, "executions=2"},
		{"injection.csv injection.json", "", 345, "executions=2"},
		{"french.log.gz", "%m [%p] ", 661508, "executions=57 fetches=1 parse=14 bind=25"},
		{"german.csv.gz", "", 667778, "executions=57 fetches=1 parse=14 bind=25"},
		{"berlin.log", "", 404133, "executions=7"},
		{"berlin.csv berlin.json", "", 404133, "executions=7"},
	} {
		for _, name := range strings.Fields(c.names) {
			t.Run(name, func(t *testing.T) {
				l := readLogFile(t, Options{}, name)
				in := l.w.Inputs[0]
				got := l.coverage()
				for _, want := range strings.Fields(c.counts) {
					if !strings.Contains(" "+got+" ", " "+want+" ") {
						t.Errorf("coverage %q, want %s", got, want)
					}
				}
				if in.ExecUS != c.us {
					t.Errorf("executions take %d µs, want %d", in.ExecUS, c.us)
				}
				if c.prefix != "" && in.Prefix != c.prefix {
					t.Errorf("prefix %q, want %q", in.Prefix, c.prefix)
				}
				if in.MaxUS > 500_000 {
					t.Errorf("longest execution %d µs: a forged line was believed", in.MaxUS)
				}
				for _, g := range l.w.Groups {
					if strings.HasPrefix(g.Text, "EXECUTE") {
						t.Errorf("%q is analysed instead of what it executes", g.Text)
					}
				}
			})
		}
	}
}
