package sqltree

// tokenKind is what the scanner tells apart. It follows scan.l of PostgreSQL
// as far as the boundaries of tokens go.
type tokenKind uint8

const (
	tokEnd      tokenKind = iota
	tokSpace              // blanks
	tokComment            // -- and nested /* */
	tokWord               // unquoted identifier or keyword
	tokQuoted             // "identifier"
	tokString             // '', E'', B'', X'', N'', U&'', $$ $$
	tokNumber             // 1, 1.5, .5, 1e10, 0x1F, 1_000
	tokParam              // $1
	tokOperator           // a run of operator characters
	tokPunct              // one of ( ) [ ] , ; . :
	tokCut                // a string, quoted name or comment that never ends
)

const (
	classOther byte = iota
	classSpace
	classWord // letters, _, bytes beyond ASCII
	classDigit
	classOperator
	classPunct
	classQuote
)

var class = func() (t [256]byte) {
	for c := range t {
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v':
			t[c] = classSpace
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80:
			t[c] = classWord
		case c >= '0' && c <= '9':
			t[c] = classDigit
		}
	}
	for _, c := range "+-*/<>=~!@#%^&|`?" {
		t[c] = classOperator
	}
	for _, c := range "()[],;.:" {
		t[c] = classPunct
	}
	t['\''], t['"'] = classQuote, classQuote
	return t
}()

// scan returns the token at i and where it ends. body is the extent of a
// string's content, without quotes; it is i, end for everything else.
func scan(s []byte, i int) (kind tokenKind, end, from, to int) {
	if i >= len(s) {
		return tokEnd, i, i, i
	}
	c := s[i]
	switch class[c] {
	case classSpace:
		j := i + 1
		for j < len(s) && class[s[j]] == classSpace {
			j++
		}
		return tokSpace, j, i, j
	case classWord:
		return scanWord(s, i)
	case classDigit:
		j := scanNumber(s, i)
		return tokNumber, j, i, j
	case classQuote:
		if c == '"' {
			j, ok := closing(s, i+1, '"', false)
			return pick(ok, tokQuoted), j, i, j
		}
		return scanString(s, i+1, false)
	case classPunct:
		if c == '.' && i+1 < len(s) && class[s[i+1]] == classDigit && (i == 0 || class[s[i-1]] != classWord && class[s[i-1]] != classDigit && s[i-1] != '"') {
			j := scanNumber(s, i)
			return tokNumber, j, i, j
		}
		return tokPunct, i + 1, i, i + 1
	case classOperator:
		return scanOperator(s, i)
	}
	if c == '$' {
		return scanDollar(s, i)
	}
	return tokPunct, i + 1, i, i + 1
}

func pick(ok bool, kind tokenKind) tokenKind {
	if ok {
		return kind
	}
	return tokCut
}

func scanWord(s []byte, i int) (tokenKind, int, int, int) {
	j := i + 1
	for j < len(s) {
		if k := class[s[j]]; k != classWord && k != classDigit && s[j] != '$' {
			break
		}
		j++
	}
	if j < len(s) && s[j] == '\'' && j-i == 1 {
		switch s[i] | 0x20 {
		case 'e':
			return scanString(s, j+1, true)
		case 'b', 'x', 'n':
			return scanString(s, j+1, false)
		}
	}
	if j-i == 1 && s[i]|0x20 == 'u' && j+1 < len(s) && s[j] == '&' {
		switch s[j+1] {
		case '\'':
			return scanString(s, j+2, false)
		case '"':
			k, ok := closing(s, j+2, '"', false)
			return pick(ok, tokQuoted), k, i, k
		}
	}
	return tokWord, j, i, j
}

// scanString reads a string whose content begins at i.
func scanString(s []byte, i int, escapes bool) (tokenKind, int, int, int) {
	j, ok := closing(s, i, '\'', escapes)
	if !ok {
		return tokCut, j, i, j
	}
	return tokString, j, i, j - 1
}

// closing returns the offset after the closing quote; doubled quotes belong to
// the content.
func closing(s []byte, i int, quote byte, escapes bool) (int, bool) {
	for i < len(s) {
		switch {
		case s[i] == quote:
			if i+1 >= len(s) || s[i+1] != quote {
				return i + 1, true
			}
			i++
		case escapes && s[i] == '\\':
			i++
		}
		i++
	}
	return len(s), false
}

func scanNumber(s []byte, i int) int {
	j := i
	if s[j] == '0' && j+1 < len(s) && (s[j+1]|0x20 == 'x' || s[j+1]|0x20 == 'o' || s[j+1]|0x20 == 'b') {
		k := j + 2
		for k < len(s) && (class[s[k]] == classDigit || s[k] == '_' || s[k]|0x20 >= 'a' && s[k]|0x20 <= 'f') {
			k++
		}
		if k > j+2 {
			return k
		}
	}
	for j < len(s) {
		c := s[j]
		switch {
		case class[c] == classDigit || c == '_' && j > i:
		case c == '.' && (j+1 >= len(s) || s[j+1] != '.'): // 1..2 is a PL/pgSQL range
		case (c == 'e' || c == 'E') && j+1 < len(s) && (class[s[j+1]] == classDigit ||
			(s[j+1] == '+' || s[j+1] == '-') && j+2 < len(s) && class[s[j+2]] == classDigit):
			j++
		default:
			return j
		}
		j++
	}
	return j
}

func scanOperator(s []byte, i int) (tokenKind, int, int, int) {
	if s[i] == '-' && i+1 < len(s) && s[i+1] == '-' {
		j := i + 2
		for j < len(s) && s[j] != '\n' {
			j++
		}
		return tokComment, j, i, j
	}
	if s[i] == '/' && i+1 < len(s) && s[i+1] == '*' {
		j, ok := closeComment(s, i+2)
		return pick(ok, tokComment), j, i, j
	}
	j := i + 1
	for j < min(len(s), i+maxOperator) && class[s[j]] == classOperator {
		if j+1 < len(s) && (s[j] == '-' && s[j+1] == '-' || s[j] == '/' && s[j+1] == '*') {
			break
		}
		j++
	}
	// A trailing + or - belongs to the next operand unless the operator holds
	// one of ~ ! @ # % ^ & | ` ? (scan.l); a trailing ? is a placeholder.
	for at := special(s[i:j]); j-i > 1 && (s[j-1] == '-' || s[j-1] == '+' || s[j-1] == '?') && at >= j-1-i; {
		j--
	}
	return tokOperator, j, i, j
}

// maxOperator is the length of the longest operator (NAMEDATALEN - 1): without
// it a run of n signs, each a token of its own, would be looked at n times.
const maxOperator = 63

// special returns where the first character stands that lets an operator end
// in a sign, or the length when none does.
func special(op []byte) int {
	for i, c := range op {
		switch c {
		case '~', '!', '@', '#', '%', '^', '&', '|', '`', '?':
			return i
		}
	}
	return len(op)
}

// closeComment returns the offset after a block comment whose content begins
// at i; block comments nest.
func closeComment(s []byte, i int) (int, bool) {
	for depth := 1; i+1 < len(s); i++ {
		switch {
		case s[i] == '*' && s[i+1] == '/':
			depth--
			i++
			if depth == 0 {
				return i + 1, true
			}
		case s[i] == '/' && s[i+1] == '*':
			depth++
			i++
		}
	}
	return len(s), false
}

// scanDollar reads $1 or $tag$...$tag$.
func scanDollar(s []byte, i int) (tokenKind, int, int, int) {
	j := i + 1
	if j < len(s) && class[s[j]] == classDigit {
		for j < len(s) && class[s[j]] == classDigit {
			j++
		}
		return tokParam, j, i + 1, j
	}
	for j < len(s) && (class[s[j]] == classWord || class[s[j]] == classDigit) {
		j++
	}
	if j >= len(s) || s[j] != '$' {
		return tokPunct, i + 1, i, i + 1
	}
	tag := s[i : j+1]
	for k := j + 1; k+len(tag) <= len(s); k++ {
		if s[k] == '$' && string(s[k:k+len(tag)]) == string(tag) {
			return tokString, k + len(tag), j + 1, k
		}
	}
	return tokCut, len(s), j + 1, len(s)
}
