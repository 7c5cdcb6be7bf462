package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/workload"
	"github.com/apilint/apilint/internal/pg"
	"github.com/apilint/apilint/internal/snapshot"
	"github.com/apilint/apilint/internal/source"
)

func (f *inputFlags) registerDSN(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.dsn, "dsn", nil, dsnUsage+" (repeatable: one for each database)")
	_ = cmd.RegisterFlagCompletionFunc("dsn", cobra.FixedCompletions([]string{pg.Env}, cobra.ShellCompDirectiveNoFileComp))
}

const dsnUsage = "ask a server, read-only: connection `URL`, or env for DATABASE_URL or PGHOST, PGDATABASE, ..."

// readServers asks the servers of --dsn and looks for snapshots among the
// inputs. What pg_stat_statements counted becomes an input; schema and
// statistics are those of their databases, unless --schema and --stats give
// them.
func (f *inputFlags) readServers(ctx context.Context, args []string, r *schemaReader, o *source.Options) error {
	var servers []source.Server
	for _, dsn := range f.dsn {
		s, err := pg.Read(ctx, dsn, pg.Options{Tool: Version(), Now: time.Now(), Values: true})
		if err != nil {
			return fmt.Errorf("--dsn: %w", err)
		}
		servers = append(servers, source.Server{Path: "server:" + s.Database, Snapshot: s})
	}
	o.Servers = slices.Clone(servers)
	for _, path := range args {
		if f.format != "" {
			break
		}
		s, err := snapshotAt(path)
		if err != nil {
			return fmt.Errorf("reading %s: %w", path, err)
		}
		if s != nil {
			servers = append(servers, source.Server{Path: path, Snapshot: s})
		}
	}
	names := map[string]bool{}
	for _, s := range servers {
		names[s.Snapshot.Database] = true
	}
	seen := map[string]bool{}
	for _, s := range servers {
		database := s.Snapshot.Database
		if seen[database] {
			r.inputs = append(r.inputs, &workload.Input{Path: s.Path, Kind: "server", Format: "postgresql", Notes: []string{"its schema and statistics are not used: those of another server are"}})
			continue
		}
		seen[database] = true
		if len(names) > 1 {
			if err := r.own(database); err != nil {
				return err
			}
		}
		if err := f.addServer(r, s); err != nil {
			return err
		}
	}
	return nil
}

// snapshotAt reads a file if it is a snapshot; nil when it is something else.
func snapshotAt(path string) (*snapshot.Snapshot, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil, nil // the reader of inputs says what is wrong with it
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	s, err := snapshot.Read(file)
	if errors.Is(err, snapshot.ErrNot) {
		return nil, nil
	}
	return s, err
}

// addServer loads what a server says of its schema and statistics. DDL that
// was given by --schema counts instead of the server's.
func (f *inputFlags) addServer(r *schemaReader, s source.Server) error {
	home := r.cluster.Of(s.Snapshot.Database)
	if home == nil {
		home = r.cluster.Database(s.Snapshot.Database)
		r.inputs = append(r.inputs, addSnapshotSchema(home, s))
	}
	if len(f.stats) > 0 && home.HasStats {
		return nil
	}
	in, err := addSnapshotStats(home, s)
	r.inputs = append(r.inputs, in)
	return err
}

// addSnapshotSchema loads the DDL. Its places are in no file of the user's, so
// that findings must not point there.
func addSnapshotSchema(sch *schema.Schema, s source.Server) *workload.Input {
	text := s.Snapshot.File(snapshot.DDL)
	in := &workload.Input{Path: s.Path, Kind: "schema", Format: "sql"}
	in.Bytes, in.Lines = int64(len(text)), lines([]byte(text))
	before := len(sch.Tables)
	name := shownServer(s)
	sch.AddDDL(name, text)
	in.Records = int64(max(0, len(sch.Tables)-before))
	for _, t := range sch.Tables {
		forget(&t.Place, name)
		for _, x := range t.Indexes {
			forget(&x.Place, name)
		}
		for _, k := range t.Constraints {
			forget(&k.Place, name)
		}
	}
	return in
}

// shownServer names a server in problems: no folder of this machine.
func shownServer(s source.Server) string {
	wd, _ := os.Getwd()
	return shownPath(wd, s.Path, 1)
}

func forget(p *schema.Place, path string) {
	if p.Path == path {
		*p = schema.Place{}
	}
}

func addSnapshotStats(sch *schema.Schema, s source.Server) (*workload.Input, error) {
	in := &workload.Input{Path: s.Path, Kind: "stats", Format: "csv"}
	for _, name := range snapshot.Statistics {
		text := s.Snapshot.File(name)
		if text == "" {
			continue
		}
		in.Bytes += int64(len(text))
		in.Lines += lines([]byte(text))
		if err := sch.AddStats(shownServer(s)+" "+name, []byte(text)); err != nil {
			return nil, fmt.Errorf("statistics of %s: %w", s.Path, err)
		}
	}
	if !s.Snapshot.Values {
		in.Notes = append(in.Notes, "the snapshot was saved without values: how often single values occur is not known")
	}
	return in, nil
}
