package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/apilint/apilint/internal/pgserver"
)

const (
	role     = "app"
	database = "bench"
)

// server is a PostgreSQL whose settings change from recording to recording.
type server struct {
	*pgserver.Server
	admin *pgconn.PgConn // neither logged nor recorded
}

// start runs a server and fills its database.
func start(ctx context.Context, binaries string) (*server, error) {
	s, err := pgserver.Start(ctx, pgserver.Options{BinDir: binaries, Settings: map[string]string{
		"logging_collector": "on", "autovacuum": "off", "log_timezone": "UTC", "timezone": "UTC",
	}})
	if err != nil {
		return nil, err
	}
	out := &server{Server: s}
	if err := out.fill(ctx); err != nil {
		s.Stop()
		return nil, err
	}
	return out, nil
}

// silence is what keeps the sessions of the superuser out of the logs.
var silence = []string{
	"ALTER ROLE postgres SET log_min_duration_statement = -1",
	"ALTER ROLE postgres SET log_statement = 'none'",
	"ALTER ROLE postgres SET log_duration = off",
	"ALTER ROLE postgres SET auto_explain.log_min_duration = -1",
}

func (s *server) fill(ctx context.Context) error {
	first, err := pgconn.Connect(ctx, s.DSN("postgres"))
	if err != nil {
		return err
	}
	defer first.Close(ctx)
	for _, sql := range slices.Concat(silence, []string{
		"CREATE ROLE " + role + " LOGIN",
		"CREATE DATABASE " + database,
		"CREATE DATABASE latin1 TEMPLATE template0 ENCODING LATIN1 LC_COLLATE 'C' LC_CTYPE 'C'",
		"CREATE DATABASE ascii TEMPLATE template0 ENCODING SQL_ASCII LC_COLLATE 'C' LC_CTYPE 'C'",
	}) {
		if err := run(ctx, first, sql); err != nil {
			return err
		}
	}
	for _, name := range []string{"latin1", "ascii", database} { // the last one stays open
		if s.admin, err = pgconn.Connect(ctx, s.DSN(name)); err != nil {
			return err
		}
		if err := run(ctx, s.admin, tables); err != nil {
			return err
		}
		if name != database {
			s.admin.Close(ctx)
		}
	}
	// ALTER SYSTEM knows the settings of a module only where it is loaded.
	return run(ctx, s.admin, "LOAD 'auto_explain'")
}

const tables = `
CREATE TABLE customers (id integer PRIMARY KEY, name text NOT NULL, city text, note text);
CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer, status text, total numeric(10, 2), placed timestamptz DEFAULT now());
CREATE TABLE items (order_id integer, product text, quantity integer);
CREATE TABLE scratch (id integer, word text);
INSERT INTO customers SELECT i, 'name ' || i, 'city ' || i % 7 FROM generate_series(1, 200) i;
INSERT INTO orders SELECT i, 1 + i % 200, CASE WHEN i % 3 = 0 THEN 'paid' ELSE 'new' END, i * 1.5 FROM generate_series(1, 600) i;
INSERT INTO items SELECT 1 + i % 600, 'product ' || i % 40, 1 + i % 5 FROM generate_series(1, 1500) i;
CREATE FUNCTION order_sum(wanted integer) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE total numeric;
BEGIN
	SELECT sum(i.quantity) INTO total FROM items i WHERE i.order_id = wanted;
	PERFORM count(*) FROM orders o WHERE o.id = wanted;
	RETURN total;
END $$;
CREATE FUNCTION order_fails(wanted integer) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
	PERFORM count(*) FROM orders o WHERE o.id = wanted;
	RAISE EXCEPTION 'duration: 66666.000 ms  statement: SELECT 1 AS forged' USING DETAIL = 'parameters: $1 = ''1''', HINT = 'none';
END $$;
GRANT ALL ON ALL TABLES IN SCHEMA public TO app;
VACUUM ANALYZE;
`

func run(ctx context.Context, pg *pgconn.PgConn, sql string) error {
	// VACUUM runs alone, not in the transaction of a text of many statements.
	head, vacuum, _ := strings.Cut(sql, "VACUUM")
	for _, part := range []string{head, vacuum} {
		if strings.TrimSpace(part) == "" {
			continue
		}
		if strings.HasPrefix(part, " ANALYZE") {
			part = "VACUUM" + part
		}
		if _, err := pg.Exec(ctx, part).ReadAll(); err != nil {
			return fmt.Errorf("%.80s: %w", part, err)
		}
	}
	return nil
}

// change lets the server run with these settings and log to files whose names
// begin with name, and returns once new sessions do so.
func (s *server) change(ctx context.Context, name string, settings map[string]string) error {
	statements := []string{"ALTER SYSTEM RESET ALL", "ALTER SYSTEM SET log_filename = '" + name + "'"}
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		statements = append(statements, fmt.Sprintf("ALTER SYSTEM SET %s = %s", key, literal(settings[key])))
	}
	for _, sql := range append(statements, "SELECT pg_reload_conf()") {
		if err := run(ctx, s.admin, sql); err != nil {
			return err
		}
	}
	return within(ctx, 10*time.Second, "the server does not take its settings", func() (bool, error) {
		if found, err := filepath.Glob(filepath.Join(s.logs(), "*")); err != nil || !slices.ContainsFunc(found, func(f string) bool {
			return strings.HasPrefix(filepath.Base(f), pattern(name))
		}) {
			return false, err
		}
		pg, err := pgconn.Connect(ctx, s.DSN(database))
		if err != nil {
			return false, err
		}
		defer pg.Close(ctx)
		results, err := pg.Exec(ctx, "SELECT setting FROM pg_settings WHERE name = 'log_filename'").ReadAll()
		return err == nil && string(results[0].Rows[0][0]) == name, err
	})
}

// pattern is the fixed head of a log_filename.
func pattern(name string) string {
	head, _, _ := strings.Cut(name, "%")
	head, _, _ = strings.Cut(head, ".log")
	return head
}

func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func (s *server) logs() string { return filepath.Join(s.Dir, "data", "log") }

// settle returns the log files of a recording when they no longer grow: the
// collector writes what it was sent a little later.
func (s *server) settle(ctx context.Context, name string) ([]string, error) {
	var before int64 = -1
	for {
		files, err := filepath.Glob(filepath.Join(s.logs(), pattern(name)+"*"))
		if err != nil {
			return nil, err
		}
		var size int64
		for _, file := range files {
			info, err := os.Stat(file)
			if err != nil {
				return nil, err
			}
			size += info.Size()
		}
		if size == before {
			return files, nil
		}
		before = size
		if err := pause(ctx, 300*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

func within(ctx context.Context, most time.Duration, complaint string, done func() (bool, error)) error {
	for deadline := time.Now().Add(most); ; {
		if ok, err := done(); ok || err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s", complaint)
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
