package trace

import (
	"bufio"
	"bytes"
	"io"
	"slices"

	"github.com/apilint/apilint/internal/source/bounded"
)

// separators stand between documents that are members of one array.
const separators = ",] \t\r\n"

// documents cuts a stream of JSON at lines that begin with a brace: a string
// of JSON holds no line break, and inside a document that is spread over lines
// braces are indented. So a broken document costs itself only.
type documents struct {
	src      *bufio.Reader
	bounded  *bounded.Reader
	newline  bool  // the last byte was a line break
	offset   int64 // bytes delivered of the current document
	line     int64 // of the byte that lineAt was last asked for
	newlines []int64
	err      error // that ended the stream, other than its end
}

// next begins the next document, false at the end of the stream.
func (d *documents) next() bool {
	d.line += int64(len(d.newlines))
	d.newlines, d.offset, d.newline = d.newlines[:0], 0, false
	for {
		c, err := d.src.Peek(1)
		if err == nil {
			return true
		}
		if err == bounded.ErrTooLong {
			d.bounded.Record()
			continue
		}
		if err != io.EOF {
			d.err = err
		}
		return len(c) > 0
	}
}

// Read delivers the current document and then io.EOF.
func (d *documents) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	head, err := d.src.Peek(1)
	if err != nil {
		if err != io.EOF && err != bounded.ErrTooLong {
			d.err = err
		}
		return 0, err
	}
	if d.newline && head[0] == '{' {
		return 0, io.EOF
	}
	buf, _ := d.src.Peek(min(len(p), max(d.src.Buffered(), 1)))
	if i := bytes.Index(buf, []byte("\n{")); i >= 0 {
		buf = buf[:i+1]
	}
	n := copy(p, buf)
	if d.offset == 0 && d.line == 1 && n >= 3 && string(p[:3]) == "\xef\xbb\xbf" {
		copy(p, "   ") // a byte order mark
	}
	for i, c := range p[:n] {
		if c == '\n' {
			d.newlines = append(d.newlines, d.offset+int64(i))
		}
	}
	d.offset += int64(n)
	d.newline = p[n-1] == '\n'
	_, err = d.src.Discard(n)
	return n, err
}

// lineAt returns the line of an offset in the current document that is not
// before the last one asked for.
func (d *documents) lineAt(offset int64) int64 {
	n, _ := slices.BinarySearch(d.newlines, offset)
	d.line += int64(n)
	d.newlines = d.newlines[n:]
	return d.line
}

// drain passes over the rest of the current document and reports whether it
// was the last one, and whether more than separators stood there.
func (d *documents) drain() (last, more bool) {
	d.bounded.Record()
	var buf [4096]byte
	for {
		n, err := d.Read(buf[:])
		more = more || len(bytes.Trim(buf[:n], separators)) > 0
		d.line += int64(len(d.newlines))
		d.newlines = d.newlines[:0]
		if err == bounded.ErrTooLong {
			d.bounded.Record()
			continue
		}
		if err != nil {
			break
		}
	}
	_, err := d.src.Peek(1)
	return err != nil, more
}
