package source

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/apilint/apilint/internal/source/bounded"
)

// statsRecords are the rows of an export, in whatever shape it is.
type statsRecords interface {
	// next returns the next row. A [*brokenRecord] costs its record only; any
	// other error is the end, io.EOF the proper one. The fields are valid until
	// the next call.
	next() (statsRecord, error)
}

// statsRecord is one row, or the names of the columns of those that follow.
type statsRecord struct {
	fields []string
	header bool
	line   int64
}

// brokenRecord is a record that could not be read. Hostile input is nothing
// else, so that it is put into words only for those that are shown.
type brokenRecord struct {
	line       int64
	why        string
	got, width int // fields, where why is empty
}

func (b *brokenRecord) Error() string {
	if b.why == "" {
		return fmt.Sprintf("record on line %d: %d fields instead of %d", b.line, b.got, b.width)
	}
	return fmt.Sprintf("record on line %d: %s", b.line, b.why)
}

// exportShape is how an export of pg_stat_statements is written.
type exportShape uint8

const (
	exportNone exportShape = iota
	exportCSV              // quoted, any delimiter
	exportUnaligned
	exportTable    // psql's own, or Markdown
	exportExpanded // psql's \x
	exportJSON
)

// statsShape tells whether a head is of an export of pg_stat_statements, and of
// which shape.
func statsShape(head []byte, m StatsMap) exportShape {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(text) == 0 {
		return exportNone
	}
	if text[0] == '{' || text[0] == '[' || jsonColumn(text) {
		return firstHeader(newStatsObjects(newTestBounded(text), m), exportJSON)
	}
	// A table may stand behind a few lines of what psql said before.
	lines := bytes.SplitN(text, []byte{'\n'}, maxPreamble+1)
	for i, line := range lines[:min(len(lines), maxPreamble)] {
		switch {
		case recordRule.Match(line):
			return firstHeader(newExpandedRecords(newTestBounded(text), m), exportExpanded)
		case i > 0 && isRule(string(line)) && len(lines[i-1]) > 0:
			if firstHeader(newTableRecords(newTestBounded(text), m), exportTable) == exportTable {
				return exportTable
			}
		}
	}
	fields := csvHeader(text)
	if fields == nil {
		return exportNone
	}
	c := statsColumnsOf(fields, m)
	if !c.usable() || namesFiles(text, &c, fields) {
		return exportNone
	}
	return delimitedShape(text)
}

// maxPreamble is how many lines may stand before a table.
const maxPreamble = 40

func newTestBounded(text []byte) *bounded.Reader { return bounded.NewReader(bytes.NewReader(text)) }

// firstHeader returns s if records begin with columns that can be read.
func firstHeader(records statsRecords, s exportShape) exportShape {
	for range 8 {
		r, err := records.next()
		if broken := (*brokenRecord)(nil); errors.As(err, &broken) {
			continue
		}
		if err == nil && r.header {
			return s
		}
		break
	}
	return exportNone
}

// namesFiles tells a file for --weights, whose query is the name of a file.
func namesFiles(text []byte, c *statsColumns, header []string) bool {
	if len(header) > 3 || c.calls < 0 || c.query < 0 {
		return false
	}
	_, rest, _ := bytes.Cut(text, []byte{'\n'})
	line, _, _ := strings.Cut(string(rest), "\n")
	fields := strings.Split(line, string(delimiter(text)))
	return line != "" && c.query < len(fields) && !strings.Contains(strings.TrimSpace(fields[c.query]), " ")
}

// delimitedShape tells quoted fields from those that psql -A or COPY in text
// format write: by whether the head can be read as the former.
func delimitedShape(text []byte) exportShape {
	comma := delimiter(text)
	if comma == ',' || comma == ';' {
		return exportCSV
	}
	if len(text) >= headSize/2 { // its last record is cut
		if end := bytes.LastIndexByte(text, '\n'); end > 0 {
			text = text[:end+1]
		}
	}
	cr := csv.NewReader(bytes.NewReader(text))
	cr.Comma, cr.FieldsPerRecord, cr.ReuseRecord = comma, -1, true
	width := 0
	for {
		record, err := cr.Read()
		if err == io.EOF {
			return exportCSV
		}
		escaped := comma == '\t' && slices.ContainsFunc(record, func(f string) bool { return strings.Contains(f, `\`) })
		switch {
		case err != nil, escaped:
			return exportUnaligned
		case width == 0:
			width = len(record)
		case len(record) != width:
			return exportUnaligned
		}
	}
}

// newStatsRecords reads an export; one of no known shape is taken for CSV.
func newStatsRecords(src *bounded.Reader, m StatsMap) statsRecords {
	br := bufio.NewReaderSize(src, headSize)
	head, _ := br.Peek(headSize) // an error comes again when it is read on
	switch statsShape(head, m) {
	case exportUnaligned:
		return newUnalignedRecords(br, src, delimiter(head), m)
	case exportTable:
		return &tableRecords{lines: tableLines{src: br, bounded: src}, m: m}
	case exportExpanded:
		return &expandedRecords{lines: tableLines{src: br, bounded: src}, m: m}
	case exportJSON:
		return &statsObjects{src: br, bounded: src, m: m}
	}
	cr := csv.NewReader(br)
	cr.Comma, cr.FieldsPerRecord, cr.ReuseRecord = delimiter(head), -1, true
	return &csvRecords{csv: cr, bounded: src, m: m}
}

func newStatsObjects(src *bounded.Reader, m StatsMap) *statsObjects {
	return &statsObjects{src: bufio.NewReader(src), bounded: src, m: m}
}

func newTableRecords(src *bounded.Reader, m StatsMap) *tableRecords {
	return &tableRecords{lines: tableLines{src: bufio.NewReader(src), bounded: src}, m: m}
}

func newExpandedRecords(src *bounded.Reader, m StatsMap) *expandedRecords {
	return &expandedRecords{lines: tableLines{src: bufio.NewReader(src), bounded: src}, m: m}
}

// jsonColumn tells psql's table of one column that holds JSON.
func jsonColumn(text []byte) bool {
	_, text, _ = bytes.Cut(text, []byte{'\n'})
	rule, text, _ := bytes.Cut(text, []byte{'\n'})
	text = bytes.TrimLeft(text, " |\t")
	return strings.Trim(string(bytes.TrimSpace(rule)), "-+|") == "" && len(bytes.TrimSpace(rule)) > 2 && len(text) > 0 && (text[0] == '{' || text[0] == '[')
}

// metricLine is a line of Prometheus' text format that counts statements.
var metricLine = regexp.MustCompile(`(?m)^(# (HELP|TYPE) [a-z_:]*pg_stat_statements_|[a-z_:]*pg_stat_statements_[a-z_]+\{)|"__name__" ?: ?"[a-z_:]*pg_stat_statements_`)

// csvRecords are quoted fields between delimiters.
type csvRecords struct {
	csv     *csv.Reader
	bounded *bounded.Reader
	m       StatsMap
	c       statsColumns
	begun   bool
	query   string // what the columns are called
	calls   string
}

func (r *csvRecords) next() (statsRecord, error) {
	for {
		r.bounded.Record()
		record, err := r.csv.Read()
		if parse := (*csv.ParseError)(nil); errors.As(err, &parse) {
			return statsRecord{}, &brokenRecord{line: int64(parse.StartLine), why: parse.Err.Error()}
		}
		if err != nil {
			return statsRecord{}, err
		}
		if len(record) == 1 && footer.MatchString(record[0]) {
			continue
		}
		at, _ := r.csv.FieldPos(0)
		return statsRecord{fields: record, line: int64(at), header: r.isHeader(record)}, nil
	}
}

// isHeader reports whether a record is the header, or repeats it: exports that
// were appended to each other.
func (r *csvRecords) isHeader(record []string) bool {
	if r.begun && !(len(record) > max(r.c.query, r.c.calls) && strings.EqualFold(record[r.c.query], r.query) && strings.EqualFold(record[r.c.calls], r.calls)) {
		return false
	}
	r.c = statsColumnsOf(record, r.m)
	r.begun = r.c.usable()
	if r.begun {
		r.query, r.calls = strings.Clone(record[r.c.query]), strings.Clone(record[r.c.calls])
	}
	return true
}

// footer is psql's line behind a table, in any language.
var footer = regexp.MustCompile(`^\s*\(\d+ [^()]{1,24}\)\s*$`)

// columnWords are what every export of the view names, with LaTeX's escapes.
var columnWords = []*regexp.Regexp{
	regexp.MustCompile(`(?i)\bquery\b`), regexp.MustCompile(`(?i)\bcalls\b`), regexp.MustCompile(`(?i)\b(total|mean)(\\?_exec)?\\?_time\b`),
}

// markup is how psql's tables for documents begin.
var markup = regexp.MustCompile(`^\s*(<table|\\begin\{|\[options=|\.(LP|TS)\n)`)

// namesStatistics reports whether a head that is of no known shape names the
// columns of the view near its beginning, and is no query of it.
func namesStatistics(head []byte) bool {
	head = head[:min(len(head), 4096)]
	for _, w := range columnWords {
		if !w.Match(head) {
			return false
		}
	}
	return true
}
