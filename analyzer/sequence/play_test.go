package sequence_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apilint/apilint/analyzer/sequence"
	"github.com/apilint/apilint/analyzer/workload"
)

// player turns a script into executions. A word is one of
//
//	a      statement a ran (lower case: it can loop; I: INSERT, B: a batch,
//	       L: a list with LIMIT 10, R: INSERT ... RETURNING, K: SKIP LOCKED)
//	a:7    with 7 as its value; without one it has the next number
//	a?     its values are not known
//	a:=1   with its first value 1 and a second one that varies
//	a*10   ten times
//	(a b)*3 the words between three times
//	+300ms the session was silent; every statement takes 100 µs and is followed by 200 µs
//	BEGIN COMMIT RESET noise
//	@2     in session 2; #7 with the tag of request 7, # without; /x on route /x; app=x
//	trace:7 span:2 a span of trace 7 below span 2
type player struct {
	t       testing.TB
	f       *sequence.Finder
	groups  map[byte]*workload.Group
	now     map[uint32]int64
	base    workload.Event
	context workload.Context
	seen    map[workload.Context]uint32
	line    int64
	values  uint32
	record  *tape // when set, executions are written there, too
}

func newPlayer(t testing.TB, o sequence.Options) *player {
	return &player{
		t: t, f: sequence.New(o), groups: map[byte]*workload.Group{}, now: map[uint32]int64{},
		seen: map[workload.Context]uint32{{}: 0},
	}
}

func (p *player) group(c byte) *workload.Group {
	if g := p.groups[c]; g != nil {
		return g
	}
	g := &workload.Group{Command: workload.CommandSelect}
	switch c {
	case 'B':
		g.Traits = workload.TraitBatched
	case 'K':
		g.Traits = workload.TraitSkipLocked | workload.TraitForUpdate
	case 'I':
		g.Command = workload.CommandInsert
	case 'R':
		g.Command, g.Traits = workload.CommandInsert, workload.TraitReturning
	}
	p.groups[c] = g
	return g
}

func (p *player) play(script string) *player {
	for script = strings.TrimSpace(script); script != ""; script = strings.TrimSpace(script) {
		if script[0] == '(' {
			end, depth := 0, 0
			for depth = 1; depth > 0; {
				end++
				switch script[end] {
				case '(':
					depth++
				case ')':
					depth--
				}
			}
			inner := script[1:end]
			count, rest, _ := strings.Cut(script[end+2:], " ")
			n, err := strconv.Atoi(count)
			if err != nil {
				p.t.Fatal(err)
			}
			for range n {
				p.play(inner)
			}
			script = rest
			continue
		}
		word, rest, _ := strings.Cut(script, " ")
		p.word(word)
		script = rest
	}
	return p
}

func (p *player) word(w string) {
	number := func(s string) uint32 {
		n, err := strconv.ParseUint(s, 10, 32)
		if err != nil {
			p.t.Fatalf("%s: %v", w, err)
		}
		return uint32(n)
	}
	switch {
	case w[0] == '+':
		d, err := time.ParseDuration(w[1:])
		if err != nil {
			p.t.Fatal(err)
		}
		p.now[p.base.Session] += d.Microseconds()
	case w[0] == '@':
		p.base.Session = number(w[1:])
	case w == "#":
		p.base.Request = 0
	case w[0] == '#':
		p.base.Request = number(w[1:])
	case strings.HasPrefix(w, "trace:"):
		p.base.Request, p.base.Flags = number(w[6:]), workload.FlagTrace
	case strings.HasPrefix(w, "span:"):
		p.base.Session = number(w[5:])
	case w[0] == '/':
		p.context.Route = w
	case strings.HasPrefix(w, "app="):
		p.context.App = w[4:]
	case w == "BEGIN":
		p.run('.', workload.FlagBegin|workload.FlagNoise, nil)
	case w == "COMMIT":
		p.run('.', workload.FlagEnd|workload.FlagNoise, nil)
	case w == "RESET":
		p.run('.', workload.FlagReset|workload.FlagNoise, nil)
	case w == "noise":
		p.run('.', workload.FlagNoise, nil)
	default:
		w, count, repeated := strings.Cut(w, "*")
		n := uint32(1)
		if repeated {
			n = number(count)
		}
		for range n {
			p.values++
			switch {
			case strings.HasSuffix(w, "?"):
				p.run(w[0], 0, nil)
			case strings.HasPrefix(w[1:], ":="):
				p.run(w[0], workload.FlagParamsKnown, []uint32{number(w[3:]), p.values})
			case strings.HasPrefix(w[1:], ":"):
				p.run(w[0], workload.FlagParamsKnown, []uint32{number(w[2:])})
			case w == "L":
				p.run(w[0], workload.FlagParamsKnown, nil)
			default:
				p.run(w[0], workload.FlagParamsKnown, []uint32{p.values})
			}
		}
	}
}

func (p *player) run(group byte, flags workload.Flags, params []uint32) {
	const took, pause = 100, 200
	p.line++
	e := p.base
	n, ok := p.seen[p.context]
	if !ok {
		n = uint32(len(p.seen))
		p.seen[p.context] = n
	}
	e.Kind, e.Group, e.Context, e.Line, e.Params = workload.KindExecution, uint32(group), n, p.line, params
	e.Flags |= flags
	e.Limit, e.Rows = workload.None, workload.None
	if group == 'L' {
		e.Limit = 10
	}
	if p.now[e.Session] == 0 {
		p.now[e.Session] = 1e15
	}
	e.Start, e.Dur = p.now[e.Session], took
	p.now[e.Session] += took + pause
	p.f.Observe(&e, p.group(group), &p.context)
	if p.record != nil {
		p.record.events = append(p.record.events, e)
		p.record.groups = append(p.record.groups, p.group(group))
	}
}

// describe writes candidates, one a line: scope, head with the runs per
// request, distinct values, members, the nearest statement before, and what
// encloses it.
func describe(cs []sequence.Candidate) string {
	scopes := map[sequence.Scope]string{
		sequence.ScopeSegment: "segment", sequence.ScopeTransaction: "transaction", sequence.ScopeRequest: "request",
		sequence.ScopeTrace: "trace", sequence.ScopeTxRun: "run",
	}
	var lines []string
	for _, c := range cs {
		runs := strconv.Itoa(c.Iterations.Median)
		if c.Iterations.Min != c.Iterations.Max {
			runs = fmt.Sprintf("%d..%d", c.Iterations.Min, c.Iterations.Max)
		}
		s := fmt.Sprintf("%s: %c*%s", scopes[c.Scope], c.Head, runs)
		if c.Requests > 1 {
			s += fmt.Sprintf(" in %d", c.Requests)
		}
		if c.Distinct != c.Iterations.Median {
			s += fmt.Sprintf(" distinct %d", c.Distinct)
		}
		for _, m := range c.Body[1:] {
			s += fmt.Sprintf(" with %c", m.Group)
			if m.PerIteration != 1 {
				s += fmt.Sprintf("(%.1f)", m.PerIteration)
			}
			if m.Irregular {
				s += "~"
			}
		}
		best := -1
		for i, p := range c.Parents {
			if best < 0 || p.Distance < c.Parents[best].Distance {
				best = i
			}
		}
		if best >= 0 {
			s += fmt.Sprintf(" after %c", c.Parents[best].Group)
		}
		if c.Between {
			s += fmt.Sprintf(" between %c", c.Under)
		} else if c.Under != sequence.NoGroup {
			s += fmt.Sprintf(" under %c", c.Under)
		}
		if c.Route != "" {
			s += " " + c.Route
		}
		lines = append(lines, s)
	}
	return strings.Join(lines, "; ")
}

func TestFinder_findsLoops(t *testing.T) {
	for _, c := range []struct{ name, script, want string }{
		{"a list and a lookup per row", "L u*10", "segment: u*10 after L"},
		{"nothing repeats", "a b c d e", ""},
		{"twice is no loop", "L u*2", ""},
		{"batches are no loop", "L B*10", ""},
		{"a queue's polls are no loop", "K*10", ""},
		{"the same value", "u:1*6", "segment: u*6 distinct 1"},
		{"values that are not known", "L u?*6", "segment: u*6 distinct -1 after L"},
		{"two lookups per row", "L (u c)*10", "segment: u*10 with c after L"},
		{"a lookup that not every row needs", "L (u c u)*6", "segment: u*12 with c(0.5) after L"},
		{"noise between", "L (noise u)*10", "segment: u*10 after L"},
		{"a batch between", "L (u B)*5", "segment: u*5 with B after L"},
		{"inner loops", "L (p c*4)*5", "segment: c*4 in 5 after p under p; segment: p*5 with c(4.0) after L"},
		{"three levels", "L (p (c u*3)*4)*5", "segment: c*4 in 5 with u(3.0) after p under p; segment: p*5 with c(4.0) with u(12.0) after L; segment: u*3 in 20 after c under c"},
		{"a mix of lookups is no body", "u u a a a u u a u u a a u a u u a a a u a", "segment: a*3 in 2 after u under u; segment: u*10 with a(1.1)~"},
		{"the user is looked up before the list", "u L u*10", "segment: u*10 after L"},
		{"and again at the end", "L u*10 x u", "segment: u*10 after L"},
		{"two requests one after the other", "L u*10 L u*7", "segment: u*7..10 in 2 after L"},
		{"ten requests one after the other", "(L u*5)*10", "segment: L*10 distinct 1 with u(5.0); segment: u*5 in 10 after L under L"},
		{"a log that begins in a loop", "u*3 L u*6 L u*6", "segment: u*3..6 in 3 after L between L; segment: u*15"},
		{"requests of two kinds", "(L u*5 x y)*2 (M v*6)*2", "segment: u*5 in 2 after L; segment: v*6 in 2 after M"},
		{"two lists with the same lookup are one loop", "L u*5 M u*5", "segment: u*10 after L"},
		{"a pause ends a request", "L u*5 +300ms u*5", "segment: u*5 in 2 after L"},
		{"a pause that the loop is used to does not", "L (u +200ms)*5", "segment: u*5 after L"},
		{"a pause of the machine does not", "L u*5 +50ms u*5", "segment: u*10 after L"},
		{"lookups of other requests behind a loop", "L u*10 +50ms u +50ms u +50ms u +50ms x", "segment: u*10 after L"},
		{"lookups far apart are requests", "(u +400ms)*10", ""},
		{"the list may have come up to two seconds before", "L +1s u*5", "segment: u*5 after L"},
		{"but no earlier", "L +3s u*5", "segment: u*5"},
		{"a route ends another's request", "/a L u*5 /b u*4", "segment: u*5 after L /a; segment: u*4 after L /b"},
		{"an application's name does, too", "app=a L u*4 app=b u*4", "segment: u*4 after L; segment: u*4 after L"},
		{"a session handed on by its pool", "L u*5 RESET u*4", "segment: u*4..5 in 2 after L"},
		{"sessions do not mix", "@1 u @2 u @1 u @2 u", ""},
		{"sessions that interleave", "@1 L @2 L (@1 u @2 u)*5", "segment: u*5 in 2 after L"},
		{"a transaction", "BEGIN L u*5 COMMIT", "transaction: u*5 after L"},
		{"does not reach into the next", "BEGIN u*2 COMMIT BEGIN u*2 COMMIT", "run: u*4"},
		{"a list before it", "L BEGIN I*5 COMMIT", "transaction: I*5 after L"},
		{"a transaction per iteration", "L (BEGIN u COMMIT)*5", "run: u*5 after L"},
		{"a transaction per iteration with a read", "L (BEGIN r u COMMIT)*5", "run: r*5 with u after L"},
		{"loops in many transactions", "(BEGIN R I*5 COMMIT)*3", "transaction: I*5 in 3 after R; run: R*3"},
		{"the connection goes back to its pool every time", "L (u RESET)*5", "run: u*5 after L"},
		{"a request's tag ties sessions together", "@1 #7 L (@1 #7 u @2 #7 u @3 #7 u)*4", "request: u*12 after L"},
		{"and parts requests of one session", "#7 L u*3 #8 u*3", "request: u*3 in 2 after L"},
		{"one lookup per request", "#1 u #2 u #3 u #4 u #5 u", ""},
		{"a trace", "trace:1 span:1 L u*6", "trace: u*6 after L"},
		{"a span per lookup", "trace:1 span:1 L span:2 u span:3 u span:4 u span:5 u", "trace: u*4 after L"},
		{"one parameter varies", "L (u:=1)*6", "segment: u*6 after L"},
		{"an insert that returns its key", "R I*6", "segment: I*6 after R"},
	} {
		got := newPlayer(t, sequence.Options{}).play(c.script).f.Candidates()
		if describe(got) != c.want {
			t.Errorf("%s: %s\n got %s\nwant %s", c.name, c.script, describe(got), c.want)
		}
	}
}

func TestFinder_measures(t *testing.T) {
	cs := newPlayer(t, sequence.Options{}).play("L +1s (u:=7)*10 +1s x").f.Candidates()
	if len(cs) != 1 {
		t.Fatal(describe(cs))
	}
	c := cs[0]
	if c.WallUS != 9*300+100 || c.BusyUS != 1000 || c.GapUS != 200 || c.MaxGapUS != 200 || c.TotalTrips != 9 || c.Executions != 10 {
		t.Errorf("wall %d busy %d gap %d longest %d trips %d executions %d", c.WallUS, c.BusyUS, c.GapUS, c.MaxGapUS, c.TotalTrips, c.Executions)
	}
	if fmt.Sprint(c.Varying) != "[1]" {
		t.Errorf("varying %v, want the second", c.Varying)
	}
	if c.Share != 1 || c.Quiet < 4000 {
		t.Errorf("share %g, quiet %g", c.Share, c.Quiet)
	}
	if p := c.Parents[0]; p.Group != 'L' || p.Limit != 10 || p.Exact != 1 || p.Distance != 0 || p.GapUS != 1000_200 {
		t.Errorf("parent %+v", p)
	}
	if e := c.Evidence[0]; e.Line != 2 || e.Time == 0 {
		t.Errorf("evidence %+v", e)
	}
}

func TestFinder_followsTheParentsRows(t *testing.T) {
	p := newPlayer(t, sequence.Options{})
	for range 20 {
		p.play("L u*10 +1s L u*4 +1s")
	}
	c := p.f.Candidates()[0]
	if c.Requests != 40 || c.Iterations != (sequence.Distribution{Min: 4, Median: 10, Max: 10}) {
		t.Errorf("%d requests of %+v", c.Requests, c.Iterations)
	}
	if q := c.Parents[0]; q.Exact != 20 || q.Below != 20 || q.Times != 40 || len(q.Grows) != 16 {
		t.Errorf("parent %+v", q)
	}
}

func TestFinder_longLoopsAreOne(t *testing.T) {
	for _, script := range []string{"L u*10000", "BEGIN L u*10000 COMMIT", "L (u c)*5000", "#5 L u*10000", "L (u u c)*3000"} {
		cs := newPlayer(t, sequence.Options{ScopeEvents: 100}).play(script).f.Candidates()
		if len(cs) != 1 || cs[0].Requests != 1 || cs[0].Iterations.Max < 5000 || cs[0].Distinct != cs[0].Iterations.Max || cs[0].Parents[0].Group != 'L' {
			t.Errorf("%s: %s", script, describe(cs))
		}
	}
}

func TestFinder_isBounded(t *testing.T) {
	p := newPlayer(t, sequence.Options{Candidates: 3, ScopeEvents: 64, Scopes: 4, Events: 256})
	for i := range 40 {
		p.play(fmt.Sprintf("@%d L %s*8 x y", i, string(rune('a'+i%20))))
	}
	if cs := p.f.Candidates(); len(cs) != 3 {
		t.Errorf("%d candidates kept: %s", len(cs), describe(cs))
	}
	if p.f.Overflow() == 0 {
		t.Error("what was not kept was not counted")
	}
}

func TestFinder_isDeterministic(t *testing.T) {
	run := func() string {
		r := rand.New(rand.NewPCG(1, 2))
		p := newPlayer(t, sequence.Options{ScopeEvents: 128, Scopes: 8})
		for range 3000 {
			p.play(random(r))
		}
		return fmt.Sprintf("%+v", p.f.Candidates())
	}
	if a, b := run(), run(); a != b {
		t.Error("the same executions gave different candidates")
	}
}

// random is a word of a script.
func random(r *rand.Rand) string {
	words := []string{"a", "b", "c", "d", "L", "I", "B", "R", "K", "noise", "BEGIN", "COMMIT", "RESET", "a:1", "b?", "c*5", "(a b)*3", "+1ms", "+400ms", "@1", "@2", "@3", "/x", "/y", "#1", "#2", "#"}
	return words[r.IntN(len(words))]
}

func FuzzFinder(f *testing.F) {
	for _, s := range []string{"L u u u u", "aaaaaaaaaaaaaaaa", "(abc)(abc)", "\x00\xff\x80abcabc", "BBBaaaBBB"} {
		f.Add([]byte(s), uint8(3))
	}
	f.Fuzz(func(t *testing.T, data []byte, shape uint8) {
		run := func() (string, int) {
			p := newPlayer(t, sequence.Options{ScopeEvents: 64 + int(shape), Scopes: 1 + int(shape%5), Events: 1 + int(shape)*7, Candidates: 1 + int(shape)})
			total := 0
			for i, b := range data {
				if b&7 == 7 {
					p.word([]string{"+300ms", "+3s", "BEGIN", "COMMIT", "RESET", "@1", "@2", "#1", "#", "trace:3", "/x", "/y", "+1ms", "span:4", "noise", "#2"}[b>>4])
					continue
				}
				total++
				e := p.base
				e.Kind, e.Group, e.Line = workload.KindExecution, uint32(b>>3&7)+'a', int64(i)
				e.Start, e.Dur = int64(b)*int64(i)*97, int64(b&3)*50
				e.Limit, e.Rows = int64(b&1)-1, int64(b>>6)-1
				e.Flags |= workload.FlagParamsKnown
				e.Params = []uint32{uint32(b & 3), uint32(i)}[:b&1+1]
				p.f.Observe(&e, p.group("abcdIBRK"[b>>3&7]), &p.context)
			}
			cs := p.f.Candidates()
			for _, c := range cs {
				if c.Iterations.Min < 3 || c.Iterations.Median < c.Iterations.Min || c.Iterations.Max < c.Iterations.Median {
					t.Fatalf("iterations %+v", c.Iterations)
				}
				if len(c.Body) == 0 || c.Body[0].Group != c.Head || c.Share > 1 || c.Share <= 0 || c.WallUS < 0 || c.GapUS < 0 || len(c.Parents) > 16 {
					t.Fatalf("%+v", c)
				}
			}
			if len(cs) > 1+int(shape) {
				t.Fatalf("%d candidates", len(cs))
			}
			return fmt.Sprintf("%+v", cs), total
		}
		a, _ := run()
		if b, _ := run(); a != b {
			t.Fatal("the same executions gave different candidates")
		}
	})
}

// tape is a recorded script, to be observed again and again.
type tape struct {
	events []workload.Event
	groups []*workload.Group
	length int64 // µs
}

func record(t testing.TB, script string, times int) *tape {
	p := newPlayer(t, sequence.Options{})
	r := &tape{}
	p.record = r
	for range times {
		p.play(script)
	}
	last := r.events[len(r.events)-1]
	r.length = last.Start + 300 - r.events[0].Start
	return r
}

func BenchmarkFinder(b *testing.B) {
	for _, c := range []struct{ name, script string }{
		{"loops", "L u*10 +300ms"},
		{"busy", "a b c d e f g h i j k l m n o p"},
		{"transactions", "BEGIN a b c COMMIT"},
		{"stream", "u"},
		{"sessions", "@1 a @2 b @3 a @4 L @5 a @6 c @7 a @8 c"},
	} {
		b.Run(c.name, func(b *testing.B) {
			r := record(b, c.script, 1000)
			f := sequence.New(sequence.Options{})
			var shift int64
			context := &workload.Context{}
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				for i := range r.events {
					e := r.events[i]
					e.Start += shift
					f.Observe(&e, r.groups[i], context)
				}
				shift += r.length
				n += len(r.events)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/event")
		})
	}
}
