package cli

import (
	"context"
	"io"
	"os"
)

// interruptible is a reader whose Read ends with the context. A read of a pipe
// or terminal cannot be called off: it goes on in a goroutine, whose bytes
// nobody waits for any more.
type interruptible struct {
	ctx   context.Context
	full  chan piece // what was read
	empty chan []byte
	rest  piece
}

type piece struct {
	whole, unread []byte
	err           error
}

// untilDone makes reads of r end with the context. A regular file never
// blocks and stays as it is.
func untilDone(ctx context.Context, r io.Reader) io.Reader {
	if f, ok := r.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return r
		}
	}
	const size = 256 << 10
	i := &interruptible{ctx: ctx, full: make(chan piece), empty: make(chan []byte, 2)}
	i.empty <- make([]byte, size)
	i.empty <- make([]byte, size)
	go func() {
		for {
			buf := <-i.empty
			n, err := r.Read(buf)
			select {
			case i.full <- piece{buf, buf[:n], err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return i
}

// Read implements io.Reader. It returns what was read before the context
// ended, then the context's error.
func (i *interruptible) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(i.rest.unread) == 0 {
		if i.rest.err != nil {
			return 0, i.rest.err
		}
		if i.rest.whole != nil {
			i.empty <- i.rest.whole
			i.rest = piece{}
		}
		select {
		case i.rest = <-i.full:
		case <-i.ctx.Done():
			i.rest.err = i.ctx.Err()
		}
	}
	n := copy(p, i.rest.unread)
	i.rest.unread = i.rest.unread[n:]
	return n, nil
}
