package snapshot

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func sample() *Snapshot {
	evicted := int64(3)
	return &Snapshot{
		Schema: Format, Tool: "v1", Taken: time.Date(2026, 11, 25, 1, 2, 3, 0, time.UTC), Database: "app", Version: 150018,
		Extension: &Extension{Version: "1.10", Evicted: &evicted},
		Notes:     []string{"one"},
		Files:     []File{{DDL, "CREATE TABLE t (a int);\n"}, {Settings, "name,setting,unit\n"}},
	}
}

func TestRead_givesBackWhatWriteWrote(t *testing.T) {
	for name, magic := range map[string]string{"x.json": "{", "x.json.zst": "\x28\xb5\x2f\xfd", "x.json.gz": "\x1f\x8b", "x": "\x1f\x8b"} {
		var b bytes.Buffer
		if err := sample().Write(&b, name); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(b.String(), magic) {
			t.Errorf("%s begins with %.4q", name, b.String())
		}
		got, err := Read(&b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(sample(), got); diff != "" {
			t.Errorf("%s (- written, + read):\n%s", name, diff)
		}
	}
}

func TestRead_saysWhyItCannot(t *testing.T) {
	var plain bytes.Buffer
	if err := sample().Write(&plain, "x.json"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "not a snapshot"},
		{"other JSON", `{"schema":"apilint.report/v1"}`, "not a snapshot"},
		{"DDL", "CREATE TABLE t (a int);", "not a snapshot"},
		{"a broken gzip", "\x1f\x8b\x00", "not a snapshot"},
		{"a newer version", `{"schema":"apilint.snapshot/v9","files":{}}`, "damaged"},
		{"a newer version of the same fields", `{"schema":"apilint.snapshot/v9"}`, `the snapshot is of the form "apilint.snapshot/v9", this apilint reads "apilint.snapshot/v1"`},
		{"half a file", plain.String()[:plain.Len()/2], "the snapshot is damaged"},
	} {
		_, err := Read(strings.NewReader(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) || (c.want == ErrNot.Error()) != errors.Is(err, ErrNot) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestRead_stopsAtTheLimit(t *testing.T) {
	defer func(n int64) { limit = n }(limit)
	limit = 1 << 20
	s := sample()
	s.Set(DDL, strings.Repeat("-", 2<<20))
	var b bytes.Buffer
	if err := s.Write(&b, "x.zst"); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(&b); err == nil || err.Error() != "the snapshot is larger than 1 MB" {
		t.Errorf("%v", err)
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"x.json", "x.zst", "x.gz"} {
		var b bytes.Buffer
		if err := sample().Write(&b, name); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte(head + `v1","files":[{"name":"schema.sql"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Read(bytes.NewReader(data))
		if (s == nil) == (err == nil) {
			t.Fatalf("%v, %v", s, err)
		}
	})
}
