package nplusone

import (
	"fmt"
	"strings"
	"time"
)

// blindness says which logs cannot show a loop: every statement of a loop is
// fast, and a log that holds only slow ones lacks them all; one that holds a
// sample lacks most of each.
func (r *review) blindness() {
	const (
		few       = 10                    // statements from which on the shortest tells something
		shortest  = 5 * time.Millisecond  // of many statements on any server
		shortest1 = 20 * time.Millisecond // of a few
	)
	for _, in := range r.w.Source.Inputs {
		if in.Kind != "log" || in.Executions == 0 {
			continue
		}
		if in.Format == "stderr" && in.Prefix != "" && !strings.Contains(in.Prefix, "%c") && !strings.Contains(in.Prefix, "%p") {
			r.w.Skip("n-plus-one-blind", fmt.Sprintf(
				"%s does not say which session ran a statement, so that the loops of one are torn apart by the others: put %%c or %%p into log_line_prefix",
				in.Path))
		}
		if sampled, _, whole := in.Sampling.Sampled(); sampled && !whole || r.w.SampleRate > 0 && r.w.SampleRate < 1 {
			r.w.Skip("n-plus-one-blind", fmt.Sprintf(
				"%s holds a sample of the statements, which tears loops apart: log_transaction_sample_rate shows some transactions in full, pg_stat_statements counts all",
				in.Path))
			continue
		}
		limit := shortest
		if in.Executions < few {
			limit = shortest1
		}
		if least := time.Duration(in.MinUS) * time.Microsecond; least >= limit {
			r.w.Skip("n-plus-one-blind", fmt.Sprintf(
				"%s holds no statement below %s, so no loop of fast ones can be seen: log_min_duration_sample = 0 with log_transaction_sample_rate shows some in full, pg_stat_statements counts all",
				in.Path, least.Round(time.Millisecond)))
		}
	}
}
