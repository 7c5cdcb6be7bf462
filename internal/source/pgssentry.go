package source

import (
	"fmt"
	"strconv"
	"time"
)

// statsEntry is one row of an export.
type statsEntry struct {
	exported
	id             [4]string // userid, dbid, toplevel, queryid; "" missing
	text, database string
	user           string
	top            float64
	since          time.Time
	topLevel       bool
	line           int64
}

// entry reads the fields of one record.
func (t *statsTable) entry(record []string) (*statsEntry, error) {
	e := &statsEntry{
		text: record[t.c.query], database: t.field(record, t.c.database), user: t.field(record, t.c.user),
		topLevel: !isFalse(t.field(record, t.c.topLevel)), line: t.line,
	}
	var err error
	if e.calls, err = statsCount(record[t.c.calls]); err != nil {
		return nil, fmt.Errorf("calls: %w", err)
	}
	switch {
	case t.c.total.at >= 0:
		if e.exec, err = t.time(record, t.c.total); err != nil {
			return nil, fmt.Errorf("the total time: %w", err)
		}
	case t.c.mean.at >= 0:
		if e.exec, err = t.time(record, t.c.mean); err != nil {
			return nil, fmt.Errorf("the mean time: %w", err)
		}
		e.exec = min(e.exec*float64(e.calls), maxStatsMS)
	}
	if dbid := t.field(record, t.c.dbid); e.database == "" && dbid != "" && dbid != "0" {
		e.database = "oid:" + dbid
	}
	for i, at := range t.c.id {
		e.id[i] = t.field(record, at)
	}
	if t.c.topLevel >= 0 {
		e.id[2] = strconv.FormatBool(e.topLevel) // t in CSV, true in JSON
	}
	if rows := t.field(record, t.c.rows); rows != "" {
		if n, err := statsCount(rows); err == nil {
			e.returned = n
		}
	}
	e.plan, _ = t.time(record, t.c.plan)
	e.top, _ = t.time(record, t.c.max)
	if since := t.field(record, t.c.since); since != "" {
		e.since, _ = statsTime(since)
	}
	return e, nil
}

// time reads a time in ms, 0 where the column is missing.
func (t *statsTable) time(record []string, c timeColumn) (float64, error) {
	if c.at < 0 {
		return 0, nil
	}
	return statsNumber(t.field(record, c.at), c.ms)
}

// field returns a field, "" where the column is missing.
func (t *statsTable) field(record []string, at int) string {
	if at < 0 || at >= len(record) {
		return ""
	}
	return record[at]
}
