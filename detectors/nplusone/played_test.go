package nplusone_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// played is a log of one server in which every pause is chosen.
type played struct {
	lines   []string
	now     time.Time
	session string
	tag     string // a comment behind every statement
}

func play() *played {
	return &played{now: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC), session: "65e1a2b3.64"}
}

// run writes a statement of .2 ms that begins so many ms after the one before.
func (p *played) run(pause float64, sql string, params ...any) {
	p.now = p.now.Add(time.Duration((pause + .2) * float64(time.Millisecond)))
	prefix := fmt.Sprintf("%s UTC %s web app ", p.now.Format("2006-01-02 15:04:05.000"), p.session)
	kind := "execute s1: "
	if len(params) == 0 {
		kind = "statement: "
	}
	p.lines = append(p.lines, prefix+"LOG:  duration: 0.200 ms  "+kind+sql+p.tag)
	if len(params) > 0 {
		var values []string
		for i, v := range params {
			values = append(values, fmt.Sprintf("$%d = '%v'", i+1, v))
		}
		p.lines = append(p.lines, prefix+"DETAIL:  parameters: "+strings.Join(values, ", "))
	}
}

func (p *played) log() string { return strings.Join(p.lines, "\n") + "\n" }

// found plays and reviews a log; what is not sure enough to be shown is there,
// too.
func found(t *testing.T, play func(p *played)) string {
	t.Helper()
	p := playedBy(play)
	return outline(analyseAll(t, -1, strings.NewReader(p.log()), "-"))
}

func playedBy(with func(p *played)) *played {
	p := play()
	with(p)
	return p
}

func TestReview_theSameQueryAgainIsAMissingCacheOnlyInQuickSuccession(t *testing.T) {
	same := func(pause float64, n int) func(p *played) {
		return func(p *played) {
			for range n {
				p.run(pause, "SELECT price FROM tariffs WHERE code = $1", "x")
			}
		}
	}
	for _, c := range []struct {
		name string
		play func(p *played)
		want string
	}{
		{"2 ms", same(2, 12), "duplicate-query tariffs.code ×12 medium"},
		{"20 ms with nothing around", same(20, 12), "duplicate-query tariffs.code ×12 medium"},
		{"60 ms: it may be a page that many read", same(60, 12), "duplicate-query tariffs.code ×12 low"},
		{"150 ms: it is", same(150, 12), ""},
		{"600 ms: somebody polls", same(600, 12), ""},
		{"without a value that finds a row", func(p *played) {
			for range 12 {
				p.run(20, "SELECT id, title FROM posts ORDER BY id LIMIT 5")
			}
		}, ""},
		{"two statements that come together are a page", func(p *played) {
			for range 12 {
				p.run(20, "SELECT price FROM tariffs WHERE code = $1", "x")
				p.run(1, "SELECT city FROM garages WHERE id = $1", 7)
			}
		}, "duplicate-query tariffs.code+garages.id ×12 low"},
		{"other requests in between", func(p *played) {
			for i := range 12 {
				p.run(20, "SELECT price FROM tariffs WHERE code = $1", "x")
				if i%3 == 1 {
					p.run(10, "SELECT title FROM posts WHERE id = $1", i)
				}
			}
		}, ""},
	} {
		if got := found(t, c.play); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}
