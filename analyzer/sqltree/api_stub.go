package sqltree

import pg "github.com/pganalyze/pg_query_go/v5"

// Lex makes one pass over sql and fills into. It never fails and never reads
// past sql.
func Lex(sql []byte, into *Lexed) { panic("stub") }

// ReadTags reads the tags of one comment, without its delimiters or with them.
func ReadTags(comment []byte) Tags { panic("stub") }

// Mask returns sql with every literal replaced by $n or ?, comments removed
// and white space folded: what reports show of a text the parser cannot read.
func Mask(sql string) string { panic("stub") }

// Placeholders rewrites ?, :name, @name, %s and %(name)s to $1, $2, ... where
// they stand for an operand. Texts without them come back unchanged.
func Placeholders(sql string) string { panic("stub") }

// Parse parses sql; placeholders of other drivers are rewritten only when the
// text does not parse as it stands. The error is a *ParseError.
func Parse(sql string) (*Tree, error) { panic("stub") }

// Split cuts a script into its statements without parsing them (a DDL file, a
// .sql query file): the spans carry text, byte offset and line. It survives
// broken statements, psql backslash lines and COPY data.
func Split(script string) []Span { panic("stub") }

// Span is one statement of a script.
type Span struct {
	Text    string // without the semicolon
	Start   int    // byte offset
	Line    int    // from 1, of the first byte that is not blank or comment
	Comment string // the comments directly before it (sqlc names, apilint:ignore)
}

// Normalize returns the text of one statement with literals replaced by $n, as
// pg_stat_statements prints it.
func Normalize(sql string) (string, error) { panic("stub") }

// Deparse prints a node: *pg.Node of a statement.
func Deparse(node *pg.Node) (string, error) { panic("stub") }

// DeparseExpr prints an expression node as PostgreSQL would, without outer
// parentheses.
func DeparseExpr(node *pg.Node) (string, error) { panic("stub") }

// GroupKey is the identity of a statement: pg_query's fingerprint and the
// shape that keeps apart what the fingerprint lumps together.
type GroupKey struct{ Fingerprint, Shape uint64 }

// ID returns the 16 hex digits that reports use: a hash of both.
func (k GroupKey) ID() string { panic("stub") }

// Key computes the group key of a parsed statement.
func Key(t *Tree, stmt int) (GroupKey, error) { panic("stub") }

// LexicalKey is the group key of a text that does not parse.
func LexicalKey(sql string) GroupKey { panic("stub") }

// QuoteIdent quotes an identifier if PostgreSQL would need it: upper case,
// odd characters, reserved words.
func QuoteIdent(name string) string { panic("stub") }

// QuoteLiteral quotes a text constant.
func QuoteLiteral(s string) string { panic("stub") }
