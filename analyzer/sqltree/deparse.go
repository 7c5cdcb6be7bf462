package sqltree

import (
	"errors"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"
)

// Deparse prints the node of a statement.
func Deparse(node *pg.Node) (string, error) {
	if node == nil {
		return "", errors.New("deparsing nothing")
	}
	return pg.Deparse(&pg.ParseResult{Stmts: []*pg.RawStmt{{Stmt: node}}})
}

// DeparseExpr prints an expression node as PostgreSQL would, without outer
// parentheses.
func DeparseExpr(node *pg.Node) (string, error) {
	target := &pg.Node{Node: &pg.Node_ResTarget{ResTarget: &pg.ResTarget{Val: node}}}
	stmt := &pg.Node{Node: &pg.Node_SelectStmt{SelectStmt: &pg.SelectStmt{
		TargetList:  []*pg.Node{target},
		LimitOption: pg.LimitOption_LIMIT_OPTION_DEFAULT,
		Op:          pg.SetOperation_SETOP_NONE,
	}}}
	text, err := Deparse(stmt)
	if err != nil {
		return "", err
	}
	return unwrap(strings.TrimPrefix(text, "SELECT ")), nil
}

// unwrap removes parentheses that enclose the whole text.
func unwrap(text string) string {
	for strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")") {
		depth := 0
		s := []byte(text)
		for i := 0; i < len(s); {
			kind, end, _, _ := scan(s, i)
			if kind == tokPunct && s[i] == '(' {
				depth++
			}
			if kind == tokPunct && s[i] == ')' {
				if depth--; depth == 0 && end < len(s) {
					return text
				}
			}
			i = end
		}
		text = text[1 : len(text)-1]
	}
	return text
}
