package envelope

import (
	"bytes"
	"io"
)

// jsonRecords finds the records in a stream of JSON values: one per line, one
// after the other, in arrays, or in the arrays that APIs wrap around them. It
// holds one record at a time. Where the JSON is damaged it goes on with the
// next line.
type jsonRecords struct {
	grammar Grammar
	src     io.Reader
	longest int // bytes of a record that are kept
	left    *leftover

	b       []byte
	at, end int
	eof     bool
	err     error
	stack   []byte // open containers: '{' and '['

	// What is known after a record.
	container string // name of the array it stood in, "" none
	cut       bool   // it has no end
	long      bool   // it was too long to hold
	names     []string
	columns   []string // that an object around the records names
}

// next returns the next record as it is written, valid until the next call.
func (j *jsonRecords) next() ([]byte, error) {
	j.cut, j.long = false, false
	for {
		j.blanks()
		if j.at == j.end {
			if !j.fill() {
				return nil, j.err
			}
			continue
		}
		switch c := j.b[j.at]; {
		case c == ',' || c == '}' || c == ']' || c == ':':
			if c == '}' || c == ']' {
				j.pop()
			}
			j.at++
		case c == '{' && j.inObject():
			j.at++ // not after a key: damage that a stray byte left
		case c == '{':
			record, ok := j.object()
			if ok {
				return record, nil
			}
		case c == '[':
			if len(j.stack) == 0 {
				j.open(rootArray)
				continue
			}
			record, ok := j.whole()
			if ok {
				return record, nil
			}
		case c == '"' && j.inObject():
			j.key()
		case len(j.stack) > 0:
			j.whole() // a scalar among records
		default:
			j.line()
		}
	}
}

func (j *jsonRecords) inObject() bool { return len(j.stack) > 0 && j.stack[len(j.stack)-1] == '{' }

// maxContainers bounds the stack.
const maxContainers = 64

// open enters the array or object at j.at, which holds records.
func (j *jsonRecords) open(name string) {
	if len(j.stack) < maxContainers {
		j.stack, j.names = append(j.stack, j.b[j.at]), append(j.names, name)
	}
	j.at++
}

func (j *jsonRecords) pop() {
	if n := len(j.stack); n > 0 {
		j.stack, j.names = j.stack[:n-1], j.names[:n-1]
	}
}

func (j *jsonRecords) blanks() {
	for j.at < j.end && (j.b[j.at] == ' ' || j.b[j.at] == '\t' || j.b[j.at] == '\r' || j.b[j.at] == '\n') {
		j.at++
	}
}

// fill reads more; false at the end of the input.
func (j *jsonRecords) fill() bool {
	if j.eof {
		return false
	}
	if j.at > 0 {
		copy(j.b, j.b[j.at:j.end])
		j.at, j.end = 0, j.end-j.at
	}
	if j.end == len(j.b) {
		grown := make([]byte, max(2*len(j.b), 64<<10))
		copy(grown, j.b[:j.end])
		j.b = grown
	}
	for range 100 {
		n, err := j.src.Read(j.b[j.end:])
		j.end += n
		if err != nil {
			j.eof, j.err = true, err
			return n > 0
		}
		if n > 0 {
			return true
		}
	}
	j.eof, j.err = true, io.ErrNoProgress
	return false
}

// object reads the object at j.at: a record, or, false, one that only wraps
// records, whose array is opened.
func (j *jsonRecords) object() ([]byte, bool) {
	for {
		inner, name, end, state := wrapperOf(j.b[j.at:j.end])
		switch {
		case inner > 0:
			if names := columnsOf(j.b[j.at : j.at+inner]); names != nil {
				j.columns = names
			}
			j.open(name)
			j.at += inner - 1
			j.open(name)
			return nil, false
		case state == scanWhole:
			record := j.b[j.at : j.at+end]
			j.at += end
			j.name()
			return record, true
		case state == scanBroken:
			j.damaged(end)
			return nil, false
		}
		if record, done, ok := j.more(); done {
			return record, ok
		}
	}
}

// whole reads any value at j.at as it is written.
func (j *jsonRecords) whole() ([]byte, bool) {
	for {
		end, state := endOfValue(j.b[j.at:j.end])
		switch state {
		case scanWhole:
			record := j.b[j.at : j.at+end]
			j.at += end
			j.name()
			return record, true
		case scanBroken:
			j.damaged(end)
			return nil, false
		}
		if record, done, ok := j.more(); done {
			return record, ok
		}
	}
}

func (j *jsonRecords) name() {
	j.container = ""
	if n := len(j.names); n > 0 {
		j.container = j.names[n-1]
	}
}

// more gets more of a value that is not whole yet. done is true if there is
// nothing more to wait for; the record is what there is of it.
func (j *jsonRecords) more() (record []byte, done, ok bool) {
	if j.end-j.at >= j.longest {
		record = append([]byte(nil), j.b[j.at:j.at+j.longest]...)
		j.cut, j.long = true, true
		j.skip()
		return record, true, true
	}
	had := j.end - j.at
	for j.end-j.at < 2*had && j.fill() {
	}
	if j.end-j.at > had {
		return nil, false, false
	}
	record = j.b[j.at:j.end]
	j.at = j.end
	j.cut = true
	return record, true, len(record) > 1
}

// damaged passes over what is found at an offset to be no JSON, up to the last
// line that begins before it, or else the next one.
func (j *jsonRecords) damaged(offset int) {
	first, _, _ := bytes.Cut(j.b[j.at:j.end], []byte{'\n'})
	j.left.breaks(first)
	j.stack, j.names = j.stack[:0], j.names[:0]
	if last := bytes.LastIndexByte(j.b[j.at:j.at+offset], '\n'); last >= 0 {
		j.at += last + 1
		return
	}
	j.at += offset
	j.rest()
}

// line passes over a line that is no JSON.
func (j *jsonRecords) line() {
	first, _, _ := bytes.Cut(j.b[j.at:j.end], []byte{'\n'})
	if j.grammar.Logged(first) {
		j.left.breaks(first)
	} else {
		j.left.foreign++
	}
	j.rest()
}

// rest passes over the rest of a line.
func (j *jsonRecords) rest() {
	for {
		if i := bytes.IndexByte(j.b[j.at:j.end], '\n'); i >= 0 {
			j.at += i + 1
			return
		}
		j.at = j.end
		if !j.fill() {
			return
		}
	}
}

// skip passes over a value that is too long to hold.
func (j *jsonRecords) skip() {
	depth, quoted, escaped := 0, false, false
	for {
		for j.at < j.end {
			c := j.b[j.at]
			j.at++
			switch {
			case escaped:
				escaped = false
			case quoted && c == '\\':
				escaped = true
			case c == '"':
				quoted = !quoted
			case quoted && c == '\n':
				return // damage: a line break within a string
			case quoted:
			case c == '{' || c == '[':
				depth++
			case c == '}' || c == ']':
				if depth--; depth <= 0 {
					return
				}
			}
		}
		if !j.fill() {
			return
		}
	}
}

// key reads a key of an object that wraps records, after one of its arrays.
func (j *jsonRecords) key() {
	key, ok := j.whole()
	if !ok {
		return
	}
	name := string(bytes.Trim(key[:min(len(key), 64)], `"`))
	for {
		j.blanks()
		if j.at < j.end && j.b[j.at] == ':' {
			j.at++
			continue
		}
		if j.at < j.end || !j.fill() {
			break
		}
	}
	if j.at == j.end {
		return
	}
	if containers[name] && (j.b[j.at] == '[' || j.b[j.at] == '{') {
		j.open(name)
		return
	}
	j.whole()
}
