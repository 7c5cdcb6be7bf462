package source

import (
	"slices"
	"strings"
)

// tableRecords are the tables in a text that have the columns of statistics;
// others are passed over.
type tableRecords struct {
	lines    tableLines
	m        StatsMap
	c        statsColumns
	width    int // columns, 0 outside of a table
	bar      string
	framed   bool
	markdown bool

	above  string // the line before
	cells  []cell // of the row that is being read
	begun  bool
	at     int64
	fields []string
	broken error // a line behind the row that was returned
	err    error
}

func (r *tableRecords) next() (statsRecord, error) {
	if err := r.broken; err != nil {
		r.broken = nil
		return statsRecord{}, err
	}
	for r.err == nil {
		var line string
		if line, r.err = r.lines.next(); r.err != nil {
			break
		}
		if r.width == 0 {
			if isRule(line) && r.names(r.above) {
				r.markdown = strings.HasPrefix(strings.TrimSpace(line), "|")
				r.above = ""
				return statsRecord{fields: r.fields, header: true, line: r.lines.line - 1}, nil
			}
			r.above = line
			continue
		}
		switch {
		case strings.TrimSpace(line) == "", strings.Contains(line, "(") && footer.MatchString(line):
			r.width, r.above = 0, ""
			if r.begun {
				return r.row(), nil
			}
			continue
		case isRule(line) && !strings.Contains(line, r.bar+" "):
			continue
		}
		parts, ok := r.split(line)
		if after, old := strings.CutPrefix(strings.TrimLeft(line, " "), ":"); !ok && old && r.begun {
			r.cells[r.c.query].add(after) // linestyle old-ascii
			continue
		}
		if !ok {
			broken := &brokenRecord{line: r.lines.line, why: "it has not the columns of the table"}
			if r.begun {
				r.broken = broken
				return r.row(), nil
			}
			return statsRecord{}, broken
		}
		goesOn := strings.TrimSpace(parts[r.c.calls]) == ""
		if goesOn && !r.begun {
			return statsRecord{}, &brokenRecord{line: r.lines.line, why: "it has no calls"}
		}
		var out statsRecord
		done := !goesOn && r.begun
		if done {
			out = r.row()
		}
		if !goesOn {
			r.begun, r.at = true, r.lines.line
		}
		for i := range parts {
			r.cells[i].add(parts[i])
		}
		if done {
			return out, nil
		}
	}
	if r.begun {
		return r.row(), nil
	}
	return statsRecord{}, r.err
}

// names takes the line above a rule as the names of the columns.
func (r *tableRecords) names(line string) bool {
	bar := barOf(line)
	names, framed := unframe(line, bar)
	fields := strings.Split(names, bar)
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	c := statsColumnsOf(fields, r.m)
	if !c.usable() {
		return false
	}
	r.c, r.bar, r.framed, r.width = c, bar, framed, len(fields)
	r.cells, r.fields = make([]cell, len(fields)), fields
	return true
}

// unframe takes off the bars at both ends of a line.
func unframe(line, bar string) (string, bool) {
	trimmed := strings.TrimSpace(line)
	inner, ok := strings.CutPrefix(trimmed, bar)
	if !ok {
		return line, false
	}
	return strings.TrimSuffix(inner, bar), true
}

// split cuts a line into cells. Bars stand in SQL too: as many as there are
// columns are counted from both ends.
func (r *tableRecords) split(line string) ([]string, bool) {
	if r.framed {
		line, _ = unframe(line, r.bar)
	}
	if !r.markdown {
		return splitAround(line, r.bar, r.width, r.c.query)
	}
	const escaped = "\x00" // Markdown escapes them
	parts, ok := splitAround(strings.ReplaceAll(line, `\|`, escaped), r.bar, r.width, r.c.query)
	for i := range parts {
		parts[i] = strings.ReplaceAll(parts[i], escaped, "|")
	}
	return parts, ok
}

// splitAround cuts a line into width fields, of which only the one at number
// text may hold bars of its own.
func splitAround(line, bar string, width, text int) ([]string, bool) {
	parts := strings.Split(line, bar)
	extra := len(parts) - width
	if extra < 0 {
		return parts, false
	}
	if extra > 0 {
		parts[text] = strings.Join(parts[text:text+extra+1], bar)
		parts = slices.Delete(parts, text+1, text+extra+1)
	}
	return parts, true
}

func (r *tableRecords) row() statsRecord {
	r.begun = false
	fields := make([]string, len(r.cells))
	for i := range r.cells {
		fields[i] = r.cells[i].take()
	}
	return statsRecord{fields: fields, line: r.at}
}
