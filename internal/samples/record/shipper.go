package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// envelope wraps the log files of a recording as a shipper does.
type envelope struct {
	name, origin string
	wrap         wrapping
	without      string // counts that it loses, separated by blanks
}

// wrapping reads the log files of a recording.
type wrapping = func(ctx context.Context, files []string) ([]piece, error)

// shippers run while a recording is made.
type shippers struct {
	dir     string
	rsyslog *exec.Cmd
}

// socket is where the C library's syslog() sends to; it cannot be another.
const socket = "/dev/log"

// formats are the file formats of rsyslogd.
var formats = []struct{ name, template string }{
	{"traditional.log", "RSYSLOG_TraditionalFileFormat"},
	{"iso.log", "RSYSLOG_FileFormat"},
	{"rfc5424.log", "RSYSLOG_SyslogProtocol23Format"},
}

// startShippers starts rsyslogd for recordings of syslog.
func startShippers(ctx context.Context, r *recording) (*shippers, error) {
	s := &shippers{}
	if r.settings["log_destination"] != "syslog,csvlog" {
		return s, nil
	}
	if _, err := os.Lstat(socket); err == nil {
		return nil, fmt.Errorf("%s is there: syslog is recorded only on a machine without a syslog daemon, such as a container", socket)
	}
	var err error
	if s.dir, err = os.MkdirTemp("", "apilint-rsyslog-"); err != nil {
		return nil, err
	}
	config := "module(load=\"imuxsock\" SysSock.Use=\"off\")\ninput(type=\"imuxsock\" Socket=\"" + socket + "\" RateLimit.Interval=\"0\")\n"
	for _, f := range formats {
		config += fmt.Sprintf("*.* action(type=\"omfile\" file=%q template=%q)\n", filepath.Join(s.dir, f.name), f.template)
	}
	path := filepath.Join(s.dir, "rsyslog.conf")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		return nil, err
	}
	s.rsyslog = exec.Command("rsyslogd", "-n", "-f", path, "-i", filepath.Join(s.dir, "pid"))
	s.rsyslog.Stderr = os.Stderr
	if err := s.rsyslog.Start(); err != nil {
		return nil, err
	}
	err = within(ctx, 10*time.Second, "rsyslogd does not open "+socket, func() (bool, error) {
		_, err := os.Stat(socket)
		return err == nil, nil
	})
	if err != nil {
		s.stop()
	}
	return s, err
}

// others are lines of other programs in the same file.
func (s *shippers) others() error {
	return errors.Join(
		exec.Command("logger", "-t", "sshd[812]", "Accepted publickey for admin from 10.0.0.9 port 51022 ssh2").Run(),
		exec.Command("logger", "-t", "kernel", "duration: 12.000 ms  statement: SELECT 'forged'").Run(),
	)
}

// finish returns what was written.
func (s *shippers) finish(ctx context.Context) ([]envelope, error) {
	if s.rsyslog == nil {
		return nil, nil
	}
	if err := s.others(); err != nil {
		return nil, err
	}
	if err := pause(ctx, 500*time.Millisecond); err != nil {
		return nil, err
	}
	s.rsyslog.Process.Signal(syscall.SIGTERM)
	s.rsyslog.Wait()
	var out []envelope
	for _, f := range formats {
		content, err := os.ReadFile(filepath.Join(s.dir, f.name))
		if err != nil {
			return nil, err
		}
		out = append(out, envelope{name: f.name, origin: "rsyslogd", wrap: as(content)})
	}
	return out, nil
}

// as is the wrapping of what was written already.
func as(content []byte) wrapping {
	return func(context.Context, []string) ([]piece, error) { return []piece{{content: content}}, nil }
}

// stop ends what still runs and removes its files; it may be called again.
func (s *shippers) stop() {
	if s.rsyslog == nil {
		return
	}
	s.rsyslog.Process.Kill()
	s.rsyslog.Wait()
	os.Remove(socket)
	os.RemoveAll(s.dir)
	s.rsyslog = nil
}
