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
	memory      []byte
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

// log reads a log in parallel: one goroutine cuts blocks at record boundaries,
// workers read them, and the shards are merged in the order of the input. All
// that is held are a few blocks per worker.
func (r *reading) log(in *workload.Input, src io.Reader, f format) error {
	number := r.input(in, workload.SourceLog)
	if br, ok := src.(*bufio.Reader); ok {
		if mark, _ := br.Peek(len(byteOrderMark)); string(mark) == byteOrderMark {
			n, _ := br.Discard(len(byteOrderMark))
			in.Bytes += int64(n)
		}
	}
	window := r.o.Jobs + 4
	free, work, done := make(chan *block, window), make(chan *block, window), make(chan *block, window)
	for range window {
		free <- &block{}
	}
	c := newCutter(src, f, r.o)
	c.line, c.offset = in.Lines+1, in.Bytes
	if r.followed != nil {
		c.prompt = true
		r.followed.goOn()
	}
	cutting := make(chan struct{})
	go func() {
		defer close(cutting)
		defer close(work)
		c.run(r.ctx, free, work)
	}()

	workers := make([]*workload.Worker, r.o.Jobs)
	var scanning sync.WaitGroup
	for i := range workers {
		workers[i] = r.agg.NewWorker(workload.SourceLog)
		s := newScanner(r, number, workers[i])
		scanning.Go(func() { scanBlocks(r.ctx, f, s, work, done) })
	}
	finished := make(chan struct{})
	go func() {
		scanning.Wait()
		close(finished)
	}()
	r.merge(in, done, free, finished)
	for _, w := range workers {
		r.agg.Collect(w)
	}
	if r.ctx.Err() != nil {
		return nil // the cutter may wait for input that never comes
	}
	<-cutting
	in.Bytes, in.Lines = in.Bytes+c.passedBytes, in.Lines+c.passedLines
	r.hold(in, number, f, c)
	if c.err != nil {
		in.Notes = append(in.Notes, "reading stopped: "+c.err.Error())
	}
	return nil
}

// scanBlocks is one worker. A block that it took is read to its end, so that
// what was read of a cancelled input has no gaps.
func scanBlocks(ctx context.Context, f format, s *scanner, work <-chan *block, done chan<- *block) {
	for {
		select {
		case <-ctx.Done():
			return
		case b, ok := <-work:
			if !ok {
				return
			}
			s.begin(b.shard)
			f.scan(b, s)
			b.shard = s.end()
			done <- b
		}
	}
}

// merge takes the blocks in the order of the input and gives them back.
func (r *reading) merge(in *workload.Input, done <-chan *block, free chan<- *block, finished <-chan struct{}) {
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
			free <- b
		}
	}
	for {
		select {
		case b := <-done:
			take(b)
		case <-finished:
			for {
				select {
				case b := <-done:
					take(b)
				default:
					return
				}
			}
		}
	}
}
