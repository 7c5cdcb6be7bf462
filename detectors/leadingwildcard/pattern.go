package leadingwildcard

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/workload"
)

// reason is why no b-tree serves a pattern.
type reason uint8

const (
	none     reason = iota
	wildcard        // LIKE '%john%'
	suffix          // LIKE '%john'
	caseless        // ILIKE, ~*
	loose           // a regular expression without ^
	short           // any of them, and too few letters for trigrams
)

// pattern is what is known of the right-hand side.
type pattern struct {
	shape      query.Pattern
	trigrams   bool // pg_trgm finds something to look up in it
	known      bool // trigrams is known
	words      bool // it is made of plain words
	phrase     bool // of several
	param      int  // n of a bare $n
	wild, seen int64
}

// patternOf judges a pattern by its text, or by what was logged for it.
func patternOf(s *analyzer.Statement, p *query.Predicate) pattern {
	out := pattern{shape: p.Pattern}
	if p.Literal != "" {
		out.known = true
		out.trigrams = trigrams(p.Literal, p.Pattern == query.PatternAnchored, p.Pattern == query.PatternSuffix) ||
			slices.ContainsFunc(s.Samples, longPattern)
		out.read(p.Literal)
	}
	if p.Pattern != query.PatternUnknown || len(p.Values) != 1 || p.Values[0].Kind != query.Param {
		return out
	}
	out.param = p.Values[0].Param
	if p.Op != query.Regex {
		out.observe(s)
	}
	return out
}

// longPattern reports whether a sample holds a pattern with an open beginning
// and enough letters: statements that differ only in such literals are one, and
// the text that was parsed is only the first of them.
func longPattern(s workload.Sample) bool {
	quoted := strings.Split(s.Text, "'")
	for i := 1; i < len(quoted); i += 2 {
		if wildAtStart(quoted[i]) && slices.ContainsFunc(literals(quoted[i]), literalRun.trigrams) {
			return true
		}
	}
	return false
}

// observe judges $n by its logged values: one that begins with a wildcard is
// enough to read the whole table.
func (out *pattern) observe(s *analyzer.Statement) {
	n := out.param - 1
	if n < 0 {
		return
	}
	onlySuffix := true
	var kept int64
	for _, sample := range s.Samples {
		if n >= len(sample.Params) || n < len(sample.Nulls) && sample.Nulls[n] {
			continue
		}
		value := sample.Params[n]
		kept++
		if wildAtStart(value) {
			out.wild++
			onlySuffix = onlySuffix && !wildAtEnd(value) && !strings.HasSuffix(value, cut)
		}
		for _, run := range literals(value) {
			out.trigrams = out.trigrams || run.trigrams()
			out.read(run.text)
		}
	}
	out.seen = kept
	if n < workload.MaxParams {
		var wild, seen int64
		for _, g := range s.Groups {
			wild, seen = wild+g.LeadingWild[n], seen+g.ParamsSeen
		}
		if seen > 0 {
			onlySuffix = onlySuffix && (wild == 0) == (out.wild == 0) // else the values with a wildcard were not kept
			out.wild, out.seen = wild, seen
		}
	}
	const enough = 3 // values say what the others are like
	out.known = kept > 0 && (kept >= out.seen || kept >= enough)
	switch {
	case out.seen == 0:
	case out.wild == 0:
		out.shape = query.PatternAnchored
	case onlySuffix:
		out.shape = query.PatternSuffix
	default:
		out.shape = query.PatternInfix
	}
}

// confidence is what is known for sure: the text of the statement, or how many
// of the logged calls began with a wildcard.
func (out pattern) confidence() float64 {
	if out.seen == 0 {
		return .9
	}
	return .5 + .45*float64(out.wild)/float64(out.seen)
}

// reasonOf says why no b-tree serves the predicate, none when one does or
// nothing is known.
func reasonOf(p *query.Predicate, pat pattern) reason {
	r := none
	anchored := pat.shape == query.PatternAnchored || pat.shape == query.PatternExact
	switch {
	case p.Op != query.Like && p.Op != query.ILike && p.Op != query.Regex || p.Outer:
		return none
	case pat.shape == query.PatternUnknown || pat.shape == query.PatternNone:
		return none
	case p.Op == query.ILike || p.Operator == "~*":
		r = caseless
	case anchored:
		return none
	case p.Op == query.Regex:
		r = loose
	case pat.shape == query.PatternSuffix:
		r = suffix
	default:
		r = wildcard
	}
	if pat.known && !pat.trigrams && r != suffix {
		return short
	}
	return r
}

// cut ends a value that log_parameter_max_length has shortened: what its end
// was is not known.
const cut = "..."

func wildAtStart(value string) bool { return value != "" && (value[0] == '%' || value[0] == '_') }

func wildAtEnd(value string) bool {
	n := len(value)
	return n > 0 && (value[n-1] == '%' || value[n-1] == '_') && (n < 2 || value[n-2] != '\\')
}

// literalRun is a part of a LIKE pattern between wildcards.
type literalRun struct {
	text           string
	atStart, atEnd bool
}

func (r literalRun) trigrams() bool { return trigrams(r.text, r.atStart, r.atEnd) }

func literals(value string) []literalRun {
	var out []literalRun
	run, from := []byte(nil), true
	for i := 0; i <= len(value); i++ {
		if i == len(value) || value[i] == '%' || value[i] == '_' {
			if len(run) > 0 {
				out = append(out, literalRun{string(run), from, i == len(value)})
			}
			run, from = nil, false
			continue
		}
		if value[i] == '\\' && i+1 < len(value) {
			i++
		}
		run = append(run, value[i])
	}
	return out
}

// trigrams reports whether pg_trgm finds a trigram in a literal part: three
// letters or digits in a row, or fewer where the word begins or ends in it (it
// pads words by two blanks before and one behind: LPADDING and RPADDING in
// trgm.h).
func trigrams(literal string, atStart, atEnd bool) bool {
	run, begins := 0, atStart
	for _, r := range literal {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			if run++; run >= 3 || begins {
				return true
			}
			continue
		}
		if run >= 2 {
			return true
		}
		run, begins = 0, true
	}
	return atEnd && run >= 2
}

// read notes whether a literal is made of words, which full text search would
// find.
func (out *pattern) read(literal string) {
	trimmed := strings.TrimSpace(literal)
	for _, r := range trimmed {
		if !unicode.IsLetter(r) && r != ' ' {
			return
		}
	}
	out.words = out.words || utf8.RuneCountInString(trimmed) >= 3
	out.phrase = out.phrase || strings.Contains(trimmed, " ")
}
