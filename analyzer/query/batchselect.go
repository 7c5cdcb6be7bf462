package query

import (
	"errors"
	"fmt"
	"slices"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/apilint/apilint/analyzer/sqltree"
)

// selects makes one SELECT of all keys.
func (b *batcher) selects(s *pg.SelectStmt) (BatchForm, string, error) {
	if s.Op != pg.SetOperation_SETOP_NONE || s.WithClause != nil || len(s.ValuesLists) > 0 || s.IntoClause != nil {
		return "", "", errors.New("the values stand in one part of several")
	}
	if slices.ContainsFunc(s.TargetList, hasVolatile) || hasVolatile(s.WhereClause) {
		return "", "", errors.New("it calls a function whose value changes with every call")
	}
	switch {
	case len(s.DistinctClause) > 0 && s.DistinctClause[0].GetNode() != nil:
		return "", "", errors.New("DISTINCT ON keeps one row of each value's")
	case slices.ContainsFunc(s.TargetList, overWindow) || len(s.WindowClause) > 0:
		return "", "", errors.New("a window function counts the rows of each value")
	}
	conditions, err := b.conditions(b.places(s.WhereClause, s.FromClause))
	if err != nil {
		return "", "", err
	}
	column := conditions[0].column
	isUnique := slices.ContainsFunc(b.keys, func(k BatchKey) bool { return k.Unique })
	limited := s.LimitCount != nil || s.LimitOffset != nil
	aggregated := slices.ContainsFunc(s.TargetList, hasAggregate)
	switch {
	case len(conditions) > 1 && (aggregated || limited && !isUnique):
		return "", "", errors.New("several values vary at once")
	case limited && aggregated:
		s.LimitCount, s.LimitOffset = nil, nil
	case limited && isUnique:
		s.LimitCount, s.LimitOffset, s.SortClause = nil, nil, nil
	case limited && s.LimitOffset == nil && probe(s):
		s.LimitCount, s.LimitOffset, s.SortClause = nil, nil, nil
		if err := b.any(conditions); err != nil {
			return "", "", err
		}
		s.TargetList, s.DistinctClause = []*pg.Node{target(column)}, []*pg.Node{{}}
		return BatchDistinct, "", nil
	case limited && len(s.SortClause) == 0:
		return "", "", errors.New("which rows a LIMIT without ORDER BY returns is left to chance")
	case limited:
		sql, err := b.lateral(s, conditions[0])
		return BatchLateral, sql, err
	}
	if err := b.any(conditions); err != nil {
		return "", "", err
	}
	b.tidy(s.WhereClause)
	for _, c := range conditions {
		if !returns(s.TargetList, c.column) {
			at := 0
			if numbered(s) {
				at = len(s.TargetList)
			}
			s.TargetList = slices.Insert(s.TargetList, at, target(c.column))
		}
	}
	if aggregated || len(s.GroupClause) > 0 {
		s.GroupClause = append([]*pg.Node{column}, s.GroupClause...)
		if len(s.GroupClause) == 1 {
			s.SortClause = nil // there was one row to sort
		}
		return BatchGrouped, "", nil
	}
	if len(s.LockingClause) > 0 && len(s.SortClause) == 0 {
		// Locks that are always taken in the same order cannot deadlock.
		s.SortClause = []*pg.Node{{Node: &pg.Node_SortBy{SortBy: &pg.SortBy{
			Node: column, SortbyDir: pg.SortByDir_SORTBY_DEFAULT, SortbyNulls: pg.SortByNulls_SORTBY_NULLS_DEFAULT,
		}}}}
	}
	return BatchAny, "", nil
}

// overWindow reports an expression over a window of rows.
func overWindow(n *pg.Node) bool {
	return contains(n, func(c *pg.Node) bool { return c.GetFuncCall().GetOver() != nil })
}

// lateral asks for the first rows of each key.
func (b *batcher) lateral(s *pg.SelectStmt, c condition) (string, error) {
	keys, rows := b.free("k"), b.free("r")
	c.at.Node = parsed(fmt.Sprintf("SELECT 1 WHERE a = %s.%s", keys, quote(c.key.Column))).WhereClause.Node
	c.at.GetAExpr().Lexpr = c.column
	inner, err := sqltree.Deparse(&pg.Node{Node: &pg.Node_SelectStmt{SelectStmt: s}})
	if err != nil {
		return "", fmt.Errorf("printing the batch: %w", err)
	}
	outputs := rows + ".*"
	if !returns(s.TargetList, c.column) {
		outputs = keys + ".*, " + outputs
	}
	return fmt.Sprintf("SELECT %s FROM unnest(%s) AS %s(%s) CROSS JOIN LATERAL (%s) AS %s",
		outputs, b.array(c.key.Column, c.key.Type), keys, quote(c.key.Column), inner, rows), nil
}

// probe reports a SELECT that only asks whether there is a row.
func probe(s *pg.SelectStmt) bool {
	return len(s.TargetList) > 0 && !slices.ContainsFunc(s.TargetList, func(n *pg.Node) bool {
		return contains(n, func(c *pg.Node) bool {
			return c.GetColumnRef() != nil || c.GetFuncCall() != nil || c.GetSubLink() != nil
		})
	})
}

// returns reports whether the outputs hold the column.
func returns(outputs []*pg.Node, column *pg.Node) bool {
	want := names(column.GetColumnRef().GetFields())
	return slices.ContainsFunc(outputs, func(n *pg.Node) bool {
		ref := n.GetResTarget().GetVal().GetColumnRef()
		if ref == nil {
			return false
		}
		if ref.Fields[len(ref.Fields)-1].GetAStar() != nil {
			return len(ref.Fields) == 1 || len(want) > 1 && ref.Fields[0].GetString_().GetSval() == want[0]
		}
		have := names(ref.Fields)
		return have[len(have)-1] == want[len(want)-1] && (len(have) == 1 || len(want) == 1 || have[0] == want[0])
	})
}

// numbered reports outputs that are referred to by their place.
func numbered(s *pg.SelectStmt) bool {
	place := func(n *pg.Node) bool { return n.GetAConst() != nil || isPlaceholder(n) }
	return slices.ContainsFunc(s.GroupClause, place) ||
		slices.ContainsFunc(s.SortClause, func(n *pg.Node) bool { return place(n.GetSortBy().GetNode()) })
}
