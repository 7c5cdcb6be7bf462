package source

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/workload"
)

// readDifference reads two exports as --pgss-before and --pgss-after do.
func readDifference(t testing.TB, before, after string) (*workload.Workload, error) {
	t.Helper()
	dir := t.TempDir()
	o := Options{StatsBefore: filepath.Join(dir, "before"), StatsAfter: filepath.Join(dir, "after")}
	for path, content := range map[string]string{o.StatsBefore: before, o.StatsAfter: after} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	agg := workload.NewAggregator(workload.Limits{})
	err := Read(context.Background(), nil, o, agg)
	return agg.Workload(), err
}

func TestPGSSDifference_isWhatRanBetweenTwoExports(t *testing.T) {
	const (
		plain = "userid,dbid,toplevel,queryid,query,calls,total_exec_time,rows\n"
		since = "userid,dbid,toplevel,queryid,query,calls,total_exec_time,rows,stats_since\n"
		info  = "userid,dbid,toplevel,queryid,query,calls,total_exec_time,rows,dealloc,stats_reset\n"
	)
	for _, c := range []struct {
		name, before, after string
		want                []string // calls, µs, text
		note                string
	}{
		{
			"calls and times are subtracted", plain + "1,5,t,9,SELECT a FROM t,4,2,8\n", plain + "1,5,t,9,SELECT a FROM t,10,5.5,9\n",
			[]string{"6 3500 SELECT a FROM t"},
			"",
		},
		{
			"what did not run is no part of it", plain + "1,5,t,9,SELECT a FROM t,4,2,8\n1,5,t,8,SELECT b FROM t,4,2,8\n", plain + "1,5,t,9,SELECT a FROM t,4,2,8\n1,5,t,8,SELECT b FROM t,5,3,8\n",
			[]string{"1 1000 SELECT b FROM t"},
			"",
		},
		{
			"a new statement counts whole", plain + "1,5,t,9,SELECT a FROM t,4,2,8\n", plain + "1,5,t,9,SELECT a FROM t,5,3,8\n1,5,t,8,SELECT b FROM t,7,4,8\n",
			[]string{"1 1000 SELECT a FROM t", "7 4000 SELECT b FROM t"},
			"",
		},
		{
			"users, databases and levels are subtracted apart, then merged by text",
			plain + "1,5,t,9,SELECT a FROM t,4,2,8\n2,5,t,9,SELECT a FROM t,10,2,8\n1,5,f,9,SELECT a FROM t,100,2,8\n",
			plain + "2,5,t,9,SELECT a FROM t,11,3,8\n1,5,t,9,SELECT a FROM t,6,4,8\n1,5,f,9,SELECT a FROM t,100,2,8\n",
			[]string{"3 3000 SELECT a FROM t"},
			"",
		},
		{
			"a row that counts less was reset", plain + "1,5,t,9,SELECT a FROM t,40,20,8\n1,5,t,8,SELECT b FROM t,4,2,8\n1,5,t,7,SELECT c FROM t,4,2,8\n", plain + "1,5,t,9,SELECT a FROM t,3,1,8\n1,5,t,8,SELECT b FROM t,5,3,8\n1,5,t,7,SELECT c FROM t,4,2,8\n",
			[]string{"1 1000 SELECT b FROM t", "3 1000 SELECT a FROM t"},
			"1 rows were evicted and came back",
		},
		{
			"a row that began later was evicted in between, though it counts more",
			since + "1,5,t,9,SELECT a FROM t,4,2,8,2026-11-23 08:00:00+00\n1,5,t,8,SELECT b FROM t,4,2,8,2026-11-23 08:00:00+00\n",
			since + "1,5,t,9,SELECT a FROM t,10,5,8,2026-11-23 09:00:00+00\n1,5,t,8,SELECT b FROM t,5,3,8,2026-11-23 08:00:00+00\n",
			[]string{"1 1000 SELECT b FROM t", "10 5000 SELECT a FROM t"},
			"1 rows were evicted and came back",
		},
		{
			"all rows count less", plain + "1,5,t,9,SELECT a FROM t,40,20,8\n1,5,t,8,SELECT b FROM t,40,20,8\n", plain + "1,5,t,9,SELECT a FROM t,3,1,8\n1,5,t,8,SELECT b FROM t,2,1,8\n",
			[]string{"2 1000 SELECT b FROM t", "3 1000 SELECT a FROM t"},
			"in the wrong order",
		},
		{
			"a row that is gone", plain + "1,5,t,9,SELECT a FROM t,4,2,8\n1,5,t,8,SELECT b FROM t,4,2,8\n", plain + "1,5,t,9,SELECT a FROM t,5,3,8\n",
			[]string{"1 1000 SELECT a FROM t"},
			"1 rows of the earlier export are gone",
		},
		{
			"exports that were appended to each other are not added up",
			plain + "1,5,t,9,SELECT a FROM t,4,2,8\n" + plain + "1,5,t,9,SELECT a FROM t,5,3,8\n", plain + "1,5,t,9,SELECT a FROM t,7,4,8\n" + plain + "1,5,t,9,SELECT a FROM t,9,6,8\n",
			[]string{"4 3000 SELECT a FROM t"},
			"1 rows were exported more than once",
		},
		{
			"evictions", info + "1,5,t,9,SELECT a FROM t,4,2,8,3,2026-11-23 08:00:00+00\n", info + "1,5,t,9,SELECT a FROM t,5,3,8,7,2026-11-23 08:00:00+00\n",
			[]string{"1 1000 SELECT a FROM t"},
			"evicted rows 4 times between",
		},
		{
			"a reset", info + "1,5,t,9,SELECT a FROM t,4,2,8,3,2026-11-23 08:00:00+00\n", info + "1,5,t,9,SELECT a FROM t,5,3,8,0,2026-11-23 09:00:00+00\n",
			[]string{"5 3000 SELECT a FROM t"},
			"were reset between the two exports",
		},
		{
			"two servers", plain + "1,5,t,9,SELECT a FROM t,4,2,8\n", plain + "1,6,t,7,SELECT b FROM t,5,3,8\n",
			[]string{"5 3000 SELECT b FROM t"},
			"may be of two servers",
		},
		{
			"a text that was lost since", plain + "1,5,t,9,SELECT a FROM t,4,2,8\n", plain + "1,5,t,9,,5,3,8\n",
			[]string{"1 1000 SELECT a FROM t"},
			"",
		},
		{
			"exports of two shapes", plain + "1,5,t,9,SELECT a FROM t,4,2,8\n",
			`[{"userid":"1","dbid":"5","toplevel":true,"queryid":9,"query":"SELECT a FROM t","calls":5,"total_exec_time":3,"rows":8}]`,
			[]string{"1 1000 SELECT a FROM t"},
			"",
		},
		{
			"exports without queryid", "query,calls,total_time\nSELECT a FROM t WHERE b = 1,4,2\nselect a from t where b = 2,6,3\n", "query,calls,total_time\nSELECT a FROM t WHERE b = 1,15,9\n",
			[]string{"5 4000 SELECT a FROM t WHERE b = 1"},
			"matched by text",
		},
		{
			"a server that was upgraded to 1.9 in between", "userid,dbid,queryid,query,calls,total_exec_time\n1,5,9,SELECT a FROM t,4,2\n", plain + "1,5,t,9,SELECT a FROM t,5,3,8\n",
			[]string{"1 1000 SELECT a FROM t"},
			"",
		},
	} {
		w, err := readDifference(t, c.before, c.after)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := shown(w); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if said := strings.Join(w.Inputs[1].Notes, "\n"); !strings.Contains(said, c.note) || c.note == "" && said != "" {
			t.Errorf("%s: notes %q, want %q", c.name, said, c.note)
		}
		if len(w.Inputs) != 2 || w.Inputs[0].ExecUS != 0 || w.Inputs[0].Records == 0 {
			t.Errorf("%s: %d inputs, the earlier has %d µs", c.name, len(w.Inputs), w.Inputs[0].ExecUS)
		}
	}
}

// The longest call is known only if it was between the exports.
func TestPGSSDifference_theLongestCallMayHaveBeenBefore(t *testing.T) {
	const header = "userid,dbid,toplevel,queryid,query,calls,total_exec_time,max_exec_time\n"
	w, err := readDifference(t, header+"1,5,t,1,SELECT a FROM t,4,9,5\n1,5,t,2,SELECT b FROM t,4,9,5\n", header+"1,5,t,1,SELECT a FROM t,6,10,5\n1,5,t,2,SELECT b FROM t,6,19,8\n")
	if err != nil {
		t.Fatal(err)
	}
	a, b := groupOf(t, w, "SELECT a").Totals.Of(workload.SourceStats), groupOf(t, w, "SELECT b").Totals.Of(workload.SourceStats)
	if a.MaxUS != 0 || b.MaxUS != 8000 {
		t.Errorf("longest calls of %d and %d µs, want none and 8000", a.MaxUS, b.MaxUS)
	}
}

func TestPGSSDifference_needsTwoExports(t *testing.T) {
	const export = "query,calls,total_exec_time\nSELECT a FROM t,1,1\n"
	for _, c := range []struct{ name, before, after string }{
		{"a log before", "2026-11-23 08:26:55.184 UTC [16953] LOG:  duration: 15.263 ms  statement: SELECT 1\n", export},
		{"prose after", export, "nothing of the kind\n"},
		{"nothing before", "", export},
	} {
		if _, err := readDifference(t, c.before, c.after); err == nil || !strings.Contains(err.Error(), "two exports are compared") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// Whatever the two are, no number of the difference is negative, and an export
// and itself have nothing between them.
func FuzzPGSSDifference(f *testing.F) {
	f.Add(statsHeader+"1,5,t,9,SELECT a FROM t,4,2,8,1\n", statsHeader+"1,5,t,9,SELECT a FROM t,10,5.5,9,1\n1,5,f,8,SELECT b,1,1,1,1\n")
	f.Add(statsHeader+"1,5,t,,SELECT a FROM t,4,2,8,1\n2,5,t,,SELECT a FROM t,9e9,2,8,1\n", "query,calls,total_time\nselect a from t,5,1e300\n,3,1\n")
	f.Add(`[{"query":"SELECT a","calls":4,"queryid":-1,"stats_since":"2026-11-23T08:00:00+00:00"}]`, "-[ RECORD 1 ]-\nquery | SELECT a\ncalls | 5\nqueryid | -1\n")
	f.Add("query,calls,dealloc,stats_reset\nSELECT 1,1,3,2026-11-23 08:00:00+00\n", "query,calls,dealloc,stats_reset\nSELECT 1,9,1,\n")
	f.Fuzz(func(t *testing.T, before, after string) {
		w, err := readDifference(t, before, after)
		if err != nil {
			return
		}
		for _, g := range w.Groups {
			got := g.Totals.Of(workload.SourceStats)
			if got.Calls <= 0 || got.ExecUS < 0 || got.PlanUS < 0 || got.Rows < 0 || got.MaxUS < 0 {
				t.Fatalf("%q: %+v", g.Text, got)
			}
		}
		if w, err = readDifference(t, after, after); err == nil && len(w.Groups) > 0 {
			t.Fatalf("an export and itself differ: %v", shown(w))
		}
	})
}
