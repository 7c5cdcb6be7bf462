package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/apilint/apilint/analyzer/engine"
	"github.com/apilint/apilint/internal/report"
)

func newInspect(s streams) *cobra.Command {
	var in inputFlags
	out := outputFlags{}
	var allowEmpty bool
	var minParseRate float64
	cmd := &cobra.Command{
		Use:   "inspect INPUT...",
		Short: "Say what was recognised in the input, and how much of it",
		Long: `Reads the input as analyze does and prints only the coverage: what each file is,
how many lines and executions were read, and what was not understood.`,
		Example: `  apilint inspect postgresql.log
  apilint inspect logs/ --format json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", out.format, []string{"table", "json"}); err != nil {
				return usage(err)
			}
			return inspect(cmd.Context(), s, &in, &out, args, engine.Options{AllowEmpty: allowEmpty, MinParseRate: minParseRate, ExitZero: true})
		},
	}
	in.register(cmd)
	out.register(cmd)
	cmd.Flags().Lookup("format").Usage = "what to print: table, json"
	cmd.Flags().BoolVar(&allowEmpty, "allow-empty", false, "exit 0 when the input is valid but holds no statement")
	cmd.Flags().Float64Var(&minParseRate, "min-parse-rate", .5, "exit 3 when a smaller share of the log's lines was understood")
	return cmd
}

func inspect(ctx context.Context, s streams, f *inputFlags, out *outputFlags, args []string, o engine.Options) error {
	in, err := f.read(ctx, s, args)
	if err != nil {
		return usage(err)
	}
	res := engine.Coverage(in.workload, Version(), o)
	if in.interrupted {
		res.Exit = engine.ExitInterrupted
	}
	if out.format == "json" {
		err = out.write(s, res, out.options(s))
	} else {
		err = report.Inspect(s.out, res, out.options(s))
	}
	if err != nil {
		return usage(err)
	}
	return end(s, out, res)
}
