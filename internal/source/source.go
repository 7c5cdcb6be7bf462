// Package source reads what PostgreSQL and its clients leave behind: logs,
// pg_stat_statements exports, traces and .sql files. What an input is, is told
// from its content. Every reader counts what it could not read.
package source

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/apilint/apilint/analyzer/workload"
	"github.com/apilint/apilint/internal/source/trace"
)

// Options say how to read. The zero value reads everything as it comes.
type Options struct {
	Stdin        io.Reader
	Prefix       string // log_line_prefix, "" to guess
	Timezone     string // of log times with an unknown abbreviation
	Format       string // force: one of [Formats]
	Since, Until time.Time
	Databases    []string
	Users        []string
	Apps         []string
	MaxStatement int // bytes, default 1 MiB
	Jobs         int // workers, default one per processor, at most eight
	Weights      Weights
	Servers      []Server
	Digest       func(io.Reader) error // takes what apilint digest wrote
	Map          StatsMap              // names of columns of statistics
	StatsBefore  string                // an export of pg_stat_statements, and
	StatsAfter   string                // a later one: what ran between them
	Follow       bool                  // a log goes on being written: read on until the context ends
	blockSize    int                   // tests cut finer
	rest         func()                // tests wait until a followed log was read
}

// maxJobs is how many workers can keep busy while one of them merges.
const maxJobs = 8

func (o Options) withDefaults() Options {
	if o.MaxStatement <= 0 {
		o.MaxStatement = 1 << 20
	}
	if o.Jobs <= 0 {
		o.Jobs = min(runtime.GOMAXPROCS(0), maxJobs)
	}
	if o.blockSize <= 0 {
		o.blockSize = 1 << 17 // of several, with what was read in them, a core's second cache holds all
	}
	return o
}

// Formats are the names that --input-format takes.
var Formats = append([]string{"stderr", "csvlog", "jsonlog", "pgss", "sql"}, trace.Forms...)

// Read reads every input named by args ("-", files, folders, globs) into agg.
// An input that cannot be opened is an error; one that is not recognised is an
// input of format "unknown" with a note. A cancelled context ends the reading;
// what was folded until then stays usable.
func Read(ctx context.Context, args []string, o Options, agg *workload.Aggregator) error {
	o = o.withDefaults()
	if o.Format != "" && !slices.Contains(Formats, o.Format) {
		return fmt.Errorf("--input-format %q is unknown; it is one of %s", o.Format, strings.Join(Formats, ", "))
	}
	zone, err := zoneOf(o.Timezone)
	if err != nil {
		return err
	}
	inputs, err := expand(args)
	if err != nil {
		return err
	}
	r := &reading{ctx: ctx, o: o, agg: agg, zone: zone, view: newStatsView()}
	defer r.release()
	if o.StatsBefore != "" || o.StatsAfter != "" {
		if err := r.difference(o.StatsBefore, o.StatsAfter); err != nil {
			return err
		}
	}
	for _, in := range r.sorted(inputs) {
		if err := r.open(in); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	r.release()
	r.unusedWeights()
	return r.servers()
}

// named is one input; one that was found rather than named may be anything.
type named struct {
	path  string
	found bool
	again bool // it was named more than once
}

// once leaves out what was named before, by another path or a link too.
func once(inputs []named) []named {
	places := map[string]int{}
	out := inputs[:0]
	for _, in := range inputs {
		file := in.path
		if real, err := filepath.EvalSymlinks(file); err == nil && in.path != "-" {
			file = real
		}
		if absolute, err := filepath.Abs(file); err == nil && in.path != "-" {
			file = absolute
		}
		if place, known := places[file]; known {
			out[place].again = true
			continue
		}
		places[file] = len(out)
		out = append(out, in)
	}
	return out
}

// expand turns arguments into files, in a fixed order.
func expand(args []string) ([]named, error) {
	var out []named
	for _, arg := range args {
		if arg == "-" {
			out = append(out, named{path: arg})
			continue
		}
		info, err := os.Stat(arg)
		switch {
		case err == nil && info.IsDir():
			n := len(out)
			root := arg + string(filepath.Separator) // that of a link is what it leads to
			err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
				if err != nil {
					return err
				}
				if strings.HasPrefix(d.Name(), ".") && path != root {
					if d.IsDir() {
						return filepath.SkipDir
					}
					return nil
				}
				if d.Type().IsRegular() || d.Type()&fs.ModeSymlink != 0 && leadsToFile(path) {
					out = append(out, named{path: path, found: true})
				}
				return nil
			})
			if err != nil {
				return nil, fmt.Errorf("reading the folder %s: %w", arg, err)
			}
			if len(out) == n {
				return nil, fmt.Errorf("the folder %s holds no file", arg)
			}
		case err == nil:
			out = append(out, named{path: arg})
		case strings.ContainsAny(arg, "*?[{"):
			matches, globErr := doublestar.FilepathGlob(arg, doublestar.WithFilesOnly())
			if globErr != nil {
				return nil, fmt.Errorf("the pattern %s: %w", arg, globErr)
			}
			if len(matches) == 0 {
				return nil, fmt.Errorf("no file matches %s", arg)
			}
			slices.Sort(matches)
			for _, m := range matches {
				out = append(out, named{path: m, found: true})
			}
		default:
			return nil, fmt.Errorf("opening an input: %w", err)
		}
	}
	return once(out), nil
}

// leadsToFile reports whether a link in a folder is one to a file: Kubernetes
// keeps logs so.
func leadsToFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// reading is the state of one [Read].
type reading struct {
	ctx  context.Context
	o    Options
	agg  *workload.Aggregator
	zone *time.Location

	followed *followed               // the input, when it goes on
	modified time.Time               // of the input: when it ends
	stamp    string                  // that envelopes set before its lines
	language *language               // of the log that is being read, nil is English
	forms    map[sameLog]logForm     // logs that were read
	exported map[uint64]exported     // rows of pg_stat_statements that were read
	held     *heldRecord             // the last one of the last log
	exports  int                     // of pg_stat_statements, so far
	chained  map[int]continuedExport // of them, by number
	view     statsView               // what is known of the next one
	side     *statsSide              // of two exports that are compared, nil otherwise
	weighed  map[string]bool         // names of --weights that were used
	weighs   *workload.Input         // the last file of queries
}

// headSize is how much of an input decides what it is.
const headSize = 256 << 10

// open reads one input.
func (r *reading) open(n named) error {
	in := &workload.Input{Path: n.path, Kind: "unknown", Format: "unknown"}
	if n.again {
		in.Notes = append(in.Notes, "it was named more than once, and is read once")
	}
	var raw io.Reader = r.o.Stdin
	if n.path == "-" {
		if raw == nil {
			return errors.New("reading standard input: there is none")
		}
	} else {
		f, err := openInput(r.ctx, n.path)
		if err != nil {
			return fmt.Errorf("opening an input: %w", err)
		}
		defer f.Close()
		raw = f
	}
	file, _ := raw.(*os.File)
	grows := r.o.Follow && isFile(raw)
	if grows && isPacked(file) {
		grows = false
		in.Notes = append(in.Notes, "it is compressed: it is read to its end and not followed")
	}
	switch {
	case grows:
		f := follow(r.ctx, n.path, file)
		f.rest = r.o.rest
		defer f.Close()
		raw, r.followed = f, f
		defer func(ctx context.Context) { r.ctx, r.followed = ctx, nil }(r.ctx)
		r.ctx = context.WithoutCancel(r.ctx)
	case !isFile(raw):
		// What came out of a pipe until the context ended is read to its end.
		raw = newPipe(r.ctx, raw)
		defer func(ctx context.Context) { r.ctx = ctx }(r.ctx)
		r.ctx = context.WithoutCancel(r.ctx)
		file = nil
	}
	r.modified = time.Now()
	if file != nil {
		if info, err := file.Stat(); err == nil {
			r.modified = info.ModTime()
		}
	}
	if r.followed != nil {
		file = nil // it grows
	}
	return r.content(in, raw, file, 0)
}

const maxPassed = 1 << 30

// read hands the content to the reader of its format.
func (r *reading) read(in *workload.Input, src io.Reader, head []byte) error {
	kind := r.o.Format
	if kind == "" && (r.o.Map != nil || r.side != nil) && statsShape(head, r.o.Map) != exportNone {
		kind = "pgss"
	}
	if kind == "" {
		kind = detect(head)
	}
	if text, ok := src.(*bufio.Reader); ok && r.held != nil {
		if r.joins(in, kind, text) {
			return nil
		}
		if in.Bytes > 0 {
			head, _ = text.Peek(headSize)
			if kind = r.o.Format; kind == "" {
				kind = detect(head)
			}
		}
	}
	if kind == "unknown" && r.unseparated(head) {
		kind = "stderr"
	}
	r.language = nil
	switch kind {
	case "stderr", "csvlog", "jsonlog":
		r.language = languageOf(head)
		in.Language = r.language.name()
		if other := r.twin(in, kind, head); other != "" {
			in.Kind, in.Format = "log", kind
			return r.leaveOut(in, other)
		}
	}
	switch kind {
	case "stderr":
		p, rate := r.prefix(head)
		if p == nil && r.o.Prefix != "" {
			return fmt.Errorf("--log-line-prefix %q: %w", r.o.Prefix, errPrefix)
		}
		if p == nil {
			break
		}
		in.Kind, in.Format, in.Prefix, in.PrefixRate = "log", kind, p.text, rate
		if !p.hasSession() {
			in.Notes = append(in.Notes, "the prefix names no session or process: statements of several sessions look like one")
		}
		return r.log(in, src, &stderrReader{prefix: p, language: r.language})
	case "csvlog":
		in.Kind, in.Format = "log", kind
		return r.log(in, src, &csvReader{longest: longestRecord(r.o.MaxStatement)})
	case "jsonlog":
		in.Kind, in.Format = "log", kind
		return r.log(in, src, jsonReader{})
	case "pgss":
		in.Kind, in.Format = "pgss", "pg_stat_statements"
		return r.pgss(in, src)
	case "snapshot":
		return r.snapshot(in, src)
	case "sql":
		in.Kind, in.Format = "sql", "sql"
		return r.sql(in, src)
	}
	if slices.Contains(trace.Forms, kind) {
		in.Kind, in.Format = "trace", kind
		return r.traces(in, src, kind)
	}
	r.input(in, workload.SourceLog)
	in.Notes = append(in.Notes, unknown(kind, head))
	if r.followed != nil {
		r.followed.stop()
	}
	passOver(in, src)
	return nil
}

// passOver counts the bytes of an input that is not read, up to maxPassed.
func passOver(in *workload.Input, src io.Reader) {
	var err error
	in.Bytes, err = io.Copy(io.Discard, io.LimitReader(src, maxPassed))
	if err != nil {
		in.Notes = append(in.Notes, "reading stopped: "+err.Error())
	}
}
