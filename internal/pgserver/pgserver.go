// Package pgserver runs a throwaway PostgreSQL: its own data directory, a free
// port, a user that is not root, and nothing left behind, not even when the
// program that started it is killed.
package pgserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options of a server. The zero value starts the newest PostgreSQL found.
type Options struct {
	BinDir   string            // folder of initdb and postgres; default: see [Find]
	Version  int               // major version that is wanted, 0 any
	Locale   string            // of the databases; default C, where messages are English
	Settings map[string]string // of postgresql.conf, over the defaults below
}

// defaults make a server that lives for seconds quick to start and to fill; a
// crash would lose its data, which is what happens to it anyway. Commits stay
// synchronous: a VACUUM that follows a load at once would otherwise not mark
// its pages as visible to all, and the planner would shun index-only scans.
var defaults = map[string]string{
	"fsync":            "off",
	"full_page_writes": "off",
	"max_connections":  "40",
	"shared_buffers":   "64MB",
}

// Server is a PostgreSQL that runs. Its superuser is "postgres" and every
// local connection is trusted.
type Server struct {
	Dir     string // everything the server owns lies below it
	Port    int    // on 127.0.0.1, and the number in the name of the socket in Dir
	Version int    // major

	server   *exec.Cmd
	exited   chan struct{} // closed when the server process is gone
	watchdog *watchdog
	stop     sync.Once
	stopErr  error
}

// Start makes a new server and returns when it takes connections. The error
// matches [ErrNotFound] when there is no PostgreSQL on this machine.
func Start(ctx context.Context, o Options) (*Server, error) {
	bin, err := Find(o.BinDir, o.Version)
	if err != nil {
		return nil, err
	}
	run, err := runAs()
	if err != nil {
		return nil, err
	}
	dir, err := run.tempDir()
	if err != nil {
		return nil, err
	}
	s := &Server{Dir: dir, Version: bin.Version}
	if err := s.init(ctx, bin, run, o); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	// A port that was free a moment ago may be taken by now: ask for another.
	for attempt := 1; ; attempt++ {
		err = s.launch(ctx, bin, run, o)
		if err == nil {
			return s, nil
		}
		if !errors.Is(err, errPortTaken) || attempt == 5 {
			os.RemoveAll(dir)
			return nil, err
		}
	}
}

func (s *Server) data() string    { return filepath.Join(s.Dir, "data") }
func (s *Server) logFile() string { return filepath.Join(s.Dir, "server.log") }

func (s *Server) init(ctx context.Context, bin Binaries, run account, o Options) error {
	locale := o.Locale
	if locale == "" {
		locale = "C"
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin.Dir, "initdb"),
		"--pgdata="+s.data(), "--username=postgres", "--auth=trust", "--encoding=UTF8",
		"--locale="+locale, "--lc-messages=C", "--no-sync", "--no-instructions")
	run.prepare(cmd, s.Dir)
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("initdb of %s as user %s: %w\n%s", bin.Dir, run.name, err, strings.TrimSpace(string(out)))
	}
	return nil
}

func (s *Server) launch(ctx context.Context, bin Binaries, run account, o Options) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	s.Port = port
	log, err := os.Create(s.logFile())
	if err != nil {
		return err
	}
	defer log.Close()
	s.server = exec.Command(filepath.Join(bin.Dir, "postgres"), s.arguments(o.Settings)...)
	run.prepare(s.server, s.Dir)
	s.server.Stdout, s.server.Stderr = log, log
	if err := s.server.Start(); err != nil {
		return fmt.Errorf("starting %s as user %s: %w", s.server.Path, run.name, err)
	}
	exited := make(chan struct{})
	s.exited = exited
	server := s.server
	go func() {
		server.Wait() // how it ended is in the log
		close(exited)
	}()
	if s.watchdog, err = watch(run, s.server.Process.Pid, s.Dir); err != nil {
		s.shutdown()
		return err
	}
	if err := s.wait(ctx); err != nil {
		s.shutdown()
		return err
	}
	return nil
}

func (s *Server) arguments(settings map[string]string) []string {
	args := []string{
		"-D", s.data(), "-p", strconv.Itoa(s.Port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=" + s.Dir,
	}
	all := map[string]string{}
	for name, value := range defaults {
		all[name] = value
	}
	for name, value := range settings {
		all[name] = value
	}
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		args = append(args, "-c", name+"="+all[name])
	}
	return args
}

// errPortTaken is a lost race for a port.
var errPortTaken = errors.New("the port is taken")

// wait returns when the server says in its pid file that it is ready, which is
// what pg_ctl -w looks at, too.
func (s *Server) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for PostgreSQL to start: %w\n%s", ctx.Err(), s.logTail())
		case <-s.exited:
			tail := s.logTail()
			if strings.Contains(tail, "Address already in use") || strings.Contains(tail, "address already in use") {
				return errPortTaken
			}
			return fmt.Errorf("PostgreSQL %d did not start:\n%s", s.Version, tail)
		case <-tick.C:
			if s.ready() {
				return nil
			}
		}
	}
}

// statusLine is the line of postmaster.pid that holds the state (since
// PostgreSQL 10: LOCK_FILE_LINE_PM_STATUS in src/include/utils/pidfile.h).
const statusLine = 8

func (s *Server) ready() bool {
	text, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	if err != nil {
		return false
	}
	lines := strings.Split(string(text), "\n")
	return len(lines) >= statusLine && strings.TrimSpace(lines[statusLine-1]) == "ready"
}

// logTail is what the server said last.
func (s *Server) logTail() string {
	f, err := os.Open(s.logFile())
	if err != nil {
		return ""
	}
	defer f.Close()
	const most = 2000
	if end, err := f.Seek(0, io.SeekEnd); err == nil {
		f.Seek(max(0, end-most), io.SeekStart)
	}
	tail, _ := io.ReadAll(io.LimitReader(f, most))
	return strings.TrimSpace(string(tail))
}

// DSN returns the connection string of a database, in libpq's keyword form,
// which pgx and psql understand.
func (s *Server) DSN(database string) string {
	quote := strings.NewReplacer(`\`, `\\`, `'`, `\'`)
	return fmt.Sprintf("host='%s' port=%d user=postgres dbname='%s' sslmode=disable",
		quote.Replace(s.Dir), s.Port, quote.Replace(database))
}

// LogFiles returns the paths of the log files so far: those of the logging
// collector (in the folder log) where it is on, then the server's own output.
func (s *Server) LogFiles() []string {
	files, _ := filepath.Glob(filepath.Join(s.data(), "log", "*")) // sorted; the pattern is fine
	return append(files, s.logFile())
}

// Stop ends the server and removes all it owned. It may be called again.
func (s *Server) Stop() error {
	s.stop.Do(func() {
		s.stopErr = s.Halt()
		if err := os.RemoveAll(s.Dir); err != nil && s.stopErr == nil {
			s.stopErr = err
		}
	})
	return s.stopErr
}

// Halt ends the server and keeps its files, so that what it wrote while
// stopping can be read; Stop removes them.
func (s *Server) Halt() error { return s.shutdown() }

// shutdown asks for a fast shutdown, then for an immediate one, then insists.
func (s *Server) shutdown() error {
	defer s.watchdog.dismiss()
	for _, signal := range stopSignals {
		select {
		case <-s.exited:
			return nil
		default:
		}
		s.server.Process.Signal(signal)
		select {
		case <-s.exited:
			return nil
		case <-time.After(20 * time.Second):
		}
	}
	return fmt.Errorf("PostgreSQL (process %d, %s) does not stop", s.server.Process.Pid, s.Dir)
}
