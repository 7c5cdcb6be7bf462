package query

import (
	"errors"
	"slices"

	pg "github.com/pganalyze/pg_query_go/v5"
)

var (
	errVolatile = errors.New("it calls a function whose value changes with every call")
	errChance   = errors.New("which rows a LIMIT without ORDER BY returns is left to chance")
)

// selects makes one SELECT of all keys.
func (b *batcher) selects(s *pg.SelectStmt) (BatchForm, string, error) {
	whole := &pg.Node{Node: &pg.Node_SelectStmt{SelectStmt: s}}
	if s.IntoClause != nil || len(s.ValuesLists) > 0 {
		return "", "", errors.New("it makes a table, or reads none")
	}
	if anywhere(whole, func(n *pg.Node) bool { return volatileFunctions[last(n.GetFuncCall().GetFuncname())] }) {
		return "", "", errVolatile
	}
	if reason := wholeOnly(s); reason != nil {
		return b.each(s, reason)
	}
	conditions, err := b.conditions(b.places(s.WhereClause, s.FromClause))
	if err != nil {
		return b.each(s, err)
	}
	isUnique := slices.ContainsFunc(b.Keys, func(k BatchKey) bool { return k.Unique })
	limited := s.LimitCount != nil || s.LimitOffset != nil
	aggregated := slices.ContainsFunc(s.TargetList, hasAggregate)
	grouped := len(s.GroupClause) > 0
	if limited {
		switch {
		case aggregated && !grouped && s.LimitOffset == nil:
			s.LimitCount = nil // there is one row
		case isUnique && !aggregated && !grouped:
			s.LimitCount, s.LimitOffset, s.SortClause = nil, nil, nil
		case s.LimitOffset == nil && !grouped && len(s.LockingClause) == 0 && probe(s):
			return b.distinct(s, conditions)
		case len(s.SortClause) == 0:
			return "", "", errChance
		default:
			sql, err := b.lateral(s, conditions)
			return BatchLateral, sql, err
		}
	}
	if err := b.any(conditions); err != nil {
		return "", "", err
	}
	b.tidy(s.WhereClause)
	s.TargetList = b.tell(s.TargetList, conditions, alone(s.FromClause), numbered(s))
	if aggregated || grouped {
		b.group(s, conditions, grouped)
		return BatchGrouped, "", nil
	}
	if len(s.LockingClause) > 0 && len(s.SortClause) == 0 {
		// Locks that are always taken in the same order cannot deadlock.
		for _, c := range conditions {
			s.SortClause = append(s.SortClause, &pg.Node{Node: &pg.Node_SortBy{SortBy: &pg.SortBy{
				Node: c.column, SortbyDir: pg.SortByDir_SORTBY_DEFAULT, SortbyNulls: pg.SortByNulls_SORTBY_NULLS_DEFAULT,
			}}})
		}
	}
	return BatchAny, "", nil
}

// distinct asks which keys have a row.
func (b *batcher) distinct(s *pg.SelectStmt, conditions []condition) (BatchForm, string, error) {
	s.LimitCount, s.SortClause = nil, nil
	if err := b.any(conditions); err != nil {
		return "", "", err
	}
	b.tidy(s.WhereClause)
	s.TargetList = b.tell(nil, conditions, true, false)
	s.DistinctClause = []*pg.Node{{}}
	return BatchDistinct, "", nil
}

// group makes the groups of a SELECT those of each key.
func (b *batcher) group(s *pg.SelectStmt, conditions []condition, grouped bool) {
	var keys []*pg.Node
	for _, c := range conditions {
		want := names(c.column.GetColumnRef().Fields)
		if !slices.ContainsFunc(s.GroupClause, func(n *pg.Node) bool { return slices.Equal(names(n.GetColumnRef().GetFields()), want) }) {
			keys = append(keys, c.column)
		}
	}
	s.GroupClause = append(keys, s.GroupClause...)
	if !grouped {
		s.SortClause = nil // there was one row to sort
	}
}

// wholeOnly says why the rows of each key cannot be told from those of another
// in one pass over all: nil when they can.
func wholeOnly(s *pg.SelectStmt) error {
	switch {
	case s.Op != pg.SetOperation_SETOP_NONE || s.WithClause != nil:
		return errors.New("the values stand in one part of several")
	case len(s.DistinctClause) > 0 && s.DistinctClause[0].GetNode() != nil:
		return errors.New("DISTINCT ON keeps one row of each value's")
	case slices.ContainsFunc(s.TargetList, windowed) || len(s.WindowClause) > 0 || slices.ContainsFunc(s.SortClause, windowed):
		return errors.New("a window function counts the rows of each value")
	case s.HavingClause != nil && len(s.GroupClause) == 0, slices.ContainsFunc(s.GroupClause, func(n *pg.Node) bool { return n.GetGroupingSet() != nil }):
		return errors.New("a value without rows has a group, too")
	case slices.ContainsFunc(s.TargetList, hasAggregate) && len(s.GroupClause) == 0 && s.LimitOffset != nil:
		return errors.New("OFFSET skips the one row there is")
	}
	return nil
}

// alone reports a FROM of one table.
func alone(from []*pg.Node) bool { return len(from) == 1 && from[0].GetRangeVar() != nil }

// probe reports a SELECT that only asks whether there is a row.
func probe(s *pg.SelectStmt) bool {
	return len(s.TargetList) > 0 && !slices.ContainsFunc(s.TargetList, func(n *pg.Node) bool {
		return contains(n, func(c *pg.Node) bool {
			return c.GetColumnRef() != nil || c.GetFuncCall() != nil || c.GetSubLink() != nil
		})
	})
}

// numbered reports outputs that are referred to by their place.
func numbered(s *pg.SelectStmt) bool {
	place := func(n *pg.Node) bool { return n.GetAConst() != nil || isPlaceholder(n) }
	return slices.ContainsFunc(s.GroupClause, place) ||
		slices.ContainsFunc(s.SortClause, func(n *pg.Node) bool { return place(n.GetSortBy().GetNode()) })
}
