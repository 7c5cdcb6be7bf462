package sqltree

import (
	"errors"
	"strings"
	"unicode/utf8"

	pg "github.com/pganalyze/pg_query_go/v5"
	"github.com/pganalyze/pg_query_go/v5/parser"
)

// maxParse is the longest text that is parsed, in bytes: a list of 50,000 rows
// takes half a second, and what lies beyond is data, not shape.
const maxParse = 4 << 20

// Parse parses sql with the placeholders of other drivers rewritten to $n; as
// it stands when that does not parse. The error is a *ParseError.
func Parse(sql string) (*Tree, error) {
	if len(sql) > maxParse {
		return nil, &ParseError{Offset: maxParse, Message: "the text is too long to parse"}
	}
	if i := strings.IndexByte(sql, 0); i >= 0 {
		return nil, &ParseError{Offset: i, Message: "a NUL byte"}
	}
	// Placeholders first: ? and @name also parse as prefix operators, so that
	// LIKE '%' || ? || '%' and = @id would be read as something nobody means.
	rewritten := Placeholders(sql)
	res, err := pg.Parse(rewritten)
	switch {
	case err == nil:
		sql = rewritten
	case rewritten == sql:
		return nil, parseError(sql, err)
	default:
		if res, err = pg.Parse(sql); err != nil {
			return nil, parseError(sql, err)
		}
	}
	t := &Tree{Text: sql}
	line, at := 1, 0
	for _, raw := range res.Stmts {
		start, end := extent(sql, int(raw.StmtLocation), int(raw.StmtLen))
		line += strings.Count(sql[at:start], "\n")
		at = start
		t.Stmts = append(t.Stmts, Stmt{Node: raw.Stmt, Start: start, End: end, Line: line})
	}
	return t, nil
}

// extent is where a statement really begins and ends: a statement of
// PostgreSQL's parser begins right after the semicolon before it, blanks and
// comments included, and a length of 0 means until the end of the text.
func extent(sql string, location, length int) (start, end int) {
	start = min(max(location, 0), len(sql))
	end = len(sql)
	if length > 0 {
		end = min(start+length, len(sql))
	}
	start = min(skip([]byte(sql[:end]), start), end)
	end = len(strings.TrimRight(sql[:end], " \t\r\n\f\v;"))
	return start, max(start, end)
}

// parseError converts a cursor that counts characters from 1 into bytes.
func parseError(sql string, err error) *ParseError {
	var p *parser.Error
	if !errors.As(err, &p) {
		return &ParseError{Message: err.Error()}
	}
	offset := 0
	for n := p.Cursorpos - 1; n > 0 && offset < len(sql); n-- {
		_, size := utf8.DecodeRuneInString(sql[offset:])
		offset += size
	}
	return &ParseError{Offset: offset, Message: p.Message}
}

// Normalize returns the text of one statement with literals replaced by $n, as
// pg_stat_statements prints it. Where the parser cannot do it, or leaves a
// literal standing (some utility statements), it is [Mask]'s form instead.
func Normalize(sql string) (string, error) {
	text, err := pg.Normalize(sql)
	if err != nil {
		if text, err = pg.Normalize(Placeholders(sql)); err != nil {
			return "", parseError(sql, err)
		}
	}
	if hasLiteral(text) {
		return Mask(text), nil
	}
	return Fold(text), nil
}

// Fold returns sql without comments and with every run of blanks outside
// quotes as one.
func Fold(sql string) string {
	var b strings.Builder
	s := []byte(sql)
	gap := false
	for i := 0; i < len(s); {
		kind, end, _, _ := scan(s, i)
		switch {
		case kind == tokSpace || kind == tokComment:
			gap = b.Len() > 0
		default:
			if gap {
				b.WriteByte(' ')
				gap = false
			}
			b.Write(s[i:end])
		}
		i = end
	}
	return strings.TrimRight(b.String(), "; ")
}

// hasLiteral reports whether a string, or a number that is no ordinal or
// typmod, still stands in the text.
func hasLiteral(sql string) bool {
	s := []byte(sql)
	for i := 0; i < len(s); {
		kind, end, _, _ := scan(s, i)
		if kind == tokString || kind == tokCut {
			return true
		}
		i = end
	}
	return false
}
