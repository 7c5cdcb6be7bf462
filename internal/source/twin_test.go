package source

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/workload"
)

func TestRead_aLogInSeveralFormsIsOneLog(t *testing.T) {
	const (
		stderr = "2026-01-01 10:00:00.500 UTC [17] LOG:  duration: 0.100 ms  statement: SELECT a FROM t\n"
		csv    = `2026-01-01 10:00:00.500 UTC,"u","d",17,"[local]",6b03f8cf.11,1,"SELECT",2026-01-01 10:00:00 UTC,3/64,0,LOG,00000,"duration: 0.100 ms  statement: SELECT a FROM t",,,,,,,,,"","client backend",,0` + "\n"
		json   = `{"timestamp":"2026-01-01 10:00:00.500 UTC","user":"u","dbname":"d","pid":17,"session_id":"6b03f8cf.11","line_num":1,"error_severity":"LOG","message":"duration: 0.100 ms  statement: SELECT a FROM t"}` + "\n"
	)
	for _, c := range []struct {
		name  string
		files map[string]string
		want  int64
	}{
		{"three destinations", map[string]string{"pg.log": stderr, "pg.csv": csv, "pg.json": json}, 1},
		{"two logs of two names", map[string]string{"a.log": stderr, "b.csv": csv}, 2},
		{"two logs that begin at different times", map[string]string{"pg.log": strings.ReplaceAll(stderr, "10:00:00", "11:00:00"), "pg.csv": csv}, 2},
		{"two rotated files", map[string]string{"pg-1.log": stderr, "pg-2.log": stderr}, 2},
	} {
		dir := t.TempDir()
		for name, content := range c.files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		agg := workload.NewAggregator(workload.Limits{})
		if err := Read(context.Background(), []string{dir}, Options{}, agg); err != nil {
			t.Fatal(err)
		}
		var got int64
		left := 0
		for _, in := range agg.Workload().Inputs {
			got += in.Executions
			if len(in.Notes) > 0 && strings.HasPrefix(in.Notes[0], "left out") {
				left++
			}
		}
		if got != c.want || int64(left) != int64(len(c.files))-c.want {
			t.Errorf("%s: %d executions, %d left out; want %d and %d", c.name, got, left, c.want, int64(len(c.files))-c.want)
		}
	}
}
