package report

import (
	"bufio"
	"io"
	"strings"
)

const (
	// pageWidth is the width of a page that is not for a terminal.
	pageWidth = 80
	// margin is the width of the labels at the left.
	margin = 7
)

// page is text laid out for a terminal: labels at the left, what they say
// hanging behind them. All text is clean and measured before it is painted.
type page struct {
	*bufio.Writer
	width int // columns
	color bool
	brief bool // a person watches: what is long may be cut where the page says how to see it all
}

// newPage returns a page of 72 to 100 columns: less cannot be read, more makes
// the eye lose the line.
func newPage(w io.Writer, o Options) *page {
	width := pageWidth
	if o.Width > 0 {
		width = min(max(o.Width, 72), 100)
	}
	return &page{Writer: bufio.NewWriter(w), width: width, color: o.Color, brief: o.Width > 0 && !o.Verbose}
}

// style is an ANSI "select graphic rendition" sequence.
type style string

const (
	plain  style = ""
	bold   style = "1"
	faint  style = "2"
	red    style = "1;31"
	yellow style = "1;33"
	cyan   style = "36"
	green  style = "32"
)

// paint colours text where colours are understood.
func (p *page) paint(st style, text string) string {
	if !p.color || st == plain || text == "" {
		return text
	}
	return "\x1b[" + string(st) + "m" + text + "\x1b[0m"
}

// hardSpace is a space at which no line breaks, of a private use area that no
// font prints.
const hardSpace = "\ue000"

// gap writes an empty line.
func (p *page) gap() { p.WriteByte('\n') }

// line writes one line behind indent spaces; nobody needs spaces at its end.
func (p *page) line(indent int, st style, text string) {
	text = strings.TrimRight(text, " ")
	if text == "" {
		p.gap()
		return
	}
	p.WriteString(strings.Repeat(" ", indent) + p.paint(st, strings.ReplaceAll(text, hardSpace, " ")) + "\n")
}

// text writes text behind indent spaces, wrapped.
func (p *page) text(indent int, st style, text string) {
	for _, l := range wrap(clean(text), p.width-indent) {
		p.line(indent, st, l)
	}
}

// label writes text that hangs behind a word at the left.
func (p *page) label(word string, st style, text string) { p.hang(0, margin, word, st, text) }

// hang writes text that hangs behind a word; the word stands at indent, the
// text begins at column start.
func (p *page) hang(indent, start int, word string, st style, text string) {
	p.lines(indent, start, word, st, wrap(clean(text), p.width-start))
}

// lines writes lines that are wrapped already behind a word as [page.hang]
// does. A word too long for its place has a line of its own.
func (p *page) lines(indent, start int, word string, st style, lines []string) {
	word = clean(word)
	switch {
	case word == "":
	case indent+cells(word) >= start || len(lines) == 0:
		p.line(indent, st, word)
	default:
		p.WriteString(strings.Repeat(" ", indent) + p.paint(st, word) + strings.Repeat(" ", start-indent-cells(word)))
		p.line(0, plain, lines[0])
		lines = lines[1:]
	}
	for _, l := range lines {
		p.line(start, plain, l)
	}
}

// statement wraps SQL behind start columns.
func (p *page) statement(sql string, start int) []string { return p.head(wrapSQL(sql, p.width-start)) }

// head cuts what is long where a person watches.
func (p *page) head(lines []string) []string {
	const enough = 6
	if p.brief && len(lines) > enough {
		return append(lines[:enough-1:enough-1], "... (-v shows all of it)")
	}
	return lines
}
