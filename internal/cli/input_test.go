package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/engine"
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

// Only what holds nothing at all is empty: what is packed and cannot be unpacked
// is not.
func TestAnalyze_doesNotCallDamagedFilesEmpty(t *testing.T) {
	for name, content := range map[string]string{
		"damaged.gz": "\x1f\x8b\x08\x00garbage garbage", "cut.bz2": "BZh91AY&SYgarbage",
		"foreign.lzma": "]\x00\x00\x80\x00\xff\xff\xff\xff\xff\xff\xff\xff\x00garbage", "empty.log": "",
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		var out, errs strings.Builder
		if code := Main([]string{"analyze", path}, strings.NewReader(""), &out, &errs); code != engine.ExitUnrecognised {
			t.Errorf("%s: exit %d", name, code)
		}
		if got, want := strings.Contains(errs.String(), "is empty"), content == ""; got != want {
			t.Errorf("%s: called empty %v, want %v:\n%s", name, got, want, errs.String())
		}
	}
}
