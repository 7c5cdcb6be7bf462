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
	texts := r.commented[[2]string{f.Database, f.Query}]
	return len(texts) > 0 && !slices.ContainsFunc(texts, func(text string) bool { return !sqltree.Ignores(text, f.Rule) })
}

// comments are the texts of the statements that name apilint, by database and ID.
func comments(stmts []*analyzer.Statement) map[[2]string][]string {
	out := map[[2]string][]string{}
	for _, s := range stmts {
		if texts := asWritten(s); len(texts) > 0 && strings.Contains(texts[0], "apilint") {
			out[[2]string{s.Database, s.ID}] = texts
		}
	}
	return out
}

// asWritten are the texts of a statement as clients wrote them, comments
// included.
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
