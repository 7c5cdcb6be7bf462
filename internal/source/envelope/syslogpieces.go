package envelope

import (
	"bytes"
	"slices"
)

// pieceLimit is where PostgreSQL cuts a message for syslog, at a blank if it
// finds one (PG_SYSLOG_LIMIT in elog.c).
const pieceLimit = 900

// piece cuts off what stands before a piece of a message: Heroku's name of the
// database, and the numbers.
func (l *syslogLine) piece() (text []byte, n, m int, numbered bool) {
	text = l.text
	if len(text) > 2 && text[0] == '[' && text[1] >= 'A' && text[1] <= 'Z' {
		if i := bytes.IndexByte(text[:min(len(text), 80)], ']'); i > 0 && i+2 < len(text) && text[i+1] == ' ' && text[i+2] == '[' {
			if k, _, _ := chunkNumber(text[i+2:]); k > 0 {
				text = text[i+2:]
			}
		}
	}
	k, n, m := chunkNumber(text)
	return text[k:], n, m, k > 0
}

// named reports whether the program has PostgreSQL's name; Heroku has it where
// others have the process.
func (l *syslogLine) named() bool {
	return l.bare || bytes.Contains(l.ident, []byte("postgres")) || begins(l.pid, "postgres.")
}

func tabWidth(text []byte) int {
	n := 0
	for n < 8 && n < len(text) && text[n] == ' ' {
		n++
	}
	return n
}

// cutBefore reports whether PostgreSQL may have cut a line between a piece of
// this length and the text: then the first word did not fit any more.
func cutBefore(length int, text []byte) bool {
	word := 0
	for word < len(text) && (text[word] == ' ' || text[word] == '\t') {
		word++
	}
	switch {
	case length > pieceLimit:
		return false // PostgreSQL did not cut here
	case word == 0:
		return length > pieceLimit-4 // not even one blank: a character may have been in the way
	}
	for word < len(text) && text[word] != ' ' && text[word] != '\t' {
		word++
	}
	return length+word > pieceLimit
}

// cutBreak cuts a message at its first line break, which daemons write as its
// octal code.
func cutBreak(text []byte) (line, rest []byte, more bool) {
	for i, c := range text {
		switch {
		case c == '\n':
			return text[:i], text[i+1:], true
		case c == '#' && begins(text[i:], "#012"):
			return text[:i], text[i+4:], true
		}
	}
	return text, nil, false
}

// withTabs writes the TABs that daemons write as their octal code, or as ^I.
func withTabs(text []byte) []byte {
	if begins(text, "^I") {
		text = slices.Concat([]byte{'\t'}, text[2:])
	}
	if !bytes.Contains(text, []byte("#011")) {
		return text
	}
	return bytes.ReplaceAll(text, []byte("#011"), []byte{'\t'})
}
