package source

import (
	"bytes"
	"strings"
)

// levelled writes the record of a cloud that keeps the parts of a message
// apart, as Azure does, or has nothing but the message.
func (x *extractor) levelled(f *found) {
	var head []byte
	message := f.text
	switch {
	case f.prefix != nil:
		head = f.prefix
	case x.match != nil && x.match.match(firstLine(message)):
		at, n := severityStart(message, x.match.head.text)
		head, message = message[:at], message[n:]
	case x.match == nil:
		head = append(appendTime(nil, x.it.at), ' ')
		if strings.Contains(x.stamp, "%p") {
			head = append(append(append(head, '['), f.pid...), "] "...)
		}
		message = withoutStart(message)
	default:
		x.b = appendIndented(x.b, message)
		return
	}
	level := f.level
	if len(level) == 0 {
		level = []byte("LOG")
	}
	part := func(word, text []byte) {
		if len(x.b) > 0 {
			x.b = append(x.b, '\n')
		}
		x.b = append(append(x.b, head...), word...)
		x.b = append(x.b, colon...)
		x.b = appendIndented(x.b, text)
	}
	part(level, message)
	for _, p := range []struct {
		word string
		text []byte
	}{{"DETAIL", f.detail}, {"CONTEXT", f.context}} {
		if len(p.text) > 0 {
			part([]byte(p.word), p.text)
		}
	}
}

func firstLine(s []byte) []byte {
	line, _, _ := bytes.Cut(s, []byte{'\n'})
	return line
}

// severityStart returns where the severity begins whose message begins at an
// offset, and that offset.
func severityStart(line []byte, text int) (at, n int) {
	at = min(text, len(line))
	end := at - len(colon)
	for start := max(end, 0); start >= max(0, end-longestSeverity); start-- {
		if severityOf(line[start:max(end, start)]) != sevNone && (start == 0 || !letter(line[start-1])) {
			return start, at
		}
	}
	return at, at
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

// appendIndented appends a text as it stands in the log: every further line
// begins with a TAB.
func appendIndented(b, text []byte) []byte {
	for {
		i := bytes.IndexByte(text, '\n')
		if i < 0 {
			return append(b, text...)
		}
		b = append(b, text[:i+1]...)
		if text = text[i+1:]; !begins(text, "\t") {
			b = append(b, '\t')
		}
	}
}
