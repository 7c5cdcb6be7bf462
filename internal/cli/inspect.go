package cli

import (
	"context"
	"errors"

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
		Use:   "inspect [INPUT...]",
		Short: "Say what was recognised in the input, and how much of it",
		Long: `Reads the input as analyze does and prints only the coverage: what each file is,
how many lines and executions were read, and what was not understood.`,
		Example: `  apilint inspect postgresql.log
  apilint inspect logs/ --format json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(in.check(), out.check()); err != nil {
				return usage(err)
			}
			return inspect(cmd.Context(), s, &in, &out, args, engine.Options{AllowEmpty: allowEmpty, MinParseRate: orLess(minParseRate), ExitZero: true})
		},
	}
	in.register(cmd)
	in.registerDSN(cmd)
	json, _ := report.Lookup("json")
	out.register(cmd, []report.Format{{Name: "table", Doc: "for people", Write: report.Inspect}, json})
	cmd.Flags().BoolVar(&allowEmpty, "allow-empty", false, "exit 0 when the input is valid but holds no statement")
	cmd.Flags().Float64Var(&minParseRate, "min-parse-rate", .5, "exit 3 when a smaller `SHARE` of the log's lines was understood")
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
	if err := out.write(s, res, out.options(s)); err != nil {
		return usage(err)
	}
	return end(s, out, res)
}
