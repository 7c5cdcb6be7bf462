package source

import (
	"fmt"
	"strings"
	"time"

	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
)

// statsSide is one of two exports of which the difference is read.
type statsSide struct {
	table   *statsTable // the last one that was read
	entries []*statsEntry
	known   map[uint64]*statsEntry // of them, by identity; bounded as they are
}

// difference reads --pgss-before and --pgss-after: what ran between them.
func (r *reading) difference(before, after string) error {
	var sides [2]*statsSide
	for i, path := range []string{before, after} {
		r.side = &statsSide{known: map[uint64]*statsEntry{}}
		err := r.open(named{path: path})
		sides[i], r.side = r.side, nil
		if err != nil {
			return err
		}
		if sides[i].table == nil {
			return fmt.Errorf("%s: it holds no row of pg_stat_statements, of which two exports are compared", path)
		}
	}
	d := &statsDifference{byID: sides[0].table.c.id[3] >= 0 && sides[1].table.c.id[3] >= 0}
	for i := range d.shared {
		d.shared[i] = sides[0].table.c.id[i] >= 0 && sides[1].table.c.id[i] >= 0
	}
	d.of(sides[0], sides[1])
	t := sides[1].table
	t.kept = workload.Statistics{Before: -1, Interval: true, Broken: d.reset > 0 || t.view.moved(sides[0].table.view)}
	t.fold(r.agg)
	for _, s := range sides {
		s.table.notes()
	}
	return nil
}

// keep keeps a row. Fields are parts of a record that may be used again.
func (s *statsSide) keep(t *statsTable, e *statsEntry) {
	id := t.c.identity(e.id)
	known := s.known[id]
	switch {
	case known != nil: // exports that were appended to each other
		t.repeated++
		if e.calls <= known.calls {
			return
		}
	case len(s.entries) >= maxStatsRows:
		t.beyond++
		return
	}
	e.text, e.database, e.user = strings.Clone(e.text), strings.Clone(e.database), strings.Clone(e.user)
	for i := range e.id {
		e.id[i] = strings.Clone(e.id[i])
	}
	if known != nil {
		*known = *e
		return
	}
	s.entries = append(s.entries, e)
	if id != 0 {
		s.known[id] = e
	}
}

// statsDifference is what two exports have between them. Rows are matched by user,
// database, level and queryid as far as both tell, else by their text.
type statsDifference struct {
	byID   bool
	shared [4]bool // columns of the key that both have

	fresh, reset, gone, common int
}

func (d *statsDifference) key(e *statsEntry) string {
	if d.byID && e.id[3] != "" {
		var key strings.Builder
		for i, part := range e.id {
			if d.shared[i] {
				key.WriteString(part)
			}
			key.WriteByte(0)
		}
		return key.String()
	}
	var l sqltree.Lexed
	sqltree.Lex([]byte(e.text), &l)
	return fmt.Sprintf("%x\x00%s\x00%s\x00%t", l.Key, e.database, e.user, e.topLevel)
}

// sum adds up the rows of one key, which are several where the export does not
// tell all of it.
func (d *statsDifference) sum(entries []*statsEntry) (map[string]*statsEntry, []string) {
	sums := make(map[string]*statsEntry, len(entries))
	var order []string
	for _, e := range entries {
		key := d.key(e)
		s := sums[key]
		if s == nil {
			sums[key] = e
			order = append(order, key)
			continue
		}
		s.calls += e.calls
		s.returned += e.returned
		s.exec += e.exec
		s.plan += e.plan
		s.top = max(s.top, e.top)
	}
	return sums, order
}

// of takes what is new in the later export into its table.
func (d *statsDifference) of(before, after *statsSide) {
	was, _ := d.sum(before.entries)
	now, order := d.sum(after.entries)
	t := after.table
	restarted := t.view.restarted(before.table.view)
	for _, key := range order {
		e, w := now[key], was[key]
		if w == nil {
			d.fresh++
			e.since = time.Time{}
			t.take(e, &exported{})
			continue
		}
		d.common++
		if e.text == "" {
			e.text = w.text
		}
		again := restarted || e.calls < w.calls || !e.since.IsZero() && !w.since.IsZero() && !e.since.Equal(w.since)
		e.since = time.Time{} // the numbers began with the earlier export
		if again {
			d.reset++
			t.take(e, &exported{})
			continue
		}
		if e.top <= w.top {
			e.top = 0 // the longest call may have been before
		}
		if e.calls > w.calls {
			t.take(e, &w.exported)
		}
	}
	d.gone = len(was) - d.common
	d.notes(before, after, restarted)
}

func (d *statsDifference) notes(before, after *statsSide, restarted bool) {
	in := after.table.in
	say := func(format string, args ...any) { in.Notes = append(in.Notes, fmt.Sprintf(format, args...)) }
	before.table.in.Notes = append(before.table.in.Notes, "its numbers are taken from those of the later export")
	switch {
	case d.common == 0 && d.fresh > 0 && len(before.entries) > 0:
		say("no row of the earlier export is in the later one: they may be of two servers, or pg_stat_statements was emptied between them")
	case restarted:
		say("the statistics were reset between the two exports: what ran before the reset is missing")
	case d.reset*2 > d.common && d.reset > 0:
		say("%d of %d rows count less than before or since a later time: the statistics were reset between the two exports, or these are given in the wrong order", d.reset, d.common)
	case d.reset > 0:
		say("%d rows were evicted and came back, or were reset: they count from then on", d.reset)
	}
	if d.gone > 0 && d.common > 0 {
		say("%d rows of the earlier export are gone: they were evicted or reset, what they did last is missing; raise pg_stat_statements.max", d.gone)
	}
	if b, a := before.table.view.dealloc, after.table.view.dealloc; b >= 0 && a > b {
		say("pg_stat_statements evicted rows %d times between the two exports (dealloc): counts are incomplete, raise pg_stat_statements.max", a-b)
	}
	if !d.byID {
		say("the exports have no queryid in common: their rows are matched by text")
	}
}
