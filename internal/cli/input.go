package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/apilint/apilint/analyzer/engine"
	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/sequence"
	"github.com/apilint/apilint/analyzer/workload"
	"github.com/apilint/apilint/internal/digest"
	"github.com/apilint/apilint/internal/source"
)

// inputFlags say what to read and how.
type inputFlags struct {
	pooled                   bool // of analyze
	prefix, timezone, format string
	since, until             string
	databases, users, apps   []string
	maxStatement             size
	maxGroups, jobs          int
	schema, stats            []string
	weights                  string
	dsn                      []string
	pgssBefore, pgssAfter    string
	columns                  []string
	follow                   bool
	observers                []workload.Observer // that see the executions beside the loop finder
}

func (f *inputFlags) register(cmd *cobra.Command) {
	f.maxStatement = 1 << 20
	fl := cmd.Flags()
	fl.StringVar(&f.prefix, "log-line-prefix", "", "log_line_prefix of the server as `FORMAT`, when the guess is wrong")
	fl.StringVar(&f.timezone, "timezone", "", "`ZONE` of log times that carry only an abbreviation (Europe/Berlin)")
	fl.StringVar(&f.format, "input-format", "", "force a `FORMAT`: "+strings.Join(source.Formats, ", "))
	fl.StringVar(&f.since, "since", "", "leave out what began before this `TIME` (RFC 3339 or 2006-01-02 15:04:05)")
	fl.StringVar(&f.until, "until", "", "leave out what began at or after this `TIME`")
	fl.StringSliceVar(&f.databases, "database", nil, "only this database, by `NAME` (repeatable)")
	fl.StringSliceVar(&f.users, "user", nil, "only this user, by `NAME` (repeatable)")
	fl.StringSliceVar(&f.apps, "app", nil, "only this application, by `NAME` (repeatable)")
	fl.Var(&f.maxStatement, "max-statement-size", "statements longer than this `SIZE` are cut, their head is kept")
	fl.IntVar(&f.maxGroups, "max-groups", 0, "keep `N` distinct statements, count the rest together (default 100000)")
	fl.IntVar(&f.jobs, "jobs", 0, "read with `N` workers (default: a processor each, at most 8)")
	fl.StringVar(&f.pgssBefore, "pgss-before", "", "an export of pg_stat_statements at `PATH`, to be taken from that of --pgss-after")
	fl.StringVar(&f.pgssAfter, "pgss-after", "", "a later export at `PATH`: what ran between the two is analysed")
	fl.StringSliceVar(&f.columns, "map", nil, "columns of other statistics in CSV or JSON, by `NAME=COLUMN` (query=sql,calls=n,total_ms=time)")
	_ = cmd.RegisterFlagCompletionFunc("input-format", cobra.FixedCompletions(source.Formats, cobra.ShellCompDirectiveNoFileComp))
}

// check rejects values that mean nothing, before anything is read.
func (f *inputFlags) check() error {
	if f.format != "" {
		if err := oneOf("input-format", f.format, source.Formats); err != nil {
			return err
		}
	}
	if (f.pgssBefore == "") != (f.pgssAfter == "") {
		return errors.New("--pgss-before and --pgss-after belong together: two exports of one server")
	}
	_, err := source.ParseStatsMap(f.columns)
	return errors.Join(err, notNegative("max-groups", f.maxGroups), notNegative("jobs", f.jobs))
}

func notNegative[N int | int64 | float64](flag string, n N) error {
	if n < 0 || n != n {
		return fmt.Errorf("--%s %v: it cannot be negative", flag, n)
	}
	return nil
}

func share(flag string, n float64) error {
	if !(n >= 0 && n <= 1) {
		return fmt.Errorf("--%s %v: a share is from 0 to 1", flag, n)
	}
	return nil
}

func (f *inputFlags) registerSchema(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringArrayVar(&f.schema, "schema", nil, "DDL at `[DB=]PATH`: a pg_dump --schema-only or pg_dumpall file, or the folder of a migration tool; DB= says of which database (repeatable)")
	fl.StringArrayVar(&f.stats, "stats", nil, "statistics at `[DB=]PATH`: exports of pg_stats and relation sizes as CSV or JSON, pg_dump --statistics-only, or a folder of them (repeatable)")
	fl.StringVar(&f.weights, "weights", "", "calls and mean_ms of .sql query files, at `PATH` (TSV: query, calls, mean_ms)")
	for flag, ext := range map[string]string{"schema": "sql", "stats": "csv", "weights": "tsv"} {
		_ = cmd.MarkFlagFilename(flag, ext)
	}
}

// input is what was read.
type input struct {
	workload    *workload.Workload
	loops       []sequence.Candidate
	overflow    int             // loops that were found but not kept
	schemas     *schema.Cluster // nil: none was given
	interrupted bool
	ended       bool // a log was to be followed, but what it is cannot be
}

// read reads every input; a cancelled context ends it early.
func (f *inputFlags) read(ctx context.Context, s streams, args []string) (*input, error) {
	r, err := f.gather(ctx, s, args)
	if err != nil {
		return nil, err
	}
	digests := r.digests.Len()
	if err := errors.Join(r.digests.Fold(r.aggregator, r.finder), r.digests.Close()); err != nil {
		return nil, err
	}
	if digests > 0 && f.restricted() {
		r.digestNote("--since, --until, --database, --user and --app cannot cut a digest: give them to apilint digest")
	}
	return r.finish(), nil
}

// restricted reports whether a part of the input is to be left out.
func (f *inputFlags) restricted() bool {
	return f.since != "" || f.until != "" || len(f.databases)+len(f.users)+len(f.apps) > 0
}

// gathered is what was read, before digests are added to it.
type gathered struct {
	aggregator *workload.Aggregator
	finder     *sequence.Finder
	digests    digest.Shelf // parts of digests among the inputs
	extra      []*workload.Input
	input
}

// digestNote says something of what came from digests.
func (r *gathered) digestNote(note string) {
	for _, in := range r.aggregator.Workload().Inputs {
		if len(in.Envelopes) > 0 && in.Envelopes[0] == "digest" {
			in.Notes = append(in.Notes, note)
			return
		}
	}
}

// finish ends the reading.
func (r *gathered) finish() *input {
	in := r.input // a copy: the aggregator is not kept
	in.workload = r.aggregator.Workload()
	in.loops = r.finder.Candidates()
	in.overflow = r.finder.Overflow()
	in.workload.Inputs = append(in.workload.Inputs, r.extra...)
	showPaths(in.workload)
	return &in
}

// gather reads every input and puts digests aside.
func (f *inputFlags) gather(ctx context.Context, s streams, args []string) (*gathered, error) {
	if len(args) == 0 && len(f.dsn) == 0 && f.pgssAfter == "" {
		return nil, errors.New("nothing to read: name a log file, a folder, or - for standard input, or a server with --dsn")
	}
	o := source.Options{
		Stdin: s.in, Prefix: f.prefix, Timezone: f.timezone, Format: f.format,
		Databases: f.databases, Users: f.users, Apps: f.apps,
		MaxStatement: int(f.maxStatement), Jobs: f.jobs,
		StatsBefore: f.pgssBefore, StatsAfter: f.pgssAfter,
	}
	var err error
	if o.Map, err = source.ParseStatsMap(f.columns); err != nil {
		return nil, err
	}
	if o.Since, err = moment("since", f.since); err != nil {
		return nil, err
	}
	if o.Until, err = moment("until", f.until); err != nil {
		return nil, err
	}
	if !o.Since.IsZero() && !o.Until.IsZero() && !o.Since.Before(o.Until) {
		return nil, errors.New("--since is not before --until: nothing is left to read")
	}
	if f.follow {
		if err := followable(args); err != nil {
			return nil, err
		}
	}
	in := &gathered{}
	known, err := f.readSchema()
	if err != nil {
		return nil, err
	}
	if err := f.readServers(ctx, args, known, &o); err != nil {
		return nil, err
	}
	in.schemas, in.extra = known.cluster, known.inputs
	if f.weights != "" {
		if o.Weights, err = source.ReadWeights(f.weights); err != nil {
			return nil, err
		}
	}
	o.Digest = in.digests.Read
	in.finder = sequence.New(sequence.Options{Pooled: f.pooled})
	observers := append([]workload.Observer{in.finder}, f.observers...)
	if f.follow {
		l := newLive(in.finder)
		observers = append(observers, l)
		o.Follow = true
		watching, enough := context.WithCancel(ctx)
		var shown sync.WaitGroup
		shown.Go(func() { l.show(watching, s.out, args[0]) })
		defer shown.Wait()
		defer enough()
	}
	in.aggregator = workload.NewAggregator(workload.Limits{Groups: f.maxGroups}, observers...)
	err = source.Read(ctx, args, o, in.aggregator)
	if err != nil && ctx.Err() == nil {
		return nil, errors.Join(err, in.digests.Close())
	}
	in.interrupted = ctx.Err() != nil
	if f.follow {
		if !in.interrupted {
			in.ended = true
		}
		in.interrupted = false // it is how a followed log ends
	}
	return in, nil
}

// moment reads a time flag; times without a zone are UTC.
func moment(flag, value string) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.Parse(layout, value); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("--%s %q is no time; write it like 2026-01-31T08:00:00Z", flag, value)
}

// usage wraps an error of reading as one that ends with exit code 2.
func usage(err error) error { return &exitError{engine.ExitUsage, err} }
