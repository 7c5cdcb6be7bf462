package index

import (
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
)

// classify says what a predicate can do for an access method.
func classify(a *access, p *query.Predicate, sch *schema.Schema) *cond {
	c := &cond{pred: p, part: schema.Part{Column: p.Column, Expr: p.Expr}, other: -1}
	switch {
	case p.Column == "" && p.Expr == "":
		c.why = "the condition is on no single column"
		return c
	case p.Column == "" && p.Volatile:
		c.why = volatileReason(p)
		return c
	case p.InJoinOn && !a.table.Outer:
		c.why = "a condition in ON of an outer join keeps every row of " + a.table.Name
		return c
	}
	if p.Join != nil {
		return joinCondition(a, c)
	}
	switch p.Op {
	case query.Eq:
		c.kind = equal
		if p.Outer {
			c.kind, c.other = joined, outerScope
		}
		if len(p.Values) == 1 && p.Values[0].Kind == query.Null {
			c.kind, c.why = filter, "= NULL is never true"
		}
	case query.In:
		c.kind = list
		if len(p.Values) == 1 && !p.Values[0].Array && p.Values[0].Kind != query.SubQuery {
			c.kind = equal
		}
		if len(p.Values) == 1 && p.Values[0].Kind == query.SubQuery {
			c.kind, c.other = joined, outerScope
		}
	case query.IsNull:
		c.kind = null
	case query.IsNotNull:
		c.kind = present
	case query.Bool:
		c.kind = flag
	case query.Gt, query.Ge:
		c.kind = above
	case query.Lt, query.Le:
		c.kind = below
	case query.Like, query.ILike, query.Regex:
		c.classifyPattern(a, sch)
	case query.Contains:
		c.classifyContains(a)
	case query.TextMatch:
		c.kind = matches
		if col := a.table.Rel.Column(p.Column); col != nil && baseType(col.Type) != "tsvector" {
			c.kind, c.why = filter, "@@ turns "+p.Column+" into a tsvector for every row; write to_tsvector('english', "+p.Column+") and it can be indexed"
		}
	case query.Ne:
		c.why = "<> keeps nearly every row"
	case query.NotIn:
		c.why = "NOT IN keeps nearly every row"
	case query.NotLike:
		c.why = "NOT LIKE keeps nearly every row"
	default:
		c.why = "no index serves the operator " + p.Operator
		if p.Operator == "" {
			c.why = "no index serves the condition"
		}
	}
	if c.kind != filter && !indexable(a, c) {
		c.kind, c.why = filter, "the type of "+p.Column+" has no b-tree operators"
	}
	return c
}

func joinCondition(a *access, c *cond) *cond {
	if c.pred.Join.Table == a.index && !c.pred.Outer {
		c.why = "both sides of the comparison are columns of " + a.table.Name
		return c
	}
	if c.pred.Op != query.Eq {
		c.why = "a join by " + string(c.pred.Op) + " reads every row"
		return c
	}
	c.kind, c.other = joined, c.pred.Join.Table
	if c.pred.Outer {
		c.other = outerScope
	}
	return c
}

func volatileReason(p *query.Predicate) string {
	f := strings.TrimPrefix(p.Function, "::")
	if f == "" {
		return "the expression is not immutable, so that it cannot be indexed"
	}
	if strings.HasPrefix(p.Function, "::") {
		return "the cast to " + f + " is not immutable, so that it cannot be indexed; compare the bare column with a range"
	}
	return f + "() is not immutable, so that it cannot be indexed"
}

// classifyPattern tells patterns that a b-tree can bound from those that need
// trigrams and those of which nothing is known.
func (c *cond) classifyPattern(a *access, sch *schema.Schema) {
	p := c.pred
	c.pattern = patternOf(p, a.stmt)
	caseless := insensitive(p)
	switch {
	case c.pattern.shape == query.PatternUnknown || c.pattern.shape == query.PatternNone:
		if bare := len(p.Values) == 1 && p.Values[0].Kind == query.Param; caseless && !bare {
			c.kind = trigram
			return
		}
		c.why = unknownPattern
	case !caseless && (c.pattern.shape == query.PatternAnchored || c.pattern.shape == query.PatternExact):
		c.kind = prefixed
	case c.pattern.grams == 0:
		c.why = "the pattern has fewer than three letters in a row, which gives no trigram to look up"
	default:
		c.kind = trigram
	}
	if c.kind != filter && !textual(a.table.Rel.Column(p.Column)) && p.Column != "" {
		c.kind, c.why = filter, "the type of "+p.Column+" has no pattern operators"
	}
}

// unknownPattern is the reason of a bare placeholder with no logged value.
const unknownPattern = "pattern unknown: it is a placeholder whose values were not logged; whether it begins with a wildcard decides"

// patternUnknown reports whether the access has a pattern that nobody saw.
func (a *access) patternUnknown() bool {
	return slices.ContainsFunc(a.conds, func(c *cond) bool { return c.why == unknownPattern })
}

// ginOperators are the operators of GIN's built-in operator classes for jsonb,
// arrays and their like.
var ginOperators = []string{"@>", "<@", "&&", "?", "?|", "?&", "@?"}

func (c *cond) classifyContains(a *access) {
	c.kind = contains
	if !slices.Contains(ginOperators, c.pred.Operator) {
		c.kind, c.why = filter, "no index serves the operator "+c.pred.Operator
		return
	}
	col := a.table.Rel.Column(c.pred.Column)
	if col == nil {
		return
	}
	if col.Type == "jsonb" && c.pred.Operator != "<@" && c.pred.Operator != "&&" {
		return
	}
	if strings.HasSuffix(col.Type, "[]") || strings.HasSuffix(col.Type, "range") {
		return
	}
	c.kind, c.why = filter, "no index serves "+c.pred.Operator+" on "+col.Type
}

// indexable reports whether the type of the column, where it is known, has the
// operators that the condition needs.
func indexable(a *access, c *cond) bool {
	col := a.table.Rel.Column(c.part.Column)
	if col == nil || c.kind >= prefixed {
		return true
	}
	switch baseType(col.Type) {
	case "json", "xml", "point", "box", "polygon", "circle", "line", "lseg", "path":
		return c.kind == present || c.kind == null
	}
	return true
}
