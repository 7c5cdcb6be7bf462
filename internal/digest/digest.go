// Package digest reads and writes what was learnt from logs as small files that
// can be added up: no value of any statement is in them. A file is zstd around
// a line that names the format's version and one line of JSON for each part. A
// part is what one reading found; parts are never changed, so that files can be
// joined in any order and grouping, and one that comes twice counts once.
package digest

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
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

// Limits of what is read: a digest of a hundred thousand statements has some
// hundred MB, one of a usual application a few.
const (
	maxPart  = 512 << 20
	maxParts = 1 << 30
)

// Part is what one reading found, as it is written.
type Part struct {
	line []byte
	id   [sha256.Size]byte
	from time.Time
}

// content is a part's JSON.
type content struct {
	Workload *workload.Digest    `json:"workload"`
	Loops    []sequence.Digested `json:"loops"`
	Overflow int                 `json:"overflow,omitempty"` // loops there was no room for
}

// New makes a part of what was read: after Workload and Candidates were called.
func New(a *workload.Aggregator, f *sequence.Finder) (*Part, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	c := content{Workload: a.Digest(), Loops: f.Digest(a.Workload()), Overflow: f.Overflow()}
	if err := enc.Encode(c); err != nil {
		return nil, fmt.Errorf("writing a digest: %w", err)
	}
	return newPart(bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), &c), nil
}

func newPart(line []byte, c *content) *Part {
	p := &Part{line: line, id: sha256.Sum256(line)}
	for _, in := range c.Workload.Inputs {
		if from := in.Coverage.From; !from.IsZero() && (p.from.IsZero() || from.Before(p.from)) {
			p.from = from
		}
	}
	return p
}

// Distinct puts parts into an order of their own, by time, and leaves out what
// came before; repeated counts those.
func Distinct(parts []*Part) (distinct []*Part, repeated int) {
	distinct = slices.Clone(parts)
	slices.SortFunc(distinct, func(a, b *Part) int {
		return cmp.Or(a.from.Compare(b.from), bytes.Compare(a.id[:], b.id[:]))
	})
	distinct = slices.CompactFunc(distinct, func(a, b *Part) bool { return a.id == b.id })
	return distinct, len(parts) - len(distinct)
}

// Write writes parts, each once.
func Write(w io.Writer, parts []*Part) error {
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("writing a digest: %w", err)
	}
	fmt.Fprintf(z, "%s%d\n", magic, Version)
	distinct, _ := Distinct(parts)
	for _, p := range distinct {
		if _, err := z.Write(append(p.line[:len(p.line):len(p.line)], '\n')); err != nil {
			return fmt.Errorf("writing a digest: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("writing a digest: %w", err)
	}
	return nil
}

// Read reads a digest without its compression.
func Read(src io.Reader) ([]*Part, error) {
	limited := &io.LimitedReader{R: src, N: maxParts}
	r := bufio.NewReaderSize(limited, 1<<16)
	head, err := r.ReadSlice('\n')
	version := strings.TrimPrefix(strings.TrimSuffix(string(head), "\n"), magic)
	switch {
	case err != nil || !bytes.HasPrefix(head, []byte(magic)):
		return nil, errors.New("no digest of apilint, or cut off at its beginning")
	case version != fmt.Sprint(Version):
		return nil, fmt.Errorf("a digest of version %.20q; this apilint reads version %d: use the apilint that wrote it, or write it again from the log", version, Version)
	}
	var parts []*Part
	for {
		line, err := readLine(r)
		if err == io.EOF && len(line) == 0 && limited.N > 0 {
			return parts, nil
		}
		switch {
		case limited.N <= 0 || errors.Is(err, errTooLong):
			return nil, errTooLong
		case err == io.EOF:
			return nil, errors.New("the digest is cut off")
		case err != nil:
			return nil, fmt.Errorf("the digest is damaged: %w", err)
		}
		c, err := decode(line)
		if err != nil {
			return nil, err
		}
		parts = append(parts, newPart(line, c))
	}
}

var errTooLong = errors.New("the digest is longer than any")

// readLine returns a line without its end; io.EOF is a line without one.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
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

// Fold adds parts to what was read so far, before Workload and Candidates are
// called.
func Fold(parts []*Part, a *workload.Aggregator, f *sequence.Finder) error {
	distinct, repeated := Distinct(parts)
	for i, p := range distinct {
		c, err := decode(p.line)
		if err != nil {
			return err
		}
		if i == 0 && len(c.Workload.Inputs) > 0 {
			first := &c.Workload.Inputs[0]
			first.Notes = append(first.Notes, notice)
			if repeated > 0 {
				first.Notes = append(first.Notes, fmt.Sprintf("parts that were in several digests count once: %d were left out", repeated))
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
