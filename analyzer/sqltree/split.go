package sqltree

import (
	"bytes"
	"strings"
)

// Span is one statement of a script.
type Span struct {
	Text    string // without the semicolon
	Start   int    // byte offset
	Line    int    // from 1, of the first byte that is not blank or comment
	Comment string // the comments directly before it (sqlc names, apilint:ignore)
	Psql    []Psql // psql's own commands between the last statement and it
}

// Psql is a line that psql does not send to the server.
type Psql struct {
	Text  string // from the backslash to the end of the line
	Start int    // byte offset
}

// Split cuts a script into its statements without parsing them (a DDL file, a
// .sql query file). It survives broken statements; psql's backslash lines are
// put aside, the data of COPY ... FROM stdin is passed over.
func Split(script string) []Span {
	p := splitter{s: []byte(script), line: 1}
	for p.i < len(p.s) {
		p.statement()
	}
	return p.out
}

type splitter struct {
	s    []byte
	i    int
	at   int // offset up to which lines were counted
	line int
	psql []Psql // since the last statement
	out  []Span
}

// lineOf returns the line of an offset that is not before the last one asked
// for.
func (p *splitter) lineOf(offset int) int {
	p.line += bytes.Count(p.s[p.at:offset], []byte{'\n'})
	p.at = offset
	return p.line
}

// statement reads one statement and what stands before it.
func (p *splitter) statement() {
	comment := p.lead()
	start := p.i
	if start >= len(p.s) {
		return
	}
	depth, atomic, cases := 0, false, 0
	var words [2]word // the last two keywords
	for p.i < len(p.s) {
		kind, end, _, _ := scan(p.s, p.i)
		at := p.i
		p.i = end
		switch kind {
		case tokWord:
			w := keywordOf(p.s[at:end])
			switch {
			case equalFold(p.s[at:end], "atomic") && words[1] == wBegin:
				atomic = true // the body of a SQL-standard function
			case atomic && w == wCase:
				cases++
			case atomic && w == wEnd && cases > 0:
				cases--
			case atomic && w == wEnd:
				atomic = false
			}
			words[0], words[1] = words[1], w
		case tokPunct:
			switch p.s[at] {
			case '(':
				depth++
			case ')':
				depth = max(depth-1, 0)
			case ';':
				if depth == 0 && !atomic || p.boundary() {
					p.emit(start, at, comment)
					return
				}
			case '\\':
				// A psql command ends the statement that was never ended.
				if at == 0 || p.s[at-1] == '\n' {
					p.emit(start, at, comment)
					p.i = at
					return
				}
			}
		}
	}
	p.emit(start, p.i, comment)
}

// boundary reports whether a new statement clearly begins after an unbalanced
// parenthesis: at the start of a line, a word that only begins statements.
func (p *splitter) boundary() bool {
	j := p.i
	for j < len(p.s) && class[p.s[j]] == classSpace {
		j++
	}
	if j >= len(p.s) || p.s[j-1] != '\n' {
		return false
	}
	_, end, _, _ := scan(p.s, j)
	switch keywordOf(p.s[j:end]) {
	case wCreate, wAlter, wDrop, wGrant, wComment:
		return true
	}
	return false
}

// lead passes over blanks, empty statements and psql lines, and returns the
// comments that stand directly before the next statement.
func (p *splitter) lead() string {
	var comments []string
	for p.i < len(p.s) {
		kind, end, _, _ := scan(p.s, p.i)
		switch {
		case kind == tokSpace:
			if bytes.Count(p.s[p.i:end], []byte{'\n'}) > 1 {
				comments = nil
			}
		case kind == tokComment:
			comments = append(comments, string(p.s[p.i:end]))
		case kind == tokPunct && p.s[p.i] == ';':
			comments = nil
		case kind == tokPunct && p.s[p.i] == '\\' && (p.i == 0 || p.s[p.i-1] == '\n'):
			for end < len(p.s) && p.s[end] != '\n' {
				end++
			}
			p.psql = append(p.psql, Psql{string(bytes.TrimRight(p.s[p.i:end], "\r")), p.i})
		case p.i == 0 && bytes.HasPrefix(p.s, []byte("\xef\xbb\xbf")):
			end = 3
		default:
			return strings.Join(comments, "\n")
		}
		p.i = end
	}
	return ""
}

func (p *splitter) emit(start, end int, comment string) {
	text := strings.TrimRight(string(p.s[start:end]), " \t\r\n\f\v")
	if text == "" {
		return
	}
	p.out = append(p.out, Span{Text: text, Start: start, Line: p.lineOf(start), Comment: comment, Psql: p.psql})
	p.psql = nil
	if copiesFromStdin(text) {
		p.skipCopyData()
	}
}

func copiesFromStdin(text string) bool {
	if len(text) < 4 || !strings.EqualFold(text[:4], "copy") {
		return false
	}
	fields := strings.Fields(strings.ToLower(text))
	for i := 1; i < len(fields); i++ {
		if strings.HasPrefix(fields[i], "stdin") && fields[i-1] == "from" {
			return true
		}
	}
	return false
}

// skipCopyData moves behind the line \. that ends COPY's data; without one the
// data goes on to the end.
func (p *splitter) skipCopyData() {
	rest := p.s[p.i:]
	for len(rest) > 0 {
		line, after, _ := bytes.Cut(rest, []byte{'\n'})
		rest = after
		if string(bytes.TrimRight(line, "\r")) == `\.` {
			break
		}
	}
	p.i = len(p.s) - len(rest)
}
