package source

import (
	"bytes"

	"github.com/apilint/apilint/analyzer/sqltree"
)

// writtenAtOnce is how much several processes can write to one pipe without mixing
// (PIPE_BUF of Linux): without the logging collector, a longer record may have
// records of other sessions in it.
const writtenAtOnce = 4096

// farthestPrefix is how far before its severity a record that was written into
// another one is looked for, in bytes.
const farthestPrefix = 256

// tornAt finds where the record of another session begins within a statement:
// where a whole prefix with a severity stands in the middle of a line and
// outside of strings and comments, which nothing that a server ran can hold. -1
// without one. Only the first few severities are looked at.
func (s *scanner) tornAt(text []byte) int {
	m := &s.torn
	m.p, m.language, m.clock.zone = s.match.p, s.match.language, s.clock.zone
	if m.p == nil || m.p.loose || len(m.p.elements) == 0 {
		return -1
	}
	from := 0
	for range 8 {
		i := indexFrom(text, from, colon)
		if i < 0 {
			return -1
		}
		line := bytes.LastIndexByte(text[:i], '\n') + 1
		for at := max(line+1, from, i-farthestPrefix); at < i; at++ {
			if m.match(text[at:]) && at+m.head.text == i+len(colon) && outside(text[:at]) {
				return at
			}
		}
		from = i + len(colon)
	}
	return -1
}

// outside reports whether a statement that goes on is in no string or comment.
func outside(begun []byte) bool {
	var l sqltree.Lexed
	sqltree.Lex(begun, &l)
	if l.Traits&sqltree.Truncated != 0 {
		return false
	}
	sqltree.Lex(append(bytes.Clone(begun), '\''), &l) // opens a string, unless it stands in a comment
	return l.Traits&sqltree.Truncated != 0
}
