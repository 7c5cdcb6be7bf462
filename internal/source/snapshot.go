package source

import (
	"io"
	"strings"

	"github.com/apilint/apilint/analyzer/workload"
	"github.com/apilint/apilint/internal/snapshot"
)

// Server is what a server said of itself, as an input of that name.
type Server struct {
	Path     string
	Snapshot *snapshot.Snapshot
}

// servers reads what no file holds.
func (r *reading) servers() error {
	for _, s := range r.o.Servers {
		if err := r.server(&workload.Input{Path: s.Path}, s.Snapshot); err != nil {
			return err
		}
	}
	return nil
}

// snapshot reads a snapshot that is an input. Its schema and statistics are
// for those who load schemas.
func (r *reading) snapshot(in *workload.Input, src io.Reader) error {
	s, err := snapshot.Read(src)
	if err != nil {
		return r.refuse(in, err.Error())
	}
	return r.server(in, s)
}

// server reads what a server's pg_stat_statements counted.
func (r *reading) server(in *workload.Input, s *snapshot.Snapshot) error {
	in.Notes = append(in.Notes, s.Notes...)
	text := s.File(snapshot.Statements)
	if text == "" {
		in.Kind, in.Format = "server", "postgresql"
		r.input(in, workload.SourceStats)
		return nil
	}
	in.Kind, in.Format = "pgss", "pg_stat_statements"
	if s.Extension != nil {
		r.view.reset = s.Extension.StatsReset
		if s.Extension.Evicted != nil {
			r.view.dealloc = *s.Extension.Evicted
		}
	}
	return r.pgss(in, strings.NewReader(text))
}
