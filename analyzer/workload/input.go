package workload

import "time"

// Input says what was recognised in one file, pipe or server and how much of
// it: the coverage. Field names follow the JSON report.
type Input struct {
	Path       string   // as the user named it, "-" for standard input
	Kind       string   // log, pgss, trace, sql, schema, stats
	Format     string   // stderr, csvlog, jsonlog, otlp, pg_stat_statements, ...
	Envelopes  []string // outermost first: gzip, ...
	Prefix     string   // log_line_prefix read or guessed
	PrefixRate float64  // share of the sampled lines that the prefix matched, 0 to 1
	Language   string   // en, de, ...; "" unknown
	Coverage
	Notes []string // what the reader wants said, in one sentence each
}

// Coverage counts what was read. It is additive.
type Coverage struct {
	Bytes, Lines, Records int64
	Executions            int64 // statement, execute and execute fetch with a duration
	Fetches               int64 // those of Executions that only continue a portal
	Parse, Bind, Plans    int64
	Errors, Empty         int64
	Nested                int64     // plans of statements inside functions
	Waits                 int64     // locks that sessions waited for, as log_lock_waits tells
	Pending               int64     // statement texts whose duration never came
	ExecUS, MaxUS         int64     // µs
	Bare                  int64     // durations without a statement
	Ambiguous             int64     // records with more than one possible reading
	Torn                  int64     // records that stand within others and were not read
	Unreadable            int64     // lines that belong to no record
	Truncated             int64     // texts cut by the server, the end of the file or --max-statement-size
	Filtered              int64     // executions left out by --since, --database, ...
	From, To              time.Time // of log times; zero unknown
	Examples              []Example // of unreadable lines, at most 3
	MinUS                 int64     // shortest execution; 0 with Executions == 0
	Sampling              Sampling  // what a log shows of statements that are not in it
}

// Example is a piece of input that was not understood.
type Example struct {
	Line int64
	Text string
}

// Add merges o into c.
func (c *Coverage) Add(o *Coverage) {
	if o.Executions > 0 && (c.Executions == 0 || o.MinUS < c.MinUS) {
		c.MinUS = o.MinUS
	}
	c.Sampling.add(&o.Sampling)
	c.Bytes += o.Bytes
	c.Lines += o.Lines
	c.Records += o.Records
	c.Executions += o.Executions
	c.Fetches += o.Fetches
	c.Parse += o.Parse
	c.Bind += o.Bind
	c.Plans += o.Plans
	c.Errors += o.Errors
	c.Empty += o.Empty
	c.Nested += o.Nested
	c.Waits += o.Waits
	c.Pending += o.Pending
	c.ExecUS += o.ExecUS
	c.MaxUS = max(c.MaxUS, o.MaxUS)
	c.Bare += o.Bare
	c.Ambiguous += o.Ambiguous
	c.Torn += o.Torn
	c.Unreadable += o.Unreadable
	c.Truncated += o.Truncated
	c.Filtered += o.Filtered
	if !o.From.IsZero() && (c.From.IsZero() || o.From.Before(c.From)) {
		c.From = o.From
	}
	if o.To.After(c.To) {
		c.To = o.To
	}
	for _, e := range o.Examples {
		if len(c.Examples) < 3 {
			c.Examples = append(c.Examples, e)
		}
	}
}

// Workload is what an [Aggregator] has folded: bounded, complete, in memory.
type Workload struct {
	Inputs     []*Input
	Groups     []*Group
	Contexts   []Context
	Statistics []*Statistics // exports of pg_stat_statements, in the order they were read
	Sessions   int           // distinct sessions seen
	Folded     int64         // executions folded into one group because --max-groups was reached
	Evicted    int64         // sessions evicted while their statements might have gone on
	From, To   time.Time
	names      []string
}
