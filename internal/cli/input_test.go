package cli

import (
	"testing"

	"github.com/apilint/apilint/analyzer/workload"
)

func TestShowPaths_namesNoFolderOfTheMachine(t *testing.T) {
	for _, c := range []struct {
		name string
		in   []string
		want []string
	}{
		{"relative paths stay", []string{"a.log", "logs/b.log", "-"}, []string{"a.log", "logs/b.log", "-"}},
		{"absolute ones keep their name", []string{"/var/log/postgresql/a.log"}, []string{"a.log"}},
		{"and as much as tells them apart", []string{"/srv/one/pg.log", "/srv/two/pg.log"}, []string{"one/pg.log", "two/pg.log"}},
		{"the same file twice needs no more", []string{"/srv/one/pg.log", "/srv/one/pg.log"}, []string{"pg.log", "pg.log"}},
	} {
		w := &workload.Workload{}
		for _, p := range c.in {
			w.Inputs = append(w.Inputs, &workload.Input{Path: p})
		}
		showPaths(w)
		for i, in := range w.Inputs {
			if in.Path != c.want[i] {
				t.Errorf("%s: %q shows as %q, want %q", c.name, c.in[i], in.Path, c.want[i])
			}
		}
	}
}

func TestMoment_readsTheUsualForms(t *testing.T) {
	for _, text := range []string{"2026-01-31T08:00:00Z", "2026-01-31T09:00:00+01:00", "2026-01-31 08:00:00", "2026-01-31 08:00"} {
		got, err := moment("since", text)
		if err != nil || got.UTC().Format("2006-01-02 15:04") != "2026-01-31 08:00" {
			t.Errorf("moment(%q) = %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"yesterday", "8:00", "2026-13-01"} {
		if got, err := moment("since", text); err == nil {
			t.Errorf("moment(%q) = %v, want an error", text, got)
		}
	}
}
