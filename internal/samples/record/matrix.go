package main

import "slices"

// prefixes are log_line_prefix as people invent it. A blind one begins with
// what the client chooses and names nothing else: nobody can tell a forgery.
var prefixes = []struct {
	name, prefix string
	blind        bool
}{
	{"prefix-all", "a=%a b=%b c=%c d=%d e=%e h=%h i=%i l=%l m=%m n=%n p=%p P=%P Q=%Q r=%r s=%s t=%t u=%u v=%v x=%x pad=[%-12u][%12d] %% q=%q> ", false},
	{"prefix-pipes", "%t|%u|%d|%a|%h|%p|%e|", false},
	{"prefix-brackets", "<%p:%l> {%a} ", false},
	{"prefix-epoch", "%n %p %q[%u/%d] ", false},
	{"prefix-empty", "", false},
	{"prefix-session", "%s %c %l %x %v ", false},
	{"prefix-all-session", "%m %r %i %Q %b%q %u ", false},
	{"prefix-words", "pg: time=%m level=%e session=%c app='%a' ", false},
	{"prefix-late", "%q%a@%u ", true},
	{"prefix-json", `{"ts":"%m","pid":%p,"user":"%u","db":"%d"} `, false},
}

// languages are those of Debian's postgresql-15.
var languages = []struct{ name, locale string }{
	{"german", "de_DE.UTF-8"},
	{"spanish", "es_ES.UTF-8"},
	{"french", "fr_FR.UTF-8"},
	{"italian", "it_IT.UTF-8"},
	{"japanese", "ja_JP.UTF-8"},
	{"georgian", "ka_GE.UTF-8"},
	{"korean", "ko_KR.UTF-8"},
	{"russian", "ru_RU.UTF-8"},
	{"swedish", "sv_SE.UTF-8"},
	{"ukrainian", "uk_UA.UTF-8"},
	{"chinese", "zh_CN.UTF-8"},
}

type settings = map[string]string

// recordings is the whole matrix.
func recordings() []recording {
	out := []recording{
		{name: "default-14", server: "14", forms: "stderr csvlog", lies: true},
		{name: "default-15", server: "15", forms: "stderr csvlog jsonlog", lies: true, wrap: slices.Concat(programs, documentedLines, documentedRows)},
		{name: "default-18", server: "18", forms: "stderr csvlog jsonlog", lies: true},
	}
	for _, version := range []string{"14", "15", "18"} {
		forms := "stderr csvlog jsonlog"
		if version == "14" {
			forms = "stderr csvlog"
		}
		out = append(out,
			recording{
				name: "all-and-durations-" + version, server: version, forms: forms, mode: bareDurations, lies: true,
				settings: settings{"log_min_duration_statement": "-1", "log_statement": "all", "log_duration": "on"},
			},
			recording{
				name: "verbose-" + version, server: version, forms: forms, lies: true,
				settings: settings{"log_error_verbosity": "verbose", "log_line_prefix": "%m [%p] %q%u@%d "},
			},
			recording{
				name: "terse-" + version, server: version, forms: "stderr", without: "calls values",
				settings: settings{"log_error_verbosity": "terse", "log_line_prefix": "%t [%p]: user=%u,db=%d,app=%a,client=%h "},
			},
			recording{
				name: "slow-" + version, server: version, forms: forms, mode: onlySlow,
				settings: settings{"log_min_duration_statement": "300", "log_line_prefix": "%m %c "},
			},
			recording{
				name: "plans-text-" + version, server: version, forms: forms, lies: true,
				settings: explain("text", "on"),
			},
			recording{
				name: "connections-" + version, server: version, forms: forms,
				settings: settings{
					"log_connections": "on", "log_disconnections": "on", "log_lock_waits": "on", "log_checkpoints": "on",
					"log_line_prefix": "%m [%p]: [%l-1] db=%d,user=%u ", "log_parameter_max_length": "24",
				},
				without: "values",
			},
		)
	}
	for _, format := range []string{"json", "xml", "yaml"} {
		out = append(out, recording{
			name: "plans-" + format + "-15", server: "15", forms: "stderr csvlog jsonlog", lies: true, settings: explain(format, "on"),
		})
	}
	for _, format := range []string{"text", "json"} {
		only := explain(format, "off")
		only["log_min_duration_statement"] = "-1"
		out = append(out, recording{name: "only-plans-" + format + "-18", server: "18", forms: "stderr csvlog jsonlog", mode: onlyPlans, settings: only})
	}
	for _, p := range prefixes {
		out = append(out, recording{
			name: p.name, server: "15", forms: "stderr", lies: !p.blind, settings: settings{"log_line_prefix": p.prefix},
		})
	}
	for _, l := range languages {
		out = append(out, recording{
			name: l.name, server: "15", forms: "stderr csvlog jsonlog", lies: true, settings: settings{"lc_messages": l.locale},
		})
	}
	return append(out,
		recording{
			name: "german-all-and-durations", server: "15", forms: "stderr csvlog", mode: bareDurations,
			settings: settings{
				"lc_messages": "de_DE.UTF-8", "log_min_duration_statement": "-1", "log_statement": "all", "log_duration": "on",
			},
		},
		recording{name: "latin1", server: "15", forms: "stderr csvlog jsonlog", database: "latin1", narrow: true},
		recording{name: "ascii", server: "15", forms: "stderr csvlog jsonlog", database: "ascii", narrow: true},
		recording{
			name: "rotated", server: "18", forms: "stderr csvlog jsonlog", rotate: 3,
			settings: settings{"log_line_prefix": "%m [%p] %c %l "},
		},
		recording{
			name: "zone", server: "18", forms: "stderr csvlog jsonlog",
			settings: settings{"log_timezone": "Asia/Kathmandu", "log_line_prefix": "%t [%p-%l] %u@%d/%a "},
		},
		recording{
			name: "rds", server: "15", forms: "stderr", wrap: cloudWatch,
			settings: settings{"log_line_prefix": "%t:%r:%u@%d:[%p]:"},
		},
		recording{
			name: "cloudsql", server: "15", forms: "stderr", wrap: cloudSQL,
			settings: settings{"log_line_prefix": "%m [%p]: [%l-1] db=%d,user=%u "},
		},
		recording{
			name: "azure", server: "15", forms: "stderr", wrap: azure,
			settings: settings{"log_line_prefix": "%t-%c-"},
		},
		recording{
			name: "heroku", server: "15", forms: "stderr", wrap: heroku, without: "calls values",
			settings: settings{"log_line_prefix": " sql_error_code = %e "},
		},
		syslogRecording("syslog", "on", "on", "%m [%p] %u@%d "),
		syslogRecording("syslog-unsplit", "off", "on", "user=%u,db=%d,app=%a "),
		syslogRecording("syslog-unnumbered", "on", "off", "%m [%p] "),
		syslogRecording("syslog-plain", "off", "off", ""),
	)
}

// explain are the settings of auto_explain.
func explain(format, nested string) settings {
	return settings{
		"session_preload_libraries": "auto_explain", "auto_explain.log_min_duration": "0", "auto_explain.log_format": format,
		"auto_explain.log_nested_statements": nested, "auto_explain.log_analyze": "on",
	}
}

func syslogRecording(name, split, numbers, prefix string) recording {
	r := recording{
		name: name, server: "15",
		settings: settings{
			"log_destination": "syslog,csvlog", "syslog_split_messages": split, "syslog_sequence_numbers": numbers, "log_line_prefix": prefix,
		},
	}
	if split == "off" {
		r.without = "calls values" // rsyslogd cuts messages at 8 KiB
	}
	return r
}
