package source

import (
	"bytes"

	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
)

// A client chooses its application_name, and in it a whole forged prefix,
// severity and message fit. Where fields that a client fills in leave several
// readings of a line, the SQL decides: a severity that a later reading finds
// inside a string or comment of the first one's statement is part of that
// statement, one that it finds elsewhere is the true one. Where there is no
// statement to judge by, the first reading is taken, but not for an execution.

// suspicious reports whether another severity may stand where a later reading
// could find it.
func (m *matcher) suspicious() bool {
	from := m.head.text
	reach := min(len(m.line), from+(m.p.free+1)*64+longestSeverity)
	return bytes.Contains(m.line[from:reach], colon)
}

// maxReadings bounds the readings of a line that are compared.
const maxReadings = 4

// decide compares the readings of the line.
func (m *matcher) decide() {
	readings := []head{m.head}
	for n := 1; n < maxReadings && m.reading(n); n++ {
		readings = append(readings, m.head)
	}
	for len(readings) > 1 {
		at := readings[1].text - readings[0].text
		first := m.sense(&readings[0], at)
		second := m.sense(&readings[1], 0)
		switch {
		case first.impossible || first.statement && !first.inside:
			readings = readings[1:]
			continue
		case second.impossible || first.statement && first.whole && second.statement && !second.whole:
			readings = append(readings[:1], readings[2:]...)
			continue
		}
		break
	}
	m.head = readings[0]
	if len(readings) > 1 {
		m.head.ambiguous = true
		m.other = readings[1]
	}
}

// sense is what speaks for a reading of a message or against it.
type sense struct {
	statement  bool // a statement is in it
	inside     bool // the place asked for lies inside a string or comment of the statement
	whole      bool // the statement ends outside of strings and comments
	impossible bool // no server writes this
}

func (m *matcher) sense(h *head, at int) sense {
	if h.severity != sevLog {
		return sense{}
	}
	return senseOf(m.line[h.text:], at, m.language)
}

// senseOf judges a message of severity LOG, and the place at in it.
func senseOf(text []byte, at int, in *language) sense {
	_, s := cutState(text)
	m := in.message(s)
	if len(m.text) == 0 {
		return sense{impossible: m.kind == workload.KindOther && hasPrefix(s, wordDuration)}
	}
	var l sqltree.Lexed
	sqltree.Lex(m.text, &l)
	out := sense{statement: true, whole: l.Traits&sqltree.Truncated == 0}
	if at -= len(text) - len(m.text); at > 0 && at <= len(m.text) {
		// A quote opens a string, unless it stands in a comment.
		sqltree.Lex(m.text[:at], &l)
		out.inside = l.Traits&sqltree.Truncated != 0
		if !out.inside {
			sqltree.Lex(append(bytes.Clone(m.text[:at]), '\''), &l)
			out.inside = l.Traits&sqltree.Truncated == 0
		}
	}
	return out
}

// settle decides between the two readings of an ambiguous record now that its
// whole text is known: the one whose statement ends outside of strings.
func (r *record) settle(in *language) bool {
	if r.severity != sevLog {
		return false
	}
	other := r.message[min(r.otherAt, len(r.message)):]
	first, second := senseOf(r.message, 0, in), senseOf(other, 0, in)
	if !first.statement || !second.statement || first.whole == second.whole {
		return false
	}
	if second.whole {
		r.message, r.app, r.user, r.database = other, r.otherApp, r.otherUser, r.otherDatabase
	}
	return true
}

// matchLoose takes everything before the first severity for the prefix and
// picks out what looks like a time, a process and a session.
func (m *matcher) matchLoose() bool {
	m.head = head{}
	at, n := findSeverity(m.line)
	if at < 0 {
		return false
	}
	m.head.severity, _ = severityAt(m.line[at:])
	m.head.text = at + n
	s := m.line[:at]
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c >= '0' && c <= '9' || c >= 'a' && c <= 'f':
			if us, n, ok := m.clock.read(s[i:]); ok {
				if !m.head.timed {
					m.head.at, m.head.timed = us, true
				}
				i += n
				continue
			}
			if n := sessionIDLen(s[i:]); n >= 10 && m.head.session == nil {
				m.head.session = s[i : i+n]
				i += n
				continue
			}
			n := digits(s[i:])
			if n > 0 && n <= 7 && m.head.pid == nil && m.head.timed && (i == 0 || !letter(s[i-1])) {
				m.head.pid = s[i : i+n]
			}
			for i < len(s) && letter(s[i]) {
				i++
			}
		case c == '@' && m.head.database == nil:
			from, to := i, i+1
			for from > 0 && (letter(s[from-1]) || s[from-1] == '_') {
				from--
			}
			for to < len(s) && (letter(s[to]) || s[to] == '_') {
				to++
			}
			m.head.user, m.head.database = s[from:i], s[i+1:to]
			i = to
		default:
			i++
		}
	}
	return true
}
