package digest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/apilint/apilint/analyzer/sequence"
	"github.com/apilint/apilint/analyzer/workload"
	"github.com/apilint/apilint/internal/digest"
	"github.com/apilint/apilint/internal/source"
)

// read folds inputs, digests included.
func read(t *testing.T, paths ...string) (*workload.Aggregator, *sequence.Finder) {
	t.Helper()
	f := sequence.New(sequence.Options{})
	a := workload.NewAggregator(workload.Limits{}, f)
	var shelf digest.Shelf
	o := source.Options{Digest: shelf.Read}
	if err := source.Read(context.Background(), paths, o, a); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(shelf.Fold(a, f), shelf.Close()); err != nil {
		t.Fatal(err)
	}
	return a, f
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// v1.digest was written by the first version that could, of lookups.log. What
// is once written must stay readable.
func TestRead_knowsWhatVersion1Wrote(t *testing.T) {
	a, f := read(t, "testdata/v1.digest")
	b, g := read(t, "testdata/lookups.log")
	got, want := a.Workload(), b.Workload()
	loops := g.Candidates()
	for i := range loops {
		loops[i].Steps = nil // which version 1 did not write
	}
	if x, y := text(t, f.Candidates()), text(t, loops); x != y {
		t.Errorf("loops: got %s\nwant %s", x, y)
	}
	if len(got.Groups) != len(want.Groups) || got.Sessions != want.Sessions || !got.From.Equal(want.From) || !got.To.Equal(want.To) {
		t.Fatalf("got %s\nwant %s", text(t, got), text(t, want))
	}
	in := got.Inputs[0]
	if in.Path != "lookups.log" || in.Kind != "log" || strings.Join(in.Envelopes, " ") != "digest" || in.Executions != 6 || in.MinUS != 500 || in.MaxUS != 1000 {
		t.Errorf("input: %s", text(t, in))
	}
	for i, g := range got.Groups {
		w := want.Groups[i]
		if x, y := text(t, g.Totals), text(t, w.Totals); x != y || g.Key != w.Key || g.Database != w.Database || g.Command != w.Command || g.Traits != w.Traits {
			t.Errorf("group %d: got %s\nwant %s", i, text(t, g), text(t, w))
		}
		for _, q := range []float64{.5, .95} {
			x, _ := g.Totals.Of(0).Latency.GetValueAtQuantile(q)
			y, _ := w.Totals.Of(0).Latency.GetValueAtQuantile(q)
			if x != y {
				t.Errorf("group %d: quantile %v is %v, want %v", i, q, x, y)
			}
		}
		if len(g.Samples) != len(w.Samples) || g.Samples[0].Line != w.Samples[0].Line || !g.Samples[0].Time.Equal(w.Samples[0].Time) {
			t.Errorf("group %d: samples %s\nwant %s", i, text(t, g.Samples), text(t, w.Samples))
		}
	}
}

func TestWrite_theSamePartsMakeTheSameFile(t *testing.T) {
	var files []string
	for range 2 {
		a, f := read(t, "testdata/lookups.log")
		a.Workload()
		f.Candidates()
		var b bytes.Buffer
		var shelf digest.Shelf
		if err := errors.Join(shelf.Add(a, f), shelf.Add(a, f), shelf.Write(&b), shelf.Close()); err != nil {
			t.Fatal(err)
		}
		files = append(files, b.String())
	}
	if files[0] != files[1] {
		t.Error("the same log makes two files")
	}
}

// What does not fit into memory goes to a file: where a part was kept is not to
// be seen in what becomes of it.
func TestShelf_whatDoesNotFitIntoMemoryIsKeptTheSame(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	parts := map[string]string{}
	for _, name := range []string{"a", "b", "c"} {
		log := filepath.Join(t.TempDir(), name+".log")
		line := "2026-05-01 10:00:0%d.000 UTC [7] LOG:  duration: 1.%d00 ms  statement: SELECT %s FROM t WHERE id = 1\n"
		text := ""
		for i := range 9 {
			text += fmt.Sprintf(line, i, i, name)
		}
		if err := os.WriteFile(log, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		a, f := read(t, log)
		a.Workload()
		var b bytes.Buffer
		var shelf digest.Shelf
		if err := errors.Join(shelf.Add(a, f), shelf.Write(&b), shelf.Close()); err != nil {
			t.Fatal(err)
		}
		parts[name] = plain(t, b.Bytes())
	}
	var want string
	for i, memory := range []int{0, 1, 1000} {
		for _, order := range []string{"abc", "cabca"} {
			shelf := digest.Shelf{Memory: memory}
			for _, name := range order {
				if err := shelf.Read(strings.NewReader(parts[string(name)])); err != nil {
					t.Fatal(err)
				}
			}
			if shelf.Len() != 3 {
				t.Errorf("%s: %d parts, want 3", order, shelf.Len())
			}
			var b bytes.Buffer
			f := sequence.New(sequence.Options{})
			a := workload.NewAggregator(workload.Limits{}, f)
			if err := errors.Join(shelf.Write(&b), shelf.Fold(a, f), shelf.Close()); err != nil {
				t.Fatal(err)
			}
			w := a.Workload()
			w.Inputs[0].Notes = nil // of what came twice
			got := plain(t, b.Bytes()) + text(t, w)
			if want == "" {
				want = got
			}
			if got != want {
				t.Errorf("%d bytes of memory, %s: got %s\nwant %s", memory, order, got, want)
			}
			if i == 0 && !strings.Contains(got, "SELECT b FROM t") {
				t.Errorf("nothing of the second log in it: %s", got)
			}
		}
	}
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func plain(t *testing.T, packed []byte) string {
	t.Helper()
	z, err := zstd.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func FuzzRead(f *testing.F) {
	golden, err := os.Open("testdata/v1.digest")
	if err != nil {
		f.Fatal(err)
	}
	defer golden.Close()
	z, err := zstd.NewReader(golden)
	if err != nil {
		f.Fatal(err)
	}
	defer z.Close()
	content, err := io.ReadAll(z)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(content)
	for _, change := range [][2]string{
		{`"group":1`, `"group":9`},
		{`"requests":1`, `"requests":-1`},
		{`"latency":[-35,5]`, `"latency":[99999,5]`},
		{`"latency":[-35,5]`, `"latency":[-35]`},
		{`"input":0`, `"input":7`},
		{`"key":17`, `"key":0`},
		{`"figures":[`, `"figures":[],"x":[`},
		{"digest 1", "digest 2"},
		{`"source":0`, `"source":4`},
	} {
		f.Add(bytes.ReplaceAll(content, []byte(change[0]), []byte(change[1])))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		shelf := digest.Shelf{Memory: len(b) % 64}
		defer shelf.Close()
		if errors.Join(shelf.Read(bytes.NewReader(b)), shelf.Read(bytes.NewReader(b))) != nil {
			return
		}
		finder := sequence.New(sequence.Options{})
		a := workload.NewAggregator(workload.Limits{}, finder)
		if err := shelf.Fold(a, finder); err != nil {
			return
		}
		w := a.Workload()
		for _, c := range finder.Candidates() {
			if int(c.Head) >= len(w.Groups) || len(c.Body) == 0 {
				t.Errorf("a loop of nothing: %+v", c)
			}
			for _, e := range c.Evidence {
				w.Session(e.Session)
			}
		}
		for _, g := range w.Groups {
			for _, s := range g.Samples {
				if s.Input >= len(w.Inputs) {
					t.Errorf("a sample of input %d of %d", s.Input, len(w.Inputs))
				}
			}
		}
	})
}
