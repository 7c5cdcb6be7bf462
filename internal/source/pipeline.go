package source

import (
	"bufio"
	"context"
	"io"
	"sync"

	"github.com/apilint/apilint/analyzer/workload"
)

// format is a log format: how to find whole records and how to read them.
type format interface {
	// split returns how much of b, which begins at a record, surely is whole
	// records; 0 if not even the first one is seen to end. One goroutine calls
	// split and begins.
	split(b []byte) int
	// begins reports whether a record begins at a line of which at least the
	// first maxHead bytes are there. It is asked after a record that was too
	// long.
	begins(line []byte) bool
	// scan reads a block. It may change the block's bytes.
	scan(b *block, s *scanner)
}

// block is a piece of input that holds whole records.
type block struct {
	number      int
	memory      []byte // of the worker that reads it
	data        []byte
	line        int64 // of its first byte, from 1
	offset      int64 // of its first byte
	lines       int64
	longest     int   // bytes of a record that are read
	cut         bool  // the last record is longer, the rest was passed over
	passedBytes int64 // before it
	passedLines int64
	shard       *workload.Shard
}

const byteOrderMark = "\xef\xbb\xbf"

// log reads a log in parallel: workers take turns at cutting a block off at a
// record boundary, each reads its own, and whoever has read the next one of the
// input merges it and those behind it that are ready. So a block's bytes and
// what was read in them mostly stay with the core that fetched them. All that is
// held are a few blocks per worker.
func (r *reading) log(in *workload.Input, src io.Reader, f format) error {
	number := r.input(in, workload.SourceLog)
	if br, ok := src.(*bufio.Reader); ok {
		if mark, _ := br.Peek(len(byteOrderMark)); string(mark) == byteOrderMark {
			n, _ := br.Discard(len(byteOrderMark))
			in.Bytes += int64(n)
		}
	}
	c := newCutter(src, f, r.o)
	c.line, c.offset = in.Lines+1, in.Bytes
	if r.followed != nil {
		c.prompt = true
		r.followed.goOn()
	}
	p := newPipeline(f, c, 2*r.o.Jobs+2, func(b *block) {
		r.agg.Merge(b.shard)
		in.Bytes += int64(len(b.data)) + b.passedBytes
		in.Lines += b.lines + b.passedLines
	})
	workers := make([]*workload.Worker, r.o.Jobs)
	var working sync.WaitGroup
	for i := range workers {
		workers[i] = r.agg.NewWorker(workload.SourceLog)
		s := newScanner(r, number, workers[i])
		working.Go(func() { p.work(r.ctx, s) })
	}
	ended := make(chan struct{})
	go func() {
		working.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-r.ctx.Done(): // a worker may wait for input that never comes
	}
	p.finish()
	for _, w := range workers {
		r.agg.Collect(w)
	}
	if r.ctx.Err() != nil {
		return nil
	}
	in.Bytes, in.Lines = in.Bytes+c.passedBytes, in.Lines+c.passedLines
	r.hold(in, number, f, c)
	if c.err != nil {
		in.Notes = append(in.Notes, "reading stopped: "+c.err.Error())
	}
	return nil
}

// pipeline is a log that is being read.
type pipeline struct {
	format format
	free   chan *block
	turn   sync.Mutex // whose it is may cut
	cutter *cutter
	merge  func(*block) // one at a time, in the order of the input

	mu      sync.Mutex
	merged  sync.Cond // another block was
	early   map[int]*block
	next    int  // to be merged
	merging bool // somebody is
	cut     int  // blocks, all of which will be merged
	over    bool // no more of them
}

func newPipeline(f format, c *cutter, blocks int, merge func(*block)) *pipeline {
	p := &pipeline{format: f, cutter: c, merge: merge, free: make(chan *block, blocks), early: map[int]*block{}}
	p.merged.L = &p.mu
	for range blocks {
		p.free <- &block{}
	}
	return p
}

// work is one worker. A block that it took is read to its end, so that what was
// read of a cancelled input has no gaps.
func (p *pipeline) work(ctx context.Context, s *scanner) {
	var memory []byte
	for {
		select {
		case <-ctx.Done():
			return
		case b := <-p.free:
			b.memory = memory
			if !p.take(ctx, b) {
				return
			}
			s.begin(b.shard)
			p.format.scan(b, s)
			b.shard = s.end()
			memory, b.memory = b.memory, nil
			p.done(b)
		}
	}
}

// take fills in the next block; false is the end of the input.
func (p *pipeline) take(ctx context.Context, b *block) bool {
	p.turn.Lock()
	defer p.turn.Unlock()
	if !p.cutter.next(ctx, b) {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return false
	}
	p.cut++
	return true
}

// done takes a block that was read, and merges what is ready unless another
// worker does.
func (p *pipeline) done(b *block) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.early[b.number] = b
	if p.merging {
		return
	}
	p.merging = true
	for b := p.early[p.next]; b != nil; b = p.early[p.next] {
		delete(p.early, p.next)
		p.mu.Unlock()
		p.merge(b)
		p.free <- b
		p.mu.Lock()
		p.next++
	}
	p.merging = false
	p.merged.Broadcast()
}

// finish waits until all blocks that were cut are merged; there are no more.
func (p *pipeline) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	for p.next < p.cut {
		p.merged.Wait()
	}
}
