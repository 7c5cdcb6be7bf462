// Package cli is the command line: flags to options to calls. Only it knows
// that there is a terminal; only main exits.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/apilint/apilint/analyzer/engine"
)

// streams are what a command may read and write.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// exitError ends the command with a code. Its message, if any, was not printed
// yet.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// Main runs the command and returns its exit code: 0 fine, 1 findings, 2 usage,
// configuration or I/O, 3 nothing recognised, 130 interrupted.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() {
		<-ctx.Done()
		stop() // a second Ctrl-C ends the process at once
	}()
	root := newRoot(streams{stdin, stdout, stderr})
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return engine.ExitFine
	}
	var exit *exitError
	if errors.As(err, &exit) {
		if exit.err != nil {
			fmt.Fprintln(stderr, "apilint:", printable(exit.err.Error()))
		}
		return exit.code
	}
	fmt.Fprintln(stderr, "apilint:", printable(err.Error()))
	return engine.ExitUsage
}

// printable replaces what would move a terminal's cursor: messages quote names
// of files and pieces of input.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' || unicode.Is(unicode.Bidi_Control, r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

func newRoot(s streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "apilint",
		Short: "Find N+1 loops, missing indexes and leading wildcards in PostgreSQL logs, statistics and traces",
		Long: `apilint reads slow-query logs, pg_stat_statements exports, traces and .sql
files, finds N+1 loops, missing and composite indexes and leading wildcards, and
prints the index DDL it recommends. Without --dsn it opens no connection to a
server; with it, it only reads.`,
		Example: `  apilint analyze postgresql.log --schema schema.sql
  apilint analyze postgresql.log --format sql > indexes.sql
  apilint inspect /var/log/postgresql`,
		SilenceErrors:              true,
		SilenceUsage:               true,
		SuggestionsMinimumDistance: 2,
		Args:                       rootArgs,
		RunE:                       func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.SetFlagErrorFunc(flagError)
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages", ".FlagUsagesWrapped 80"))
	root.AddCommand(newAnalyze(s), newInspect(s), newDigest(s), newSnapshot(s), newDoctor(s), newExplain(s), newRules(s), newVersion(s))
	return root
}

// rootArgs explains what to write instead of an unknown command.
func rootArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if _, err := os.Stat(args[0]); err == nil {
		return fmt.Errorf("%q is no command; to analyse that file: apilint analyze %s", args[0], args[0])
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return fmt.Errorf("unknown command %q; did you mean %q?", args[0], near[0])
	}
	return fmt.Errorf("unknown command %q; apilint --help lists them", args[0])
}
