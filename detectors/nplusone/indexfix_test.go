package nplusone_test

import (
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/engine"
	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/sequence"
	"github.com/apilint/apilint/detectors"
	"github.com/apilint/apilint/internal/source"
)

// The index of a loop's batch is the one that the index advice prints, and
// there is none where one exists.
func TestFindings_carryTheIndexThatTheBatchNeeds(t *testing.T) {
	for _, c := range []struct {
		ddl  string
		want int
	}{{"", 1}, {"CREATE INDEX ON tasks (person_id);", 0}} {
		p := play()
		p.run(300, "BEGIN")
		for i := range 12 {
			p.run(1, "SELECT title FROM tasks WHERE person_id = $1", i)
		}
		p.run(1, "COMMIT")
		sch := schema.New()
		sch.AddDDL("schema.sql", "CREATE TABLE tasks (id bigint PRIMARY KEY, person_id bigint, title text);"+c.ddl)
		in := read(t, sequence.Options{}, source.Options{Stdin: strings.NewReader(p.log())}, "-")
		in.Schemas, in.Detectors = schema.Alone(sch), detectors.All()
		res := judged(t, in, engine.Options{Jobs: 1, MinConfidence: -1})
		n := 0
		for _, f := range res.Findings {
			for _, fix := range f.Fixes {
				if f.Loop == nil || fix.Kind != "index" {
					continue
				}
				if n++; len(res.Indexes) != 1 || fix.SQL != res.Indexes[0].DDL || fix.Rollback != res.Indexes[0].Rollback {
					t.Errorf("%s is none of %d indexes advised", fix.SQL, len(res.Indexes))
				}
			}
		}
		if n != c.want {
			t.Errorf("%q: %d indexes with the loop, want %d", c.ddl, n, c.want)
		}
	}
}
