package sqltree

import (
	"fmt"

	pg "github.com/pganalyze/pg_query_go/v5"
)

// Tree is the parse tree of one text with its statements.
type Tree struct {
	Text  string // the text that was parsed, placeholders already rewritten to $n
	Stmts []Stmt
}

// Stmt is one statement of a [Tree].
type Stmt struct {
	Node  *pg.Node
	Start int // byte offset into Text, comments and blanks before it left out
	End   int // byte offset just past it, without the semicolon
	Line  int // of Start in Text, from 1
}

// ParseError says where PostgreSQL's parser gave up.
type ParseError struct {
	Offset  int // byte offset into the text
	Message string
}

func (e *ParseError) Error() string { return fmt.Sprintf("%s at byte %d", e.Message, e.Offset) }
