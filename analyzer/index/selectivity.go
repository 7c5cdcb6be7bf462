package index

import (
	"math"
	"slices"
	"sort"
	"time"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
)

// Defaults of selfuncs.h and plancat.c, for what statistics do not say.
const (
	defaultDistinct = 200    // DEFAULT_NUM_DISTINCT
	defaultRange    = 1. / 3 // DEFAULT_INEQ_SEL
	defaultBetween  = .005   // DEFAULT_RANGE_INEQ_SEL
	defaultMatch    = .005   // DEFAULT_MATCH_SEL
	defaultContains = .01    // DEFAULT_MATCHING_SEL
	defaultNull     = .005   // DEFAULT_UNK_SEL
	defaultOther    = 1. / 3 // of a function: boolvarsel's .3333
	defaultArray    = 10     // members of an array parameter (estimate_array_length)
)

// estimator estimates which part of a relation's rows conditions keep.
type estimator struct {
	schema *schema.Schema
	parsed map[*schema.Column]*bounds
	now    time.Time
	skew   bool // an unknown value is as frequent as that of a row, not as the average value
}

func newEstimator(sch *schema.Schema) *estimator {
	return &estimator{schema: sch, parsed: map[*schema.Column]*bounds{}, now: clock(sch)}
}

// column returns the statistics of a condition's column, nil unknown.
func (e *estimator) column(a *access, name string) *bounds {
	c := a.table.Rel.Column(name)
	if c == nil || c.Stats == nil {
		return nil
	}
	b := e.parsed[c]
	if b == nil {
		b = boundsOf(c)
		e.parsed[c] = b
	}
	return b
}

// distinctOf is get_variable_numdistinct: the number of distinct values.
func (e *estimator) distinctOf(a *access, part schema.Part, tuples float64) float64 {
	if part.Column != "" {
		if b := e.column(a, part.Column); b != nil && b.stats.NDistinct != 0 {
			return clamp(distinctValues(b.stats, tuples), 1, max(1, tuples))
		}
		if c := a.table.Rel.Column(part.Column); c != nil && baseType(c.Type) == "boolean" {
			return 2
		}
	}
	if soleKey(a.table.Rel, part.Column) {
		return max(1, tuples)
	}
	return min(defaultDistinct, max(1, tuples))
}

// soleKey reports whether the column alone is unique.
func soleKey(t *schema.Table, column string) bool {
	if t == nil || column == "" {
		return false
	}
	for _, d := range t.Indexes {
		if d.Unique && d.Where == "" && !d.Invalid && len(d.Parts) == 1 && d.Parts[0].Column == column {
			return true
		}
	}
	return false
}

// of estimates one condition. tuples are the rows of its table.
func (e *estimator) of(a *access, c *cond, tuples float64) float64 {
	b := e.column(a, c.part.Column)
	nulls := 0.0
	if b != nil {
		nulls = b.stats.NullFrac
	}
	switch c.pred.Op {
	case query.Eq, query.Ne:
		s := e.values(a, c, func(v *query.Value, text string) float64 { return e.equal(a, c, b, v, text, tuples) })
		if c.pred.Op == query.Ne {
			return clamp(1-s-nulls, 0, 1)
		}
		return s
	case query.In, query.NotIn:
		s := e.in(a, c, b, tuples)
		if c.pred.Op == query.NotIn {
			return clamp(1-s-nulls, 0, 1)
		}
		return s
	case query.IsNull:
		if b == nil {
			return defaultNull
		}
		return nulls
	case query.IsNotNull:
		if b == nil {
			return 1 - defaultNull
		}
		return 1 - nulls
	case query.Bool:
		return e.boolean(a, c, b)
	case query.Lt, query.Le, query.Gt, query.Ge:
		return e.values(a, c, func(v *query.Value, text string) float64 {
			if b == nil || v == nil {
				return defaultRange
			}
			return b.inequality(c.pred.Op, text)
		})
	case query.Like, query.ILike, query.Regex, query.NotLike:
		s := e.pattern(a, c, b)
		if c.pred.Op == query.NotLike {
			return clamp(1-s-nulls, 0, 1)
		}
		return s
	case query.Contains:
		return e.contained(a, c, b)
	case query.TextMatch:
		return e.matched(a, c, b)
	}
	return defaultOther
}

// equal is var_eq_const, and var_eq_non_const for a nil value.
func (e *estimator) equal(a *access, c *cond, b *bounds, v *query.Value, text string, tuples float64) float64 {
	if soleKey(a.table.Rel, c.part.Column) {
		return 1 / max(1, tuples)
	}
	distinct := e.distinctOf(a, c.part, tuples)
	if b == nil {
		return 1 / distinct
	}
	if v != nil {
		if want, ok := scalarOf(text, b.columnTyp); ok {
			for i, m := range b.common {
				if m.compare(want) == 0 {
					return b.stats.MCF[i]
				}
			}
			s := clamp(1-b.commonSum()-b.stats.NullFrac, 0, 1)
			if others := distinct - float64(len(b.common)); others > 1 {
				s /= others
			}
			if n := len(b.common); n > 0 {
				s = min(s, b.stats.MCF[n-1])
			}
			return s
		}
	}
	s := (1 - b.stats.NullFrac) / distinct
	if e.skew && v == nil && c.kind == equal {
		s = max(s, b.frequencyOfRows(distinct))
	}
	if len(b.stats.MCF) > 0 {
		s = min(s, b.stats.MCF[0])
	}
	return s
}

// in is scalararraysel: equalities with distinct constants add up.
func (e *estimator) in(a *access, c *cond, b *bounds, tuples float64) float64 {
	if len(c.pred.Values) == 1 && c.pred.Values[0].Kind == query.SubQuery {
		return .5 // a join of which the sub-query is not known
	}
	sum := 0.0
	if len(c.pred.Values) == 1 && c.pred.Values[0].Array {
		sum = listLength(a, c) * e.equal(a, c, b, nil, "", tuples)
	} else {
		for i := range c.pred.Values {
			v := &c.pred.Values[i]
			known := v.Kind == query.Const
			text := v.Text
			if got := samples(a.stmt, v.Param); v.Kind == query.Param && len(got) > 0 {
				known, text = true, got[0]
			}
			if !known {
				v = nil
			}
			sum += e.equal(a, c, b, v, text, tuples)
		}
	}
	return clamp(sum, 0, 1)
}

// boolean is boolvarsel.
func (e *estimator) boolean(a *access, c *cond, b *bounds) float64 {
	want := "t"
	if len(c.pred.Values) > 0 && c.pred.Values[0].Text == "false" {
		want = "f"
	}
	if c.part.Column == "" {
		return defaultOther
	}
	if b == nil || len(b.common) == 0 {
		return .5
	}
	rest := 1 - b.stats.NullFrac
	for i, m := range b.common {
		if m.text == want {
			return b.stats.MCF[i]
		}
		rest -= b.stats.MCF[i]
	}
	return clamp(rest, 0, 1)
}

// inequality is scalarineqsel: common values one by one, the others by the
// histogram.
func (b *bounds) inequality(op query.Op, text string) float64 {
	v, ok := scalarOf(text, b.columnTyp)
	if !ok {
		return defaultRange
	}
	common := 0.0
	for i, m := range b.common {
		if holds(op, m.compare(v)) {
			common += b.stats.MCF[i]
		}
	}
	rest := clamp(1-b.stats.NullFrac-b.commonSum(), 0, 1)
	n := len(b.histogram)
	if n < 2 {
		if len(b.common) == 0 {
			return defaultRange
		}
		return clamp(common+rest/2, 0, 1)
	}
	below := 0.0 // part of the histogram below v (ineq_histogram_selectivity)
	switch i := sort.Search(n, func(i int) bool { return b.histogram[i].compare(v) >= 0 }); {
	case i == 0:
		below = 0
	case i == n:
		below = 1
	default:
		below = (float64(i-1) + between(b.histogram[i-1], b.histogram[i], v)) / float64(n-1)
	}
	// The extremes may have moved since ANALYZE: never quite nothing or all.
	cutoff := .01 / float64(n-1)
	below = clamp(below, cutoff, 1-cutoff)
	if op == query.Gt || op == query.Ge {
		below = 1 - below
	}
	return clamp(common+below*rest, 1e-10, 1)
}

func holds(op query.Op, compared int) bool {
	switch op {
	case query.Lt:
		return compared < 0
	case query.Le:
		return compared <= 0
	case query.Gt:
		return compared > 0
	}
	return compared >= 0
}

// together estimates AND-ed conditions (clauselist_selectivity): two ranges on
// one column are one interval, all else is taken as independent.
func (e *estimator) together(a *access, conds []*cond, tuples float64) float64 {
	s := 1.0
	var done []*cond
	for i, c := range conds {
		if slices.Contains(done, c) {
			continue
		}
		if c.pred.Op == query.Gt || c.pred.Op == query.Ge || c.pred.Op == query.Lt || c.pred.Op == query.Le {
			if o := opposite(conds[i+1:], c); o != nil {
				done = append(done, o)
				s *= e.interval(a, c, o, tuples)
				continue
			}
		}
		s *= e.of(a, c, tuples)
	}
	return s
}

// opposite finds the other end of an interval.
func opposite(conds []*cond, c *cond) *cond {
	up := c.pred.Op == query.Gt || c.pred.Op == query.Ge
	for _, o := range conds {
		oUp := o.pred.Op == query.Gt || o.pred.Op == query.Ge
		oDown := o.pred.Op == query.Lt || o.pred.Op == query.Le
		if key(o.part) == key(c.part) && (up && oDown || !up && oUp) {
			return o
		}
	}
	return nil
}

func (e *estimator) interval(a *access, c, o *cond, tuples float64) float64 {
	s1, s2 := e.of(a, c, tuples), e.of(a, o, tuples)
	if s1 == defaultRange || s2 == defaultRange {
		return defaultBetween
	}
	nulls := 0.0
	if b := e.column(a, c.part.Column); b != nil {
		nulls = b.stats.NullFrac
	}
	s := s1 + s2 - 1 + nulls
	if s <= 0 {
		if s < -.01 {
			return defaultBetween
		}
		return 1e-10
	}
	return math.Min(s, 1)
}
