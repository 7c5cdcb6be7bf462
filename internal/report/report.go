// Package report prints the result of an analysis, one file per format. Every
// format is a pure function of the result: same result, same bytes out.
package report

import (
	"io"

	"github.com/apilint/apilint/analyzer"
)

// Format is one way to print a result.
type Format struct {
	Name  string
	Doc   string // one line, for help
	Write func(io.Writer, *analyzer.Result, Options) error
}

// Options say for whom a result is printed. The zero value is right for a
// pipe.
type Options struct {
	Width        int      // columns of the terminal; 0 is none: laid out for 80, and no statement is cut
	Color        bool     // ANSI colour codes are understood
	Verbose      bool     // everything that is known, also of what was not understood
	Top          int      // at most this many findings and statements; 0 is a screen's worth
	ShowLiterals bool     // values of the input may be shown
	Command      []string // how the analysis was called, for the hints about what to do next
}

// Formats are all formats, in the order in which help names them.
var Formats = []Format{
	{"table", "for people: findings, DDL, coverage", Table},
	{"json", "for programs: everything, see docs/report-schema.json", JSON},
	{"sql", "the recommended DDL, as psql runs it", SQL},
	{"github", "annotations of a GitHub Actions step", GitHub},
}

// All returns the formats in the order in which help names them.
func All() []Format { return Formats }

// Lookup returns the format of that name.
func Lookup(name string) (Format, bool) {
	for _, f := range Formats {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}
