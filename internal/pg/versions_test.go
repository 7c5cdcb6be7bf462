package pg_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/apilint/apilint/analyzer/workload"
	"github.com/apilint/apilint/internal/pg"
	"github.com/apilint/apilint/internal/pgserver"
	"github.com/apilint/apilint/internal/pgserver/pgtest"
	"github.com/apilint/apilint/internal/snapshot"
	"github.com/apilint/apilint/internal/source"
)

// counted is what pg_stat_statements of a snapshot counts, through the reader
// of exports.
func counted(t *testing.T, s *snapshot.Snapshot) *workload.Workload {
	t.Helper()
	agg := workload.NewAggregator(workload.Limits{})
	o := source.Options{Servers: []source.Server{{Path: "server:x", Snapshot: s}}}
	if err := source.Read(t.Context(), nil, o, agg); err != nil {
		t.Fatal(err)
	}
	return agg.Workload()
}

func calls(w *workload.Workload, text string) int64 {
	for _, g := range w.Groups {
		if g.Text == text {
			return g.Totals.Of(workload.SourceStats).Calls
		}
	}
	return 0
}

// as is the connection string of another user.
func as(dsn, user string) string { return strings.Replace(dsn, "user=postgres", "user="+user, 1) }

const byKind = "SELECT name FROM users WHERE kind = $1"

func TestRead_asksEveryVersion(t *testing.T) {
	for _, b := range pgtest.Versions(t) {
		t.Run(fmt.Sprintf("PostgreSQL %d", b.Version), func(t *testing.T) {
			server := pgtest.Start(t, pgserver.Options{BinDir: b.Dir, Settings: map[string]string{"shared_preload_libraries": "pg_stat_statements"}})
			dsn := server.DSN("postgres")
			run(t, dsn, shop+`CREATE ROLE monitor LOGIN; GRANT pg_monitor TO monitor; CREATE ROLE connects LOGIN`)

			t.Run("without the extension", func(t *testing.T) {
				s := read(t, dsn, pg.Options{})
				if len(s.Notes) != 1 || s.Notes[0] != `pg_stat_statements is not installed in database "postgres": CREATE EXTENSION pg_stat_statements` {
					t.Errorf("%q", s.Notes)
				}
				s = read(t, as(dsn, "connects"), pg.Options{})
				if notes := strings.Join(s.Notes, "\n"); !strings.Contains(notes, "whether its library is loaded this user may not see") {
					t.Errorf("%q", s.Notes)
				}
			})

			run(t, dsn, `CREATE EXTENSION pg_stat_statements; SELECT pg_stat_statements_reset();
				SELECT name FROM users WHERE kind = 'x'; SELECT name FROM users WHERE kind = 'y'; SELECT id FROM users WHERE id IN (1, 2, 3)`)

			t.Run("as superuser", func(t *testing.T) {
				s := read(t, dsn, pg.Options{Values: true})
				if len(s.Notes) > 0 || s.Version/10000 != b.Version || s.Extension == nil || s.Extension.Evicted == nil {
					t.Errorf("version %d, extension %+v, notes %q", s.Version, s.Extension, s.Notes)
				}
				w := counted(t, s)
				if in := w.Inputs[0]; in.Unreadable+in.Truncated > 0 || calls(w, byKind) != 2 {
					t.Errorf("%d unreadable, %d calls of %d groups\n%s", in.Unreadable, calls(w, byKind), len(w.Groups), s.File(snapshot.Statements))
				}
				if strings.Contains(s.File(snapshot.Statements), "apilint") {
					t.Errorf("what was asked counts as work:\n%s", s.File(snapshot.Statements))
				}
				sch := loaded(t, s)
				if users := sch.Table("", "users"); users == nil || users.Stats == nil || users.Stats.Rows != 1000 || users.Column("kind").Stats == nil || len(users.Indexes) != 2 {
					t.Errorf("%+v", users)
				}
			})
			t.Run("with pg_monitor only", func(t *testing.T) {
				read(t, as(dsn, "monitor"), pg.Options{Values: true})
				s := read(t, as(dsn, "monitor"), pg.Options{Values: true}) // what it asked before was counted
				if w := counted(t, s); calls(w, byKind) != 2 {
					t.Errorf("%d calls, notes %q", calls(w, byKind), s.Notes)
				}
				if strings.Contains(s.File(snapshot.Statements), "apilint") {
					t.Errorf("what was asked counts as work:\n%s", s.File(snapshot.Statements))
				}
				if len(s.Notes) != 1 || !strings.Contains(s.Notes[0], "pg_stats hides the statistics of 3 columns of 1 tables") {
					t.Errorf("%q", s.Notes)
				}
				if !strings.Contains(s.File(snapshot.Settings), "shared_preload_libraries") {
					t.Error("settings are hidden")
				}
			})
			t.Run("with CONNECT only", func(t *testing.T) {
				s := read(t, as(dsn, "connects"), pg.Options{Values: true})
				w := counted(t, s)
				if notes := strings.Join(w.Inputs[0].Notes, "\n"); calls(w, byKind) != 0 || !strings.Contains(notes, "hide their text: GRANT pg_read_all_stats") {
					t.Errorf("%d calls, notes %q", calls(w, byKind), notes)
				}
				if sch := loaded(t, s); sch.Table("", "users") == nil || sch.Table("", "users").Stats.Rows != 1000 {
					t.Errorf("%+v", sch.Tables)
				}
			})
			t.Run("in another schema", func(t *testing.T) {
				run(t, dsn, `CREATE SCHEMA extensions; ALTER EXTENSION pg_stat_statements SET SCHEMA extensions`)
				if s := read(t, dsn, pg.Options{}); calls(counted(t, s), byKind) != 2 {
					t.Errorf("%q", s.Notes)
				}
				if s := read(t, as(dsn, "monitor"), pg.Options{}); !strings.Contains(strings.Join(s.Notes, "\n"), "permission denied for schema extensions): GRANT") {
					t.Errorf("%q", s.Notes)
				}
			})
		})
	}
}

func TestRead_everyVersionSaysThatTheLibraryIsNotLoaded(t *testing.T) {
	for _, b := range pgtest.Versions(t) {
		server := pgtest.Start(t, pgserver.Options{BinDir: b.Dir})
		dsn := server.DSN("postgres")
		run(t, dsn, "CREATE ROLE connects LOGIN; CREATE EXTENSION pg_stat_statements")
		for _, user := range []string{"postgres", "connects"} {
			s := read(t, as(dsn, user), pg.Options{})
			if len(s.Notes) != 1 || !strings.Contains(s.Notes[0], "pg_stat_statements is not loaded: ALTER SYSTEM SET shared_preload_libraries") {
				t.Errorf("PostgreSQL %d, %s: %q", b.Version, user, s.Notes)
			}
		}
	}
}

// pgbouncer starts a pooler before the server and returns its connection
// string.
func pgbouncer(t *testing.T, server *pgserver.Server, mode string) string {
	t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		if program = "/usr/sbin/pgbouncer"; !exists(program) {
			t.Skip("pgbouncer is missing (Debian, Ubuntu: apt-get install pgbouncer); `make servers` names what else is")
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	dir, err := os.MkdirTemp("/tmp", "apilint-pool-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	config := filepath.Join(dir, "pgbouncer.ini")
	text := fmt.Sprintf("[databases]\n* = host=127.0.0.1 port=%d\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = %d\nunix_socket_dir =\nauth_type = trust\nauth_file = %s/users\npool_mode = %s\n",
		server.Port, port, dir, mode)
	for path, content := range map[string]string{config: text, filepath.Join(dir, "users"): "\"postgres\" \"\"\n"} {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	args := []string{"-q", config}
	if os.Geteuid() == 0 {
		args = append([]string{"-u", "nobody"}, args...) // it refuses to be run by root
	}
	pooler := exec.CommandContext(context.Background(), program, args...)
	var said strings.Builder
	pooler.Stderr = &said
	if err := pooler.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = pooler.Process.Kill()
		_ = pooler.Wait()
	})
	dsn := fmt.Sprintf("host=127.0.0.1 port=%d user=postgres dbname=postgres sslmode=disable", port)
	for ctx, cancel := context.WithTimeout(t.Context(), time.Minute); ; time.Sleep(20 * time.Millisecond) {
		conn, err := pgconn.Connect(ctx, dsn)
		if err == nil {
			_ = conn.Close(ctx)
			cancel()
			return dsn
		}
		if ctx.Err() != nil {
			cancel()
			t.Fatalf("the pooler does not answer: %v\n%s", err, said.String())
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestRead_asksThroughAPooler(t *testing.T) {
	server := pgtest.Start(t, pgserver.Options{Settings: map[string]string{"shared_preload_libraries": "pg_stat_statements"}})
	run(t, server.DSN("postgres"), shop+"CREATE EXTENSION pg_stat_statements; SELECT name FROM users WHERE kind = 'x'; SELECT name FROM users WHERE kind = 'y'")
	for _, mode := range []string{"transaction", "session"} {
		dsn := pgbouncer(t, server, mode)
		for range 2 {
			s := read(t, dsn, pg.Options{Values: true})
			if w := counted(t, s); calls(w, byKind) != 2 || len(s.Notes) > 0 {
				t.Errorf("%s: %d calls, notes %q", mode, calls(w, byKind), s.Notes)
			}
			// The next user of the connection finds it as it was.
			conn, err := pgconn.Connect(t.Context(), dsn)
			if err != nil {
				t.Fatal(err)
			}
			results, err := conn.Exec(t.Context(), "SELECT current_setting('statement_timeout') || current_setting('transaction_read_only') || current_setting('pg_stat_statements.track')").ReadAll()
			if err != nil || string(results[0].Rows[0][0]) != "0offtop" {
				t.Errorf("%s: %v %s", mode, err, results[0].Rows[0][0])
			}
			_ = conn.Close(t.Context())
		}
	}
	_, err := pg.Read(t.Context(), pgbouncer(t, server, "statement"), pg.Options{})
	if err == nil || !strings.Contains(err.Error(), "in statement mode: connect to the server itself") {
		t.Errorf("%v", err)
	}
}
