package nplusone

import (
	"fmt"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/index"
)

// indexes are the fixes of the indexes that the advisor chose for statements of
// the loop: a batch finds its rows by the same columns. They are its own words,
// so that one index has one DDL.
func (r *review) indexes(j *judged) (out []analyzer.Fix) {
	if r.w.Selection == nil || j.rule != loopRule && j.rule != writeRule {
		return nil
	}
	serves := map[string]bool{}
	for _, u := range j.body {
		serves[u.stmt.ID] = true
	}
	for i := range r.w.Selection.Advices {
		a := &r.w.Selection.Advices[i]
		if a.Action != index.Create {
			continue
		}
		for _, s := range a.Serves {
			if !serves[s.ID] {
				continue
			}
			title := fmt.Sprintf("create the index that the batch needs as well: %s on %s", a.Def.Name, a.Def.Table)
			if a.Bytes > 0 {
				title += fmt.Sprintf(", about %.1f MB", float64(a.Bytes)/1e6)
			}
			out = append(out, analyzer.Fix{Kind: "index", Title: title, SQL: a.DDL, Rollback: a.Rollback})
			break
		}
	}
	return out
}
