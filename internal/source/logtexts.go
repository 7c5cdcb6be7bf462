package source

import (
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
	lexed  sqltree.Lexed        // of a text that is not kept
}

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
		if slot := &t.slots[n]; slot.state == templateKept && slot.follows(text) {
			return &slot.lexed
		}
	}
	h := t.hash(text)
	n := t.slot(h)
	slot := &t.slots[n]
	switch {
	case slot.hash != h:
		slot.hash, slot.state = h, templateNew
	case slot.state == templateNew:
		slot.keep(text, t.spans)
	case slot.state == templateKept && slot.follows(text):
		likely[0], likely[1] = n, likely[0]
		return &slot.lexed
	}
	sqltree.Lex(text, &t.lexed)
	return &t.lexed
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
