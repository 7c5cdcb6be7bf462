package source

import (
	"path/filepath"
	"strings"

	"github.com/apilint/apilint/analyzer/workload"
)

// sameLog identifies a log whatever form it has: a server whose log_destination
// names several forms writes postgresql.log, postgresql.csv and postgresql.json
// side by side, with the same first time.
type sameLog struct{ stem, begins string }

// logForm is one form of a log that was read.
type logForm struct{ path, format string }

// twin returns the input that holds the same log in another form and was read
// before, "" when there is none.
func (r *reading) twin(in *workload.Input, format string, head []byte) string {
	begins := firstTime(head)
	if in.Path == "-" || begins == "" {
		return ""
	}
	stem := in.Path
	for range 1 + len(in.Envelopes) { // postgresql.csv.gz
		stem = strings.TrimSuffix(stem, filepath.Ext(stem))
	}
	id := sameLog{stem, begins}
	first, known := r.forms[id]
	switch {
	case !known:
		if r.forms == nil {
			r.forms = map[sameLog]logForm{} // bounded by the inputs that were named
		}
		r.forms[id] = logForm{in.Path, format}
	case first.format != format:
		return first.path
	}
	return ""
}

// firstTime returns the first time in a log, to the second.
func firstTime(head []byte) string {
	for i := range head {
		if head[i] >= '0' && head[i] <= '9' && timestampLen(head[i:]) > 0 {
			return string(head[i : i+19])
		}
	}
	return ""
}

// leaveOut notes an input that is the same log as another one.
func (r *reading) leaveOut(in *workload.Input, other string) error {
	in.Notes = append(in.Notes, "left out: it is the same log as "+filepath.Base(other)+" in another form, and nothing is counted twice")
	r.input(in, workload.SourceLog)
	return nil
}
