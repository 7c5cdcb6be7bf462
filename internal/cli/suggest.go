package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagError says in words what is wrong with a flag, and which one was
// probably meant.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		return unknownFlag(cmd, unknown.GetSpecifiedName())
	case errors.As(err, &invalid):
		f := invalid.GetFlag()
		if what := valueOf[f.Value.Type()]; what != "" {
			return fmt.Errorf("--%s %q is no %s", f.Name, invalid.GetValue(), what)
		}
		return fmt.Errorf("--%s: %w", f.Name, invalid.Unwrap())
	}
	return fmt.Errorf("%w; %s --help lists the flags", err, cmd.CommandPath())
}

// valueOf says what a flag of a type takes.
var valueOf = map[string]string{
	"int": "whole number", "int64": "whole number", "float64": "number", "bool": "true or false", "duration": "time; write it like 200ms or 5s",
}

// unknownFlag names the flag that was probably meant, or the command that has
// it.
func unknownFlag(cmd *cobra.Command, name string) error {
	if !cmd.HasParent() {
		// apilint some.log --schema x: the command is what is missing.
		if args := cmd.Flags().Args(); len(args) > 0 {
			return rootArgs(cmd, args)
		}
		for _, c := range cmd.Commands() {
			if c.Flags().Lookup(name) != nil {
				return fmt.Errorf("--%s is a flag of %s; write %s --%s", name, c.CommandPath(), c.CommandPath(), name)
			}
		}
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := nearest(name, names); near != "" {
		return fmt.Errorf("unknown flag --%s; did you mean --%s?", name, near)
	}
	return fmt.Errorf("unknown flag --%s; %s --help lists them", name, cmd.CommandPath())
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
