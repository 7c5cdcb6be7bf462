package source

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
)

// pgss reads an export of pg_stat_statements: CSV with a header, of any
// version of the extension, told by the names of its columns.
//
// In the coverage every row is a record; its calls are no executions, which
// count lines of a log, but their time is measured time.
func (r *reading) pgss(in *workload.Input, src io.Reader) error {
	r.agg.Input(in, workload.SourceStats)
	counted := newBoundedReader(src)
	if r.exported == nil {
		r.exported = map[uint64]exported{}
	}
	t := &statsTable{in: in, o: r.o, rows: map[statsKey]*statsRow{}, exported: r.exported}
	t.read(r, counted)
	in.Bytes, in.Lines = counted.count()
	t.fold(r.agg)
	t.notes()
	return r.ctx.Err()
}

// statsTable is one export.
type statsTable struct {
	in    *workload.Input
	o     Options
	c     statsColumns
	width int
	rows  map[statsKey]*statsRow // bounded by maxStatsRows
	order []*statsRow

	exported map[uint64]exported // of all inputs

	seen                                                  int // rows that are no header
	hidden, lost, idle, nested, repeated, beyond, foreign int
}

// exported is what an earlier export said of one row of the view: exports of
// one server grow, so that only the difference is new.
type exported struct {
	calls, returned int64
	exec, plan      float64
}

// maxStatsRows bounds the distinct statements of one export; the server keeps
// 5,000 unless pg_stat_statements.max says otherwise.
const maxStatsRows = 1 << 19

func (t *statsTable) read(r *reading, src *boundedReader) {
	br := bufio.NewReader(src)
	line, err := br.Peek(4096)
	if len(line) == 0 && err != nil {
		return
	}
	cr := csv.NewReader(br)
	cr.Comma, cr.FieldsPerRecord, cr.ReuseRecord = delimiter(line), -1, true
	var broken error // of the last record, if it could not be read
	for r.ctx.Err() == nil {
		src.record()
		record, err := cr.Read()
		if err == io.EOF {
			break
		}
		if broken != nil {
			t.unreadable(broken)
			broken = nil
		}
		if parse := (*csv.ParseError)(nil); errors.As(err, &parse) {
			broken = err
			continue
		}
		if err != nil {
			t.in.Notes = append(t.in.Notes, "reading stopped: "+err.Error())
			return
		}
		at, _ := cr.FieldPos(0)
		if t.width == 0 || t.isHeader(record) {
			if !t.header(record) {
				return
			}
			continue
		}
		t.in.Records++
		if len(record) < t.width {
			broken = fmt.Errorf("record on line %d: %d fields instead of %d", at, len(record), t.width)
			t.in.Records--
			continue
		}
		if err := t.row(record); err != nil {
			t.in.Records--
			t.unreadable(fmt.Errorf("record on line %d: %w", at, err))
		}
	}
	if broken != nil {
		t.in.Truncated++
		t.in.Notes = append(t.in.Notes, "the end of the file stands in the middle of a record: "+broken.Error())
	}
}

// isHeader reports whether a record repeats the header: exports that were
// appended to each other.
func (t *statsTable) isHeader(record []string) bool {
	return len(record) > max(t.c.query, t.c.calls) &&
		strings.EqualFold(record[t.c.query], "query") && strings.EqualFold(record[t.c.calls], "calls")
}

func (t *statsTable) header(record []string) bool {
	t.c, t.width = statsColumnsOf(columnsOf(record)), len(record)
	if t.c.query < 0 || t.c.calls < 0 || t.c.total < 0 {
		t.in.Notes = append(t.in.Notes, "this is no pg_stat_statements export: it needs a header with the columns query, calls and total_exec_time (total_time before PostgreSQL 13)")
		return false
	}
	return true
}

func (t *statsTable) unreadable(err error) {
	t.in.Unreadable++
	if len(t.in.Examples) < 3 {
		var line int
		_, _ = fmt.Sscanf(err.Error(), "record on line %d", &line)
		t.in.Examples = append(t.in.Examples, workload.Example{Line: int64(line), Text: err.Error()})
	}
}

// row takes one record.
func (t *statsTable) row(record []string) error {
	calls, err := statsCount(record[t.c.calls])
	if err != nil {
		return fmt.Errorf("calls: %w", err)
	}
	exec, err := statsNumber(record[t.c.total])
	if err != nil {
		return fmt.Errorf("the total time: %w", err)
	}
	t.seen++
	database := t.field(record, t.c.database)
	if dbid := t.field(record, t.c.dbid); database == "" && dbid != "" && dbid != "0" {
		database = "oid:" + dbid
	}
	text := record[t.c.query]
	switch {
	case t.leftOut(database, t.field(record, t.c.user)):
		t.in.Filtered += calls
		return nil
	case text == "<insufficient privilege>":
		t.hidden++
		return nil
	case strings.TrimSpace(text) == "" || text == `\N`:
		t.lost++
		return nil
	case calls == 0:
		t.idle++
		return nil
	}
	if body := prepareBody([]byte(text)); body != nil {
		text = string(body) // the row of a PREPARE counts its EXECUTEs
	}
	cut := len(text) > t.o.MaxStatement
	if cut {
		text = text[:t.o.MaxStatement]
		t.in.Truncated++
	}
	topLevel := !isFalse(t.field(record, t.c.topLevel))
	if !topLevel {
		t.nested++
	}
	row := t.find(text, database, topLevel)
	if row == nil {
		t.beyond++
		return nil
	}
	if cut {
		row.lexed.Traits |= sqltree.Truncated
	}
	now := exported{calls: calls, exec: exec}
	if n, err := statsCount(t.field(record, t.c.rows)); err == nil {
		now.returned = n
	}
	if ms, err := statsNumber(t.field(record, t.c.plan)); err == nil {
		now.plan = ms
	}
	row.add(now, t.before(record, now))
	if ms, err := statsNumber(t.field(record, t.c.max)); err == nil {
		row.top = max(row.top, ms)
	}
	if since, err := statsTime(t.field(record, t.c.since)); err == nil && (row.since.IsZero() || since.Before(row.since)) {
		row.since = since
	}
	return nil
}

// field returns a field, "" where the column is missing.
func (t *statsTable) field(record []string, at int) string {
	if at < 0 || at >= len(record) {
		return ""
	}
	return record[at]
}

// leftOut applies --database and --user as far as the export tells names.
func (t *statsTable) leftOut(database, user string) bool {
	if len(t.o.Databases) > 0 && database != "" && !slices.Contains(t.o.Databases, database) {
		if !strings.HasPrefix(database, "oid:") {
			return true
		}
		t.foreign++
	}
	return len(t.o.Users) > 0 && user != "" && !slices.Contains(t.o.Users, user)
}

// notes say what the numbers leave out.
func (t *statsTable) notes() {
	say := func(n int, format string) {
		if n > 0 {
			t.in.Notes = append(t.in.Notes, fmt.Sprintf(format, n))
		}
	}
	say(t.hidden, "%d rows belong to other users and hide their text: GRANT pg_read_all_stats TO the user that exports")
	say(t.lost, "%d rows have lost their text, the server could not keep it")
	say(t.idle, "%d rows without a finished call were passed over")
	say(t.nested, "%d rows ran inside functions: their time is part of the calling statement's and is not added to the workload")
	say(t.repeated, "%d rows were exported more than once: several exports of one server are not added up, the highest numbers count")
	say(t.beyond, "%d rows were passed over: there are too many distinct statements")
	say(t.foreign, "%d rows name their database by oid only and are kept in spite of --database: join pg_database in the export")
	if !t.o.Since.IsZero() || !t.o.Until.IsZero() {
		t.in.Notes = append(t.in.Notes, "--since and --until cannot cut accumulated numbers: they are kept whole")
	}
	if t.full() {
		t.in.Notes = append(t.in.Notes, fmt.Sprintf("%d rows: pg_stat_statements.max is probably reached and rare statements are evicted; raise it and look at dealloc in pg_stat_statements_info", t.seen))
	}
}

// full reports whether the view looks like one that evicts: a server throws
// out the rarest 5 % whenever it holds pg_stat_statements.max statements.
func (t *statsTable) full() bool {
	for _, limit := range []int{5000, 10000, 20000, 50000} {
		if t.seen > limit*95/100 && t.seen <= limit {
			return true
		}
	}
	return false
}

func microseconds(ms float64) int64 { return int64(math.Round(ms * 1000)) }
