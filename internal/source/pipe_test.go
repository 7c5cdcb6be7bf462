package source

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
)

func TestPipe_givesWhatTheReaderGives(t *testing.T) {
	big := make([]byte, 3<<20+17)
	_, _ = rand.NewChaCha8([32]byte{}).Read(big)
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
		got, err := io.ReadAll(newPipe(t.Context(), c.r))
		if err != nil || !bytes.Equal(got, c.want) {
			t.Errorf("%s: %d bytes, %v; want %d", c.name, len(got), err, len(c.want))
		}
	}
}

func TestPipe_passesErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	got, err := io.ReadAll(newPipe(t.Context(), io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(broken))))
	if !errors.Is(err, broken) || string(got) != "abc" {
		t.Errorf("%q, %v", got, err)
	}
}

// A writer that says nothing more would keep the reader for ever.
func TestPipe_endsWithTheContext(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithCancel(t.Context())
	p := newPipe(ctx, r)
	go func() { _, _ = w.Write([]byte("first")) }()
	first := make([]byte, 5)
	if _, err := io.ReadFull(p, first); err != nil || string(first) != "first" {
		t.Fatalf("%q, %v", first, err)
	}
	cancel()
	if rest, err := io.ReadAll(p); err != nil || len(rest) > 0 {
		t.Errorf("%q, %v", rest, err)
	}
}

func TestOpenInput_waitsForAWriterOnlyUntilTheContextEnds(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "log.fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Skip("no named pipes here: ", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := openInput(ctx, fifo); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
