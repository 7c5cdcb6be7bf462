package source

import "bytes"

// visitor visits the fields of records.
type visitor struct {
	j    jsonScanner
	path []byte
	f    func(path, value []byte, text bool)
}

// visit visits the values of a JSON record: f gets the keys that lead to each,
// joined by dots, and its text. Elements of arrays have the array's path, those
// of a record that is an array their number. Lists of names and values are read
// as if they were objects. Strings are unescaped in place; a record without an
// end is visited as far as it goes.
func (v *visitor) visit(record []byte, f func(path, value []byte, text bool)) {
	v.j, v.path, v.f = jsonScanner{b: record}, v.path[:0], f
	v.j.blanks()
	if v.j.skip('[') {
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
	for n := byte('0'); ; n++ {
		v.path = append(v.path[:0], min(n, '9'))
		if !v.value(1) || !v.j.skip(',') {
			return
		}
	}
}

// value visits a value; false ends the visit.
func (v *visitor) value(depth int) bool {
	j := &v.j
	j.blanks()
	if j.i >= len(j.b) || depth > maxFieldDepth {
		return false
	}
	switch j.b[j.i] {
	case '"':
		value, ok := j.str()
		v.f(v.path, value, true)
		return ok
	case '{':
		j.i++
		return v.object(depth)
	case '[':
		j.i++
		if j.skip(']') {
			return true
		}
		if value, ok := v.bytes(); ok {
			v.f(v.path, value, true)
			return true
		}
		return v.elements(depth)
	}
	value := j.scalar()
	v.f(v.path, value, false)
	return len(value) > 0
}

// object visits what follows the brace.
func (v *visitor) object(depth int) bool {
	j := &v.j
	if j.skip('}') {
		return true
	}
	n := len(v.path)
	for {
		key, ok := j.str()
		if !ok || !j.skip(':') {
			return false
		}
		v.enter(key)
		if !v.value(depth + 1) {
			return false
		}
		v.path = v.path[:n]
		if j.skip('}') {
			return true
		}
		if !j.skip(',') {
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
			j.skip('{')
			j.str()
			j.skip(':')
			name, _ := j.str()
			j.skip(',')
			j.str()
			if !j.skip(':') {
				return false
			}
			v.path = bytes.TrimSuffix(v.path, []byte(".values"))
			n = len(v.path)
			v.enter(name)
			if !v.value(depth+1) || !j.skip('}') {
				return false
			}
		} else if !v.value(depth + 1) {
			return false
		}
		v.path = v.path[:n]
		if j.skip(']') {
			return true
		}
		if !j.skip(',') {
			return false
		}
	}
}

// named reports whether the next value is like {"key": name, "value": ...} or
// {"field": name, "value": ...}. Nothing is changed.
func (v *visitor) named() bool {
	b := v.j.b[v.j.i:]
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
	b := v.j.b
	var text []byte
	for at := v.j.i; at < len(b); at++ {
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
			v.j.i = at + 1
			return text, true
		}
	}
	return nil, false
}
