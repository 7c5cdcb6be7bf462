package leadingwildcard

import (
	"testing"

	"github.com/apilint/apilint/analyzer/analyzertest"
)

func TestDetector(t *testing.T) { analyzertest.Run(t, Detector, "testdata") }

// trigramCases are literal parts of patterns; [TestTrigrams_areThoseOfPostgreSQL]
// asks pg_trgm itself.
var trigramCases = []struct {
	literal        string
	atStart, atEnd bool
	want           bool
}{
	{"john", false, false, true},
	{"jo", false, false, false},
	{"joh", false, false, true},
	{"jö", false, false, false},
	{"jör", false, false, true},
	{"a1b", false, false, true},
	{"", false, false, false},
	{"a-b", false, false, true}, // b begins a word: "  b"
	{"al ", false, false, true}, // "al "
	{" al", false, false, true}, // "  a"
	{"a ", false, false, false}, // one letter and one blank
	{"@", false, false, false},
	{"jo", true, false, true}, // jo%
	{"jo", false, true, true}, // %jo
	{"j", false, true, false}, // %j
}

func TestTrigrams_needThreeLettersOrAWordsEdge(t *testing.T) {
	for _, c := range trigramCases {
		if got := trigrams(c.literal, c.atStart, c.atEnd); got != c.want {
			t.Errorf("%q (start %v, end %v): %v, want %v", c.literal, c.atStart, c.atEnd, got, c.want)
		}
	}
}

func FuzzLiterals(f *testing.F) {
	for _, s := range []string{"%john%", `\%a_b`, `a\`, "", "%", "_%", "ü%ö"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		n := 0
		for _, run := range literals(value) {
			n += len(run.text)
			trigrams(run.text, run.atStart, run.atEnd)
			new(pattern).read(run.text)
		}
		if n > len(value) {
			t.Errorf("%q has literals of %d bytes", value, n)
		}
	})
}
