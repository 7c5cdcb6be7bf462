package envelope

import (
	"bufio"
	"bytes"
	"io"
)

// escape begins what colours a terminal.
var escape = []byte("\x1b[")

// coloured reports whether every other line has colours: those of a statement
// are its own.
func coloured(sample [][]byte) bool {
	n := 0
	for _, line := range sample {
		if bytes.Contains(line, escape) {
			n++
		}
	}
	return n*2 > len(sample)
}

// openColoured leaves out the colours.
func openColoured(src *bufio.Reader, o Options) io.Reader {
	l := &lines{src: src, longest: o.Longest}
	out := &output{}
	out.step = func() error {
		line, ok := l.next()
		if !ok {
			return l.err
		}
		out.b = appendPlain(out.b, line)
		if l.ended {
			out.b = append(out.b, '\n')
		}
		return nil
	}
	return out
}

// appendPlain appends a line without colours.
func appendPlain(b, line []byte) []byte {
	for {
		i := bytes.Index(line, escape)
		if i < 0 {
			return append(b, line...)
		}
		b = append(b, line[:i]...)
		line = line[i+len(escape):]
		n := 0
		for n < len(line) && n < 32 && (line[n] >= '0' && line[n] <= '9' || line[n] == ';') {
			n++
		}
		if n < len(line) && (line[n] == 'm' || line[n] == 'K') {
			n++
		}
		line = line[n:]
	}
}
