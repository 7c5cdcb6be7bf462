package source

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// The logs were written by PostgreSQL 15 for pgbench: transactions of two
// statements, and a statement alone.
func TestSampling_isToldByWhatTheLogLacks(t *testing.T) {
	for _, c := range []struct {
		name    string
		sampled bool
		rate    float64 // .30 instead of the .10 that the server was told, where there was too little to tell
		whole   bool
	}{
		{"sampledtransactions.csv.gz", true, .10, true},
		{"sampledstatements.log.gz", true, .50, false},
		{"sampledsimple.csv.gz", true, .30, false},
		{"unsampled.csv.gz", false, 0, false},
		{"default.log", false, 0, false},
		{"default.csv", false, 0, false},
		{"bare.csv.gz", false, 0, false},
		{"version17.csv.gz", false, 0, false},
		{"plans.json.gz", false, 0, false},
	} {
		in := readLogFile(t, Options{}, c.name).w.Inputs[0]
		sampled, rate, whole := in.Sampling.Sampled()
		if sampled != c.sampled || math.Abs(rate-c.rate) > .03 || whole != c.whole {
			t.Errorf("%s: sampled %t, rate %.2f, whole transactions %t; want %t, %.2f, %t (%+v)", c.name, sampled, rate, whole, c.sampled, c.rate, c.whole, in.Sampling)
		}
	}
}

// Everything here is logged in full, whatever it looks like.
func TestSampling_completeLogsAreNotTakenForSamples(t *testing.T) {
	for _, c := range []struct {
		name  string
		round func(n int) []string // "TRANSACTION message", what the n-th request logs
	}{
		{"a threshold", func(n int) []string {
			return []string{fmt.Sprintf("%d LOG:  duration: 100.000 ms  execute s: SELECT 1", n*50)}
		}},
		{"several statements in one text", func(n int) []string {
			return []string{
				fmt.Sprintf("%d LOG:  duration: 0.010 ms  statement: BEGIN", n), "0 LOG:  duration: 0.900 ms  statement: INSERT INTO a VALUES (1); COMMIT",
				fmt.Sprintf("%d LOG:  duration: 0.010 ms  bind s: SELECT 1", n), fmt.Sprintf("%d LOG:  duration: 0.010 ms  execute s: SELECT 1", n),
			}
		}},
		{"a driver that asks for types in transactions of their own", func(n int) []string {
			return []string{fmt.Sprintf("%d LOG:  duration: 0.010 ms  parse s: SELECT 1", n*4), fmt.Sprintf("%d LOG:  duration: 0.010 ms  bind s: SELECT 1", n*4+2), fmt.Sprintf("%d LOG:  duration: 0.010 ms  execute s: SELECT 1", n*4+2)}
		}},
		{"statements of which each is a transaction that the log does not name", func(n int) []string {
			lines := []string{fmt.Sprintf("%d LOG:  duration: 0.010 ms  statement: BEGIN", n*9), "0 LOG:  duration: 0.010 ms  statement: COMMIT"}
			for range 8 {
				lines = append(lines, "0 LOG:  duration: 0.010 ms  statement: SELECT 1")
			}
			return lines
		}},
		{"a procedure that commits", func(n int) []string {
			return []string{fmt.Sprintf("%d LOG:  duration: 0.010 ms  bind s: SELECT 1", n*90), fmt.Sprintf("%d LOG:  duration: 0.010 ms  execute s: SELECT 1", n*90), "0 LOG:  duration: 0.800 ms  statement: CALL work()"}
		}},
		{"named portals, bound long before", func(n int) []string {
			return []string{
				fmt.Sprintf("%d LOG:  duration: 0.010 ms  bind a/p: SELECT 1", n), fmt.Sprintf("%d LOG:  duration: 0.010 ms  bind b: SELECT 1", n),
				fmt.Sprintf("%d LOG:  duration: 0.010 ms  execute b: SELECT 1", n), fmt.Sprintf("%d LOG:  duration: 0.010 ms  execute a/p: SELECT 1", n),
				fmt.Sprintf("%d LOG:  duration: 0.010 ms  execute fetch from a/p: SELECT 1", n),
			}
		}},
		{"a log without bind steps, as a filter leaves it", func(n int) []string {
			return []string{fmt.Sprintf("%d LOG:  duration: 0.010 ms  execute s: SELECT 1", n)}
		}},
		{"a session that listens for notifications", func(n int) []string {
			if n == 1 {
				return []string{"0 LOG:  duration: 0.010 ms  statement: LISTEN jobs"}
			}
			return []string{fmt.Sprintf("%d LOG:  duration: 0.010 ms  bind s: SELECT 1", n*9), fmt.Sprintf("%d LOG:  duration: 0.010 ms  execute s: SELECT 1", n*9)}
		}},
		{"transactions in transactions", func(n int) []string {
			return []string{"0 LOG:  duration: 0.010 ms  statement: BEGIN", "0 WARNING:  there is already a transaction in progress", "0 LOG:  duration: 0.010 ms  statement: BEGIN", "0 LOG:  duration: 0.010 ms  statement: COMMIT", "0 LOG:  duration: 0.010 ms  statement: COMMIT"}
		}},
	} {
		var b strings.Builder
		for n := 1; n <= 100; n++ {
			for _, line := range c.round(n) {
				vxid, message, _ := strings.Cut(line, " ")
				fmt.Fprintf(&b, "2026-11-23 08:00:00.000 UTC [1] 3/%s %s\n", vxid, message)
			}
		}
		in := readLog(t, Options{Prefix: "%m [%p] %v "}, b.String()).w.Inputs[0]
		if sampled, rate, _ := in.Sampling.Sampled(); sampled || in.Executions == 0 {
			t.Errorf("%s: taken for a sample of %.2f: %+v, %d executions", c.name, rate, in.Sampling, in.Executions)
		}
	}
}

func TestSampling_aMissingPartOfTheLogIsNoSample(t *testing.T) {
	var b strings.Builder
	for n := range 3000 {
		if n >= 1000 && n < 2000 { // a rotated file that was not given
			continue
		}
		for _, what := range []string{"bind", "execute"} {
			fmt.Fprintf(&b, "2026-11-23 08:00:00.000 UTC [1] 3/%d LOG:  duration: 0.010 ms  %s s: SELECT 1\n", n+1, what)
		}
	}
	in := readLog(t, Options{Prefix: "%m [%p] %v "}, b.String()).w.Inputs[0]
	if sampled, _, _ := in.Sampling.Sampled(); sampled || in.Sampling.Far != 1 {
		t.Errorf("taken for a sample: %+v", in.Sampling)
	}
}
