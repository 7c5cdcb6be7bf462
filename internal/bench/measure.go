package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// run is one measurement.
type run struct {
	wall      time.Duration
	processor time.Duration // of all cores: says more than wall where others compute, too
	memory    float64       // peak, in MB
}

// measure runs a command with its output to a file: grep -c that writes to the
// null device stops at the first match.
func measure(dir string, args []string) (run, error) {
	out, err := os.Create(filepath.Join(dir, "bench.out"))
	if err != nil {
		return run{}, err
	}
	defer out.Close()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "LC_ALL=C") // where grep is fastest
	cmd.Stdout = out
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return run{}, fmt.Errorf("%v: %w", args, err)
	}
	r := run{wall: time.Since(start), processor: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.memory = float64(usage.Maxrss) * 1024 / 1e6
		if runtime.GOOS == "darwin" { // bytes there, KiB elsewhere
			r.memory = float64(usage.Maxrss) / 1e6
		}
	}
	return r, nil
}

// median sorts the runs by time and returns the one in the middle.
func median(runs []run) run {
	slices.SortFunc(runs, func(a, b run) int { return int(a.wall - b.wall) })
	return runs[len(runs)/2]
}
