package report

import (
	"github.com/apilint/apilint/analyzer"
	"io"
)

func Table(w io.Writer, r *analyzer.Result, o Options) error   { return nil }
func Inspect(w io.Writer, r *analyzer.Result, o Options) error { return nil }
