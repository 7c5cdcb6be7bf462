package source

import (
	"bufio"
	"io"
	"strings"

	"github.com/apilint/apilint/internal/source/bounded"
)

// unalignedRecords are fields without quotes between tabs or bars: what psql -A
// writes, where line breaks and delimiters of the SQL stand as they are, or
// COPY in text format, which escapes them.
type unalignedRecords struct {
	lines tableLines
	m     StatsMap
	comma string
	c     statsColumns
	width int

	buffer []string // lines of the record that is being read
	commas int      // in them
	at     int64
	err    error
}

// maxUnalignedLines bounds the lines of one statement.
const maxUnalignedLines = 20000

func newUnalignedRecords(br *bufio.Reader, src *bounded.Reader, comma rune, m StatsMap) *unalignedRecords {
	return &unalignedRecords{lines: tableLines{src: br, bounded: src}, m: m, comma: string(comma)}
}

func (r *unalignedRecords) next() (statsRecord, error) {
	for r.err == nil {
		var line string
		if line, r.err = r.lines.next(); r.err != nil {
			break
		}
		at := r.lines.line
		if r.width == 0 {
			fields := strings.Split(line, r.comma)
			r.c, r.width = statsColumnsOf(fields, r.m), len(fields)
			if !r.c.usable() {
				r.err = io.EOF
			}
			return statsRecord{fields: fields, header: true, line: at}, nil
		}
		if footer.MatchString(line) || len(r.buffer) == 0 && strings.TrimSpace(line) == "" {
			continue
		}
		if len(r.buffer) > 0 && (r.starts(line) || len(r.buffer) >= maxUnalignedLines) {
			out, err := r.take()
			r.keep(line, at)
			return out, err
		}
		r.keep(line, at)
		if r.ends(line) {
			return r.take()
		}
	}
	if len(r.buffer) > 0 {
		return r.take()
	}
	return statsRecord{}, r.err
}

func (r *unalignedRecords) keep(line string, at int64) {
	if len(r.buffer) == 0 {
		r.at = at
	}
	r.buffer = append(r.buffer, line)
	r.commas += strings.Count(line, r.comma)
}

// starts reports whether a line begins a record behind one whose text, at its
// end, may go on for any number of lines.
func (r *unalignedRecords) starts(line string) bool {
	if r.c.query < r.width-1 || strings.Count(line, r.comma) < r.width-1 {
		return false
	}
	fields := strings.SplitN(line, r.comma, r.width)
	_, err := statsCount(fields[r.c.calls])
	return err == nil
}

// ends reports whether a line is the last of a record with fields behind the
// text.
func (r *unalignedRecords) ends(line string) bool {
	behind := r.width - 1 - r.c.query
	if behind == 0 || r.commas < r.width-1 || strings.Count(line, r.comma) < behind {
		return false
	}
	if r.c.calls < r.c.query {
		return true
	}
	fields := strings.Split(line, r.comma)
	_, err := statsCount(fields[len(fields)-r.width+r.c.calls])
	return err == nil
}

// take returns the record that was read.
func (r *unalignedRecords) take() (statsRecord, error) {
	text := strings.Join(r.buffer, "\n")
	r.buffer, r.commas = r.buffer[:0], 0
	fields, ok := splitAround(text, r.comma, r.width, r.c.query)
	if !ok {
		return statsRecord{}, &brokenRecord{line: r.at, why: "it has not the columns of the header"}
	}
	if r.comma == "\t" {
		for i := range fields {
			fields[i] = unescapeCopy(fields[i])
		}
	}
	return statsRecord{fields: fields, line: r.at}, nil
}

// unescapeCopy reads a field of COPY's text format.
func unescapeCopy(s string) string {
	if s == `\N` {
		return ""
	}
	at := strings.IndexByte(s, '\\')
	if at < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for at >= 0 && at+1 < len(s) {
		b = append(b, s[:at]...)
		if i := strings.IndexByte(`bfnrtv\`, s[at+1]); i >= 0 {
			b = append(b, "\b\f\n\r\t\v\\"[i])
		} else {
			b = append(b, s[at], s[at+1])
		}
		s = s[at+2:]
		at = strings.IndexByte(s, '\\')
	}
	return string(append(b, s...))
}
