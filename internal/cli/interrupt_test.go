package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/iotest"
)

func TestUntilDone_givesWhatTheReaderGives(t *testing.T) {
	big := make([]byte, 3<<20+17)
	random := rand.NewChaCha8([32]byte{})
	_, _ = random.Read(big)
	for _, c := range []struct {
		name string
		r    io.Reader
		want []byte
	}{
		{"nothing", strings.NewReader(""), []byte{}},
		{"more than a buffer", bytes.NewReader(big), big},
		{"byte by byte", iotest.OneByteReader(strings.NewReader("abc")), []byte("abc")},
		{"bytes together with the end", iotest.DataErrReader(strings.NewReader("abc")), []byte("abc")},
	} {
		got, err := io.ReadAll(untilDone(t.Context(), c.r))
		if err != nil || !bytes.Equal(got, c.want) {
			t.Errorf("%s: %d bytes, %v; want %d", c.name, len(got), err, len(c.want))
		}
	}
}

func TestUntilDone_passesErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	got, err := io.ReadAll(untilDone(t.Context(), io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(broken))))
	if !errors.Is(err, broken) || string(got) != "abc" {
		t.Errorf("%q, %v", got, err)
	}
}

// A pipe that nobody writes to would block for ever.
func TestUntilDone_endsWithTheContext(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithCancel(t.Context())
	in := untilDone(ctx, r)
	go func() {
		_, _ = w.Write([]byte("first"))
		cancel()
	}()
	got, err := io.ReadAll(in)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if string(got) != "first" && len(got) > 0 {
		t.Errorf("%q", got)
	}
}

func TestUntilDone_leavesFilesAlone(t *testing.T) {
	f, err := os.Open("interrupt.go")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if untilDone(t.Context(), f) != io.Reader(f) {
		t.Error("a regular file is wrapped")
	}
}
