package sqltree

import (
	"bytes"
	"strings"
)

// Mask returns sql with every literal replaced by ?, lists of literals by one,
// comments removed and white space folded: what reports show of a text the
// parser cannot read. Whatever cannot be told from a literal is taken for one.
func Mask(sql string) string {
	var b strings.Builder
	s := []byte(sql)
	gap := false
	write := func(text string) {
		if gap && b.Len() > 0 {
			b.WriteByte(' ')
		}
		gap = false
		b.WriteString(text)
	}
	for i := 0; i < len(s); {
		kind, end, _, _ := scan(s, i)
		switch kind {
		case tokSpace, tokComment:
			gap = true
		case tokString, tokNumber:
			write("?")
		case tokCut:
			if s[i] == '"' {
				write("\"?")
			} else {
				write("?")
			}
			return b.String()
		case tokWord:
			write(maskWord(s[i:end]))
		default:
			write(string(s[i:end]))
		}
		i = end
	}
	return foldLists(strings.TrimRight(b.String(), "; "))
}

// maskWord lets words of SQL through. In a text that is no SQL any word may be
// a value; one with a digit in it that is longer than a name usually is, is.
func maskWord(w []byte) string {
	if len(w) > 63 || len(w) > 20 && bytes.ContainsAny(w, "0123456789") {
		return "?"
	}
	return string(w)
}

// foldLists writes (?, ?, ?) as (?, ...).
func foldLists(s string) string {
	for _, sep := range []string{", ?", ",?"} {
		for {
			folded := strings.ReplaceAll(s, "?"+sep+sep, "?"+sep)
			if folded == s {
				break
			}
			s = folded
		}
	}
	return strings.NewReplacer("(?, ?)", "(?, ...)", "(?,?)", "(?, ...)").Replace(s)
}
