package nplusone_test

import (
	"testing"

	"github.com/apilint/apilint/analyzer/analyzertest"
	"github.com/apilint/apilint/detectors/nplusone"
)

func TestDetector(t *testing.T) { analyzertest.Run(t, nplusone.Detector, "testdata") }
