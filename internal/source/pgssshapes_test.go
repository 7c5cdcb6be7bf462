package source

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/workload"
)

// shown is what was read, a line for each statement: calls, µs, text without
// its layout.
func shown(w *workload.Workload) []string {
	var out []string
	for _, g := range w.Groups {
		total := g.Totals.Of(workload.SourceStats)
		out = append(out, fmt.Sprintf("%d %d %s", total.Calls, total.ExecUS, strings.Join(strings.Fields(g.Text), " ")))
	}
	slices.Sort(out)
	return out
}

// One view of PostgreSQL 15 with seven rows, written by psql in every way it
// has: texts hold bars, quotes, tabs, wide characters and line breaks of both
// kinds.
func TestPGSS_readsEveryShapeOfAnExport(t *testing.T) {
	want := []string{
		`1 11 select $1`,
		`1 12 select $1 as "日本", "name" from users where name = $2 or id = $3`,
		`1 21 update users set name = $1 where "id" = $2`,
		`1 40 select id from posts where id = $1`,
		`2 111 select u.id, p.title || $1 || p."größe" -- größe | size from users u join posts p on p.user_id = u.id where u.name like $2 and p.title = $3 and u.id + $4 > $5`,
		`2 221 select f($1)`,
		`3 42 select count(*) from users where id = $1`,
	}
	for _, c := range []struct{ file, how string }{
		{"all.csv", `\copy ... csv header`},
		{"semicolon.csv", "with delimiter ';'"},
		{"tab.csv", "with delimiter tab"},
		{"copy.tsv", "with (format text, header)"},
		{"unaligned.txt", "psql -A"},
		{"unaligned.tsv", `psql -A -F '\t'`},
		{"aligned.txt", "psql"},
		{"aligned2.txt", `\pset border 2`},
		{"unicode2.txt", `\pset linestyle unicode`},
		{"oldascii.txt", `\pset linestyle old-ascii`},
		{"wrapped.txt", `\pset format wrapped`},
		{"expanded.txt", `\x`},
		{"expanded-unicode.txt", `\x, \pset border 2, \pset linestyle unicode`},
		{"wrappedx.txt", `\x, \pset format wrapped`},
		{"agg.json", "psql -At, json_agg"},
		{"agg.txt", "psql, json_agg"},
		{"rows.ndjson", "psql -At, row_to_json"},
		{"rows.txt", "psql, row_to_json"},
		{"wrapper.json", "an array in an object"},
		{"heroku.txt", "the columns of heroku pg:outliers, with intervals"},
	} {
		w := readSample(t, Options{}, "pgss/shapes/"+c.file)
		in := w.Inputs[0]
		if in.Kind != "pgss" || in.Records != 7 || in.Unreadable+in.Truncated != 0 || len(in.Notes) > 0 {
			t.Errorf("%s: %s, %d rows, %d unreadable, %d truncated, notes %q", c.how, in.Kind, in.Records, in.Unreadable, in.Truncated, in.Notes)
		}
		if got := shown(w); !slices.Equal(got, want) {
			t.Errorf("%s:\n%s\nwant\n%s", c.how, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		size, err := os.Stat(filepath.Join("testdata/pgss/shapes", c.file))
		if err != nil || in.Bytes != size.Size() {
			t.Errorf("%s: %d bytes of %d counted, %v", c.how, in.Bytes, size.Size(), err)
		}
	}
}

func TestPGSS_readsTheShapesOfVersion17(t *testing.T) {
	const (
		update = "UPDATE orders SET total = total WHERE id = $1"
		count  = "SELECT count(*) FROM orders WHERE customer_id = $1"
	)
	for _, c := range []struct {
		file    string
		records int64
		update  int64 // µs of 4 calls
	}{
		{"pgss-1.11.json", 49, 400552},
		{"pgss-1.11.expanded.txt", 3, 400552},
		{"pgss-1.11.aligned.txt", 3, 0}, // has no times
	} {
		w := readSample(t, Options{}, "pgss/"+c.file)
		if in := w.Inputs[0]; in.Records != c.records || in.Unreadable != 0 {
			t.Errorf("%s: %d rows, %d unreadable, want %d and 0", c.file, in.Records, in.Unreadable, c.records)
		}
		u, n := groupOf(t, w, update).Totals.Of(workload.SourceStats), groupOf(t, w, count).Totals.Of(workload.SourceStats)
		if u.Calls != 4 || u.ExecUS != c.update || n.Calls != 12 {
			t.Errorf("%s: %d calls in %d µs, and %d calls; want 4 in %d, and 12", c.file, u.Calls, u.ExecUS, n.Calls, c.update)
		}
	}
	if w := readSample(t, Options{}, "pgss/pgss-1.11.aligned.txt"); !strings.Contains(notes(w), "3 rows have no times") {
		t.Errorf("notes %q", notes(w))
	}
	if w := readSample(t, Options{}, "pgss/pgss-1.11.ro.txt"); len(w.Groups) != 0 || !strings.Contains(notes(w), "3 rows belong to other users") {
		t.Errorf("%d groups, notes %q", len(w.Groups), notes(w))
	}
}

func TestPGSS_readsColumnsOfOtherTools(t *testing.T) {
	for _, c := range []struct {
		name, content string
		calls, us     int64
		database      string
	}{
		{"PgHero's table", "id,database,user,query,query_hash,total_time,calls,captured_at\n1,app,web,SELECT a FROM t,42,1500,3,2026-11-23 08:00:00\n", 3, 1500000, "app"},
		{"PgHero's query", `[{"query":"SELECT a FROM t","query_hash":7,"calls":3,"total_minutes":0.025,"average_time":500.0,"user":"web","total_percent":1.5}]`, 3, 1500000, ""},
		{"a mean only", "query,calls,average_time\nSELECT a FROM t,3,500\n", 3, 1500000, ""},
		{"seconds", "query,calls,total_seconds\nSELECT a FROM t,3,1.5\n", 3, 1500000, ""},
		{"microseconds", "query,calls,total_exec_time_us\nSELECT a FROM t,3,1500\n", 3, 1500, ""},
		{"a unit in the header", "Query,Calls,Total time (ms)\nSELECT a FROM t,3,1.5\n", 3, 1500, ""},
		{"a unit in the field", "query,calls,total_time\nSELECT a FROM t,3,1.5 s\n", 3, 1500000, ""},
		{"thousands", "query,ncalls,total_time\nSELECT a FROM t,\"1,234,567\",\"1,234.5\"\n", 1234567, 1234500, ""},
		{"an interval", "query,calls,total_exec_time\nSELECT a FROM t,3,1 day 00:00:01.5\n", 3, 86401500000, ""},
		{"Markdown", "| query | calls | total_ms |\n|:---|---:|---:|\n| SELECT a FROM t | 3 | 1.5 |\n", 3, 1500, ""},
		{"a table after what psql said", "psql (15.18)\nType \"help\" for help.\n\napp=# select query, calls, total_exec_time from pg_stat_statements;\n      query      | calls | total_exec_time\n-----------------+-------+-----------------\n SELECT a FROM t |     3 |             1.5\n(1 row)\n\napp=# \\q\n", 3, 1500, ""},
		{"a table after another", " setting \n---------\n 5000\n(1 row)\n\n n | m \n---+---\n 1 | 2 \n(1 row)\n\n query | calls | total_ms\n---+---+---\n SELECT a FROM t | 3 | 1.5\n", 3, 1500, ""},
		{"a French record", "-[ ENREGISTREMENT 1 ]-+---\nquery | SELECT a FROM t\ncalls | 3\ntotal_time | 1.5\n", 3, 1500, ""},
		{"members of members", `{"a":[{"name":"x"}],"rows":[{"query":"SELECT a FROM t","calls":"3","total_time":1.5,"more":{"x":[1]}}],"n":"{"}`, 3, 1500, ""},
	} {
		w := readText(t, Options{}, c.content)
		if in := w.Inputs[0]; in.Kind != "pgss" || in.Unreadable+in.Truncated != 0 || len(w.Groups) != 1 {
			t.Errorf("%s: read as %s, %d unreadable, %d groups, notes %q", c.name, in.Kind, in.Unreadable, len(w.Groups), in.Notes)
			continue
		}
		g := w.Groups[0]
		if got := g.Totals.Of(workload.SourceStats); g.Text != "SELECT a FROM t" || got.Calls != c.calls || got.ExecUS != c.us || g.Database != c.database {
			t.Errorf("%s: %d calls, %d µs, database %q of %q; want %d, %d, %q", c.name, got.Calls, got.ExecUS, g.Database, g.Text, c.calls, c.us, c.database)
		}
	}
}

func TestPGSS_readsColumnsThatAreMapped(t *testing.T) {
	for _, c := range []struct {
		name, content string
		pairs         []string
	}{
		{"CSV", "resource,hits,time_s\nSELECT a FROM t,3,1.5\n", []string{"query=resource", "calls=hits", "total_s=time_s"}},
		{"ndjson with paths", `{"metric":{"sql":"SELECT a FROM t"},"n":{"calls":3,"ns":1500000000}}`, []string{"query=.metric.sql", "calls=.n.calls", "total_ns=.n.ns"}},
		{"the mean", "q1,n,avg\nSELECT a FROM t,3,500\n", []string{"query=q1", "calls=n", "mean_ms=avg"}},
		{"against the usual name", "query,text,calls,total_time,wall\n7,SELECT a FROM t,3,9,1500\n", []string{"query=text", "total_ms=wall"}},
	} {
		m, err := ParseStatsMap(c.pairs)
		if err != nil {
			t.Fatal(err)
		}
		w := readText(t, Options{Map: m}, c.content)
		if len(w.Groups) != 1 || w.Groups[0].Text != "SELECT a FROM t" || w.Groups[0].Totals.Of(workload.SourceStats).Calls != 3 || w.Groups[0].Totals.Of(workload.SourceStats).ExecUS != 1500000 {
			t.Errorf("%s: read %v", c.name, shown(w))
		}
	}
	for pair, want := range map[string]string{
		"query": "names no column", "query=": "names no column", "sqltext=a": "is unknown", "total_parsecs=a": "is unknown", "calls=n": "needs query",
	} {
		if _, err := ParseStatsMap([]string{pair}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("--map %s: %v, want %q", pair, err, want)
		}
	}
}

func TestPGSS_aDamagedExportCostsTheDamagedRowsOnly(t *testing.T) {
	const a, b = `{"query":"SELECT a FROM t","calls":3,"total_time":1.5}`, `{"query":"SELECT b FROM t","calls":3,"total_time":1.5}`
	const head = " query | calls | total_ms \n-------+-------+----------\n"
	for _, c := range []struct {
		name, content         string
		groups                int
		unreadable, truncated int64
	}{
		{"an object without its end", a[:30] + "\n" + b + "\n", 1, 1, 0},
		{"an object without its beginning", a + "\n" + `T a FROM t","calls":3}` + "\n" + b, 2, 1, 0},
		{"a string without its end", a[:20] + "\n" + b, 1, 1, 0},
		{"an object that breaks in a number", strings.Replace(a, "3,", "3;", 1) + "\n" + b, 1, 1, 0},
		{"the end of the array is missing", "[" + a + ",\n " + b[:25], 1, 0, 1},
		{"calls that are no number", strings.Replace(a, "3", `"x"`, 1) + "\n" + b, 1, 1, 0},
		{"a line of a table without bars", head + " SELECT a FROM t | 3 | 1.5\nnonsense\n SELECT b FROM t | 3 | 1.5\n", 2, 1, 0},
		{"a table that begins in a row", head + " FROM t | | \n SELECT b FROM t | 3 | 1.5\n", 1, 1, 0},
		{"a table that ends in a row", head + " SELECT a FROM t | 3 | 1.5\n SELECT b FR", 1, 0, 1},
		{"a record that lacks its end", "-[ RECORD 1 ]-+---\nquery | SELECT a FROM t\ncalls | 3\n-[ RECORD 2 ]-+---\nquery | SELECT b\n", 1, 0, 0},
		{"a row without delimiters", "query|calls|total_time\nSELECT a || b FROM t|3|1.5\nSELECT b", 1, 0, 1},
	} {
		w := readText(t, Options{}, c.content)
		if in := w.Inputs[0]; len(w.Groups) != c.groups || in.Unreadable != c.unreadable || in.Truncated != c.truncated {
			t.Errorf("%s: %d groups, %d unreadable, %d truncated, notes %q, examples %v; want %d, %d, %d",
				c.name, len(w.Groups), in.Unreadable, in.Truncated, in.Notes, in.Examples, c.groups, c.unreadable, c.truncated)
		}
	}
}

func TestPGSS_textsThatWereCutAreMarked(t *testing.T) {
	w := readSample(t, Options{}, "pgss/shapes/short.txt") // left(query, 40)
	cut := map[string]bool{}
	for _, g := range w.Groups {
		if g.Traits&workload.TraitTruncated != 0 {
			cut[strings.Join(strings.Fields(g.Text), " ")] = true
		}
	}
	if len(cut) == 0 || cut["select f($1)"] {
		t.Errorf("marked as cut: %v", cut)
	}
}

func TestDetect_tellsStatisticsFromWhatLooksLikeThem(t *testing.T) {
	for _, c := range []struct{ name, content, want string }{
		{"a file for --weights", "query\tcalls\tmean_ms\nq01\t300\t1.5\n", "unknown"},
		{"metrics", "# HELP pg_stat_statements_calls_total Number of calls\n# TYPE pg_stat_statements_calls_total counter\npg_stat_statements_calls_total{datname=\"app\",queryid=\"1\",user=\"web\"} 3\n", "metrics"},
		{"metrics among others", "# TYPE go_goroutines gauge\ngo_goroutines 8\nccp_pg_stat_statements_total_calls_count{dbname=\"app\",role=\"all\"} 60\n", "metrics"},
		{"metrics as JSON", `{"status":"success","data":{"result":[{"metric":{"__name__":"pg_stat_statements_calls_total","queryid":"1"},"value":[1,"3"]}]}}`, "metrics"},
		{"other JSON", `[{"query":"SELECT 1","duration":3}]`, "json"},
		{"a log of compose", "db-1  | 2026-11-23 08:26:55.184 UTC [16953] LOG:  duration: 15.263 ms  statement: SELECT 1\n", "stderr"},
		{"a query of the view", "SELECT query, calls\nFROM pg_stat_statements_info i, pg_stat_statements s;\n", "sql"},
	} {
		if got := detect([]byte(c.content)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	w := readText(t, Options{}, "# TYPE pg_stat_statements_calls_total counter\npg_stat_statements_calls_total{queryid=\"1\"} 3\n")
	if !strings.Contains(notes(w), "they hold no SQL") {
		t.Errorf("notes %q", notes(w))
	}
}

func TestUnknown_saysHowToExportWhatIsInNoShapeThatIsRead(t *testing.T) {
	for _, c := range []struct{ how, content string }{
		{`\pset format html`, "<table border=\"1\">\n  <tr>\n    <th align=\"center\">query</th>\n    <th align=\"center\">calls</th>\n    <th align=\"center\">total_exec_time</th>\n"},
		{`\pset format latex`, "\\begin{tabular}{l | r | r}\n\\textit{query} & \\textit{calls} & \\textit{total\\_exec\\_time} \\\\\n\\hline\nSELECT 1 & 1 & 2 \\\\\n"},
		{`\pset format asciidoc`, "[options=\"header\",cols=\"<l,>l,>l\",frame=\"none\"]\n|====\n^l|query ^l|calls ^l|total_exec_time\n|SELECT 1 |1 |2\n|====\n"},
		{`\pset border 0`, "   query    calls total_exec_time \n----------- ----- ---------------\nSELECT $1      12             1.5\n(1 row)\n"},
		{`\x, \pset format csv`, "query,SELECT 1\ncalls,1\ntotal_exec_time,2\n"},
	} {
		w := readText(t, Options{}, c.content)
		if len(w.Groups) > 0 || !strings.Contains(notes(w), "names the columns of pg_stat_statements, but in a form that is not read") {
			t.Errorf("%s: %s, notes %q", c.how, w.Inputs[0].Kind, notes(w))
		}
	}
}

func TestPGSS_numbersOfALocaleAreNotGuessed(t *testing.T) {
	w := readText(t, Options{}, " query | calls | total_exec_time \n---+---+---\n SELECT a | 1 | 1.234.567,5\n SELECT b | 2 | 0,25\n")
	in := w.Inputs[0]
	if len(w.Groups) != 0 || in.Unreadable+in.Truncated != 2 || !strings.Contains(in.Examples[0].Text, "numericlocale off") {
		t.Errorf("%v, %d unreadable, examples %v", shown(w), in.Unreadable, in.Examples)
	}
}

func FuzzPGSSShapes(f *testing.F) {
	samples, err := filepath.Glob("testdata/pgss/shapes/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range samples {
		content, err := os.ReadFile(s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(content[:min(len(content), 4000)]))
	}
	f.Add("[{\"a\":[{\"query\":\"x\",\"calls\":1}")
	f.Fuzz(func(t *testing.T, content string) {
		w := readText(t, Options{}, content)
		in := w.Inputs[0]
		if in.Kind != "pgss" {
			return
		}
		for _, g := range w.Groups {
			if total := g.Totals.Of(workload.SourceStats); total.Calls <= 0 || total.ExecUS < 0 {
				t.Fatalf("%d calls in %d µs", total.Calls, total.ExecUS)
			}
		}
		if int64(len(w.Groups)) > in.Records {
			t.Fatalf("%d groups of %d rows", len(w.Groups), in.Records)
		}
	})
}
