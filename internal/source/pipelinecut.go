package source

import (
	"bytes"
	"context"
	"io"
)

// cutter cuts an input into blocks of whole records.
type cutter struct {
	src         io.Reader
	format      format
	size        int    // of a block
	longest     int    // bytes of a record that are read
	rest        []byte // what follows the last block, already read
	last        []byte // record of the input, if the next one may go on with it
	number      int
	line        int64
	offset      int64
	passedBytes int64 // since the last block
	passedLines int64
	end         bool
	prompt      bool // records are handed on as they come, not by the block
	err         error
}

func newCutter(src io.Reader, f format, o Options) *cutter {
	return &cutter{src: src, format: f, size: o.blockSize, longest: longestRecord(o.MaxStatement), line: 1}
}

// longestRecord is how many bytes of one record are read: the statement twice
// (quotes may be doubled, and the values of its parameters follow) and what
// stands around it.
func longestRecord(maxStatement int) int { return 2*maxStatement + 8*maxHead }

// next fills a block; false is the end of the input.
func (c *cutter) next(ctx context.Context, b *block) bool {
	if cap(b.memory) > 2*c.size || b.memory == nil {
		b.memory = make([]byte, max(c.size, 1)) // a very long record's memory is not kept
	}
	if cap(b.memory) < len(c.rest)+1 {
		b.memory = make([]byte, len(c.rest)+c.size)
	}
	memory := b.memory[:cap(b.memory)]
	n := copy(memory, c.rest)
	c.rest = c.rest[:0]
	for {
		n += c.fill(memory[n:])
		if c.end {
			b.memory = memory
			n = c.keep(memory[:n])
			if n == 0 {
				return false
			}
			c.finish(b, memory[:n], false)
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		if end := c.format.split(memory[:n]); end > 0 {
			b.memory = memory
			c.rest = append(c.rest, memory[end:n]...)
			c.finish(b, memory[:end], false)
			return true
		}
		if n >= c.longest+maxHead {
			b.memory = memory
			c.finish(b, memory[:c.longest], true)
			c.pass(ctx, memory[c.longest-1:n])
			return true
		}
		if n < len(memory) {
			continue // more is still to come
		}
		grown := make([]byte, min(2*len(memory), c.longest+maxHead+c.size))
		copy(grown, memory[:n])
		memory = grown
	}
}

// lastBeginning returns where the last line of b stands that begins a record,
// the first line aside; -1 when there is none. The last line may not be there as
// a whole: then at least its head must.
func lastBeginning(b []byte, begins func(line []byte) bool) int {
	for end := len(b); ; {
		nl := bytes.LastIndexByte(b[:end], '\n')
		if nl < 0 {
			return -1
		}
		if line := b[nl+1 : end]; (end < len(b) || len(line) >= maxHead) && begins(line) {
			return nl + 1
		}
		end = nl
	}
}

// keep holds the record back that may go on in the next input, and returns how
// much of b stands before it.
func (c *cutter) keep(b []byte) int {
	s, ok := c.format.(splittable)
	if !ok || len(b) == 0 {
		return len(b)
	}
	n := s.last(b)
	c.last = append(c.last, b[n:]...)
	return n
}

// fill reads until p is full or the input ends, or what there is when promptness
// is asked for.
func (c *cutter) fill(p []byte) int {
	n := 0
	for n < len(p) && !c.end {
		k, err := c.src.Read(p[n:])
		n += k
		if err != nil {
			c.end = true
			if err != io.EOF {
				c.err = err
			}
		}
		if c.prompt && n > 0 {
			break
		}
	}
	return n
}

// finish describes a block.
func (c *cutter) finish(b *block, data []byte, cut bool) {
	b.number, b.data, b.cut, b.longest = c.number, data, cut, c.longest
	b.line, b.offset = c.line, c.offset
	b.lines = int64(bytes.Count(data, []byte{'\n'}))
	b.passedBytes, b.passedLines = c.passedBytes, c.passedLines
	c.passedBytes, c.passedLines = 0, 0
	c.number++
	c.line += b.lines
	c.offset += int64(len(data))
	if c.end && len(c.last) == 0 && len(data) > 0 && data[len(data)-1] != '\n' {
		b.lines++ // the last line has no end
		b.cut = true
	}
}

// pass leaves over the rest of a record that is too long. tail begins with the
// last byte that was read of it.
func (c *cutter) pass(ctx context.Context, tail []byte) {
	held := append([]byte(nil), tail...)
	passed := 1 // bytes of held that were counted
	for ctx.Err() == nil {
		for from := 0; ; {
			nl := bytes.IndexByte(held[from:], '\n')
			if nl < 0 {
				// Only the last byte matters: whether it ends a line.
				c.count(held, passed, len(held))
				held = append(held[:0], held[len(held)-1])
				passed = 1
				break
			}
			line := held[from+nl+1:]
			if len(line) < maxHead && bytes.IndexByte(line, '\n') < 0 && !c.end {
				c.count(held, passed, from+nl+1)
				held = append(held[:0], held[from+nl:]...)
				passed = 1
				break
			}
			if end := bytes.IndexByte(line, '\n'); end >= 0 {
				line = line[:end]
			}
			if len(held) > from+nl+1 && c.format.begins(line) {
				passed = c.count(held, passed, from+nl+1)
				c.rest = append(c.rest[:0], held[passed:]...)
				return
			}
			from += nl + 1
		}
		if c.end {
			c.count(held, passed, len(held))
			if len(held) > 0 && held[len(held)-1] != '\n' {
				c.passedLines++
			}
			return
		}
		n := len(held)
		held = append(held, make([]byte, c.size)...)
		held = held[:n+c.fill(held[n:])]
	}
}

// count passes held[from:to] and returns to.
func (c *cutter) count(held []byte, from, to int) int {
	if to <= from {
		return from
	}
	lines := int64(bytes.Count(held[from:to], []byte{'\n'}))
	c.passedBytes += int64(to - from)
	c.passedLines += lines
	c.line += lines
	c.offset += int64(to - from)
	return to
}
