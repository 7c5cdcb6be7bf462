package source

import (
	"regexp"
	"slices"
	"strings"
)

// recordRule is the line before a row of psql's expanded display, in any
// language.
var recordRule = regexp.MustCompile(`^ ?[+┌├]?[-─]\[ \S.{0,40} \d+ \][-─+┬┼┐┤]*`)

// expandedRecords are rows of psql's expanded display: a line for each column.
type expandedRecords struct {
	lines tableLines
	m     StatsMap

	names   []string // of the row that is being read
	cells   []cell
	begins  int64 // line
	inside  bool
	framed  bool
	header  []string // that was returned last
	usable  bool
	pending []statsRecord
	err     error
}

func (r *expandedRecords) next() (statsRecord, error) {
	for len(r.pending) == 0 {
		if r.err != nil {
			return statsRecord{}, r.err
		}
		var line string
		line, r.err = r.lines.next()
		switch {
		case r.err != nil:
			r.end()
		case strings.Contains(line, "[ ") && recordRule.MatchString(line):
			r.end()
			r.inside, r.begins = true, r.lines.line
			r.framed = !strings.HasPrefix(strings.TrimPrefix(line, " "), "-") && !strings.HasPrefix(line, "─")
		case strings.TrimSpace(line) == "", isRule(line) && !strings.Contains(line, "| "):
			r.end()
		case r.inside:
			r.column(line)
		}
	}
	out := r.pending[0]
	r.pending = r.pending[1:]
	return out, nil
}

// column takes one line of a row.
func (r *expandedRecords) column(line string) {
	bar := barOf(line)
	if r.framed {
		line, _ = unframe(line, bar)
	}
	name, value, _ := strings.Cut(line, bar)
	name = strings.TrimSpace(name)
	switch {
	case name != "" && len(r.names) < 1024:
		r.names = append(r.names, name)
		if len(r.cells) < len(r.names) {
			r.cells = append(r.cells, cell{})
		}
		r.cells[len(r.names)-1].add(value)
	case len(r.names) > 0:
		r.cells[len(r.names)-1].add(value)
	}
}

// end ends the row that is being read: it is pending, after its header where
// that is another than before.
func (r *expandedRecords) end() {
	if !r.inside {
		return
	}
	r.inside = false
	if !slices.Equal(r.names, r.header) {
		c := statsColumnsOf(r.names, r.m)
		r.header, r.usable = slices.Clone(r.names), c.usable()
		if r.usable {
			r.pending = append(r.pending, statsRecord{fields: r.header, header: true, line: r.begins})
		}
	}
	fields := make([]string, len(r.names))
	for i := range r.names {
		fields[i] = r.cells[i].take()
	}
	r.names = r.names[:0]
	if r.usable {
		r.pending = append(r.pending, statsRecord{fields: fields, line: r.begins})
	}
}
