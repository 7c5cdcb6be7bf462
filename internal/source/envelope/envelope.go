// Package envelope takes off what shippers, container runtimes, syslog daemons
// and clouds put around a log, and gives its own lines. What an envelope is, is
// told from the content.
package envelope

import (
	"bufio"
	"bytes"
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

// Unwrapped is an input's text, out of everything that was around it.
type Unwrapped struct {
	Text    *bufio.Reader
	Head    []byte // of Text
	Stamp   string // what was set before each line, as a log_line_prefix
	Wrapped bool   // there was an envelope

	opened   []*envelope
	leftover leftover
	nul      *withoutNUL
}

// Unwrap opens the encoding and the envelopes of an input.
func Unwrap(in *workload.Input, src *bufio.Reader, o Options) *Unwrapped {
	head, _ := src.Peek(headSize) // an error comes again when it is read on
	order := utf16Order(head)
	if order != "" {
		in.Envelopes = append(in.Envelopes, order)
	}
	begin := func(src io.Reader) *Unwrapped {
		u := &Unwrapped{nul: &withoutNUL{src: src, keep: isExport(head)}}
		if order != "" {
			u.nul.src = &wide{src: src, bigEndian: order == "utf-16be"}
		}
		u.Text = bufio.NewReaderSize(u.nul, headSize)
		return u
	}
	if o.Follow == nil {
		u := begin(src)
		u.open(in, o)
		return u
	}
	// The envelopes are told from what is there, and opened on what is to come.
	probe := begin(bytes.NewReader(bytes.Clone(head)))
	probe.open(in, o)
	if probe.Wrapped {
		o.Follow()
	}
	u := begin(src)
	for _, e := range probe.opened {
		u.Text = bufio.NewReaderSize(e.open(u.Text, &u.leftover), headSize)
	}
	u.Head, u.Stamp, u.Wrapped = probe.Head, probe.Stamp, probe.Wrapped
	return u
}

// open opens the envelopes, from the outermost on.
func (u *Unwrapped) open(in *workload.Input, o Options) {
	for depth := 0; ; depth++ {
		u.Head, _ = u.Text.Peek(headSize)
		if !o.Log || depth == maxEnvelopes {
			return
		}
		e := findEnvelope(u.Head, o)
		if e == nil {
			return
		}
		in.Envelopes = append(in.Envelopes, e.name)
		o.turned = o.turned || e.name == NewestFirst
		u.Wrapped, u.Stamp = true, e.stamp
		u.opened = append(u.opened, e)
		u.Text = bufio.NewReaderSize(e.open(u.Text, &u.leftover), headSize)
	}
}

// Options are what envelopes need to know of a reading.
type Options struct {
	Grammar
	Log     bool                   // it may be a log
	JSONLog bool                   // it is said to be jsonlog
	Table   func(head []byte) bool // tells rows of a table, whose bars are not those of docker compose
	Begins  func(line []byte) bool // a line has the prefix that was asked for; nil if none was
	Longest int                    // bytes of a line or message that are kept
	Until   time.Time              // when the input ends: lines may have no year
	Follow  func()                 // tells that the end of what is there is not one of the input; nil if it is

	turned bool // it came with the newest first
}

// Account adds to the coverage what the envelopes held beside the log.
func (u *Unwrapped) Account(in *workload.Input) {
	if u.Wrapped {
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
func findEnvelope(head []byte, o Options) *envelope {
	if o.Table(head) {
		return nil
	}
	if e := findRecordEnvelope(head, o); e != nil {
		return e
	}
	if o.Follow == nil && !o.turned {
		if e := findNewest(sampleLines(head), o); e != nil {
			return e
		}
	}
	return findLineEnvelope(head, o)
}
