package source

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Weights say how often the statements of .sql files run: --weights.
type Weights map[string]Weight

// Weight is one line of a weights file.
type Weight struct {
	Calls  int64
	MeanMS float64 // 0 unknown
}

// ReadWeights reads a TSV with the columns query, calls and, optional, mean_ms.
// A query is named by the path or the name of its file, with or without .sql.
func ReadWeights(path string) (Weights, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the weights: %w", err)
	}
	defer f.Close()
	w, err := readWeights(f)
	if err != nil {
		return nil, fmt.Errorf("reading the weights %s: %w", path, err)
	}
	return w, nil
}

func readWeights(src io.Reader) (Weights, error) {
	r := csv.NewReader(src)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	header, err := r.Read()
	if err == io.EOF {
		return nil, errors.New("the file is empty")
	}
	if err != nil {
		return nil, err
	}
	c := columnsOf(header)
	query, calls, mean := c.find("query"), c.find("calls"), c.find("mean_ms")
	if query < 0 || calls < 0 {
		return nil, errors.New("line 1 must name the columns query and calls, separated by tabs; mean_ms is optional")
	}
	w := Weights{}
	for {
		record, err := r.Read()
		if err == io.EOF {
			return w, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		if query >= len(record) || calls >= len(record) {
			return nil, fmt.Errorf("line %d has no field for calls", line)
		}
		var one Weight
		if one.Calls, err = strconv.ParseInt(strings.TrimSpace(record[calls]), 10, 64); err != nil || one.Calls < 0 {
			return nil, fmt.Errorf("line %d: calls %q is no count", line, record[calls])
		}
		if mean >= 0 && mean < len(record) && strings.TrimSpace(record[mean]) != "" {
			if one.MeanMS, err = strconv.ParseFloat(strings.TrimSpace(record[mean]), 64); err != nil || !(one.MeanMS >= 0) {
				return nil, fmt.Errorf("line %d: mean_ms %q is no time", line, record[mean])
			}
		}
		w[weightName(record[query])] = one
	}
}

// weightName is the name of a query without what people leave out.
func weightName(s string) string {
	return strings.TrimSuffix(filepath.ToSlash(strings.TrimSpace(s)), ".sql")
}

// of returns the weight of the first of names that has one, and by which name
// the file calls it: as it stands, or as the file that a path names.
func (w Weights) of(names ...string) (one Weight, known string) {
	for _, name := range names {
		if name == "" {
			continue
		}
		name = weightName(name)
		for {
			if one, ok := w[name]; ok {
				return one, name
			}
			i := strings.IndexByte(name, '/')
			if i < 0 {
				break
			}
			name = name[i+1:]
		}
	}
	return Weight{}, ""
}

// unused lists the weights that no statement was given, at most eight.
func (w Weights) unused(used map[string]bool) (names []string) {
	for name := range w {
		if !used[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names[:min(len(names), 8)]
}
