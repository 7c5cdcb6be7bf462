package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/internal/report"
)

// outputFlags say how to print the result.
type outputFlags struct {
	formats []report.Format // that the command has
	format  string
	files   []string
	color   string
	quiet   bool
	verbose bool
}

func (f *outputFlags) register(cmd *cobra.Command, formats []report.Format) {
	f.formats = formats
	names := f.names()
	fl := cmd.Flags()
	fl.StringVar(&f.format, "format", names[0], "print as `NAME`: "+strings.Join(names, ", "))
	fl.StringArrayVarP(&f.files, "output", "o", nil, "also write `NAME=PATH` (json=report.json); a bare PATH takes --format (repeatable)")
	fl.StringVar(&f.color, "color", "auto", "`WHEN` to use colours: auto, always, never")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "no notes on standard error")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "show also what was not understood, and every verdict")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("color", cobra.FixedCompletions(colors, cobra.ShellCompDirectiveNoFileComp))
}

var colors = []string{"auto", "always", "never"}

func (f *outputFlags) names() []string {
	var names []string
	for _, format := range f.formats {
		names = append(names, format.Name)
	}
	return names
}

// check rejects names that no format has, before anything is read.
func (f *outputFlags) check() error {
	names := f.names()
	if err := errors.Join(oneOf("format", f.format, names), oneOf("color", f.color, colors)); err != nil {
		return err
	}
	stdout := 0
	for _, o := range f.files {
		name, path, ok := strings.Cut(o, "=")
		if !ok {
			name, path = f.format, o
		}
		if err := oneOf("output", name, names); err != nil {
			return err
		}
		if path == "" {
			return fmt.Errorf("--output %q names no file; write it like %s=report.%s", o, name, name)
		}
		if path == "-" {
			stdout++
		}
	}
	if stdout > 1 {
		return errors.New("--output names standard output twice")
	}
	return nil
}

// write prints the result to standard output and to every file asked for. A
// bare -o PATH takes the place of standard output.
func (f *outputFlags) write(s streams, res *analyzer.Result, o report.Options) error {
	onStdout := f.format
	for _, file := range f.files {
		name, path, ok := strings.Cut(file, "=")
		if !ok {
			name, path = f.format, file
			if path != "-" && onStdout == f.format {
				onStdout = ""
			}
		}
		if path == "-" {
			onStdout = name
			continue
		}
		plain := o
		plain.Color, plain.Width = false, 0
		if err := f.printFile(path, name, res, plain); err != nil {
			return fmt.Errorf("writing the report: %w", err)
		}
	}
	if onStdout == "" {
		return nil
	}
	return f.print(s.out, onStdout, res, o)
}

// printFile writes while it prints: a report may be larger than what else is
// in memory.
func (f *outputFlags) printFile(path, name string, res *analyzer.Result, o report.Options) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	return errors.Join(f.print(file, name, res, o), file.Close())
}

func (f *outputFlags) print(w io.Writer, name string, res *analyzer.Result, o report.Options) error {
	for _, format := range f.formats {
		if format.Name == name {
			return format.Write(w, res, o)
		}
	}
	return oneOf("format", name, f.names())
}

// options tells a report about the terminal. Colour follows --color, NO_COLOR,
// CLICOLOR_FORCE and TERM=dumb.
func (f *outputFlags) options(s streams) report.Options {
	o := report.Options{Verbose: f.verbose}
	file, ok := s.out.(*os.File)
	tty := ok && term.IsTerminal(int(file.Fd()))
	if tty {
		if w, _, err := term.GetSize(int(file.Fd())); err == nil {
			o.Width = w
		}
	}
	switch f.color {
	case "always":
		o.Color = true
	case "auto":
		forced := os.Getenv("CLICOLOR_FORCE")
		wanted := tty && os.Getenv("TERM") != "dumb" && os.Getenv("CLICOLOR") != "0"
		o.Color = (wanted || forced != "" && forced != "0") && os.Getenv("NO_COLOR") == ""
	}
	return o
}
