// Package compression opens what a file or stream is compressed with, told by
// its magic bytes, and ends what expands as no log does.
package compression

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"
)

// magicSize is how many bytes tell a compression.
const magicSize = 24

// maxWindow is how much of the past a decoder may have to keep: that of
// `zstd --long`, and twice that of `xz -9`.
const maxWindow = 128 << 20

// Of names what a stream is compressed with, by its magic bytes.
func Of(magic []byte) string {
	switch m := magic; {
	case begins(m, "\x1f\x8b\x08"):
		return "gzip"
	case begins(m, "BZh") && len(m) >= 10 && (string(m[4:10]) == "1AY&SY" || string(m[4:10]) == "\x17\x72\x45\x38\x50\x90"):
		return "bzip2"
	case begins(m, "\xfd7zXZ\x00"):
		return "xz"
	case begins(m, "\x28\xb5\x2f\xfd"), len(m) >= 4 && m[0]&0xf0 == 0x50 && string(m[1:4]) == "\x2a\x4d\x18":
		return "zstd"
	case begins(m, "\x04\x22\x4d\x18"), begins(m, "\x02\x21\x4c\x18"):
		return "lz4"
	}
	return ""
}

func begins(s []byte, prefix string) bool { return bytes.HasPrefix(s, []byte(prefix)) }

// Unreadable names a compression or archive that is not read, with the command
// that does.
func Unreadable(magic []byte) (name, command string) {
	switch {
	case begins(magic, "\x1f\x9d"):
		return "compress", "uncompress -c FILE"
	case begins(magic, "7z\xbc\xaf\x27\x1c"):
		return "7z", "7z x -so FILE"
	case begins(magic, "Rar!\x1a\x07"):
		return "rar", "unrar p -inul FILE"
	case begins(magic, "LZIP"):
		return "lzip", "lzip -dc FILE"
	case begins(magic, "\x5d\x00\x00") && len(magic) > 12 && magic[5] == 0xff && magic[12] == 0:
		return "lzma", "xz -dc --format=lzma FILE"
	}
	return "", ""
}

// Open opens a compressed stream. No decoder keeps a goroutine: a reading
// that is cancelled just lets go of it.
func Open(name string, src *bufio.Reader) (io.Reader, error) {
	packed := &counted{src: src}
	var z io.Reader
	var err error
	switch name {
	case "gzip":
		z, err = gzip.NewReader(packed)
	case "bzip2":
		z = bzip2.NewReader(packed)
	case "xz":
		head, _ := src.Peek(magicSize)
		if size := dictionary(head); size > maxWindow {
			return nil, fmt.Errorf("its dictionary of %d MiB is too large; decompress it first", size>>20)
		}
		z, err = xz.NewReader(packed)
	case "zstd":
		z, err = zstd.NewReader(packed, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	case "lz4":
		z = lz4.NewReader(packed)
	}
	if err != nil {
		return nil, streamError(name, err)
	}
	return &inflated{name: name, packed: packed, z: z}, nil
}

// dictionary is what the first block of an xz stream asks for (The .xz File
// Format, 3.1 and 5.3.1), 0 unknown.
func dictionary(head []byte) int64 {
	const header = 12
	if len(head) <= header+2 {
		return 0
	}
	i := header + 2
	for flag := byte(0x40); flag != 0; flag <<= 1 { // sizes, each a number of up to nine bytes
		if head[header+1]&flag == 0 {
			continue
		}
		for i < len(head) && head[i]&0x80 != 0 {
			i++
		}
		i++
	}
	if i+2 >= len(head) || head[i] != 0x21 || head[i+1] != 1 {
		return 0
	}
	size, err := lzma.DecodeDictCap(head[i+2])
	if err != nil {
		return 0
	}
	return size
}

// Guard watches over what was packed in size bytes by other means, as the files
// of an archive.
func Guard(name string, z io.Reader, size int64) io.Reader {
	return &inflated{name: name, packed: &counted{n: size}, z: z}
}

// counted counts what was read.
type counted struct {
	src io.Reader
	n   int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.src.Read(p)
	c.n += int64(n)
	return n, err
}

// A compressed log of this size that expands more than that is none. Each
// record has at least a time and a duration of its own: of records of 8 kB, the
// size of a long statement, no more than a thousandth is left. gzip looks back
// 32 kB and does worse. Real logs come down to a twentieth or so.
const (
	bombSize  = 64 << 20
	bombRatio = 5000
	gzipRatio = 700
	lineRatio = 250 // within one line of that size
)

// inflated is a decompressed stream. A broken end is an error that says so; a
// bomb ends it.
type inflated struct {
	name   string
	packed *counted
	z      io.Reader
	out    int64
	line   int64 // bytes since the last line break
	err    error
}

func (f *inflated) Read(p []byte) (n int, err error) {
	if f.err != nil {
		return 0, f.err
	}
	defer func() {
		if broken := recover(); broken != nil {
			n, f.err = 0, fmt.Errorf("the %s stream is damaged: %v", f.name, broken)
			err = f.err
		}
	}()
	n, err = f.z.Read(p)
	n = max(n, 0)
	f.out += int64(n)
	if i := bytes.LastIndexByte(p[:n], '\n'); i >= 0 {
		f.line = int64(n - i - 1)
	} else {
		f.line += int64(n)
	}
	limit := int64(bombRatio)
	switch {
	case f.line > bombSize:
		limit = lineRatio
	case f.name == "gzip" || f.name == "lz4":
		limit = gzipRatio
	}
	if f.out > bombSize && f.out/limit > f.packed.n {
		err = fmt.Errorf("the %s stream expands more than %d-fold, as no log does", f.name, limit)
	} else if err != nil && err != io.EOF {
		err = streamError(f.name, err)
	}
	f.err = err
	return n, err
}

func streamError(name string, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("the %s stream is cut off", name)
	}
	return fmt.Errorf("the %s stream is damaged: %w", name, err)
}
