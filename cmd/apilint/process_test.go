package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/apilint/apilint/analyzer"
)

// line is one execution in a log.
const line = "2026-11-23 08:26:55.184 UTC [16953] LOG:  duration: 15.263 ms  statement: SELECT id, title FROM posts WHERE user_id = 42\n"

// process is the command as a process of its own, ready to start.
func process(args ...string) (cmd *exec.Cmd, stdout, stderr *bytes.Buffer) {
	cmd = exec.Command("apilint", args...)
	stdout, stderr = &bytes.Buffer{}, &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	return cmd, stdout, stderr
}

// exitCode waits for the process.
func exitCode(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	err := cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode()
}

func decode(t *testing.T, stdout *bytes.Buffer) *analyzer.Result {
	t.Helper()
	var r analyzer.Result
	if err := json.Unmarshal(stdout.Bytes(), &r); err != nil {
		t.Fatalf("%v in %q", err, stdout)
	}
	return &r
}

// Ctrl-C prints what is known, wherever the bytes come from.
func TestInterrupt_printsWhatIsKnown(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "log.fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Skip("no named pipes here: ", err)
	}
	for _, c := range []struct {
		name, input string
	}{
		{"standard input", "-"},
		{"a named pipe", fifo},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd, stdout, stderr := process("analyze", c.input, "--format", "json")
			var in io.WriteCloser
			var err error
			if c.input == "-" {
				if in, err = cmd.StdinPipe(); err != nil {
					t.Fatal(err)
				}
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if in == nil {
				if in, err = os.OpenFile(fifo, os.O_WRONLY, 0); err != nil {
					t.Fatal(err)
				}
			}
			defer in.Close()
			// A pipe holds far less than this: once it is written, most of it
			// was read, and the process waits for more.
			if _, err := io.WriteString(in, strings.Repeat(line, 20_000)); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			if code := exitCode(t, cmd); code != 130 {
				t.Errorf("exit %d, want 130: %s", code, stderr)
			}
			r := decode(t, stdout)
			// The last statement may be cut where the pipe ended.
			if r.Exit != 130 || r.Workload.Executions == 0 || len(r.Queries) == 0 || len(r.Queries) > 2 {
				t.Errorf("exit %d in the report, %d executions, %d queries", r.Exit, r.Workload.Executions, len(r.Queries))
			}
			if !strings.Contains(stderr.String(), "interrupted") {
				t.Errorf("standard error: %s", stderr)
			}
		})
	}
}

// apilint ... | head ends without a word.
func TestClosedPipe_isQuiet(t *testing.T) {
	log := filepath.Join(t.TempDir(), "some.log")
	if err := os.WriteFile(log, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"table", "json", "sql", "github"} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		cmd, _, stderr := process("analyze", log, "--format", format)
		cmd.Stdout = w
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		w.Close()
		exitCode(t, cmd)
		if stderr.Len() > 0 {
			t.Errorf("%s: %s", format, stderr)
		}
	}
}

// A line of 100 MB is cut, counted, and costs no 100 MB of memory.
func TestHugeLine_isCutAndCounted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "huge.log")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	_, _ = f.WriteString(line + strings.Replace(line, "42\n", "42 AND title <> '", 1))
	for range 100 {
		if _, err := f.Write(bytes.Repeat([]byte("x"), 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	_, _ = f.WriteString("'\n" + line)
	cmd, stdout, stderr := process("analyze", path, "--format", "json", "--exit-zero")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if code := exitCode(t, cmd); code != 0 {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	r := decode(t, stdout)
	if r.Workload.Executions != 3 || r.Inputs[0].Truncated != 1 {
		t.Errorf("%d executions, %d cut; want 3 and 1", r.Workload.Executions, r.Inputs[0].Truncated)
	}
	if stdout.Len() > 3<<20 {
		t.Errorf("a report of %d bytes", stdout.Len())
	}
	if runtime.GOOS == "linux" { // elsewhere the unit is another one
		if kB := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss; kB > 300_000 {
			t.Errorf("%d kB of memory", kB)
		}
	}
}
