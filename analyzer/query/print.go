package query

import (
	"fmt"
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/apilint/apilint/analyzer/sqltree"
)

// print writes an expression as PostgreSQL would, columns by their bare names;
// "" where the deparser does not know the node.
func (r *resolver) print(n *pg.Node) string {
	text, err := sqltree.DeparseExpr(n)
	if err != nil {
		return ""
	}
	return text
}

// text writes a condition as it takes effect.
func (r *resolver) text(k clause) string {
	text := r.print(k.node)
	if k.not && text != "" {
		return "NOT (" + text + ")"
	}
	return text
}

// identity is equal for conditions that say the same of the same tables.
func (r *resolver) identity(k clause) string {
	var b strings.Builder
	b.WriteString(r.text(k))
	r.refs(k.node, func(x binding) { fmt.Fprintf(&b, "\x00%p.%d.%p", x.level, x.table, x.source) })
	return b.String()
}

func integer(i int32) string { return strconv.Itoa(int(i)) }
