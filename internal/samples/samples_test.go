package samples

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folders hold samples: those that our program recorded, and those that were
// recorded for us.
var folders = []string{"testdata", "../source/testdata/logs"}

func TestRead_everySampleIsReadExactly(t *testing.T) {
	for _, dir := range folders {
		folder := os.DirFS(dir)
		list, err := Load(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range list {
			t.Run(s.Path, func(t *testing.T) {
				truth, err := ReadTruth(folder, s.Recording())
				if err != nil {
					t.Fatal(err)
				}
				got, missed, err := Read(context.Background(), filepath.Join(dir, s.Path), truth)
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range Columns {
					if want, ok := s.Expected[c]; ok && got[c] != want {
						t.Errorf("%s: %d, want %d", c, got[c], want)
					}
				}
				if t.Failed() {
					t.Log("not as sent: " + strings.Join(missed, ", "))
				}
			})
		}
	}
}

func TestRead_tellsWhatDiffersFromTheTruth(t *testing.T) {
	file := filepath.Join(t.TempDir(), "postgresql.log")
	log := "2026-11-25 02:00:00.000 UTC [7] LOG:  duration: 1.500 ms  execute s: SELECT $1 AS m_a\n" +
		"2026-11-25 02:00:00.000 UTC [7] DETAIL:  parameters: $1 = 'x'\n" +
		"2026-11-25 02:00:00.001 UTC [7] LOG:  duration: 2.000 ms  statement: SELECT 1 AS m_b\n"
	if err := os.WriteFile(file, []byte(log), 0o600); err != nil {
		t.Fatal(err)
	}
	x, y := "x", "y"
	for _, tt := range []struct {
		name   string
		truth  Truth
		missed string
	}{
		{"all as sent", Truth{Calls: map[string]int{"m_a": 1, "m_b": 1}, Values: map[string][]*string{"m_a": {&x}}}, ""},
		{"a call too few", Truth{Calls: map[string]int{"m_a": 2, "m_b": 1}}, "m_a"},
		{"a statement that was not sent", Truth{Calls: map[string]int{"m_a": 1}}, "m_b"},
		{"a statement that is not there", Truth{Calls: map[string]int{"m_a": 1, "m_b": 1, "m_c": 1}}, "m_c"},
		{"another value", Truth{Values: map[string][]*string{"m_a": {&y}}}, "m_a's values"},
		{"NULL is no text", Truth{Values: map[string][]*string{"m_a": {nil}}}, "m_a's values"},
		{"a value too few", Truth{Values: map[string][]*string{"m_a": {&x, &x}}}, "m_a's values"},
	} {
		got, missed, err := Read(context.Background(), file, &tt.truth)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Join(missed, " ") != tt.missed {
			t.Errorf("%s: missed %q, want %q", tt.name, missed, tt.missed)
		}
		if got[Executions] != 2 || got[ExecUS] != 3500 {
			t.Errorf("%s: %d executions of %d µs, want 2 of 3500", tt.name, got[Executions], got[ExecUS])
		}
	}
}

func TestLoad_readsWhatSaveWrites(t *testing.T) {
	dir := t.TempDir()
	want := []Sample{
		{Path: "a/postgresql.log", Origin: "PostgreSQL 18.4", Expected: map[Count]int64{Executions: 3, ExecUS: 1200, Calls: 2}},
		{Path: "b/rotated", Origin: `"x", y`, Expected: map[Count]int64{Errors: 1}},
	}
	if err := Save(filepath.Join(dir, table), want); err != nil {
		t.Fatal(err)
	}
	got, err := Load(os.DirFS(dir))
	if err != nil || len(got) != len(want) {
		t.Fatalf("%d samples, %v; want %d", len(got), err, len(want))
	}
	for i := range want {
		if got[i].Path != want[i].Path || got[i].Origin != want[i].Origin || len(got[i].Expected) != len(want[i].Expected) {
			t.Errorf("%+v, want %+v", got[i], want[i])
		}
		for c, n := range want[i].Expected {
			if got[i].Expected[c] != n {
				t.Errorf("%s, %s: %d, want %d", got[i].Path, c, got[i].Expected[c], n)
			}
		}
	}
	if got[0].Recording() != "a" {
		t.Errorf("recording %q", got[0].Recording())
	}
}
