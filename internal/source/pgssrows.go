package source

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
)

// statsKey is what rows are merged by: several rows of one text differ in the
// user, or in how they were planned.
type statsKey struct {
	group    uint64
	topLevel bool
}

// statsRow is the sum of the rows with one key.
type statsRow struct {
	statsKey
	lexed           sqltree.Lexed
	text, database  string
	users           []string // at most maxStatsUsers
	calls, returned int64
	exec, plan, top float64 // ms
	since           time.Time
	parts           []workload.CounterPart
}

// maxStatsUsers is how many users a row keeps; with one more it is not known
// who ran it.
const maxStatsUsers = workload.MaxContexts - 1

// by notes who ran it.
func (row *statsRow) by(user string) {
	if len(row.users) > maxStatsUsers || slices.Contains(row.users, user) {
		return
	}
	if len(row.users) == maxStatsUsers {
		user = ""
	}
	row.users = append(row.users, strings.Clone(user))
}

// before returns what an earlier export said of the same row.
func (t *statsTable) before(e *statsEntry) exported {
	now, id := e.exported, t.c.identity(e.id)
	if id == 0 {
		return exported{}
	}
	was, again := t.exported[id]
	if again {
		t.repeated++
		t.goesOn(now, was)
	}
	if !again && len(t.exported) >= maxStatsRows {
		return was
	}
	kept := now
	if again && now.calls <= was.calls {
		kept = was
	}
	kept.number = t.number
	t.exported[id] = kept
	return was
}

// add adds what is new since an earlier export of the same row.
func (row *statsRow) add(now, was exported) {
	if now.calls <= was.calls {
		return
	}
	row.calls += now.calls - was.calls
	row.returned += max(now.returned-was.returned, 0)
	row.exec += max(now.exec-was.exec, 0)
	row.plan += max(now.plan-was.plan, 0)
}

// find returns the row that a text is added to, nil when there are too many.
func (t *statsTable) find(text, database string, topLevel bool) *statsRow {
	text = workload.Text([]byte(text))
	var l sqltree.Lexed
	sqltree.Lex([]byte(text), &l)
	key := statsKey{groupKey(l.Key, database), topLevel}
	row := t.rows[key]
	switch {
	case row != nil:
	case len(t.order) >= maxStatsRows:
		return nil
	default:
		row = &statsRow{statsKey: key, lexed: l, text: text, database: strings.Clone(database)}
		t.rows[key] = row
		t.order = append(t.order, row)
	}
	return row
}

// fold hands the rows to the aggregator. What ran inside a function is part of
// the time of the statement that called it: where the same statement also came
// from a client, only its calls are kept, apart. It returns the place of the
// export among the workload's statistics.
func (t *statsTable) fold(agg *workload.Aggregator) int {
	t.kept.Evicted, t.kept.Full, t.kept.HasRows = t.view.dealloc, t.full(), t.c.rows >= 0
	at := agg.Statistics(&t.kept)
	for _, row := range t.order {
		if t.c.cut && utf8.RuneCountInString(row.text) == t.longest {
			row.lexed.Traits |= sqltree.Truncated // left(query, 80)
		}
		c := &workload.Counter{
			Users: row.users, Parts: row.parts,
			Key: row.group, Database: row.database, Text: row.text, TopLevel: row.topLevel,
			Command: workload.Command(row.lexed.Command), Traits: workload.Traits(row.lexed.Traits),
		}
		if !row.topLevel {
			c.Totals.Nested = row.calls
		}
		if row.topLevel || t.rows[statsKey{row.group, true}] == nil {
			c.Totals.Calls = row.calls
			c.Totals.ExecUS = microseconds(row.exec)
			c.Totals.PlanUS = microseconds(row.plan)
			c.Totals.MaxUS = microseconds(row.top)
			c.Totals.Rows, c.Totals.HasRows = row.returned, t.c.rows >= 0
			c.Totals.From = row.since
		}
		if row.topLevel {
			t.in.ExecUS += c.Totals.ExecUS
			t.in.MaxUS = max(t.in.MaxUS, c.Totals.MaxUS)
		}
		agg.Count(c)
	}
	return at
}
