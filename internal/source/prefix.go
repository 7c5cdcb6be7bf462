package source

import (
	"errors"
	"strings"
)

// errPrefix is what is wrong with a log_line_prefix that was given by hand.
var errPrefix = errors.New("no line of the log begins like that")

// maxHead is how much of a line can be prefix and severity.
const maxHead = 8 << 10

// prefix is a compiled log_line_prefix.
type prefix struct {
	text     string
	elements []element
	free     int  // elements that a client fills in
	quit     bool // has %q
	fields   [256]bool
	loose    bool // the elements are unknown: everything up to the first severity

	lead, rest []element // see split
}

// element is one piece of a prefix: a literal, or an escape named by its
// letter. Some letters are our own: 'q' stops for processes without a session,
// '*' is text that tells nothing.
type element struct {
	kind byte
	text []byte // of a literal, whose kind is 0
	pad  int    // width; negative: blanks follow the value
}

// compilePrefix reads a log_line_prefix as the server does: what is no escape
// stands for itself, an unknown escape for nothing.
func compilePrefix(text string) *prefix {
	p := &prefix{text: text}
	var literal []byte
	flush := func() {
		if len(literal) > 0 {
			p.elements = append(p.elements, element{text: literal})
			literal = nil
		}
	}
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			literal = append(literal, text[i])
			continue
		}
		i++
		pad, sign := 0, 1
		if i < len(text) && text[i] == '-' {
			sign = -1
			i++
		}
		for i < len(text) && text[i] >= '0' && text[i] <= '9' {
			pad = min(pad*10+int(text[i]-'0'), 1000)
			i++
		}
		if i >= len(text) {
			break
		}
		switch c := text[i]; {
		case c == '%':
			literal = append(literal, '%')
		case strings.IndexByte("abcdehilmnpPqQrstuvxL*", c) >= 0:
			flush()
			p.elements = append(p.elements, element{kind: c, pad: pad * sign})
			p.fields[c] = true
			if c == 'a' || c == 'u' || c == 'd' {
				p.free++
			}
			p.quit = p.quit || c == 'q'
		}
	}
	flush()
	p.split()
	return p
}

// hasSession reports whether lines of different sessions can be told apart.
func (p *prefix) hasSession() bool { return p.fields['c'] || p.fields['p'] }

// head is what the prefix of one line says.
type head struct {
	at                  int64 // µs since 1970
	timed               bool
	pid, session, start []byte // %p, %c, %s
	user, database, app []byte
	vxid                []byte
	severity            severity
	text                int  // offset of what follows the severity
	quit                bool // the line ended at %q
	ambiguous           bool // another reading is as good as this one
}
