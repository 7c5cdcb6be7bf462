package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer"
)

func TestGitHub_isWhatTheRunnerReads(t *testing.T) {
	golden(t, "shop.github", written(t, GitHub, shop(), Options{}))
}

func TestGitHub_everyLineIsOneCommand(t *testing.T) {
	for name, r := range results() {
		for line := range strings.Lines(written(t, GitHub, r, Options{})) {
			head, _, ok := strings.Cut(strings.TrimPrefix(line, "::"), "::")
			word, _, _ := strings.Cut(head, " ")
			if !ok || !strings.HasPrefix(line, "::") || word != "error" && word != "warning" && word != "notice" {
				t.Errorf("%s: %q is no annotation", name, line)
			}
		}
	}
}

func TestGitHub_escapes(t *testing.T) {
	r := &analyzer.Result{Findings: []analyzer.Finding{{
		Rule: "a-rule", Severity: analyzer.Warning, Message: "100 % of a:b,c\r\nsecond line", Table: "x:y,z",
		Location: &analyzer.Location{Path: "a,b:c%.sql", Line: 3},
		Fixes:    []analyzer.Fix{{Kind: "rewrite", SQL: "SELECT 1;\nSELECT 2;"}},
	}}}
	want := "::warning file=a%2Cb%3Ac%25.sql,line=3,title=a-rule%3A x%3Ay%2Cz::100 %25 of a:b,c  second line%0Aconfidence .00%0ASELECT 1;%0ASELECT 2;\n"
	if got := written(t, GitHub, r, Options{}); !strings.HasPrefix(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestGitHub_tenOfEachLevelAndTheRestIsCounted(t *testing.T) {
	r := shop()
	r.Findings = nil
	for i := range 13 {
		for _, s := range []analyzer.Severity{analyzer.Error, analyzer.Warning, analyzer.Info} {
			r.Findings = append(r.Findings, analyzer.Finding{Rule: "r", Severity: s, Message: fmt.Sprint(i)})
		}
	}
	got := written(t, GitHub, r, Options{})
	for level, want := range map[string]int{"error": 10, "warning": 10, "notice": 10} {
		if n := strings.Count(got, "::"+level+" "); n != want {
			t.Errorf("%d of level %s, want %d", n, level, want)
		}
	}
	if !strings.Contains(got, "10 findings not shown here") {
		t.Errorf("the others are not counted in\n%s", got)
	}
}
