package envelope

import (
	"bytes"
	"encoding/csv"
	"io"
	"strings"
)

// csvFields visits the rows of a table that was exported as text, whose first
// line names the columns.
type csvFields struct {
	rows *csv.Reader
	head []string
	left *leftover
}

func newCSVFields(src io.Reader, comma rune, o Options, left *leftover) records {
	const texts = 2 // long ones that may stand in one row
	r := csv.NewReader(&rowReader{src: src, comma: byte(comma), longest: o.Longest, most: texts * o.Longest, raw: make([]byte, 32<<10)})
	r.ReuseRecord, r.FieldsPerRecord, r.LazyQuotes, r.Comma = true, -1, true, comma
	c := &csvFields{rows: r, left: left}
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

// rowReader bounds what one row takes: of a longer one the ends of texts are left
// out. A quote that is never closed takes the rest of the input, which is passed
// over.
type rowReader struct {
	src         io.Reader
	comma       byte
	longest     int // bytes of a field
	most        int // bytes of a row
	field, row  int // bytes that were kept
	quoted      bool
	quote       bool // the last byte was one, within quotes
	raw         []byte
	out, unread []byte
	err         error
}

func (r *rowReader) Read(p []byte) (int, error) {
	for len(r.unread) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		var n int
		n, r.err = r.src.Read(r.raw)
		r.out = r.out[:0]
		for _, c := range r.raw[:n] {
			r.take(c)
		}
		if r.err != nil && r.quote {
			r.out = append(r.out, '"')
		}
		r.unread = r.out
	}
	n := copy(p, r.unread)
	r.unread = r.unread[n:]
	return n, nil
}

// take reads one byte.
func (r *rowReader) take(c byte) {
	switch {
	case r.quoted && c == '"':
		// It is written when it is known whether it has a pair.
		if r.quote {
			r.write('"', '"')
		}
		r.quote = !r.quote
		return
	case r.quote:
		r.quote, r.quoted = false, false
		r.out = append(r.out, '"')
	case c == '"' && !r.quoted && r.field == 0:
		r.quoted = true
		r.out = append(r.out, c)
		return
	}
	switch {
	case r.quoted:
		r.write(c)
	case c == '\n':
		r.field, r.row = 0, 0
		r.out = append(r.out, c)
	case c == r.comma:
		r.field = 0
		r.write(c)
		r.field = 0
	default:
		r.write(c)
	}
}

// write keeps bytes of a text, unless it is too long.
func (r *rowReader) write(text ...byte) {
	if r.field < r.longest && r.row < r.most {
		r.field, r.row = r.field+len(text), r.row+len(text)
		r.out = append(r.out, text...)
	}
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
