package doctor

import (
	"fmt"

	"github.com/apilint/apilint/analyzer"
)

// Values says how many statements with placeholders were logged, and of how
// many the values were, in all logs that were read together.
type Values struct {
	Statements, Known int64
	Logs              int
}

// in says where they were counted.
func (v Values) in() string {
	if v.Logs > 1 {
		return fmt.Sprintf(" (in all %d logs)", v.Logs)
	}
	return ""
}

// Log judges the settings of the server that wrote a log, from what was
// recognised in it.
func Log(in *analyzer.Input, v Values) Checked {
	c := Checked{Source: in.Path, Kind: "log", Service: serviceOf(in.Envelopes), Advice: []Advice{}, Notes: []string{}}
	add := func(setting string, now *string, hides, cost string, sql ...string) {
		c.Advice = append(c.Advice, Advice{Setting: setting, Now: now, Hides: hides, SQL: sql, After: []string{}, Cost: cost})
	}
	switch {
	case in.Pending > 0 && in.Executions == 0:
		add("log_min_duration_statement", nil, "statements are logged without their duration: what is slow is not known", costOfAll,
			append(everyStatement(), set("log_statement", literal("none")))...)
	case in.Executions == 0:
		add("log_min_duration_statement", nil, "no statement is logged with its duration", costOfAll, everyStatement()...)
	case in.ThresholdMS != nil:
		now := "probably " + milliseconds(*in.ThresholdMS)
		add("log_min_duration_statement", &now,
			"statements below that are not logged: N+1 loops are made of fast statements. For index advice the threshold is enough", costOfAll, everyStatement()...)
	}
	if in.Sampled != nil && *in.Sampled < 1 {
		add("log_statement_sample_rate", nil, fmt.Sprintf("about %.3g of the statements are logged, by chance: of a loop only pieces are seen", *in.Sampled),
			"none more than now: the same share is logged, but whole transactions", set("log_min_duration_sample", "-1"), set("log_transaction_sample_rate", fmt.Sprintf("%.3g", *in.Sampled)))
	}
	if in.Format == "stderr" {
		if hides, missing := prefix(in.Prefix); missing {
			now := in.Prefix
			add("log_line_prefix", &now, hides, costOfPrefix, set("log_line_prefix", literal(prefixWanted)))
		}
	}
	if in.Bare > 0 && in.Executions > 0 {
		add("log_duration", nil, fmt.Sprintf("%d durations have no statement: they cannot be used", in.Bare), "none: the log gets smaller",
			set("log_duration", "off"), set("log_statement", literal("none")), set("log_min_duration_statement", "0"))
	}
	if v.Statements > 0 && v.Known == 0 {
		add("log_parameter_max_length", nil,
			fmt.Sprintf("none of %d executions with parameters%s has their values: whether ten calls read ten rows or one row ten times is not known, nor what LIKE $1 was given. The lines DETAIL are missing: log_parameter_max_length is 0 (PostgreSQL 13 and newer) or log_error_verbosity terse, or what carries the log left them out", v.Statements, v.in()),
			costOfValues, set("log_parameter_max_length", "-1"), set("log_error_verbosity", "default"))
	}
	if v.Known > 0 && v.Known*2 < v.Statements {
		c.Notes = append(c.Notes, fmt.Sprintf("only %d of %d executions with parameters%s have their values: settings of single roles or databases, or what carries the log left lines out", v.Known, v.Statements, v.in()))
	}
	if in.Truncated > 0 {
		c.Notes = append(c.Notes, fmt.Sprintf("%d texts are cut short: raise the limit of what carries the log (rsyslog: $MaxMessageSize), or --max-statement-size", in.Truncated))
	}
	c.Notes = append(c.Notes, in.Notes...)
	return c
}
