package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/engine"
	"github.com/apilint/apilint/internal/digest"
)

func newDigest(s streams) *cobra.Command {
	var in inputFlags
	var path string
	out := outputFlags{}
	cmd := &cobra.Command{
		Use:   "digest INPUT... -o FILE",
		Short: "Write what was learnt from logs to a small file without any value",
		Long: `Reads the input as analyze does and writes what was learnt from it to a file:
statements without their values, totals and loops. Such files can be copied to
where values must not go, and analysed together in any order:

  apilint analyze server1.digest server2.digest --schema schema.sql

The findings are those of the logs, but for what rests on how often a value came,
and for sessions that go on in another log. Digests among the inputs are joined.`,
		Example: `  apilint digest postgresql.log -o server1.digest
  apilint digest *.digest -o fleet.digest
  ssh server1 apilint digest /var/log/postgresql -o - > server1.digest`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := in.check(); err != nil {
				return usage(err)
			}
			if path == "" {
				return usage(errors.New("no file to write: name one with -o FILE"))
			}
			return writeDigest(cmd.Context(), s, &in, &out, path, args)
		},
	}
	in.register(cmd)
	fl := cmd.Flags()
	fl.StringVarP(&path, "output", "o", "", "write the digest to `FILE`, - for standard output")
	fl.BoolVarP(&out.quiet, "quiet", "q", false, "no notes on standard error")
	return cmd
}

func writeDigest(ctx context.Context, s streams, f *inputFlags, out *outputFlags, path string, args []string) error {
	if file, ok := s.out.(*os.File); path == "-" && ok && term.IsTerminal(int(file.Fd())) {
		return usage(errors.New("a digest is no text for a terminal: name a file with -o FILE"))
	}
	r, err := f.gather(ctx, s, args)
	if err != nil {
		return usage(err)
	}
	defer r.digests.Close()
	in := r.finish()
	res := &analyzer.Result{Exit: engine.ExitFine}
	if len(in.workload.Inputs) > 0 || r.digests.Len() == 0 {
		res = engine.Coverage(in.workload, Version(), engine.Options{AllowEmpty: true, ExitZero: true})
		if res.Exit != engine.ExitFine {
			return end(s, out, res)
		}
		if err := r.digests.Add(r.aggregator, r.finder); err != nil {
			return usage(err)
		}
	}
	if err := saveDigest(s, &r.digests, path); err != nil {
		return usage(err)
	}
	if in.interrupted {
		res.Exit = engine.ExitInterrupted
	}
	return end(s, out, res)
}

func saveDigest(s streams, d *digest.Shelf, path string) error {
	if path == "-" {
		return d.Write(s.out)
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("writing a digest: %w", err)
	}
	return errors.Join(d.Write(file), file.Close())
}
