package source

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"

	"github.com/apilint/apilint/analyzer/workload"
)

// packed compresses content with what makes a writer.
func packed[W io.WriteCloser](t testing.TB, content []byte, open func(io.Writer) (W, error)) string {
	t.Helper()
	var b bytes.Buffer
	w, err := open(&b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func toGzip(w io.Writer) (*gzip.Writer, error)  { return gzip.NewWriter(w), nil }
func toZstd(w io.Writer) (*zstd.Encoder, error) { return zstd.NewWriter(w) }
func toXz(w io.Writer) (*xz.Writer, error)      { return xz.NewWriter(w) }
func toLz4(w io.Writer) (*lz4.Writer, error) {
	z := lz4.NewWriter(w)
	return z, z.Apply(lz4.BlockSizeOption(lz4.Block64Kb))
}

// archives holds the files by name, zipped and as a tar.
func archives(t testing.TB, files ...string) (zipped, tarred string) {
	t.Helper()
	var z, b bytes.Buffer
	zw, tw := zip.NewWriter(&z), tar.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := zw.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, files[i+1])
		if err := tw.WriteHeader(&tar.Header{Name: files[i], Mode: 0o644, Size: int64(len(files[i+1])), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		io.WriteString(tw, files[i+1])
	}
	zw.Close()
	tw.Close()
	return z.String(), b.String()
}

func TestRead_compressionsAreToldByTheirContent(t *testing.T) {
	content, err := os.ReadFile("testdata/logs/default.log")
	if err != nil {
		t.Fatal(err)
	}
	bzip2, err := os.ReadFile("testdata/logs/default.log.bz2")
	if err != nil {
		t.Fatal(err)
	}
	half := bytes.LastIndexByte(content[:len(content)/2], '\n') + 1
	for _, c := range []struct{ name, content, envelopes string }{
		{"gzip", packed(t, content, toGzip), "gzip"},
		{"gzip, several members", packed(t, content[:half], toGzip) + packed(t, content[half:], toGzip), "gzip"},
		{"bzip2", string(bzip2), "bzip2"},
		{"xz", packed(t, content, toXz), "xz"},
		{"xz, several streams", packed(t, content[:half], toXz) + packed(t, content[half:], toXz), "xz"},
		{"zstd", packed(t, content, toZstd), "zstd"},
		{"zstd, several frames, one to skip", "\x50\x2a\x4d\x18\x03\x00\x00\x00abc" + packed(t, content[:half], toZstd) + packed(t, content[half:], toZstd), "zstd"},
		{"lz4", packed(t, content, toLz4), "lz4"},
		{"lz4, several frames", packed(t, content[:half], toLz4) + packed(t, content[half:], toLz4), "lz4"},
		{"xz in gzip", packed(t, []byte(packed(t, content, toXz)), toGzip), "gzip xz"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := readLog(t, Options{}, c.content)
			in := l.w.Inputs[0]
			if got := strings.Join(in.Envelopes, " "); got != c.envelopes {
				t.Errorf("envelopes %q, want %q", got, c.envelopes)
			}
			if in.Executions != 57 || in.ExecUS != 688577 || len(in.Notes) > 0 {
				t.Errorf("%d executions of %d µs: %q", in.Executions, in.ExecUS, in.Notes)
			}
			if in.Bytes != int64(len(content)) {
				t.Errorf("%d bytes, want %d", in.Bytes, len(content))
			}
		})
	}
}

func TestRead_aBrokenStreamIsReadAsFarAsItGoes(t *testing.T) {
	content := []byte(strings.Repeat(stderrLog("LOG:  duration: 1.000 ms  statement: SELECT 1"), 20000))
	for _, c := range []struct{ name, content, want string }{
		{"gzip", packed(t, content, toGzip), "the gzip stream is cut off"},
		{"xz", packed(t, content, toXz), "the xz stream is cut off"},
		{"zstd", packed(t, content, toZstd), "the zstd stream is cut off"},
		{"lz4", packed(t, content, toLz4), "the lz4 stream is cut off"},
	} {
		cut := c.content[:len(c.content)-len(c.content)/4]
		in := readLog(t, Options{}, cut).w.Inputs[0]
		if notes := strings.Join(in.Notes, "; "); !strings.Contains(notes, c.want) {
			t.Errorf("%s: %q, want %q", c.name, notes, c.want)
		}
		if c.name != "xz" && (in.Executions == 0 || in.Executions >= 20000) {
			t.Errorf("%s: %d executions", c.name, in.Executions)
		}
	}
	for _, name := range []string{"\x1f\x8b\x08", "\xfd7zXZ\x00", "\x28\xb5\x2f\xfd", "\x04\x22\x4d\x18"} {
		in := readLog(t, Options{}, name+"garbage").w.Inputs[0]
		if len(in.Notes) != 1 || !strings.Contains(in.Notes[0], " stream is ") {
			t.Errorf("%q: %q", name, in.Notes)
		}
	}
}

// zeros never end.
type zeros struct{ n int64 }

func (z *zeros) Read(p []byte) (int, error) {
	clear(p)
	n := min(int64(len(p)), z.n)
	if z.n -= n; n == 0 {
		return 0, io.EOF
	}
	return int(n), nil
}

func TestRead_aBombEnds(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, stderrLog("LOG:  duration: 1.000 ms  statement: SELECT 1"))
	if _, err := io.Copy(w, &zeros{256 << 20}); err != nil {
		t.Fatal(err)
	}
	w.Close()
	in := readLog(t, Options{}, b.String()).w.Inputs[0]
	if notes := strings.Join(in.Notes, "; "); !strings.Contains(notes, "the gzip stream expands more than 250-fold, as no log does") {
		t.Errorf("notes %q", notes)
	}
	if in.Executions != 1 {
		t.Errorf("%d executions before it, want 1", in.Executions)
	}
}

func TestRead_aDictionaryBeyondMemoryIsRefused(t *testing.T) {
	z := []byte(packed(t, []byte("x"), toXz))
	at := bytes.Index(z, []byte{0x21, 1})
	z[at+2] = 40 // 4 GiB
	in := readLog(t, Options{}, string(z)).w.Inputs[0]
	if len(in.Notes) != 1 || !strings.Contains(in.Notes[0], "its dictionary of 4095 MiB is too large") {
		t.Errorf("notes %q", in.Notes)
	}
}

func TestRead_eachFileOfAnArchiveIsAnInput(t *testing.T) {
	log := stderrLog("LOG:  duration: 1.000 ms  statement: SELECT 1")
	inner, _ := archives(t, "deep.log", log)
	zipped, tarred := archives(t, "pg/a.log", log, "pg/b.log.gz", packed(t, []byte(log), toGzip), "README", "hello", ".hidden", log, "more.zip", inner)
	file := filepath.Join(t.TempDir(), "logs.zip")
	if err := os.WriteFile(file, []byte(zipped), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, path, content, around string }{
		{"zip from a pipe", "-", zipped, "zip"},
		{"zip as a file", file, "", "zip"},
		{"tar", "-", tarred, "tar"},
		{"tar in gzip", "-", packed(t, []byte(tarred), toGzip), "gzip tar"},
	} {
		agg := workload.NewAggregator(workload.Limits{})
		if err := Read(context.Background(), []string{c.path}, Options{Stdin: strings.NewReader(c.content)}, agg); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, in := range agg.Workload().Inputs {
			got = append(got, strings.Join(append([]string{strings.TrimPrefix(in.Path, c.path), in.Kind}, in.Envelopes...), " "))
		}
		want := "/pg/a.log log AROUND, /pg/b.log.gz log AROUND gzip, /README unknown AROUND, /more.zip/deep.log log AROUND zip"
		if got, want := strings.Join(got, ", "), strings.ReplaceAll(want, "AROUND", c.around); got != want {
			t.Errorf("%s: %s\nwant %s", c.name, got, want)
		}
	}
}

func TestRead_whatIsNotUnpackedIsSaid(t *testing.T) {
	empty, _ := archives(t)
	for _, c := range []struct{ name, content, want string }{
		{"7z", "7z\xbc\xaf\x27\x1c" + strings.Repeat("x", 600), "7z is not read"},
		{"an empty zip", empty, "the zip archive holds no file"},
		{"half a zip", "PK\x03\x04" + strings.Repeat("x", 600), "the zip archive is damaged"},
	} {
		in := readLog(t, Options{}, c.content).w.Inputs[0]
		if len(in.Notes) != 1 || !strings.Contains(in.Notes[0], c.want) {
			t.Errorf("%s: %q, want %q", c.name, in.Notes, c.want)
		}
	}
}

func FuzzCompress(f *testing.F) {
	content := []byte(stderrLog("LOG:  duration: 1.000 ms  statement: SELECT 1"))
	for _, s := range []string{packed(f, content, toGzip), packed(f, content, toXz), packed(f, content, toZstd), packed(f, content, toLz4)} {
		f.Add([]byte(s))
	}
	zipped, tarred := archives(f, "a.log", string(content))
	f.Add([]byte(zipped))
	f.Add([]byte(tarred))
	f.Fuzz(func(t *testing.T, content []byte) {
		l := readLog(t, Options{Jobs: 1}, string(content))
		for _, in := range l.w.Inputs {
			if in.Executions == 0 && in.Records == 0 && len(in.Notes) == 0 && in.Kind == "unknown" {
				t.Errorf("%s is dropped in silence", in.Path)
			}
		}
	})
}
