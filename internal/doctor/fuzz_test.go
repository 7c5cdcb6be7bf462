package doctor

import (
	"io"
	"testing"

	"github.com/apilint/apilint/internal/snapshot"
)

func FuzzServer(f *testing.F) {
	f.Add("name,setting,unit\nlog_line_prefix,%m %-,\nlog_min_duration_statement,NaN,ms\n", "a,,b", "x=y")
	f.Add("name,setting,unit\nshared_preload_libraries,\"a, \"\"b\"\"\",\nlog_min_duration_sample,1e300,\n", "\x1b[31m", "log_statement")
	f.Fuzz(func(t *testing.T, settings, name, override string) {
		s := &snapshot.Snapshot{Database: name, Notes: []string{name}, Overridden: []snapshot.Overrides{{Role: name, Settings: []string{override}}}}
		s.Set(snapshot.Settings, settings)
		c, err := Server(s)
		if err != nil {
			return
		}
		for _, a := range c.Advice {
			if a.Hides == "" || a.Cost == "" || a.SQL == nil || a.After == nil {
				t.Fatalf("%+v", a)
			}
		}
		for _, write := range []func(io.Writer, []Checked) error{Table, JSON} {
			if err := write(io.Discard, []Checked{c}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
