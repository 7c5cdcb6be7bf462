package doctor

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/apilint/apilint/internal/snapshot"
)

// Server judges the settings of a server.
func Server(s *snapshot.Snapshot) (Checked, error) {
	settings, units, err := settingsOf(s.File(snapshot.Settings))
	if err != nil {
		return Checked{}, err
	}
	c := &server{settings: settings, units: units, Checked: Checked{Source: "server:" + s.Database, Kind: "server", Service: s.Service, Advice: []Advice{}, Notes: []string{}}}
	c.durations()
	c.texts()
	c.lines()
	c.values()
	c.others()
	c.statements(s)
	c.plans()
	c.overrides(s.Overridden)
	return c.Checked, nil
}

// settingsOf reads an export of pg_settings: values and their units.
func settingsOf(text string) (settings, units map[string]string, err error) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, nil, fmt.Errorf("the settings: %w", err)
	}
	settings, units = map[string]string{}, map[string]string{}
	for _, r := range rows {
		if len(r) >= 3 {
			settings[r[0]], units[r[0]] = r[1], r[2]
		}
	}
	return settings, units, nil
}

// server is one that is being judged. A setting that the user may not see, or
// that the version does not have, is not judged.
type server struct {
	Checked
	settings map[string]string
	units    map[string]string
}

func (c *server) is(name string, values ...string) bool {
	v, ok := c.settings[name]
	return ok && slices.Contains(values, strings.ToLower(v))
}

// number is a setting in its unit; off where it is not there.
func (c *server) number(name string, off float64) float64 {
	if f, err := strconv.ParseFloat(c.settings[name], 64); err == nil {
		return f
	}
	return off
}

// add reports a setting as it is.
func (c *server) add(a Advice) {
	if v, ok := c.settings[a.Setting]; ok {
		if unit := c.units[a.Setting]; unit != "" && c.number(a.Setting, -1) > 0 {
			v += " " + unit
		}
		a.Now = &v
	}
	if a.SQL == nil {
		a.SQL = []string{}
	}
	if a.After == nil {
		a.After = []string{}
	}
	c.Advice = append(c.Advice, a)
}

// durations judges which statements are logged with their duration.
func (c *server) durations() {
	least := c.number("log_min_duration_statement", -1)
	sample := c.number("log_min_duration_sample", -1)
	rate := c.number("log_statement_sample_rate", 1)
	whole := c.number("log_transaction_sample_rate", 0)
	pairs := c.is("log_statement", "all") && c.is("log_duration", "on")
	const name = "log_min_duration_statement"
	switch {
	case least == 0 || pairs || whole > 0:
	case sample >= 0 && rate > 0 && rate < 1:
		c.add(Advice{
			Setting: "log_statement_sample_rate",
			Hides:   "a statement is logged by chance: of a loop only pieces are seen, and N+1 loops cannot be told from single calls",
			SQL:     []string{set("log_min_duration_sample", "-1"), set("log_transaction_sample_rate", strconv.FormatFloat(rate, 'g', -1, 64))},
			Cost:    "none more than now: the same share is logged, but whole transactions; only superusers and roles that were granted it may set it for a session",
		})
	case sample == 0 && rate >= 1: // all of them
	case least < 0 && sample < 0 && c.is("log_statement", "all"):
		c.add(Advice{
			Setting: name, Hides: "statements are logged without their duration: what is slow is not known",
			SQL: append(everyStatement(), set("log_statement", literal("none"))), Cost: "none more than now: the same lines, with a duration",
		})
	case least < 0 && sample < 0:
		c.add(Advice{Setting: name, Hides: "no statement is logged: a log of this server says nothing about loops or indexes", SQL: everyStatement(), Cost: costOfAll})
	default:
		if least < 0 || sample >= 0 && sample < least && rate >= 1 {
			least = sample
		}
		c.add(Advice{
			Setting: name, SQL: everyStatement(), Cost: costOfAll,
			Hides: "statements below " + milliseconds(least) + " are not logged: N+1 loops are made of fast statements. For index advice the threshold is enough",
		})
	}
	if c.is("log_min_messages", "fatal", "panic") {
		c.add(Advice{Setting: "log_min_messages", Hides: "no statement is logged whatever the other settings say: their lines are of level LOG", SQL: []string{set("log_min_messages", "warning")}, Cost: "warnings and errors are in the log, too"})
	}
}

// texts judges whether statement and duration stand together.
func (c *server) texts() {
	least := c.number("log_min_duration_statement", -1)
	switch {
	case c.is("log_statement", "all") && (least >= 0 || c.is("log_duration", "on")):
		sql := []string{set("log_statement", literal("none"))}
		if least < 0 {
			sql = append(sql, everyStatement()...)
		}
		if c.is("log_duration", "on") {
			sql = append(sql, set("log_duration", "off"))
		}
		c.add(Advice{
			Setting: "log_statement", SQL: sql,
			Hides: "a statement and its duration stand in two lines: they are paired within a session, and what a statement's lines lack is lost",
			Cost:  "none: the log gets smaller. Statements that fail are then logged by log_min_error_statement only",
		})
	case c.is("log_duration", "on") && least != 0:
		c.add(Advice{
			Setting: "log_duration", SQL: []string{set("log_duration", "off")},
			Hides: "durations without a statement stand in the log: they cannot be used",
			Cost:  "none: the log gets smaller",
		})
	}
}

// lines judges what a line tells besides its message.
func (c *server) lines() {
	destination, ok := c.settings["log_destination"]
	plain := !ok || strings.Contains(destination, "stderr")
	if format, seen := c.settings["log_line_prefix"]; seen && plain {
		if hides, missing := prefix(format); missing {
			c.add(Advice{Setting: "log_line_prefix", Hides: hides, SQL: []string{set("log_line_prefix", literal(prefixWanted))}, Cost: costOfPrefix})
		}
	}
	if plain && c.Service == "" && c.is("logging_collector", "off") {
		c.add(Advice{
			Setting: "logging_collector", SQL: []string{set("logging_collector", "on")}, Restart: true,
			Hides: "statements of more than 4 kB that several sessions log at once are mixed into each other's lines",
			Cost:  "a restart; the log then goes to files in log_directory, not to the container's or the service's output",
		})
	}
}

// values judges whether the values of parameters are logged.
func (c *server) values() {
	switch n := c.number("log_parameter_max_length", -1); {
	case n == 0:
		c.add(Advice{
			Setting: "log_parameter_max_length", SQL: []string{set("log_parameter_max_length", "-1")}, Cost: costOfValues,
			Hides: "values of parameters are not logged: whether ten calls read ten rows or one row ten times is not known, nor what LIKE $1 was given",
		})
	case n > 0 && n < 64:
		c.add(Advice{
			Setting: "log_parameter_max_length", SQL: []string{set("log_parameter_max_length", "64")}, Cost: costOfValues,
			Hides: fmt.Sprintf("values of parameters are cut after %g bytes: longer ones look alike", n),
		})
	}
	if c.is("log_error_verbosity", "terse") {
		c.add(Advice{
			Setting: "log_error_verbosity", SQL: []string{set("log_error_verbosity", "default")}, Cost: "lines DETAIL, HINT, QUERY and CONTEXT in the log; " + costOfValues,
			Hides: "lines of detail are not logged, and the values of parameters stand in them",
		})
	}
}

func (c *server) others() {
	if c.is("log_lock_waits", "off") {
		c.add(Advice{
			Setting: "log_lock_waits", SQL: []string{set("log_lock_waits", "on")}, Cost: "two lines for each wait longer than deadlock_timeout",
			Hides: "time that a statement waited for a lock looks like time that an index would save",
		})
	}
	if c.is("track_counts", "off") {
		c.add(Advice{
			Setting: "track_counts", SQL: []string{set("track_counts", "on")}, Cost: "next to nothing; it is the default, and autovacuum needs it",
			Hides: "the use of indexes is not counted, and tables are not analysed by themselves: their statistics grow old",
		})
	}
}

// list writes libraries as ALTER SYSTEM takes a list: each for itself.
func list(libraries string) string {
	var out []string
	for _, l := range strings.Split(libraries, ",") {
		if l = strings.Trim(strings.TrimSpace(l), `"`); l != "" {
			out = append(out, literal(l))
		}
	}
	return strings.Join(out, ", ")
}

// overrides lists what holds for some sessions only: the settings of the
// server say nothing about those.
func (c *server) overrides(all []snapshot.Overrides) {
	for _, o := range all {
		whose, sql := "every role", "ALTER ROLE ALL"
		switch {
		case o.Role != "" && o.Database != "":
			whose, sql = "role "+o.Role+" in database "+o.Database, "ALTER ROLE "+ident(o.Role)+" IN DATABASE "+ident(o.Database)
		case o.Role != "":
			whose, sql = "role "+o.Role, "ALTER ROLE "+ident(o.Role)
		case o.Database != "":
			whose, sql = "database "+o.Database, "ALTER DATABASE "+ident(o.Database)
		}
		for _, s := range o.Settings {
			name, value, _ := strings.Cut(s, "=")
			if !strings.HasPrefix(name, "log_") && name != "pg_stat_statements.track" {
				continue
			}
			c.Advice = append(c.Advice, Advice{
				Setting: name, Now: &value, SQL: []string{sql + " RESET " + name + ";"}, After: []string{},
				Hides: "sessions of " + whose + " have a setting of their own: what holds for the server does not hold for them",
				Cost:  "from their next connection on, these sessions are logged as all others",
			})
		}
	}
}
