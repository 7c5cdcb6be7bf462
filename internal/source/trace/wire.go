package trace

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/apilint/apilint/internal/source/bounded"
)

// wire reads messages of protocol buffers field by field, without holding more
// than one of those that its caller takes whole.
type wire struct {
	src     *bufio.Reader
	bounded *bounded.Reader // that src reads from, nil when it does not
}

var errDamaged = errors.New("the bytes are no message of OTLP")

// endless is the size of a message that ends with its input.
const endless = math.MaxInt64

// each calls field for every field of a message of the given size that has a
// length; field consumes it.
func (w *wire) each(size int64, field func(number protowire.Number, size int64) error) error {
	for left := size; left > 0; {
		w.record()
		if _, err := w.src.Peek(1); err == io.EOF && size == endless {
			return nil
		}
		tag, err := w.varint(&left)
		if err != nil {
			return err
		}
		number, kind := protowire.DecodeTag(tag)
		if number < protowire.MinValidNumber {
			return errDamaged
		}
		switch kind {
		case protowire.VarintType:
			_, err = w.varint(&left)
		case protowire.Fixed32Type, protowire.Fixed64Type:
			n := int64(8)
			if kind == protowire.Fixed32Type {
				n = 4
			}
			left -= n
			err = w.skip(n)
		case protowire.BytesType:
			var n uint64
			if n, err = w.varint(&left); err == nil {
				if n > uint64(max(left, 0)) {
					return errDamaged
				}
				left -= int64(n)
				err = field(number, int64(n))
			}
		default:
			return errDamaged
		}
		if err != nil {
			return err
		}
		if left < 0 {
			return errDamaged
		}
	}
	return nil
}

func (w *wire) record() {
	if w.bounded != nil {
		w.bounded.Record()
	}
}

// varint reads one and takes its bytes off left.
func (w *wire) varint(left *int64) (uint64, error) {
	head, err := w.src.Peek(binary.MaxVarintLen64)
	if len(head) == 0 {
		return 0, noEOF(err)
	}
	v, n := protowire.ConsumeVarint(head)
	if n < 0 {
		if len(head) < binary.MaxVarintLen64 {
			return 0, io.ErrUnexpectedEOF
		}
		return 0, errDamaged
	}
	*left -= int64(n)
	_, err = w.src.Discard(n)
	return v, err
}

// skip passes over n bytes.
func (w *wire) skip(n int64) error {
	for n > 0 {
		w.record()
		step := min(n, bounded.MaxRecord/2)
		got, err := w.src.Discard(int(step))
		n -= int64(got)
		if err != nil {
			return noEOF(err)
		}
	}
	return nil
}

// take reads n bytes, nil when they are more than one record can have.
func (w *wire) take(n int64) ([]byte, error) {
	if n >= bounded.MaxRecord/2 {
		return nil, w.skip(n)
	}
	w.record()
	buf := make([]byte, n)
	_, err := io.ReadFull(w.src, buf)
	return buf, noEOF(err)
}
