package cli

import (
	"bytes"
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
	format  string
	files   []string
	color   string
	quiet   bool
	verbose bool
}

func (f *outputFlags) register(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.format, "format", "table", "what to print: "+strings.Join(formats(), ", "))
	fl.StringArrayVarP(&f.files, "output", "o", nil, "also write NAME=PATH (json=report.json); a bare PATH takes --format (repeatable)")
	fl.StringVar(&f.color, "color", "auto", "auto, always or never")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "no notes on standard error")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "show also what was not understood, and every verdict")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("color", cobra.FixedCompletions([]string{"auto", "always", "never"}, cobra.ShellCompDirectiveNoFileComp))
}

func formats() []string {
	var names []string
	for _, f := range report.All() {
		names = append(names, f.Name)
	}
	return names
}

// check rejects names that no format has, before anything is read.
func (f *outputFlags) check() error {
	if err := oneOf("format", f.format, formats()); err != nil {
		return err
	}
	if err := oneOf("color", f.color, []string{"auto", "always", "never"}); err != nil {
		return err
	}
	for _, o := range f.files {
		if name, _, ok := strings.Cut(o, "="); ok {
			if err := oneOf("output", name, formats()); err != nil {
				return err
			}
		}
	}
	return nil
}

// write prints the result to standard output and to every file asked for. A
// bare -o PATH takes the place of standard output.
func (f *outputFlags) write(s streams, res *analyzer.Result, o report.Options) error {
	toStdout := true
	for _, file := range f.files {
		name, path, ok := strings.Cut(file, "=")
		if !ok {
			name, path, toStdout = f.format, file, false
		}
		if path == "-" {
			toStdout = true
			f.format = name
			continue
		}
		plain := o
		plain.Color, plain.Width = false, 0
		var b bytes.Buffer
		if err := writeFormat(&b, name, res, plain); err != nil {
			return err
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			return fmt.Errorf("writing the report: %w", err)
		}
	}
	if !toStdout {
		return nil
	}
	return writeFormat(s.out, f.format, res, o)
}

func writeFormat(w io.Writer, name string, res *analyzer.Result, o report.Options) error {
	format, _ := report.Lookup(name)
	return format.Write(w, res, o)
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
		o.Color = (tty && os.Getenv("TERM") != "dumb" || os.Getenv("CLICOLOR_FORCE") != "") && os.Getenv("NO_COLOR") == ""
	}
	return o
}
