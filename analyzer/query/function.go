package query

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"
)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// aggregates of pg_catalog (pg_proc.prokind = 'a'), and of extensions that are
// common.
var aggregates = wordSet(`any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp every
	json_agg json_object_agg jsonb_agg jsonb_object_agg max min mode percentile_cont percentile_disc range_agg range_intersect_agg
	regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy
	stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance xmlagg
	st_union st_collect st_extent first last hll_add_agg`)

// volatileFunctions return another value for every row (pg_proc.provolatile =
// 'v'), as far as conditions use them.
var volatileFunctions = wordSet(`random nextval setval currval lastval clock_timestamp timeofday gen_random_uuid uuid_generate_v1
	uuid_generate_v1mc uuid_generate_v4 pg_sleep set_config pg_advisory_lock pg_advisory_xact_lock pg_try_advisory_lock
	pg_try_advisory_xact_lock random_normal gen_random_bytes uuidv4 uuidv7`)

// immutableFunctions may stand in an index whatever their arguments' types are
// (pg_proc.provolatile = 'i' for every overload that takes text or numbers).
var immutableFunctions = wordSet(`abs acos array_length array_position array_upper asin atan atan2 bit_length btrim cardinality cbrt
	ceil ceiling char_length character_length chr cos decode degrees div encode exp floor greatest hashtext host initcap
	jsonb_array_length jsonb_extract_path jsonb_extract_path_text jsonb_typeof json_extract_path json_extract_path_text json_typeof
	least left length ln log lower lpad ltrim masklen md5 mod network nullif octet_length overlay point position power radians
	range_merge repeat replace reverse right round rpad rtrim sha256 sign sin split_part sqrt starts_with strpos substr substring tan
	timezone to_hex translate trim_array trunc upper width_bucket isfinite make_date crc32 crc32c json_array_length
	regexp_replace regexp_substr regexp_count normalize unistr`)

func aggregate(c *pg.FuncCall) bool {
	if c == nil || c.Over != nil {
		return false
	}
	return c.AggStar || c.AggDistinct || c.AggWithinGroup || c.AggFilter != nil || len(c.AggOrder) > 0 || aggregates[last(c.Funcname)]
}

// jsonAggregate reports whether a node is JSON_ARRAYAGG or JSON_OBJECTAGG.
func jsonAggregate(n *pg.Node) bool { return n.GetJsonArrayAgg() != nil || n.GetJsonObjectAgg() != nil }

func hasAggregate(n *pg.Node) bool {
	return contains(n, func(c *pg.Node) bool { return aggregate(c.GetFuncCall()) || jsonAggregate(c) })
}

// windowed reports whether a window function stands in an expression.
func windowed(n *pg.Node) bool {
	return contains(n, func(c *pg.Node) bool { return c.GetFuncCall().GetOver() != nil })
}

func hasVolatile(n *pg.Node) bool {
	return contains(n, func(c *pg.Node) bool { return volatileFunctions[last(c.GetFuncCall().GetFuncname())] })
}

func contains(n *pg.Node, is func(*pg.Node) bool) (found bool) {
	walk(n, func(c *pg.Node) bool {
		found = found || is(c)
		return !found
	})
	return found
}

// immutable reports whether an index could be built on an expression: the same
// for every session and at any time. What is not known to be is not.
func (r *resolver) immutable(n *pg.Node) bool {
	return !contains(n, func(c *pg.Node) bool { return !r.immutableNode(c) })
}

// immutableNode judges one node without what is below it.
func (r *resolver) immutableNode(n *pg.Node) bool {
	switch e := n.GetNode().(type) {
	case *pg.Node_AConst, *pg.Node_ColumnRef, *pg.Node_BoolExpr, *pg.Node_NullTest, *pg.Node_BooleanTest, *pg.Node_CoalesceExpr,
		*pg.Node_CaseExpr, *pg.Node_CaseWhen, *pg.Node_MinMaxExpr, *pg.Node_CollateClause, *pg.Node_AIndirection, *pg.Node_AIndices,
		*pg.Node_AArrayExpr, *pg.Node_List, *pg.Node_String_, *pg.Node_Integer, *pg.Node_CollateExpr:
		return true
	case *pg.Node_TypeCast:
		return immutableCast(r.typeOf(e.TypeCast.Arg), typeName(e.TypeCast.TypeName), e.TypeCast.Arg.GetAConst() != nil)
	case *pg.Node_AExpr:
		return r.immutableOperator(e.AExpr)
	case *pg.Node_FuncCall:
		return r.immutableCall(e.FuncCall)
	}
	return false // parameters, sub-queries, CURRENT_DATE, ...
}

func (r *resolver) immutableCall(c *pg.FuncCall) bool {
	name := last(c.Funcname)
	if r.schema != nil && len(c.Funcname) == 1 {
		if f, ok := r.schema.Functions[strings.ToLower(name)]; ok {
			return f.Immutable
		}
	}
	switch name {
	case "date_trunc", "date_part", "extract", "date_bin", "age":
		// Of timestamp with time zone they depend on TimeZone, except date_bin.
		t := ""
		if len(c.Args) > 1 {
			t = base(r.typeOf(c.Args[1]))
		}
		return len(c.Args) > 1 && (t == "date" && name != "date_trunc" || strings.HasPrefix(t, "timestamp") && !strings.Contains(t, "with time zone") ||
			t == "timestamp without time zone" || t == "interval")
	case "to_tsvector", "to_tsquery", "plainto_tsquery", "websearch_to_tsquery", "phraseto_tsquery":
		return len(c.Args) == 2 // with one argument they depend on default_text_search_config
	}
	return immutableFunctions[name]
}

// immutableOperator: arithmetic of times depends on TimeZone, everything else
// that PostgreSQL brings does not.
func (r *resolver) immutableOperator(e *pg.A_Expr) bool {
	switch op := last(e.Name); op {
	case "+", "-":
		for _, n := range []*pg.Node{e.Lexpr, e.Rexpr} {
			if t := base(r.typeOf(n)); t == "timestamp with time zone" || t == "interval" {
				return false
			}
		}
	case "||":
		for _, n := range []*pg.Node{e.Lexpr, e.Rexpr} {
			// text || anynonarray prints the value as the session would.
			if t := base(r.typeOf(n)); strings.HasPrefix(t, "time") || t == "date" || t == "interval" {
				return false
			}
		}
	}
	return e.Kind != pg.A_Expr_Kind_AEXPR_SIMILAR
}

// immutableCast reports whether a cast never depends on a setting. Times and
// dates as text depend on DateStyle, times with a zone on TimeZone; an enum's
// or unknown type's label is only stable. (pg_cast, pg_proc.provolatile.)
func immutableCast(from, to string, constant bool) bool {
	from, to = base(from), base(to)
	if constant {
		return !strings.HasPrefix(to, "time") && to != "date" // 'now', 'today'
	}
	exact := func(t string) bool {
		switch t {
		case "smallint", "integer", "bigint", "numeric", "real", "double precision", "boolean", "text", "character varying", "character",
			"uuid", "json", "jsonb", "inet", "cidr", "bytea", "name":
			return true
		}
		return false
	}
	switch {
	case exact(from) && exact(to):
		return true
	case from == "timestamp without time zone" && (to == "date" || to == "time without time zone"), from == "date" && to == "timestamp without time zone":
		return true
	}
	return from == to && from != ""
}
