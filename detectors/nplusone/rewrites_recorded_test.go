package nplusone_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apilint/apilint/internal/source"
)

// Every statement that is proposed for a loop of a recorded data layer gives
// what the loop gives, with the values of the log.
func TestRewrites_ofRecordedDataLayersGiveWhatTheLoopsGive(t *testing.T) {
	server := startServer(t)
	schemas := declared(t)
	databases := map[string]*database{}
	equal, without := 0, map[string]int{}
	for _, c := range readTruths(t, filepath.Join(recordings, "open")) {
		d := databases[c.Schema]
		if d == nil {
			ddl, err := os.ReadFile(filepath.Join(recordings, "schemas", c.Schema+".sql"))
			if err != nil {
				t.Fatal(err)
			}
			d = newDatabase(t, server, c.Schema, string(ddl))
			// Rows that the programs made are not there to be pointed at.
			d.must("SET session_replication_role = replica")
			if c.Schema == "billing" { // keys that are drawn are drawn alike
				d.must(`CREATE SEQUENCE drawn; ALTER TABLE "Payment" ALTER "paymentId" SET DEFAULT md5(nextval('drawn')::text)::uuid`)
			}
			databases[c.Schema] = d
		}
		for _, r := range rewritesOf(t, schemas[c.Schema], []string{filepath.Join(recordings, "open", c.Log)}, source.Options{}) {
			if r.Batch == nil {
				without[r.Reason.Error()]++
				t.Logf("%s: none for %s: %v", c.Log, r.Statement.Text, r.Reason)
				continue
			}
			var runs []one
			for _, s := range r.Statement.Samples {
				x := one{text: s.Text}
				for i, v := range s.Params {
					if x.params = append(x.params, []byte(v)); s.Nulls != nil && s.Nulls[i] {
						x.params[i] = nil
					}
				}
				if !slices.ContainsFunc(runs, func(o one) bool { return fmt.Sprint(o) == fmt.Sprint(x) }) && (s.Params != nil || !strings.Contains(s.Text, "$1")) {
					runs = append(runs, x)
				}
			}
			if len(runs) < 2 {
				continue // parameters were not logged
			}
			if s := d.differs(r, runs); s != "" {
				t.Errorf("%s: %s\nbecame %s\n%s", c.Log, r.Statement.Text, r.Batch.SQL, s)
				continue
			}
			equal++
		}
	}
	t.Logf("%d statements proposed and run; none proposed:", equal)
	for _, reason := range slices.Sorted(maps.Keys(without)) {
		t.Logf("%4d %s", without[reason], reason)
	}
	if equal < 100 {
		t.Errorf("%d statements were run, want a hundred", equal)
	}
}
