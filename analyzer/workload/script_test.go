package workload

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// at is when scripts begin, µs since 1970.
const at = 1_795_000_000_000_000

// step is one record of a script.
type step struct {
	session string
	kind    Kind
	text    string // "" none
	dur     int64
	flags   Flags
}

// observation of the n-th step. Equal texts share a key; what follows "=" is
// the value of its parameter.
func (s step) observation(n int) *Observation {
	o := &Observation{
		Event: Event{
			Kind: s.kind, Dur: s.dur, Line: int64(n + 1), Start: at + int64(n)*1000, Flags: s.flags,
			Rows: None, Limit: None, Offset: None,
		},
		Session: hashOf(s.session), Name: []byte(s.session), Position: int64(n), Context: hashOf("app" + s.session),
		Client: func() Context { return Context{App: "app " + s.session} },
	}
	if s.text != "" {
		statement, value, known := strings.Cut(s.text, "=")
		o.HasText, o.Text, o.Key, o.Command = true, []byte(s.text), hashOf(statement), CommandSelect
		if known {
			o.Flags |= FlagParamsKnown
			o.Params = []uint32{uint32(hashOf(value))}
			if strings.HasPrefix(value, "%") {
				o.LeadWild = 1
			}
			o.Values = func() ([]string, []bool) { return []string{value}, []bool{false} }
		}
	}
	return o
}

func hashOf(s string) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range []byte(s) {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}

// observed writes down what an observer is shown.
type observed struct{ lines []string }

func (o *observed) Observe(e *Event, g *Group, c *Context) {
	o.lines = append(o.lines, fmt.Sprintf("session %d line %d group %x %s %d µs bind %d params %v flags %b kind %d",
		e.Session, e.Line, g.Key, c.App, e.Dur, e.Bind, e.Params, e.Flags, e.Kind))
}

// run folds a script. cut says after which steps a block ends, workers which
// worker reads the n-th block; the zero values are one block and one worker.
func run(l Limits, script []step, cut []int, workers []int) (*Workload, *observed) {
	seen := &observed{}
	a := NewAggregator(l, seen)
	a.Input(&Input{Kind: "log"}, SourceLog)
	var all []*Worker
	worker := func(n int) *Worker {
		for len(all) <= n {
			all = append(all, a.NewWorker(SourceLog))
		}
		return all[n]
	}
	var spare *Shard
	from := 0
	for block := 0; from < len(script) || block == 0; block++ {
		to := len(script)
		if block < len(cut) {
			to = cut[block]
		}
		n := 0
		if len(workers) > 0 {
			n = workers[block%len(workers)]
		}
		w := worker(n)
		w.Begin(spare)
		for i, s := range script[from:to] {
			w.Add(s.observation(from + i))
			w.Coverage().Records++
		}
		spare = w.End()
		a.Merge(spare)
		from = to
	}
	for _, w := range all {
		a.Collect(w)
	}
	return a.Workload(), seen
}

// dump writes down everything that a report is made of.
func dump(w *Workload, samples bool) string {
	var b strings.Builder
	for _, in := range w.Inputs {
		fmt.Fprintf(&b, "input %+v\n", in.Coverage)
	}
	fmt.Fprintf(&b, "%d sessions, %d folded, %d evicted, contexts %v, names %v\n", w.Sessions, w.Folded, w.Evicted, w.Contexts, w.names)
	for _, g := range w.Groups {
		fmt.Fprintf(&b, "group %x %q top level %t, contexts %v, wild %v of %d\n", g.Key, g.Text, g.TopLevel, g.Contexts, g.LeadingWild, g.ParamsSeen)
		for s := range Sources {
			t := *g.Totals.Of(s)
			sketch := t.Latency
			t.Latency = nil
			fmt.Fprintf(&b, "  %+v", t)
			if sketch != nil {
				q, _ := sketch.GetValuesAtQuantiles([]float64{0, .5, .9, 1})
				fmt.Fprintf(&b, " %v of %v", q, sketch.GetCount())
			}
			b.WriteByte('\n')
		}
		if samples {
			for _, s := range g.Samples {
				fmt.Fprintf(&b, "  sample %+v\n", s)
			}
		}
	}
	return b.String()
}

// randomScript is a log of a few sessions in which everything happens.
func randomScript(r *rand.Rand, n, texts int) []step {
	kinds := []Kind{KindExecution, KindExecution, KindExecution, KindFetch, KindPending, KindBare, KindPlan, KindPlan, KindParse, KindBind, KindError, KindWait, KindConnect, KindDisconnect, KindOther}
	script := make([]step, n)
	for i := range script {
		s := step{session: fmt.Sprint(r.IntN(5)), kind: kinds[r.IntN(len(kinds))], dur: int64(r.IntN(5000))}
		switch s.kind {
		case KindExecution, KindFetch, KindPending, KindPlan:
			s.text = fmt.Sprint("q", r.IntN(texts))
			if r.IntN(2) == 0 {
				s.text += fmt.Sprint("=", []string{"", "%"}[r.IntN(2)], r.IntN(9))
			}
			if s.kind == KindPlan && r.IntN(4) == 0 {
				s.flags = FlagNested
			}
		}
		script[i] = s
	}
	return script
}

func randomCut(r *rand.Rand, n int) (cut, workers []int) {
	for range r.IntN(20) {
		cut = append(cut, r.IntN(n+1))
	}
	slices.Sort(cut)
	for range len(cut) + 1 {
		workers = append(workers, r.IntN(3))
	}
	return cut, workers
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return fmt.Sprintf("line %d:\n %s\n %s", i+1, x[i], y[i])
		}
	}
	return fmt.Sprintf("%d lines and %d lines", len(x), len(y))
}

func TestAggregator_theCutOfTheInputChangesNothing(t *testing.T) {
	for _, c := range []struct {
		name    string
		limits  Limits
		texts   int
		samples bool
	}{
		{"enough room", Limits{}, 12, true},
		{"too many sessions", Limits{Sessions: 3}, 12, true},
		{"too many groups", Limits{Groups: 6}, 12, false}, // which samples a full worker keeps depends on the cut
	} {
		t.Run(c.name, func(t *testing.T) {
			for seed := range uint64(60) {
				r := rand.New(rand.NewPCG(seed, 1))
				script := randomScript(r, 1+r.IntN(300), c.texts)
				w, seen := run(c.limits, script, nil, nil)
				cut, workers := randomCut(r, len(script))
				w2, seen2 := run(c.limits, script, cut, workers)
				if a, b := dump(w, c.samples), dump(w2, c.samples); a != b {
					t.Fatalf("seed %d, cut %v, workers %v: %s", seed, cut, workers, firstDifference(a, b))
				}
				if a, b := strings.Join(seen.lines, "\n"), strings.Join(seen2.lines, "\n"); a != b {
					t.Fatalf("seed %d, cut %v, workers %v: observed %s", seed, cut, workers, firstDifference(a, b))
				}
			}
		})
	}
}

func TestAggregator_executionsOfTheCoverageAndOfTheGroupsAgree(t *testing.T) {
	for _, l := range []Limits{{}, {Sessions: 2}, {Groups: 4}} {
		for seed := range uint64(40) {
			r := rand.New(rand.NewPCG(seed, 2))
			script := randomScript(r, 300, 12)
			cut, workers := randomCut(r, len(script))
			w, seen := run(l, script, cut, workers)
			var inGroups, us int64
			for _, g := range w.Groups {
				inGroups += g.Totals.Of(SourceLog).Calls + g.Totals.Of(SourceLog).Fetches
				us += g.Totals.Of(SourceLog).ExecUS
			}
			if in := w.Inputs[0]; inGroups != in.Executions || us != in.ExecUS || int64(len(seen.lines)) != in.Executions {
				t.Fatalf("limits %+v, seed %d: %d executions in groups, %d in the coverage, %d observed; %d and %d µs", l, seed, inGroups, in.Executions, len(seen.lines), us, in.ExecUS)
			}
		}
	}
}

// of is the time of the n-th step's end.
func of(n int, dur int64) time.Time { return time.UnixMicro(at + int64(n)*1000 + dur).UTC() }
