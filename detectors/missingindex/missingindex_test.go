package missingindex

import (
	"testing"

	"github.com/apilint/apilint/analyzer/analyzertest"
)

func TestDetector(t *testing.T) { analyzertest.Run(t, Detector, "testdata") }
