package source

import (
	"bytes"

	"github.com/apilint/apilint/analyzer/workload"
	"github.com/apilint/apilint/internal/source/envelope"
)

// grammar is what envelopes ask of PostgreSQL's lines.
type grammar struct{ r *reading }

// Logged implements [envelope.Grammar].
func (grammar) Logged(line []byte) bool {
	if at, _ := findSeverity(line); at >= 0 {
		return true
	}
	if bytes.Contains(line, []byte(`"error_severity"`)) {
		return true
	}
	var rows csvReader
	return rows.begins(line)
}

// Severity implements [envelope.Grammar].
func (grammar) Severity(line []byte) (at, length int, part bool) {
	at, length = findSeverity(line)
	if at < 0 {
		return at, 0, false
	}
	sev, _ := severityAt(line[at : at+length])
	return at, length, sev.part()
}

// Time implements [envelope.Grammar].
func (grammar) Time(s []byte) (us int64, length int) {
	var c clock
	us, length, ok := c.read(s)
	if !ok {
		return 0, 0
	}
	return us, length
}

// Message implements [envelope.Grammar].
func (grammar) Message(text []byte) (message []byte, known bool) {
	message = withoutStart(text)
	return message, readMessage(message).kind != workload.KindOther
}

// withoutStart cuts the time and the session that may stand before a message.
func withoutStart(s []byte) []byte {
	n := timestampLen(s)
	if n == 0 {
		return s
	}
	n += zoneLen(s[n:])
	for n < len(s) && (s[n] == '-' || s[n] == ' ' || s[n] == ':') {
		n++
		if k := sessionIDLen(s[n:]); k > 0 {
			n += k
		}
	}
	return s[n:]
}

// Prefix implements [envelope.Grammar].
func (g grammar) Prefix(head []byte) envelope.Prefix {
	p, rate := g.r.prefix(head)
	if rate < .5 {
		return nil
	}
	return &foundPrefix{matcher{p: p}}
}

// foundPrefix implements [envelope.Prefix].
type foundPrefix struct{ matcher }

func (f *foundPrefix) Match(line []byte) bool { return f.match(line) }

func (f *foundPrefix) Severity() (at, message int, part bool) {
	message = min(f.head.text, len(f.line))
	at = message
	end := message - len(colon)
	for start := max(end, 0); start >= max(0, end-longestSeverity); start-- {
		if severityOf(f.line[start:max(end, start)]) != sevNone && (start == 0 || !letter(f.line[start-1])) {
			at = start
			break
		}
	}
	return at, message, f.head.severity.part()
}

func (f *foundPrefix) Has(escape byte) bool { return f.p.fields[escape] }

func (f *foundPrefix) Loose() bool { return f.p.loose }
