package source

import (
	"bufio"
	"bytes"
	"cmp"
	"io"
	"os"
	"slices"

	"github.com/apilint/apilint/analyzer/workload"
	"github.com/apilint/apilint/internal/source/compression"
	"github.com/apilint/apilint/internal/source/envelope"
	"github.com/apilint/apilint/internal/source/trace"
)

// peekSize is how much of an input's text is looked at for its first time,
// bytes: a file that is compressed is unpacked no further.
const peekSize = 64 << 10

// inOrder sorts logs by their first time: rotated files are one log, whatever
// they are called and in whichever order they were named. Those that begin at
// the same time are sorted by name; what has no time keeps its place.
func inOrder[T any](inputs []T, name func(T) string, begins func(T) (us int64, ok bool)) []T {
	type timed struct {
		input T
		at    int64
	}
	var logs []timed
	var places []int
	for i, in := range inputs {
		if at, ok := begins(in); ok {
			logs, places = append(logs, timed{in, at}), append(places, i)
		}
	}
	slices.SortStableFunc(logs, func(a, b timed) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(name(a.input), name(b.input)))
	})
	out := slices.Clone(inputs)
	for i, place := range places {
		out[place] = logs[i].input
	}
	return out
}

// sorted puts the inputs in the order in which their logs were written.
func (r *reading) sorted(inputs []named) []named {
	if len(inputs) < 2 || r.o.Follow || !r.mayBeLog() {
		return inputs
	}
	return inOrder(inputs, func(n named) string { return n.path }, func(n named) (int64, bool) {
		return r.beginningOf(n.path)
	})
}

// mayBeLog reports whether the user did not say that inputs are something else.
func (r *reading) mayBeLog() bool {
	return r.o.Format != "pgss" && r.o.Format != "sql" && !slices.Contains(trace.Forms, r.o.Format)
}

// beginningOf returns the first time in a file. What goes wrong is left to the
// reader that opens the file for good.
func (r *reading) beginningOf(path string) (us int64, ok bool) {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() || r.ctx.Err() != nil {
		return 0, false
	}
	f, err := os.Open(path)
	if err != nil {
		return 0, false
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil {
		r.modified = info.ModTime() // of the last year's December, maybe
	}
	return r.beginning(f, f)
}

// beginning does so for content that may be compressed, packed or wrapped; file
// is what raw reads, if that is a file.
func (r *reading) beginning(raw io.Reader, file *os.File) (us int64, ok bool) {
	br := bufio.NewReaderSize(raw, 4<<10)
	for range maxLayers {
		magic, _ := br.Peek(512)
		switch name := archive(magic); {
		case name == "zip" && file != nil:
			return r.zipBeginning(file)
		case name != "":
			return 0, false
		}
		name := compression.Of(magic)
		if name == "" {
			break
		}
		z, err := compression.Open(name, br)
		if err != nil {
			return 0, false
		}
		br, file = bufio.NewReaderSize(z, 4<<10), nil
	}
	if isDigest(br) {
		return 0, false
	}
	in := &workload.Input{}
	src := bufio.NewReaderSize(io.LimitReader(br, peekSize), peekSize)
	u := envelope.Unwrap(in, src, r.envelopeOptions())
	us, ok = r.firstRecord(u.Head, u.Stamp)
	if file != nil && slices.Contains(in.Envelopes, envelope.NewestFirst) {
		if last, known := r.lastPart(file); known && (!ok || last < us) {
			return last, true
		}
	}
	return us, ok
}

// lastPart looks for the first time in the end of a file whose newest lines
// come first.
func (r *reading) lastPart(file *os.File) (us int64, ok bool) {
	info, err := file.Stat()
	if err != nil || info.Size() <= peekSize {
		return 0, false
	}
	end := make([]byte, peekSize)
	if n, _ := file.ReadAt(end, info.Size()-peekSize); n < peekSize {
		return 0, false
	}
	_, end, _ = bytes.Cut(end, []byte{'\n'})
	u := envelope.Unwrap(&workload.Input{}, bufio.NewReaderSize(bytes.NewReader(end), peekSize), r.envelopeOptions())
	return r.firstRecord(u.Head, u.Stamp)
}

// firstRecord returns the time of the first record in the head of a log. A log
// may begin in the middle of one.
func (r *reading) firstRecord(head []byte, stamp string) (us int64, ok bool) {
	kind := r.o.Format
	if kind == "" && (r.o.Map != nil || r.side != nil) && statsShape(head, r.o.Map) != exportNone {
		return 0, false
	}
	if kind == "" {
		kind = detect(head)
	}
	var readTime func(line []byte) (int64, bool)
	switch kind {
	case "stderr":
		r.stamp = stamp
		p, _ := r.prefix(head)
		if p == nil {
			return 0, false
		}
		m := matcher{p: p, language: languageOf(head), clock: clock{zone: r.zone}}
		readTime = func(line []byte) (int64, bool) {
			ok := !continues(line) && m.match(line) && m.head.timed && !m.head.severity.part()
			return m.head.at, ok
		}
	case "csvlog":
		var rows csvReader
		c := clock{zone: r.zone}
		readTime = func(line []byte) (int64, bool) {
			if !rows.begins(line) {
				return 0, false
			}
			us, _, ok := c.read(bytes.TrimPrefix(line, []byte(`"`)))
			return us, ok
		}
	case "jsonlog":
		s := newScanner(r, 0, nil)
		readTime = func(line []byte) (int64, bool) {
			s.record = record{}
			s.readObject(bytes.Clone(line), &s.record)
			return s.record.at, s.record.timed
		}
	default:
		return 0, false
	}
	for line := range bytes.SplitSeq(bytes.TrimPrefix(head, []byte(byteOrderMark)), []byte{'\n'}) {
		if us, ok := readTime(bytes.TrimSuffix(line, []byte{'\r'})); ok {
			return us, true
		}
	}
	return 0, false
}
