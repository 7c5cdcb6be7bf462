package digest

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/klauspost/compress/zstd"
)

// Shelf keeps parts until all are there: only then is their order known. They
// are kept compressed, the first ones in memory and the rest in a temporary
// file, so that a fleet's digests take no more memory than a few. A part that
// comes twice is kept once. The zero value is an empty shelf.
type Shelf struct {
	Memory int // bytes of parts in memory; default 32 MiB

	parts    []part
	known    map[[sha256.Size]byte]bool
	repeated int
	held     int // bytes in memory
	file     *os.File
	end      int64 // of file
	packer   *zstd.Encoder
	unpacker *zstd.Decoder
}

// part is what one reading found.
type part struct {
	id     [sha256.Size]byte
	from   time.Time
	packed []byte // nil: in the file
	at     int64
	size   int
}

const shelfMemory = 32 << 20

// Len is how many parts there are.
func (s *Shelf) Len() int { return len(s.parts) }

// Close lets everything go.
func (s *Shelf) Close() error {
	if s.unpacker != nil {
		s.unpacker.Close()
	}
	file := s.file
	*s = Shelf{Memory: s.Memory}
	if file == nil {
		return nil
	}
	return errors.Join(file.Close(), remove(file.Name()))
}

func remove(name string) error {
	if err := os.Remove(name); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// put keeps a part as it is written, with the time when it begins.
func (s *Shelf) put(line []byte, from time.Time) error {
	p := part{id: sha256.Sum256(line), from: from}
	if s.known[p.id] {
		s.repeated++
		return nil
	}
	if s.packer == nil {
		z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithLowerEncoderMem(true))
		if err != nil {
			return fmt.Errorf("keeping a digest: %w", err)
		}
		s.packer, s.known = z, map[[sha256.Size]byte]bool{}
	}
	packed := s.packer.EncodeAll(line, nil)
	p.size = len(packed)
	if s.held+p.size <= cmp.Or(s.Memory, shelfMemory) {
		p.packed = slices.Clip(packed)
		s.held += p.size
	} else if err := s.spill(packed, &p); err != nil {
		return fmt.Errorf("keeping a digest in a temporary file (TMPDIR says where): %w", err)
	}
	s.known[p.id] = true
	s.parts = append(s.parts, p)
	return nil
}

// spill writes a part to the file.
func (s *Shelf) spill(packed []byte, p *part) error {
	if s.file == nil {
		file, err := os.CreateTemp("", "apilint-digest-*")
		if err != nil {
			return err
		}
		s.file = file
		_ = os.Remove(file.Name()) // where an open file can have no name; else Close does it
	}
	n, err := s.file.WriteAt(packed, s.end)
	p.at = s.end
	s.end += int64(n)
	return err
}

// ordered puts the parts into an order of their own, by time.
func (s *Shelf) ordered() []part {
	slices.SortFunc(s.parts, func(a, b part) int {
		return cmp.Or(a.from.Compare(b.from), bytes.Compare(a.id[:], b.id[:]))
	})
	return s.parts
}

// line returns a part as it was put.
func (s *Shelf) line(p *part) ([]byte, error) {
	packed := p.packed
	if packed == nil {
		packed = make([]byte, p.size)
		if _, err := s.file.ReadAt(packed, p.at); err != nil {
			return nil, fmt.Errorf("reading a digest again from a temporary file: %w", err)
		}
	}
	if s.unpacker == nil {
		z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(2*maxPart))
		if err != nil {
			return nil, fmt.Errorf("reading a digest again: %w", err)
		}
		s.unpacker = z
	}
	line, err := s.unpacker.DecodeAll(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("reading a digest again: %w", err)
	}
	return line, nil
}
