package source

import (
	"bytes"
	"slices"

	"github.com/cespare/xxhash/v2"

	"github.com/apilint/apilint/analyzer/sqltree"
)

// lexedTexts remembers what texts that come again and again were read as:
// prepared statements do not change from call to call, and many others only in
// their numbers. Such a text is read by comparing it with one that was lexed,
// numbers left out; it is the one that was lexed on, because every byte beside
// the numbers is equal.
type lexedTexts struct {
	slots  []template
	spans  []extent      // the numbers of the text at hand
	lexed  sqltree.Lexed // of a text that only differs in numbers, or is not kept
	folded []byte
}

// template is a text that was lexed. It is kept when its like is seen a second
// time, in the place of another one.
type template struct {
	hash    uint64 // of the last text that fell on the slot, numbers left out
	state   templateState
	text    []byte
	spans   []extent
	literal []int // which literal each number is, from 0
	lexed   sqltree.Lexed
}

type templateState uint8

const (
	templateNew     templateState = iota // seen once
	templateKept                         // lexed is what such texts are read as
	templateUseless                      // numbers mean more than a value here (ORDER BY 2)
)

// extent is where a number stands in a text.
type extent struct{ from, to int }

const (
	templates   = 1 << 10
	longestKept = 4 << 10 // bytes
)

// lex returns what a text is read as, valid until the next call.
func (t *lexedTexts) lex(text []byte) *sqltree.Lexed {
	if len(text) > longestKept {
		sqltree.Lex(text, &t.lexed)
		return &t.lexed
	}
	if t.slots == nil {
		t.slots = make([]template, templates)
	}
	h := t.hash(text)
	slot := &t.slots[h%templates]
	switch {
	case slot.hash != h:
		slot.hash, slot.state = h, templateNew
	case slot.state == templateNew:
		t.keep(slot, text)
	case slot.state == templateKept && slot.like(text, t.spans):
		if len(t.spans) == 0 {
			return &slot.lexed
		}
		t.lexed = slot.lexed
		slot.fill(&t.lexed, text, t.spans)
		return &t.lexed
	}
	sqltree.Lex(text, &t.lexed)
	return &t.lexed
}

// keep makes a template of the text, if its numbers are nothing but values: if
// others in their place change nothing else.
func (t *lexedTexts) keep(slot *template, text []byte) {
	slot.state = templateUseless
	slot.text = append(slot.text[:0], text...)
	slot.spans = append(slot.spans[:0], t.spans...)
	slot.literal = slot.literal[:0]
	sqltree.Lex(text, &slot.lexed)
	if len(t.spans) == 0 {
		slot.state = templateKept
		return
	}
	if slot.lexed.NLiteral > sqltree.MaxLiterals {
		return // the last slot stands for several
	}
	offsets := sqltree.LiteralOffsets(string(text))
	for _, s := range t.spans {
		i := slices.Index(offsets, s.from)
		if i < 0 || slot.lexed.CommentEnd > 0 && s.from > slot.lexed.CommentStart {
			return
		}
		slot.literal = append(slot.literal, i)
	}
	for _, other := range []string{"7", "9876543210"} {
		t.folded = t.folded[:0]
		var spans []extent
		at := 0
		for _, s := range t.spans {
			t.folded = append(t.folded, text[at:s.from]...)
			spans = append(spans, extent{len(t.folded), len(t.folded) + len(other)})
			t.folded = append(t.folded, other...)
			at = s.to
		}
		t.folded = append(t.folded, text[at:]...)
		var want sqltree.Lexed
		sqltree.Lex(t.folded, &want)
		got := slot.lexed
		slot.fill(&got, t.folded, spans)
		if got != want {
			return
		}
	}
	slot.state = templateKept
}

// like reports whether text is the template but for its numbers.
func (slot *template) like(text []byte, spans []extent) bool {
	if len(spans) != len(slot.spans) {
		return false
	}
	a, b := 0, 0
	for i, s := range spans {
		if !bytes.Equal(text[a:s.from], slot.text[b:slot.spans[i].from]) {
			return false
		}
		a, b = s.to, slot.spans[i].to
	}
	return bytes.Equal(text[a:], slot.text[b:])
}

// fill puts the numbers of text into a copy of the template's lexed.
func (slot *template) fill(into *sqltree.Lexed, text []byte, spans []extent) {
	for i, s := range spans {
		into.Literals[slot.literal[i]] = sqltree.HashLiteral(text[s.from:s.to])
	}
	if into.CommentEnd > 0 {
		longer := len(text) - len(slot.text)
		into.CommentStart += longer
		into.CommentEnd += longer
	}
}

// kinds of bytes that the search for numbers stops at.
const (
	byteDigit byte = 1 + iota
	byteQuote
	byteDash
	byteSlash
)

var numberStops = func() (t [256]byte) {
	for c := '0'; c <= '9'; c++ {
		t[c] = byteDigit
	}
	t['\''], t['"'] = byteQuote, byteQuote
	t['-'], t['/'] = byteDash, byteSlash
	return t
}()

// hash finds the numbers that follow an operator, a parenthesis or a comma and
// hashes the rest. It passes over strings, quoted names and comments as far as
// they are plain; what it takes wrongly for a number, [lexedTexts.keep] finds
// out.
func (t *lexedTexts) hash(s []byte) uint64 {
	t.spans = t.spans[:0]
	var h uint64
	begun := 0 // of the bytes that are not hashed yet
	for i := 0; i < len(s); i++ {
		switch numberStops[s[i]] {
		case 0:
			continue
		case byteQuote:
			n := bytes.IndexByte(s[i+1:], s[i])
			if n < 0 {
				i = len(s)
				continue
			}
			i += 1 + n
		case byteDash:
			if i+1 < len(s) && s[i+1] == '-' {
				n := bytes.IndexByte(s[i:], '\n')
				if n < 0 {
					i = len(s)
					continue
				}
				i += n
			}
		case byteSlash:
			if i+1 < len(s) && s[i+1] == '*' {
				n := bytes.Index(s[i+2:], []byte("*/"))
				if n < 0 {
					i = len(s)
					continue
				}
				i += 2 + n + 1
			}
		case byteDigit:
			from := i
			for i < len(s) && numberStops[s[i]] == byteDigit {
				i++
			}
			if plainNumber(s, from, i) && len(t.spans) < sqltree.MaxLiterals {
				h = spread(h ^ xxhash.Sum64(s[begun:from]))
				t.spans = append(t.spans, extent{from, i})
				begun = i
			}
			i--
		}
	}
	return spread(h ^ xxhash.Sum64(s[begun:]))
}

// plainNumber reports whether the digits s[from:to] are a number of their own
// after an operator, a parenthesis or a comma.
func plainNumber(s []byte, from, to int) bool {
	if to < len(s) && (letter(s[to]) || s[to] == '.' || s[to] == '_' || s[to] == '$') {
		return false
	}
	for from > 0 && s[from-1] == ' ' {
		from--
	}
	if from == 0 {
		return false
	}
	switch s[from-1] {
	case '=', '<', '>', '+', '-', '*', '%', '(', ',':
		return true
	}
	return false
}
