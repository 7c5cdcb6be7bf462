package query

import (
	"fmt"
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"
	"google.golang.org/protobuf/proto"

	"github.com/apilint/apilint/analyzer/sqltree"
)

// lateral asks for the first rows of each key.
func (b *batcher) lateral(s *pg.SelectStmt, conditions []condition) (string, error) {
	single := alone(s.FromClause)
	returned := make([]string, len(conditions))
	all := true
	for i, c := range conditions {
		name, ok := told(s.TargetList, c.column, single)
		returned[i], all = name, all && ok
	}
	keys := b.free("k")
	columns := b.keyColumns(conditions, all, s.TargetList, single)
	for i, c := range conditions {
		c.at.Node = parsed(fmt.Sprintf("SELECT 1 WHERE a = %s.%s", keys, quote(columns[i]))).WhereClause.Node
		c.at.GetAExpr().Lexpr = c.column
	}
	if all {
		b.outputs = returned
	} else {
		b.outputs = columns
	}
	return b.perKey(s, conditions, keys, columns, !all)
}

// each runs the statement as it is for every key, in one round trip. reason is
// why no other form will do; it is returned where this one will not either.
func (b *batcher) each(s *pg.SelectStmt, reason error) (BatchForm, string, error) {
	whole := &pg.Node{Node: &pg.Node_SelectStmt{SelectStmt: s}}
	if anywhere(whole, func(n *pg.Node) bool {
		return n.GetLockingClause() != nil || n.GetInsertStmt() != nil || n.GetUpdateStmt() != nil || n.GetDeleteStmt() != nil || n.GetMergeStmt() != nil
	}) {
		return "", "", reason
	}
	if len(b.Keys) == 0 || (s.LimitCount != nil || s.LimitOffset != nil) && len(s.SortClause) == 0 && !oneRow(s) {
		return "", "", reason
	}
	var conditions []condition
	for _, k := range b.Keys {
		if k.Param == 0 || strings.HasSuffix(k.Type, "[]") {
			return "", "", reason
		}
		if !slices.ContainsFunc(conditions, func(c condition) bool { return c.key.Param == k.Param }) {
			conditions = append(conditions, condition{key: k, value: &value{param: k.Param}})
		}
	}
	columns := b.keyColumns(conditions, false, s.TargetList, false)
	keys := b.free("k")
	for i, c := range conditions {
		found := false
		anywhere(whole, func(n *pg.Node) bool {
			if int(n.GetParamRef().GetNumber()) == c.key.Param {
				n.Node = parsed(fmt.Sprintf("SELECT %s.%s", keys, quote(columns[i]))).TargetList[0].GetResTarget().Val.Node
				found = true
			}
			return false
		})
		if !found {
			return "", "", reason
		}
	}
	b.outputs = columns
	sql, err := b.perKey(s, conditions, keys, columns, true)
	return BatchEach, sql, err
}

// oneRow reports a SELECT that gives one row whatever there is.
func oneRow(s *pg.SelectStmt) bool {
	return len(s.GroupClause) == 0 && s.LimitOffset == nil && (len(s.FromClause) == 0 || slices.ContainsFunc(s.TargetList, hasAggregate))
}

// perKey prints the SELECT for every key of the arrays, each once.
func (b *batcher) perKey(s *pg.SelectStmt, conditions []condition, keys string, columns []string, withKeys bool) (string, error) {
	rows := b.free("r")
	inner, err := sqltree.Deparse(&pg.Node{Node: &pg.Node_SelectStmt{SelectStmt: s}})
	if err != nil {
		return "", fmt.Errorf("printing the batch: %w", err)
	}
	outputs := rows + ".*"
	if withKeys {
		outputs = keys + ".*, " + outputs
	}
	var arrays, quoted []string
	for i, c := range conditions {
		arrays = append(arrays, b.array(c.value, c.key.Column, c.key.Type))
		quoted = append(quoted, quote(columns[i]))
	}
	return fmt.Sprintf("SELECT %s FROM (SELECT DISTINCT * FROM unnest(%s)) AS %s(%s) CROSS JOIN LATERAL (%s) AS %s",
		outputs, strings.Join(arrays, ", "), keys, strings.Join(quoted, ", "), inner, rows), nil
}

// keyColumns names the columns of the keys; they differ from the outputs where
// both are returned.
func (b *batcher) keyColumns(conditions []condition, returned bool, outputs []*pg.Node, alone bool) []string {
	var names []string
	for _, c := range conditions {
		name := c.key.Column
		if !returned && clashes(outputs, name, alone) || slices.Contains(names, name) {
			name = "key_" + name
		}
		for slices.Contains(names, name) {
			name += "_"
		}
		names = append(names, name)
	}
	return names
}

// anywhere reports a node for which is holds, sub-queries included.
func anywhere(m proto.Message, is func(*pg.Node) bool) (found bool) {
	if n, ok := m.(*pg.Node); ok && is(n) {
		return true
	}
	eachMessage(m.ProtoReflect(), func(c proto.Message) { found = found || anywhere(c, is) })
	return found
}
