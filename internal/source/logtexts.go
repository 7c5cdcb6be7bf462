package source

import (
	"github.com/cespare/xxhash/v2"

	"github.com/apilint/apilint/analyzer/sqltree"
)

// lexedTexts remembers what texts that come again and again were read as:
// prepared statements do not change from call to call. A text is kept when it
// is seen a second time, in the place of another one.
type lexedTexts struct {
	slots []lexedText
	fresh sqltree.Lexed // of a text that is not kept
}

type lexedText struct {
	hash  uint64 // of the last text that fell on the slot
	text  string
	lexed sqltree.Lexed
	kept  bool
}

const (
	textSlots   = 1 << 10
	longestKept = 4 << 10 // bytes
)

// lex returns what a text is read as, valid until the next call.
func (t *lexedTexts) lex(text []byte) *sqltree.Lexed {
	if len(text) > longestKept {
		sqltree.Lex(text, &t.fresh)
		return &t.fresh
	}
	if t.slots == nil {
		t.slots = make([]lexedText, textSlots)
	}
	h := xxhash.Sum64(text)
	slot := &t.slots[h%textSlots]
	if slot.hash == h {
		if slot.kept && slot.text == string(text) {
			return &slot.lexed
		}
		sqltree.Lex(text, &slot.lexed)
		slot.text, slot.kept = string(text), true
		return &slot.lexed
	}
	slot.hash, slot.kept = h, false
	sqltree.Lex(text, &t.fresh)
	return &t.fresh
}
