package source

import (
	"regexp"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// delimiter of the fields: what the header line has most of.
func delimiter(head []byte) rune {
	line, _, _ := strings.Cut(string(head), "\n")
	best, most := ',', strings.Count(line, ",")
	for _, c := range []rune{'\t', ';', '|'} {
		if n := strings.Count(line, string(c)); n > most {
			best, most = c, n
		}
	}
	return best
}

// columns finds columns by name.
type columns []string

func columnsOf(header []string) columns {
	out := make(columns, len(header))
	for i, name := range header {
		out[i] = columnName(name)
	}
	return out
}

// columnName is a name as it is looked for: "Total time (ms)" is total_time_ms.
func columnName(s string) string {
	s = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(s, "\ufeff")))
	if !strings.ContainsAny(s, " ().") {
		return s
	}
	return strings.Join(strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(" ()._", c) }), "_")
}

// find returns the position of the first of the names that is a column, or -1.
func (c columns) find(names ...string) int {
	for _, name := range names {
		if i := slices.Index(c, name); i >= 0 {
			return i
		}
	}
	return -1
}

// timeColumn is a column of times: where it stands, -1 missing, and what one of
// its units is in ms.
type timeColumn struct {
	at int
	ms float64
}

// units in ms, by how the names of columns end.
var units = map[string]float64{
	"ns": 1e-6, "nsec": 1e-6, "nanoseconds": 1e-6,
	"us": 1e-3, "usec": 1e-3, "microseconds": 1e-3,
	"ms": 1, "msec": 1, "millis": 1, "milliseconds": 1,
	"s": 1e3, "sec": 1e3, "secs": 1e3, "seconds": 1e3,
	"min": 6e4, "mins": 6e4, "minutes": 6e4,
	"h": 3.6e6, "hours": 3.6e6,
}

// findTime returns the first column of times that has one of the names, as it
// stands, which is ms, or with a unit behind it. What is called just "total"
// needs the unit.
func (c columns) findTime(names ...string) timeColumn {
	for _, name := range names {
		if i := slices.Index(c, name); i >= 0 && strings.HasSuffix(name, "time") {
			return timeColumn{i, 1}
		}
	}
	for _, name := range names {
		for i, column := range c {
			unit, ok := strings.CutPrefix(column, name)
			if !ok || !strings.HasPrefix(unit, "_") {
				continue
			}
			if ms := units[unit[1:]]; ms > 0 {
				return timeColumn{i, ms}
			}
		}
	}
	return timeColumn{-1, 1}
}

// statsColumns are the positions of the columns that are read, -1 missing.
type statsColumns struct {
	query, calls, rows, topLevel, database, dbid, user, since, dealloc, reset int
	total, mean, plan, max                                                    timeColumn
	id                                                                        [4]int // userid, dbid, toplevel, queryid: what the view is keyed by
	cut                                                                       bool   // the query is called as one that was cut
}

// The names of the columns that an export must have.
var (
	queryNames = []string{"query", "query_text", "normalized_query", "qry", "q", "sql", "statement", "short_query", "short", "left", "substr", "substring"}
	cutNames   = []string{"short_query", "short", "left", "substr", "substring"}
	callsNames = []string{"calls", "ncalls", "call_count", "total_calls", "num_calls", "exec_count", "execution_count", "executions"}
)

// idName is what identifies a query rather than being its text, or counts some.
var idName = regexp.MustCompile(`id$|hash$|type$|count$|queries|time|^all_|percent`)

func statsColumnsOf(header []string, m StatsMap) statsColumns {
	c := columnsOf(header)
	s := statsColumns{query: c.find(queryNames...), calls: c.find(callsNames...)}
	if len(m) == 0 && s.calls < 0 {
		return s // most of what is no export ends here
	}
	if s.query < 0 {
		s.query = slices.IndexFunc(c, func(name string) bool {
			return strings.Contains(name, "query") && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") == "" && !idName.MatchString(name)
		})
	}
	s = statsColumns{
		query: s.query, calls: s.calls,
		total: c.findTime("total_exec_time", "total_time", "total_exec", "total", "exec_time"),
		mean:  c.findTime("mean_exec_time", "mean_time", "average_time", "avg_exec_time", "avg_time", "mean_exec", "avg_exec", "mean", "average", "avg"),
		plan:  c.findTime("total_plan_time", "total_plan"),
		max:   c.findTime("max_exec_time", "max_time", "max_exec", "max"),
		rows:  c.find("rows", "total_rows"), topLevel: c.find("toplevel"),
		database: c.find("datname", "database", "dbname"), dbid: c.find("dbid"),
		user: c.find("usename", "rolname", "username", "user"), since: c.find("stats_since"),
		dealloc: c.find("dealloc"), reset: c.find("stats_reset"),
	}
	s.id = [4]int{c.find("userid"), s.dbid, s.topLevel, c.find("queryid")}
	s.mapped(c, m)
	s.cut = s.query >= 0 && slices.Contains(cutNames, c[s.query])
	return s
}

// usable reports whether there is enough to read.
func (c *statsColumns) usable() bool { return c.query >= 0 && c.calls >= 0 }

// identity hashes what the view is keyed by, 0 when the export does not tell.
func (c *statsColumns) identity(id [4]string) uint64 {
	if c.id[0] < 0 || c.id[1] < 0 || c.id[3] < 0 || id[3] == "" {
		return 0
	}
	return xxhash.Sum64String(strings.Join(id[:], "\x00"))
}
