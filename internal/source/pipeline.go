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
// record boundary, each reads its own, so that a block's bytes stay with the
// core that fetched them, and the shards are merged in the order of the input.
// All that is held are a block per worker and a few shards.
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
	window := 2*r.o.Jobs + 4
	p := &pipeline{format: f, cutter: c, free: make(chan *block, window), done: make(chan *block, window)}
	for range window {
		p.free <- &block{}
	}
	workers := make([]*workload.Worker, r.o.Jobs)
	var scanning sync.WaitGroup
	for i := range workers {
		workers[i] = r.agg.NewWorker(workload.SourceLog)
		s := newScanner(r, number, workers[i])
		scanning.Go(func() { p.work(r.ctx, s) })
	}
	finished := make(chan struct{})
	go func() {
		scanning.Wait()
		close(finished)
	}()
	r.merge(in, p, finished)
	for _, w := range workers {
		r.agg.Collect(w)
	}
	if r.ctx.Err() != nil {
		return nil // a worker may wait for input that never comes
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
	format     format
	turn       sync.Mutex // whose it is may cut
	cutter     *cutter
	free, done chan *block

	taken   sync.Mutex
	blocks  int  // that were cut and will be done
	stopped bool // no more of them
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
			if !p.cut(ctx, b) {
				return
			}
			s.begin(b.shard)
			p.format.scan(b, s)
			b.shard = s.end()
			memory, b.memory = b.memory, nil
			p.done <- b
		}
	}
}

// cut takes the next block; false is the end of the input.
func (p *pipeline) cut(ctx context.Context, b *block) bool {
	p.turn.Lock()
	defer p.turn.Unlock()
	if !p.cutter.next(ctx, b) {
		return false
	}
	p.taken.Lock()
	defer p.taken.Unlock()
	if p.stopped {
		return false
	}
	p.blocks++
	return true
}

// stop returns how many blocks were cut; there are no more.
func (p *pipeline) stop() int {
	p.taken.Lock()
	defer p.taken.Unlock()
	p.stopped = true
	return p.blocks
}

// merge takes the blocks in the order of the input and gives them back.
func (r *reading) merge(in *workload.Input, p *pipeline, finished <-chan struct{}) {
	early := map[int]*block{} // bounded by the number of blocks
	next := 0
	take := func(b *block) {
		early[b.number] = b
		for b := early[next]; b != nil; b = early[next] {
			delete(early, next)
			next++
			r.agg.Merge(b.shard)
			in.Bytes += int64(len(b.data)) + b.passedBytes
			in.Lines += b.lines + b.passedLines
			p.free <- b
		}
	}
	for {
		select {
		case b := <-p.done:
			take(b)
			continue
		case <-finished:
		case <-r.ctx.Done(): // one of the workers may wait for input that never comes
		}
		for n := p.stop(); next < n; {
			take(<-p.done)
		}
		return
	}
}
