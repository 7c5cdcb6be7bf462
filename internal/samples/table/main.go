// Table prints what each sample is read as beside what it must be read as:
// `make samples`.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/apilint/apilint/internal/samples"
)

func main() {
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: table FOLDER...   (folders with samples and their EXPECTED.tsv)")
	}
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	exact, all := 0, 0
	for _, dir := range flag.Args() {
		good, n, err := show(context.Background(), dir)
		if err != nil {
			fmt.Fprintln(os.Stderr, "table:", err)
			os.Exit(1)
		}
		exact, all = exact+good, all+n
	}
	fmt.Printf("%d of %d samples exact\n", exact, all)
	if exact < all {
		os.Exit(1)
	}
}

// show prints the table of a folder: one number where both agree, expected≠got
// where they differ, a dot where nothing is expected.
func show(ctx context.Context, dir string) (exact, all int, err error) {
	folder := os.DirFS(dir)
	list, err := samples.Load(folder)
	if err != nil {
		return 0, 0, err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "sample")
	for _, c := range samples.Columns {
		fmt.Fprint(w, "\t", c)
	}
	fmt.Fprintln(w, "\t")
	for _, s := range list {
		truth, err := samples.ReadTruth(folder, s.Recording())
		if err != nil {
			return 0, 0, err
		}
		got, missed, err := samples.Read(ctx, filepath.Join(dir, s.Path), truth)
		if err != nil {
			return 0, 0, fmt.Errorf("%s: %w", s.Path, err)
		}
		fmt.Fprint(w, s.Path)
		same := true
		for _, c := range samples.Columns {
			want, expected := s.Expected[c]
			switch {
			case !expected:
				fmt.Fprint(w, "\t·")
			case got[c] == want:
				fmt.Fprint(w, "\t", want)
			default:
				same = false
				fmt.Fprintf(w, "\t%d≠%d", want, got[c])
			}
		}
		all++
		if same {
			exact++
			fmt.Fprintln(w, "\t")
		} else {
			fmt.Fprintln(w, "\tNOT EXACT: "+strings.Join(missed, ", "))
		}
	}
	return exact, all, w.Flush()
}
