package nplusone_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apilint/apilint/internal/source"
)

// Counters that have nothing to do with each other agree by chance: with 200
// lookups and 50 lists that could all be their parents, spread evenly over the
// logarithms of six decades, about one in 700 pairs is within 1 %.
func TestReview_ofRandomCountersFindsNothing(t *testing.T) {
	const tables, lists, lookups = 50, 50, 200
	random := rand.New(rand.NewPCG(7, 11))
	var ddl strings.Builder
	for i := range tables {
		fmt.Fprintf(&ddl, "CREATE TABLE t%d (id bigint PRIMARY KEY, name text, c0 int, c1 int, c2 int, c3 int", i)
		for j := range min(i, 8) {
			fmt.Fprintf(&ddl, ", t%d_id bigint REFERENCES t%d", j, j)
		}
		ddl.WriteString(");\n")
	}
	for round := range 20 {
		dir := t.TempDir()
		files := [2]strings.Builder{}
		for side := range files {
			files[side].WriteString("userid,dbid,toplevel,queryid,query,calls,total_exec_time,rows\n")
		}
		id := 0
		row := func(query string, calls, rows int64) {
			id++
			for side := range files {
				fmt.Fprintf(&files[side], "10,5,t,%d,\"%s\",%d,1.5,%d\n", id, query, 5+calls*int64(side), 5+rows*int64(side))
			}
		}
		logUniform := func() int64 { return int64(math.Pow(10, 6*random.Float64())) + 1 }
		for i := range lists {
			calls := logUniform()
			row(fmt.Sprintf("SELECT * FROM t%d ORDER BY name LIMIT $1", i%tables), calls, calls*(2+random.Int64N(99)))
		}
		for i := range lookups {
			table := i % tables
			by := "id"
			if table > 0 && i >= tables {
				by = fmt.Sprintf("t%d_id", i%min(table, 8))
			}
			calls := logUniform()
			row(fmt.Sprintf("SELECT id, name FROM t%d WHERE %s = $1 AND c%d IS NOT NULL", table, by, i/tables), calls, calls)
		}
		paths := [3]string{filepath.Join(dir, "before.csv"), filepath.Join(dir, "after.csv"), filepath.Join(dir, "schema.sql")}
		for i, text := range []string{files[0].String(), files[1].String(), ddl.String()} {
			if err := os.WriteFile(paths[i], []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		for _, f := range compared(t, paths[2], source.Options{StatsBefore: paths[0], StatsAfter: paths[1]}).Findings {
			if f.Confidence >= .5 {
				t.Errorf("round %d: %.2f %s", round, f.Confidence, f.Message)
			}
		}
	}
}
