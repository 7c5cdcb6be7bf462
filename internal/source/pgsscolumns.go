package source

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

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
		out[i] = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))
	}
	return out
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

// statsColumns are the positions of the columns that are read, -1 missing.
type statsColumns struct {
	query, calls, total, plan, max, rows, topLevel, database, dbid, user, since int
	id                                                                          [4]int // userid, dbid, toplevel, queryid: what the view is keyed by
}

func statsColumnsOf(c columns) statsColumns {
	return statsColumns{
		query: c.find("query"), calls: c.find("calls"),
		total: c.find("total_exec_time", "total_time"), plan: c.find("total_plan_time"),
		max: c.find("max_exec_time", "max_time"), rows: c.find("rows"), topLevel: c.find("toplevel"),
		database: c.find("datname", "database", "dbname"), dbid: c.find("dbid"),
		user: c.find("usename", "rolname", "username", "user"), since: c.find("stats_since"),
		id: [4]int{c.find("userid"), c.find("dbid"), c.find("toplevel"), c.find("queryid")},
	}
}

// identity hashes what the view is keyed by, 0 when the export does not tell.
func (c *statsColumns) identity(record []string) uint64 {
	if c.id[0] < 0 || c.id[1] < 0 || c.id[3] < 0 || record[c.id[3]] == "" {
		return 0
	}
	var key strings.Builder
	for _, at := range c.id {
		if at >= 0 {
			key.WriteString(record[at])
		}
		key.WriteByte(0)
	}
	return xxhash.Sum64String(key.String())
}

// maxStatsMS is a time in ms beyond which a number is no time: 300 years.
const maxStatsMS = 1e13

// statsNumber reads a time in ms.
func statsNumber(s string) (float64, error) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(f >= 0 && f < maxStatsMS) {
		return 0, fmt.Errorf("%.40q is no time in ms", s)
	}
	return f, nil
}

// statsCount reads a count; some tools write it with a fraction.
func statsCount(s string) (int64, error) {
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n >= 0 {
		return n, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f >= 0 && f < 1<<53) || f != math.Trunc(f) {
		return 0, fmt.Errorf("%.40q is no count", s)
	}
	return int64(f), nil
}

func isFalse(s string) bool {
	switch strings.ToLower(s) {
	case "f", "false", "0", "no":
		return true
	}
	return false
}

// statsTime reads a timestamptz as CSV has it.
func statsTime(s string) (time.Time, error) {
	t, err := time.Parse("2006-01-02 15:04:05.999999999Z07", s)
	if err != nil {
		t, err = time.Parse("2006-01-02 15:04:05.999999999Z07:00", s)
	}
	return t.UTC(), err
}
