package analyzertest

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/sqltree"
)

// expected is what all statements of one id want. One finding may answer
// several wants: a statement that is written twice is one statement.
type expected struct {
	line  int
	wants []*regexp.Regexp
	met   []bool
	lines []int // of the wants
}

// compare lists wants without a finding and findings without a want.
func (s *script) compare(findings []analyzer.Finding) []string {
	byID := map[string]*expected{}
	var order []*expected
	for _, st := range s.steps {
		id := statementID(st.text)
		e := byID[id]
		if e == nil {
			e = &expected{line: st.line}
			byID[id] = e
			order = append(order, e)
		}
		for _, w := range st.wants {
			e.wants, e.met, e.lines = append(e.wants, w), append(e.met, false), append(e.lines, st.line)
		}
	}
	var problems []string
	for i := range findings {
		f := &findings[i]
		text := Describe(f)
		e := byID[f.Query]
		if e == nil {
			problems = append(problems, fmt.Sprintf("%s: reported on a query that the file does not hold:\n%s", s.path, text))
			continue
		}
		matched := false
		for n, w := range e.wants {
			if w.MatchString(text) {
				e.met[n], matched = true, true
			}
		}
		if !matched {
			problems = append(problems, fmt.Sprintf("%s:%d: not wanted:\n%s", s.path, e.line, text))
		}
	}
	for _, e := range order {
		for n, met := range e.met {
			if !met {
				problems = append(problems, fmt.Sprintf("%s:%d: nothing reported that matches %q", s.path, e.lines[n], e.wants[n]))
			}
		}
	}
	return problems
}

// statementID is the id that the engine gives the statement.
func statementID(text string) string {
	if tree, err := sqltree.Parse(text); err == nil && len(tree.Stmts) == 1 {
		if key, err := sqltree.Key(tree, 0); err == nil {
			return key.ID()
		}
	}
	return sqltree.LexicalKey(strings.TrimSpace(text)).ID()
}
