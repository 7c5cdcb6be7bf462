package source

import (
	"bufio"
	"bytes"
	"path/filepath"
	"time"

	"github.com/apilint/apilint/analyzer/workload"
)

// Logs are cut in the middle of records: by split, by container runtimes that
// rotate by size, by a logrotate that copies and truncates. What a function
// prints with RAISE LOG looks like a statement until its CONTEXT is read. So the
// last record of a log is held until it is known whether the next input goes on
// with it. The last record of the last input is what that shows: a server
// writes a record with its parts at once, and a doubt about the end of every log
// would cost each of them a statement.

// splittable is a format whose records may go on in the next input.
type splittable interface {
	// last returns where the record begins that b, the end of an input, ends
	// with; len(b) when it cannot go on.
	last(b []byte) int
	// rest begins to read what follows a record in the next input.
	rest(record []byte, zone *time.Location) recordRest
}

// recordRest tells the lines that go on with a record.
type recordRest interface {
	// goesOn is asked for each line from the first one on, until it says no. Of a
	// long line the head is there.
	goesOn(line []byte) bool
	// took is told each piece of a line that goes on.
	took(piece []byte)
	// before reports whether the record is older than a line, which does not go on
	// with it; true when they do not tell.
	before(line []byte) bool
}

// lateStart is how much earlier than the record before it a log may begin, µs.
const lateStart = 2_000_000

// heldRecord is the last record of a log.
type heldRecord struct {
	input   *workload.Input
	kind    string
	format  splittable
	worker  *workload.Worker
	scanner *scanner
	read    format
	block   block
	through []*workload.Input // that hold nothing but more of it
}

// input begins an input: what the one before may have gone on with is known.
func (r *reading) input(in *workload.Input, s workload.Source) uint32 {
	r.release()
	return r.agg.Input(in, s)
}

// hold keeps the record with which an input ended.
func (r *reading) hold(in *workload.Input, number uint32, f format, c *cutter) {
	s, ok := f.(splittable)
	if !ok || len(c.last) == 0 {
		return
	}
	w := r.agg.NewWorker(workload.SourceLog)
	h := &heldRecord{input: in, kind: in.Format, format: s, read: f, worker: w, scanner: newScanner(r, number, w)}
	h.block = block{data: c.last, longest: c.longest, line: c.line, offset: c.offset}
	in.Bytes += int64(len(c.last))
	in.Lines += int64(bytes.Count(c.last, lineBreak))
	if c.last[len(c.last)-1] != '\n' {
		in.Lines++
	}
	r.held = h
}

// release reads the record that was held.
func (r *reading) release() {
	h := r.held
	if h == nil {
		return
	}
	r.held = nil
	b := &h.block
	b.cut = b.cut || b.data[len(b.data)-1] != '\n'
	h.scanner.begin(nil)
	h.read.scan(b, h.scanner)
	r.agg.Merge(h.scanner.end())
	r.agg.Collect(h.worker)
	for _, in := range h.through {
		r.agg.Input(in, workload.SourceLog)
	}
}

// joins takes from the beginning of an input what goes on with the record that is
// held; true when the input holds nothing else.
func (r *reading) joins(in *workload.Input, kind string, src *bufio.Reader) bool {
	h := r.held
	if h == nil || r.followed != nil || kind != h.kind && kind != "unknown" {
		return false
	}
	open := h.block.data[len(h.block.data)-1] != '\n'
	if open && filepath.Dir(in.Path) != filepath.Dir(h.input.Path) {
		return false
	}
	if !goesOn(src, h.format.rest(h.block.data, r.zone)) {
		return false
	}
	rest := h.format.rest(h.block.data, r.zone)
	for {
		line, err := peekLine(src)
		if len(line) == 0 && err != nil {
			of := h.input
			in.Kind, in.Format, in.Prefix, in.PrefixRate, in.Language = of.Kind, of.Format, of.Prefix, of.PrefixRate, of.Language
			h.through = append(h.through, in)
			return true
		}
		if !rest.goesOn(line) {
			return false
		}
		h.add(in, src, rest)
	}
}

// goesOn reports whether an input begins with more of a record.
func goesOn(src *bufio.Reader, rest recordRest) bool {
	head, _ := src.Peek(headSize)
	for n := 0; n < guessLines && len(head) > 0; n++ {
		line, after, _ := bytes.Cut(head, lineBreak)
		if !rest.goesOn(line) {
			return n > 0 && rest.before(line)
		}
		rest.took(head[:len(head)-len(after)])
		head = after
	}
	return true
}

// add takes a line to the record.
func (h *heldRecord) add(in *workload.Input, src *bufio.Reader, rest recordRest) {
	b := &h.block
	for {
		piece, err := src.ReadSlice('\n')
		in.Bytes += int64(len(piece))
		room := max(b.longest-len(b.data), 0)
		if len(piece) > room {
			b.cut = true
		}
		b.data = append(b.data, piece[:min(len(piece), room)]...)
		rest.took(piece)
		if err != bufio.ErrBufferFull {
			in.Lines++
			return
		}
	}
}

// peekLine returns the next line without its end, or the head of a long one.
func peekLine(src *bufio.Reader) (line []byte, err error) {
	for n := maxHead; ; n = min(2*n, src.Size()) {
		line, err = src.Peek(n)
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			return line[:i], nil
		}
		if err != nil || n == src.Size() {
			return line, err
		}
	}
}
