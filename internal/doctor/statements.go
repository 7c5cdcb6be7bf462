package doctor

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/apilint/apilint/internal/snapshot"
)

// statements judges pg_stat_statements.
func (c *server) statements(s *snapshot.Snapshot) {
	const library, counts = "shared_preload_libraries", "pg_stat_statements does not count: no totals, no statement that is fast and frequent"
	libraries, visible := c.settings[library]
	loaded := strings.Contains(libraries, "pg_stat_statements")
	create := []string{"CREATE EXTENSION IF NOT EXISTS pg_stat_statements;"}
	switch {
	case visible && !loaded:
		all := "pg_stat_statements"
		if strings.TrimSpace(libraries) != "" {
			all = libraries + ", " + all
		}
		a := Advice{
			Setting: library, Hides: counts, SQL: []string{set(library, list(all))}, Restart: true,
			Cost: "a restart, some MB of shared memory, a few per cent of time where statements are very short",
		}
		if s.Extension == nil {
			a.After = create
		}
		c.add(a)
	case s.Extension == nil && slices.ContainsFunc(s.Notes, func(n string) bool { return strings.Contains(n, "is not installed in database") }):
		c.add(Advice{Setting: "pg_stat_statements", Hides: "pg_stat_statements cannot be read in this database: its view is missing", SQL: create, Cost: "none: the library counts already"})
	default:
		c.Notes = append(c.Notes, s.Notes...)
	}
	if !loaded {
		return
	}
	if c.is("pg_stat_statements.track", "none") {
		c.add(Advice{Setting: "pg_stat_statements.track", Hides: counts, SQL: []string{set("pg_stat_statements.track", literal("top"))}, Cost: "a few per cent of time where statements are very short"})
	}
	if c.is("pg_stat_statements.track", "top") {
		c.add(Advice{
			Setting: "pg_stat_statements.track", SQL: []string{set("pg_stat_statements.track", literal("all"))}, Optional: true,
			Hides: "statements inside functions and procedures are not counted for themselves",
			Cost:  "a row for each of them: the view fills sooner",
		})
	}
	if c.is("compute_query_id", "off") {
		c.add(Advice{Setting: "compute_query_id", Hides: counts, SQL: []string{set("compute_query_id", "auto")}, Cost: "next to nothing; it is the default"})
	}
	if limit := c.number("pg_stat_statements.max", 5000); limit < 1000 {
		c.add(Advice{
			Setting: "pg_stat_statements.max", SQL: []string{set("pg_stat_statements.max", "5000")}, Restart: true,
			Hides: fmt.Sprintf("no more than %g statements are kept, the rarest are thrown out", limit),
			Cost:  "a restart, about 1 kB of memory for each statement; 5000 is the default",
		})
		return
	}
	if x := s.Extension; x != nil && x.Evicted != nil && *x.Evicted > 0 {
		limit := int64(c.number("pg_stat_statements.max", 5000))
		c.add(Advice{
			Setting: "pg_stat_statements.max", SQL: []string{set("pg_stat_statements.max", strconv.FormatInt(2*limit, 10))}, Restart: true,
			Hides: fmt.Sprintf("the view ran full %d times and threw out rare statements: counts are incomplete", *x.Evicted),
			Cost:  "a restart, about 1 kB of memory for each statement",
		})
	}
}

// plans judges whether plans of slow statements are logged, and what they tell.
func (c *server) plans() {
	const minimum, library = "auto_explain.log_min_duration", "session_preload_libraries"
	const cost = "a plan in the log for every statement above the threshold. log_analyze counts the rows of every plan node of every statement, " +
		"fast ones too; without log_timing that costs little, but measure it"
	settings := []string{set(minimum, "1000"), set("auto_explain.log_analyze", "on"), set("auto_explain.log_timing", "off")}
	loaded := false
	for _, name := range []string{library, "shared_preload_libraries", "local_preload_libraries"} {
		libraries, ok := c.settings[name]
		if !ok {
			return // the user may not see it
		}
		loaded = loaded || strings.Contains(libraries, "auto_explain")
	}
	const hides = "plans are not logged: that an estimate was wrong, a sort went to disk or an index scan threw most rows away is not seen"
	least, known := c.settings[minimum]
	switch {
	case !loaded:
		all := "auto_explain"
		if now := strings.TrimSpace(c.settings[library]); now != "" {
			all = now + ", " + all
		}
		c.add(Advice{
			Setting: library, Hides: hides, Cost: cost + ". New sessions only; no restart", Optional: true,
			SQL: append([]string{"LOAD 'auto_explain';", set(library, list(all))}, settings...),
		})
	case known && least == "-1":
		c.add(Advice{Setting: minimum, Hides: hides, Cost: cost, SQL: settings, Optional: true})
	case known && c.is("auto_explain.log_analyze", "off"):
		c.add(Advice{
			Setting: "auto_explain.log_analyze", Optional: true, SQL: settings[1:], Cost: cost,
			Hides: "plans are logged with estimates only: that one was wrong, or a sort went to disk, is not seen",
		})
	}
}
