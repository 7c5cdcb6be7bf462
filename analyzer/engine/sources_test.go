package engine_test

import (
	"context"
	"testing"

	"github.com/apilint/apilint/analyzer/engine"
	"github.com/apilint/apilint/analyzer/workload"
	"github.com/apilint/apilint/internal/source"
)

const (
	logSample   = "../../internal/source/testdata/logs/version17.csv.gz"
	statsSample = "../../internal/source/testdata/pgss/pgss-1.11.csv"
)

// observedCalls reads inputs together and returns, per statement text, the
// calls that each kind of input saw.
func observedCalls(t *testing.T, inputs ...string) (calls map[string]map[string]int64, executions int64) {
	t.Helper()
	agg := workload.NewAggregator(workload.Limits{})
	if err := source.Read(context.Background(), inputs, source.Options{}, agg); err != nil {
		t.Fatal(err)
	}
	res, err := engine.Run(context.Background(), engine.Input{Workload: agg.Workload()}, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	calls = map[string]map[string]int64{}
	for _, q := range res.Queries {
		if calls[q.Text] != nil {
			t.Errorf("%s is two queries", q.Text)
		}
		calls[q.Text] = map[string]int64{}
		for _, o := range q.Observed {
			calls[q.Text][o.Source] = o.Calls
		}
		if q.Calls > max(calls[q.Text]["log"], calls[q.Text]["pgss"]) {
			t.Errorf("%s: %d calls, observed %v", q.Text, q.Calls, q.Observed)
		}
	}
	return calls, res.Workload.Executions
}

// The server wrote the log and counted at the same time; the counters were set
// to zero a little after the log began.
func TestRun_aWorkloadSeenTwiceCountsOnce(t *testing.T) {
	for _, inputs := range [][]string{{logSample, statsSample}, {statsSample, logSample}} {
		calls, _ := observedCalls(t, inputs...)
		for text, want := range map[string]int64{
			"SELECT count(*) FROM orders WHERE customer_id = $1":          12,
			"SELECT * FROM customers WHERE id = $1":                       4,
			"SELECT count(*) FROM customers WHERE name LIKE $1":           1, // '%...' in the log
			"SELECT count(*) FROM orders WHERE meta @> $1::jsonb":         1,
			"select * from orders where id in ($1,$2,$3)":                 2, // lists of three and six
			"SELECT * FROM orders WHERE customer_id = $1 AND status = $2": 1, // EXECUTE in the log, PREPARE in the statistics
			"SELECT order_total($1)":                                      1,
		} {
			if got := calls[text]; got["log"] != want || got["pgss"] != want {
				t.Errorf("%v: %s: observed %v, want %d in both", inputs, text, got, want)
			}
		}
	}
}

func TestRun_theSumOfTwoKindsOfInputIsNotTheirSum(t *testing.T) {
	_, log := observedCalls(t, logSample)
	_, stats := observedCalls(t, statsSample)
	_, both := observedCalls(t, logSample, statsSample)
	if both < max(log, stats) || both > log+stats/2 { // most statements are in both
		t.Errorf("%d executions in the log, %d in the statistics, %d of both together", log, stats, both)
	}
}
