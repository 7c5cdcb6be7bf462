package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagError adds the flag that was probably meant to pflag's error.
func flagError(cmd *cobra.Command, err error) error {
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "unknown flag: --"); ok {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := nearest(name, names); near != "" {
			return fmt.Errorf("unknown flag --%s; did you mean --%s?", name, near)
		}
		return fmt.Errorf("unknown flag --%s; %s --help lists them", name, cmd.CommandPath())
	}
	return fmt.Errorf("%w; %s --help lists the flags", err, cmd.CommandPath())
}

// nearest returns the candidate that is closest to word by edit distance, ""
// when none is close: at most a third of the word may differ.
func nearest(word string, candidates []string) string {
	best, least := "", max(2, len(word)/3)+1
	for _, c := range candidates {
		d := distance(word, c)
		if strings.HasPrefix(c, word) && len(word) >= 3 {
			d = min(d, 1)
		}
		if d < least {
			best, least = c, d
		}
	}
	return best
}

// distance is the Levenshtein distance in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// oneOf checks a flag's value against the names it may have.
func oneOf(flag, value string, names []string) error {
	for _, n := range names {
		if value == n {
			return nil
		}
	}
	if near := nearest(value, names); near != "" {
		return fmt.Errorf("--%s %q is unknown; did you mean %q?", flag, value, near)
	}
	return fmt.Errorf("--%s %q is unknown; it is one of %s", flag, value, strings.Join(names, ", "))
}
