package trace

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/apilint/apilint/internal/source/bounded"
	"github.com/apilint/apilint/internal/source/compression"
)

// The file exporter of OpenTelemetry's collector writes protocol buffers, and
// whatever it compresses, as frames: four bytes of length, most significant
// first, and a message, each compressed by itself. Libraries of protocol
// buffers put the length of a message before it as a varint.

// framing reads the length of the next frame.
type framing func(w *wire) (int64, error)

// maxFrame bounds the length that is believed of a first frame.
const maxFrame = 1 << 27

// framingOf tells how the messages of an input are framed, nil when they are
// not.
func framingOf(head []byte) framing {
	if n, body, ok := fixedLength(head); ok && n <= maxFrame && isFrame(body) {
		return readFixed
	}
	if n, k := protowire.ConsumeVarint(head); k > 0 && n > 0 && n <= maxFrame && !isMessage(head) {
		if body := head[k:]; isMessage(body[:min(uint64(len(body)), n)]) {
			return readVarint
		}
	}
	return nil
}

func fixedLength(head []byte) (n uint32, body []byte, ok bool) {
	if len(head) < 8 {
		return 0, nil, false
	}
	n = binary.BigEndian.Uint32(head)
	return n, head[4:], n > 0
}

// isFrame reports whether a frame with spans begins here.
func isFrame(body []byte) bool {
	return compression.Of(body) != "" || bytes.HasPrefix(body, []byte(`{"`)) || isMessage(body)
}

func readFixed(w *wire) (int64, error) {
	raw, err := w.take(4)
	if err != nil {
		return 0, err
	}
	return int64(binary.BigEndian.Uint32(raw)), nil
}

func readVarint(w *wire) (int64, error) {
	left := int64(0)
	n, err := w.varint(&left)
	return int64(min(n, 1<<40)), err
}

// frames reads one frame after the other. A damaged one costs itself.
func (r *reading) frames(w *wire, length framing) {
	for r.ctx.Err() == nil {
		w.record()
		if _, err := w.src.Peek(1); err == io.EOF {
			return
		}
		n, err := length(w)
		if err != nil {
			r.ended(err)
			return
		}
		body := &remaining{w: w, left: n}
		err = r.frame(body)
		switch {
		case r.ctx.Err() != nil:
			return
		case body.cut:
			r.cutOff("message")
			return
		case err != nil:
			r.unreadable(r.in.Records, err)
		}
		if err := w.skip(body.left); err != nil {
			r.ended(err)
			return
		}
	}
}

// frame reads the message in a frame.
func (r *reading) frame(body io.Reader) error {
	src := bufio.NewReaderSize(body, 64<<10)
	for range 2 {
		head, err := src.Peek(8)
		if len(head) == 0 {
			if err == io.EOF {
				return nil // an empty message
			}
			return err
		}
		name := compression.Of(head)
		if name == "" {
			break
		}
		z, err := compression.Open(name, src)
		if err != nil {
			return err
		}
		src = bufio.NewReaderSize(z, 64<<10)
		if len(r.in.Envelopes) == 0 || r.in.Envelopes[len(r.in.Envelopes)-1] != name {
			r.in.Envelopes = append(r.in.Envelopes, name)
		}
	}
	if head, _ := src.Peek(1); len(head) > 0 && head[0] == '{' {
		inner := bounded.NewReader(src)
		r.documents(bufio.NewReaderSize(inner, 64<<10), inner, otlpShape())
		return nil
	}
	err := r.traces(&wire{src: src}, endless)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errDamaged
	}
	return err
}

// remaining reads what is left of a frame.
type remaining struct {
	w    *wire
	left int64
	cut  bool // the input ended before the frame did
}

func (f *remaining) Read(p []byte) (int, error) {
	if f.left <= 0 {
		return 0, io.EOF
	}
	f.w.record()
	n, err := f.w.src.Read(p[:min(int64(len(p)), f.left)])
	f.left -= int64(n)
	if err == io.EOF && f.left > 0 {
		f.cut, err = true, io.ErrUnexpectedEOF
	}
	return n, err
}
