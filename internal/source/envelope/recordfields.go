package envelope

import (
	"bytes"
	"strconv"

	"github.com/apilint/apilint/internal/source/jsonscan"
)

// visitor visits the fields of records.
type visitor struct {
	j    jsonscan.Scanner
	path []byte
	f    func(path, value []byte, text bool)

	columns []string // names of what stands in an array
}

// visit visits the values of a JSON record: f gets the keys that lead to each,
// joined by dots, and its text. Elements of arrays have the array's path, those
// of a record that is an array their number. Lists of names and values are read
// as if they were objects. Strings are unescaped in place; a record without an
// end is visited as far as it goes.
func (v *visitor) visit(record []byte, f func(path, value []byte, text bool)) {
	v.j, v.path, v.f = jsonscan.Scanner{B: record}, v.path[:0], f
	v.j.Blanks()
	if v.j.Skip('[') {
		v.list()
		return
	}
	v.value(0)
}

const maxFieldDepth = 32

// list visits a record that is an array: [time, line], or names with values.
func (v *visitor) list() {
	if v.named() {
		v.elements(0)
		return
	}
	for n := 0; ; n++ {
		v.path = v.path[:0]
		if n < len(v.columns) {
			v.path = append(v.path, v.columns[n]...)
		} else {
			v.path = strconv.AppendInt(v.path, int64(min(n, maxPaths)), 10)
		}
		if !v.value(1) || !v.j.Skip(',') {
			return
		}
	}
}

// value visits a value; false ends the visit.
func (v *visitor) value(depth int) bool {
	j := &v.j
	j.Blanks()
	if j.I >= len(j.B) || depth > maxFieldDepth {
		return false
	}
	switch j.B[j.I] {
	case '"':
		value, ok := j.Str()
		v.f(v.path, value, true)
		return ok
	case '{':
		j.I++
		return v.object(depth)
	case '[':
		j.I++
		if j.Skip(']') {
			return true
		}
		if value, ok := v.bytes(); ok {
			v.f(v.path, value, true)
			return true
		}
		return v.elements(depth)
	}
	value := j.Scalar()
	v.f(v.path, value, false)
	return len(value) > 0
}

// object visits what follows the brace.
func (v *visitor) object(depth int) bool {
	j := &v.j
	if j.Skip('}') {
		return true
	}
	n := len(v.path)
	for {
		key, ok := j.Str()
		if !ok || !j.Skip(':') {
			return false
		}
		v.enter(key)
		if !v.value(depth + 1) {
			return false
		}
		v.path = v.path[:n]
		if j.Skip('}') {
			return true
		}
		if !j.Skip(',') {
			return false
		}
	}
}

// enter adds a key to the path. OTLP's keys that only tell a type are none.
func (v *visitor) enter(key []byte) {
	switch string(key) {
	case "stringValue", "intValue", "doubleValue", "boolValue", "kvlistValue", "string_value", "kvlist_value":
		return
	}
	if len(v.path) > 0 {
		v.path = append(v.path, '.')
	}
	v.path = append(v.path, key...)
}

// elements visits those of an array, which is not empty.
func (v *visitor) elements(depth int) bool {
	j := &v.j
	n := len(v.path)
	for {
		if v.named() {
			j.Skip('{')
			j.Str()
			j.Skip(':')
			name, _ := j.Str()
			j.Skip(',')
			j.Str()
			if !j.Skip(':') {
				return false
			}
			v.path = bytes.TrimSuffix(v.path, []byte(".values"))
			n = len(v.path)
			v.enter(name)
			if !v.value(depth+1) || !j.Skip('}') {
				return false
			}
		} else if !v.value(depth + 1) {
			return false
		}
		v.path = v.path[:n]
		if j.Skip(']') {
			return true
		}
		if !j.Skip(',') {
			return false
		}
	}
}

// named reports whether the next value is like {"key": name, "value": ...} or
// {"field": name, "value": ...}. Nothing is changed.
func (v *visitor) named() bool {
	b := v.j.B[v.j.I:]
	want := func(words ...string) bool {
		b = b[blank(b):]
		for _, w := range words {
			if begins(b, w) {
				b = b[len(w):]
				return true
			}
		}
		return false
	}
	if !want("{") || !want(`"key"`, `"field"`) || !want(":") || !want(`"`) {
		return false
	}
	end := bytes.IndexAny(b[:min(len(b), 256)], `"\`)
	if end < 0 || b[end] != '"' {
		return false
	}
	b = b[end+1:]
	return want(",") && want(`"value"`)
}

// bytes reads an array of small numbers, as journald writes what is no UTF-8.
func (v *visitor) bytes() ([]byte, bool) {
	b := v.j.B
	var text []byte
	for at := v.j.I; at < len(b); at++ {
		at += blank(b[at:])
		n := digits(b[min(at, len(b)):])
		if n == 0 || n > 3 {
			return nil, false
		}
		c := 0
		for _, d := range b[at : at+n] {
			c = c*10 + int(d-'0')
		}
		if c > 255 {
			return nil, false
		}
		text = append(text, byte(c))
		at += n
		at += blank(b[at:])
		if at >= len(b) || b[at] != ',' && b[at] != ']' {
			return nil, false
		}
		if b[at] == ']' {
			v.j.I = at + 1
			return text, true
		}
	}
	return nil, false
}
