package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/engine"
	"github.com/apilint/apilint/internal/report"
)

// explainFlags are the flags of `apilint explain`.
type explainFlags struct {
	analyzeFlags
	report string
}

func newExplain(s streams) *cobra.Command {
	f := &explainFlags{}
	f.minConfidence, f.failOn, f.minParseRate, f.rttMS = "low", "never", .5, .5
	cmd := &cobra.Command{
		Use:   "explain ID [INPUT...]",
		Short: "Explain one finding, query or index in full",
		Long: `Prints all that is known of one finding, query or index: how a loop's first
request went, what the confidence rests on, which statements an index serves and
why its columns stand in this order, where it was seen, what to do about it.

ID is a finding's id, a query's id or an index's name, as --format json has
them; its beginning suffices where only one begins so. It is looked for in a JSON
report (--report), or in the same inputs, which are read again.`,
		Example: `  apilint explain n-plus-one:1f6e2a90 --report report.json
  apilint explain 1f6e postgresql.log --schema schema.sql`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("name what to explain: the id of a finding or a query, or an index (apilint analyze --format json has them)")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd.Context(), s, args[0], args[1:]) },
	}
	f.inputFlags.register(cmd)
	f.registerDSN(cmd)
	f.registerSchema(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.report, "report", "", "look in the JSON report at `PATH` (- is standard input) instead of reading inputs")
	fl.Float64Var(&f.rttMS, "rtt-ms", f.rttMS, "round trip to the server in `MS`, where the log cannot tell")
	fl.Var(&f.budget, "budget", "disk `SIZE` for recommended indexes of each database, as for analyze")
	fl.IntVar(&f.maxIndexes, "max-indexes", 0, "recommend at most `N` indexes for each database, as for analyze")
	fl.BoolVar(&f.showLiterals, "show-literals", false, "show values from the input in examples (masked by default)")
	fl.StringVar(&f.color, "color", "auto", "`WHEN` to use colours: auto, always, never")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "no notes on standard error")
	f.formats = report.All()
	f.outputFlags.format = f.formats[0].Name
	_ = cmd.MarkFlagFilename("report", "json")
	return cmd
}

func (f *explainFlags) run(ctx context.Context, s streams, id string, inputs []string) error {
	if err := oneOf("color", f.color, colors); err != nil {
		return usage(err)
	}
	res, err := f.result(ctx, s, inputs)
	if err != nil {
		return usage(err)
	}
	all := report.Subjects(res)
	found := report.Matching(all, id)
	if len(all) == 0 && res.Exit == engine.ExitUnrecognised {
		return end(s, &f.outputFlags, res)
	}
	if len(found) == 0 {
		return usage(unknownID(id, all))
	}
	if slices.ContainsFunc(found, func(x report.Subject) bool { return x.ID != found[0].ID }) {
		return usage(fmt.Errorf("%q begins several ids; write more of one:\n%s", id, idLines(found)))
	}
	o := f.outputFlags.options(s)
	o.ShowLiterals = f.showLiterals
	return report.Explain(s.out, res, found, o)
}

// result is the report to look in: one that was written, or that of the inputs.
func (f *explainFlags) result(ctx context.Context, s streams, inputs []string) (*analyzer.Result, error) {
	if f.report == "" {
		return f.analyse(ctx, s, inputs)
	}
	if len(inputs) > 0 {
		return nil, fmt.Errorf("--report and inputs: give one of them, the report or %s", inputs[0])
	}
	src := s.in
	if f.report != "-" {
		file, err := os.Open(f.report)
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }()
		src = file
	}
	return readReport(src, f.report)
}

// readReport reads what --format json wrote.
func readReport(src io.Reader, name string) (*analyzer.Result, error) {
	res := &analyzer.Result{}
	if err := json.NewDecoder(src).Decode(res); err != nil || res.Schema == "" {
		return nil, fmt.Errorf("%s is no JSON report of apilint; apilint analyze INPUT --format json writes one", name)
	}
	if res.Schema != reportSchema {
		return nil, fmt.Errorf("%s is a report of the form %q, this apilint reads %s", name, res.Schema, reportSchema)
	}
	res.Exit = engine.ExitFine
	return res, nil
}

const reportSchema = "apilint.report/v1"

// unknownID names the ids that are closest to one that is not there.
func unknownID(id string, all []report.Subject) error {
	if len(all) == 0 {
		return fmt.Errorf("there is no %q: nothing was found in it", id)
	}
	near := slices.Clone(all)
	far := func(s report.Subject) int {
		_, tail, ok := strings.Cut(s.ID, ":")
		d := distance(clip(id), clip(s.ID))
		if ok {
			d = min(d, distance(clip(id), clip(tail)))
		}
		return d
	}
	distances := make(map[string]int, len(near))
	for _, s := range near {
		distances[s.ID] = far(s)
	}
	slices.SortStableFunc(near, func(a, b report.Subject) int { return cmp.Compare(distances[a.ID], distances[b.ID]) })
	return fmt.Errorf("there is no finding, query or index %q; the nearest are\n%s", id, idLines(near[:min(3, len(near))]))
}

// clip keeps what the distance of two ids is told by.
func clip(id string) string { return id[:min(len(id), 64)] }

// idLines are ids with what they stand for, a line each, at most ten.
func idLines(subjects []report.Subject) string {
	const most = 10
	var out []string
	for _, s := range subjects[:min(most, len(subjects))] {
		out = append(out, "  "+s.ID+"  "+s.What())
	}
	if more := len(subjects) - most; more > 0 {
		out = append(out, fmt.Sprintf("  and %d more", more))
	}
	return strings.Join(out, "\n")
}
