// Package analyzertest runs detectors on SQL files that say beside each
// statement what must be reported:
//
//	CREATE TABLE users (id bigint PRIMARY KEY, email text);
//
//	SELECT * FROM users WHERE email = 'x'; -- want "missing-index.*email"
//	SELECT * FROM users WHERE id = 1;
//
// Every statement without a want must stay silent. DDL is the schema, and
// files called NAME.*.csv beside NAME.sql are its statistics. All other
// statements run in the order of the file, in one session, a millisecond
// apart, through the real aggregator, loop finder and engine. A want is a
// regular expression over the finding as [Describe] prints it; there may be
// several.
//
// What a statement was given and when it ran is said by comments beside it, or
// on lines of their own before it:
//
//	-- params: 'john%', 5, NULL   ran with these values of $1, $2, ... as a log
//	                              shows them; several such lines are several runs
//	-- params: 1..10              ran ten times, with each of the numbers
//	-- pause: 5s                  the session was silent before
//	-- session: b                 ran in another session
//	-- took: 12ms                 each run; .2 ms without
//	-- vxid: 3/556                the virtual transaction, the same for runs of one pipeline
//	-- calls: 900 of 4.5ms        did not run: a row of pg_stat_statements
//
// Comments that clients write into statements (/*route='/users'*/) are read as
// in a log. Findings below a confidence of .5, which the command hides, are
// hidden here, too.
package analyzertest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/engine"
)

// Run checks the detector on every .sql file of a folder.
func Run(t *testing.T, d *analyzer.Detector, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.sql"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("%s holds no .sql file", dir)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".sql"), func(t *testing.T) {
			for _, p := range checkFile(d, path) {
				t.Error(p)
			}
		})
	}
}

// Docs executes the documentation of every rule: Bad must be reported by the
// rule, Good must not.
func Docs(t *testing.T, detectors ...*analyzer.Detector) {
	t.Helper()
	for _, d := range detectors {
		for _, r := range d.Rules {
			t.Run(r.Name, func(t *testing.T) {
				for _, p := range checkDoc(d, r) {
					t.Error(p)
				}
			})
		}
	}
}

// checkFile returns what a file expects and did not get, and what it got and
// does not expect.
func checkFile(d *analyzer.Detector, path string) []string {
	content, err := os.ReadFile(path)
	if err != nil {
		return []string{err.Error()}
	}
	s, err := parse(path, string(content))
	if err != nil {
		return []string{err.Error()}
	}
	stats, err := filepath.Glob(strings.TrimSuffix(path, ".sql") + ".*.csv")
	if err != nil {
		return []string{err.Error()}
	}
	for _, name := range stats {
		content, err := os.ReadFile(name)
		if err != nil {
			return []string{err.Error()}
		}
		s.stats = append(s.stats, statistics{name, content})
	}
	res, problems := s.analyse(d)
	if res == nil {
		return problems
	}
	return append(problems, s.compare(res.Findings)...)
}

// checkDoc returns what is wrong with the documentation of a rule.
func checkDoc(d *analyzer.Detector, r analyzer.Rule) []string {
	var problems []string
	for what, text := range map[string]string{"a title": r.Doc.Title, "a Why": r.Doc.Why, "a Bad example": r.Doc.Bad, "a Good example": r.Doc.Good} {
		if strings.TrimSpace(text) == "" {
			problems = append(problems, "the rule has no "+strings.TrimPrefix(what, "a "))
		}
	}
	if len(problems) > 0 {
		return problems
	}
	for _, example := range []struct {
		name, sql string
		want      bool
	}{{"Bad", r.Doc.Bad, true}, {"Good", r.Doc.Good, false}} {
		s, err := parse(example.name, r.Doc.Schema+"\n"+example.sql)
		if err != nil {
			problems = append(problems, err.Error())
			continue
		}
		res, more := s.analyse(d)
		problems = append(problems, more...)
		if res == nil {
			continue
		}
		var found []string
		for i := range res.Findings {
			if res.Findings[i].Rule == r.Name {
				found = append(found, Describe(&res.Findings[i]))
			}
		}
		if example.want && len(found) == 0 {
			problems = append(problems, "Bad is not reported")
		}
		if !example.want && len(found) > 0 {
			problems = append(problems, "Good is reported:\n"+strings.Join(found, "\n"))
		}
	}
	return problems
}

// analyse runs the engine with one detector. Skips that mean a mistake of ours
// or of the file are problems.
func (s *script) analyse(d *analyzer.Detector) (*analyzer.Result, []string) {
	in, err := s.input()
	if err != nil {
		return nil, []string{err.Error()}
	}
	in.Detectors = []*analyzer.Detector{d}
	res, err := engine.Run(context.Background(), *in, engine.Options{Jobs: 1, MinConfidence: .5})
	if err != nil {
		return nil, []string{err.Error()}
	}
	var problems []string
	for _, skip := range res.Skips {
		switch skip.Kind {
		case "detector-crashed", "detector-failed", "index-advisor-crashed", "parse-failed", "schema-problem", "several-statements":
			problems = append(problems, fmt.Sprintf("%s: %s", skip.Kind, skip.Example))
		}
	}
	return res, problems
}

// Describe prints a finding for people who write wants: rule and message in
// the first line, then how it is known, notes, fixes, its place and what it
// costs.
func Describe(f *analyzer.Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", f.Rule, f.Message)
	fmt.Fprintf(&b, "  %s %.2f %s %s (%s)\n", f.Severity, f.Confidence, f.Basis, f.Table, strings.Join(f.Columns, ", "))
	if f.Parent != nil {
		fmt.Fprintf(&b, "  parent %s (%s)\n", f.Parent.Table, strings.Join(f.Parent.Columns, ", "))
	}
	if l := f.Loop; l != nil {
		least, most := l.Iterations.Range()
		fmt.Fprintf(&b, "  loop of %d/%d/%d in %d requests\n", least, l.Iterations.Median, most, seen(l.Requests))
	}
	for _, n := range f.Notes {
		fmt.Fprintf(&b, "  note %s\n", n)
	}
	for _, x := range f.Fixes {
		fmt.Fprintf(&b, "  fix %s: %s\n", x.Kind, x.Title)
		for _, line := range strings.Split(strings.TrimSpace(x.SQL), "\n") {
			if line != "" {
				fmt.Fprintf(&b, "    %s\n", line)
			}
		}
	}
	if l := f.Location; l != nil {
		fmt.Fprintf(&b, "  at %s:%d\n", filepath.ToSlash(l.Path), l.Line)
	}
	fmt.Fprintf(&b, "  impact %s calls, %s ms, %s ms saved\n", known(f.Impact.Calls), known(f.Impact.ExecMS), known(f.Impact.SavedMS))
	return b.String()
}

// known prints a number that may be unknown.
func known[T int64 | float64](n *T) string {
	if n == nil {
		return "?"
	}
	return fmt.Sprintf("%.0f", float64(*n))
}

// seen is how many requests, -1 when they are not known.
func seen(requests *int) int {
	if requests == nil {
		return -1
	}
	return *requests
}
