// Bench measures apilint on large logs of its own making, beside what other
// programs need for the same file: grep to count the lines, zcat and zstdcat to
// decompress, pgBadger to analyse. `make bench` runs it; docs/performance.md
// keeps what it said.
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
)

func main() {
	megabytes := flag.Int64("mb", 100, "size of the log in MB (10^6 bytes); that for pgBadger is a tenth of it")
	runs := flag.Int("runs", 5, "how often to measure")
	dir := flag.String("dir", ".cache", "folder of the logs, which are kept for the next time")
	flag.Parse()
	if err := bench(os.Stdout, flag.Arg(0), *dir, *megabytes, *runs); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// contest is a file and what reads it; the last program is what the others are
// compared with, unless it is alone.
type contest struct {
	title    string
	path     string
	programs []program
}

type program struct {
	name string
	args []string // before the file
	runs []run
}

func bench(out io.Writer, binary, dir string, megabytes int64, runs int) error {
	if binary == "" || runs < 1 || megabytes < 1 {
		return errors.New("usage: bench [-mb N] [-runs N] [-dir DIR] PATH-OF-APILINT")
	}
	fmt.Fprintf(out, "%d cores, %s/%s, median of %d runs (fastest to slowest)\n", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runs)
	contests, err := contests(out, binary, dir, megabytes)
	if err != nil {
		return err
	}
	for i := range contests {
		if err := contests[i].hold(out, dir, runs); err != nil {
			return err
		}
	}
	return nil
}

// contests are what is measured. What is not installed is said and left out.
func contests(out io.Writer, binary, dir string, megabytes int64) ([]contest, error) {
	analyze := program{name: "apilint analyze", args: []string{binary, "analyze", "--exit-zero", "--format", "json"}}
	inspect := program{name: "apilint inspect", args: []string{binary, "inspect", "--format", "json"}}
	plain, err := log{form: "stderr"}.prepare(dir, megabytes)
	if err != nil {
		return nil, err
	}
	all := []contest{{"stderr", plain, []program{analyze, inspect, {name: "grep -c duration", args: []string{"grep", "-c", "duration"}}}}}
	for _, form := range []string{"csvlog", "jsonlog"} {
		path, err := log{form: form}.prepare(dir, megabytes)
		if err != nil {
			return nil, err
		}
		all = append(all, contest{form, path, []program{analyze}})
	}
	shapes, err := log{form: "stderr", shapes: 20_000}.prepare(dir, megabytes)
	if err != nil {
		return nil, err
	}
	all = append(all, contest{"stderr, every tenth statement one of 20,000 shapes", shapes, []program{inspect}})
	for _, c := range []struct {
		tool, ending, reader string
		write, read          []string
	}{
		{"gzip", ".gz", "zcat", []string{"gzip", "-c"}, []string{"gzip", "-dc"}},
		{"zstd", ".zst", "zstdcat", []string{"zstd", "-q", "-c"}, []string{"zstd", "-q", "-dc"}},
	} {
		if !installed(out, c.tool) {
			continue
		}
		path, err := compressed(plain, c.ending, c.write...)
		if err != nil {
			return nil, err
		}
		all = append(all, contest{"stderr through " + c.tool, path, []program{analyze, {name: c.reader, args: c.read}}})
	}
	if installed(out, "pgbadger") {
		small, err := log{form: "stderr"}.prepare(dir, max(megabytes/10, 1))
		if err != nil {
			return nil, err
		}
		badger := program{name: "pgbadger", args: []string{"pgbadger", "-q", "-p", "%m [%p] ", "-o", filepath.Join(dir, "pgbadger.html")}}
		all = append(all, contest{"stderr, a tenth of the size", small, []program{analyze, badger}})
	}
	return all, nil
}

func installed(out io.Writer, name string) bool {
	if _, err := exec.LookPath(name); err != nil {
		fmt.Fprintf(out, "%s is not installed: not compared\n", name)
		return false
	}
	return true
}

// hold runs the programs in turn, so that a noisy minute disturbs all of them.
func (c *contest) hold(out io.Writer, dir string, runs int) error {
	for range runs {
		for i := range c.programs {
			p := &c.programs[i]
			r, err := measure(dir, append(p.args[:len(p.args):len(p.args)], c.path))
			if err != nil {
				return err
			}
			p.runs = append(p.runs, r)
		}
	}
	info, err := os.Stat(c.path)
	if err != nil {
		return err
	}
	size := float64(info.Size()) / 1e6
	fmt.Fprintf(out, "%s, %.1f MB\n", c.title, size)
	last := c.programs[len(c.programs)-1]
	yardstick := median(last.runs).wall
	for _, p := range c.programs {
		m := median(p.runs)
		first, slowest := p.runs[0], p.runs[len(p.runs)-1] // median has sorted them
		fmt.Fprintf(out, "  %-17s %6.2f s (%.2f to %.2f)  %6.0f MB/s  %6.2f s of processor time  %4.0f MB of memory",
			p.name, m.wall.Seconds(), first.wall.Seconds(), slowest.wall.Seconds(), size/m.wall.Seconds(), m.processor.Seconds(), m.memory)
		if len(c.programs) > 1 {
			fmt.Fprintf(out, "  %6.3f times the time of %s", m.wall.Seconds()/yardstick.Seconds(), last.name)
		}
		fmt.Fprintln(out)
	}
	return nil
}
