package sqltree_test

import (
	"testing"

	"github.com/apilint/apilint/analyzer/sqltree"
)

func TestIgnores_readsComments(t *testing.T) {
	for sql, want := range map[string]bool{
		"SELECT a FROM t -- apilint:ignore n-plus-one":                                  true,
		"SELECT a FROM t /* apilint:ignore n-plus-one -- ten rows at most */":           true,
		"/* apilint:ignore offset-pagination, n-plus-one */ SELECT a FROM t":            true,
		"SELECT a FROM t /* apilint:ignore */":                                          true,
		"SELECT a FROM t /*apilint='ignore'*/":                                          true,
		"SELECT a FROM t /*route='/feed',apilint='ignore%20n-plus-one'*/":               true,
		"SELECT a FROM t /* apilint:ignore n-plus-one */ /*route='/feed'*/":             true,
		"SELECT a FROM t -- apilint:ignore offset-pagination":                           false,
		"SELECT a FROM t -- apilint:ignore offset-pagination -- but not n-plus-one":     false,
		"SELECT a FROM t WHERE b = '-- apilint:ignore n-plus-one'":                      false,
		"SELECT a FROM apilint":                                                         false,
		"SELECT a FROM t /*apilint='later'*/":                                           false,
		"SELECT a FROM t /* n-plus-one is fine here, see apilint:ignore in the docs */": false,
	} {
		if got := sqltree.Ignores(sql, "n-plus-one"); got != want {
			t.Errorf("%s: %v", sql, got)
		}
	}
}
