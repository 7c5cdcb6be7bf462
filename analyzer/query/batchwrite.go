package query

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/apilint/apilint/analyzer/sqltree"
)

var (
	errNoRow  = errors.New("its values do not stand in a row of their own")
	errItself = errors.New("it reads the table that it writes: a later run may see what an earlier one wrote")
	errArray  = errors.New("a column is an array itself, and unnest would take it apart: several rows of VALUES instead")
)

// inserts makes one INSERT of arrays.
func (b *batcher) inserts(s *pg.InsertStmt) (BatchForm, error) {
	sel := s.SelectStmt.GetSelectStmt()
	switch {
	case s.WithClause != nil || sel == nil || len(sel.ValuesLists) != 1:
		return "", errNoRow
	case len(s.Cols) == 0:
		return "", errors.New("it does not name its columns")
	}
	for _, p := range placeholders(s.OnConflictClause.GetInfer().GetWhereClause(), s.OnConflictClause.GetWhereClause(), &pg.Node{Node: &pg.Node_List{List: &pg.List{Items: s.OnConflictClause.GetTargetList()}}}) {
		if b.Varies(valueOf(p).param) != Same {
			return "", errors.New("what it sets on conflict may vary from row to row: name excluded.column there, then it has a batch")
		}
	}
	values := sel.ValuesLists[0].GetList().GetItems()
	if len(values) != len(s.Cols) {
		return "", errNoRow
	}
	v := b.free("v")
	var cols []*pg.Node
	var outputs, sources, unnested []string
	for i, val := range values {
		column := s.Cols[i].GetResTarget().GetName()
		switch {
		case len(s.Cols[i].GetResTarget().GetIndirection()) > 0:
			return "", errors.New("it gives a part of a column")
		case val.GetSetToDefault() != nil:
			continue
		case isPlaceholder(val):
			of := valueOf(val)
			if b.isArray(column) || strings.HasSuffix(of.cast, "[]") {
				return "", errArray
			}
			sources = append(sources, b.array(of, column, ""))
			unnested = append(unnested, quote(column))
			outputs = append(outputs, v+"."+quote(column))
		case reads(s.Relation, val):
			return "", errItself
		case anywhere(val, func(n *pg.Node) bool { return n.GetParamRef() != nil && b.Varies(valueOf(n).param) != Same }):
			return "", errors.New("a value is computed from one that varies: several rows of VALUES in one INSERT")
		default:
			text, err := sqltree.DeparseExpr(val)
			if err != nil {
				return "", fmt.Errorf("printing the batch: %w", err)
			}
			outputs = append(outputs, text)
		}
		cols = append(cols, s.Cols[i])
	}
	if len(sources) == 0 {
		return "", errors.New("all its values are the same")
	}
	rows, err := sqltree.Parse(fmt.Sprintf("SELECT %s FROM unnest(%s) AS %s(%s)",
		strings.Join(outputs, ", "), strings.Join(sources, ", "), v, strings.Join(unnested, ", ")))
	if err != nil {
		return "", fmt.Errorf("checking the batch: %w", err)
	}
	s.Cols, s.SelectStmt = cols, rows.Stmts[0].Node
	return BatchUnnest, nil
}

func (b *batcher) isArray(column string) bool {
	c := b.Table.Column(column)
	return c != nil && strings.HasSuffix(c.Type, "[]")
}

// updates makes one UPDATE: FROM arrays when its new values vary.
func (b *batcher) updates(s *pg.UpdateStmt) (BatchForm, error) {
	if s.WithClause != nil || len(s.FromClause) > 0 {
		return "", errors.New("it reads other tables, too")
	}
	conditions, err := b.conditions(b.places(s.WhereClause, nil))
	if err != nil {
		return "", err
	}
	if moves(s, conditions) {
		return "", errors.New("it changes the column by which it finds its rows: a later run may find those of an earlier one")
	}
	if reads(s.Relation, append(slices.Clone(s.TargetList), s.WhereClause)...) {
		return "", errItself
	}
	v := b.free("v")
	var sources, columns []string
	for _, n := range s.TargetList {
		t := n.GetResTarget()
		if t.GetVal().GetMultiAssignRef() != nil {
			return "", errors.New("it sets several columns from one row of values")
		}
		for _, p := range placeholders(t.GetVal()) {
			of := valueOf(p)
			if b.Varies(of.param) == Same {
				continue
			}
			if err := b.typed(t, p, of); err != nil {
				return "", err
			}
			name := b.free("new_" + t.Name)
			for slices.Contains(columns, quote(name)) {
				name += "_"
			}
			sources = append(sources, b.array(of, t.Name, ""))
			columns = append(columns, quote(name))
			p.Node = parsed("SELECT " + v + "." + quote(name)).TargetList[0].GetResTarget().Val.Node
		}
	}
	table := s.Relation.Relname
	if s.Relation.Alias != nil {
		table = s.Relation.Alias.Aliasname
	}
	b.returning(&s.ReturningList, table, conditions, len(sources) > 0)
	if len(sources) == 0 {
		err = b.any(conditions)
		b.tidy(s.WhereClause)
		return BatchAny, err
	}
	for i, c := range conditions {
		name := b.free("row_" + c.key.Column)
		sources = slices.Insert(sources, i, b.array(c.value, c.key.Column, c.key.Type))
		columns = slices.Insert(columns, i, quote(name))
		c.at.Node = parsed(fmt.Sprintf("SELECT 1 WHERE %s.%s = %s.%s", quote(table), quote(c.key.Column), v, quote(name))).WhereClause.Node
	}
	from := parsed(fmt.Sprintf("SELECT 1 FROM unnest(%s) AS %s(%s)", strings.Join(sources, ", "), v, strings.Join(columns, ", ")))
	if from == nil {
		return "", errTypes
	}
	s.FromClause = from.FromClause
	return BatchUnnest, nil
}

// moves reports an UPDATE that changes a column by which it finds its rows,
// unless another one names the row.
func moves(s *pg.UpdateStmt, conditions []condition) bool {
	changed := func(c condition) bool {
		return slices.ContainsFunc(s.TargetList, func(n *pg.Node) bool { return n.GetResTarget().GetName() == c.key.Column })
	}
	return slices.ContainsFunc(conditions, changed) &&
		!slices.ContainsFunc(conditions, func(c condition) bool { return c.key.Unique && !changed(c) })
}

// typed makes sure of the type of a new value's placeholder: the column's where
// it is the value itself or a term of a sum, else the one it is cast to.
func (b *batcher) typed(t *pg.ResTarget, p *pg.Node, of *value) error {
	if of.cast == "" && b.isArray(t.Name) || strings.HasSuffix(of.cast, "[]") {
		return errArray
	}
	if len(t.Indirection) > 0 {
		return errors.New("it sets a part of a column")
	}
	if of.cast != "" || p == t.Val {
		return nil
	}
	if b.numeric(t.Name) && terms(t.Val, p) {
		return nil
	}
	return errors.New("a new value is computed from one that varies, of a type that is not told: cast it, then it has a batch")
}

// numeric reports a column of numbers; one that is not known may be.
func (b *batcher) numeric(column string) bool {
	c := b.Table.Column(column)
	if c == nil {
		return b.Table == nil
	}
	switch base(c.Type) {
	case "smallint", "integer", "bigint", "numeric", "real", "double precision":
		return true
	}
	return false
}

// terms reports a placeholder that stands in nothing but sums and products.
func terms(n, p *pg.Node) bool {
	if n == p {
		return true
	}
	e := n.GetAExpr()
	if e == nil || e.Kind != pg.A_Expr_Kind_AEXPR_OP || !slices.Contains([]string{"+", "-", "*", "/"}, last(e.Name)) {
		return false
	}
	return terms(e.Lexpr, p) || terms(e.Rexpr, p)
}

func (b *batcher) deletes(s *pg.DeleteStmt) error {
	if s.WithClause != nil || len(s.UsingClause) > 0 {
		return errors.New("it reads other tables, too")
	}
	conditions, err := b.conditions(b.places(s.WhereClause, nil))
	if err != nil {
		return err
	}
	if reads(s.Relation, s.WhereClause) {
		return errItself
	}
	b.returning(&s.ReturningList, s.Relation.Relname, conditions, false)
	err = b.any(conditions)
	b.tidy(s.WhereClause)
	return err
}

// returning makes RETURNING tell the keys, and its asterisk the table's own
// columns where others are joined to it.
func (b *batcher) returning(list *[]*pg.Node, table string, conditions []condition, joined bool) {
	if len(*list) == 0 {
		return
	}
	if joined {
		for _, n := range *list {
			if ref := n.GetResTarget().GetVal().GetColumnRef(); star(ref) && len(ref.Fields) == 1 {
				ref.Fields = []*pg.Node{str(table), ref.Fields[0]}
			}
		}
	}
	*list = b.tell(*list, conditions, true, false)
}

// reads reports expressions with a sub-query over the table.
func reads(table *pg.RangeVar, in ...*pg.Node) bool {
	return slices.ContainsFunc(in, func(n *pg.Node) bool {
		return n != nil && anywhere(n, func(c *pg.Node) bool { return c.GetRangeVar() != nil && c.GetRangeVar().Relname == table.Relname })
	})
}

// placeholders returns the nodes that are placeholders, with the casts around
// them.
func placeholders(in ...*pg.Node) (out []*pg.Node) {
	for _, n := range in {
		walk(n, func(c *pg.Node) bool {
			if isPlaceholder(c) {
				out = append(out, c)
				return false
			}
			return true
		})
	}
	return out
}
