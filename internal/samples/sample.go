// Package samples holds logs that real servers wrote for a program that counted
// what it sent them, and says beside each what it must be read as. The
// program is in the folder record; testdata/README.md lists the recordings.
package samples

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
)

// Count is one number of a log: a name of a column of EXPECTED.tsv.
type Count string

// The columns. Calls and values count the statements whose number of calls,
// and whose values, are exactly those of the recording's [Truth].
const (
	Executions Count = "executions"
	ExecUS     Count = "exec_us"
	Fetches    Count = "fetches"
	Parse      Count = "parse"
	Bind       Count = "bind"
	Plans      Count = "plans"
	Nested     Count = "nested"
	Errors     Count = "errors"
	Empty      Count = "empty"
	Bare       Count = "bare"
	Calls      Count = "calls"
	Values     Count = "values"
)

// Columns are all counts in the order of EXPECTED.tsv.
var Columns = []Count{Executions, ExecUS, Fetches, Parse, Bind, Plans, Nested, Errors, Empty, Bare, Calls, Values}

// Sample is one file, or folder, that holds the log of a recording.
type Sample struct {
	Path     string // below the folder of the samples; its first element is the recording
	Origin   string // which programs wrote it
	Expected map[Count]int64
}

// Recording is the first element of the sample's path, "" when there is only
// one: of a log that others recorded, only numbers are known.
func (s *Sample) Recording() string {
	first, _, ok := strings.Cut(s.Path, "/")
	if !ok {
		return ""
	}
	return first
}

// Truth is what the program of a recording sent.
type Truth struct {
	Server   string            `json:"server"`   // version
	Settings map[string]string `json:"settings"` // that were changed for the recording
	// Calls are the executions of each statement, by its marker, a word m_... that
	// its text holds.
	Calls map[string]int `json:"calls"`
	// Values are those of $1, $2, ... of the statements that ran once; null is NULL.
	Values map[string][]*string `json:"values"`
}

const table = "EXPECTED.tsv"

// Load reads the samples of a folder.
func Load(folder fs.FS) ([]Sample, error) {
	text, err := fs.ReadFile(folder, table)
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for line := range strings.Lines(string(text)) {
		rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
		if len(rows[len(rows)-1]) != len(rows[0]) {
			return nil, fmt.Errorf("%s:%d: %d columns, not %d", table, len(rows), len(rows[len(rows)-1]), len(rows[0]))
		}
	}
	var out []Sample
	for _, row := range rows[min(1, len(rows)):] {
		s := Sample{Path: row[0], Origin: row[len(row)-1], Expected: map[Count]int64{}}
		for i, name := range rows[0][1 : len(row)-1] {
			if row[i+1] == "-" {
				continue
			}
			if s.Expected[Count(name)], err = strconv.ParseInt(row[i+1], 10, 64); err != nil {
				return nil, fmt.Errorf("%s, %s: %w", table, s.Path, err)
			}
		}
		out = append(out, s)
	}
	return out, nil
}

// Save writes the samples as Load reads them. A count that is not expected is
// written as "-".
func Save(file string, all []Sample) error {
	var b strings.Builder
	b.WriteString("sample")
	for _, c := range Columns {
		b.WriteString("\t" + string(c))
	}
	b.WriteString("\torigin\n")
	for _, s := range all {
		b.WriteString(s.Path)
		for _, c := range Columns {
			if n, ok := s.Expected[c]; ok {
				fmt.Fprintf(&b, "\t%d", n)
			} else {
				b.WriteString("\t-")
			}
		}
		b.WriteString("\t" + s.Origin + "\n")
	}
	return os.WriteFile(file, []byte(b.String()), 0o644)
}

// ReadTruth returns the truth of a recording; that of none is empty.
func ReadTruth(folder fs.FS, recording string) (*Truth, error) {
	if recording == "" {
		return &Truth{}, nil
	}
	text, err := fs.ReadFile(folder, path.Join(recording, "truth.json"))
	if err != nil {
		return nil, err
	}
	t := &Truth{}
	if err := json.Unmarshal(text, t); err != nil {
		return nil, fmt.Errorf("%s/truth.json: %w", recording, err)
	}
	return t, nil
}
