package nplusone_test

import (
	"math"
	"path/filepath"
	"testing"
)

func TestReasons_addUpToTheConfidence(t *testing.T) {
	logs, err := filepath.Glob("../../testdata/nplusone/*.log")
	if err != nil || len(logs) == 0 {
		t.Fatalf("no logs: %v", err)
	}
	seen := 0
	for _, path := range logs {
		for _, f := range analyse(t, nil, path).Findings {
			sum := 0.0
			for _, r := range f.Reasons {
				if r.Fact == "" {
					t.Errorf("%s: %s: a reason without a fact", path, f.ID)
				}
				sum += r.Points
			}
			if seen++; math.Abs(sum-f.Confidence) > .0051 {
				t.Errorf("%s: %s: %.3f of reasons for a confidence of %.2f: %v", path, f.ID, sum, f.Confidence, f.Reasons)
			}
		}
	}
	if seen == 0 {
		t.Error("no findings")
	}
}
