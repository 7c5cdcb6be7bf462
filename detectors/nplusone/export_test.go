package nplusone

import (
	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/query"
)

// Rewritten is what is proposed for a statement of a loop.
type Rewritten struct {
	Statement *analyzer.Statement
	Batch     *query.Batch // nil: none, for the reason
	Reason    error
	Caveats   string
	Command   query.Command
	keys      []int
}

// Keys are the placeholders of the normalised statement by whose values it
// finds its rows.
func (r Rewritten) Keys() []int { return r.keys }

// Rewrites returns what is proposed for every statement of every loop of a
// workload, however sure it is that it is one.
func Rewrites(w *analyzer.Workload) (out []Rewritten) {
	r := &review{w: w}
	r.count()
	for i := range w.Loops {
		j := r.judge(&w.Loops[i])
		if j == nil || j.rule != loopRule && j.rule != writeRule && j.rule != pipelinedRule {
			continue
		}
		for _, u := range j.innermostFirst() {
			if u.sequence || len(u.keys) == 0 && u.query.Command != query.Insert {
				continue
			}
			x := Rewritten{Statement: u.stmt, Command: u.query.Command}
			if x.Batch, x.Reason = u.rewrite(); x.Batch != nil {
				x.Caveats = u.caveats(x.Batch)
			}
			for _, k := range u.keys {
				x.keys = append(x.keys, query.Placeholder(u.query.Text, u.stmt.Text, k.place))
			}
			out = append(out, x)
		}
	}
	return out
}
