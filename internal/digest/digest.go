// Package digest reads and writes what was learnt from logs as small files that
// can be added up: no value of any statement is in them. A file is zstd around
// a line that names the format's version and one line of JSON for each part. A
// part is what one reading found; parts are never changed, so that files can be
// joined in any order and grouping, and one that comes twice counts once.
package digest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/apilint/apilint/analyzer/sequence"
	"github.com/apilint/apilint/analyzer/workload"
)

// Version of the format that is written. Others are not read.
const Version = 1

// magic begins every digest, without its compression.
const magic = "apilint digest "

// Limits of what is read, in bytes: a part of a hundred thousand statements has
// some 50 MB, one of a usual application one, and a fleet's file has all of its
// parts. They are read one at a time.
const (
	maxPart  = 512 << 20
	maxParts = 32 << 30
)

// content is a part's JSON.
type content struct {
	Workload *workload.Digest    `json:"workload"`
	Loops    []sequence.Digested `json:"loops"`
	Overflow int                 `json:"overflow,omitempty"` // loops there was no room for
}

// Add puts what was read on the shelf as a part of its own: after Workload and
// Candidates were called.
func (s *Shelf) Add(a *workload.Aggregator, f *sequence.Finder) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	c := content{Workload: a.Digest(), Loops: f.Digest(a.Workload()), Overflow: f.Overflow()}
	if err := enc.Encode(c); err != nil {
		return fmt.Errorf("writing a digest: %w", err)
	}
	var from time.Time
	for i := range c.Workload.Inputs {
		from = earlier(from, c.Workload.Inputs[i].Coverage.From)
	}
	return s.put(bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), from)
}

// earlier returns the earlier of two times, of which a zero one is unknown.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Write writes the parts on the shelf.
func (s *Shelf) Write(w io.Writer) error {
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("writing a digest: %w", err)
	}
	fmt.Fprintf(z, "%s%d\n", magic, Version)
	parts := s.ordered()
	for i := range parts {
		line, err := s.line(&parts[i])
		if err != nil {
			return err
		}
		if _, err := z.Write(append(line, '\n')); err != nil {
			return fmt.Errorf("writing a digest: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("writing a digest: %w", err)
	}
	return nil
}

// Read puts the parts of a digest on the shelf; src is without its compression.
func (s *Shelf) Read(src io.Reader) error {
	limited := &io.LimitedReader{R: src, N: maxParts}
	r := bufio.NewReaderSize(limited, 1<<16)
	head, err := r.ReadSlice('\n')
	version := strings.TrimPrefix(strings.TrimSuffix(string(head), "\n"), magic)
	switch {
	case err != nil || !bytes.HasPrefix(head, []byte(magic)):
		return errors.New("no digest of apilint, or cut off at its beginning")
	case version != fmt.Sprint(Version):
		return fmt.Errorf("a digest of version %.20q; this apilint reads version %d: use the apilint that wrote it, or write it again from the log", version, Version)
	}
	var line []byte
	for {
		line, err = readLine(r, line[:0])
		if err == io.EOF && len(line) == 0 && limited.N > 0 {
			return nil
		}
		switch {
		case limited.N <= 0 || errors.Is(err, errTooLong):
			return errTooLong
		case err == io.EOF:
			return errors.New("the digest is cut off")
		case err != nil:
			return fmt.Errorf("the digest is damaged: %w", err)
		}
		from, err := begin(line)
		if err != nil {
			return err
		}
		if err := s.put(line, from); err != nil {
			return err
		}
	}
}

// begin returns when a part begins, zero where that is unknown, without
// building what else is in it.
func begin(line []byte) (from time.Time, err error) {
	var head struct {
		Workload *struct {
			Inputs []struct {
				Coverage struct{ From time.Time } `json:"coverage"`
			} `json:"inputs"`
		} `json:"workload"`
	}
	if err := json.Unmarshal(line, &head); err != nil {
		return from, fmt.Errorf("the digest is damaged: %w", err)
	}
	if head.Workload == nil {
		return from, errors.New("the digest is damaged: it holds no workload")
	}
	for i := range head.Workload.Inputs {
		from = earlier(from, head.Workload.Inputs[i].Coverage.From)
	}
	return from, nil
}

var errTooLong = errors.New("the digest is longer than any")

// readLine appends a line without its end; io.EOF is a line without one.
func readLine(r *bufio.Reader, line []byte) ([]byte, error) {
	for {
		piece, err := r.ReadSlice('\n')
		line = append(line, piece...)
		switch {
		case len(line) > maxPart:
			return nil, errTooLong
		case err == nil:
			return line[:len(line)-1], nil
		case err != bufio.ErrBufferFull:
			return line, err
		}
	}
}

func decode(line []byte) (*content, error) {
	c := &content{}
	if err := json.Unmarshal(line, c); err != nil {
		return nil, fmt.Errorf("the digest is damaged: %w", err)
	}
	if c.Workload == nil {
		return nil, errors.New("the digest is damaged: it holds no workload")
	}
	return c, nil
}

// notice says once in a report what a digest does not tell.
const notice = "from digests, which hold no values: advice may differ where it rests on how rare, how recent or how many the values were, and sessions end with the log that was digested"

// Fold adds the parts on the shelf to what was read so far, one after the
// other, before Workload and Candidates are called.
func (s *Shelf) Fold(a *workload.Aggregator, f *sequence.Finder) error {
	parts := s.ordered()
	for i := range parts {
		line, err := s.line(&parts[i])
		if err != nil {
			return err
		}
		c, err := decode(line)
		if err != nil {
			return err
		}
		if i == 0 && len(c.Workload.Inputs) > 0 {
			first := &c.Workload.Inputs[0]
			first.Notes = append(first.Notes, notice)
			if s.repeated > 0 {
				first.Notes = append(first.Notes, fmt.Sprintf("parts that were in several digests count once: %d were left out", s.repeated))
			}
		}
		m, err := a.Absorb(c.Workload)
		if err != nil {
			return err
		}
		if err := f.Absorb(c.Loops, c.Overflow, m); err != nil {
			return err
		}
	}
	return nil
}
