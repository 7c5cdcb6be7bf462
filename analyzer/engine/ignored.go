package engine

import (
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/sqltree"
)

// ignored reports a finding about a statement that says in a comment that it is
// not to be reported. The statement may stand in several places of a program:
// all executions that were kept must say so.
func (r *run) ignored(f *analyzer.Finding) bool {
	if r.commented == nil {
		r.commented = map[[2]string][]string{}
		for _, s := range r.byGroup {
			if s == nil {
				continue
			}
			if texts := asWritten(s); strings.Contains(texts[0], "apilint") {
				r.commented[[2]string{s.Database, s.ID}] = texts
			}
		}
	}
	texts := r.commented[[2]string{f.Database, f.Query}]
	return len(texts) > 0 && !slices.ContainsFunc(texts, func(text string) bool { return !sqltree.Ignores(text, f.Rule) })
}

// asWritten are the texts of a statement as clients wrote them, comments
// included; at least one.
func asWritten(s *analyzer.Statement) []string {
	var texts []string
	for _, x := range s.Samples {
		texts = append(texts, x.Text)
	}
	if len(texts) == 0 {
		for _, g := range s.Groups {
			texts = append(texts, g.Text)
		}
	}
	return texts
}
