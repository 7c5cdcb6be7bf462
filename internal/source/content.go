package source

import (
	"bufio"
	"fmt"
	"io"
	"os"

	"github.com/apilint/apilint/analyzer/workload"
	"github.com/apilint/apilint/internal/source/compression"
	"github.com/apilint/apilint/internal/source/envelope"
	"github.com/apilint/apilint/internal/source/trace"
)

// maxLayers is how often an input may be compressed.
const maxLayers = 6

// content opens what is around a log, one wrapping after the other, and reads
// it. file is what raw reads, if that is a file; depth counts archives.
func (r *reading) content(in *workload.Input, raw io.Reader, file *os.File, depth int) error {
	br := bufio.NewReaderSize(raw, headSize)
	for layers := 0; ; layers++ {
		magic, err := br.Peek(512)
		if err != nil && err != io.EOF && len(magic) == 0 {
			if layers == 0 && depth == 0 {
				return fmt.Errorf("reading %s: %w", in.Path, err)
			}
			return r.refuse(in, err.Error())
		}
		if name := archive(magic); name != "" {
			return r.archived(in, name, br, file, depth)
		}
		if name, command := compression.Unreadable(magic); name != "" {
			passOver(in, br)
			return r.refuse(in, name+" is not read: "+command+" | apilint analyze -")
		}
		name := compression.Of(magic)
		if name == "" {
			break
		}
		in.Envelopes = append(in.Envelopes, name)
		if layers == maxLayers {
			return r.refuse(in, "it is compressed more often than any log")
		}
		z, err := compression.Open(name, br)
		if err != nil {
			return r.refuse(in, err.Error())
		}
		br, file = bufio.NewReaderSize(z, headSize), nil
	}
	if isDigest(br) {
		return r.digest(in, br)
	}
	if r.o.Format == "" && r.followed == nil {
		if head, _ := br.Peek(headSize); trace.Detect(head) != "" {
			return r.read(in, &untilDone{r.ctx, br}, head)
		}
	}
	r.stamp = ""
	u := envelope.Unwrap(in, bufio.NewReaderSize(&untilDone{r.ctx, br}, headSize), r.envelopeOptions())
	r.stamp = u.Stamp
	if len(u.Head) == 0 && u.Wrapped {
		u.Account(in)
		return r.refuse(in, "no line in it is of PostgreSQL")
	}
	err := r.read(in, u.Text, u.Head)
	if r.ctx.Err() == nil {
		u.Account(in)
	}
	return err
}

// envelopeOptions are for an input that is about to be unwrapped.
func (r *reading) envelopeOptions() envelope.Options {
	o := envelope.Options{
		Grammar: grammar{r},
		Log:     r.mayBeLog(),
		JSONLog: r.o.Format == "jsonlog",
		Table:   func(head []byte) bool { return statsShape(head, r.o.Map) != exportNone },
		Longest: longestRecord(r.o.MaxStatement),
		Until:   r.modified,
	}
	if r.o.Prefix != "" {
		m := matcher{p: compilePrefix(r.o.Prefix)}
		o.Begins = m.match
	}
	if r.followed != nil {
		o.Follow = r.followed.goOn
	}
	return o
}
