package snapshot

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer/sqltree"
)

// MaskStatements replaces what is left of literals, and comments, in the texts
// of pg_stat_statements: the server keeps those of utility statements (before
// version 16 all of them, passwords too) and of statements that it evicted
// while they ran.
func (s *Snapshot) MaskStatements() error {
	text := s.File(Statements)
	if text == "" {
		return nil
	}
	r := csv.NewReader(strings.NewReader(text))
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	head, err := r.Read()
	if err != nil {
		return fmt.Errorf("pg_stat_statements: %w", err)
	}
	query := slices.Index(head, "query")
	if err := w.Write(head); err != nil {
		return err
	}
	for query >= 0 {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("pg_stat_statements: %w", err)
		}
		if row[query] != "<insufficient privilege>" {
			row[query] = sqltree.Mask(row[query])
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	s.Set(Statements, b.String())
	return w.Error()
}
