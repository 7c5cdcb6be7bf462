package nplusone_test

import (
	"fmt"
	"math/rand/v2"
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
			if v == nil {
				values = append(values, fmt.Sprintf("$%d = NULL", i+1))
				continue
			}
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

func TestReview_aLoopOfInsertsIsToldByItsShape(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name string
		play func(p *played)
		want string
	}{
		{"rows of one owner", func(p *played) {
			for i := range 12 {
				p.run(8, "INSERT INTO waypoints (trip_id, lat) VALUES ($1, $2)", 7, i)
			}
		}, "n-plus-one-write waypoints ×12 medium"},
		{"rows of one owner, a transaction each", func(p *played) {
			for i := range 12 {
				p.run(8, "BEGIN")
				p.run(1, "INSERT INTO waypoints (trip_id, lat) VALUES ($1, $2)", 7, i)
				p.run(1, "COMMIT")
			}
		}, "n-plus-one-write waypoints ×12 medium"},
		{"literals instead of parameters", func(p *played) {
			for i := range 12 {
				p.run(8, fmt.Sprintf("INSERT INTO waypoints (trip_id, lat) VALUES (7, %d)", i))
			}
		}, "n-plus-one-write waypoints ×12 medium"},
		{"another owner in the next request", func(p *played) {
			for owner := range 3 {
				for i := range 12 {
					p.run(8, "INSERT INTO waypoints (trip_id, lat) VALUES ($1, $2)", owner, i)
				}
				p.run(3000, "SELECT version()")
			}
		}, "n-plus-one-write waypoints ×12 in 3 medium"},
		{"events of many users", func(p *played) {
			for range 40 {
				p.run(8, "INSERT INTO events (kind, user_id) VALUES ($1, $2)", "view", r.IntN(50_000))
			}
		}, "n-plus-one-write events ×40 low"},
		{"events of many users of one tenant", func(p *played) {
			for range 40 {
				p.run(8, "INSERT INTO events (tenant_id, user_id) VALUES ($1, $2)", 1, r.IntN(50_000))
			}
		}, "n-plus-one-write events ×40 low"},
		{"events of a few users, of whom one comes several times by chance", func(p *played) {
			for range 30 {
				user := r.IntN(4)
				for i := range 5 + r.IntN(4) {
					p.run(8, "INSERT INTO events (kind, user_id) VALUES ($1, $2)", fmt.Sprint("view", p.now.Unix(), i), user+i/5)
				}
				p.run(3000, "SELECT version()")
			}
		}, "n-plus-one-write events ×6 in 30 low"},
		{"the same row again and again", func(p *played) {
			for range 12 {
				p.run(8, "INSERT INTO hits (page_id, kind) VALUES ($1, $2)", 7, "view")
			}
		}, ""},
		{"look, then write", func(p *played) {
			for i := range 8 {
				p.run(3, "SELECT id, name FROM labels WHERE name = $1 LIMIT 21", fmt.Sprint("fresh", i))
				p.run(3, "INSERT INTO labels (name) VALUES ($1) RETURNING id", fmt.Sprint("fresh", i))
			}
		}, "n-plus-one-write labels.name+labels ×8 medium"},
		{"look, then write, in requests", func(p *played) {
			for i := range 8 {
				p.run(30, "SELECT id, name FROM accounts WHERE email = $1 LIMIT 1", fmt.Sprint("a", i))
				p.run(3, "INSERT INTO accounts (email) VALUES ($1) RETURNING id", fmt.Sprint("a", i))
			}
		}, "n-plus-one-write accounts.email+accounts ×8 low"},
		{"look by one value, write another", func(p *played) {
			for i := range 8 {
				p.run(3, "SELECT id FROM labels WHERE name = $1", fmt.Sprint("fresh", i))
				p.run(3, "INSERT INTO labels (color) VALUES ($1) RETURNING id", fmt.Sprint("c", i))
			}
		}, "n-plus-one-write labels.name+labels ×8 low"},
		{"many rows in one text", func(p *played) {
			for i := range 8 {
				p.run(3, fmt.Sprintf("UPDATE visits SET state = 'done' WHERE id = %d;UPDATE visits SET state = 'done' WHERE id = %d", 2*i, 2*i+1))
			}
		}, ""},
	} {
		if got := found(t, c.play); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}
