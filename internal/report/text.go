package report

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/olekukonko/tablewriter/pkg/twwidth"
)

// clean makes text that came from the input safe to print on a terminal: one
// line, and no character that moves the cursor, changes colours or turns the
// direction of writing. What is replaced stays visible as U+FFFD.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r == utf8.RuneError, unicode.Is(unicode.Cc, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r), unicode.Is(unicode.Bidi_Control, r):
			return utf8.RuneError
		}
		return r
	}, s)
}

// cells is how many columns s takes in a terminal. Characters of ambiguous
// width count as one whatever the locale is: same input, same bytes out.
func cells(s string) int { return twwidth.WidthWithOptions(s, twwidth.Options{}) }

// wrap breaks text at spaces into lines of at most width cells; a longer word
// has a line of its own and is never cut. No line begins with "::", which a CI
// runner would read as a command to itself.
func wrap(text string, width int) []string { return fill(strings.Fields(text), width) }

// fill joins words to lines of at most width cells.
func fill(words []string, width int) []string {
	var lines []string
	line, used := "", 0
	for _, w := range words {
		n := cells(w)
		switch {
		case line == "":
			line, used = w, n
		case used+1+n <= width || strings.HasPrefix(w, "::"):
			line += " " + w
			used += 1 + n
		default:
			lines = append(lines, line)
			line, used = w, n
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// pad appends spaces up to width cells.
func pad(s string, width int) string {
	if n := width - cells(s); n > 0 {
		return s + strings.Repeat(" ", n)
	}
	return s
}

// relation is a table's name as people say it: public needs no saying.
func relation(name string) string { return clean(strings.TrimPrefix(name, "public.")) }
