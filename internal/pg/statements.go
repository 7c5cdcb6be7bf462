package pg

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/apilint/apilint/internal/snapshot"
)

// view is what there is of pg_stat_statements.
type view struct{ schema, version string }

// The ways in which pg_stat_statements can be missing, and what mends each.
const (
	notLoaded = "pg_stat_statements is not loaded: ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements' (keep what is in it already), restart the server, then CREATE EXTENSION pg_stat_statements"
	notHere   = "pg_stat_statements is not installed in database %s: CREATE EXTENSION pg_stat_statements"
	unseen    = "; whether its library is loaded this user may not see (GRANT pg_monitor TO it)"
	noPackage = "pg_stat_statements is not on the server's disk: install the contrib package (postgresql-contrib), then load and create it"
	notMine   = "pg_stat_statements may not be read by this user (%s): GRANT pg_read_all_stats TO it, and GRANT USAGE on its schema"
)

// find looks for the extension in the database; a nil view comes with a note.
func (s *session) find(ctx context.Context) (*view, string, error) {
	rows, err := s.query(ctx, `SELECT n.nspname, e.extversion FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'`)
	if err != nil {
		return nil, "", s.failed("extensions", err)
	}
	if len(rows) > 0 {
		return &view{rows[0][0], rows[0][1]}, "", nil
	}
	// The setting is one that not everybody may see.
	rows, err = s.query(ctx, `SELECT (SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_stat_statements'),
		(SELECT count(*) FROM pg_settings WHERE name = 'shared_preload_libraries'), (SELECT count(*) FROM pg_settings WHERE name = 'shared_preload_libraries' AND setting LIKE '%pg_stat_statements%')`)
	if err != nil {
		return nil, "", s.failed("extensions", err)
	}
	switch available, visible, loaded := rows[0][0], rows[0][1], rows[0][2]; {
	case available == "0":
		return nil, noPackage, nil
	case visible != "0" && loaded == "0":
		return nil, notLoaded, nil
	case visible == "0":
		return nil, fmt.Sprintf(notHere, quoted(s.database)) + unseen, nil
	}
	return nil, fmt.Sprintf(notHere, quoted(s.database)), nil
}

// extension says since when the extension counts, and how much it lost.
func (s *session) extension(ctx context.Context, out *snapshot.Snapshot) error {
	v, note, err := s.find(ctx)
	if err != nil {
		return err
	}
	if v == nil {
		out.Notes = append(out.Notes, note)
		return nil
	}
	var rows [][]string
	err = s.attempt(ctx, func() error {
		_, err := s.query(ctx, "SELECT 1 FROM "+quoted(v.schema)+".pg_stat_statements(false) LIMIT 1")
		return err
	})
	if err != nil {
		return v.refused(out, err)
	}
	out.Extension = &snapshot.Extension{Version: v.version}
	err = s.attempt(ctx, func() (err error) {
		rows, err = s.query(ctx, "SELECT dealloc, stats_reset FROM "+quoted(v.schema)+".pg_stat_statements_info")
		return err
	})
	if err != nil || len(rows) == 0 {
		return ctx.Err() // before version 1.9
	}
	if n, err := strconv.ParseInt(rows[0][0], 10, 64); err == nil {
		out.Extension.Evicted = &n
		if n > 0 {
			out.Notes = append(out.Notes, fmt.Sprintf("pg_stat_statements ran full %d times and threw out rare statements: counts are incomplete, raise pg_stat_statements.max", n))
		}
	}
	out.Extension.StatsReset = rows[0][1]
	return nil
}

// statements reads what the extension counted of this database.
func (s *session) statements(ctx context.Context, out *snapshot.Snapshot) error {
	if err := s.extension(ctx, out); err != nil || out.Extension == nil {
		return err
	}
	v, _, err := s.find(ctx)
	if err != nil || v == nil {
		return err
	}
	var text string
	err = s.attempt(ctx, func() (err error) {
		text, err = s.csv(ctx, `SELECT s.*, current_database() AS datname, pg_get_userbyid(s.userid) AS usename FROM `+quoted(v.schema)+`.pg_stat_statements s
			WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
			AND coalesce(s.query, '') !~ '^(SAVEPOINT|RELEASE|ROLLBACK TO) apilint$' AND position(`+literal(mark)+` IN coalesce(s.query, '')) = 0`)
		return err
	})
	if err != nil {
		return v.refused(out, err)
	}
	out.Set(snapshot.Statements, text)
	return nil
}

// refused notes why the view cannot be read; other errors are returned.
func (v *view) refused(out *snapshot.Snapshot, err error) error {
	switch code(err) {
	case notPrepared:
		out.Notes = append(out.Notes, notLoaded)
	case noPrivilege:
		out.Notes = append(out.Notes, fmt.Sprintf(notMine, reason(err)))
	case queryCanceled:
		out.Notes = append(out.Notes, "pg_stat_statements took too long to read and was left out ("+reason(err)+")")
	default:
		return fmt.Errorf("reading pg_stat_statements: %w", err)
	}
	out.Extension = nil
	return nil
}

func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// quoted is a name as SQL has it.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
