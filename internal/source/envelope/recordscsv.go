package envelope

import (
	"bytes"
	"encoding/csv"
	"io"
	"strings"
)

// csvFields visits the rows of a table that was exported as CSV.
type csvFields struct {
	rows *csv.Reader
	head []string
}

func newCSVFields(src io.Reader) records {
	r := csv.NewReader(src)
	r.ReuseRecord, r.FieldsPerRecord, r.LazyQuotes = true, -1, true
	c := &csvFields{rows: r}
	head, err := r.Read()
	if err == nil {
		for _, name := range head {
			c.head = append(c.head, strings.TrimSpace(strings.TrimPrefix(name, byteOrderMark)))
		}
	}
	return c
}

func (c *csvFields) read(f func(path, value []byte, text bool)) error {
	for {
		row, err := c.rows.Read()
		if _, broken := err.(*csv.ParseError); broken {
			continue
		}
		if err != nil {
			return err
		}
		for i, value := range row[:min(len(row), len(c.head))] {
			f([]byte(c.head[i]), []byte(value), true)
		}
		return nil
	}
}

// csvColumnsOf returns the names in the first line of a table that may hold a
// log, nil if it is none.
func csvColumnsOf(text []byte) []string {
	line := firstLine(text)
	if len(line) > 4096 || !bytes.ContainsAny(line, ",") {
		return nil
	}
	names, err := csv.NewReader(bytes.NewReader(line)).Read()
	if err != nil {
		return nil
	}
	for _, name := range names {
		for _, known := range textPaths {
			if strings.TrimSpace(name) == known && known != "1" {
				return names
			}
		}
	}
	return nil
}
