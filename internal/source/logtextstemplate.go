package source

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/apilint/apilint/analyzer/sqltree"
)

// template is a text that was lexed. It is kept when its like is seen a second
// time, perhaps in the place of another one.
type template struct {
	hash     uint64 // of the last text that fell on the slot, numbers left out
	state    templateState
	text     []byte
	sections []section // the text up to each number
	tail     []byte    // and behind the last
	lexed    sqltree.Lexed
	// Where the comment lies, counted from the end of the text; 0, 0 without.
	commentStart, commentEnd int
}

type templateState uint8

const (
	templateNew     templateState = iota // seen once
	templateKept                         // lexed is what such texts are read as
	templateUseless                      // numbers mean more than a value here (ORDER BY 2)
)

// section is text that a number follows.
type section struct {
	text    []byte
	first   uint64 // up to eight bytes of it
	mask    uint64 // those
	literal int    // which literal the number is, from 0
}

func newSection(text []byte, literal int) section {
	var first [8]byte
	n := copy(first[:], text)
	return section{text, binary.LittleEndian.Uint64(first[:]), 1<<(8*n) - 1, literal} // a shift by 64 leaves 0
}

// keep makes a template of the text, if its numbers are nothing but values: if
// others in their place change nothing else.
func (t *template) keep(text []byte, numbers []extent) {
	t.state = templateUseless
	t.text = append(t.text[:0], text...)
	t.sections, t.tail = t.sections[:0], t.text
	sqltree.Lex(text, &t.lexed)
	t.commentStart, t.commentEnd = 0, 0
	if len(numbers) == 0 {
		t.state = templateKept
		return
	}
	if t.lexed.NLiteral > sqltree.MaxLiterals {
		return // the last slot stands for several
	}
	if t.lexed.CommentEnd > 0 {
		t.commentStart, t.commentEnd = len(text)-t.lexed.CommentStart, len(text)-t.lexed.CommentEnd
	}
	offsets := sqltree.LiteralOffsets(string(text))
	at := 0
	for _, s := range numbers {
		i := slices.Index(offsets, s.from)
		if i < 0 || t.lexed.CommentEnd > 0 && s.from > t.lexed.CommentStart {
			return
		}
		t.sections = append(t.sections, newSection(t.text[at:s.from], i))
		at = s.to
	}
	t.tail = t.text[at:]
	var other []byte
	for _, number := range []string{"7", "9876543210"} {
		other = other[:0]
		for i := range t.sections {
			other = append(append(other, t.sections[i].text...), number...)
		}
		other = append(other, t.tail...)
		var want sqltree.Lexed
		sqltree.Lex(other, &want)
		if !t.follows(other) || t.lexed != want {
			return
		}
	}
	t.state = templateKept
}

// follows reports whether a text is the template but for its numbers, which
// are then the ones that [lexedTexts.hash] finds, and makes lexed what the text
// is read as.
func (t *template) follows(text []byte) bool {
	at := 0
	for i := range t.sections {
		p := &t.sections[i]
		n := len(p.text)
		if len(text)-at < n+8 {
			if len(text)-at <= n || string(text[at:at+n]) != string(p.text) {
				return false
			}
			at += n
			k := digits(text[at:])
			if k == 0 {
				return false
			}
			t.lexed.Literals[p.literal] = sqltree.HashLiteral(text[at : at+k])
			at += k
			continue
		}
		if (binary.LittleEndian.Uint64(text[at:])^p.first)&p.mask != 0 ||
			n > 8 && string(text[at+8:at+n]) != string(p.text[8:]) {
			return false
		}
		at += n
		v := binary.LittleEndian.Uint64(text[at:])
		k := leadingDigits(v)
		switch k {
		case 0:
			return false
		case 8:
			k += digits(text[at+8:])
			t.lexed.Literals[p.literal] = sqltree.HashLiteral(text[at : at+k])
		default:
			t.lexed.Literals[p.literal] = sqltree.HashShort(v&(1<<(8*k)-1), k)
		}
		at += k
	}
	if len(text)-at != len(t.tail) || string(text[at:]) != string(t.tail) {
		return false
	}
	if t.commentStart > 0 {
		t.lexed.CommentStart, t.lexed.CommentEnd = len(text)-t.commentStart, len(text)-t.commentEnd
	}
	return true
}

// leadingDigits returns how many of the eight bytes of v, the lowest first, are
// digits before the first one that is none.
func leadingDigits(v uint64) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	v ^= ones * '0'                                           // 0 to 9 are digits
	return bits.TrailingZeros64((v+ones*(128-10)|v)&high) / 8 // a carry only reaches what follows the first
}
