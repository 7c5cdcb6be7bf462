package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// programs are the envelopes that their own programs write here.
var programs = []envelope{
	{"journal-short.txt", "systemd-journald, journalctl -o short", journal("short"), expandsTabs},
	{"journal-short-iso.txt", "systemd-journald, journalctl -o short-iso", journal("short-iso"), expandsTabs},
	{"journal-short-precise.txt", "systemd-journald, journalctl -o short-precise", journal("short-precise"), expandsTabs},
	{"journal-with-unit.txt", "systemd-journald, journalctl -o with-unit", journal("with-unit"), expandsTabs},
	{"journal-cat.txt", "systemd-journald, journalctl -o cat", journal("cat"), ""},
	{"journal.json", "systemd-journald, journalctl -o json --all", journal("json --all"), ""},
	{"journal.export", "systemd-journald, journalctl -o export", journal("export"), ""},
	{"journal-verbose.txt", "systemd-journald, journalctl -o verbose", journal("verbose"), ""},
	{"conmon.log", "conmon, --log-path k8s-file", conmon, ""},
	{"postgresql.log.bz2", "bzip2", through("bzip2", "-c"), ""},
	{"postgresql.log.xz", "xz", through("xz", "-c"), ""},
	{"postgresql.log.zst", "zstd", through("zstd", "-q", "-c"), ""},
	{"postgresql.log.lz4", "lz4", through("lz4", "-q", "-c"), ""},
	{"rotated.log", "logrotate", logrotate, ""},
}

// expandsTabs is what is lost where journalctl writes TABs as blanks.
const expandsTabs = "values"

// errorLog is the stderr log of a recording.
func errorLog(files []string) ([]byte, error) {
	var b bytes.Buffer
	for _, file := range ending(files, ".log") {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		b.Write(content)
	}
	return b.Bytes(), nil
}

// through sends the log through a program.
func through(program string, args ...string) func(context.Context, []string) ([]piece, error) {
	return func(ctx context.Context, files []string) ([]piece, error) {
		log, err := errorLog(files)
		if err != nil {
			return nil, err
		}
		cmd := exec.CommandContext(ctx, program, args...)
		cmd.Stdin = bytes.NewReader(log)
		out, err := cmd.Output()
		return []piece{{content: out}}, err
	}
}

// journalScript runs a journald of its own, in a mount namespace where it finds
// empty folders, and sends it a log as a service sends its output. The name of
// the machine is that of no machine.
const journalScript = `
set -e
hostname db1
mount -t tmpfs none /run
mkdir -p /run/systemd/journal /run/log/journal
echo 00000000000000000000000000000001 > /run/machine-id
mount --bind /run/machine-id /etc/machine-id
/usr/lib/systemd/systemd-journald 2> /dev/null &
daemon=$!
trap 'kill $daemon' EXIT
while [ ! -S /run/systemd/journal/stdout ]; do sleep .1; done
systemd-cat -t postgres cat
journalctl --sync 2> /dev/null || sleep 1
journalctl --no-pager --quiet -t postgres -o %s
`

func journal(format string) func(context.Context, []string) ([]piece, error) {
	return through("unshare", "--mount", "--uts", "sh", "-c", fmt.Sprintf(journalScript, format))
}

// runtimeScript stands for runc: "create" starts the process whose output
// conmon keeps.
const runtimeScript = `#!/bin/sh
while [ $# -gt 0 ]; do
	case "$1" in
	--pid-file) file=$2; shift ;;
	create) verb=create ;;
	esac
	shift
done
[ "$verb" = create ] || exit 0
(sleep .3; exec cat log >&2) &
echo $! > "$file"
`

func conmon(ctx context.Context, files []string) ([]piece, error) {
	return inFolder(files, "log", func(dir string) ([]piece, error) {
		if err := os.WriteFile(filepath.Join(dir, "runtime"), []byte(runtimeScript), 0o700); err != nil {
			return nil, err
		}
		cmd := exec.CommandContext(ctx, "conmon", "--cid", "c1", "--cuuid", "c1", "--name", "db", "-r", filepath.Join(dir, "runtime"),
			"-b", dir, "-p", filepath.Join(dir, "pid"), "--log-path", "k8s-file:"+filepath.Join(dir, "ctr.log"), "--full-attach")
		cmd.Dir = dir
		if err := run1(cmd); err != nil {
			return nil, err
		}
		var before int64 = -1
		for { // conmon left itself running in the background
			if err := pause(ctx, 1e9); err != nil {
				return nil, err
			}
			content, err := os.ReadFile(filepath.Join(dir, "ctr.log"))
			if err != nil || int64(len(content)) == before && before > 0 {
				return []piece{{content: content}}, err
			}
			before = int64(len(content))
		}
	})
}

// logrotate lets the log be rotated as Debian does, the older half being
// compressed.
func logrotate(ctx context.Context, files []string) ([]piece, error) {
	return inFolder(files, "log", func(dir string) ([]piece, error) {
		log, err := os.ReadFile(filepath.Join(dir, "log"))
		if err != nil {
			return nil, err
		}
		// PostgreSQL writes a record at once: a file never ends within one.
		records := strings.SplitAfter(string(log), "\n")
		records = slices.Collect(func(yield func(string) bool) {
			whole := ""
			for _, line := range records {
				if whole != "" && strings.Contains(line, "] LOG:  ") && line[0] != '\t' {
					if !yield(whole) {
						return
					}
					whole = ""
				}
				whole += line
			}
			yield(whole)
		})
		path := filepath.Join(dir, "postgresql.log")
		config := path + " {\n\tcopytruncate\n\trotate 5\n\tcompress\n\tdelaycompress\n\tsu root root\n}\n"
		if err := os.WriteFile(filepath.Join(dir, "conf"), []byte(config), 0o600); err != nil {
			return nil, err
		}
		for i := range 3 {
			part := strings.Join(records[len(records)*i/3:len(records)*(i+1)/3], "")
			if err := os.WriteFile(path, []byte(part), 0o600); err != nil {
				return nil, err
			}
			if i < 2 {
				if err := run1(exec.CommandContext(ctx, "logrotate", "--force", "--state", filepath.Join(dir, "state"), filepath.Join(dir, "conf"))); err != nil {
					return nil, err
				}
			}
		}
		found, err := filepath.Glob(path + "*")
		if err != nil {
			return nil, err
		}
		var out []piece
		for _, file := range found {
			content, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			out = append(out, piece{filepath.Base(file), content})
		}
		return out, nil
	})
}

// inFolder writes the log to a temporary folder, where a program works on it.
func inFolder(files []string, name string, work func(dir string) ([]piece, error)) ([]piece, error) {
	dir, err := os.MkdirTemp("", "apilint-sample-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	log, err := errorLog(files)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, name), log, 0o600); err != nil {
		return nil, err
	}
	return work(dir)
}

func run1(cmd *exec.Cmd) error {
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(cmd.Path), err, out)
	}
	return nil
}
