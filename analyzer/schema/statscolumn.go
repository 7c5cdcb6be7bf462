package schema

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// column reads a row of pg_stats.
func (st *stats) column(r row) {
	schema, table, name := r.get("schemaname", "schema"), r.get("tablename"), r.get("attname")
	parsed, err := columnStats(r)
	if err != nil {
		st.problem("", "%s.%s: %v", table, name, err)
		return
	}
	t := st.find(schema, table)
	if t == nil {
		if x := st.findIndex(schema, "", table); x != nil {
			x.ensureStats() // of an expression, by the index's own column name
			if x.Stats.Expressions == nil {
				x.Stats.Expressions = map[string]*ColumnStats{}
			}
			x.Stats.Expressions[name] = parsed
			return
		}
		st.problem("table "+table, "table %s is on the server and not in the schema", table)
		return
	}
	col := t.Column(name)
	if col == nil {
		st.problem("", "%s has no column %s", t.Name, name)
		return
	}
	for _, list := range [][]string{parsed.MCV, parsed.Histogram} {
		for i, v := range list {
			if v = plainTime(col.Type, v); v != list[i] {
				list[i] = v
			}
			if !fits(col.Type, v) {
				st.problem("", "%s.%s is %s: its statistics are of another type", t.Name, name, col.Type)
				return
			}
		}
	}
	// Of a table with heirs there are two rows: of itself, and of all together.
	// The second describes a partitioned table, which has no rows itself.
	inherited := truth(r.get("inherited"))
	if inherited && t.Kind != KindPartitioned && col.Stats != nil {
		return
	}
	col.Stats = parsed
	delete(st.cat.derived, col)
	st.HasStats = true
}

func columnStats(r row) (*ColumnStats, error) {
	nulls, err1 := number(r.get("null_frac"))
	width, err2 := number(r.get("avg_width"))
	distinct, err3 := number(r.get("n_distinct"))
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	if nulls < 0 || nulls > 1 || distinct < -1 || width < 0 {
		return nil, errors.New("a fraction, width or number of values out of range")
	}
	c := &ColumnStats{NullFrac: nulls, AvgWidth: width, NDistinct: distinct}
	if text := r.get("correlation"); text != "" {
		v, err := number(text)
		if err != nil {
			return nil, err
		}
		c.Correlation, c.HasCorr = v, true
	}
	var err error
	if c.MCV, c.MCF, err = frequencies(r.get("most_common_vals"), r.get("most_common_freqs"), 0); err != nil {
		return nil, fmt.Errorf("most_common_vals: %w", err)
	}
	if text := r.get("histogram_bounds"); text != "" {
		if c.Histogram, _, err = parseArray(text); err != nil {
			return nil, fmt.Errorf("histogram_bounds: %w", err)
		}
	}
	// Behind the frequencies of elements stand the least, the greatest and
	// that of NULL elements (STATISTIC_KIND_MCELEM in pg_statistic.h).
	if c.Elems, c.ElemFreqs, err = frequencies(r.get("most_common_elems"), r.get("most_common_elem_freqs"), 3); err != nil {
		return nil, fmt.Errorf("most_common_elems: %w", err)
	}
	return c, nil
}

// frequencies reads values and how frequent they are; up to extra numbers may
// follow.
func frequencies(values, freqs string, extra int) ([]string, []float64, error) {
	if values == "" {
		return nil, nil, nil
	}
	v, null, err := parseArray(values)
	if err != nil {
		return nil, nil, err
	}
	f, err := parseFrequencies(freqs)
	if err != nil {
		return nil, nil, err
	}
	if len(f) < len(v) || len(f) > len(v)+extra {
		return nil, nil, fmt.Errorf("%d values with %d frequencies", len(v), len(f))
	}
	if null == nil {
		return v, f, nil
	}
	var keptV []string
	var keptF []float64
	for i := range v {
		if !null[i] {
			keptV, keptF = append(keptV, v[i]), append(keptF, f[i])
		}
	}
	return keptV, append(keptF, f[len(v):]...), nil
}

// fits reports whether a value can be one of the type; it knows the types
// whose values have a form of their own.
func fits(typ, v string) bool {
	switch base := baseName(typ); base {
	case "smallint", "integer", "bigint", "oid":
		_, err := strconv.ParseInt(v, 10, 64)
		return err == nil
	case "numeric", "real", "double precision":
		_, err := strconv.ParseFloat(v, 64)
		return err == nil || errors.Is(err, strconv.ErrRange)
	case "boolean":
		return v == "t" || v == "f" || v == "true" || v == "false"
	case "uuid":
		return len(v) == 36 && strings.Count(v, "-") == 4
	case "date", "timestamp without time zone", "timestamp with time zone":
		return v != "" && (v[0] >= '0' && v[0] <= '9' || strings.HasSuffix(v, "infinity"))
	case "json", "jsonb":
		return v != ""
	default:
		return !strings.HasSuffix(base, "[]") || strings.HasPrefix(v, "{") || strings.HasPrefix(v, "[")
	}
}

// plainTime spells a time as PostgreSQL prints it, where it stands as JSON has
// it: 2026-01-01T08:00:00+00:00.
func plainTime(typ, v string) string {
	if !strings.HasPrefix(baseName(typ), "timestamp") {
		return v
	}
	if i := strings.IndexByte(v, 'T'); i > 0 {
		v = v[:i] + " " + strings.TrimSuffix(v[i+1:], ":00")
		if !strings.ContainsAny(v[i:], "+-") && strings.Count(v[i:], ":") == 1 {
			v += ":00" // those were the seconds
		}
	}
	return v
}

func number(s string) (float64, error) {
	if s == "" {
		return 0, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, fmt.Errorf("%q is no number", clip(s, 40))
	}
	return f, nil
}

func whole(s string) (int64, error) {
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return i, nil
	}
	f, err := number(s)
	if math.Abs(f) > math.MaxInt64/2 {
		return 0, fmt.Errorf("%q is too large", clip(s, 40))
	}
	return int64(f), err
}
