// Package detectors lists every detector that apilint runs.
package detectors

import (
	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/detectors/leadingwildcard"
	"github.com/apilint/apilint/detectors/missingindex"
	"github.com/apilint/apilint/detectors/nplusone"
)

//go:generate go run ../internal/ruledoc/pages ../docs/rules

// All returns the detectors. Help, completion, the rules' pages and errors
// derive from it.
func All() []*analyzer.Detector {
	return []*analyzer.Detector{
		nplusone.Detector,
		missingindex.Detector,
		leadingwildcard.Detector,
	}
}
