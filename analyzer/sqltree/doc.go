// Package sqltree is the door to pg_query_go, PostgreSQL's own parser: nothing
// outside sqltree, query and schema knows that it exists.
//
// It also holds what must be known about a text before it is parsed: the
// lexical key that maps a logged statement to its group at the speed of the
// disk ([Lex]), the tags in its comments ([ReadTags]) and a form of it without
// any literal ([Mask]) for what the parser cannot read.
package sqltree
