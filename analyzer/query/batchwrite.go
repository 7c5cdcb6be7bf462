package query

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/apilint/apilint/analyzer/sqltree"
)

// inserts makes one INSERT of arrays.
func (b *batcher) inserts(s *pg.InsertStmt) (BatchForm, error) {
	sel := s.SelectStmt.GetSelectStmt()
	switch {
	case s.WithClause != nil || sel == nil || len(sel.ValuesLists) != 1:
		return "", errors.New("its values do not stand in a row of their own")
	case len(s.Cols) == 0:
		return "", errors.New("it does not name its columns")
	}
	values := sel.ValuesLists[0].GetList().GetItems()
	if len(values) != len(s.Cols) {
		return "", errors.New("its values do not stand in a row of their own")
	}
	v := b.free("v")
	var cols []*pg.Node
	var outputs, sources, unnested []string
	for i, value := range values {
		column := s.Cols[i].GetResTarget().GetName()
		switch {
		case value.GetSetToDefault() != nil:
			continue
		case isPlaceholder(value):
			if t := b.rel.Column(column); t != nil && strings.HasSuffix(t.Type, "[]") {
				return "", errors.New("a column is an array itself: several rows of VALUES in one INSERT")
			}
			sources = append(sources, b.array(column, ""))
			unnested = append(unnested, quote(column))
			outputs = append(outputs, v+"."+quote(column))
		case contains(value, func(n *pg.Node) bool { return n.GetParamRef() != nil }):
			return "", errors.New("a value is computed from one that varies: several rows of VALUES in one INSERT")
		default:
			text, err := sqltree.DeparseExpr(value)
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

// updates makes one UPDATE: FROM arrays when its new values vary.
func (b *batcher) updates(s *pg.UpdateStmt) (BatchForm, error) {
	if s.WithClause != nil || len(s.FromClause) > 0 {
		return "", errors.New("it reads other tables, too")
	}
	conditions, err := b.conditions(b.places(s.WhereClause, nil))
	if err != nil {
		return "", err
	}
	v := b.free("v")
	var sources, columns []string
	for _, n := range s.TargetList {
		t := n.GetResTarget()
		if t.GetVal().GetMultiAssignRef() != nil {
			return "", errors.New("it sets several columns from one row of values")
		}
		for i, p := range placeholders(t.GetVal()) {
			name := "new_" + t.Name
			if i > 0 {
				name += strconv.Itoa(i + 1)
			}
			sources = append(sources, b.array(t.Name, ""))
			columns = append(columns, quote(name))
			p.Node = parsed("SELECT " + v + "." + quote(name)).TargetList[0].GetResTarget().Val.Node
		}
	}
	if len(sources) == 0 {
		err = b.any(conditions)
		b.tidy(s.WhereClause)
		return BatchAny, err
	}
	for _, n := range s.ReturningList {
		if f := n.GetResTarget().GetVal().GetColumnRef().GetFields(); len(f) == 1 && f[0].GetAStar() != nil {
			return "", errors.New("RETURNING * would give the arrays' columns, too: name the columns it shall return")
		}
	}
	table := s.Relation.Relname
	if s.Relation.Alias != nil {
		table = s.Relation.Alias.Aliasname
	}
	for i, c := range conditions {
		name := "row_" + c.key.Column
		sources = slices.Insert(sources, i, b.array(c.key.Column, c.key.Type))
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

func (b *batcher) deletes(s *pg.DeleteStmt) error {
	if s.WithClause != nil || len(s.UsingClause) > 0 {
		return errors.New("it reads other tables, too")
	}
	conditions, err := b.conditions(b.places(s.WhereClause, nil))
	if err != nil {
		return err
	}
	err = b.any(conditions)
	b.tidy(s.WhereClause)
	return err
}

// placeholders returns the nodes that are placeholders.
func placeholders(n *pg.Node) (out []*pg.Node) {
	walk(n, func(c *pg.Node) bool {
		if c.GetParamRef() != nil {
			out = append(out, c)
		}
		return true
	})
	return out
}
