package schema

import "github.com/apilint/apilint/analyzer/sqltree"

// QuoteIdent quotes an identifier where PostgreSQL would need it.
func QuoteIdent(name string) string { return sqltree.QuoteIdent(name) }

// Quoted returns the name as DDL must write it. The schema public is left out:
// the search path has it.
func (n Name) Quoted() string {
	if n.Schema == "" || n.Schema == "public" {
		return QuoteIdent(n.Name)
	}
	return QuoteIdent(n.Schema) + "." + QuoteIdent(n.Name)
}
