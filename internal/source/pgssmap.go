package source

import (
	"fmt"
	"slices"
	"strings"
)

// StatsMap names the columns of statistics that are called otherwise than in
// pg_stat_statements: --map. Its keys are query, calls, total_ms (or another
// unit), and so on; its values are names of columns, in JSON with the path to
// them.
type StatsMap map[string]string

// statsKeys are the keys that are no times.
var statsKeys = []string{"query", "calls", "rows", "database", "user", "toplevel", "userid", "dbid", "queryid"}

// statsTimes are the keys of times, each with a unit behind it.
var statsTimes = []string{"total", "mean", "max", "plan"}

// ParseStatsMap reads pairs such as "query=sql_text".
func ParseStatsMap(pairs []string) (StatsMap, error) {
	if len(pairs) == 0 {
		return nil, nil
	}
	m := StatsMap{}
	for _, pair := range pairs {
		key, column, ok := strings.Cut(pair, "=")
		key = columnName(key)
		column = columnName(strings.TrimPrefix(strings.TrimSpace(column), "."))
		if !ok || column == "" {
			return nil, fmt.Errorf("--map %q names no column; write it like query=sql_text,calls=n,total_ms=time", pair)
		}
		if base, _ := timeKey(key); base == "" && !slices.Contains(statsKeys, key) {
			return nil, fmt.Errorf("--map %q: %q is unknown; it is one of %s, or %s with a unit behind it such as total_ms or mean_s", pair, key, strings.Join(statsKeys, ", "), strings.Join(statsTimes, ", "))
		}
		m[key] = column
	}
	if m["query"] == "" {
		return nil, fmt.Errorf("--map needs query=COLUMN, the text of the statement")
	}
	return m, nil
}

// timeKey splits total_ms into total and what the unit is in ms.
func timeKey(key string) (base string, ms float64) {
	base, unit, ok := strings.Cut(key, "_")
	if ms = units[unit]; !ok || ms == 0 || !slices.Contains(statsTimes, base) {
		return "", 0
	}
	return base, ms
}

// mapped lets the user's names win.
func (s *statsColumns) mapped(c columns, m StatsMap) {
	if len(m) == 0 {
		return
	}
	plain := map[string]*int{
		"query": &s.query, "calls": &s.calls, "rows": &s.rows, "database": &s.database, "user": &s.user,
		"toplevel": &s.topLevel, "userid": &s.id[0], "dbid": &s.id[1], "queryid": &s.id[3],
	}
	times := map[string]*timeColumn{"total": &s.total, "mean": &s.mean, "max": &s.max, "plan": &s.plan}
	for key, column := range m {
		at := c.find(column)
		if base, ms := timeKey(key); base != "" {
			*times[base] = timeColumn{at, ms}
			continue
		}
		*plain[key] = at
	}
	if m["toplevel"] != "" {
		s.id[2] = s.topLevel
	}
	if m["dbid"] != "" {
		s.dbid = s.id[1]
	}
}
