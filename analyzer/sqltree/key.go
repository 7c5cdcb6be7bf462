package sqltree

import (
	"encoding/binary"
	"fmt"
	"strconv"

	"github.com/cespare/xxhash/v2"
	pg "github.com/pganalyze/pg_query_go/v5"
)

// GroupKey is the identity of a statement: pg_query's fingerprint and the
// shape that keeps apart what the fingerprint lumps together.
type GroupKey struct{ Fingerprint, Shape uint64 }

// ID returns the 16 hex digits that reports use: a hash of both.
func (k GroupKey) ID() string {
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:8], k.Fingerprint)
	binary.LittleEndian.PutUint64(b[8:], k.Shape)
	return fmt.Sprintf("%016x", xxhash.Sum64(b[:]))
}

// Key computes the group key of a parsed statement.
func Key(t *Tree, stmt int) (GroupKey, error) {
	k, _, err := Keys(t, stmt)
	return k, err
}

// Keys also returns the loose key: without what pg_stat_statements replaces by
// $n, so that its row finds the statements of a log that it stands for.
func Keys(t *Tree, stmt int) (exact, loose GroupKey, err error) {
	s := t.Stmts[stmt]
	text := t.Text[s.Start:s.End]
	hex, err := pg.Fingerprint(text)
	if err != nil {
		return GroupKey{}, GroupKey{}, parseError(text, err)
	}
	fp, err := strconv.ParseUint(hex, 16, 64)
	if err != nil {
		return GroupKey{}, GroupKey{}, fmt.Errorf("reading the fingerprint %q: %w", hex, err)
	}
	var l Lexed
	Lex([]byte(text), &l)
	return GroupKey{fp, l.Shape}, GroupKey{fp, l.Loose}, nil
}

// LexicalKey is the group key of a text that does not parse.
func LexicalKey(sql string) GroupKey {
	var l Lexed
	Lex([]byte(sql), &l)
	return GroupKey{l.Key, l.Shape}
}
