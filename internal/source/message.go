package source

import (
	"bytes"

	"github.com/apilint/apilint/analyzer/workload"
)

// message is what the text of a LOG record says about statements.
type message struct {
	kind     workload.Kind
	dur      int64 // µs
	timed    bool  // has a duration
	fetch    bool  // an execute that continues a portal
	extended bool
	waiting  bool   // for a lock that it has not got yet
	name     []byte // of the prepared statement and portal, as written
	text     []byte // SQL, or the plan with its query
}

// The words of the messages, of tcop/postgres.c, in English. Comparing with a
// constant costs no call.
const (
	wordDuration  = "duration: "
	wordMS        = " ms"
	wordStatement = "statement: "
	wordExecute   = "execute "
	wordFetch     = "execute fetch from "
	wordParse     = "parse "
	wordBind      = "bind "
	wordPlan      = "plan:"
	wordBlanks    = "  "
	wordReceived  = "connection received: "
	wordAuthor    = "connection authorized: "
	wordReplica   = "replication connection authorized: "
	wordGone      = "disconnection: "
)

// readMessage reads the text of a record of severity LOG. What says nothing of
// statements is of [workload.KindOther]. Nothing is searched for: a message is
// what it begins with.
func readMessage(s []byte) message {
	m := message{kind: workload.KindOther}
	m.read(s)
	return m
}

func (m *message) read(s []byte) {
	if len(s) == 0 {
		return
	}
	switch s[0] {
	case 'd':
		if len(s) >= len(wordDuration) && string(s[:len(wordDuration)]) == wordDuration {
			m.readDuration(s[len(wordDuration):])
		} else if hasPrefix(s, wordGone) {
			m.kind = workload.KindDisconnect
		}
	case 's':
		if len(s) >= len(wordStatement) && string(s[:len(wordStatement)]) == wordStatement {
			m.kind, m.text = workload.KindPending, s[len(wordStatement):]
		} else if text, ok := afterBareWord(s); ok {
			m.kind, m.text = workload.KindPending, text
		}
	case 'e':
		if m.readNamed(s) {
			m.kind = workload.KindPending
		}
	case 'c', 'r':
		if hasPrefix(s, wordReceived) || hasPrefix(s, wordAuthor) || hasPrefix(s, wordReplica) {
			m.kind = workload.KindConnect
		}
	}
}

func hasPrefix(s []byte, prefix string) bool {
	return len(s) >= len(prefix) && string(s[:len(prefix)]) == prefix
}

// readDuration reads what follows "duration: ".
func (m *message) readDuration(s []byte) {
	us, n := milliseconds(s)
	s = s[n:]
	if n == 0 || len(s) < len(wordMS) || string(s[:len(wordMS)]) != wordMS {
		return
	}
	m.dur, m.timed = us, true
	s = s[len(wordMS):]
	if len(s) == 0 {
		m.kind = workload.KindBare
		return
	}
	if len(s) <= len(wordBlanks) || string(s[:len(wordBlanks)]) != wordBlanks {
		return
	}
	s = s[len(wordBlanks):]
	switch s[0] {
	case 's':
		if len(s) >= len(wordStatement) && string(s[:len(wordStatement)]) == wordStatement {
			m.kind, m.text = workload.KindExecution, s[len(wordStatement):]
		} else if text, ok := afterBareWord(s); ok {
			m.kind, m.text = workload.KindExecution, text
		}
	case 'e':
		if m.readNamed(s) {
			m.kind = workload.KindExecution
			if m.fetch {
				m.kind = workload.KindFetch
			}
		}
	case 'p':
		switch {
		case hasPrefix(s, wordPlan):
			m.kind, m.text = workload.KindPlan, bytes.TrimLeft(s[len(wordPlan):], "\r\n")
		case hasPrefix(s, wordParse):
			if m.name, m.text = splitName(s[len(wordParse):], nameEnd); m.name != nil {
				m.kind = workload.KindParse
			}
		}
	case 'b':
		if hasPrefix(s, wordBind) {
			if m.name, m.text = splitName(s[len(wordBind):], nameEnd); m.name != nil {
				m.kind = workload.KindBind
			}
		}
	}
}

// afterBareWord reads "statement:" without its blank: journald and editors cut
// blanks off the ends of lines, and a statement may begin with a line break or
// be empty.
func afterBareWord(s []byte) (text []byte, ok bool) {
	const word = "statement:"
	if !hasPrefix(s, word) || len(s) > len(word) && s[len(word)] != '\n' {
		return nil, false
	}
	return s[len(word):], true
}

// readNamed reads "execute NAME: TEXT" and "execute fetch from NAME: TEXT".
func (m *message) readNamed(s []byte) bool {
	if len(s) < len(wordExecute) || string(s[:len(wordExecute)]) != wordExecute {
		return false
	}
	m.extended = true
	rest := s[len(wordExecute):]
	if hasPrefix(s, wordFetch) {
		rest = s[len(wordFetch):]
		m.fetch = true
	}
	m.name, m.text = splitName(rest, nameEnd)
	return m.name != nil
}

// longestName is how far into a message the names of a statement and its portal
// can reach: drivers name freely, but not longer than this.
const longestName = 512

// nameEnd stands between a name and the text, in English.
var nameEnd = []byte(": ")

// splitName cuts "NAME: TEXT". Names may hold blanks, slashes and colons; the
// first end that is followed by the beginning of a statement ends the name, or
// else the first at all.
func splitName(s, end []byte) (name, text []byte) {
	first := -1
	for from := 0; ; {
		i := indexFrom(s[:min(len(s), longestName)], from, end)
		if i < 0 {
			break
		}
		if first < 0 {
			first = i
		}
		if beginsStatement(s[i+len(end):]) {
			first = i
			break
		}
		from = i + 1
	}
	if first < 0 {
		// A statement that is empty or begins on the next line, and whose blank was
		// cut off.
		if short := bytes.TrimRight(end, " "); len(short) > 0 && len(short) < len(end) {
			line, _, more := bytes.Cut(s[:min(len(s), longestName)], []byte{'\n'})
			if more && bytes.HasSuffix(line, short) {
				return line[:len(line)-len(short)], s[len(line):]
			}
		}
		if short := bytes.TrimRight(end, " "); len(short) > 0 && bytes.HasSuffix(s, short) {
			return s[:len(s)-len(short)], s[len(s):]
		}
		return nil, nil
	}
	return s[:first], s[first+len(end):]
}

// beginsStatement reports whether s begins with a word that begins statements,
// a comment or a parenthesis.
func beginsStatement(s []byte) bool {
	s = bytes.TrimLeft(s[:min(len(s), 64)], " \t\r\n")
	n := 0
	for n < len(s) && (s[n] >= 'a' && s[n] <= 'z' || s[n] >= 'A' && s[n] <= 'Z') {
		n++
	}
	if n == 0 {
		return len(s) == 0 || s[0] == '(' || s[0] == ';' || len(s) > 1 && (s[0] == '-' && s[1] == '-' || s[0] == '/' && s[1] == '*')
	}
	if n > len("materialized") || n < len(s) && s[n] == ':' {
		return false
	}
	var word [16]byte
	for i, c := range s[:n] {
		word[i] = c | 0x20
	}
	return firstWords[string(word[:n])]
}

// firstWords begin the statements of PostgreSQL's grammar.
var firstWords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range []string{
		"abort", "alter", "analyse", "analyze", "begin", "call", "checkpoint", "close", "cluster", "comment", "commit", "copy", "create",
		"deallocate", "declare", "delete", "discard", "do", "drop", "end", "execute", "explain", "fetch", "grant", "import", "insert",
		"listen", "load", "lock", "merge", "move", "notify", "prepare", "reassign", "refresh", "reindex", "release", "reset", "revoke",
		"rollback", "savepoint", "security", "select", "set", "show", "start", "table", "truncate", "unlisten", "update", "vacuum",
		"values", "with",
	} {
		m[w] = true
	}
	return m
}()

// milliseconds reads "15.263" and returns µs and its length.
func milliseconds(s []byte) (us int64, n int) {
	for n < len(s) && s[n]-'0' <= 9 {
		if n == 15 {
			return 0, 0
		}
		us = us*10 + int64(s[n]-'0')
		n++
	}
	if n == 0 {
		return 0, 0
	}
	if n+3 < len(s) && s[n] == '.' && s[n+1]-'0' <= 9 && s[n+2]-'0' <= 9 && s[n+3]-'0' <= 9 { // what a server writes
		us = us*1000 + int64(s[n+1]-'0')*100 + int64(s[n+2]-'0')*10 + int64(s[n+3]-'0')
		n += 4
		return us, n + digits(s[n:])
	}
	us *= 1000
	if n < len(s) && s[n] == '.' {
		k := digits(s[n+1:])
		scale := int64(100)
		for _, c := range s[n+1 : n+1+min(k, 3)] {
			us += int64(c-'0') * scale
			scale /= 10
		}
		n += 1 + k
	}
	return us, n
}

// cutState cuts the SQLSTATE that log_error_verbosity = verbose puts before a
// message.
func cutState(s []byte) (state, rest []byte) {
	if len(s) < 7 || s[5] != ':' || s[6] != ' ' {
		return nil, s
	}
	for _, c := range s[:5] {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return nil, s
		}
	}
	return s[:5], s[7:]
}
