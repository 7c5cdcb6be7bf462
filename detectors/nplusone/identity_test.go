package nplusone_test

import (
	"strings"
	"testing"
)

// The identity of a finding must not change with what varies from run to run.
func TestFinding_keepsItsIdentity(t *testing.T) {
	loop := func(first, n int, pause float64, session, tag string) string {
		p := play()
		p.session, p.tag = session, tag
		p.run(pause, "SELECT id, user_id FROM posts LIMIT $1", n)
		for i := range n {
			p.run(pause, "SELECT name FROM users WHERE id = $1", first+i)
		}
		res := analyse(t, strings.NewReader(p.log()), "-")
		if len(res.Findings) != 1 {
			t.Fatalf("%d findings, want one: %s", len(res.Findings), outline(res))
		}
		return res.Findings[0].ID
	}
	want := loop(1, 10, 1, "65e1a2b3.64", "")
	for name, got := range map[string]string{
		"other values":      loop(5000, 10, 1, "65e1a2b3.64", ""),
		"another count":     loop(1, 37, 1, "65e1a2b3.64", ""),
		"other pauses":      loop(1, 10, 9, "65e1a2b3.64", ""),
		"another session":   loop(1, 10, 1, "7fffffff.1", ""),
		"a request's tag":   loop(1, 10, 1, "65e1a2b3.64", " /*request_id='4711'*/"),
		"a place in a file": loop(1, 10, 1, "65e1a2b3.64", " /*file='app/feed.go:12'*/"),
	} {
		if got != want {
			t.Errorf("%s: %s instead of %s", name, got, want)
		}
	}
	if loop(1, 10, 1, "65e1a2b3.64", " /*route='/feed'*/") == want {
		t.Error("another route is another finding")
	}
}
