//go:build unix

package pgserver

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// stopSignals ask a server to stop: fast, immediate, killed.
var stopSignals = []os.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL}

// account is the user that owns and runs the server.
type account struct {
	name       string
	credential *syscall.Credential // nil: the user who runs this program
}

// runAs is the current user; PostgreSQL refuses to be run by root, who becomes
// the user of the installed packages, else nobody.
func runAs() (account, error) {
	if os.Geteuid() != 0 {
		return account{name: strconv.Itoa(os.Geteuid())}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 == nil && err2 == nil {
			return account{name, &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
		}
	}
	return account{}, errors.New("PostgreSQL does not run as root, and there is no user postgres or nobody to run it: run this as another user")
}

// tempDir makes the folder of a server. Its path must be short, a socket's
// name has at most 103 bytes on macOS and 107 on Linux, and open to the user
// who runs the server.
func (a account) tempDir() (string, error) {
	base := os.TempDir()
	if len(base) > 70 || !a.reaches(base) {
		base = "/tmp"
	}
	dir, err := os.MkdirTemp(base, "apilint-pg-")
	if err != nil {
		return "", err
	}
	if a.credential != nil {
		if err := os.Chown(dir, int(a.credential.Uid), int(a.credential.Gid)); err != nil {
			os.RemoveAll(dir)
			return "", fmt.Errorf("giving %s to user %s: %w", dir, a.name, err)
		}
	}
	return dir, nil
}

// reaches reports whether the account can enter every folder down to dir.
func (a account) reaches(dir string) bool {
	if a.credential == nil {
		return true
	}
	for {
		info, err := os.Stat(dir)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return true
		}
		dir = parent
	}
}

// prepare lets cmd run as the account, in dir, with no PG* variable of ours
// and in a process group of its own: Ctrl-C is for the program, which then
// stops the server.
func (a account) prepare(cmd *exec.Cmd, dir string) {
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: a.credential}
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "PG") {
			cmd.Env = append(cmd.Env, entry)
		}
	}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("looking for a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
