package source

import (
	"context"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/apilint/apilint/internal/source/compression"
)

// followed reads a log that is still written, across rotations: the file may be
// renamed and a new one made in its place, or it may be emptied. It ends when
// its context does, after what was written until then.
type followed struct {
	ctx  context.Context
	path string
	file *os.File
	next *os.File // what stands at path now, read after the rest of file
	last byte     // that was read
	at   int64    // bytes read of file
	any  bool     // something was read
	live atomic.Bool
	over atomic.Bool // it will not grow
	rest func()      // called at the end of what there is, before it waits; for tests
}

// isPacked reports whether a file is compressed or an archive, to which nothing is
// added.
func isPacked(file *os.File) bool {
	magic := make([]byte, 512)
	n, _ := file.ReadAt(magic, 0)
	return compression.Of(magic[:n]) != "" || archive(magic[:n]) != ""
}

// pollEvery is how long a log may rest before it is looked at again.
const pollEvery = 200 * time.Millisecond

func follow(ctx context.Context, path string, file *os.File) *followed {
	return &followed{ctx: ctx, path: path, file: file}
}

// Read implements io.Reader. Before [followed.goOn] was called, the end of the
// file is one: what an input is, is told from what is there.
func (f *followed) Read(p []byte) (int, error) {
	for {
		n, err := f.file.Read(p)
		if n > 0 {
			f.at += int64(n)
			f.last, f.any = p[n-1], true
			return n, nil
		}
		if err != nil && err != io.EOF {
			return 0, err
		}
		if len(p) == 0 {
			return 0, nil
		}
		if f.next != nil {
			f.file.Close()
			f.file, f.next, f.at = f.next, nil, 0
			if f.any && f.last != '\n' { // the last line was not written to its end
				p[0], f.last = '\n', '\n'
				return 1, nil
			}
			continue
		}
		if f.over.Load() {
			return 0, io.EOF
		}
		if f.rotated() {
			continue // once more to the end of the old file
		}
		if f.ctx.Err() != nil {
			return 0, io.EOF
		}
		if !f.live.Load() && f.any && f.last == '\n' {
			return 0, io.EOF
		}
		if f.rest != nil {
			f.rest()
		}
		select {
		case <-f.ctx.Done():
		case <-time.After(pollEvery):
		}
	}
}

// rotated looks whether another file stands in the place of the one that is
// read, or whether that one was emptied.
func (f *followed) rotated() bool {
	mine, err := f.file.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(f.path)
	switch {
	case err != nil || !there.Mode().IsRegular(): // renamed, and the new one is still to come
		return false
	case !os.SameFile(mine, there):
		f.next, err = os.Open(f.path)
		return err == nil
	case mine.Size() < f.at:
		_, err := f.file.Seek(0, io.SeekStart)
		f.at = 0
		return err == nil
	}
	return false
}

// goOn tells that it is known what the input is.
func (f *followed) goOn() { f.live.Store(true) }

// stop tells that the file does not grow.
func (f *followed) stop() { f.over.Store(true) }

// Close closes what is open.
func (f *followed) Close() error {
	if f.next != nil {
		f.next.Close()
	}
	return f.file.Close()
}
