package envelope

import (
	"bytes"
)

// containers are the keys of arrays (or of objects that hold them) which APIs
// put records into.
var containers = map[string]bool{
	"events": true, "records": true, "logEvents": true, "results": true, "entries": true, "Records": true,
	"resourceLogs": true, "scopeLogs": true, "instrumentationLibraryLogs": true, "logRecords": true, "logs": true,
	"hits": true, "data": true, "result": true, "rows": true, "response": true, "streams": true, "tables": true,
}

// rootArray is the name of an array that no key leads to.
const rootArray = "[]"

// Loki's streams hold their lines as values.
const lokiValues = "values"

type scanState uint8

const (
	scanWhole scanState = iota
	scanMore            // the bytes end before the value does
	scanBroken
)

// wrapperOf reads the object at the start of b. inner is where the array or
// object of records begins that it wraps, under the name; 0 if it wraps none.
func wrapperOf(b []byte) (inner int, name string, end int, state scanState) {
	i := 1
	for {
		i += blank(b[i:])
		if i >= len(b) {
			return 0, "", i, scanMore
		}
		switch b[i] {
		case '}':
			return 0, "", i + 1, scanWhole
		case ',':
			i++
			continue
		case '"':
		default:
			return 0, "", i, scanBroken
		}
		n, state := endOfString(b[i:])
		if state != scanWhole {
			return 0, "", i + n, state
		}
		key := b[i+1 : i+n-1]
		i += n
		i += blank(b[i:])
		if i >= len(b) {
			return 0, "", i, scanMore
		}
		if b[i] != ':' {
			return 0, "", i, scanBroken
		}
		i++
		i += blank(b[i:])
		if i >= len(b) {
			return 0, "", i, scanMore
		}
		if (b[i] == '[' || b[i] == '{') && (containers[string(key)] || string(key) == lokiValues && b[i] == '[') {
			k := i + 1 + blank(b[i+1:])
			if k >= len(b) {
				return 0, "", k, scanMore
			}
			holds, state := b[i] == '[' && (b[k] == '{' || b[k] == '['), scanWhole
			if b[i] == '{' {
				holds, state = holdsRecords(b[k:])
			}
			switch {
			case state == scanMore:
				return 0, "", len(b), scanMore
			case holds:
				return i, string(key), 0, scanWhole
			}
		}
		n, state = endOfValue(b[i:])
		if state != scanWhole {
			return 0, "", i + n, state
		}
		i += n
	}
}

// holdsRecords reports whether a key of the object whose inside b begins with is
// a container: then the object is one.
func holdsRecords(b []byte) (bool, scanState) {
	for i := 0; ; {
		i += blank(b[i:])
		if i >= len(b) {
			return false, scanMore
		}
		if b[i] == ',' {
			i++
			continue
		}
		if b[i] != '"' {
			return false, scanWhole
		}
		n, state := endOfString(b[i:])
		if state != scanWhole {
			return false, state
		}
		key := string(b[i+1 : i+n-1])
		i += n
		i += blank(b[i:])
		if i >= len(b) {
			return false, scanMore
		}
		if b[i] != ':' {
			return false, scanWhole
		}
		i++
		i += blank(b[i:])
		if i >= len(b) {
			return false, scanMore
		}
		if key == "resultType" || containers[key] && (b[i] == '[' || b[i] == '{') {
			return true, scanWhole
		}
		n, state = endOfValue(b[i:])
		if state != scanWhole {
			return false, state
		}
		i += n
	}
}

// columnsOf returns the names in "columns": [{"name": ...}, ...] of an object, as
// the API of Log Analytics writes them before the rows.
func columnsOf(object []byte) (names []string) {
	at := bytes.Index(object, []byte(`"columns"`))
	if at < 0 {
		return nil
	}
	rest := object[at+len(`"columns"`):]
	rest = bytes.TrimLeft(rest, ": \t\r\n")
	n, state := endOfValue(rest)
	if state != scanWhole || !begins(rest, "[") {
		return nil
	}
	var v visitor
	// Scanning unescapes in place.
	v.visit(append([]byte(`{"c":`), append(bytes.Clone(rest[:n]), '}')...), func(path, value []byte, _ bool) {
		if string(path) == "c.name" {
			names = append(names, string(value))
		}
	})
	return names
}

func blank(b []byte) int {
	n := 0
	for n < len(b) && (b[n] == ' ' || b[n] == '\t' || b[n] == '\r' || b[n] == '\n') {
		n++
	}
	return n
}

// endOfString returns the length of the string at the start of b, or where it
// is found to be none: no JSON has a line break in a string.
func endOfString(b []byte) (int, scanState) {
	for i := 1; i < len(b); {
		n := bytes.IndexByte(b[i:], '"')
		stop := len(b)
		if n >= 0 {
			stop = i + n
		}
		if k := bytes.IndexByte(b[i:stop], '\n'); k >= 0 {
			return i + k + 1, scanBroken
		}
		if n < 0 {
			break
		}
		back := stop
		for back > i && b[back-1] == '\\' {
			back--
		}
		i = stop + 1
		if (stop-back)%2 == 0 {
			return i, scanWhole
		}
	}
	return len(b), scanMore
}

// endOfValue returns the length of the value at the start of b.
func endOfValue(b []byte) (int, scanState) {
	depth := 0
	for i := 0; i < len(b); {
		switch c := b[i]; c {
		case '"':
			n, state := endOfString(b[i:])
			if state != scanWhole {
				return i + n, state
			}
			i += n
		case '{', '[':
			depth++
			i++
		case '}', ']':
			if depth == 0 {
				return i, scanWhole // of a scalar
			}
			depth--
			i++
		case ',', '\n', ' ', '\t', '\r':
			if depth == 0 && i > 0 {
				return i, scanWhole
			}
			i++
			continue
		default:
			i++
			continue
		}
		if depth == 0 {
			return i, scanWhole
		}
	}
	return len(b), scanMore
}
