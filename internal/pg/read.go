package pg

import (
	"context"
	"fmt"
	"time"

	"github.com/apilint/apilint/internal/snapshot"
)

// Options say what to read.
type Options struct {
	Tool   string    // version of apilint
	Now    time.Time // when the snapshot is taken
	Values bool      // values of the tables, too: most common ones, bounds of histograms
}

// Read asks a server for everything that an analysis can use: its schema,
// statistics and settings, and what pg_stat_statements counted of the
// database. It needs CONNECT only; what it may not see becomes a note.
func Read(ctx context.Context, dsn string, o Options) (*snapshot.Snapshot, error) {
	s, err := connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	defer s.close()
	out := s.snapshot(o)
	text, notes, err := s.ddl(ctx)
	if err != nil {
		return nil, err
	}
	out.Set(snapshot.DDL, text)
	out.Notes = append(out.Notes, notes...)
	if err := s.statistics(ctx, out, o); err != nil {
		return nil, err
	}
	if err := s.configuration(ctx, out); err != nil {
		return nil, err
	}
	if err := s.statements(ctx, out); err != nil {
		return nil, err
	}
	return out, nil
}

// Configuration asks a server only for its settings and the state of
// pg_stat_statements.
func Configuration(ctx context.Context, dsn string, o Options) (*snapshot.Snapshot, error) {
	s, err := connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	defer s.close()
	out := s.snapshot(o)
	if err := s.configuration(ctx, out); err != nil {
		return nil, err
	}
	return out, s.extension(ctx, out)
}

func (s *session) snapshot(o Options) *snapshot.Snapshot {
	return &snapshot.Snapshot{
		Schema: snapshot.Format, Tool: o.Tool, Taken: o.Now.UTC().Truncate(time.Second),
		Database: s.database, Version: s.version, Values: o.Values,
	}
}

// sizes are the figures of tables and indexes.
var sizes = `SELECT n.nspname AS schema, c.relname, c.relkind, c.relpages, c.reltuples, c.relallvisible, pg_relation_size(c.oid) AS bytes, t.relname AS table_name, i.indisvalid AS valid
	FROM ` + relations + ` LEFT JOIN pg_index i ON i.indexrelid = c.oid LEFT JOIN pg_class t ON t.oid = i.indrelid
	WHERE c.relkind IN ('r', 'p', 'm', 'f', 'i', 'I') AND (t.oid IS NULL OR NOT ` + member("pg_class", "t.oid") + `) ORDER BY c.oid`

// columnStatistics is pg_stats, without values unless they are wanted.
func columnStatistics(values bool) string {
	lists := "NULL AS most_common_vals, s.most_common_freqs, NULL AS histogram_bounds, s.correlation, NULL AS most_common_elems, s.most_common_elem_freqs"
	if values {
		lists = "s.most_common_vals, s.most_common_freqs, s.histogram_bounds, s.correlation, s.most_common_elems, s.most_common_elem_freqs"
	}
	return `SELECT s.schemaname, s.tablename, s.attname, s.inherited, s.null_frac, s.avg_width, s.n_distinct, ` + lists + `
		FROM ` + relations + ` JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname
		LEFT JOIN pg_index i ON i.indexrelid = c.oid WHERE i.indrelid IS NULL OR NOT ` + member("pg_class", "i.indrelid") + ` ORDER BY c.oid, s.attname, s.inherited`
}

// hidden counts the columns whose statistics pg_stats does not show.
var hidden = `SELECT count(*), count(DISTINCT c.oid) FROM ` + relations + ` JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	WHERE c.relkind IN ('r', 'p', 'm', 'f') AND (NOT has_column_privilege(c.oid, a.attnum, 'SELECT') OR c.relrowsecurity AND row_security_active(c.oid))`

var (
	indexUse = `SELECT n.nspname AS schemaname, u.relname, u.indexrelname, u.idx_scan, u.idx_tup_read, u.idx_tup_fetch
		FROM ` + relations + ` JOIN pg_stat_user_indexes u ON u.relid = c.oid ORDER BY u.indexrelid`
	tableUse = `SELECT n.nspname AS schemaname, u.relname, u.seq_scan, u.seq_tup_read, u.idx_scan, u.n_tup_ins, u.n_tup_upd, u.n_tup_del, u.n_tup_hot_upd, u.n_live_tup, u.n_dead_tup
		FROM ` + relations + ` JOIN pg_stat_user_tables u ON u.relid = c.oid ORDER BY c.oid`
)

func (s *session) statistics(ctx context.Context, out *snapshot.Snapshot, o Options) error {
	for _, part := range []struct{ file, what, query string }{
		{snapshot.Relations, "sizes", sizes},
		{snapshot.Indexes, "the use of indexes", indexUse},
		{snapshot.Tables, "the use of tables", tableUse},
		{snapshot.PgStats, "pg_stats", columnStatistics(o.Values)},
	} {
		text, err := s.csv(ctx, part.query)
		if err != nil {
			return s.failed(part.what, err)
		}
		out.Set(part.file, text)
	}
	rows, err := s.query(ctx, hidden)
	if err != nil {
		return s.failed("privileges", err)
	}
	if rows[0][0] != "0" {
		out.Notes = append(out.Notes, fmt.Sprintf(
			"pg_stats hides the statistics of %s columns of %s tables from this user: GRANT pg_read_all_data TO it (PostgreSQL 14), or GRANT SELECT; row security hides them, too", rows[0][0], rows[0][1]))
	}
	return nil
}

// wanted are the settings that are read: those that decide plans, costs and
// what is logged and counted. Others may hold secrets.
const wanted = `name IN ('server_version_num', 'block_size', 'shared_buffers', 'work_mem', 'maintenance_work_mem', 'effective_cache_size', 'hash_mem_multiplier',
		'effective_io_concurrency', 'max_parallel_workers', 'max_parallel_workers_per_gather', 'autovacuum', 'default_statistics_target', 'autovacuum_analyze_scale_factor',
		'autovacuum_vacuum_scale_factor', 'track_counts', 'track_io_timing', 'track_functions', 'track_activity_query_size', 'compute_query_id', 'lc_messages', 'lc_collate', 'server_encoding',
		'shared_preload_libraries', 'session_preload_libraries', 'local_preload_libraries', 'deadlock_timeout', 'max_connections', 'TimeZone')
	OR name LIKE 'log\_%' OR name = 'logging_collector' OR name LIKE 'pg_stat_statements.%' OR name LIKE 'auto_explain.%' OR category LIKE 'Query Tuning%'`

const overridden = `SELECT coalesce(d.datname, ''), CASE WHEN s.setrole = 0 THEN '' ELSE pg_get_userbyid(s.setrole) END, o
	FROM pg_db_role_setting s LEFT JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) o
	WHERE (s.setdatabase = 0 OR d.datname = current_database()) AND (o LIKE 'log\_%' OR o LIKE 'search\_path=%' OR o LIKE 'auto_explain.%' OR o LIKE 'pg_stat_statements.%' OR o LIKE 'enable\_%')
	ORDER BY 1, 2, 3`

// service tells a managed service by the role that it makes for its customers,
// "" where there is none of them.
const service = `SELECT x.service FROM (VALUES (1, 'rds', 'rds_superuser'), (2, 'alloydb', 'alloydbsuperuser'), (3, 'cloudsql', 'cloudsqlsuperuser'),
		(4, 'azure', 'azure_pg_admin'), (5, 'supabase', 'supabase_admin'), (6, 'neon', 'neon_superuser'), (7, 'aiven', 'avnadmin'), (8, 'digitalocean', 'doadmin')) x (n, service, role)
	JOIN pg_roles r ON r.rolname = x.role ORDER BY x.n LIMIT 1`

func (s *session) configuration(ctx context.Context, out *snapshot.Snapshot) error {
	named, err := s.query(ctx, service)
	if err != nil {
		return s.failed("roles", err)
	}
	if len(named) > 0 {
		out.Service = named[0][0]
	}
	// The transaction has settings of its own, reset_val is what others have.
	// lc_collate is no setting any more since PostgreSQL 16.
	text, err := s.csv(ctx, `SELECT name, reset_val AS setting, unit FROM pg_settings WHERE name <> 'lc_collate' AND (`+wanted+`)
		UNION ALL SELECT 'lc_collate', datcollate, NULL FROM pg_database WHERE datname = current_database() ORDER BY 1`)
	if err != nil {
		return s.failed("settings", err)
	}
	out.Set(snapshot.Settings, text)
	rows, err := s.query(ctx, overridden)
	if err != nil {
		return s.failed("settings of roles", err)
	}
	for _, r := range rows {
		if n := len(out.Overridden); n == 0 || out.Overridden[n-1].Database != r[0] || out.Overridden[n-1].Role != r[1] {
			out.Overridden = append(out.Overridden, snapshot.Overrides{Database: r[0], Role: r[1]})
		}
		last := &out.Overridden[len(out.Overridden)-1]
		last.Settings = append(last.Settings, r[2])
	}
	return nil
}
