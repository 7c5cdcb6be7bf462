package source

import (
	"cmp"
	"container/list"
	"fmt"
	"io"
	"slices"
	"strings"
	"unsafe"

	"github.com/cespare/xxhash/v2"

	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
	"github.com/apilint/apilint/internal/source/trace"
)

// traces reads what ran on PostgreSQL out of a trace. Spans are records; those
// that ran a statement are executions.
func (r *reading) traces(in *workload.Input, src io.Reader, form string) error {
	t := newTraces(r, in, r.input(in, workload.SourceTrace))
	err := trace.Read(r.ctx, in, src, form, t.add)
	t.closeAll()
	return err
}

// maxOpenSpans bounds the memory of spans whose trace may still go on: the
// trace that was not heard of for the longest time is closed.
const maxOpenSpans = 64 << 20

// traces collects spans by trace, because the spans of one come in any order
// and may be spread over the input, and hands on their statements in order.
type traces struct {
	r      *reading
	in     *workload.Input
	number uint32 // of in
	w      *workload.Worker
	open   map[string]*list.Element // of *openTrace
	oldest *list.List
	bytes  int
	limit  int
	texts  map[string]string // statements are few, spans are many
	cut    map[uint64]bool   // traces closed because of the bound; at most maxCutTraces

	waiting int   // observations in the shard
	serial  int64 // of observations

	foreign                          map[string]int
	cached, twice, nested, late      int
	lumped, dropped, beyond, unnamed int
}

const maxCutTraces = 1 << 20

// maxTimes bounds how many calls one span may stand for.
const maxTimes = 10_000

// openTrace is the spans of one trace that were read so far.
type openTrace struct {
	id    string
	spans []span
	bytes int
}

// span is what is kept of one.
type span struct {
	id, parent string
	start, end int64 // µs
	line       int64
	route      string // that the span serves
	file       string
	fileLine   int
	database   bool // some database call, statement or not
	entry      bool // a request enters the service here
	batch      bool
	times      int        // calls that it stands for
	statement  *statement // nil: none that counts
}

// statement is one execution.
type statement struct {
	lexed    sqltree.Lexed
	text     string
	database string
	user     string
	process  *trace.Process
	params   values
	failed   bool
	rows     int64
}

func newTraces(r *reading, in *workload.Input, number uint32) *traces {
	w := r.agg.NewWorker(workload.SourceTrace)
	w.Begin(nil)
	return &traces{
		r: r, in: in, number: number, w: w, open: map[string]*list.Element{}, oldest: list.New(), limit: maxOpenSpans,
		texts: map[string]string{}, cut: map[uint64]bool{}, foreign: map[string]int{},
	}
}

// add takes one span.
func (t *traces) add(s *trace.Span) {
	a := readAttributes(s)
	n := span{
		id: s.ID, parent: s.Parent, line: s.Line, start: s.Start, end: s.End, entry: s.Entry,
		file: t.intern(a.file), fileLine: a.line, database: a.isDatabase, batch: a.batch, times: max(s.Count, 1),
	}
	if !n.database {
		n.route = t.intern(a.routeName(s.Name, n.entry))
	}
	switch {
	case a.text != "" && !a.prepare:
		n.statement = t.statement(a, s.Process)
	case a.isDatabase && n.times > 1:
		t.lumped += n.times
	}
	t.dropped += max(s.Dropped, 0)
	if n.times > maxTimes {
		t.beyond += n.times - maxTimes
		n.times = maxTimes
	}
	size := int(unsafe.Sizeof(n)) + len(n.id) + len(n.parent)
	if q := n.statement; q != nil {
		size += int(unsafe.Sizeof(*q))
		for _, p := range q.params.list {
			size += int(unsafe.Sizeof(p)) + len(p.text)
		}
	}
	t.keep(s.Trace, n, size)
}

// statement returns what a span executed, nil when it was no statement of
// PostgreSQL.
func (t *traces) statement(a *attributes, process *trace.Process) *statement {
	if !isPostgreSQL(a.system) {
		t.foreign[a.system]++
		return nil
	}
	if a.cached {
		t.cached++
		return nil
	}
	q := &statement{
		database: t.intern(a.database), user: t.intern(a.user), process: process,
		params: a.params, failed: a.failed, rows: a.rows,
	}
	text := a.text
	cut := strings.HasSuffix(text, "...") || strings.HasSuffix(text, "…")
	if len(text) > t.r.o.MaxStatement {
		text, cut = strings.ToValidUTF8(text[:t.r.o.MaxStatement], ""), true
	}
	q.text = t.intern(text)
	sqltree.Lex([]byte(q.text), &q.lexed)
	if cut {
		q.lexed.Traits |= sqltree.Truncated
	}
	if q.lexed.Command == sqltree.Other && !strings.ContainsAny(strings.TrimSpace(text), " \t\r\n") {
		t.unnamed++ // "pg-pool.connect", the name of a cursor or of a method
		return nil
	}
	return q
}

// isPostgreSQL takes a database that is not named for PostgreSQL: generic SQL
// instrumentations do not know what they talk to.
func isPostgreSQL(system string) bool {
	system = strings.ToLower(system)
	return system == "" || system == "other_sql" || system == "sql" || system == "pg" || system == "pgx" || strings.Contains(system, "postgres")
}

// intern returns one copy of strings that repeat.
func (t *traces) intern(s string) string {
	if s == "" {
		return ""
	}
	if known, ok := t.texts[s]; ok {
		return known
	}
	if len(t.texts) >= 1<<14 {
		clear(t.texts)
	}
	s = strings.Clone(s)
	t.texts[s] = s
	return s
}

// keep adds a span to its trace and closes traces until the bound holds.
func (t *traces) keep(id string, s span, size int) {
	e := t.open[id]
	if e == nil {
		if t.cut[xxhash.Sum64String(id)] {
			t.late++
			delete(t.cut, xxhash.Sum64String(id))
		}
		e = t.oldest.PushBack(&openTrace{id: id})
		t.open[id] = e
	}
	t.oldest.MoveToBack(e)
	tr := e.Value.(*openTrace)
	tr.spans = append(tr.spans, s)
	tr.bytes += size
	t.bytes += size
	for t.bytes > t.limit {
		tr := t.oldest.Front().Value.(*openTrace)
		if len(t.cut) < maxCutTraces {
			t.cut[xxhash.Sum64String(tr.id)] = true
		}
		t.close(tr)
	}
}

// close hands on a trace's statements and forgets it.
func (t *traces) close(tr *openTrace) {
	t.oldest.Remove(t.open[tr.id])
	delete(t.open, tr.id)
	t.bytes -= tr.bytes
	t.emit(tr)
}

// closeAll ends the input: traces are handed on in the order in which they
// began.
func (t *traces) closeAll() {
	var all []*openTrace
	begin := map[*openTrace]int64{}
	for e := t.oldest.Front(); e != nil; e = e.Next() {
		tr := e.Value.(*openTrace)
		all = append(all, tr)
		begin[tr] = slices.MinFunc(tr.spans, func(a, b span) int { return cmp.Compare(a.start, b.start) }).start
	}
	slices.SortStableFunc(all, func(a, b *openTrace) int {
		return cmp.Or(cmp.Compare(begin[a], begin[b]), strings.Compare(a.id, b.id))
	})
	for _, tr := range all {
		t.close(tr)
	}
	t.merge()
	t.r.agg.Collect(t.w)
	t.notes()
}

// merge hands the observations so far to the aggregator.
func (t *traces) merge() {
	s := t.w.End()
	t.r.agg.Merge(s)
	t.w.Begin(s)
	t.waiting = 0
}

func (t *traces) notes() {
	say := counting(t.in)
	if len(t.foreign) > 0 {
		var names []string
		n := 0
		for name, count := range t.foreign {
			names = append(names, name)
			n += count
		}
		slices.Sort(names)
		t.in.Notes = append(t.in.Notes, fmt.Sprintf("%d calls of other databases were left out: %s", n, strings.Join(names[:min(len(names), 8)], ", ")))
	}
	say(t.lumped, "%d calls were pressed together by the tracer without their statements and are left out")
	say(t.dropped, "%d spans were not kept by the tracer: loops may have run more often than is said")
	say(t.beyond, "%d calls that one span stands for are left out: more than any loop needs")
	say(t.unnamed, "%d calls of the database name no statement and are left out: connections, cursors, methods")
	say(t.cached, "%d calls were answered by a cache of the client and left out")
	say(t.nested, "%d calls were recorded twice, by a library and by the driver below it, and count once")
	say(t.twice, "%d spans were exported more than once and count once")
	say(t.late, "%d traces went on after they had been closed to save memory: their loops may be cut")
}
