package index_test

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/index"
	"github.com/apilint/apilint/analyzer/schema"
)

// forum is testdata/forum, see its README.
type forum struct {
	schema *schema.Schema
	names  []string
	stmts  []index.Statement
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/forum/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(name, ".gz") {
		r, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if b, err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// table reads tab-separated lines below a header.
func table(t testing.TB, name string) (rows [][]string) {
	t.Helper()
	for _, line := range strings.Split(strings.TrimSpace(string(read(t, name))), "\n")[1:] {
		rows = append(rows, strings.Split(line, "\t"))
	}
	return rows
}

func number(t testing.TB, s string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func loadForum(t testing.TB) *forum {
	t.Helper()
	f := &forum{schema: schemaOf(string(read(t, "schema.sql")))}
	for _, name := range []string{"relations.csv", "pg_stats.csv.gz", "settings.csv"} {
		if err := f.schema.AddStats(name, read(t, name)); err != nil {
			t.Fatal(err)
		}
	}
	var texts []string
	for _, part := range strings.Split("\n"+string(read(t, "queries.sql")), "\n-- ")[1:] {
		name, text, _ := strings.Cut(part, "\n")
		f.names, texts = append(f.names, name), append(texts, text)
	}
	f.stmts = workloadOf(t, f.schema, texts...)
	for i, row := range table(t, "weights.tsv") {
		if row[0] != f.names[i] {
			t.Fatalf("weights of %s, query %s", row[0], f.names[i])
		}
		f.stmts[i].ID, f.stmts[i].Calls = row[0], number(t, row[1])
		f.stmts[i].ExecMS = f.stmts[i].Calls * number(t, row[2])
	}
	return f
}

// index parses what follows CREATE INDEX ON.
func (f *forum) index(t testing.TB, ddl, body string) index.Def {
	t.Helper()
	s := schemaOf(ddl + "\nCREATE INDEX hypothetical ON " + body + ";")
	for _, table := range s.Tables {
		for _, d := range table.Indexes {
			if d.Name == "hypothetical" {
				d.Name = body
				return *d
			}
		}
	}
	t.Fatalf("no index in %s", body)
	return index.Def{}
}

func TestSelect_saysWhatTheExpertSays(t *testing.T) {
	f := loadForum(t)
	got := choose(t, f.schema, index.Options{}, f.stmts)
	kinds := map[string]index.VerdictKind{
		"index": index.Recommended, "served": index.AlreadyServed, "none": index.NoIndexHelps, "rewrite": index.NoIndexHelps,
	}
	// LIMIT $1 OFFSET $2 reads along the primary key; how far it skips is not
	// known without logged values.
	other := map[string]index.VerdictKind{"10_member_deep_offset": index.AlreadyServed}
	for _, row := range table(t, "verdicts.tsv") {
		want := cmp.Or(other[row[0]], kinds[row[1]])
		if v := got.Verdicts[row[0]]; v.Kind != want {
			t.Errorf("%s: %s (%s), want %s", row[0], v.Kind, v.Reason, want)
		}
	}
	if got.After > .05*got.Before {
		t.Errorf("cost falls from %.0f to %.0f", got.Before, got.After)
	}
	var bytes int64
	for _, a := range got.Advices {
		bytes += a.Bytes
	}
	if bytes > 170e6 || len(got.Advices) > 24 {
		t.Errorf("%d indexes of %d bytes", len(got.Advices), bytes)
	}
}

// The model is of use when it ranks sets of indexes as the planner does.
func TestModel_ranksAsThePlannerDoes(t *testing.T) {
	f := loadForum(t)
	ddl := string(read(t, "schema.sql"))
	model := index.NewModel(f.schema, f.stmts)
	known := map[string]index.Def{}
	mine, planner := make([][]float64, len(f.stmts)), make([][]float64, len(f.stmts))
	lines := bufio.NewScanner(bytes.NewReader(read(t, "planner.jsonl.gz")))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var set struct {
			Indexes []string
			Queries map[string][]any
		}
		if err := json.Unmarshal(lines.Bytes(), &set); err != nil {
			t.Fatal(err)
		}
		var add []index.Def
		for _, body := range set.Indexes {
			if _, ok := known[body]; !ok {
				known[body] = f.index(t, ddl, body)
			}
			add = append(add, known[body])
		}
		for i, st := range f.stmts {
			if f.names[i] == "05_thread_hard_delete" || f.names[i] == "14_post_purge_deleted" {
				continue // the model counts the triggers of foreign keys, the planner does not
			}
			cost, err := model.Cost(context.Background(), st.Query, index.Config{Add: add})
			if err != nil {
				continue // an INSERT reads nothing
			}
			mine[i] = append(mine[i], cost.Total)
			planner[i] = append(planner[i], set.Queries[f.names[i]][0].(float64))
		}
	}
	var correlations []float64
	within, pairs := 0, 0
	for i := range f.stmts {
		for k := range mine[i] {
			pairs++
			if r := mine[i][k] / max(planner[i][k], 1e-9); r <= 1.3 && r >= 1/1.3 || mine[i][k]+planner[i][k] < .1 {
				within++
			}
		}
		if len(planner[i]) > 0 && slices.Max(planner[i]) > 1.01*slices.Min(planner[i]) {
			correlations = append(correlations, correlation(ranks(mine[i]), ranks(planner[i])))
		}
	}
	slices.Sort(correlations)
	if len(correlations) < 20 {
		t.Fatalf("only %d queries compared", len(correlations))
	}
	if median := correlations[len(correlations)/2]; median < .97 || correlations[0] < .6 {
		t.Errorf("rank correlation: median %.3f, worst %.3f", median, correlations[0])
	}
	if part := float64(within) / float64(pairs); part < .9 {
		t.Errorf("%.2f of the costs are within a factor of 1.3", part)
	}
}

// ranks are average ranks: equals share one.
func ranks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(x[a], x[b]) })
	out := make([]float64, len(x))
	for from := 0; from < len(order); {
		to := from
		for to < len(order) && x[order[to]] <= x[order[from]]*1.000001 {
			to++
		}
		for _, i := range order[from:to] {
			out[i] = float64(from+to-1) / 2
		}
		from = to
	}
	return out
}

// correlation is Pearson's; of ranks it is Spearman's.
func correlation(a, b []float64) float64 {
	mean := func(x []float64) float64 {
		sum := 0.0
		for _, v := range x {
			sum += v
		}
		return sum / float64(len(x))
	}
	ma, mb := mean(a), mean(b)
	var ab, aa, bb float64
	for i := range a {
		ab += (a[i] - ma) * (b[i] - mb)
		aa += (a[i] - ma) * (a[i] - ma)
		bb += (b[i] - mb) * (b[i] - mb)
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}

func TestBytes_areThoseOfIndexesReallyBuilt(t *testing.T) {
	f := loadForum(t)
	ddl := string(read(t, "schema.sql"))
	var errors []float64
	for _, row := range table(t, "sizes.tsv") {
		d := f.index(t, ddl, strings.TrimPrefix(row[0], "CREATE INDEX ON "))
		if d.Where != "" || d.Method != "btree" {
			continue // rough, and no part of this promise
		}
		errors = append(errors, math.Abs(float64(index.Bytes(d, f.schema))/number(t, row[2])-1))
	}
	slices.Sort(errors)
	if len(errors) < 20 || errors[len(errors)/2] > .02 || errors[len(errors)*8/10] > .15 {
		t.Errorf("errors of %d sizes: median %.3f, %v", len(errors), errors[len(errors)/2], errors)
	}
}
