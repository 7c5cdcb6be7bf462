package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/apilint/apilint/detectors"
	"github.com/apilint/apilint/internal/ruledoc"
)

func newRules(s streams) *cobra.Command {
	return &cobra.Command{
		Use:     "rules [RULE]",
		Short:   "List the rules, or print one rule's page",
		Example: "  apilint rules\n  apilint rules n-plus-one",
		Args:    cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return ruleNames(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return ruledoc.Table(s.out, detectors.All())
			}
			if err := knownRule(args[0]); err != nil {
				return usage(err)
			}
			for _, d := range detectors.All() {
				for _, r := range d.Rules {
					if r.Name == args[0] {
						return ruledoc.Page(s.out, r)
					}
				}
			}
			return errors.New("unreachable: the rule is known")
		},
	}
}

func ruleNames() []string {
	var names []string
	for _, d := range detectors.All() {
		for _, r := range d.Rules {
			names = append(names, r.Name)
		}
	}
	return names
}

// knownRule returns an error with a suggestion for a rule that does not exist.
func knownRule(name string) error {
	names := ruleNames()
	for _, n := range names {
		if n == name {
			return nil
		}
	}
	if near := nearest(name, names); near != "" {
		return fmt.Errorf("unknown rule %q; did you mean %q?", name, near)
	}
	return fmt.Errorf("unknown rule %q; apilint rules lists them", name)
}
