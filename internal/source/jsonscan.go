package source

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonScanner reads JSON as far as PostgreSQL writes it. Bytes that are no
// UTF-8 pass: the log is written in the encoding of each database.
type jsonScanner struct {
	b []byte
	i int
}

func (j *jsonScanner) blanks() {
	for j.i < len(j.b) && (j.b[j.i] == ' ' || j.b[j.i] == '\t' || j.b[j.i] == '\r' || j.b[j.i] == '\n') {
		j.i++
	}
}

// skip passes over one byte of structure.
func (j *jsonScanner) skip(c byte) bool {
	j.blanks()
	if j.i < len(j.b) && j.b[j.i] == c {
		j.i++
		return true
	}
	return false
}

// text reads a string, or null as none. A string that does not end is returned
// as far as it goes.
func (j *jsonScanner) text() ([]byte, bool) {
	j.blanks()
	if j.i < len(j.b) && j.b[j.i] != '"' {
		return nil, j.value(0)
	}
	return j.str()
}

// str reads a string, unescaped in place.
func (j *jsonScanner) str() ([]byte, bool) {
	if !j.skip('"') {
		return nil, false
	}
	from := j.i
	n := bytes.IndexByte(j.b[from:], '"')
	if n >= 0 && bytes.IndexByte(j.b[from:from+n], '\\') < 0 {
		j.i = from + n + 1
		return j.b[from : from+n], true
	}
	w := from
	for j.i < len(j.b) {
		// Copy up to the next quote or backslash.
		n := 0
		for j.i+n < len(j.b) && j.b[j.i+n] != '"' && j.b[j.i+n] != '\\' {
			n++
		}
		w += copy(j.b[w:], j.b[j.i:j.i+n])
		j.i += n
		if j.i >= len(j.b) {
			break
		}
		if j.b[j.i] == '"' {
			j.i++
			return j.b[from:w], true
		}
		w += j.escape(w)
	}
	return j.b[from:w], false
}

// escape decodes the escape at j.i to offset w, and returns how long it is
// there: never longer than it was written.
func (j *jsonScanner) escape(w int) int {
	if j.i+1 >= len(j.b) {
		j.i = len(j.b)
		return 0
	}
	c := j.b[j.i+1]
	j.i += 2
	switch c {
	case 'n':
		c = '\n'
	case 't':
		c = '\t'
	case 'r':
		c = '\r'
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'u':
		r, ok := j.hex()
		if !ok {
			break
		}
		if utf16.IsSurrogate(r) {
			if j.i+1 < len(j.b) && j.b[j.i] == '\\' && j.b[j.i+1] == 'u' {
				back := j.i
				j.i += 2
				low, ok := j.hex()
				if both := utf16.DecodeRune(r, low); ok && both != utf8.RuneError {
					return copy(j.b[w:], string(both))
				}
				j.i = back
			}
			r = utf8.RuneError
		}
		return utf8.EncodeRune(j.b[w:w+utf8.UTFMax], r)
	}
	j.b[w] = c
	return 1
}

// hex reads four hexadecimal digits.
func (j *jsonScanner) hex() (rune, bool) {
	if j.i+4 > len(j.b) {
		return 0, false
	}
	var r rune
	for _, c := range j.b[j.i : j.i+4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	j.i += 4
	return r, true
}

// scalar reads a number or a word, or the text of a string.
func (j *jsonScanner) scalar() []byte {
	j.blanks()
	if j.i < len(j.b) && j.b[j.i] == '"' {
		s, _ := j.str()
		return s
	}
	from := j.i
	for j.i < len(j.b) {
		switch j.b[j.i] {
		case ',', '}', ']', ' ', '\t', '\r', '\n', '"', '{', '[', ':':
			return j.b[from:j.i]
		}
		j.i++
	}
	return j.b[from:j.i]
}

// value passes over any value.
func (j *jsonScanner) value(depth int) bool {
	j.blanks()
	if j.i >= len(j.b) || depth > 64 {
		return false
	}
	switch j.b[j.i] {
	case '"':
		_, ok := j.str()
		return ok
	case '{', '[':
		closing := j.b[j.i] + 2 // both pairs lie two apart in ASCII
		object := j.b[j.i] == '{'
		j.i++
		if j.skip(closing) {
			return true
		}
		for {
			if object {
				if _, ok := j.str(); !ok || !j.skip(':') {
					return false
				}
			}
			if !j.value(depth + 1) {
				return false
			}
			if j.skip(closing) {
				return true
			}
			if !j.skip(',') {
				return false
			}
		}
	}
	return len(j.scalar()) > 0
}
