// Package snapshot is the file that holds what a PostgreSQL server said of
// itself at one moment: the same exports that people make by hand, DDL and
// CSV, in one compressed JSON document.
package snapshot

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
)

// Format is the name and version of the document.
const Format = "apilint.snapshot/v1"

// The files of a snapshot. All but the first are CSV with a header.
const (
	DDL        = "schema.sql"
	PgStats    = "pg_stats.csv"
	Relations  = "relations.csv"  // sizes of tables and indexes, validity of indexes
	Indexes    = "indexes.csv"    // pg_stat_user_indexes
	Tables     = "tables.csv"     // pg_stat_user_tables
	Settings   = "settings.csv"   // that matter for planning, statistics and logging
	Statements = "statements.csv" // pg_stat_statements of the database
)

// Statistics are the files that tell of the data, in the order in which they
// are added to a schema.
var Statistics = []string{Relations, Indexes, PgStats, Settings}

// Snapshot is the document.
type Snapshot struct {
	Schema     string      `json:"schema"` // [Format]
	Tool       string      `json:"tool"`   // version of apilint
	Taken      time.Time   `json:"taken"`
	Database   string      `json:"database"`
	Version    int         `json:"server_version_num"`
	Values     bool        `json:"values"`            // holds values of the tables
	Service    string      `json:"service,omitempty"` // managed one that runs the server: rds, cloudsql, ...
	Extension  *Extension  `json:"pg_stat_statements"`
	Overridden []Overrides `json:"overrides,omitempty"`
	Notes      []string    `json:"notes,omitempty"` // what could not be read
	Files      []File      `json:"files"`
}

// Extension says since when pg_stat_statements counts.
type Extension struct {
	Version    string `json:"version"`
	Evicted    *int64 `json:"dealloc"` // how often statements were thrown out; nil unknown
	StatsReset string `json:"stats_reset,omitempty"`
}

// Overrides are settings that ALTER DATABASE or ALTER ROLE sets.
type Overrides struct {
	Database string   `json:"database,omitempty"` // "" every
	Role     string   `json:"role,omitempty"`     // "" every
	Settings []string `json:"settings"`           // name=value
}

// File is one export.
type File struct {
	Name    string `json:"name"`
	Content string `json:"content"`
}

// File returns the content of a file, "" where it is missing.
func (s *Snapshot) File(name string) string {
	for _, f := range s.Files {
		if f.Name == name {
			return f.Content
		}
	}
	return ""
}

// Set puts a file in, in place of one of the same name.
func (s *Snapshot) Set(name, content string) {
	i := slices.IndexFunc(s.Files, func(f File) bool { return f.Name == name })
	if i < 0 {
		s.Files = append(s.Files, File{name, content})
		return
	}
	s.Files[i].Content = content
}

// Write writes the document compressed, the way a file of that name is: with
// zstd where it ends in .zst, not at all where it ends in .json, else with
// gzip.
func (s *Snapshot) Write(w io.Writer, name string) error {
	var z io.WriteCloser
	switch {
	case strings.HasSuffix(name, ".json"):
		return json.NewEncoder(w).Encode(s)
	case strings.HasSuffix(name, ".zst"):
		var err error
		if z, err = zstd.NewWriter(w); err != nil {
			return err
		}
	default:
		z = gzip.NewWriter(w)
	}
	if err := json.NewEncoder(z).Encode(s); err != nil {
		return err
	}
	return z.Close()
}

// head is how every document begins, however new.
const head = `{"schema":"apilint.snapshot/`

// Is reports whether the text begins as a snapshot does; compression has to be
// taken off before.
func Is(text []byte) bool { return bytes.HasPrefix(text, []byte(head)) }

// limit bounds what a compressed document may grow to.
var limit int64 = 1 << 30

// ErrNot says that an input is something else.
var ErrNot = errors.New("not a snapshot")

// Read reads a document, compressed or not. The error matches [ErrNot] when
// the input is something else.
func Read(r io.Reader) (*Snapshot, error) {
	br := bufio.NewReader(r)
	magic, _ := br.Peek(4)
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(br)
		if err != nil {
			return nil, fmt.Errorf("%w: %v", ErrNot, err)
		}
		br = bufio.NewReader(z)
	case bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(br, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(128<<20))
		if err != nil {
			return nil, fmt.Errorf("%w: %v", ErrNot, err)
		}
		defer z.Close()
		br = bufio.NewReader(z)
	}
	if start, _ := br.Peek(len(head)); !Is(start) {
		return nil, ErrNot
	}
	text := &io.LimitedReader{R: br, N: limit}
	var s Snapshot
	if err := json.NewDecoder(text).Decode(&s); err != nil {
		if text.N <= 0 {
			return nil, fmt.Errorf("the snapshot is larger than %d MB", limit>>20)
		}
		return nil, fmt.Errorf("the snapshot is damaged: %w", err)
	}
	if s.Schema != Format {
		return nil, fmt.Errorf("the snapshot is of the form %.60q, this apilint reads %q", s.Schema, Format)
	}
	return &s, nil
}
