package query

import (
	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/sqltree"
)

// Resolve lowers one statement of a tree. s may be nil: columns are then
// attributed by alias, or to the only table of the scope. It never fails: what
// it does not understand is left out of the facts and named in Unresolved.
func Resolve(t *sqltree.Tree, stmt int, s *schema.Schema) *Query { panic("stub") }
