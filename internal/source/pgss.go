package source

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
	"github.com/apilint/apilint/internal/source/bounded"
)

// pgss reads an export of pg_stat_statements of any version of the extension,
// told by the names of its columns, in any shape that people export it in.
//
// In the coverage every row is a record; its calls are no executions, which
// count lines of a log, but their time is measured time.
func (r *reading) pgss(in *workload.Input, src io.Reader) error {
	r.input(in, workload.SourceStats)
	counted := bounded.NewReader(src)
	if r.exported == nil {
		r.exported = map[uint64]exported{}
	}
	r.exports++
	t := &statsTable{
		in: in, o: r.o, rows: map[statsKey]*statsRow{}, exported: r.exported, side: r.side,
		view: r.view, number: r.exports, continued: map[int]int{}, parts: map[statsPart]int{},
	}
	r.view = newStatsView()
	t.read(r.ctx, newStatsRecords(counted, r.o.Map))
	in.Bytes, in.Lines = counted.Count()
	if t.side != nil {
		t.side.table = t
	} else {
		r.chain(t)
		t.notes()
	}
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
	side  *statsSide // of a difference, which keeps what is read

	exported map[uint64]exported // of all inputs

	view      statsView
	number    int               // of the export, from 1
	continued map[int]int       // rows that go on, by the number of the export that had them last
	fell      int               // rows that count less than in an earlier export
	line      int64             // of the record at hand
	parts     map[statsPart]int // place in the row's parts
	kept      workload.Statistics

	longest                                                        int // text, in runes
	seen                                                           int // rows that are no header
	hidden, lost, idle, nested, repeated, beyond, foreign, untimed int
}

// exported is what an earlier export said of one row of the view: exports of
// one server grow, so that only the difference is new.
type exported struct {
	calls, returned int64
	exec, plan      float64
	number          int // of the last export that had it
}

// maxStatsRows bounds the distinct statements of one export; the server keeps
// 5,000 unless pg_stat_statements.max says otherwise.
const maxStatsRows = 1 << 19

func (t *statsTable) read(ctx context.Context, records statsRecords) {
	var broken *brokenRecord // the last record, if it could not be read
	for ctx.Err() == nil {
		record, err := records.next()
		if err == io.EOF {
			break
		}
		if broken != nil {
			t.unreadable(broken)
			broken = nil
		}
		var ok bool
		if broken, ok = err.(*brokenRecord); ok {
			continue
		}
		if err != nil {
			t.in.Notes = append(t.in.Notes, "reading stopped: "+err.Error())
			return
		}
		if record.header {
			if !t.header(record.fields) {
				return
			}
			continue
		}
		if len(record.fields) < t.width {
			broken = &brokenRecord{line: record.line, got: len(record.fields), width: t.width}
			continue
		}
		t.in.Records++
		t.line = record.line
		if err := t.row(record.fields); err != nil {
			t.in.Records--
			t.unreadable(&brokenRecord{line: record.line, why: err.Error()})
		}
	}
	if broken != nil {
		t.in.Truncated++
		t.in.Notes = append(t.in.Notes, "the end of the file stands in the middle of a record: "+broken.Error())
	}
}

func (t *statsTable) header(names []string) bool {
	t.c, t.width = statsColumnsOf(names, t.o.Map), len(names)
	if !t.c.usable() {
		t.in.Notes = append(t.in.Notes, "this is no pg_stat_statements export: it needs a header with the columns query and calls, and total_exec_time (total_time before PostgreSQL 13); --map names columns that are called otherwise")
		return false
	}
	return true
}

func (t *statsTable) unreadable(b *brokenRecord) {
	t.in.Unreadable++
	if len(t.in.Examples) < 3 {
		t.in.Examples = append(t.in.Examples, workload.Example{Line: b.line, Text: b.Error()})
	}
}

// row takes one record.
func (t *statsTable) row(record []string) error {
	e, err := t.entry(record)
	if err != nil {
		return err
	}
	t.seen++
	t.view.read(t, record)
	switch {
	case t.leftOut(e.database, e.user):
		t.in.Filtered += e.calls
		return nil
	case e.text == "<insufficient privilege>":
		t.hidden++
		return nil
	case t.side != nil:
		t.side.keep(t, e)
		return nil
	}
	t.take(e, nil)
	return nil
}

// take folds one row; was is what is known of it from before, nil to look for
// an earlier export of it among the inputs.
func (t *statsTable) take(e *statsEntry, was *exported) {
	text := e.text
	switch {
	case strings.TrimSpace(text) == "" || text == `\N`:
		t.lost++
		return
	case e.calls == 0:
		t.idle++
		return
	}
	if was == nil {
		before := t.before(e)
		was = &before
	}
	if e.calls <= was.calls {
		return // nothing is new
	}
	if body := prepareBody([]byte(text)); body != nil {
		text = string(body) // the row of a PREPARE counts its EXECUTEs
	}
	cut := len(text) > t.o.MaxStatement
	if cut {
		text = text[:t.o.MaxStatement]
		t.in.Truncated++
	}
	if !e.topLevel {
		t.nested++
	}
	if t.c.total.at < 0 && t.c.mean.at < 0 {
		t.untimed++
	}
	row := t.find(text, e.database, e.topLevel)
	if row == nil {
		t.beyond++
		return
	}
	if cut {
		row.lexed.Traits |= sqltree.Truncated
	}
	if t.c.cut {
		t.longest = max(t.longest, utf8.RuneCountInString(row.text))
	}
	if t.c.user >= 0 {
		row.by(e.user)
	}
	row.add(e.exported, *was)
	t.part(row, e, was)
	row.top = max(row.top, e.top)
	if !e.since.IsZero() && (row.since.IsZero() || e.since.Before(row.since)) {
		row.since = e.since
	}
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
	say := counting(t.in)
	say(t.hidden, "%d rows belong to other users and hide their text: GRANT pg_read_all_stats TO the user that exports")
	say(t.lost, "%d rows have lost their text, the server could not keep it")
	say(t.idle, "%d rows without a finished call were passed over")
	say(t.nested, "%d rows ran inside functions: their time is part of the calling statement's and is not added to the workload")
	say(t.repeated, "%d rows were exported more than once: several exports of one server are not added up, the highest numbers count")
	say(t.fell, "%d rows count less than in an earlier export: the statistics were reset or rows evicted in between, or the exports are not given in the order of time")
	say(t.untimed, "%d rows have no times: they count calls, but weigh nothing")
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
