package cli

import "testing"

func TestNearest_findsTypos(t *testing.T) {
	names := []string{"schema", "stats", "show-literals", "format", "fail-on", "n-plus-one", "n-plus-one-write"}
	for _, c := range []struct{ word, want string }{
		{"shema", "schema"},
		{"scheme", "schema"},
		{"fromat", "format"},
		{"n-plus-on", "n-plus-one"},
		{"show", "show-literals"},
		{"fail_on", "fail-on"},
		{"", ""},
		{"x", ""},
		{"quack", ""},
		{"entirely-different", ""},
	} {
		if got := nearest(c.word, names); got != c.want {
			t.Errorf("nearest(%q) = %q, want %q", c.word, got, c.want)
		}
	}
}
