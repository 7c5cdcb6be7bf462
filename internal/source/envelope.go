package source

import (
	"bufio"
	"fmt"
	"io"
	"time"

	"github.com/apilint/apilint/analyzer/workload"
)

// envelope is what a shipper, container runtime or cloud wraps around a log. It
// is a stream that gives the log's own text: lines as PostgreSQL wrote them, so
// that what is inside may be wrapped again.
type envelope struct {
	name  string
	stamp string // what is set before each line, as a log_line_prefix
	open  func(src *bufio.Reader, left *leftover) io.Reader
}

// maxEnvelopes is how deep envelopes lie in each other.
const maxEnvelopes = 6

// leftover counts what an input holds beside the log.
type leftover struct {
	foreign   int64 // lines of other programs
	broken    int64 // lines or records that could not be unwrapped
	missing   int64 // messages that the shipper left out
	ambiguous int64
	examples  []workload.Example
}

func (l *leftover) breaks(text []byte) {
	l.broken++
	if len(l.examples) < 3 {
		l.examples = append(l.examples, workload.Example{Text: workload.Text(text[:min(len(text), 200)])})
	}
}

// unwrapped is an input's text, out of everything that was around it.
type unwrapped struct {
	text     *bufio.Reader
	head     []byte
	stamp    string
	leftover leftover
	nul      *withoutNUL
	wrapped  bool
}

// unwrap opens the encoding and the envelopes of an input.
func unwrap(in *workload.Input, src *bufio.Reader, o envelopeOptions) *unwrapped {
	u := &unwrapped{nul: &withoutNUL{src: src}}
	head, _ := src.Peek(headSize) // an error comes again when it is read on
	if order := utf16Order(head); order != "" {
		in.Envelopes = append(in.Envelopes, order)
		u.nul.src = &wide{src: src, bigEndian: order == "utf-16be"}
	}
	u.text = bufio.NewReaderSize(u.nul, headSize)
	for depth := 0; ; depth++ {
		u.head, _ = u.text.Peek(headSize)
		if !o.log || depth == maxEnvelopes {
			break
		}
		e := findEnvelope(u.head, o)
		if e == nil {
			break
		}
		in.Envelopes = append(in.Envelopes, e.name)
		u.wrapped = true
		u.stamp = e.stamp
		u.text = bufio.NewReaderSize(e.open(u.text, &u.leftover), headSize)
	}
	return u
}

// envelopeOptions are what envelopes need to know of a reading.
type envelopeOptions struct {
	log     bool                      // it may be a log
	jsonlog bool                      // it is said to be jsonlog
	prefix  func(head []byte) *prefix // guesses a log_line_prefix; nil if most lines have none
	longest int                       // bytes of a line or message that are kept
	until   time.Time                 // when the input ends: lines may have no year
	columns StatsMap                  // that --map names
}

// account adds to the coverage what the envelopes held beside the log.
func (u *unwrapped) account(in *workload.Input) {
	if u.wrapped {
		in.Bytes = u.nul.read
	} else {
		in.Bytes += u.nul.left
	}
	l := &u.leftover
	in.Unreadable += l.broken
	in.Ambiguous += l.ambiguous
	for _, e := range l.examples {
		if len(in.Examples) < 3 {
			in.Examples = append(in.Examples, e)
		}
	}
	say := func(n int64, one, many string) {
		switch {
		case n == 1:
			in.Notes = append(in.Notes, one)
		case n > 1:
			in.Notes = append(in.Notes, fmt.Sprintf(many, n))
		}
	}
	say(u.nul.left, "1 NUL byte was left out", "%d NUL bytes were left out")
	say(l.foreign, "1 line is of another program", "%d lines are of other programs")
	say(l.missing, "1 message was left out by the shipper; journalctl writes long ones with --all", "%d messages were left out by the shipper; journalctl writes long ones with --all")
}

// findEnvelope tells the outermost envelope of a head, nil if there is none.
func findEnvelope(head []byte, o envelopeOptions) *envelope {
	if statsShape(head, o.columns) != exportNone {
		return nil // a bar between columns is not that of docker compose
	}
	if e := findRecordEnvelope(head, o); e != nil {
		return e
	}
	return findLineEnvelope(head, o)
}
