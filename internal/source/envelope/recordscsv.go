package envelope

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
)

// csvFields visits the rows of a table that was exported as text, whose first
// line names the columns.
type csvFields struct {
	rows *csv.Reader
	row  *rowReader
	head []string
	left *leftover
}

func newCSVFields(src io.Reader, comma rune, o Options, left *leftover) records {
	const columns = 8 // of text that may stand in one row
	bounded := &rowReader{src: src, longest: int64(columns * o.Longest)}
	bounded.begin()
	r := csv.NewReader(bounded)
	r.ReuseRecord, r.FieldsPerRecord, r.LazyQuotes, r.Comma = true, -1, true, comma
	c := &csvFields{rows: r, row: bounded, left: left}
	head, err := r.Read()
	if err == nil {
		for _, name := range head {
			c.head = append(c.head, columnName(name))
		}
	}
	return c
}

func columnName(name string) string {
	return strings.TrimSpace(strings.TrimPrefix(name, byteOrderMark))
}

func (c *csvFields) read(f func(path, value []byte, text bool)) error {
	for {
		c.row.begin()
		row, err := c.rows.Read()
		if _, broken := err.(*csv.ParseError); broken {
			c.left.breaks([]byte(strings.Join(row, " ")))
			continue
		}
		if err != nil {
			return err
		}
		if len(row) > len(c.head) {
			c.left.breaks([]byte(strings.Join(row, " ")))
			continue
		}
		for i, value := range row {
			f([]byte(c.head[i]), []byte(value), true)
		}
		return nil
	}
}

// rowReader bounds what one row takes: a quote that is never closed would take
// the rest of the input.
type rowReader struct {
	src     io.Reader
	longest int64
	left    int64
}

var errLongRow = errors.New("a row of the table is longer than any record of a log")

func (r *rowReader) begin() { r.left = r.longest }

func (r *rowReader) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, errLongRow
	}
	n, err := r.src.Read(p)
	r.left -= int64(n)
	return n, err
}

// tableComma tells a table whose first line names its columns by what stands
// between them; 0 is none.
func tableComma(text []byte) rune {
	line := bytes.TrimSuffix(firstLine(text), []byte{'\r'})
	if len(line) > 8192 || len(line) == len(text) {
		return 0
	}
	for _, comma := range []rune{',', '\t', ';'} {
		if !bytes.ContainsRune(line, comma) {
			continue
		}
		r := csv.NewReader(bytes.NewReader(line))
		r.Comma = comma
		names, err := r.Read()
		if err == nil && areColumns(names) {
			return comma
		}
	}
	return 0
}

// areColumns reports whether words can be the names of columns.
func areColumns(names []string) bool {
	seen := map[string]bool{}
	for _, name := range names {
		name = columnName(name)
		if name == "" || len(name) > 64 || name[0] >= '0' && name[0] <= '9' || seen[name] {
			return false
		}
		seen[name] = true
		for i := range len(name) {
			if c := name[i]; !letter(c) && strings.IndexByte("_@.-#/ ()[]", c) < 0 {
				return false
			}
		}
	}
	return len(names) > 1
}
