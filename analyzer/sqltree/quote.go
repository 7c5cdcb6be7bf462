package sqltree

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"
)

// QuoteIdent quotes an identifier if PostgreSQL would need it: upper case,
// odd characters, or a keyword that is not unreserved (quote_identifier of
// ruleutils.c).
func QuoteIdent(name string) string {
	if plainIdent(name) && !reserved(name) {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

func plainIdent(name string) bool {
	for i := range len(name) {
		c := name[i]
		if c >= 'a' && c <= 'z' || c == '_' || i > 0 && c >= '0' && c <= '9' {
			continue
		}
		return false
	}
	return name != ""
}

// reserved asks PostgreSQL's own scanner what kind of keyword a word is.
func reserved(name string) bool {
	res, err := pg.Scan(name)
	if err != nil || len(res.Tokens) != 1 {
		return true
	}
	k := res.Tokens[0].KeywordKind
	return k != pg.KeywordKind_NO_KEYWORD && k != pg.KeywordKind_UNRESERVED_KEYWORD
}

// QuoteLiteral quotes a text constant so that it reads the same whatever
// standard_conforming_strings says.
func QuoteLiteral(s string) string {
	quoted := "'" + strings.ReplaceAll(s, "'", "''") + "'"
	if strings.Contains(s, `\`) {
		return "E" + strings.ReplaceAll(quoted, `\`, `\\`)
	}
	return quoted
}
