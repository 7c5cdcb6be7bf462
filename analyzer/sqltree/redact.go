package sqltree

import (
	"fmt"
	"strings"
	"unicode"
)

// Redact returns the text of a statement without the values in it, so that it
// still parses, has the key of the original and says the same of the schema:
// constants become $n, where n counts them as [Lex] does, or follows the
// placeholders that there are. What stays is what the statement is: keys of
// JSON paths and units of date_trunc, ordinals, LIMIT, and of LIKE patterns the
// build, with x for every letter and 0 for every digit. Comments are left out.
//
// ok is false when that cannot be done, as with a text that does not parse; the
// result is [Mask]'s then.
func Redact(sql string) (text string, ok bool) {
	if _, err := Parse(sql); err != nil {
		return Mask(sql), false
	}
	var want Lexed
	Lex([]byte(sql), &want)
	plain := sql
	if want.NParam > 0 {
		plain = Placeholders(sql)
	}
	for _, numbered := range []bool{true, false} {
		text := redact(plain, numbered)
		var got Lexed
		Lex([]byte(text), &got)
		if got.Key != want.Key || got.Shape != want.Shape {
			continue
		}
		if _, err := Parse(text); err == nil {
			return text, true
		}
	}
	return Mask(sql), false
}

// kept is what stays of a literal.
type kept uint8

const (
	keptWhole kept = iota + 1
	keptBuild
)

// redact writes values as $n, or only their build where the grammar wants a
// constant.
func redact(sql string, numbered bool) string {
	var into Lexed
	offsets, keeps := []int{}, map[int]kept{}
	l := lexer{s: []byte(sql), out: &into, offsets: &offsets, keeps: keeps}
	into.Limit, into.Offset = -1, -1
	l.run()
	number := make(map[int]int, len(offsets))
	first := highest([]byte(sql))
	for i, at := range offsets {
		number[at] = first + i + 1
	}
	next := first + len(offsets) + 1

	var b strings.Builder
	s := []byte(sql)
	gap := false
	for i := 0; i < len(s); {
		kind, end, from, to := scan(s, i)
		if kind == tokSpace || kind == tokComment {
			gap = b.Len() > 0
			i = end
			continue
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		switch {
		case kind != tokString && kind != tokNumber:
			b.Write(s[i:end])
		case keeps[i] == keptWhole:
			b.Write(s[i:end])
		case (keeps[i] == keptBuild || !numbered) && kind == tokNumber:
			b.WriteByte('0')
		case keeps[i] == keptBuild || !numbered:
			build := Outline(string(s[from:to]))
			if s[i] != '\'' { // other rules for quotes within
				build = strings.ReplaceAll(build, "'", "x")
			}
			b.WriteString("'" + build + "'")
		default:
			n, ok := number[i]
			if !ok {
				n = next
				next++
			}
			fmt.Fprintf(&b, "$%d", n)
		}
		i = end
	}
	return strings.TrimRight(b.String(), "; ")
}

// Outline shows how a value is built and nothing of what it says: x for every
// letter, 0 for every digit.
func Outline(value string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r) || unicode.IsMark(r):
			return 'x'
		case unicode.IsNumber(r):
			return '0'
		}
		return r
	}, strings.ToValidUTF8(value, "x"))
}
