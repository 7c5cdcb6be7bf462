package workload

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestAggregator_decidesByWhatCameBeforeInTheSession(t *testing.T) {
	for _, c := range []struct {
		name   string
		script []step
		want   []string // "text calls/fetches exec plan nested"
		cover  string   // executions, bare, pending, nested
	}{
		{
			"a bare duration belongs to the statement before it",
			[]step{{"a", KindPending, "q", 0, 0}, {"a", KindBare, "", 50, 0}},
			[]string{"q 1/0 50 0 0"},
			"1 0 0 0",
		},
		{
			"of the same session",
			[]step{{"a", KindPending, "q", 0, 0}, {"b", KindBare, "", 70, 0}, {"a", KindBare, "", 50, 0}},
			[]string{"q 1/0 50 0 0"},
			"1 1 0 0",
		},
		{
			"only one of them does",
			[]step{{"a", KindPending, "q", 0, 0}, {"a", KindBare, "", 50, 0}, {"a", KindBare, "", 60, 0}},
			[]string{"q 1/0 50 0 0"},
			"1 1 0 0",
		},
		{
			"those before it were parse and bind",
			[]step{{"a", KindBare, "", 7, 0}, {"a", KindBare, "", 8, 0}, {"a", KindPending, "q", 0, 0}, {"a", KindBare, "", 50, 0}},
			[]string{"q 1/0 50 15 0"},
			"1 2 0 0",
		},
		{
			"an error takes the statement away",
			[]step{{"a", KindPending, "q", 0, 0}, {"a", KindError, "", 0, 0}, {"a", KindBare, "", 50, 0}},
			[]string{"q 0/0 0 0 0"},
			"0 1 0 0",
		},
		{
			"a statement without a duration is counted",
			[]step{{"a", KindPending, "q", 0, 0}, {"a", KindPending, "p", 0, 0}, {"a", KindBare, "", 50, 0}, {"b", KindPending, "q", 0, 0}, {"b", KindDisconnect, "", 0, 0}},
			[]string{"q 0/0 0 0 0", "p 1/0 50 0 0"},
			"1 0 2 0",
		},
		{
			"a fetch that was pending is no call",
			[]step{{"a", KindPending, "q", 0, FlagPendingFetch}, {"a", KindBare, "", 50, 0}},
			[]string{"q 0/1 50 0 0"},
			"1 0 0 0",
		},
		{
			"parse and bind are planning time of the execution after them",
			[]step{{"a", KindParse, "q", 5, 0}, {"b", KindBind, "p", 100, 0}, {"a", KindBind, "q", 7, 0}, {"a", KindExecution, "q", 50, 0}, {"a", KindExecution, "q", 60, 0}},
			[]string{"q 2/0 110 12 0", "p 0/0 0 0 0"},
			"2 0 0 0",
		},
		{
			"an error throws planning time away",
			[]step{{"a", KindParse, "q", 5, 0}, {"a", KindError, "", 0, 0}, {"a", KindExecution, "q", 50, 0}},
			[]string{"q 1/0 50 0 0"},
			"1 0 0 0",
		},
		{
			"a plan and the duration after it are one execution",
			[]step{{"a", KindPlan, "q", 45, 0}, {"a", KindExecution, "q", 50, 0}},
			[]string{"q 1/0 50 0 0"},
			"1 0 0 0",
		},
		{
			"a plan alone is an execution",
			[]step{{"a", KindPlan, "q", 45, 0}, {"a", KindPlan, "p", 30, 0}, {"a", KindDisconnect, "", 0, 0}},
			[]string{"q 1/0 45 0 0", "p 1/0 30 0 0"},
			"2 0 0 0",
		},
		{
			"a plan that is longer than the duration after it was another execution",
			[]step{{"a", KindPlan, "q", 90, 0}, {"a", KindExecution, "q", 50, 0}},
			[]string{"q 2/0 140 0 0"},
			"2 0 0 0",
		},
		{
			"a plan of another statement was another execution",
			[]step{{"a", KindPlan, "p", 10, 0}, {"a", KindExecution, "q", 50, 0}},
			[]string{"p 1/0 10 0 0", "q 1/0 50 0 0"},
			"2 0 0 0",
		},
		{
			"the plans of a batch are one execution with its duration",
			[]step{{"a", KindPlan, "q", 10, 0}, {"a", KindPlan, "q", 20, 0}, {"a", KindExecution, "q", 50, 0}},
			[]string{"q 1/0 50 0 0"},
			"1 0 0 0",
		},
		{
			"a plan, then the text and its duration",
			[]step{{"a", KindPending, "q", 0, 0}, {"a", KindPlan, "q", 45, 0}, {"a", KindBare, "", 50, 0}},
			[]string{"q 1/0 50 0 0"},
			"1 0 0 0",
		},
		{
			"a plan inside a function is no call",
			[]step{{"a", KindPlan, "inner", 45, FlagNested}, {"a", KindExecution, "q", 50, 0}},
			[]string{"inner 0/0 0 0 1", "q 1/0 50 0 0"},
			"1 0 0 1",
		},
		{
			"a connection with the same number is another session",
			[]step{{"a", KindPending, "q", 0, 0}, {"a", KindConnect, "", 0, 0}, {"a", KindBare, "", 50, 0}},
			[]string{"q 0/0 0 0 0"},
			"0 1 1 0",
		},
	} {
		w, _ := run(Limits{}, c.script, nil, nil)
		var got []string
		for _, g := range w.Groups {
			x := g.Totals.Of(SourceLog)
			got = append(got, fmt.Sprintf("%s %d/%d %d %d %d", g.Text, x.Calls, x.Fetches, x.ExecUS, x.PlanUS, x.Nested))
		}
		slices.Sort(got)
		slices.Sort(c.want)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		in := w.Inputs[0]
		if got := fmt.Sprint(in.Executions, in.Bare, in.Pending, in.Nested); got != c.cover {
			t.Errorf("%s: executions, bare, pending, nested %s, want %s", c.name, got, c.cover)
		}
	}
}

func TestAggregator_groupsBeyondTheBoundAreFoldedAndCounted(t *testing.T) {
	var script []step
	for i := range 10 {
		for range 3 {
			script = append(script, step{"a", KindExecution, fmt.Sprint("q", i), 10, 0})
		}
	}
	w, _ := run(Limits{Groups: 4}, script, []int{7, 14, 21}, []int{0, 1})
	if len(w.Groups) != 5 || w.Folded != 18 {
		t.Fatalf("%d groups, %d folded; want 4 and one for the rest, 18", len(w.Groups), w.Folded)
	}
	rest := w.Groups[4]
	if rest.Text != "" || rest.Totals.Of(SourceLog).Calls != 18 || rest.Totals.Of(SourceLog).ExecUS != 180 || len(rest.Samples) != 0 {
		t.Errorf("the rest: %q, %+v, %d samples", rest.Text, rest.Totals.Of(SourceLog), len(rest.Samples))
	}
	for _, g := range w.Groups[:4] {
		if g.Totals.Of(SourceLog).Calls != 3 {
			t.Errorf("%s: %d calls", g.Text, g.Totals.Of(SourceLog).Calls)
		}
	}
}

func TestAggregator_countersBeyondTheBoundAreFoldedAndCounted(t *testing.T) {
	a := NewAggregator(Limits{Groups: 2})
	a.Input(&Input{}, SourceStats)
	for i := range uint64(5) {
		a.Count(&Counter{Key: i + 1, Text: fmt.Sprint("q", i), TopLevel: true, Totals: Totals{Calls: 10}})
	}
	if w := a.Workload(); len(w.Groups) != 3 || w.Folded != 30 {
		t.Errorf("%d groups, %d folded; want 3, 30", len(w.Groups), w.Folded)
	}
}

func TestAggregator_sessionsBeyondTheBoundAreEvictedAndCounted(t *testing.T) {
	w, _ := run(Limits{Sessions: 2}, []step{
		{"a", KindPending, "q", 0, 0},
		{"b", KindExecution, "q", 10, 0},
		{"a", KindParse, "q", 1, 0},      // a is used again, so
		{"c", KindExecution, "q", 10, 0}, // b goes, and
		{"d", KindExecution, "q", 10, 0}, // then a with its statement
		{"a", KindBare, "", 50, 0},
	}, nil, nil)
	in := w.Inputs[0]
	if w.Evicted != 3 || in.Pending != 1 || in.Bare != 1 || in.Executions != 3 {
		t.Errorf("%d evicted, %d pending, %d bare, %d executions; want 3, 1, 1, 3", w.Evicted, in.Pending, in.Bare, in.Executions)
	}
}

func TestAggregator_theSessionThatWasNotUsedForLongestGoes(t *testing.T) {
	w, _ := run(Limits{Sessions: 2}, []step{
		{"a", KindPending, "q", 0, 0},
		{"b", KindExecution, "q", 10, 0},
		{"a", KindParse, "q", 1, 0},
		{"c", KindExecution, "q", 10, 0},
		{"a", KindBare, "", 50, 0},
	}, []int{3}, []int{0, 1})
	if in := w.Inputs[0]; w.Evicted != 1 || in.Bare != 0 || in.Executions != 3 {
		t.Errorf("%d evicted, %d bare, %d executions; want 1, 0, 3", w.Evicted, in.Bare, in.Executions)
	}
}

func TestWorker_sessionsBeyondItsOwnBoundKeepTheirOrder(t *testing.T) {
	var script []step
	for i := range maxLocalSessions + 10 {
		script = append(script, step{fmt.Sprint(i), KindExecution, "q", 1, 0})
		if i > 1 { // the first two go on
			script = append(script, step{fmt.Sprint(i), KindDisconnect, "", 0, 0})
		}
	}
	script = append(script, step{"last", KindPending, "q", 0, 0})
	end := len(script) // here the worker forgets the sessions it has met
	script = append(script, step{"other", KindExecution, "q", 1, 0}, step{"last", KindBare, "", 50, 0})
	w, seen := run(Limits{}, script, []int{end}, nil)
	if in := w.Inputs[0]; in.Bare != 0 || in.Pending != 0 || w.Evicted != 0 {
		t.Errorf("%d bare, %d pending, %d evicted", in.Bare, in.Pending, w.Evicted)
	}
	n := uint32(w.Sessions - 1)
	if w.Session(n-1) != "last" || w.Session(n) != "other" {
		t.Errorf("the last sessions are %q, %q", w.Session(n-1), w.Session(n))
	}
	if last := seen.lines[len(seen.lines)-1]; !strings.HasPrefix(last, fmt.Sprintf("session %d ", n-1)) || !strings.Contains(last, "50 µs") {
		t.Errorf("observed %q", last)
	}
}

func TestAggregator_sessionsThatEndAreNotEvicted(t *testing.T) {
	var script []step
	for i := range 50 {
		script = append(script, step{fmt.Sprint(i), KindExecution, "q", 10, 0}, step{fmt.Sprint(i), KindDisconnect, "", 0, 0})
	}
	if w, _ := run(Limits{Sessions: 2}, script, nil, nil); w.Evicted != 0 || w.Sessions != 50 {
		t.Errorf("%d evicted of %d sessions", w.Evicted, w.Sessions)
	}
}

func TestAggregator_aPlanCountsWhereItsLogStood(t *testing.T) {
	a := NewAggregator(Limits{})
	log := &Input{}
	a.Input(log, SourceLog)
	w := a.NewWorker(SourceLog)
	w.Begin(nil)
	w.Add(step{"a", KindPlan, "q", 45, 0}.observation(0))
	a.Merge(w.End())
	a.Collect(w)
	a.Input(&Input{}, SourceStats)
	g := a.Workload().Groups[0]
	if g.Totals.Of(SourceLog).Calls != 1 || g.Totals.Of(SourceStats).Calls != 0 || log.Executions != 1 {
		t.Errorf("%d calls in the log, %d in the statistics, %d executions", g.Totals.Of(SourceLog).Calls, g.Totals.Of(SourceStats).Calls, log.Executions)
	}
}

func TestAggregator_keepsSourcesApart(t *testing.T) {
	a := NewAggregator(Limits{})
	for s := range Sources {
		a.Input(&Input{}, s)
		a.Count(&Counter{Key: 7, Text: "q", TopLevel: true, Totals: Totals{Calls: 1 << s, ExecUS: 10}, Ref: SourceRef{Path: "q.sql", Line: int(s) + 1}})
	}
	w := a.Workload()
	if len(w.Groups) != 1 || len(w.Groups[0].Refs) != int(Sources) {
		t.Fatalf("%d groups", len(w.Groups))
	}
	g := w.Groups[0]
	for s := range Sources {
		if g.Totals.Of(s).Calls != 1<<s {
			t.Errorf("%s: %d calls, want %d", s, g.Totals.Of(s).Calls, 1<<s)
		}
	}
	if g.Total() != g.Totals.Of(SourceStats) {
		t.Error("pg_stat_statements counts where it is")
	}
}

func TestGroup_totalPrefersStatisticsThenLogThenTrace(t *testing.T) {
	for _, c := range []struct {
		in   PerSource
		want Source
	}{
		{PerSource{SourceLog: {Calls: 1}, SourceStats: {Calls: 1}, SourceTrace: {Calls: 1}}, SourceStats},
		{PerSource{SourceLog: {Fetches: 1}, SourceTrace: {Calls: 9}}, SourceLog},
		{PerSource{SourceTrace: {Calls: 1}, SourceSQL: {Calls: 9}}, SourceTrace},
		{PerSource{SourceSQL: {Calls: 9}}, SourceSQL},
		{PerSource{}, SourceSQL},
	} {
		g := &Group{Totals: c.in}
		if g.Total() != g.Totals.Of(c.want) {
			t.Errorf("%+v: want %s", c.in, c.want)
		}
	}
}

func TestWorkload_namesItsSessions(t *testing.T) {
	w, seen := run(Limits{}, []step{{"a", KindExecution, "q", 1, 0}, {"b", KindExecution, "q", 1, 0}, {"a", KindExecution, "q", 1, 0}}, nil, nil)
	if w.Session(0) != "a" || w.Session(1) != "b" || w.Session(2) != "" || w.Sessions != 2 {
		t.Errorf("sessions %q, %q, %q of %d", w.Session(0), w.Session(1), w.Session(2), w.Sessions)
	}
	if !strings.HasPrefix(seen.lines[2], "session 0 line 3") {
		t.Errorf("observed %q", seen.lines[2])
	}
}

func TestGroup_keepsEightContexts(t *testing.T) {
	var script []step
	for i := range 30 {
		script = append(script, step{fmt.Sprint(i % 12), KindExecution, "q", 1, 0})
	}
	w, seen := run(Limits{}, script, []int{5, 17}, []int{1, 0})
	if got, want := w.Groups[0].Contexts, []uint32{1, 2, 3, 4, 5, 6, 7, 8}; !slices.Equal(got, want) {
		t.Errorf("contexts %v, want %v", got, want)
	}
	if w.Contexts[1].App != "app 0" || !strings.Contains(seen.lines[11], "app 11") {
		t.Errorf("contexts %v, observed %q", w.Contexts, seen.lines[11])
	}
}

func TestWorker_oneContextTooManyIsUnknown(t *testing.T) {
	a := NewAggregator(Limits{})
	a.Input(&Input{}, SourceLog)
	w := a.NewWorker(SourceLog)
	w.Begin(nil)
	for i := range maxContexts + 5 {
		o := step{"a", KindExecution, "q", 1, 0}.observation(i)
		o.Context = uint64(i) + 1
		o.Client = func() Context { return Context{App: fmt.Sprint(i)} }
		w.Add(o)
	}
	s := w.End()
	if last := s.events[len(s.events)-1].context; last != 0 || s.contexts[0] != (Context{}) {
		t.Errorf("the last context is %d, %+v; want 0, unknown", last, s.contexts[last])
	}
}

func TestTotals_quantilesOfMergedSketchesAreThoseOfOne(t *testing.T) {
	var one, all Totals
	parts := make([]Totals, 7)
	for i := range 10_000 {
		e := &Event{Kind: KindExecution, Dur: int64(i*i%99_991) + 1, Rows: None}
		one.observe(e)
		parts[i%len(parts)].observe(e)
	}
	for i := range parts {
		all.Add(&parts[i])
	}
	for _, q := range []float64{.01, .5, .95, .99, 1} {
		a, errA := one.Latency.GetValueAtQuantile(q)
		b, errB := all.Latency.GetValueAtQuantile(q)
		if errA != nil || errB != nil || a != b {
			t.Errorf("quantile %g: %g of one sketch, %g of seven (%v, %v)", q, a, b, errA, errB)
		}
	}
	sorted := make([]float64, 10_000)
	for i := range sorted {
		sorted[i] = float64(int64(i*i%99_991)+1) / 1000
	}
	slices.Sort(sorted)
	for _, q := range []float64{.5, .95, .99} {
		want := sorted[int(q*float64(len(sorted)-1))]
		if got, _ := all.Latency.GetValueAtQuantile(q); math.Abs(got-want) > 1.01*accuracy*want {
			t.Errorf("quantile %g is %g, want %g within %g %%", q, got, want, 100*accuracy)
		}
	}
}

func TestTotals_addDoesNotKeepOrChangeTheOther(t *testing.T) {
	var a, b Totals
	b.observe(&Event{Kind: KindExecution, Dur: 1000, Rows: 3, Start: at})
	a.Add(&b)
	a.observe(&Event{Kind: KindExecution, Dur: 9000, Rows: None, Start: at + 5})
	if b.Latency.GetCount() != 1 || b.Calls != 1 || a.Latency.GetCount() != 2 || a.Rows != 3 || !a.HasRows {
		t.Errorf("a %+v, b %+v", a, b)
	}
	if a.From != b.From || !a.To.After(b.To) {
		t.Errorf("a from %v to %v, b from %v to %v", a.From, a.To, b.From, b.To)
	}
}

func TestText_readsWhatIsNoUTF8AsWindows1252(t *testing.T) {
	for in, want := range map[string]string{
		"plain":            "plain",
		"gr\u00fcn":        "gr\u00fcn",
		"gr\xfcn":          "gr\u00fcn",
		"10 \x80":          "10 \u20ac",
		"\x81\xff":         "\ufffd\u00ff",
		"mixed \u00e4\xe4": "mixed \u00c3\u00a4\u00e4",
	} {
		if got := Text([]byte(in)); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSum32_staysAtItsEnd(t *testing.T) {
	for _, c := range []struct {
		a    uint32
		b    int64
		want uint32
	}{{1, 2, 3}, {math.MaxUint32, 1, math.MaxUint32}, {5, math.MaxInt64 - 10, math.MaxUint32}, {5, -1, 5}} {
		if got := sum32(c.a, c.b); got != c.want {
			t.Errorf("sum32(%d, %d) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
