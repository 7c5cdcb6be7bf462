package source

import (
	"fmt"

	"github.com/apilint/apilint/analyzer/workload"
)

// counting notes numbers that are not zero beside the coverage of an input.
func counting(in *workload.Input) func(n int, format string) {
	return func(n int, format string) {
		if n > 0 {
			in.Notes = append(in.Notes, fmt.Sprintf(format, n))
		}
	}
}
