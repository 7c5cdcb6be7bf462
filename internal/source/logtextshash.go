package source

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/apilint/apilint/analyzer/sqltree"
)

// beginningOf tells texts apart by their first bytes and, roughly, by their
// length.
func beginningOf(text []byte) uint64 {
	h := uint64(len(text) / 16)
	if len(text) >= 24 {
		// Products that do not wait for each other.
		h ^= binary.LittleEndian.Uint64(text)
		h *= 0x9e3779b97f4a7c15
		h ^= binary.LittleEndian.Uint64(text[8:]) * 0xbf58476d1ce4e5b9
		h ^= binary.LittleEndian.Uint64(text[16:]) * 0x94d049bb133111eb
		return h >> 40 % templates
	}
	return stirBytes(h, text) >> 32 % templates
}

// hash finds the numbers that follow an operator, a parenthesis or a comma and
// hashes the rest. It passes over strings, quoted names and comments as far as
// they are plain; what it takes wrongly for a number, [lexedTexts.keep] finds
// out.
func (t *lexedTexts) hash(s []byte) uint64 {
	t.spans = t.spans[:0]
	var h uint64
	for i := 0; i < len(s); {
		from := i
		if i+8 <= len(s) {
			v := binary.LittleEndian.Uint64(s[i:])
			stops := numberStops(v)
			if stops == 0 {
				h = stir(h, v)
				i += 8
				continue
			}
			i += bits.TrailingZeros64(stops) / 8
		} else {
			for i < len(s) && !numberStop(s[i]) {
				i++
			}
		}
		if h = stirBytes(h, s[from:i]); i == len(s) {
			break
		}
		from = i
		switch s[i] {
		case '\'', '"':
			i += through(s[i+1:], s[i:i+1]) + 1
		case '-':
			if i++; i < len(s) && s[i] == '-' {
				i += through(s[i:], lineBreak)
			}
		case '/':
			if i++; i < len(s) && s[i] == '*' {
				i += through(s[i+1:], commentEnd) + 1
			}
		default:
			for i < len(s) && s[i]-'0' <= 9 {
				i++
			}
			if len(t.spans) < sqltree.MaxLiterals && plainNumber(s, from, i) {
				t.spans = append(t.spans, extent{from, i})
				h = stir(h, 0)
				continue
			}
		}
		h = stirBytes(h, s[from:i])
	}
	return spread(h)
}

var commentEnd = []byte("*/")

// through returns the offset behind end in s, the end of s without it.
func through(s, end []byte) int {
	if i := bytes.Index(s, end); i >= 0 {
		return i + len(end)
	}
	return len(s)
}

// stir mixes eight bytes into a hash (the multiplier is that of SplitMix64's
// sequence).
func stir(h, v uint64) uint64 {
	h = (h ^ v) * 0x9e3779b97f4a7c15
	return h ^ h>>29
}

func stirBytes(h uint64, s []byte) uint64 {
	for ; len(s) >= 8; s = s[8:] {
		h = stir(h, binary.LittleEndian.Uint64(s))
	}
	if len(s) == 0 {
		return h
	}
	v := uint64(len(s))
	for _, c := range s {
		v = v<<8 | uint64(c)
	}
	return stir(h, v)
}

// numberStop reports whether the search for numbers looks at a byte.
func numberStop(c byte) bool {
	return c-'/' <= '9'-'/' || c == '-' || c == '\'' || c == '"' // the slash stands before the digits
}

// numberStops tells it of eight bytes at once: the highest bit of those that
// are looked at is set.
func numberStops(v uint64) uint64 {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	low := v &^ high
	stops := (low + ones*(128-'/')) &^ (low + ones*(128-'9'-1)) // from / to 9
	stops |= ^((low ^ ones*'-') + ones*127)
	stops |= ^((low ^ ones*'\'') + ones*127)
	stops |= ^((low ^ ones*'"') + ones*127)
	return stops &^ v & high
}

// plainNumber reports whether the digits s[from:to] are a number of their own
// after an operator, a parenthesis or a comma.
func plainNumber(s []byte, from, to int) bool {
	if to < len(s) && (letter(s[to]) || s[to] == '.' || s[to] == '_' || s[to] == '$') {
		return false
	}
	for from > 0 && s[from-1] == ' ' {
		from--
	}
	if from == 0 {
		return false
	}
	switch s[from-1] {
	case '=', '<', '>', '+', '-', '*', '%', '(', ',':
		return true
	}
	return false
}
