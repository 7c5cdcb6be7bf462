// Package doctor tells which settings of a server hide from apilint what an
// analysis needs, and what mends each: from the settings themselves, or from
// what a log looks like.
package doctor

import (
	"fmt"
	"slices"
	"strings"
)

// Advice is one setting that hides something.
type Advice struct {
	Setting string   `json:"setting"`
	Now     *string  `json:"now"` // as the server or the log has it; nil unknown
	Hides   string   `json:"hides"`
	SQL     []string `json:"sql"`     // what mends it
	After   []string `json:"after"`   // what to run when the server was restarted
	Cost    string   `json:"cost"`    // of mending it
	Restart bool     `json:"restart"` // a reload is not enough

	// Optional advice shows more where it is wanted; without it nothing is seen
	// wrongly, and it is no part of the script.
	Optional bool `json:"optional"`
}

// Checked is one server or log.
type Checked struct {
	Source  string   `json:"source"`
	Kind    string   `json:"kind"`              // server, log
	Service string   `json:"service,omitempty"` // managed, by a short name; "" none or unknown
	Advice  []Advice `json:"advice"`
	Notes   []string `json:"notes"`
}

// prefixWanted names everything that apilint can use.
const prefixWanted = "%m [%p] %c %l %q%u@%d/%a "

const (
	costOfAll = "a line for every statement (three with the extended protocol, and one for its values). Fine for a test run. " +
		"In production keep a threshold and set log_transaction_sample_rate = 0.01: one transaction in a hundred is logged whole"
	costOfPrefix = "some 60 bytes more in every line; scripts that read the log must know the new prefix"
	costOfValues = "the log holds all values that applications send, personal data too, and grows by them"
)

func set(name, value string) string { return "ALTER SYSTEM SET " + name + " = " + value + ";" }

func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func ident(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

func everyStatement() []string { return []string{set("log_min_duration_statement", "0")} }

// prefix says what a log_line_prefix does not tell; ok is false when that is
// nothing of importance.
func prefix(format string) (hides string, ok bool) {
	has := func(escapes ...string) bool {
		return slices.ContainsFunc(escapes, func(e string) bool { return slices.Contains(escapesOf(format), e) })
	}
	var missing []string
	for _, c := range []struct {
		there bool
		what  string
	}{
		{has("c", "p"), "the session (%c or %p): statements of different sessions look like one, loops cannot be told"},
		{has("m", "t", "n"), "the time (%m): no rates, no pauses between requests, no --since"},
		{has("d"), "the database (%d): statements of several databases are judged by one schema"},
		{has("a"), "the application (%a): who sent a statement is not known"},
	} {
		if !c.there {
			missing = append(missing, c.what)
		}
	}
	return "the lines do not name " + strings.Join(missing, "; nor "), len(missing) > 0
}

// escapesOf lists the letters of a prefix's escapes; %-10u is u.
func escapesOf(format string) []string {
	var out []string
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			continue
		}
		i++
		for i < len(format) && (format[i] == '-' || format[i] >= '0' && format[i] <= '9') {
			i++
		}
		if i < len(format) {
			out = append(out, format[i:i+1])
		}
	}
	return out
}

// Script is everything that mends all of it, each line once. What is optional
// is left out.
func Script(checked []Checked) []string {
	var now, later []string
	restart, system := false, false
	add := func(list *[]string, lines []string) {
		for _, l := range lines {
			if !slices.Contains(*list, l) {
				*list = append(*list, l)
			}
		}
	}
	for _, c := range checked {
		for _, a := range c.Advice {
			if a.Optional {
				continue
			}
			add(&now, a.SQL)
			add(&later, a.After)
			restart = restart || a.Restart
			system = system || slices.ContainsFunc(a.SQL, func(l string) bool { return strings.HasPrefix(l, "ALTER SYSTEM") })
		}
	}
	if system {
		now = append(now, "SELECT pg_reload_conf();")
	}
	if restart {
		now = append(now, "-- then restart the server")
	}
	return append(now, later...)
}

func milliseconds(ms float64) string {
	if ms >= 1000 {
		return fmt.Sprintf("%g s", ms/1000)
	}
	return fmt.Sprintf("%g ms", ms)
}
