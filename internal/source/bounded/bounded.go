// Package bounded reads streams of records of which none is longer than any real one.
package bounded

import (
	"bytes"
	"errors"
	"io"
)

// ErrTooLong ends the reading of one record that is longer than any real one.
var ErrTooLong = errors.New("a record is too long to be one")

// MaxRecord bounds what one row or span may take in memory; the longest
// statements that are read at all are much shorter.
const MaxRecord = 16 << 20

// Reader counts what passes and ends with [ErrTooLong] when a record,
// whose beginning [Reader.Record] marks, grows without end.
type Reader struct {
	src     io.Reader
	bytes   int64
	lines   int64
	partial bool  // the last line has no end yet
	limit   int64 // bytes at which the record is too long
}

func NewReader(src io.Reader) *Reader {
	return &Reader{src: src, limit: MaxRecord}
}

// Record begins the next record.
func (r *Reader) Record() { r.limit = r.bytes + MaxRecord }

func (r *Reader) Read(p []byte) (int, error) {
	if r.bytes >= r.limit {
		return 0, ErrTooLong
	}
	n, err := r.src.Read(p)
	r.bytes += int64(n)
	if n > 0 {
		r.lines += int64(bytes.Count(p[:n], []byte{'\n'}))
		r.partial = p[n-1] != '\n'
	}
	return n, err
}

// Count returns the bytes and lines that passed, a last line without an end
// included.
func (r *Reader) Count() (bytes, lines int64) {
	if r.partial {
		return r.bytes, r.lines + 1
	}
	return r.bytes, r.lines
}
