package doctor

import (
	"encoding/csv"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/internal/snapshot"
)

// seeing are settings that hide nothing.
var seeing = map[string]string{
	"log_min_duration_statement": "0", "log_min_duration_sample": "-1", "log_statement_sample_rate": "1", "log_transaction_sample_rate": "0",
	"log_statement": "none", "log_duration": "off", "log_min_messages": "warning", "log_destination": "stderr", "logging_collector": "on",
	"log_line_prefix": prefixWanted, "log_parameter_max_length": "-1", "log_error_verbosity": "default", "log_lock_waits": "on", "track_counts": "on",
	"shared_preload_libraries": "pg_stat_statements", "session_preload_libraries": "\x00", "local_preload_libraries": "\x00", "pg_stat_statements.track": "top", "pg_stat_statements.max": "5000",
}

// of makes a snapshot of a server that differs in the settings; "name=" alone
// takes one away.
func of(t *testing.T, changed string) *snapshot.Snapshot {
	t.Helper()
	settings := maps.Clone(seeing)
	for _, c := range strings.Split(changed, "; ") {
		if name, value, ok := strings.Cut(c, "="); ok {
			settings[name] = value
			if value == "" {
				delete(settings, name)
			}
		}
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"name", "setting", "unit"})
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		_ = w.Write([]string{name, strings.Trim(settings[name], "\x00"), ""})
	}
	w.Flush()
	s := &snapshot.Snapshot{Database: "app", Extension: &snapshot.Extension{Version: "1.10"}}
	s.Set(snapshot.Settings, b.String())
	return s
}

func TestServer_namesWhatHides(t *testing.T) {
	for _, c := range []struct {
		changed string
		want    []string // the SQL of all advice
	}{
		{"", nil},
		{"log_min_duration_statement=-1", []string{"ALTER SYSTEM SET log_min_duration_statement = 0;"}},
		{"log_min_duration_statement=200", []string{"ALTER SYSTEM SET log_min_duration_statement = 0;"}},
		{"log_min_duration_statement=200; log_transaction_sample_rate=0.01", nil},
		{"log_min_duration_statement=-1; log_min_duration_sample=0; log_statement_sample_rate=0.1", []string{"ALTER SYSTEM SET log_min_duration_sample = -1;", "ALTER SYSTEM SET log_transaction_sample_rate = 0.1;"}},
		{"log_min_duration_statement=-1; log_min_duration_sample=0", nil},
		{"log_min_duration_statement=-1; log_min_duration_sample=50", []string{"ALTER SYSTEM SET log_min_duration_statement = 0;"}},
		{"log_min_duration_statement=-1; log_min_duration_sample=0; log_statement_sample_rate=0", []string{"ALTER SYSTEM SET log_min_duration_statement = 0;"}},
		{"log_min_duration_statement=-1; log_statement=all", []string{"ALTER SYSTEM SET log_min_duration_statement = 0;", "ALTER SYSTEM SET log_statement = 'none';"}},
		{"log_min_duration_statement=-1; log_statement=all; log_duration=on", []string{"ALTER SYSTEM SET log_statement = 'none';", "ALTER SYSTEM SET log_min_duration_statement = 0;", "ALTER SYSTEM SET log_duration = off;"}},
		{"log_statement=all", []string{"ALTER SYSTEM SET log_statement = 'none';"}},
		{"log_statement=ddl", nil},
		{"log_duration=on", nil},
		{"log_min_duration_statement=200; log_duration=on", []string{"ALTER SYSTEM SET log_min_duration_statement = 0;", "ALTER SYSTEM SET log_duration = off;"}},
		{"log_min_messages=fatal", []string{"ALTER SYSTEM SET log_min_messages = warning;"}},
		{"log_line_prefix=%m [%p] ", []string{"ALTER SYSTEM SET log_line_prefix = '%m [%p] %c %l %q%u@%d/%a ';"}},
		{"log_line_prefix=%t:%r:%u@%d:[%p]:%a ", nil},
		{"log_line_prefix=%m %12c %-10d %a ", nil},
		{"log_line_prefix=%m %%p %d %a ", []string{"ALTER SYSTEM SET log_line_prefix = '%m [%p] %c %l %q%u@%d/%a ';"}},
		{"log_line_prefix=%m ; log_destination=jsonlog", nil},
		{"logging_collector=off", []string{"ALTER SYSTEM SET logging_collector = on;"}},
		{"log_parameter_max_length=0", []string{"ALTER SYSTEM SET log_parameter_max_length = -1;"}},
		{"log_parameter_max_length=8", []string{"ALTER SYSTEM SET log_parameter_max_length = 64;"}},
		{"log_parameter_max_length=1024", nil},
		{"log_error_verbosity=terse", []string{"ALTER SYSTEM SET log_error_verbosity = default;"}},
		{"log_lock_waits=off", []string{"ALTER SYSTEM SET log_lock_waits = on;"}},
		{"track_counts=off", []string{"ALTER SYSTEM SET track_counts = on;"}},
		{"shared_preload_libraries=\x00", []string{"ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements';"}},
		{"shared_preload_libraries=auto_explain, timescaledb", []string{"ALTER SYSTEM SET shared_preload_libraries = 'auto_explain', 'timescaledb', 'pg_stat_statements';"}},
		{"shared_preload_libraries=", nil}, // the user may not see it
		{"compute_query_id=off", []string{"ALTER SYSTEM SET compute_query_id = auto;"}},
		{"compute_query_id=auto", nil},
		{"pg_stat_statements.max=100", []string{"ALTER SYSTEM SET pg_stat_statements.max = 5000;"}},
		{"pg_stat_statements.track=none", []string{"ALTER SYSTEM SET pg_stat_statements.track = 'top';"}},
	} {
		got, err := Server(of(t, c.changed))
		if err != nil {
			t.Fatal(err)
		}
		var sql []string
		for _, a := range got.Advice {
			if !a.Optional {
				sql = append(sql, a.SQL...)
			}
			if a.Hides == "" || a.Cost == "" || a.Now == nil {
				t.Errorf("%q: %+v", c.changed, a)
			}
		}
		if diff := cmp.Diff(c.want, sql); diff != "" {
			t.Errorf("%q (- want):\n%s", c.changed, diff)
		}
	}
}

func TestServer_namesWhatIsMissingOfPgStatStatements(t *testing.T) {
	s := of(t, "")
	evicted := int64(7)
	s.Extension.Evicted = &evicted
	s.Overridden = []snapshot.Overrides{
		{Role: "batch", Settings: []string{"log_min_duration_statement=-1", "search_path=x"}},
		{Role: "o\"dd", Database: "app", Settings: []string{"log_statement=all"}},
		{Database: "app", Settings: []string{"log_min_duration_statement=10"}},
	}
	got, err := Server(s)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"ALTER SYSTEM SET pg_stat_statements.max = 10000;",
		`ALTER ROLE "batch" RESET log_min_duration_statement;`,
		`ALTER ROLE "o""dd" IN DATABASE "app" RESET log_statement;`,
		`ALTER DATABASE "app" RESET log_min_duration_statement;`,
		"SELECT pg_reload_conf();",
		"-- then restart the server",
	}
	if diff := cmp.Diff(want, Script([]Checked{got})); diff != "" {
		t.Errorf("(- want):\n%s", diff)
	}

	s = of(t, "")
	s.Extension, s.Notes = nil, []string{`pg_stat_statements is not installed in database "app": CREATE EXTENSION pg_stat_statements`}
	if got, err = Server(s); err != nil || len(got.Notes) != 0 {
		t.Errorf("%+v %v", got, err)
	}
	if diff := cmp.Diff([]string{"CREATE EXTENSION IF NOT EXISTS pg_stat_statements;"}, Script([]Checked{got})); diff != "" {
		t.Errorf("(- want):\n%s", diff)
	}
}

func TestLog_namesWhatTheLogLacks(t *testing.T) {
	number := func(f float64) *float64 { return &f }
	whole := analyzer.Input{Path: "x.log", Kind: "log", Format: "stderr", Prefix: prefixWanted, Executions: 100}
	for _, c := range []struct {
		what   string
		change func(*analyzer.Input)
		values Values
		want   []string
	}{
		{"nothing is missing", func(*analyzer.Input) {}, Values{Statements: 50, Known: 50}, nil},
		{"a threshold", func(in *analyzer.Input) { in.ThresholdMS = number(200) }, Values{}, []string{"log_min_duration_statement"}},
		{"no durations", func(in *analyzer.Input) { in.Executions, in.Pending = 0, 9 }, Values{}, []string{"log_min_duration_statement"}},
		{"no statements", func(in *analyzer.Input) { in.Executions = 0 }, Values{}, []string{"log_min_duration_statement"}},
		{"a sample", func(in *analyzer.Input) { in.Sampled = number(.1) }, Values{}, []string{"log_statement_sample_rate"}},
		{"no session", func(in *analyzer.Input) { in.Prefix = "%m %d %a " }, Values{}, []string{"log_line_prefix"}},
		{"no prefix", func(in *analyzer.Input) { in.Prefix = "" }, Values{}, []string{"log_line_prefix"}},
		{"no prefix, but fields", func(in *analyzer.Input) { in.Prefix, in.Format = "", "csvlog" }, Values{}, nil},
		{"durations alone", func(in *analyzer.Input) { in.Bare = 3 }, Values{}, []string{"log_duration"}},
		{"no values", func(*analyzer.Input) {}, Values{Statements: 50, Known: 0}, []string{"log_parameter_max_length"}},
		{"some values", func(*analyzer.Input) {}, Values{Statements: 50, Known: 1}, nil},
	} {
		in := whole
		c.change(&in)
		got := Log(&in, c.values)
		var settings []string
		for _, a := range got.Advice {
			settings = append(settings, a.Setting)
		}
		if diff := cmp.Diff(c.want, settings); diff != "" {
			t.Errorf("%s (- want):\n%s", c.what, diff)
		}
	}
}

func TestServer_saysWhatWouldShowMore(t *testing.T) {
	const loaded = "session_preload_libraries=auto_explain; auto_explain.log_min_duration="
	for _, c := range []struct {
		changed string
		want    []string // settings
	}{
		{"", []string{"pg_stat_statements.track", "session_preload_libraries"}},
		{"pg_stat_statements.track=all; " + loaded + "250; auto_explain.log_analyze=on", nil},
		{"pg_stat_statements.track=all; " + loaded + "250; auto_explain.log_analyze=off", []string{"auto_explain.log_analyze"}},
		{"pg_stat_statements.track=all; " + loaded + "-1", []string{"auto_explain.log_min_duration"}},
		{"pg_stat_statements.track=all; session_preload_libraries=", nil}, // the user may not see it
	} {
		got, err := Server(of(t, c.changed))
		if err != nil {
			t.Fatal(err)
		}
		var settings []string
		for _, a := range got.Advice {
			if a.Optional {
				settings = append(settings, a.Setting)
			}
		}
		if diff := cmp.Diff(c.want, settings); diff != "" {
			t.Errorf("%q (- want):\n%s", c.changed, diff)
		}
		if script := Script([]Checked{got}); len(script) > 0 {
			t.Errorf("%q: it is in the script: %q", c.changed, script)
		}
	}
}

// Where ALTER SYSTEM is not allowed, no line of it is printed.
func TestTable_namesTheParametersOfAManagedService(t *testing.T) {
	for name, want := range map[string]string{
		"rds": "the DB parameter group", "cloudsql": "the database flags", "alloydb": "the database flags", "azure": "the server parameters", "heroku": "heroku pg:settings",
	} {
		s := of(t, "log_min_duration_statement=-1; logging_collector=off; shared_preload_libraries=a, b; log_line_prefix=%t:%r:%u@%d:[%p]:")
		s.Service = name
		s.Extension = nil
		s.Overridden = []snapshot.Overrides{{Role: "batch", Settings: []string{"log_statement=all"}}}
		c, err := Server(s)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := Table(&b, []Checked{c}); err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{
			want, "  log_min_duration_statement = 0\n", "  shared_preload_libraries = a,b,pg_stat_statements  (needs a restart)\n",
			"And in SQL:\n  ALTER ROLE \"batch\" RESET log_statement;\n  CREATE EXTENSION IF NOT EXISTS pg_stat_statements;\n",
		} {
			if !strings.Contains(b.String(), line) {
				t.Errorf("%s: %q is missing in\n%s", name, line, &b)
			}
		}
		for _, line := range []string{"ALTER SYSTEM", "logging_collector", "pg_reload_conf"} {
			if strings.Contains(b.String(), line) {
				t.Errorf("%s: %q is in\n%s", name, line, &b)
			}
		}
	}
}

func TestLog_knowsTheServiceByItsEnvelope(t *testing.T) {
	for envelope, want := range map[string]string{"cloudwatch": "rds", "gcp": "cloudsql", "azure": "azure", "docker": ""} {
		in := analyzer.Input{Path: "x.log", Kind: "log", Envelopes: []string{"gzip", envelope}}
		if got := Log(&in, Values{}).Service; got != want {
			t.Errorf("%s: %q, want %q", envelope, got, want)
		}
	}
}

func TestTable_logsThatLackTheSameStandTogether(t *testing.T) {
	var checked []Checked
	for _, name := range []string{"a.log", "b.log", "c.log", "d.log"} {
		in := analyzer.Input{Path: name, Kind: "log", Format: "stderr", Prefix: "%m [%p] ", Executions: 9}
		if name == "c.log" {
			in.Prefix = prefixWanted
		}
		checked = append(checked, Log(&in, Values{}))
	}
	var b strings.Builder
	if err := Table(&b, checked); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(b.String(), "a.log, b.log, d.log\n\n  log_line_prefix") || !strings.Contains(b.String(), "\nc.log\n  nothing hides anything here\n") || !strings.Contains(b.String(), "\n1 setting hides something\n") {
		t.Errorf("%s", &b)
	}
}
