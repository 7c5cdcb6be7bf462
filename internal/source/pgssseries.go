package source

import (
	"strings"

	"github.com/apilint/apilint/analyzer/workload"
)

// statsView is what an export tells of the view as a whole, where it was joined
// with pg_stat_statements_info.
type statsView struct {
	reset   string // stats_reset, "" unknown
	dealloc int64  // evictions so far, -1 unknown
}

func newStatsView() statsView { return statsView{dealloc: -1} }

// read takes what a record says of it.
func (v *statsView) read(t *statsTable, record []string) {
	if n, err := statsCount(t.field(record, t.c.dealloc)); err == nil {
		v.dealloc = n
	}
	if reset := t.field(record, t.c.reset); reset != "" && reset != v.reset {
		v.reset = strings.Clone(reset)
	}
}

// restarted reports that the statistics were reset after before.
func (v statsView) restarted(before statsView) bool {
	return before.reset != "" && v.reset != "" && before.reset != v.reset
}

// moved reports that rows were reset or evicted after before, so that the
// difference of two exports is not what ran between them.
func (v statsView) moved(before statsView) bool {
	return v.restarted(before) || before.dealloc >= 0 && v.dealloc >= 0 && before.dealloc != v.dealloc
}

// goesOn notes that a row was in an earlier export.
func (t *statsTable) goesOn(now, was exported) {
	if was.number == t.number {
		return // exports that were appended to each other
	}
	t.continued[was.number]++
	if now.calls < was.calls {
		t.fell++
	}
}

// continuedExport is where an export stands in the series of its server.
type continuedExport struct {
	at   int // among the workload's statistics
	view statsView
}

// chain finds the export that this one continues: the one that had most of its
// rows last. What it adds is then what ran between the two. It folds the rows.
func (r *reading) chain(t *statsTable) {
	t.kept = workload.Statistics{Before: -1}
	last, most := 0, 0
	for number, rows := range t.continued {
		if rows > most || rows == most && number > last {
			last, most = number, rows
		}
	}
	if before, ok := r.chained[last]; ok {
		t.kept.Before, t.kept.Interval = before.at, true
		t.kept.Broken = t.fell > 0 || t.view.moved(before.view)
	}
	if r.chained == nil {
		r.chained = map[int]continuedExport{}
	}
	r.chained[t.number] = continuedExport{at: t.fold(r.agg), view: t.view}
}

// statsPart names a part of a row.
type statsPart struct {
	statsKey
	account string
}

// part keeps what is new of one record apart from other users' of the same text.
func (t *statsTable) part(row *statsRow, e *statsEntry, was *exported) {
	account := e.id[0]
	if account == "" {
		account = e.user
	}
	key := statsPart{row.statsKey, account}
	at, ok := t.parts[key]
	if !ok {
		at = len(row.parts)
		key.account = strings.Clone(account)
		t.parts[key] = at
		row.parts = append(row.parts, workload.CounterPart{Account: key.account, Line: e.line})
	}
	p := &row.parts[at]
	p.Calls += max(e.calls-was.calls, 0)
	p.Returned += max(e.returned-was.returned, 0)
	p.ExecUS += microseconds(max(e.exec-was.exec, 0))
}
