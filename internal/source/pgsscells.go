package source

import (
	"bufio"
	"io"
	"strings"

	"github.com/apilint/apilint/internal/source/bounded"
)

// tableLines are the lines of a text that psql printed.
type tableLines struct {
	src     *bufio.Reader
	bounded *bounded.Reader
	line    int64 // of the last one, from 1
}

// next returns a line without its end. io.EOF comes with no line.
func (l *tableLines) next() (string, error) {
	l.bounded.Record()
	text, err := l.src.ReadString('\n')
	if err != nil && (err != io.EOF || text == "") {
		return "", err
	}
	l.line++
	return strings.TrimRight(text, "\r\n"), nil
}

// isRule reports whether a line is nothing but a border.
func isRule(line string) bool {
	dashes := 0
	for _, c := range line {
		switch c {
		case '-', '─':
			dashes++
		case '+', '|', ':', ' ', '┼', '├', '┤', '┌', '┬', '┐', '└', '┴', '┘', '\r':
		default:
			return false
		}
	}
	return dashes > 0
}

// barOf is what stands between the cells of a table.
func barOf(line string) string {
	if strings.ContainsAny(line, "│┼") {
		return "│"
	}
	return "|"
}

// cell is the text of one column, over all the lines of its row.
type cell struct {
	text   []byte
	last   string // the last line of it, which may end with a mark
	filled bool
}

// marks that psql sets where a cell goes on: at a line break, and where it was
// wrapped. They are spaces otherwise, so that only the next line tells.
const (
	breakMarks = "+↵"
	wrapMarks  = ".…"
)

// add takes what one line of the table has of the cell.
func (c *cell) add(raw string) {
	line := strings.TrimRight(raw, " \t")
	if line == "" {
		return
	}
	if c.filled {
		before, wrapped := trimMark(c.last, wrapMarks)
		if after, ok := cutMark(line, wrapMarks); wrapped && ok {
			c.text = append(c.text, before...)
			line = strings.TrimLeft(after, " ")
			if strings.Trim(line, "0123456789.") != "" {
				line = after // only numbers stand to the right
			}
		} else {
			before, _ = trimMark(c.last, breakMarks)
			before = strings.TrimRight(before, " ")
			c.text = append(c.text, strings.TrimSuffix(before, `\r`)...) // psql's \r
			c.text = append(c.text, '\n')
			line = strings.TrimPrefix(line, " ")
		}
	} else {
		line = strings.TrimPrefix(line, " ")
	}
	c.last, c.filled = line, true
}

func trimMark(s, marks string) (string, bool) {
	for _, m := range marks {
		if rest, ok := strings.CutSuffix(s, string(m)); ok {
			return rest, true
		}
	}
	return s, false
}

func cutMark(s, marks string) (string, bool) {
	for _, m := range marks {
		if rest, ok := strings.CutPrefix(s, string(m)); ok {
			return rest, true
		}
	}
	return s, false
}

// take returns the cell and empties it.
func (c *cell) take() string {
	s := string(c.text) + strings.TrimRight(c.last, " ")
	c.text, c.last, c.filled = c.text[:0], "", false
	return s
}
