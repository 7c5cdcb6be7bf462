package report

import "strings"

// sqlWords cuts a statement into the words between which a line may break:
// never inside a quoted name, a string or a comment. Line comments become
// block comments, so that the words may stand on one line again.
func sqlWords(sql string) []string {
	var words []string
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			words = append(words, clean(word.String()))
			word.Reset()
		}
	}
	for i := 0; i < len(sql); {
		n := quoted(sql, i)
		switch {
		case strings.HasPrefix(sql[i:], "--"):
			end()
			n = len(sql) - i
			if j := strings.IndexAny(sql[i:], "\r\n"); j >= 0 {
				n = j
			}
			text := strings.TrimSpace(strings.TrimLeft(sql[i:i+n], "-"))
			word.WriteString("/* " + strings.NewReplacer("*/", "* /", "/*", "/ *").Replace(text) + " */")
			end()
		case n > 0:
			word.WriteString(sql[i : i+n])
		case strings.IndexByte(" \t\r\n\f\v", sql[i]) >= 0:
			end()
			n = 1
		default:
			word.WriteByte(sql[i])
			n = 1
		}
		i += n
	}
	end()
	return words
}

// quoted is the length of the quoted name, string, dollar-quoted string or
// block comment that begins at sql[i], 0 when none does. One that is not closed
// goes on to the end.
func quoted(sql string, i int) int {
	s := sql[i:]
	switch {
	case s[0] == '"' || s[0] == '\'':
		escapes := s[0] == '\'' && i > 0 && (sql[i-1] == 'E' || sql[i-1] == 'e') && (i == 1 || !identByte(sql[i-2]))
		return closing(s, escapes)
	case strings.HasPrefix(s, "/*"):
		if j := strings.Index(s[2:], "*/"); j >= 0 {
			return j + 4
		}
		return len(s)
	case s[0] == '$':
		tag := strings.IndexByte(s[1:], '$') + 2
		if tag < 2 || strings.ContainsAny(s[1:tag-1], " \t\r\n()',;0123456789") {
			return 0 // a placeholder
		}
		if j := strings.Index(s[tag:], s[:tag]); j >= 0 {
			return tag + j + tag
		}
		return len(s)
	}
	return 0
}

// closing is the length of s up to the quote that closes the one it begins
// with. A doubled quote is the character itself; in an E string so is one
// behind a backslash.
func closing(s string, escapes bool) int {
	for i := 1; i < len(s); i++ {
		switch {
		case escapes && s[i] == '\\':
			i++
		case s[i] != s[0]:
		case i+1 < len(s) && s[i+1] == s[0]:
			i++
		default:
			return i + 1
		}
	}
	return len(s)
}

func identByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
}

// oneLine is a statement as a single line that is still the statement.
func oneLine(sql string) string { return strings.Join(sqlWords(sql), " ") }

// wrapSQL breaks a statement into lines of at most width cells.
func wrapSQL(sql string, width int) []string { return fill(sqlWords(sql), width) }

// wrapDDL breaks DDL as [wrapSQL] does, but first before ON: where the index
// is comes before what it holds.
func wrapDDL(ddl string, width int) []string {
	words := sqlWords(ddl)
	if whole := fill(words, width); len(whole) <= 1 {
		return whole
	}
	for i, w := range words {
		if w == "ON" && i > 0 {
			return append(fill(words[:i], width), indented(fill(words[i:], width-4), 4)...)
		}
	}
	return fill(words, width)
}

func indented(lines []string, n int) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = strings.Repeat(" ", n) + l
	}
	return out
}

// splitExtensions parts the CREATE EXTENSION statements that DDL begins with
// from the rest.
func splitExtensions(ddl string) (extensions []string, rest string) {
	rest = strings.TrimSpace(ddl)
	for {
		head := strings.Fields(rest)
		if len(head) < 2 || !strings.EqualFold(head[0], "CREATE") || !strings.EqualFold(head[1], "EXTENSION") {
			return extensions, rest
		}
		end := statementEnd(rest)
		extensions = append(extensions, rest[:end])
		rest = strings.TrimSpace(rest[end:])
	}
}

// statements cuts DDL at its semicolons, each statement with its own.
func statements(ddl string) []string {
	var out []string
	for rest := strings.TrimSpace(ddl); rest != ""; {
		end := statementEnd(rest)
		out = append(out, rest[:end])
		rest = strings.TrimSpace(rest[end:])
	}
	return out
}

// statementEnd is the length of the first statement, semicolon included.
func statementEnd(sql string) int {
	for i := 0; i < len(sql); {
		if n := quoted(sql, i); n > 0 {
			i += n
			continue
		}
		if strings.HasPrefix(sql[i:], "--") {
			if j := strings.IndexByte(sql[i:], '\n'); j >= 0 {
				i += j
				continue
			}
			return len(sql)
		}
		i++
		if sql[i-1] == ';' {
			return i
		}
	}
	return len(sql)
}
