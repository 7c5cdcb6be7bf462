package source

import "bytes"

// matcher reads lines by a prefix. It is used by one goroutine.
type matcher struct {
	p        *prefix
	language *language // of the messages
	clock    clock
	line     []byte
	head     head
	steps    int
	skip     int  // readings to pass over
	other    head // the second reading of an ambiguous line
	reach    int  // how far into the line a reading has looked
	known    knownRests
	restAt   int // where the rest of the prefix begins that quick did not know; -1 otherwise
}

// maxSteps bounds the search for the extent of fields, per line.
const maxSteps = 5000

// longestToken is more than any token has bytes that are looked at before it
// turns out to be none.
const longestToken = 64

// match reads the prefix and the severity of a line. h is valid until the next
// call.
func (m *matcher) match(line []byte) bool {
	m.line = line[:min(len(line), maxHead)]
	if m.p.loose {
		return m.matchLoose()
	}
	if !m.reading(0) {
		return false
	}
	if m.p.free > 0 && m.suspicious() {
		m.decide()
		m.looked(looksEverywhere)
	}
	return true
}

// reading looks for the n-th reading of the line, from 0.
func (m *matcher) reading(n int) bool {
	m.head = head{}
	m.steps, m.skip, m.reach = 0, n, 0
	return m.walk(0, 0)
}

// walk matches the elements from the i-th on at an offset of the line.
func (m *matcher) walk(i, at int) bool {
	line, elements := m.line, m.p.elements
	for ; i < len(elements); i++ {
		e := &elements[i]
		switch e.kind {
		case 0:
			m.looked(at + len(e.text))
			if len(line)-at < len(e.text) || line[at] != e.text[0] || len(e.text) > 1 && string(line[at:at+len(e.text)]) != string(e.text) {
				return false
			}
			at += len(e.text)
		case 'q':
			m.head.quit = true
			if m.finish(at) {
				return true
			}
			m.head.quit = false
		case 'a', 'b', 'd', 'h', 'i', 'L', 'r', 'u', '*':
			return m.extent(i, at)
		default:
			n := m.token(e, at)
			if n < 0 {
				m.looked(at + longestToken + max(e.pad, -e.pad))
				return false
			}
			m.looked(n + 1)
			at = n
		}
	}
	return m.finish(at)
}

// finish expects the severity.
func (m *matcher) finish(at int) bool {
	for range 2 { // a prefix given by hand often lacks its last blank
		if at < len(m.line) && m.line[at] == ' ' {
			at++
		}
	}
	sev, n := severityAt(m.line[at:])
	if sev == sevNone {
		s := m.line[at:min(len(m.line), at+longestSeverity)]
		if i := bytes.Index(s, colon); i >= 0 {
			s = s[:i+len(colon)]
		}
		m.looked(at + len(s))
		return false
	}
	if m.skip > 0 {
		m.skip--
		return false
	}
	m.head.severity, m.head.text = sev, at+n
	return true
}

// token reads an escape whose own form tells where it ends, and returns that
// offset, -1 if it is not there.
func (m *matcher) token(e *element, at int) int {
	line := m.line
	from := at
	if e.pad > 0 {
		for at < len(line) && at-from < e.pad && line[at] == ' ' {
			at++
		}
	}
	s := line[at:]
	n := 0
	switch e.kind {
	case 'm', 't':
		us, length, ok := m.clock.read(s)
		if !ok {
			return -1
		}
		n = length
		m.head.at, m.head.timed = us, true
	case 'n':
		us, length := epoch(s)
		if length == 0 {
			return -1
		}
		n = length
		if !m.head.timed {
			m.head.at, m.head.timed = us, true
		}
	case 's':
		if n = timestampLen(s); n == 0 {
			return -1
		}
		n += zoneLen(s[n:])
		m.head.start = s[:n]
	case 'p':
		if n = digits(s); n == 0 {
			return -1
		}
		m.head.pid = s[:n]
	case 'l', 'x':
		if n = digits(s); n == 0 {
			return -1
		}
	case 'P', 'Q':
		if len(s) > 0 && s[0] == '-' {
			n = 1
		}
		n += digits(s[n:])
	case 'c':
		n = sessionIDLen(s)
		if n == 0 {
			return -1
		}
		m.head.session = s[:n]
	case 'v':
		if k := digits(s); k > 0 && k < len(s) && s[k] == '/' {
			if d := digits(s[k+1:]); d > 0 {
				n = k + 1 + d
				m.head.vxid = s[:n]
			}
		}
	case 'e':
		if len(s) < 5 {
			return -1
		}
		for _, c := range s[:5] {
			if (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
				return -1
			}
		}
		n = 5
	}
	at += n
	if e.pad < 0 {
		for at < len(line) && at-from < -e.pad && line[at] == ' ' {
			at++
		}
	}
	return at
}

// extent tries where a field of free text may end: first the shortest.
func (m *matcher) extent(i, at int) bool {
	e := &m.p.elements[i]
	limit := e.longest()
	var next []byte
	if i+1 < len(m.p.elements) {
		next = m.p.elements[i+1].text
	}
	line := m.line
	for end := at + max(e.pad, -e.pad); end <= len(line) && end-at <= limit; end++ {
		if m.steps++; m.steps > maxSteps {
			return false
		}
		if len(next) > 0 {
			j := indexFrom(line, end, next)
			if j < 0 {
				m.looked(looksEverywhere)
				return false
			}
			m.looked(j + len(next))
			if j-at > limit {
				return false
			}
			if !e.allows(line[end:j]) {
				return false
			}
			end = j
		} else if m.looked(end); end > at && !e.allows(line[end-1:end]) {
			return false
		}
		value := line[at:end]
		if e.pad != 0 {
			value = trimBlanks(value)
		}
		switch e.kind {
		case 'a':
			m.head.app = value
		case 'u':
			m.head.user = value
		case 'd':
			m.head.database = value
		}
		if m.walk(i+1, end) {
			return true
		}
	}
	return false
}

// longest is how many bytes a field can have. Names that clients choose are cut
// at 63 bytes (NAMEDATALEN).
func (e *element) longest() int {
	n := 63
	switch e.kind {
	case 'h', 'r', 'L', '*':
		n = 255 + len("(65535)")
	case 'b', 'i':
		n = 96
	}
	return max(n, e.pad, -e.pad)
}

// allows reports whether a field can hold these bytes: hosts and command tags
// are made of few.
func (e *element) allows(s []byte) bool {
	switch e.kind {
	case 'h', 'r', 'L':
		for _, c := range s {
			if c <= ' ' && e.pad == 0 || c == '"' || c == '\'' || c == '=' {
				return false
			}
		}
	case 'i':
		for _, c := range s {
			if (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != ' ' && c != '(' && c != ')' && c != '[' && c != ']' {
				return false
			}
		}
	}
	return true
}
