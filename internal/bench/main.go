// Bench measures apilint on a large log: megabytes a second, peak memory, and
// the time grep needs to count the same lines. `make bench` runs it;
// docs/performance.md keeps what it said.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"
)

func main() {
	megabytes := flag.Int64("mb", 100, "size of the log in MB (10^6 bytes)")
	runs := flag.Int("runs", 5, "how often to measure")
	dir := flag.String("dir", ".cache", "folder of the log, which is kept for the next time")
	flag.Parse()
	if err := bench(os.Stdout, flag.Arg(0), *dir, *megabytes, *runs); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(out io.Writer, binary, dir string, megabytes int64, runs int) error {
	if binary == "" || runs < 1 || megabytes < 1 {
		return errors.New("usage: bench [-mb N] [-runs N] [-dir DIR] PATH-OF-APILINT")
	}
	log, err := prepare(dir, megabytes)
	if err != nil {
		return err
	}
	var apilint, inspect, grep []run
	for range runs {
		// One after the other, so that a noisy minute disturbs all of them.
		for _, tool := range []struct {
			runs *[]run
			args []string
		}{
			{&apilint, []string{binary, "analyze", "--exit-zero", "--format", "json", log}},
			{&inspect, []string{binary, "inspect", "--format", "json", log}},
			{&grep, []string{"grep", "-c", "duration", log}},
		} {
			r, err := measure(dir, tool.args)
			if err != nil {
				return err
			}
			*tool.runs = append(*tool.runs, r)
		}
	}
	info, err := os.Stat(log)
	if err != nil {
		return err
	}
	size := float64(info.Size()) / 1e6
	yardstick := median(grep).wall
	fmt.Fprintf(out, "log of %.1f MB, %d cores, %s/%s, median of %d runs (fastest to slowest)\n",
		size, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runs)
	for _, tool := range []struct {
		name string
		runs []run
	}{{"apilint analyze", apilint}, {"apilint inspect", inspect}, {"grep -c duration", grep}} {
		m := median(tool.runs)
		first, last := tool.runs[0], tool.runs[len(tool.runs)-1] // median has sorted them
		fmt.Fprintf(out, "  %-17s %6.2f s (%.2f to %.2f)  %6.0f MB/s  %6.2f s of processor time  %4.0f MB of memory  %5.2f times the time of grep\n",
			tool.name, m.wall.Seconds(), first.wall.Seconds(), last.wall.Seconds(), size/m.wall.Seconds(),
			m.processor.Seconds(), m.memory, m.wall.Seconds()/yardstick.Seconds())
	}
	return nil
}

// prepare makes the log unless it is there, and reads it once: what is
// measured shall not be the disk.
func prepare(dir string, megabytes int64) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	path := filepath.Join(dir, fmt.Sprintf("pgbench-%dmb.log", megabytes))
	if _, err := os.Stat(path); err != nil {
		unfinished := path + ".part"
		f, err := os.Create(unfinished)
		if err != nil {
			return "", err
		}
		defer os.Remove(unfinished)
		defer f.Close()
		if err := generate(f, megabytes*1e6); err != nil {
			return "", err
		}
		if err := f.Close(); err != nil {
			return "", err
		}
		if err := os.Rename(unfinished, path); err != nil {
			return "", err
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	_, err = io.Copy(io.Discard, f)
	return path, err
}

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
