package source

import (
	"context"
	"io"
	"os"
)

// pipe is a reader that ends when its context does, so that all that was read
// until then is still understood. A read of a pipe or terminal cannot be called
// off: it goes on in a goroutine, whose bytes nobody waits for any more.
type pipe struct {
	ctx   context.Context
	full  chan piece // what was read
	empty chan []byte
	rest  piece
}

type piece struct {
	memory, unread []byte
	err            error
}

// newPipe begins to read r.
func newPipe(ctx context.Context, r io.Reader) *pipe {
	const size = 256 << 10
	p := &pipe{ctx: ctx, full: make(chan piece), empty: make(chan []byte, 2)}
	p.empty <- make([]byte, size)
	p.empty <- make([]byte, size)
	go func() {
		for {
			buf := <-p.empty
			n, err := r.Read(buf)
			select {
			case p.full <- piece{buf, buf[:n], err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return p
}

// Read implements io.Reader.
func (p *pipe) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	for len(p.rest.unread) == 0 {
		if p.rest.err != nil {
			return 0, p.rest.err
		}
		if p.rest.memory != nil {
			p.empty <- p.rest.memory
			p.rest = piece{}
		}
		if p.ctx.Err() != nil {
			p.rest.err = io.EOF
			continue
		}
		select {
		case p.rest = <-p.full:
		case <-p.ctx.Done():
		}
	}
	n := copy(b, p.rest.unread)
	p.rest.unread = p.rest.unread[n:]
	return n, nil
}

// untilDone is a reader that ends when its context does: what is around a log
// may have to be read to its end before the first line comes out of it.
type untilDone struct {
	ctx context.Context
	src io.Reader
}

func (u *untilDone) Read(p []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, io.EOF
	}
	return u.src.Read(p)
}

// isFile reports whether a read of r never waits.
func isFile(r io.Reader) bool {
	f, ok := r.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode().IsRegular()
}

// openInput opens a file, or a named pipe as soon as somebody writes to it.
func openInput(ctx context.Context, path string) (*os.File, error) {
	type opened struct {
		*os.File
		error
	}
	done := make(chan opened, 1)
	go func() {
		f, err := os.Open(path)
		done <- opened{f, err}
	}()
	select {
	case o := <-done:
		return o.File, o.error
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
