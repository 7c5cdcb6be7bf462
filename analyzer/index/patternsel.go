package index

import (
	"strings"

	"github.com/apilint/apilint/analyzer/query"
)

// pattern is patternsel_common: the histogram's bounds are matched one by one
// where there are enough of them, and mixed with a guess by the pattern's
// length where there are few.
func (e *estimator) pattern(a *access, c *cond, b *bounds) float64 {
	if c.pred.Op == query.Regex || len(c.pred.Values) != 1 {
		return e.patternGuess(c, c.pred.Literal)
	}
	v := c.pred.Values[0]
	var texts []string
	switch v.Kind {
	case query.Const:
		texts = []string{v.Text}
	case query.Param:
		texts = samples(a.stmt, v.Param)
	}
	if len(texts) == 0 {
		return e.patternGuess(c, c.pred.Literal)
	}
	sum := 0.0
	for _, t := range texts {
		if c.pred.Operator == "starts_with" || c.pred.Operator == "^@" {
			t = escapeLike(t) + "%"
		}
		sum += e.like(c, b, t)
	}
	return sum / float64(len(texts))
}

func escapeLike(t string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(t)
}

func (e *estimator) like(c *cond, b *bounds, pattern string) float64 {
	fold := c.pred.Op == query.ILike || insensitive(c.pred)
	guess := e.patternGuess(c, literalRun(pattern))
	if b == nil {
		return guess
	}
	const enough = 100 // bounds that are taken at their word
	s := guess
	if n := len(b.stats.Histogram); n >= 10 {
		hits := 0
		for _, h := range b.stats.Histogram[1 : n-1] {
			if likeMatches(pattern, h, fold) {
				hits++
			}
		}
		s = float64(hits) / float64(n-2)
		if n < enough {
			weight := float64(n) / enough
			s = s*weight + guess*(1-weight)
		}
		s = clamp(s, 1e-4, 1-1e-4)
	}
	common, sum := 0.0, 0.0
	for i, m := range b.stats.MCV {
		if i >= len(b.stats.MCF) {
			break
		}
		sum += b.stats.MCF[i]
		if likeMatches(pattern, m, fold) {
			common += b.stats.MCF[i]
		}
	}
	return clamp(s*clamp(1-b.stats.NullFrac-sum, 0, 1)+common, 0, 1)
}

// patternGuess is like_selectivity: each fixed character keeps a fifth, a
// wildcard at the beginning five times what there is.
func (e *estimator) patternGuess(c *cond, literal string) float64 {
	const (
		fixedChar = .20 // FIXED_CHAR_SEL
		fullWild  = 5.0 // FULL_WILDCARD_SEL
	)
	if literal == "" {
		return defaultMatch
	}
	s := 1.0
	if c.kind != prefixed {
		s = fullWild
	}
	for range min(len(literal), 30) {
		s *= fixedChar
	}
	return clamp(s, 1e-6, 1)
}

// likeMatches is MatchText of like.c: % any run, _ one character, \ takes the
// next as it is. It steps back to the last % only, so that it is never worse
// than the product of the lengths.
func likeMatches(pattern, text string, fold bool) bool {
	if fold {
		pattern, text = strings.ToLower(pattern), strings.ToLower(text)
	}
	p, t := []rune(pattern), []rune(text)
	i, j := 0, 0
	star, mark := -1, 0
	for j < len(t) {
		switch {
		case i < len(p) && p[i] == '%':
			star, mark = i, j
			i++
			continue
		case i < len(p) && p[i] == '_':
			i++
			j++
			continue
		case i+1 < len(p) && p[i] == '\\' && p[i+1] == t[j]:
			i += 2
			j++
			continue
		case i < len(p) && p[i] != '\\' && p[i] == t[j]:
			i++
			j++
			continue
		case star >= 0:
			mark++
			i, j = star+1, mark
			continue
		}
		return false
	}
	for i < len(p) && p[i] == '%' {
		i++
	}
	return i == len(p)
}
