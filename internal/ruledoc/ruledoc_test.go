package ruledoc_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/detectors"
	"github.com/apilint/apilint/internal/ruledoc"
)

const folder = "../../docs/rules"

func TestPages_areUpToDate(t *testing.T) {
	files, err := ruledoc.Files(detectors.All())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Errorf("%s is missing: make generate writes it", name)
		} else if string(got) != want {
			t.Errorf("%s is not up to date: make generate writes it", name)
		}
	}
	pages, err := filepath.Glob(filepath.Join(folder, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		if _, ok := files[filepath.Base(p)]; !ok {
			t.Errorf("%s is the page of no rule: make generate removes it", filepath.Base(p))
		}
	}
}

var rule = analyzer.Rule{
	Name: "slow-thing", Severity: analyzer.Warning,
	Doc: analyzer.Doc{
		Title: "A thing is slow", Why: "It takes 9 s.", Schema: "CREATE TABLE t (a int);",
		Bad: "SELECT 1;\n", Good: "SELECT 2;", Caveats: "When nobody waits.",
	},
}

func TestPage_isMarkdown(t *testing.T) {
	var b strings.Builder
	if err := ruledoc.Page(&b, rule); err != nil {
		t.Fatal(err)
	}
	const want = "# slow-thing\n\nSeverity: warning at worst.\n" +
		"\n## What it sees\n\nA thing is slow.\n" +
		"\n## Why it hurts\n\nIt takes 9 s.\n" +
		"\n## Example\n\nThe tables:\n\n```sql\nCREATE TABLE t (a int);\n```\n" +
		"\nThis is reported:\n\n```sql\nSELECT 1;\n```\n\nThis is not:\n\n```sql\nSELECT 2;\n```\n" +
		"\n## When it is fine\n\nWhen nobody waits.\n" +
		"\n## How to silence it\n\nLeave the rule out of a run:\n\n```\napilint analyze INPUT --exclude-rule slow-thing\n```\n"
	if got := b.String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestPage_saysInWordsWhatTheHarnessIsTold(t *testing.T) {
	for in, want := range map[string]string{
		"SELECT 1; -- params: 1..10":  "SELECT 1; -- executed with each of 1 to 10\n",
		"SELECT 1; -- params: 'a', 2": "SELECT 1; -- executed with 'a', 2\n",
		"-- pause: 5s\nSELECT 1;":     "-- 5s later\nSELECT 1;\n",
		"-- calls: 900 of 4ms":        "-- 900 calls of 4ms\n",
		"-- vxid: 3/5\nSELECT 1;":     "-- all in the virtual transaction 3/5\nSELECT 1;\n",
		"SELECT 1; -- took: 4ms":      "SELECT 1; -- takes 4ms\n",
	} {
		r := rule
		r.Doc.Bad = in
		var b strings.Builder
		if err := ruledoc.Page(&b, r); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q: %q is missing in\n%s", in, want, b.String())
		}
	}
}

func TestPage_fitsATerminal(t *testing.T) {
	r := rule
	r.Doc.Why = strings.Repeat("word and ", 40) + "\n\n- a list stays as it is, however long its lines are, because whoever wrote it knew what they did"
	var b strings.Builder
	if err := ruledoc.Page(&b, r); err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(b.String(), "\n") {
		if len(line) > 78 && !strings.HasPrefix(line, "- ") {
			t.Errorf("%d columns: %s", len(line), line)
		}
	}
	if !strings.Contains(b.String(), "\n- a list stays as it is, however long its lines are, because whoever wrote it knew what they did\n") {
		t.Errorf("the list was broken:\n%s", b.String())
	}
}

func TestTable_hasOneLinePerRule(t *testing.T) {
	second := rule
	second.Name, second.Severity = "x", analyzer.Error
	var b strings.Builder
	if err := ruledoc.Table(&b, []*analyzer.Detector{{Rules: []analyzer.Rule{rule}}, {Rules: []analyzer.Rule{second}}}); err != nil {
		t.Fatal(err)
	}
	const want = "slow-thing  warning  A thing is slow\n" +
		"x           error    A thing is slow\n"
	if got := b.String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
