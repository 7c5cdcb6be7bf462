package source

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/apilint/apilint/analyzer/workload"
)

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
		if name, command := unreadableArchive(magic); name != "" {
			return r.refuse(in, name+" is not read: "+command+" | apilint analyze -")
		}
		name := compression(magic)
		if name == "" {
			break
		}
		in.Envelopes = append(in.Envelopes, name)
		if layers == maxEnvelopes {
			return r.refuse(in, "it is compressed more often than any log")
		}
		z, err := decompress(name, br)
		if err != nil {
			return r.refuse(in, err.Error())
		}
		br, file = bufio.NewReaderSize(z, headSize), nil
	}
	if isDigest(br) {
		return r.digest(in, br)
	}
	r.stamp = ""
	u := unwrap(in, bufio.NewReaderSize(&untilDone{r.ctx, br}, headSize), r.envelopeOptions())
	r.stamp = u.stamp
	if len(u.head) == 0 && u.wrapped {
		u.account(in)
		return r.refuse(in, "no line in it is of PostgreSQL")
	}
	err := r.read(in, u.text, u.head)
	if r.ctx.Err() == nil {
		u.account(in)
	}
	return err
}

// envelopeOptions are for an input that is about to be unwrapped.
func (r *reading) envelopeOptions() envelopeOptions {
	return envelopeOptions{
		log:     !slices.Contains([]string{"pgss", "otlp", "sql"}, r.o.Format),
		jsonlog: r.o.Format == "jsonlog",
		columns: r.o.Map,
		longest: longestRecord(r.o.MaxStatement),
		until:   r.modified,
		prefix: func(head []byte) *prefix {
			if p, rate := r.prefix(head); rate >= .5 {
				return p
			}
			return nil
		},
	}
}
