package engine

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/workload"
)

// ran is one statement that a log saw, or (stats) pg_stat_statements.
type ran struct {
	database, user, text string
	stats                bool
}

// analysed runs the engine over statements and DDL, each DATABASE=SCRIPT.
func analysed(t *testing.T, ddl []string, in []ran) *analyzer.Result {
	t.Helper()
	c := schema.NewCluster()
	for _, script := range ddl {
		database, script, _ := strings.Cut(script, "=")
		c.Database(database).AddDDL("schema.sql", script)
	}
	agg := workload.NewAggregator(workload.Limits{})
	for i, r := range in {
		source, kind := workload.SourceLog, "log"
		if r.stats {
			source, kind = workload.SourceStats, "pgss"
		}
		agg.Input(&workload.Input{Kind: kind, Coverage: workload.Coverage{Records: 1, Executions: 1}}, source)
		command := workload.CommandSelect
		if strings.HasPrefix(r.text, "SET") {
			command = workload.CommandSet
		}
		key := uint64(i + 1)
		for j, earlier := range in[:i] {
			if earlier.database == r.database && earlier.text == r.text {
				key = uint64(j + 1)
			}
		}
		agg.Count(&workload.Counter{Key: key, Database: r.database, Users: []string{r.user}, Text: r.text, Command: command, TopLevel: true, Totals: workload.Totals{Calls: 1, ExecUS: 1000}})
	}
	res, err := Run(context.Background(), Input{Workload: agg.Workload(), Schemas: c}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestRun_statementsAreReadByTheSchemaOfTheirDatabase(t *testing.T) {
	const (
		app   = "app=CREATE TABLE t (a int, b int); CREATE INDEX app_a ON t (a);"
		crm   = "crm=CREATE TABLE t (a int, b int); CREATE INDEX crm_b ON t (b);"
		all   = "=CREATE TABLE t (a int, b int); CREATE INDEX all_a ON t (a);"
		paths = "app=CREATE SCHEMA s; CREATE TABLE t (a int); CREATE TABLE s.t (a int); CREATE INDEX public_a ON t (a); CREATE INDEX s_a ON s.t (a);"
		byA   = "SELECT * FROM t WHERE a = 1"
		byB   = "SELECT * FROM t WHERE b = 1"
		inT   = "SELECT 1 FROM t"
	)
	for _, c := range []struct {
		name string
		ddl  []string
		in   []ran
		want string // DATABASE:VERDICT of each statement, sorted
		skip string // KIND COUNT
	}{
		{"one schema for all", []string{all}, []ran{{"app", "u", byA, false}, {"crm", "u", byA, false}}, "app:all_a crm:all_a", ""},
		{"each its own", []string{app, crm}, []ran{{"app", "u", byA, false}, {"crm", "u", byA, false}, {"app", "u", byB, false}, {"crm", "u", byB, false}}, "app:app_a app:t_b_idx! crm:crm_b crm:t_a_idx!", ""},
		{"its own, else that for all", []string{all, crm}, []ran{{"app", "u", byA, false}, {"crm", "u", byB, false}}, "app:all_a crm:crm_b", ""},
		{"none while others have one", []string{app, crm}, []ran{{"app", "u", byA, false}, {"hr", "u", byA, false}}, "app:app_a hr:t_a_idx!", "database-without-schema 1: of database hr: give --schema hr=PATH"},
		{"no name while several have one", []string{app, crm}, []ran{{"", "u", byA, false}}, ":t_a_idx!", "database-without-schema 1: of database (no name): log_line_prefix with %d tells which one it is"},
		{"no name and one schema", []string{app}, []ran{{"", "u", byA, false}}, ":app_a", ""},
		{"another name and one schema", []string{app}, []ran{{"app_test", "u", byA, false}}, "app_test:app_a", "schema-of-another-name 1: database app_test is read by the schema of app: there is only one of both"},
		{"another name beside the right one", []string{app}, []ran{{"app", "u", byA, false}, {"hr", "u", byA, false}}, "app:app_a hr:t_a_idx!", "database-without-schema 1: of database hr: give --schema hr=PATH"},
		{"a database of catalogue queries needs none", []string{app}, []ran{{"app", "u", byA, false}, {"postgres", "u", "SELECT relname FROM pg_class WHERE oid = 1", false}}, "app:app_a postgres:", ""},
		{"an oid that turns out to be a name", []string{app, crm}, []ran{{"crm", "u", byB, false}, {"oid:5", "u", byB, true}, {"oid:5", "u", byA, true}}, "crm:crm_b crm:t_a_idx!", ""},

		{"the user's schema", []string{paths}, []ran{{"app", "s", byA, false}}, "app:s_a", ""},
		{"another user's", []string{paths}, []ran{{"app", "u", byA, false}}, "app:public_a", ""},
		{"of two users with different ones", []string{paths}, []ran{{"app", "s", byA, false}, {"app", "u", byA, false}}, "app:", "ambiguous-table 1: t may be public.t or s.t"},
		{"what the same user set before", []string{paths}, []ran{{"app", "u", "SET search_path = s", false}, {"app", "u", byA, false}}, "app: app:", "ambiguous-table 1: t may be public.t or s.t"},
		{"what another user set", []string{paths}, []ran{{"app", "v", "SET search_path = s", false}, {"app", "u", byA, false}}, "app: app:public_a", ""},
		{"what the same user set in another database", []string{paths, crm}, []ran{{"crm", "u", "SET search_path = s", false}, {"app", "u", byA, false}}, "app:public_a crm:", ""},
		{"a path that is not known", []string{paths}, []ran{{"app", "u", "SET search_path TO $1", true}, {"app", "u", byA, false}}, "app: app:", "ambiguous-table 1: t may be public.t or s.t"},
		{"only a database with tables has a path", []string{"app=CREATE ROLE u;"}, []ran{{"app", "u", inT, false}}, "app:", ""},
	} {
		res := analysed(t, c.ddl, c.in)
		var got []string
		for _, q := range res.Queries {
			word := strings.Join(q.Verdict.Indexes, ",")
			if q.Verdict.Kind == "recommended" {
				word += "!"
			}
			got = append(got, q.Database+":"+word)
		}
		slices.Sort(got)
		skip := ""
		for _, s := range res.Skips {
			if slices.Contains([]string{"database-without-schema", "ambiguous-table", "schema-of-another-name"}, s.Kind) {
				skip += s.Kind + " " + strings.Repeat("1", s.Count) + ": " + s.Example
			}
		}
		if strings.Join(got, " ") != c.want || !strings.HasPrefix(skip, c.skip) || (skip == "") != (c.skip == "") {
			t.Errorf("%s:\n got %q, %q\nwant %q, %q", c.name, strings.Join(got, " "), skip, c.want, c.skip)
		}
	}
}
