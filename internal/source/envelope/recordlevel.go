package envelope

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
	case x.prefix != nil && x.prefix.Match(firstLine(message)):
		at, n, _ := x.prefix.Severity()
		head, message = message[:at], message[n:]
	case x.prefix == nil:
		head = append(appendTime(nil, x.it.at), ' ')
		if strings.Contains(x.stamp, "%p") {
			head = append(append(append(head, '['), f.pid...), "] "...)
		}
		message, _ = x.grammar.Message(message)
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
		x.b = append(x.b, ":  "...)
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
