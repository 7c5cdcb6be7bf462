package nplusone_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/engine"
	"github.com/apilint/apilint/analyzer/sequence"
	"github.com/apilint/apilint/analyzer/workload"
	"github.com/apilint/apilint/detectors/nplusone"
	"github.com/apilint/apilint/internal/source"
)

// analyse reads logs with the command's own pipeline and gives what is shown
// by default.
func analyse(t *testing.T, stdin io.Reader, paths ...string) *analyzer.Result {
	t.Helper()
	return analyseAll(t, .5, stdin, paths...)
}

func analyseAll(t *testing.T, least float64, stdin io.Reader, paths ...string) *analyzer.Result {
	t.Helper()
	return analyseBy(t, sequence.Options{}, engine.Options{Jobs: 1, MinConfidence: least}, stdin, paths...)
}

func analyseBy(t *testing.T, s sequence.Options, o engine.Options, stdin io.Reader, paths ...string) *analyzer.Result {
	t.Helper()
	return judged(t, read(t, s, source.Options{Stdin: stdin}, paths...), o)
}

// read reads inputs for this package's detector, with one worker.
func read(t *testing.T, s sequence.Options, o source.Options, paths ...string) engine.Input {
	t.Helper()
	f := sequence.New(s)
	agg := workload.NewAggregator(workload.Limits{}, f)
	o.Jobs = 1
	if err := source.Read(context.Background(), paths, o, agg); err != nil {
		t.Fatalf("%v: %v", paths, err)
	}
	return engine.Input{Workload: agg.Workload(), Loops: f.Candidates(), Detectors: []*analyzer.Detector{nplusone.Detector}}
}

func judged(t *testing.T, in engine.Input, o engine.Options) *analyzer.Result {
	t.Helper()
	res, err := engine.Run(context.Background(), in, o)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// outline writes findings as rule, table and key, runs per request, requests,
// parent and label of the confidence.
func outline(res *analyzer.Result) string {
	var out []string
	for _, f := range res.Findings {
		var tables []string
		var visit func([]analyzer.Child)
		visit = func(cs []analyzer.Child) {
			for _, c := range cs {
				name := c.Table
				if len(c.Columns) > 0 {
					name += "." + strings.Join(c.Columns, ",")
				}
				tables = append(tables, name)
				visit(c.Children)
			}
		}
		visit(f.Loop.Children)
		s := fmt.Sprintf("%s %s ×%d", f.Rule, strings.Join(tables, "+"), f.Loop.Iterations.Median)
		if n := *f.Loop.Requests; n > 1 {
			s += fmt.Sprintf(" in %d", n)
		}
		if f.Parent != nil {
			s += " after " + f.Parent.Table
		}
		if f.Route != "" {
			s += " " + f.Route
		}
		label := "medium"
		if f.Confidence >= .8 {
			label = "high"
		} else if f.Confidence < .5 {
			label = "low"
		}
		out = append(out, s+" "+label)
	}
	return strings.Join(out, "; ")
}

func TestReview_ofLogsOfARealServer(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"P01-belongs-to-literals.log", "n-plus-one users.id ×10 in 3 after posts /feed high"},
		{"P02-belongs-to-prepared.log", "n-plus-one users.id ×10 in 2 after posts high"},
		{"P02-belongs-to-prepared.csv", "n-plus-one users.id ×10 in 2 after posts high"},
		{"P02-belongs-to-prepared.json", "n-plus-one users.id ×10 in 2 after posts high"},
		{"P03-belongs-to-unnamed.log", "n-plus-one users.id ×10 after posts high"},
		{"P04-has-many-top3.log", "n-plus-one posts.user_id ×20 after users high"},
		{"P06-two-children.csv", "n-plus-one users.id+comments.post_id ×12 after posts high"},
		{"P08-nested.log", "n-plus-one posts.user_id+comments.post_id ×5 after users high"},
		{"P09-insert-loop-tx.log", "n-plus-one-write audit ×40 medium"},
		{"P11-update-loop.log", "n-plus-one-write users.id ×30 after users high"},
		{"P13-no-parent.log", "n-plus-one users.id ×15 medium"},
		{"P16-two-requests-discard-all.log", "n-plus-one users.id ×8 after posts /a high; n-plus-one users.id ×6 after posts /b high"},
		{"P18-exists-per-row.log", "n-plus-one comments.post_id ×18 after posts high"},
		{"P21-mixed-duplicates.log", "n-plus-one users.id ×20 after posts high"},
		{"P23-tx-per-iteration.log", "n-plus-one-write users.id ×12 after users high"},
		{"N01-join.log", ""},
		{"N02-any-batch.log", ""},
		{"N03-duplicate-same-param.csv", "duplicate-query users.id ×10 medium"},
		{"N04-poller.log", ""},
		{"N05-retry.log", ""},
		{"N07-offset.log", "offset-pagination posts ×12 medium"},
		{"N13-auth-lookup-gaps.log", ""},
		{"N14-auth-lookup-tx.log", ""},
		{"N17-multi-row-insert.log", ""},
	} {
		if got := outline(analyse(t, nil, filepath.Join("../../testdata/nplusone", c.name))); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// What data layers write: recorded from Django 3.2, SQLAlchemy 1.4, peewee 3.14,
// Pony 0.7 and, of late 2026, Sequelize, Objection, TypeORM and Drizzle, on
// PostgreSQL 15 with tables authors, books, reviews, tags and book_tags.
func TestReview_ofDataLayers(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"django-get-related", "n-plus-one authors.id ×14 after books high"},
		{"django-count-exists", "n-plus-one reviews.book_id+reviews.book_id ×10 after books high"},
		{"django-nested", "n-plus-one books.author_id+reviews.book_id ×5 after authors high"},
		{"django-save", "n-plus-one-write books.id ×9 after books high"},
		{"django-delete", "n-plus-one-write reviews.id ×12 after reviews high"},
		{"django-prefetched", ""},
		{"sqlalchemy-lazy", "n-plus-one authors.id ×12 in 3 after books high"},
		{"sqlalchemy-many-to-many", "n-plus-one book_tags.book_id ×9 after books high"},
		{"sqlalchemy-nested", "n-plus-one books.author_id+reviews.book_id ×6 after authors high"},
		{"sqlalchemy-commit-each", "n-plus-one-write books.id+books.id ×10 after books high"},
		{"sqlalchemy-flush-each", "n-plus-one-write reviews ×12 medium"},
		{"sqlalchemy-eager", ""},
		{"sqlalchemy-requests", ""},
		{"peewee-lazy", "n-plus-one authors.id ×11 after books high"},
		{"peewee-save", "n-plus-one-write authors.id ×7 after authors high"},
		{"pony-count", "n-plus-one books.author_id ×8 after authors high"},
		{"sequelize-get", "n-plus-one authors.id ×13 after books high"},
		{"sequelize-create", "n-plus-one-write authors ×8 medium"},
		{"objection-related", "n-plus-one authors.id ×9 after books medium"},
		{"typeorm-lazy", "n-plus-one authors.id ×8 after books high"},
		{"typeorm-many-to-many", "n-plus-one book_tags.book_id ×8 after books high"},
		{"drizzle-loop", "n-plus-one authors.id ×10 after books high"},
		{"drizzle-same", "duplicate-query authors.id ×12 medium"},
	} {
		if got := outline(analyse(t, nil, filepath.Join("../../testdata/nplusone/orm", c.name+".log"))); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// A log_line_prefix with %t has whole seconds: a second's change is no pause.
func TestReview_ofAClockOfSeconds(t *testing.T) {
	millis := regexp.MustCompile(`(?m)^(\S+ \d\d:\d\d:\d\d)\.\d+ `)
	for name, want := range map[string]string{
		"P02-belongs-to-prepared.log": "n-plus-one users.id ×10 in 2 after posts high",
		"P08-nested.log":              "n-plus-one posts.user_id+comments.post_id ×5 after users high",
		"P23-tx-per-iteration.log":    "n-plus-one-write users.id ×12 after users high",
		"N13-auth-lookup-gaps.log":    "",
	} {
		content, err := os.ReadFile(filepath.Join("../../testdata/nplusone", name))
		if err != nil {
			t.Fatal(err)
		}
		coarse := millis.ReplaceAllString(string(content), "$1 ")
		if got := outline(analyse(t, strings.NewReader(coarse), "-")); got != want {
			t.Errorf("%s\n got %s\nwant %s", name, got, want)
		}
	}
}

// traffic writes a log: requests of several kinds, one after the other on
// pooled connections, with random pauses between them.
type traffic struct {
	r     *rand.Rand
	lines []string
	now   time.Time
	pid   int
}

func (l *traffic) ms(mean float64) {
	l.now = l.now.Add(time.Duration(l.r.ExpFloat64() * mean * float64(time.Millisecond)))
}

func (l *traffic) run(sql string, params ...any) {
	took := .05 + l.r.Float64()/3
	l.now = l.now.Add(time.Duration((.3 + took + l.r.Float64()/2) * float64(time.Millisecond)))
	prefix := fmt.Sprintf("%s UTC [%d] web@shop ", l.now.Format("2006-01-02 15:04:05.000"), l.pid)
	l.lines = append(l.lines, fmt.Sprintf("%sLOG:  duration: %.3f ms  execute <unnamed>: %s", prefix, took, sql))
	if len(params) > 0 {
		var values []string
		for i, p := range params {
			values = append(values, fmt.Sprintf("$%d = '%v'", i+1, p))
		}
		l.lines = append(l.lines, prefix+"DETAIL:  parameters: "+strings.Join(values, ", "))
	}
}

func (l *traffic) request(kind string) {
	id := func() int { return l.r.IntN(50_000) }
	switch kind {
	case "feed":
		l.run("select id, user_id, title from posts order by created_at desc limit 10")
		for range 10 {
			l.run("select id, name from users where id = $1", id())
		}
	case "list":
		l.run("select id, user_id, title from posts order by created_at desc limit 20")
	case "user":
		l.run("select id, name from users where id = $1", id())
	case "post":
		l.run("select id, user_id, title from posts where id = $1", id())
		l.run("select id, user_id, body from comments where post_id = $1 order by id", id())
	case "likes":
		l.run("select count(*) from likes where post_id = $1", id())
	case "cart":
		l.run("select id, product_id from cart_lines where user_id = $1", id())
		for range l.r.IntN(10) {
			l.run("select id, price from products where id = $1", id())
		}
	case "event":
		l.run("insert into events (kind, user_id) values ($1, $2)", "view", id())
	}
}

func TestReview_ofPooledConnections(t *testing.T) {
	for _, c := range []struct {
		kinds string
		pause float64 // between requests, ms
		want  string  // rule and table of every finding
	}{
		{"user post likes list", 1, ""},
		{"user post likes list", 5, ""},
		{"user post likes list", 40, ""},
		{"user", 2, ""},
		{"user user user user list", 3, ""},
		{"post event user", 3, ""},
		{"event", 4, ""},
		{"feed", 8, "n-plus-one users"},
		{"feed user post", 20, "n-plus-one users"},
		{"feed user post", 600, "n-plus-one users"},
		{"cart user event", 20, "n-plus-one products"},
		{"cart feed user post event", 30, "n-plus-one products; n-plus-one users"},
	} {
		for seed := range uint64(3) {
			l := &traffic{r: rand.New(rand.NewPCG(seed, 7)), now: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC), pid: 100}
			kinds := strings.Fields(c.kinds)
			for range 150 {
				l.ms(c.pause)
				l.request(kinds[l.r.IntN(len(kinds))])
			}
			res := analyse(t, strings.NewReader(strings.Join(l.lines, "\n")+"\n"), "-")
			found := map[string]bool{}
			var got []string
			for _, rule := range []string{"n-plus-one", "n-plus-one-write", "duplicate-query", "offset-pagination"} {
				for _, table := range []string{"comments", "events", "likes", "posts", "products", "users"} {
					for _, f := range res.Findings {
						if key := rule + " " + table; f.Rule == rule && f.Table == table && !found[key] {
							found[key] = true
							got = append(got, key)
						}
					}
				}
			}
			if strings.Join(got, "; ") != c.want {
				t.Errorf("%s, %g ms apart, seed %d: %s, want %s", c.kinds, c.pause, seed, outline(res), c.want)
			}
		}
	}
}

func TestReview_saysWhichLogsAreBlind(t *testing.T) {
	content, err := os.ReadFile("../../testdata/nplusone/P03-belongs-to-unnamed.log")
	if err != nil {
		t.Fatal(err)
	}
	blind := func(log string) bool {
		for _, s := range analyse(t, strings.NewReader(log), "-").Skips {
			if s.Kind == "n-plus-one-blind" {
				return true
			}
		}
		return false
	}
	if blind(string(content)) {
		t.Error("a log with fast statements is called blind")
	}
	slow := strings.ReplaceAll(string(content), "duration: ", "duration: 20")
	if !blind(slow) {
		t.Error("a log without statements below 200 ms is not called blind")
	}
	line, _, _ := strings.Cut(string(content), "\n")
	if one := strings.Replace(strings.Replace(line, "parse <unnamed>", "execute <unnamed>", 1), "duration: ", "duration: 90", 1); !blind(one + "\n") {
		t.Error("a single slow statement is not called blind")
	}
}
