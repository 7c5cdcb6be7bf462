package source

import (
	"bytes"
	"errors"
	"io"
)

// errTooLong ends the reading of one record that is longer than any real one.
var errTooLong = errors.New("a record is too long to be one")

// maxRecord bounds what one row or span may take in memory; the longest
// statements that are read at all are much shorter.
const maxRecord = 16 << 20

// boundedReader counts what passes and ends with [errTooLong] when a record,
// whose beginning [boundedReader.record] marks, grows without end.
type boundedReader struct {
	src     io.Reader
	bytes   int64
	lines   int64
	partial bool  // the last line has no end yet
	limit   int64 // bytes at which the record is too long
}

func newBoundedReader(src io.Reader) *boundedReader {
	return &boundedReader{src: src, limit: maxRecord}
}

// record begins the next record.
func (r *boundedReader) record() { r.limit = r.bytes + maxRecord }

func (r *boundedReader) Read(p []byte) (int, error) {
	if r.bytes >= r.limit {
		return 0, errTooLong
	}
	n, err := r.src.Read(p)
	r.bytes += int64(n)
	if n > 0 {
		r.lines += int64(bytes.Count(p[:n], []byte{'\n'}))
		r.partial = p[n-1] != '\n'
	}
	return n, err
}

// count returns the bytes and lines that passed, a last line without an end
// included.
func (r *boundedReader) count() (bytes, lines int64) {
	if r.partial {
		return r.bytes, r.lines + 1
	}
	return r.bytes, r.lines
}
