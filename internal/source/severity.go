package source

import "bytes"

// severity is the word that stands between a log line's prefix and its
// message: that of a record, or the name of a record's further part.
type severity uint8

const (
	sevNone severity = iota
	sevLog
	sevError // ERROR, FATAL, PANIC
	sevOther // WARNING, NOTICE, INFO, DEBUG1 to DEBUG5
	// Parts of the record that began before.
	sevDetail
	sevHint
	sevQuery
	sevContext
	sevStatement
	sevLocation
	sevBacktrace
)

// part reports whether the line continues a record.
func (s severity) part() bool { return s >= sevDetail }

// severities are the words as PostgreSQL writes them in English.
var severities = map[string]severity{
	"LOG": sevLog, "ERROR": sevError, "FATAL": sevError, "PANIC": sevError,
	"WARNING": sevOther, "NOTICE": sevOther, "INFO": sevOther, "DEBUG": sevOther,
	"DEBUG1": sevOther, "DEBUG2": sevOther, "DEBUG3": sevOther, "DEBUG4": sevOther, "DEBUG5": sevOther,
	"DETAIL": sevDetail, "HINT": sevHint, "QUERY": sevQuery, "CONTEXT": sevContext, "STATEMENT": sevStatement,
	"LOCATION": sevLocation, "BACKTRACE": sevBacktrace,
}

// longestSeverity bounds the search for the colon, in bytes.
const longestSeverity = 64

// severityAt reads a severity with its colon and blanks at the start of s.
func severityAt(s []byte) (sev severity, n int) {
	if len(s) >= 6 && string(s[:6]) == "LOG:  " {
		return sevLog, 6
	}
	if len(s) < 6 || s[0] <= ' ' {
		return sevNone, 0
	}
	i := bytes.Index(s[:min(len(s), longestSeverity)], colon)
	if i <= 0 {
		return sevNone, 0
	}
	if sev = severityOf(s[:i]); sev == sevNone {
		return sevNone, 0
	}
	return sev, i + len(colon)
}

// colon follows every severity.
var colon = []byte(":  ")

// findSeverity returns where the first severity of a line stands, and its
// length with colon and blanks; -1 if there is none.
func findSeverity(line []byte) (at, n int) {
	line = line[:min(len(line), maxHead)]
	for from := 0; ; {
		i := bytes.Index(line[from:], colon)
		if i < 0 {
			return -1, 0
		}
		i += from
		// In some languages the word is two, or a blank follows it.
		start := i
		for words := 0; words < 3; words++ {
			for start > from && line[start-1] == ' ' && i-start < longestSeverity {
				start--
			}
			for start > from && i-start < longestSeverity && letter(line[start-1]) {
				start--
			}
			if severityOf(line[start:i]) != sevNone {
				return start, i + len(colon) - start
			}
			if start == from || line[start-1] != ' ' {
				break
			}
		}
		from = i + len(colon)
	}
}

// letter tells what severities are made of; bytes beyond ASCII are letters of
// other languages.
func letter(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 0x80
}
