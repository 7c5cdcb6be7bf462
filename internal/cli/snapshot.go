package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/apilint/apilint/internal/pg"
	"github.com/apilint/apilint/internal/snapshot"
)

func newSnapshot(s streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "snapshot",
		Short: "Save what a server says of itself to a file",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newSnapshotSave(s))
	return cmd
}

func newSnapshotSave(s streams) *cobra.Command {
	var dsn, out string
	var values, quiet bool
	cmd := &cobra.Command{
		Use:   "save --dsn URL -o FILE",
		Short: "Save schema, statistics, settings and pg_stat_statements to a file",
		Long: `Asks a server, in one read-only transaction, for its schema, statistics, settings
and pg_stat_statements, and writes one compressed file that only you may read.
apilint takes it as an input, and with --schema and --stats. The name decides on
the compression: .zst, .json (none), else gzip.

Values of your tables (most common ones, bounds of histograms) and literals in
the texts of statements are left out unless --with-values is given. The schema
keeps its own constants: defaults, checks, predicates of indexes.`,
		Example: `  apilint snapshot save --dsn env -o production.json.zst
  apilint analyze postgresql.log --schema production.json.zst --stats production.json.zst`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := errors.Join(needed("dsn", dsn), needed("output", out)); err != nil {
				return usage(err)
			}
			snap, err := save(cmd.Context(), dsn, out, values)
			if err != nil {
				return usage(err)
			}
			if !quiet {
				for _, n := range snap.Notes {
					fmt.Fprint(s.err, printable("apilint: "+n+"\n"))
				}
			}
			return nil
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&dsn, "dsn", "", dsnUsage)
	fl.StringVarP(&out, "output", "o", "", "write `FILE`")
	fl.BoolVar(&values, "with-values", false, "keep values of the tables and literals of statements")
	fl.BoolVarP(&quiet, "quiet", "q", false, "no notes on standard error")
	return cmd
}

func needed(flag, value string) error {
	if value == "" {
		return fmt.Errorf("--%s is missing", flag)
	}
	return nil
}

func save(ctx context.Context, dsn, path string, values bool) (*snapshot.Snapshot, error) {
	s, err := pg.Read(ctx, dsn, pg.Options{Tool: Version(), Now: time.Now(), Values: values})
	if err != nil {
		return nil, fmt.Errorf("--dsn: %w", err)
	}
	if !values {
		if err := s.MaskStatements(); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	if err := s.Write(&b, path); err != nil {
		return nil, err
	}
	return s, writePrivate(path, b.Bytes())
}

// writePrivate writes a file that only its owner may read, whole or not at
// all.
func writePrivate(path string, content []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // 0600
	if err != nil {
		return fmt.Errorf("writing the snapshot: %w", err)
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
		return fmt.Errorf("writing the snapshot: %w", err)
	}
	return nil
}
