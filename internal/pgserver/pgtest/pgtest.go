// Package pgtest gives a test its own PostgreSQL.
package pgtest

import (
	"errors"
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
