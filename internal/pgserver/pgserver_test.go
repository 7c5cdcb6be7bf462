package pgserver_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/apilint/apilint/internal/pgserver"
	"github.com/apilint/apilint/internal/pgserver/pgtest"
)

func ask(t *testing.T, s *pgserver.Server, database, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.DSN(database))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var answer string
	if err := conn.QueryRow(t.Context(), sql).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestStart_aServerAnswersWithItsSettings(t *testing.T) {
	s := pgtest.Start(t, pgserver.Options{Settings: map[string]string{"work_mem": "3MB"}})
	for sql, want := range map[string]string{
		"SHOW work_mem":        "3MB",
		"SHOW server_encoding": "UTF8",
		"SHOW lc_messages":     "C",
		"SHOW fsync":           "off",
		"SELECT current_user":  "postgres",
		"SELECT setting::int / 10000 || '' FROM pg_settings WHERE name = 'server_version_num'": fmt.Sprint(s.Version),
	} {
		if got := ask(t, s, "postgres", sql); got != want {
			t.Errorf("%s is %q, want %q", sql, got, want)
		}
	}
}

func TestDSN_aDatabaseWithAnOddNameIsReached(t *testing.T) {
	s := pgtest.Start(t, pgserver.Options{})
	conn, err := pgx.Connect(t.Context(), s.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	const odd = `it's a \ name`
	if _, err := conn.Exec(t.Context(), "CREATE DATABASE "+pgx.Identifier{odd}.Sanitize()); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, s, odd, "SELECT current_database()"); got != odd {
		t.Errorf("connected to %q, want %q", got, odd)
	}
}

func TestStop_leavesNeitherProcessNorFiles(t *testing.T) {
	s := pgtest.Start(t, pgserver.Options{})
	process := ask(t, s, "postgres", "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)")
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(); err != nil {
		t.Errorf("the second Stop: %v", err)
	}
	if _, err := os.Stat(s.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder is still there: %v", err)
	}
	if alive(process) {
		t.Errorf("process %s still runs", process)
	}
}

func TestHalt_keepsWhatTheServerWroteLast(t *testing.T) {
	s := pgtest.Start(t, pgserver.Options{Settings: map[string]string{
		"logging_collector": "on", "log_destination": "stderr,csvlog", "log_min_duration_statement": "0",
	}})
	ask(t, s, "postgres", "SELECT 'the last word'")
	if err := s.Halt(); err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for _, path := range s.LogFiles() {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		said[filepath.Ext(path)] = strings.Contains(string(text), "the last word")
	}
	if !said[".csv"] {
		t.Errorf("no csvlog with the statement among %v", s.LogFiles())
	}
}

func TestStart_aServerThatCannotStartSaysWhyAndLeavesNothing(t *testing.T) {
	t.Setenv("TMPDIR", shortTempDir(t))
	_, err := pgserver.Start(t.Context(), pgserver.Options{Settings: map[string]string{"no_such_setting": "1"}})
	if errors.Is(err, pgserver.ErrNotFound) {
		t.Fatalf("PostgreSQL was not found; `make test` installs it (%v)", err)
	}
	if err == nil || !strings.Contains(err.Error(), "no_such_setting") {
		t.Errorf("the error does not name the setting: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestStart_anEndedContextLeavesNothing(t *testing.T) {
	t.Setenv("TMPDIR", shortTempDir(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := pgserver.Start(ctx, pgserver.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestStart_diesWithTheProgramThatStartedIt runs this test again as a program
// of its own, which kills itself while its server runs.
func TestStart_diesWithTheProgramThatStartedIt(t *testing.T) {
	const role = "APILINT_TEST_STARTS_AND_DIES"
	if os.Getenv(role) != "" {
		s, err := pgserver.Start(t.Context(), pgserver.Options{})
		if err != nil {
			t.Fatal(err)
		}
		process := ask(t, s, "postgres", "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)")
		fmt.Printf("started\t%s\t%s\n", process, s.Dir)
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), role+"=1")
	out, err := cmd.Output()
	_, line, ok := strings.Cut(string(out), "started\t")
	if err == nil || !ok {
		t.Fatalf("the program was not killed (%v):\n%s", err, out)
	}
	line, _, _ = strings.Cut(line, "\n")
	process, dir, _ := strings.Cut(line, "\t")
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		_, err := os.Stat(dir)
		if errors.Is(err, os.ErrNotExist) && !alive(process) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("still there: folder %s (%v), process %s (alive: %v)", dir, err, process, alive(process))
		}
	}
}

// alive reports whether a process runs. A zombie does not: where nobody
// collects orphans it stays in the table.
func alive(process string) bool {
	out, err := exec.Command("ps", "-o", "stat=", "-p", process).Output()
	state := strings.TrimSpace(string(out))
	return err == nil && state != "" && !strings.HasPrefix(state, "Z")
}

// shortTempDir is a folder that every user can enter and whose name leaves
// room for that of a socket; t.TempDir is neither.
func shortTempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "pgt")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	return dir
}
