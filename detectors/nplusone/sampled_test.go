package nplusone_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/engine"
	"github.com/apilint/apilint/analyzer/sequence"
)

func blindness(res *analyzer.Result) string {
	var out []string
	for _, s := range res.Skips {
		if s.Kind == "n-plus-one-blind" {
			out = append(out, s.Example)
		}
	}
	return strings.Join(out, "; ")
}

func TestReview_countsALoopUpThatWasDrawnByChance(t *testing.T) {
	for _, c := range []struct {
		rate   float64
		n      int
		within bool // a finding whose interval holds n
	}{
		{.5, 60, true}, {.3, 100, true}, {.3, 200, true}, {.3, 8, false}, {.02, 100, false},
	} {
		const draws = 20
		held := 0
		for seed := range uint64(draws) {
			r := rand.New(rand.NewPCG(seed, 3))
			p := play()
			for i := range c.n {
				if r.Float64() < c.rate {
					p.run(.5, "SELECT name FROM users WHERE id = $1", i)
				} else {
					p.now = p.now.Add(700_000)
				}
			}
			if len(p.lines) == 0 {
				continue
			}
			res := analyseBy(t, sequence.Options{}, engine.Options{Jobs: 1, MinConfidence: -1, SampleRate: c.rate}, strings.NewReader(p.log()), "-")
			if blindness(res) == "" {
				t.Errorf("%+v: a sample is not called blind", c)
			}
			if len(res.Findings) == 0 {
				continue
			}
			f := res.Findings[0]
			e := f.Loop.Estimated
			if f.Confidence > .5 || e == nil || e.Low < 5 {
				t.Errorf("%+v, seed %d: confidence %.2f, estimate %+v: never surer than .50, never of a loop that may be short", c, seed, f.Confidence, e)
				continue
			}
			if c.n >= e.Low && c.n <= e.High {
				held++
			}
		}
		// 95 of 100 intervals hold it, less where a pause by chance ends the loop early.
		if c.within && held < draws*85/100 {
			t.Errorf("%+v: %d of %d intervals hold it", c, held, draws)
		}
	}
}

func TestReview_saysThatALogNamesNoSession(t *testing.T) {
	var log strings.Builder
	for i := range 12 {
		fmt.Fprintf(&log, "2026-03-01 10:00:00.%03d UTC web@shop LOG:  duration: 0.200 ms  statement: SELECT name FROM users WHERE id = %d\n", i, i)
	}
	if got := blindness(analyse(t, strings.NewReader(log.String()), "-")); !strings.Contains(got, "log_line_prefix") {
		t.Errorf("got %q", got)
	}
	p := playedBy(func(p *played) {
		for i := range 12 {
			p.run(1, "SELECT name FROM users WHERE id = $1", i)
		}
	})
	if got := blindness(analyse(t, strings.NewReader(p.log()), "-")); got != "" {
		t.Errorf("a log with sessions: %q", got)
	}
}

// Goroutines, Promise.all: every statement of a loop takes another session.
func TestReview_ofAPoolLooksAtAllSessionsTogether(t *testing.T) {
	p := play()
	p.run(1, "SELECT id, user_id FROM posts LIMIT 12")
	for i := range 12 {
		p.session = fmt.Sprintf("65e1a2b3.%x", 100+i%6)
		p.run(1, "SELECT name FROM users WHERE id = $1", i)
	}
	for _, c := range []struct {
		pooled bool
		want   string
	}{
		{false, ""},
		{true, "n-plus-one users.id ×12 after posts low"},
	} {
		res := analyseBy(t, sequence.Options{Pooled: c.pooled}, engine.Options{Jobs: 1, MinConfidence: -1}, strings.NewReader(p.log()), "-")
		if got := outline(res); got != c.want {
			t.Errorf("pooled %v: got %s, want %s", c.pooled, got, c.want)
		}
		for _, f := range res.Findings {
			if f.Confidence > .4 {
				t.Errorf("confidence %.2f, want .40 at most", f.Confidence)
			}
		}
	}
}

func TestReview_ofAPoolIsNoSurerOfWhatSessionsShow(t *testing.T) {
	play := func(p *played) {
		p.run(1, "SELECT id, user_id FROM posts LIMIT 12")
		for i := range 12 {
			p.run(1, "SELECT name FROM users WHERE id = $1", i)
		}
	}
	log := playedBy(play).log()
	alone := analyse(t, strings.NewReader(log), "-")
	pooled := analyseBy(t, sequence.Options{Pooled: true}, engine.Options{Jobs: 1, MinConfidence: .5}, strings.NewReader(log), "-")
	if a, b := outline(alone), outline(pooled); a != b || a == "" {
		t.Errorf("sessions %s, pool %s", a, b)
	}
}
