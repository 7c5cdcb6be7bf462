package envelope

import (
	"bufio"
	"bytes"
	"io"
)

// lines reads an input line by line. Of a line that is too long the head is
// kept.
type lines struct {
	src     *bufio.Reader
	longest int
	long    []byte
	ended   bool // the last line had its line break
	err     error
}

func openLines(src io.Reader, o Options) *lines {
	return &lines{src: bufio.NewReaderSize(src, 64<<10), longest: o.Longest}
}

// next returns a line without its line break; false at the end. The line is
// valid until the next call.
func (l *lines) next() ([]byte, bool) {
	if l.err != nil {
		return nil, false
	}
	line, err := l.src.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		l.long = l.long[:0]
		for err == bufio.ErrBufferFull {
			l.long = append(l.long, line[:min(len(line), max(l.longest-len(l.long), 0))]...)
			line, err = l.src.ReadSlice('\n')
		}
		ended := err == nil
		line = bytes.TrimSuffix(line, []byte{'\n'})
		l.long = append(l.long, line[:min(len(line), max(l.longest-len(l.long), 0))]...)
		l.ended, line = ended, l.long
	} else {
		l.ended = err == nil
		line = bytes.TrimSuffix(line, []byte{'\n'})
	}
	l.err = err
	if !l.ended && len(line) == 0 {
		return nil, false
	}
	return bytes.TrimSuffix(line, []byte{'\r'}), true
}

// output is a stream that a step fills; it ends when a step says so.
type output struct {
	b    []byte
	at   int
	step func() error // appends to b
	err  error
}

func (o *output) Read(p []byte) (int, error) {
	for o.at == len(o.b) {
		if o.err != nil {
			return 0, o.err
		}
		o.b, o.at = o.b[:0], 0
		if cap(o.b) > 4<<20 {
			o.b = nil // a very long line's memory is not kept
		}
		o.err = o.step()
	}
	n := copy(p, o.b[o.at:])
	o.at += n
	return n, nil
}

// line appends a line.
func (o *output) line(parts ...[]byte) {
	for _, p := range parts {
		o.b = append(o.b, p...)
	}
	o.b = append(o.b, '\n')
}

// arena keeps the values of a record until the next one is read.
type arena []byte

func (a *arena) keep(value []byte) []byte {
	n := len(*a)
	*a = append(*a, value...)
	return (*a)[n:len(*a):len(*a)]
}
