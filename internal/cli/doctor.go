package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/apilint/apilint/analyzer/engine"
	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
	"github.com/apilint/apilint/internal/doctor"
	"github.com/apilint/apilint/internal/pg"
)

func newDoctor(s streams) *cobra.Command {
	var in inputFlags
	var format string
	cmd := &cobra.Command{
		Use:   "doctor [LOG...] [--dsn URL]",
		Short: "Say which server settings hide something, and what mends them",
		Long: `Looks at the settings of a server, or at what its log looks like, and says what
they hide from an analysis: with the ALTER SYSTEM lines that mend it, and what
those cost. It changes nothing itself.`,
		Example: `  apilint doctor --dsn env
  apilint doctor postgresql.log`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(in.check(), oneOf("format", format, doctorFormats)); err != nil {
				return usage(err)
			}
			checked, err := examine(cmd.Context(), s, &in, args)
			if err != nil {
				return usage(err)
			}
			if format == "json" {
				return doctor.JSON(s.out, checked)
			}
			return doctor.Table(s.out, checked)
		},
	}
	in.register(cmd)
	in.registerDSN(cmd)
	cmd.Flags().StringVar(&format, "format", "table", "print as `NAME`: table, json")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(doctorFormats, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

var doctorFormats = []string{"table", "json"}

// examine asks the server, if one was named, and reads the logs.
func examine(ctx context.Context, s streams, f *inputFlags, args []string) ([]doctor.Checked, error) {
	if len(args) == 0 && len(f.dsn) == 0 {
		return nil, errors.New("nothing to look at: name a log file, or a server with --dsn")
	}
	checked := []doctor.Checked{}
	for _, dsn := range f.dsn {
		snap, err := pg.Configuration(ctx, dsn, pg.Options{Tool: Version(), Now: time.Now()})
		if err != nil {
			return nil, fmt.Errorf("--dsn: %w", err)
		}
		c, err := doctor.Server(snap)
		if err != nil {
			return nil, err
		}
		checked = append(checked, c)
	}
	if len(args) == 0 {
		return checked, nil
	}
	files := *f
	files.dsn = nil
	in, err := files.read(ctx, s, args)
	if err != nil {
		return nil, err
	}
	values := valuesKnown(in.workload)
	for _, log := range engine.Coverage(in.workload, Version(), engine.Options{}).Inputs {
		switch log.Kind {
		case "log":
			checked = append(checked, doctor.Log(&log, values))
		case "unknown":
			checked = append(checked, doctor.Checked{Source: log.Path, Kind: log.Kind, Advice: []doctor.Advice{}, Notes: log.Notes})
		}
	}
	if len(checked) == 0 {
		return nil, errors.New("none of the inputs is a PostgreSQL log")
	}
	return checked, nil
}

// valuesKnown counts the calls of statements with placeholders, and of how many
// the values were logged. In which of several logs is not known.
func valuesKnown(w *workload.Workload) (v doctor.Values) {
	for _, in := range w.Inputs {
		if in.Kind == "log" {
			v.Logs++
		}
	}
	for _, g := range w.Groups {
		calls := g.Totals.Of(workload.SourceLog).Calls
		if calls == 0 {
			continue
		}
		var l sqltree.Lexed
		sqltree.Lex([]byte(g.Text), &l)
		if l.NParam > 0 {
			v.Statements += calls
			v.Known += g.ParamsSeen
		}
	}
	return v
}
