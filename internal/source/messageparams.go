package source

import (
	"bytes"

	"github.com/apilint/apilint/analyzer/sqltree"
)

// nullHash stands for NULL among the hashes of values; no value's text hashes
// to it on purpose.
const nullHash uint32 = 0x9e3779b9

// value is one value as a record writes it: without its quotes, which are
// doubled inside.
type value struct {
	text []byte
	null bool
}

// values are the values of a statement's parameters, in order.
type values struct {
	list  []value
	cut   bool // some were cut by log_parameter_max_length
	known bool // the list is complete
}

// maxValues bounds the list; the protocol allows 65535.
const maxValues = 65535

var (
	wordParameters = []byte("arameters: ")
	wordPrepare    = []byte("prepare: ")
)

// readParameters reads "parameters: $1 = '42', $2 = NULL" (PostgreSQL 17 and
// later: "Parameters: ...") into v, whose memory is used again. Values may hold
// anything, quotes are doubled.
func (v *values) readParameters(s []byte, in *language) {
	v.list, v.cut, v.known = v.list[:0], false, false
	if len(s) > 0 && s[0]|0x20 == 'p' && bytes.HasPrefix(s[1:], wordParameters) {
		v.read(s[1+len(wordParameters):])
	} else if in != nil && len(in.parameters) > 0 && len(s) > len(in.parameters) && bytes.EqualFold(s[:len(in.parameters)], in.parameters) {
		v.read(s[len(in.parameters):])
	}
}

// read reads "$1 = '42', $2 = NULL".
func (v *values) read(s []byte) {
	v.list, v.cut, v.known = v.list[:0], false, false
	for len(v.list) < maxValues {
		if len(s) == 0 || s[0] != '$' {
			return
		}
		n := digits(s[1:])
		if n == 0 || n > 5 || !bytes.HasPrefix(s[1+n:], []byte(" = ")) {
			return
		}
		s = s[1+n+len(" = "):]
		if bytes.HasPrefix(s, []byte("NULL")) {
			v.list = append(v.list, value{null: true})
			s = s[4:]
		} else {
			end := quotedEnd(s)
			if end < 0 {
				v.cut = true // the record ends in the middle of a value
				return
			}
			text := s[1 : end-1]
			if bytes.HasSuffix(text, []byte("...")) {
				v.cut = true
			}
			v.list = append(v.list, value{text: text})
			s = s[end:]
		}
		if len(s) == 0 {
			v.known = true
			return
		}
		if !bytes.HasPrefix(s, []byte(", ")) {
			return
		}
		s = s[2:]
	}
}

// quotedEnd returns the offset after a quoted string at the start of s, -1 if
// it does not begin or end.
func quotedEnd(s []byte) int {
	if len(s) == 0 || s[0] != '\'' {
		return -1
	}
	for i := 1; i < len(s); i++ {
		j := bytes.IndexByte(s[i:], '\'')
		if j < 0 {
			return -1
		}
		i += j
		if i+1 >= len(s) || s[i+1] != '\'' {
			return i + 1
		}
		i++
	}
	return -1
}

// hashes appends the hashes of the values, folded as sequence detectors expect
// them: the last slot stands for all that follow.
func (v *values) hashes(into []uint32) []uint32 {
	for _, x := range v.list {
		h := nullHash
		if !x.null {
			h = sqltree.HashLiteral(x.text)
		}
		if len(into) == sqltree.MaxLiterals {
			into[sqltree.MaxLiterals-1] = sqltree.MixLiteral(into[sqltree.MaxLiterals-1], h)
			continue
		}
		into = append(into, h)
	}
	return into
}

// wild returns a bit for each value that begins with a wildcard of LIKE.
func (v *values) wild() (bits uint8) {
	for i, x := range v.list[:min(len(v.list), 8)] {
		if len(x.text) > 0 && (x.text[0] == '%' || x.text[0] == '_') {
			bits |= 1 << i
		}
	}
	return bits
}

// integer returns the n-th value, from 1, if it is a number that LIMIT takes.
func (v *values) integer(n int) (int64, bool) {
	if n < 1 || n > len(v.list) || v.list[n-1].null {
		return 0, false
	}
	text := v.list[n-1].text
	if k := digits(text); k == 0 || k != len(text) || k > 18 {
		return 0, false
	}
	var out int64
	for _, c := range text {
		out = out*10 + int64(c-'0')
	}
	return out, true
}

// readPrepared reads the body out of "prepare: PREPARE name(types) AS body",
// the detail of an EXECUTE.
func readPrepared(detail []byte, in *language) []byte {
	if rest, ok := bytes.CutPrefix(detail, wordPrepare); ok {
		return prepareBody(rest)
	}
	if in != nil && len(in.preparation) > 0 {
		if rest, ok := bytes.CutPrefix(detail, in.preparation); ok {
			return prepareBody(rest)
		}
	}
	return nil
}

// prepareBody returns what stands after AS in "PREPARE name (types) AS body",
// nil if text is something else.
func prepareBody(text []byte) []byte {
	rest, ok := cutWord(text, "prepare")
	if !ok {
		return nil
	}
	n := nameLen(rest)
	if n == 0 {
		return nil
	}
	rest = bytes.TrimLeft(rest[n:], blanks)
	if len(rest) > 0 && rest[0] == '(' {
		i := 0
		for depth := 0; i < len(rest); i++ {
			if rest[i] == '(' {
				depth++
			} else if rest[i] == ')' {
				if depth--; depth == 0 {
					break
				}
			}
		}
		if i == len(rest) {
			return nil
		}
		rest = rest[i+1:]
	}
	body, ok := cutWord(rest, "as")
	if !ok {
		return nil
	}
	return body
}

const blanks = " \t\r\n\f\v"

// cutWord cuts a leading keyword and the blanks around it.
func cutWord(s []byte, word string) ([]byte, bool) {
	s = bytes.TrimLeft(s, blanks)
	if len(s) <= len(word) || !bytes.EqualFold(s[:len(word)], []byte(word)) {
		return nil, false
	}
	rest := bytes.TrimLeft(s[len(word):], blanks)
	if len(rest) == len(s)-len(word) && rest[0] != '(' && rest[0] != '"' {
		return nil, false
	}
	return rest, true
}

// nameLen is the length of an identifier at the start of s.
func nameLen(s []byte) int {
	if len(s) > 0 && s[0] == '"' {
		for i := 1; i < len(s); i++ {
			if s[i] == '"' {
				if i+1 < len(s) && s[i+1] == '"' {
					i++
					continue
				}
				return i + 1
			}
		}
		return 0
	}
	n := 0
	for n < len(s) && (letter(s[n]) || s[n] == '_' || s[n] == '$') {
		n++
	}
	return n
}

// readArguments reads the arguments of "EXECUTE name(42, 'paid')" where all of
// them are plain constants.
func (v *values) readArguments(text []byte) {
	v.list, v.cut, v.known = v.list[:0], false, false
	rest, ok := cutWord(text, "execute")
	if !ok {
		return
	}
	rest = bytes.TrimLeft(rest[nameLen(rest):], blanks)
	rest = bytes.TrimRight(rest, blanks+";")
	if len(rest) == 0 {
		v.known = true
		return
	}
	if rest[0] != '(' {
		return
	}
	for rest = rest[1:]; len(v.list) < maxValues; {
		rest = bytes.TrimLeft(rest, blanks)
		var x value
		n := 0
		switch {
		case len(rest) == 0:
			return
		case rest[0] == '\'':
			if n = quotedEnd(rest); n < 0 {
				return
			}
			x.text = rest[1 : n-1]
		case len(rest) >= 4 && bytes.EqualFold(rest[:4], []byte("null")):
			x.null, n = true, 4
		default:
			for n < len(rest) && (letter(rest[n]) || rest[n] == '.' || n == 0 && rest[n] == '-') {
				n++
			}
			x.text = rest[:n]
			if !plainConstant(x.text) {
				return
			}
		}
		rest = bytes.TrimLeft(rest[n:], blanks)
		v.list = append(v.list, x)
		if len(rest) == 1 && rest[0] == ')' {
			v.known = true
			return
		}
		if len(rest) == 0 || rest[0] != ',' {
			return
		}
		rest = rest[1:]
	}
}

// plainConstant accepts numbers and booleans.
func plainConstant(s []byte) bool {
	if bytes.EqualFold(s, []byte("true")) || bytes.EqualFold(s, []byte("false")) {
		return true
	}
	if len(s) > 0 && s[0] == '-' {
		s = s[1:]
	}
	return digits(s) > 0 && len(bytes.Trim(s, "0123456789.eE")) == 0
}
