// Record writes the samples: it starts PostgreSQL servers, sends them a
// workload that it counts, and keeps what they logged, as they wrote it and as
// shippers wrap it. `make recordings` runs it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/apilint/apilint/internal/pgserver"
	"github.com/apilint/apilint/internal/samples"
)

func main() {
	out := flag.String("o", "internal/samples/testdata", "folder to write to")
	only := flag.String("only", "", "record only those whose name matches this regular expression")
	folders := map[string]*string{}
	for _, version := range []string{"14", "15", "18"} {
		folders[version] = flag.String("pg"+version, "", "folder of the programs of PostgreSQL "+version+" (default: where it is installed)")
	}
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	wanted, err := regexp.Compile(*only)
	if err == nil {
		err = recordAll(ctx, *out, wanted, folders)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

func recordAll(ctx context.Context, out string, wanted *regexp.Regexp, folders map[string]*string) error {
	for _, version := range []string{"15", "14", "18"} {
		var mine []recording
		for _, r := range recordings() {
			if r.server == version && wanted.MatchString(r.name) {
				mine = append(mine, r)
			}
		}
		if len(mine) == 0 {
			continue
		}
		if err := recordOn(ctx, *folders[version], version, mine, out); err != nil {
			return err
		}
	}
	return nil
}

func recordOn(ctx context.Context, binaries, version string, all []recording, out string) (err error) {
	if binaries == "" {
		found, err := pgserver.Find("", major(version))
		if err != nil {
			return err
		}
		binaries = found.Dir
	}
	s, err := start(ctx, binaries)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	for i := range all {
		r := &all[i]
		fmt.Println(r.name)
		made, err := s.record(ctx, r, filepath.Join(out, r.name))
		if err != nil {
			return fmt.Errorf("recording %s: %w", r.name, err)
		}
		if err := merge(out, r.name, made); err != nil {
			return err
		}
	}
	return nil
}

func major(version string) int {
	n := 0
	fmt.Sscan(version, &n)
	return n
}

// merge puts the samples of a recording in the place of its earlier ones.
func merge(out, recording string, made []samples.Sample) error {
	all, err := samples.Load(os.DirFS(out))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	at := slices.IndexFunc(all, func(s samples.Sample) bool { return s.Recording() == recording })
	if at < 0 {
		at = len(all)
	}
	all = slices.DeleteFunc(all, func(s samples.Sample) bool { return s.Recording() == recording })
	return samples.Save(filepath.Join(out, "EXPECTED.tsv"), slices.Insert(all, at, made...))
}
