package index

import (
	"unicode"
	"unicode/utf8"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/workload"
)

// pattern is what is known of the right-hand side of LIKE or a regular
// expression, from its text or from the values that were logged for it.
type pattern struct {
	shape    query.Pattern
	observed bool // told from logged values
	grams    int  // trigrams that pg_trgm can look up; -1 unknown
	word     bool // the literal is one plain word: full text search would find it
}

// patternOf judges a LIKE, ILIKE or regular expression. A bare parameter is
// judged by the values that the log has for it: anchored only when every one
// of them is.
func patternOf(p *query.Predicate, st *Statement) pattern {
	out := pattern{shape: p.Pattern, grams: -1}
	if p.Literal != "" {
		out.grams, out.word = trigrams(p.Literal, p.Pattern == query.PatternAnchored || p.Pattern == query.PatternExact,
			p.Pattern == query.PatternSuffix || p.Pattern == query.PatternExact)
	}
	if p.Pattern != query.PatternUnknown || p.Op == query.Regex || len(p.Values) != 1 || p.Values[0].Kind != query.Param {
		return out
	}
	shape, grams, known := sampled(st, p.Values[0].Param-1)
	if known {
		out.shape, out.grams, out.observed = shape, grams, true
	}
	return out
}

// sampled judges parameter n (from 0) by what was logged for it.
func sampled(st *Statement, n int) (shape query.Pattern, grams int, known bool) {
	if st == nil || n < 0 {
		return "", -1, false
	}
	grams = -1
	wild, suffix := false, true
	for _, s := range st.Samples {
		if n >= len(s.Params) || n < len(s.Nulls) && s.Nulls[n] {
			continue
		}
		value := s.Params[n]
		known = true
		if leading(value) {
			wild = true
			suffix = suffix && !trailing(value)
		}
		g, _ := trigrams(literalRun(value), !leading(value), !trailing(value))
		if grams < 0 || g < grams {
			grams = g
		}
	}
	if g := st.Group; g != nil && g.ParamsSeen > 0 && n < workload.MaxParams {
		known = true
		if g.LeadingWild[n] > 0 {
			if !wild {
				suffix, grams = false, -1 // the wild values are not among the samples
			}
			wild = true
		}
	}
	switch {
	case !known:
		return "", -1, false
	case wild && suffix:
		return query.PatternSuffix, grams, true
	case wild:
		return query.PatternInfix, grams, true
	}
	return query.PatternAnchored, grams, true
}

func leading(value string) bool { return value != "" && (value[0] == '%' || value[0] == '_') }

func trailing(value string) bool {
	n := len(value)
	return n > 0 && (value[n-1] == '%' || value[n-1] == '_') && (n < 2 || value[n-2] != '\\')
}

// literalRun is the longest part of a LIKE pattern without wildcards.
func literalRun(value string) string {
	best, from := "", 0
	for i := 0; i <= len(value); i++ {
		if i == len(value) || value[i] == '%' || value[i] == '_' {
			if i-from > len(best) {
				best = value[from:i]
			}
			from = i + 1
		}
	}
	return best
}

// trigrams counts what pg_trgm can look up for a literal part: runs of letters
// and digits of three or more, shorter ones where a word boundary pads them
// (two blanks before a word, one after it: trgm_op.c, LPADDING and RPADDING).
// atStart and atEnd say that the pattern is anchored there.
func trigrams(literal string, atStart, atEnd bool) (grams int, word bool) {
	run, runs := 0, 0
	padded := atStart
	count := func(end bool) {
		if run == 0 {
			return
		}
		runs++
		n := run - 2
		if padded {
			n += 2
		}
		if end {
			n++
		}
		grams += max(n, 0)
		run = 0
	}
	for _, r := range literal {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			run++
			continue
		}
		count(true)
		padded = true
	}
	count(atEnd)
	return grams, runs == 1 && grams > 0 && utf8.RuneCountInString(literal) >= 3
}
