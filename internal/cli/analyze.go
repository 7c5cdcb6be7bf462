package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/engine"
	"github.com/apilint/apilint/analyzer/index"
	"github.com/apilint/apilint/detectors"
	"github.com/apilint/apilint/internal/pg"
	"github.com/apilint/apilint/internal/report"
)

// analyzeFlags are the flags of `apilint analyze`.
type analyzeFlags struct {
	inputFlags
	outputFlags
	failOn        string
	exitZero      bool
	maxFindings   int
	allowEmpty    bool
	rules         []string
	excludeRules  []string
	minConfidence string
	minCalls      int64
	minTotal      time.Duration
	top           int
	budget        size
	maxIndexes    int
	rttMS         float64
	sampleRate    float64
	minParseRate  float64
	showLiterals  bool
}

func newAnalyze(s streams) *cobra.Command { return (&analyzeFlags{}).command(s) }

func (f *analyzeFlags) command(s streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "analyze [INPUT...]",
		Short: "Analyse logs, statistics, traces and .sql files, and advise",
		Long: `Reads any mix of PostgreSQL logs (stderr, csvlog, jsonlog, syslog),
pg_stat_statements exports, traces and .sql query files; folders, globs,
compressed files and - for standard input work too. What each one is, is told
from its content.

Exit codes: 0 fine, 1 findings at or above --fail-on, 2 usage or I/O, 3 nothing
recognised in the input, 130 interrupted (what is known by then is printed).`,
		Example: `  apilint analyze postgresql.log --schema schema.sql --stats stats/
  apilint analyze postgresql.log pg_stat_statements.csv trace.jsonl
  apilint analyze postgresql.log --format sql > indexes.sql
  apilint analyze postgresql.log --schema app=app.sql --schema crm=crm.sql
  apilint analyze postgresql.log --dsn env
  kubectl logs pg-0 | apilint analyze - --fail-on warning
  apilint analyze --follow postgresql.log
  apilint analyze logs/ --format github -o json=report.json`,
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd.Context(), s, args, cmd.Flags()) },
	}
	f.inputFlags.register(cmd)
	f.registerDSN(cmd)
	f.registerSchema(cmd)
	f.outputFlags.register(cmd, report.All())
	fl := cmd.Flags()
	fl.StringVar(&f.failOn, "fail-on", "error", "exit 1 from this `SEVERITY` on: error, warning, info, never")
	fl.BoolVar(&f.exitZero, "exit-zero", false, "exit 0 even with findings")
	fl.IntVar(&f.maxFindings, "max-findings", 0, "exit 1 only with more than `N` findings")
	fl.BoolVar(&f.allowEmpty, "allow-empty", false, "exit 0 when the input is valid but holds no statement")
	fl.StringSliceVar(&f.rules, "rule", nil, "only this `RULE` (apilint rules lists them; repeatable)")
	fl.StringSliceVar(&f.excludeRules, "exclude-rule", nil, "leave this `RULE` out (repeatable)")
	fl.StringVar(&f.minConfidence, "min-confidence", "medium", "hide findings below a `LEVEL`: high (.80), medium (.50), low (0)")
	fl.Int64Var(&f.minCalls, "min-calls", 0, "judge only statements with at least `N` calls")
	fl.DurationVar(&f.minTotal, "min-total-time", 0, "judge only statements that took at least this `TIME` in all (200ms)")
	fl.IntVar(&f.top, "top", 0, "list only `N` findings and statements (0: all)")
	fl.Var(&f.budget, "budget", "disk `SIZE` for recommended indexes of each database (500MB; 0: no limit)")
	fl.IntVar(&f.maxIndexes, "max-indexes", 0, "recommend at most `N` indexes for each database (0: no limit)")
	fl.Float64Var(&f.rttMS, "rtt-ms", .5, "round trip to the server in `MS`, where the log cannot tell")
	fl.Float64Var(&f.sampleRate, "sample-rate", 0, "log_statement_sample_rate of the log, as `SHARE`: loops are counted up (0: told from the log where possible)")
	fl.BoolVar(&f.pooled, "pooled", false, "also look for loops whose statements each took another session of a pool (of low confidence)")
	fl.Float64Var(&f.minParseRate, "min-parse-rate", .5, "exit 3 when a smaller `SHARE` of the log's lines was understood")
	fl.BoolVar(&f.follow, "follow", false, "read on while the log grows, across rotations; Ctrl-C prints the report")
	fl.BoolVar(&f.showLiterals, "show-literals", false, "show values from the input in examples (masked by default)")
	for _, name := range []string{"rule", "exclude-rule"} {
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(ruleNames(), cobra.ShellCompDirectiveNoFileComp))
	}
	_ = cmd.RegisterFlagCompletionFunc("min-confidence", cobra.FixedCompletions(confidenceNames, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions(failOns, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

var failOns = []string{"error", "warning", "info", "never"}

// confidences are the labels of --min-confidence and where they begin.
var (
	confidences     = map[string]float64{"high": .80, "medium": .50, "low": 0}
	confidenceNames = []string{"high", "medium", "low"}
)

// options checks the flags before anything is read.
func (f *analyzeFlags) options() (engine.Options, error) {
	var o engine.Options
	for _, r := range append(append([]string{}, f.rules...), f.excludeRules...) {
		if err := knownRule(r); err != nil {
			return o, err
		}
	}
	if err := errors.Join(
		oneOf("fail-on", f.failOn, failOns), oneOf("min-confidence", f.minConfidence, confidenceNames),
		f.inputFlags.check(), f.outputFlags.check(),
		notNegative("max-findings", f.maxFindings), notNegative("top", f.top), notNegative("max-indexes", f.maxIndexes),
		notNegative("min-calls", f.minCalls), notNegative("rtt-ms", f.rttMS), notNegative("min-parse-rate", f.minParseRate),
		share("sample-rate", f.sampleRate),
	); err != nil {
		return o, err
	}
	return engine.Options{
		Index:         index.Options{Budget: int64(f.budget), MaxIndexes: f.maxIndexes},
		RTT:           max(1, time.Duration(f.rttMS*float64(time.Millisecond))), // 0 would be the default,
		Jobs:          f.jobs,
		SampleRate:    f.sampleRate,
		Rules:         f.rules,
		ExcludeRules:  f.excludeRules,
		MinConfidence: confidences[f.minConfidence],
		MinCalls:      f.minCalls,
		MinTotal:      f.minTotal,
		Top:           f.top,
		FailOn:        analyzer.Severity(f.failOn),
		MaxFindings:   f.maxFindings,
		MinParseRate:  orLess(f.minParseRate),
		AllowEmpty:    f.allowEmpty,
		ExitZero:      f.exitZero,
		ShowLiterals:  f.showLiterals,
	}, nil
}

// orLess makes a rate of 0 one that nothing falls below: to the engine, 0 is
// unset.
func orLess(rate float64) float64 {
	if rate == 0 {
		return -1
	}
	return rate
}

// analyse reads the inputs and judges them.
func (f *analyzeFlags) analyse(ctx context.Context, s streams, args []string) (*analyzer.Result, error) {
	o, err := f.options()
	if err != nil {
		return nil, err
	}
	in, err := f.read(ctx, s, args)
	if err != nil {
		return nil, err
	}
	// The analysis of what was read goes on after Ctrl-C: it takes moments, and
	// what is known by then is what the user wants to see.
	subject := engine.Input{
		Workload:  in.workload,
		Loops:     in.loops,
		Overflow:  in.overflow,
		Schemas:   in.schemas,
		Detectors: detectors.All(),
		Version:   Version(),
	}
	in.workload, in.loops = nil, nil // the engine lets them go when it is done with them
	res, err := engine.Run(context.WithoutCancel(ctx), subject, o)
	if err != nil {
		return nil, err
	}
	if in.interrupted {
		res.Exit = engine.ExitInterrupted
	}
	if in.ended && !f.quiet {
		fmt.Fprintln(s.err, "apilint: this input cannot be followed; it was read to its end")
	}
	return res, nil
}

func (f *analyzeFlags) run(ctx context.Context, s streams, args []string, flags *pflag.FlagSet) error {
	res, err := f.analyse(ctx, s, args)
	if err != nil {
		return usage(err)
	}
	ro := f.outputFlags.options(s)
	ro.Top, ro.ShowLiterals, ro.Command = f.top, f.showLiterals, commandLine(args, flags)
	if err := f.write(s, res, ro); err != nil {
		return usage(err)
	}
	return end(s, &f.outputFlags, res)
}

// end turns the result's exit code into the command's, with a word on why
// where the report itself may not say it.
func end(s streams, f *outputFlags, res *analyzer.Result) error {
	switch res.Exit {
	case engine.ExitFine:
		return nil
	case engine.ExitUnrecognised:
		if !f.quiet {
			fmt.Fprint(s.err, printable(advice(res)))
		}
	case engine.ExitInterrupted:
		if !f.quiet {
			fmt.Fprintln(s.err, "apilint: interrupted; this is what was read until then")
		}
	}
	return &exitError{code: res.Exit}
}

// advice says why an input gave nothing and what to do about it.
func advice(res *analyzer.Result) string {
	var b strings.Builder
	for _, in := range res.Inputs {
		switch {
		case in.Kind == "schema" || in.Kind == "stats":
			continue
		case in.Kind == "server": // its notes say why there are no statements
		case in.Bytes == 0 && in.Kind != "pgss" && len(in.Envelopes) == 0:
			fmt.Fprintf(&b, "apilint: %s is empty\n", in.Path)
		case in.Records == 0:
			fmt.Fprintf(&b, "apilint: %s: nothing recognised in it\n", in.Path)
		case in.Kind == "log" && in.Executions == 0:
			fmt.Fprintf(&b, "apilint: %s: %d log records, but no statement with a duration\n", in.Path, in.Records)
		case in.Kind == "log" && in.Unreadable*2 > in.Lines:
			fmt.Fprintf(&b, "apilint: %s: %d of %d lines not understood; try --log-line-prefix with the server's setting\n", in.Path, in.Unreadable, in.Lines)
		}
		for _, n := range in.Notes {
			fmt.Fprintf(&b, "apilint: %s: %s\n", in.Path, n)
		}
	}
	if len(res.Inputs) == 0 {
		b.WriteString("apilint: no input was found there\n")
	}
	b.WriteString(`What apilint reads: PostgreSQL logs (stderr, csvlog, jsonlog, syslog), exports of
pg_stat_statements, traces and .sql files. To make PostgreSQL log its statements:
  ALTER SYSTEM SET log_min_duration_statement = 0;   -- for a test run; 100 in production
  SELECT pg_reload_conf();
`)
	return b.String()
}

// commandLine is how the command was called, for the hints at the report's
// end: inputs and every flag that was given, without what changes only the
// output.
func commandLine(args []string, flags *pflag.FlagSet) []string {
	words := append([]string{"apilint", "analyze"}, args...)
	flags.Visit(func(f *pflag.Flag) {
		name := "--" + f.Name
		switch list, ok := f.Value.(pflag.SliceValue); {
		case slices.Contains(presentation, f.Name):
		case f.Name == "dsn" && ok:
			for _, v := range list.GetSlice() {
				words = append(words, name, pg.Shown(v))
			}
		case ok:
			for _, v := range list.GetSlice() {
				words = append(words, name, v)
			}
		case f.Value.Type() == "bool":
			words = append(words, name)
		default:
			words = append(words, name, f.Value.String())
		}
	})
	return words
}

// presentation are the flags that change nothing of the analysis.
var presentation = []string{"format", "output", "color", "quiet", "verbose", "fail-on", "exit-zero", "max-findings", "top", "show-literals", "follow"}
