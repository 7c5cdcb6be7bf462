package query

import (
	pg "github.com/pganalyze/pg_query_go/v5"
	"google.golang.org/protobuf/proto"

	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/sqltree"
)

// resolver is the state of one [Resolve].
type resolver struct {
	query     *Query
	schema    *schema.Schema
	levels    []*level
	bound     map[*pg.ColumnRef]binding
	subs      map[*pg.SubLink]*level
	views     int
	unfolding map[*schema.Table]bool
	source    string // the whole text, to number its literals
	literals  []int  // their offsets, once asked for
}

// Resolve lowers one statement of a tree. s may be nil: columns are then
// attributed by alias, or to the only table of the scope. It never fails: what
// it does not understand is left out of the facts and named in Unresolved.
//
// Simple sub-queries, views and CTEs that are read once become part of the
// scope around them, as PostgreSQL's planner does it; conditions on the columns
// of any other are repeated in its own scope where the planner would push them
// down.
func Resolve(t *sqltree.Tree, stmt int, s *schema.Schema) *Query {
	if stmt < 0 || stmt >= len(t.Stmts) {
		return &Query{Target: -1, Utility: true}
	}
	st := t.Stmts[stmt]
	q := &Query{Text: t.Text[st.Start:st.End], Target: -1}
	r := &resolver{
		query: q, schema: s, bound: map[*pg.ColumnRef]binding{}, subs: map[*pg.SubLink]*level{},
		unfolding: map[*schema.Table]bool{}, source: t.Text,
	}
	// The tree is rewritten while it is resolved, and others read it too.
	r.statement(proto.Clone(st.Node).(*pg.Node))
	for _, l := range r.levels {
		for _, n := range l.used {
			r.need(n)
		}
	}
	return q
}

func (r *resolver) statement(n *pg.Node) {
	q := r.query
	switch e := n.GetNode().(type) {
	case *pg.Node_SelectStmt:
		q.Command = Select
		r.selectScope(e.SelectStmt, TopLevel, nil, nil, nil, nil)
	case *pg.Node_InsertStmt, *pg.Node_UpdateStmt, *pg.Node_DeleteStmt, *pg.Node_MergeStmt:
		l := r.newLevel(TopLevel, nil)
		r.modify(n, l, &namespace{level: l})
	case *pg.Node_DeclareCursorStmt:
		r.statement(e.DeclareCursorStmt.Query)
	case *pg.Node_CreateTableAsStmt:
		if e.CreateTableAsStmt.Objtype == pg.ObjectType_OBJECT_TABLE {
			r.statement(e.CreateTableAsStmt.Query)
		} else {
			q.Utility = true
		}
	case *pg.Node_CopyStmt:
		if e.CopyStmt.Query == nil {
			q.Utility = true
		} else {
			r.statement(e.CopyStmt.Query)
		}
	default:
		q.Utility = true
	}
}

// subLink resolves a sub-query of an expression as its own scope. The tree
// keeps an empty SELECT in its place, so that texts stay short and true.
func (r *resolver) subLink(s *pg.SubLink, ns *namespace) {
	sel := s.Subselect.GetSelectStmt()
	if sel == nil || r.subs[s] != nil {
		return
	}
	exists := s.SubLinkType == pg.SubLinkType_EXISTS_SUBLINK
	l := r.selectScope(sel, SubLink, ns.level, ns, ns.with, func(l *level) { l.scope.Exists = exists })
	r.subs[s] = l
	s.Subselect = &pg.Node{Node: &pg.Node_SelectStmt{SelectStmt: &pg.SelectStmt{
		LimitOption: pg.LimitOption_LIMIT_OPTION_DEFAULT, Op: pg.SetOperation_SETOP_NONE,
	}}}
}

// need notes the columns of an expression at their tables.
func (r *resolver) need(n *pg.Node) {
	r.refs(n, func(b binding) {
		if b.table < 0 || b.level == nil {
			return
		}
		column := b.column
		if column == "" {
			column = "*"
		}
		need(b.level.scope.Tables[b.table], column)
	})
}

func need(t *Table, column string) {
	if len(t.Needed) == 1 && t.Needed[0] == "*" {
		return
	}
	if column == "*" {
		t.Needed = []string{"*"}
		return
	}
	for _, c := range t.Needed {
		if c == column {
			return
		}
	}
	t.Needed = append(t.Needed, column)
}
