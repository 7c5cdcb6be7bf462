package cli

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/apilint/apilint/internal/doctor"
	"github.com/apilint/apilint/internal/pgserver"
	"github.com/apilint/apilint/internal/pgserver/pgtest"
)

type doctored struct {
	Schema  string
	Checked []doctor.Checked
	Script  []string
}

func diagnosed(t *testing.T, args ...string) (d doctored) {
	t.Helper()
	code, out, stderr := called(t, "", append([]string{"doctor", "--format", "json"}, args...)...)
	if code != 0 {
		t.Fatalf("exit %d\n%s", code, stderr)
	}
	if err := json.Unmarshal([]byte(out), &d); err != nil || d.Schema != doctor.Format {
		t.Fatalf("%v\n%s", err, out)
	}
	return d
}

// The server itself accepts every line, and then nothing is left to mend.
func TestDoctor_aServerAcceptsTheScript(t *testing.T) {
	server, dsn := shop(t, map[string]string{"shared_preload_libraries": "pg_stat_statements"})
	conn, err := pgx.Connect(t.Context(), server.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	run := func(lines ...string) {
		t.Helper()
		for _, sql := range lines {
			if _, err := conn.Exec(t.Context(), sql, pgx.QueryExecModeSimpleProtocol); err != nil {
				t.Errorf("%s: %v", sql, err)
			}
		}
	}
	run("ALTER SYSTEM SET log_parameter_max_length = 0", "ALTER SYSTEM SET log_error_verbosity = terse", "ALTER SYSTEM SET log_duration = on", "ALTER SYSTEM SET log_line_prefix = '%m '",
		"ALTER SYSTEM SET track_counts = off", "ALTER SYSTEM SET log_min_messages = panic", "ALTER SYSTEM SET pg_stat_statements.track = 'none'",
		"CREATE ROLE quiet", "ALTER ROLE quiet SET log_min_duration_statement = -1", "SELECT pg_reload_conf()", "DROP EXTENSION pg_stat_statements")
	settled(t, conn, "log_line_prefix", "%m ")

	before := diagnosed(t, "--dsn", dsn)
	var settings []string
	for _, a := range before.Checked[0].Advice {
		settings = append(settings, a.Setting)
	}
	for _, want := range []string{
		"log_min_duration_statement", "log_min_messages", "log_duration", "log_line_prefix", "logging_collector", "log_parameter_max_length",
		"log_error_verbosity", "log_lock_waits", "track_counts", "pg_stat_statements", "pg_stat_statements.track",
	} {
		if !slices.Contains(settings, want) {
			t.Errorf("%s hides something and is not named: %v", want, settings)
		}
	}
	run(before.Script...)
	settled(t, conn, "log_line_prefix", "%m [%p] %c %l %q%u@%d/%a ")
	after := diagnosed(t, "--dsn", dsn)
	a := slices.DeleteFunc(after.Checked[0].Advice, func(a doctor.Advice) bool { return a.Optional })
	if len(a) != 1 || a[0].Setting != "logging_collector" || !a[0].Restart {
		t.Errorf("what only a restart mends is left: %+v", a)
	}

	code, out, stderr := called(t, "", "doctor", "--dsn", dsn)
	if code != 0 || !strings.Contains(out, "  ALTER SYSTEM SET logging_collector = on;\n  SELECT pg_reload_conf();\n  -- then restart the server\n\n") || !strings.HasSuffix(out, "\n\n1 setting hides something\n") {
		t.Errorf("exit %d\n%s%s", code, out, stderr)
	}
}

// settled returns when a session sees the setting: a reload takes a moment.
func settled(t *testing.T, conn *pgx.Conn, name, want string) {
	t.Helper()
	for got := ""; got != want; {
		if err := conn.QueryRow(t.Context(), "SELECT setting FROM pg_file_settings, pg_sleep(0.01) WHERE name = $1 AND applied ORDER BY seqno DESC LIMIT 1", name).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if err := conn.QueryRow(t.Context(), "SELECT current_setting($1)", name).Scan(&got); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDoctor_looksAtLogs(t *testing.T) {
	t.Chdir(t.TempDir())
	const line = "2026-11-25 08:00:00.000 UTC LOG:  duration: 230.000 ms  execute <unnamed>: SELECT * FROM orders WHERE customer_id = $1\n"
	if err := os.WriteFile("x.log", []byte(strings.Repeat(line, 20)), 0o600); err != nil {
		t.Fatal(err)
	}
	d := diagnosed(t, "x.log")
	var settings []string
	for _, a := range d.Checked[0].Advice {
		settings = append(settings, a.Setting)
	}
	if want := []string{"log_min_duration_statement", "log_line_prefix", "log_parameter_max_length"}; !slices.Equal(settings, want) {
		t.Errorf("%v, want %v", settings, want)
	}
	for _, c := range []struct{ args, want string }{
		{"doctor", "nothing to look at: name a log file, or a server with --dsn"},
		{"doctor missing.log", "missing.log"},
		{"doctor x.log --format yaml", `--format "yaml" is unknown`},
	} {
		if code, _, stderr := called(t, "", strings.Fields(c.args)...); code != 2 || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: exit %d\n%s", c.args, code, stderr)
		}
	}
}

// What is optional, too, and without any setting that was made before.
func TestDoctor_everyVersionAcceptsEveryLine(t *testing.T) {
	for _, b := range pgtest.Versions(t) {
		server := pgtest.Start(t, pgserver.Options{BinDir: b.Dir, Settings: map[string]string{"shared_preload_libraries": "pg_stat_statements"}})
		conn, err := pgx.Connect(t.Context(), server.DSN("postgres"))
		if err != nil {
			t.Fatal(err)
		}
		optional := 0
		for _, c := range diagnosed(t, "--dsn", server.DSN("postgres")).Checked {
			for _, a := range c.Advice {
				if a.Optional {
					optional++
				}
				for _, sql := range append(a.SQL, a.After...) {
					if _, err := conn.Exec(t.Context(), sql, pgx.QueryExecModeSimpleProtocol); err != nil {
						t.Errorf("PostgreSQL %d: %s: %v", b.Version, sql, err)
					}
				}
			}
		}
		if optional != 2 {
			t.Errorf("PostgreSQL %d: %d optional settings, want 2", b.Version, optional)
		}
		_ = conn.Close(context.Background())
	}
}
