package source

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/apilint/apilint/analyzer/sqltree"
)

// lexedTexts remembers what texts that come again and again were read as:
// prepared statements do not change from call to call, and many others only in
// their numbers. Such a text is read by comparing it with one that was lexed,
// numbers left out; it is the one that was lexed on, because every byte beside
// the numbers is equal.
type lexedTexts struct {
	slots  []template
	likely [templates][2]uint16 // by how a text begins: the slots of the last two that began so
	spans  []extent             // the numbers of the text at hand
	lexed  sqltree.Lexed        // of a text that only differs in numbers, or is not kept
	folded []byte
}

// template is a text that was lexed. It is kept when its like is seen a second
// time, perhaps in the place of another one.
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
	likely := &t.likely[beginningOf(text)]
	for _, n := range likely {
		if slot := &t.slots[n]; slot.state == templateKept && t.follows(slot, text) {
			return t.read(slot, text)
		}
	}
	h := t.hash(text)
	n := t.slot(h)
	slot := &t.slots[n]
	switch {
	case slot.hash != h:
		slot.hash, slot.state = h, templateNew
	case slot.state == templateNew:
		t.keep(slot, text)
	case slot.state == templateKept && slot.like(text, t.spans):
		likely[0], likely[1] = n, likely[0]
		return t.read(slot, text)
	}
	sqltree.Lex(text, &t.lexed)
	return &t.lexed
}

// read returns what a text is read as that only differs from the template's in
// its numbers.
func (t *lexedTexts) read(slot *template, text []byte) *sqltree.Lexed {
	if len(t.spans) == 0 {
		return &slot.lexed
	}
	t.lexed = slot.lexed
	slot.fill(&t.lexed, text, t.spans)
	return &t.lexed
}

// beginningOf tells texts apart by their first bytes and, roughly, by their
// length.
func beginningOf(text []byte) uint64 {
	h := uint64(len(text) / 16)
	if len(text) >= 24 {
		h = stir(h, binary.LittleEndian.Uint64(text))
		h = stir(h, binary.LittleEndian.Uint64(text[8:]))
		h = stir(h, binary.LittleEndian.Uint64(text[16:]))
	} else {
		h = stirBytes(h, text)
	}
	return h >> 32 % templates
}

// follows finds the numbers of a text by those of the template, when all else
// is equal: they are then the ones that hash finds.
func (t *lexedTexts) follows(slot *template, text []byte) bool {
	t.spans = t.spans[:0]
	at, from := 0, 0
	for _, s := range slot.spans {
		n := s.from - from
		if len(text)-at <= n || string(text[at:at+n]) != string(slot.text[from:s.from]) {
			return false
		}
		at += n
		begin := at
		for at < len(text) && text[at]-'0' <= 9 {
			at++
		}
		if at == begin {
			return false
		}
		t.spans = append(t.spans, extent{begin, at})
		from = s.to
	}
	return string(text[at:]) == string(slot.text[from:])
}

// slot returns the slot of a hash: of two that it may have the one that is its
// own, or else one that keeps nothing.
func (t *lexedTexts) slot(h uint64) uint16 {
	first, second := uint16(h%templates), uint16(h/templates%templates)
	if a, b := &t.slots[first], &t.slots[second]; a.hash != h && (b.hash == h || a.state == templateKept && b.state != templateKept) {
		return second
	}
	return first
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

// hash finds the numbers that follow an operator, a parenthesis or a comma and
// hashes the rest. It passes over strings, quoted names and comments as far as
// they are plain; what it takes wrongly for a number, [lexedTexts.keep] finds
// out.
func (t *lexedTexts) hash(s []byte) uint64 {
	t.spans = t.spans[:0]
	var h uint64
	for i := 0; i < len(s); {
		from := i
		if i+8 <= len(s) {
			v := binary.LittleEndian.Uint64(s[i:])
			stops := numberStops(v)
			if stops == 0 {
				h = stir(h, v)
				i += 8
				continue
			}
			i += bits.TrailingZeros64(stops) / 8
		} else {
			for i < len(s) && !numberStop(s[i]) {
				i++
			}
		}
		if h = stirBytes(h, s[from:i]); i == len(s) {
			break
		}
		from = i
		switch s[i] {
		case '\'', '"':
			i += through(s[i+1:], s[i:i+1]) + 1
		case '-':
			if i++; i < len(s) && s[i] == '-' {
				i += through(s[i:], lineBreak)
			}
		case '/':
			if i++; i < len(s) && s[i] == '*' {
				i += through(s[i+1:], commentEnd) + 1
			}
		default:
			for i < len(s) && s[i]-'0' <= 9 {
				i++
			}
			if len(t.spans) < sqltree.MaxLiterals && plainNumber(s, from, i) {
				t.spans = append(t.spans, extent{from, i})
				h = stir(h, 0)
				continue
			}
		}
		h = stirBytes(h, s[from:i])
	}
	return spread(h)
}

var commentEnd = []byte("*/")

// through returns the offset behind end in s, the end of s without it.
func through(s, end []byte) int {
	if i := bytes.Index(s, end); i >= 0 {
		return i + len(end)
	}
	return len(s)
}

// stir mixes eight bytes into a hash (the multiplier is that of SplitMix64's
// sequence).
func stir(h, v uint64) uint64 {
	h = (h ^ v) * 0x9e3779b97f4a7c15
	return h ^ h>>29
}

func stirBytes(h uint64, s []byte) uint64 {
	for ; len(s) >= 8; s = s[8:] {
		h = stir(h, binary.LittleEndian.Uint64(s))
	}
	if len(s) == 0 {
		return h
	}
	v := uint64(len(s))
	for _, c := range s {
		v = v<<8 | uint64(c)
	}
	return stir(h, v)
}

// numberStop reports whether the search for numbers looks at a byte.
func numberStop(c byte) bool {
	return c-'/' <= '9'-'/' || c == '-' || c == '\'' || c == '"' // the slash stands before the digits
}

// numberStops tells it of eight bytes at once: the highest bit of those that
// are looked at is set.
func numberStops(v uint64) uint64 {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	low := v &^ high
	stops := (low + ones*(128-'/')) &^ (low + ones*(128-'9'-1)) // from / to 9
	stops |= ^((low ^ ones*'-') + ones*127)
	stops |= ^((low ^ ones*'\'') + ones*127)
	stops |= ^((low ^ ones*'"') + ones*127)
	return stops &^ v & high
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
