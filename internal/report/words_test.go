package report

import (
	"math"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer"
)

func TestDuration_asAPersonWouldSayIt(t *testing.T) {
	for _, c := range []struct {
		ms   float64
		want string
	}{
		{0, "0 ms"},
		{.001, "<0.01 ms"},
		{.42, "0.42 ms"},
		{.994, "0.99 ms"},
		{.999, "1 ms"},
		{1.26, "1.3 ms"},
		{9.96, "10 ms"},
		{157.4, "157 ms"},
		{999.4, "999 ms"},
		{999.6, "1 s"},
		{4806, "4.8 s"},
		{59_400, "59 s"},
		{59_600, "1 min"},
		{125_000, "2 min 5 s"},
		{3_599_600, "1 h"},
		{12_000_000, "3 h 20 min"},
		{1_000_000_000, "11 d 14 h"},
		{-1, "-"},
		{math.NaN(), "-"},
		{math.Inf(1), "-"},
	} {
		if got := duration(c.ms); got != c.want {
			t.Errorf("duration(%v) = %q, want %q", c.ms, got, c.want)
		}
	}
}

func TestNumbers_asAPersonWouldWriteThem(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{count(0), "0"},
		{count(999), "999"},
		{count(1000), "1,000"},
		{count(-1234567), "-1,234,567"},
		{count(math.MinInt64), "-9,223,372,036,854,775,808"},
		{size(0), "0 B"},
		{size(999), "999 B"},
		{size(40_000), "40 kB"},
		{size(3_200_000), "3.2 MB"},
		{size(999_900_000), "1 GB"},
		{size(5e15), "5,000 TB"},
		{percent(0), "0 %"},
		{percent(.001), "<1 %"},
		{percent(.54), "54 %"},
		{percent(.999), "99 %"},
		{percent(1), "100 %"},
		{percent(math.NaN()), "-"},
		{certainty(.96), ".96"},
		{certainty(1), "1.0"},
		{certainty(0), ".00"},
		{units(10715), "10,715"},
		{units(16.04), "16"},
		{units(.5), "0.50"},
		{units(math.Inf(1)), "-"},
		{plural(1, "query"), "1 query"},
		{plural(2, "query"), "2 queries"},
		{plural(0, "index"), "0 indexes"},
		{plural(3, "row"), "3 rows"},
		{milliseconds(nil), "-"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestSpan_namesADayOnce(t *testing.T) {
	for _, c := range []struct {
		from, to *string
		want     string
	}{
		{some("2026-11-23T08:00:02Z"), some("2026-11-23T08:01:03Z"), "2026-11-23 08:00:02 to 08:01:03"},
		{some("2026-11-23T08:00:02.5Z"), some("2026-11-24T08:01:03Z"), "2026-11-23 08:00:02 to 2026-11-24 08:01:03"},
		{some("2026-11-23T08:00:02.1Z"), some("2026-11-23T08:00:02.9Z"), "2026-11-23 08:00:02"},
		{some("2026-11-23T08:00:02Z"), nil, ""},
		{nil, nil, ""},
		{some("soon"), some("later"), "soon to later"},
	} {
		if got := span(c.from, c.to); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestSubject_namesWhatAFindingIsAbout(t *testing.T) {
	parent := &analyzer.Parent{Table: "public.users", Columns: []string{"id"}}
	for _, c := range []struct {
		f    analyzer.Finding
		want string
	}{
		{analyzer.Finding{Table: "public.orders", Columns: []string{"status", "created_at"}}, "orders (status, created_at)"},
		{analyzer.Finding{Table: "crm.orders", Columns: []string{"id"}}, "crm.orders (id)"},
		{analyzer.Finding{Table: "posts", Columns: []string{"user_id"}, Parent: parent}, "users -> posts.user_id"},
		{analyzer.Finding{Table: "posts", Parent: &analyzer.Parent{}}, "posts"},
		{analyzer.Finding{Query: "ab12"}, "query ab12"},
		{analyzer.Finding{Table: "posts", Route: "GET /posts", Database: "app"}, "posts in GET /posts (database app)"},
	} {
		if got := subject(&c.f); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestWrap_neverCutsAWord(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"one two three", 7, "one two|three"},
		{"one two three", 1, "one|two|three"},
		{"  spaces   fold ", 80, "spaces fold"},
		{"日本 語の 文字", 9, "日本 語の|文字"},
		{"see ::error:: here", 5, "see ::error::|here"},
		{"", 10, ""},
	} {
		if got := strings.Join(wrap(c.text, c.width), "|"); got != c.want {
			t.Errorf("wrap(%q, %d) = %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

func TestClean_leavesNothingThatMovesTheCursor(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"plain", "plain"},
		{"a\nb\r\tc", "a b  c"},
		{"\x1b[31mred\x00", "\ufffd[31mred\ufffd"},
		{"\u202egnp.exe", "\ufffdgnp.exe"},
		{"\u009b31m", "\ufffd31m"},
		{"\xff", "\ufffd"},
		{"naïve 日本", "naïve 日本"},
	} {
		if got := clean(c.in); got != c.want {
			t.Errorf("clean(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}
