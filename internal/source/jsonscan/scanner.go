// Package jsonscan reads JSON value by value, without allocating.
package jsonscan

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// Scanner reads JSON as far as PostgreSQL writes it. Bytes that are no
// UTF-8 pass: the log is written in the encoding of each database.
type Scanner struct {
	B []byte
	I int
}

func (j *Scanner) Blanks() {
	for j.I < len(j.B) && (j.B[j.I] == ' ' || j.B[j.I] == '\t' || j.B[j.I] == '\r' || j.B[j.I] == '\n') {
		j.I++
	}
}

// Skip passes over one byte of structure.
func (j *Scanner) Skip(c byte) bool {
	j.Blanks()
	if j.I < len(j.B) && j.B[j.I] == c {
		j.I++
		return true
	}
	return false
}

// Text reads a string, or null as none. A string that does not end is returned
// as far as it goes.
func (j *Scanner) Text() ([]byte, bool) {
	j.Blanks()
	if j.I < len(j.B) && j.B[j.I] != '"' {
		return nil, j.Value(0)
	}
	return j.Str()
}

// Str reads a string, unescaped in place.
func (j *Scanner) Str() ([]byte, bool) {
	if !j.Skip('"') {
		return nil, false
	}
	from := j.I
	if end := from + plain(j.B[from:]); end < len(j.B) && j.B[end] == '"' {
		j.I = end + 1
		return j.B[from:end], true
	}
	w := from
	for j.I < len(j.B) {
		n := plain(j.B[j.I:])
		w += copy(j.B[w:], j.B[j.I:j.I+n])
		j.I += n
		if j.I >= len(j.B) {
			break
		}
		if j.B[j.I] == '"' {
			j.I++
			return j.B[from:w], true
		}
		w += j.escape(w)
	}
	return j.B[from:w], false
}

// plain returns how many bytes stand before the first quote or backslash. Most
// strings are short: eight bytes at a time are faster than two searches.
func plain(b []byte) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(b); i += 8 {
		v := binary.LittleEndian.Uint64(b[i:])
		quote, slash := v^ones*'"', v^ones*'\\'
		if stops := ((quote-ones)&^quote | (slash-ones)&^slash) & high; stops != 0 {
			return i + bits.TrailingZeros64(stops)/8 // the lowest is right: a borrow only reaches what follows it
		}
	}
	for i < len(b) && b[i] != '"' && b[i] != '\\' {
		i++
	}
	return i
}

// escape decodes the escape at j.I to offset w, and returns how long it is
// there: never longer than it was written.
func (j *Scanner) escape(w int) int {
	if j.I+1 >= len(j.B) {
		j.I = len(j.B)
		return 0
	}
	c := j.B[j.I+1]
	j.I += 2
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
			if j.I+1 < len(j.B) && j.B[j.I] == '\\' && j.B[j.I+1] == 'u' {
				back := j.I
				j.I += 2
				low, ok := j.hex()
				if both := utf16.DecodeRune(r, low); ok && both != utf8.RuneError {
					return copy(j.B[w:], string(both))
				}
				j.I = back
			}
			r = utf8.RuneError
		}
		return utf8.EncodeRune(j.B[w:w+utf8.UTFMax], r)
	}
	j.B[w] = c
	return 1
}

// hex reads four hexadecimal digits.
func (j *Scanner) hex() (rune, bool) {
	if j.I+4 > len(j.B) {
		return 0, false
	}
	var r rune
	for _, c := range j.B[j.I : j.I+4] {
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
	j.I += 4
	return r, true
}

// Scalar reads a number or a word, or the text of a string.
func (j *Scanner) Scalar() []byte {
	j.Blanks()
	if j.I < len(j.B) && j.B[j.I] == '"' {
		s, _ := j.Str()
		return s
	}
	from := j.I
	for j.I < len(j.B) {
		switch j.B[j.I] {
		case ',', '}', ']', ' ', '\t', '\r', '\n', '"', '{', '[', ':':
			return j.B[from:j.I]
		}
		j.I++
	}
	return j.B[from:j.I]
}

// Value passes over any value.
func (j *Scanner) Value(depth int) bool {
	j.Blanks()
	if j.I >= len(j.B) || depth > 64 {
		return false
	}
	switch j.B[j.I] {
	case '"':
		_, ok := j.Str()
		return ok
	case '{', '[':
		closing := j.B[j.I] + 2 // both pairs lie two apart in ASCII
		object := j.B[j.I] == '{'
		j.I++
		if j.Skip(closing) {
			return true
		}
		for {
			if object {
				if _, ok := j.Str(); !ok || !j.Skip(':') {
					return false
				}
			}
			if !j.Value(depth + 1) {
				return false
			}
			if j.Skip(closing) {
				return true
			}
			if !j.Skip(',') {
				return false
			}
		}
	}
	return len(j.Scalar()) > 0
}
