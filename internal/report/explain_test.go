package report

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer"
)

// looped is a result with one loop whose first request is known.
func looped(steps int) *analyzer.Result {
	request, hour, requests := 20.6, 123.6, 2
	f := analyzer.Finding{
		ID: "n-plus-one:1f6e2a90", Rule: "n-plus-one", Severity: analyzer.Error, Confidence: .96, Basis: "observed",
		Message: "users by id ran 100 times in a row", Table: "public.users", Columns: []string{"id"}, Query: "00000000000000b1",
		Parent: &analyzer.Parent{Query: "00000000000000a1", Table: "public.posts"},
		Loop: &analyzer.Loop{
			Iterations: analyzer.Distribution{Median: 100}, Requests: &requests,
			Children: []analyzer.Child{{Query: "00000000000000b1", Table: "public.users", Columns: []string{"id"}, PerIteration: 1}},
		},
		Reasons: []analyzer.Reason{{Fact: "it ran again and again", Points: .99}, {Fact: "no tag", Points: -.03}},
		Saving:  &analyzer.Saving{RequestMS: &request, HourMS: &hour, Trips: 99, TripMS: .2, TripBasis: "measured", ExecMS: 1.7, BatchMS: .9},
		Fixes:   []analyzer.Fix{{Kind: "rewrite", Title: "read users once", SQL: "SELECT id FROM users WHERE id = ANY($1);"}},
	}
	for i := range steps {
		id := "00000000000000b1"
		if i == 0 {
			id = "00000000000000a1"
		}
		f.Loop.Timeline = append(f.Loop.Timeline, analyzer.Step{Query: id, Line: int64(1_000_000 + i), AtMS: float64(i) * 100, MS: 30})
	}
	return &analyzer.Result{
		Queries: []analyzer.Query{
			{ID: "00000000000000a1", Text: "SELECT id, user_id FROM posts ORDER BY id LIMIT $1", Calls: 2},
			{ID: "00000000000000b1", Text: "SELECT id FROM users WHERE id = $1", Calls: 200},
		},
		Findings: []analyzer.Finding{f},
	}
}

func explained(t *testing.T, r *analyzer.Result, id string, o Options) string {
	t.Helper()
	found := Matching(Subjects(r), id)
	if len(found) != 1 {
		t.Fatalf("%q: %d subjects", id, len(found))
	}
	var b bytes.Buffer
	if err := Explain(&b, r, found, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestExplain_drawsTheFirstRequestWithin80Columns(t *testing.T) {
	text := explained(t, looped(14), "n-plus-one:1f6e2a90", Options{})
	bars := 0
	for _, line := range strings.Split(text, "\n") {
		if cells(line) > 80 {
			t.Errorf("%d columns: %s", cells(line), line)
		}
		if strings.Contains(line, "#  ") && strings.Contains(line, "line 1,000,0") {
			bars++
		}
	}
	if bars != 14 {
		t.Errorf("%d bars, want 14:\n%s", bars, text)
	}
	for _, want := range []string{
		"and about 87 more", "+.99 ", "-.03 ", "about 21 ms of each request", "124 ms of an hour", "99 round trips of 0.2 ms, as measured",
		"what the server saves depends on the", "SELECT id FROM users WHERE id = ANY($1);",
	} {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), strings.TrimSpace(want)) {
			t.Errorf("does not say %q:\n%s", want, text)
		}
	}
}

// Colours change nothing of the text.
func TestExplain_colouredIsThePlainTextWithColours(t *testing.T) {
	r := looped(14)
	coloured := explained(t, r, "1f6e", Options{Color: true})
	plain := explained(t, r, "1f6e", Options{})
	if !strings.Contains(coloured, "\x1b[") {
		t.Error("no colours")
	}
	if got := regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(coloured, ""); got != plain {
		t.Errorf("got\n%s\nwant\n%s", got, plain)
	}
}

func TestExplain_drawsNothingWithoutTimes(t *testing.T) {
	r := looped(0)
	if text := explained(t, r, "n-plus", Options{}); strings.Contains(text, "began") {
		t.Errorf("a timeline without times:\n%s", text)
	}
	r = looped(3)
	for i := range r.Findings[0].Loop.Timeline {
		s := &r.Findings[0].Loop.Timeline[i]
		s.AtMS, s.MS = 0, 0
	}
	if text := explained(t, r, "n-plus", Options{}); strings.Contains(text, "began") {
		t.Errorf("a timeline without a length:\n%s", text)
	}
}

func TestMatching_takesAnIDOrTheBeginningOfOne(t *testing.T) {
	all := Subjects(looped(3))
	for _, c := range []struct {
		id string
		n  int
	}{
		{"n-plus-one:1f6e2a90", 1}, {"n-plus", 1}, {"1f6e", 1}, {"00000000000000b1", 1}, {"00000000000000b", 1}, {"0000", 2}, {"", 0}, {"zzz", 0},
	} {
		if got := len(Matching(all, c.id)); got != c.n {
			t.Errorf("%q: %d subjects, want %d", c.id, got, c.n)
		}
	}
}

// A query says which findings are about it.
func TestExplain_ofAQueryNamesItsFindings(t *testing.T) {
	text := explained(t, looped(3), "00000000000000b1", Options{})
	for _, want := range []string{"SELECT id FROM users WHERE id = $1", "200 calls", "n-plus-one:1f6e2a90"} {
		if !strings.Contains(text, want) {
			t.Errorf("does not say %q:\n%s", want, text)
		}
	}
}
