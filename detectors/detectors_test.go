package detectors_test

import (
	"regexp"
	"testing"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/analyzertest"
	"github.com/apilint/apilint/detectors"
)

func TestDocs_badIsReportedAndGoodIsNot(t *testing.T) {
	analyzertest.Docs(t, detectors.All()...)
}

func TestDetectors_areWellFormed(t *testing.T) {
	kebab := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	digit := regexp.MustCompile(`[0-9]`)
	seen := map[string]bool{}
	for _, d := range detectors.All() {
		if (d.Run == nil) == (d.Review == nil) {
			t.Errorf("%s: exactly one of Run and Review must be set", d.Rules[0].Name)
		}
		for _, r := range d.Rules {
			switch {
			case !kebab.MatchString(r.Name):
				t.Errorf("%q is no kebab-case name", r.Name)
			case seen[r.Name]:
				t.Errorf("two rules are called %s", r.Name)
			case r.Severity != analyzer.Error && r.Severity != analyzer.Warning && r.Severity != analyzer.Info:
				t.Errorf("%s has the severity %q", r.Name, r.Severity)
			case !digit.MatchString(r.Doc.Why):
				t.Errorf("%s: Why has no measured number", r.Name)
			case r.Doc.Caveats == "":
				t.Errorf("%s does not say when it is fine", r.Name)
			}
			seen[r.Name] = true
		}
	}
}
