package index

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/apilint/apilint/analyzer/query"
)

// operandTexts are the known right-hand sides of a condition: its constant,
// the literals of an expression without columns, or what was logged.
func operandTexts(a *access, c *cond) (texts []string, computed bool) {
	if len(c.pred.Values) != 1 {
		return nil, false
	}
	switch v := c.pred.Values[0]; v.Kind {
	case query.Const:
		return []string{v.Text}, false
	case query.Param:
		return samples(a.stmt, v.Param), false
	case query.Computed:
		return quoted(v.Text), true
	}
	return nil, false
}

// quoted lists the string literals of a deparsed expression.
func quoted(text string) []string {
	var out []string
	for {
		from := strings.IndexByte(text, '\'')
		if from < 0 {
			return out
		}
		var b strings.Builder
		i := from + 1
		for ; i < len(text); i++ {
			if text[i] == '\'' {
				if i+1 >= len(text) || text[i+1] != '\'' {
					break
				}
				i++
			}
			b.WriteByte(text[i])
		}
		out = append(out, b.String())
		text = text[min(i+1, len(text)):]
	}
}

// contained is contsel with its better informed relatives: arraycontsel for
// arrays, and for jsonb the common values and the histogram one by one
// (matchingsel).
func (e *estimator) contained(a *access, c *cond, b *bounds) float64 {
	texts, computed := operandTexts(a, c)
	if b == nil || len(texts) == 0 {
		return defaultContains
	}
	switch {
	case baseType(b.columnTyp) == "jsonb" && c.pred.Operator == "@>" && !computed:
		sum := 0.0
		for _, t := range texts {
			sum += b.jsonContains(t)
		}
		return sum / float64(len(texts))
	case strings.HasSuffix(b.columnTyp, "[]") && c.pred.Operator != "<@":
		words := texts
		if !computed {
			words = strings.FieldsFunc(texts[0], func(r rune) bool { return r == '{' || r == '}' || r == ',' || r == '"' })
		}
		return b.elements(words, c.pred.Operator == "&&", func(elem, word string) bool { return elem == word })
	}
	return defaultContains
}

// matched is tsmatchsel: the frequencies of the lexemes. Words stand for the
// lexeme that they begin with, since nothing here knows the dictionary.
func (e *estimator) matched(a *access, c *cond, b *bounds) float64 {
	texts, _ := operandTexts(a, c)
	if b == nil || len(texts) == 0 {
		return defaultMatch
	}
	text := texts[len(texts)-1] // behind the configuration
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	either := strings.Contains(text, "|") || slices.Contains(words, "or")
	words = slices.DeleteFunc(words, func(w string) bool { return w == "or" || w == "and" })
	return b.elements(words, either, func(elem, word string) bool {
		return elem == word || len(elem) >= 3 && strings.HasPrefix(word, elem) && len(word)-len(elem) <= 4
	})
}

// elements combines the frequencies of elements; an unknown one is half as
// frequent as the rarest known.
func (b *bounds) elements(words []string, either bool, same func(elem, word string) bool) float64 {
	n := min(len(b.stats.Elems), len(b.stats.ElemFreqs))
	if n == 0 || len(words) == 0 {
		return defaultMatch
	}
	rare := slices.Min(b.stats.ElemFreqs[:n]) / 2
	all, none := 1.0, 1.0
	for _, w := range words {
		f := rare
		if i := slices.IndexFunc(b.stats.Elems[:n], func(elem string) bool { return same(elem, w) }); i >= 0 {
			f = b.stats.ElemFreqs[i]
		}
		all *= f
		none *= 1 - f
	}
	if either {
		return clamp(1-none, 1e-6, 1)
	}
	return clamp(all, 1e-6, 1)
}

// jsonContains estimates @> with a constant.
func (b *bounds) jsonContains(text string) float64 {
	var want any
	if json.Unmarshal([]byte(text), &want) != nil {
		return defaultContains
	}
	holds := func(value string) bool {
		var have any
		return json.Unmarshal([]byte(value), &have) == nil && jsonHas(have, want)
	}
	common, sum := 0.0, 0.0
	for i, m := range b.stats.MCV[:min(len(b.stats.MCV), len(b.stats.MCF))] {
		sum += b.stats.MCF[i]
		if holds(m) {
			common += b.stats.MCF[i]
		}
	}
	// histogram_selectivity: trusted only where it has some bounds.
	s := defaultContains
	if n := len(b.stats.Histogram); n >= 10 {
		hits := 0
		for _, h := range b.stats.Histogram[1 : n-1] {
			if holds(h) {
				hits++
			}
		}
		s = clamp(float64(hits)/float64(n-2), 1e-4, 1-1e-4)
	}
	return clamp(common+s*clamp(1-b.stats.NullFrac-sum, 0, 1), 1e-6, 1)
}

// jsonHas is jsonb's containment: objects by their keys, arrays as sets.
func jsonHas(have, want any) bool {
	switch w := want.(type) {
	case map[string]any:
		h, ok := have.(map[string]any)
		if !ok {
			return false
		}
		for k, v := range w {
			if x, ok := h[k]; !ok || !jsonHas(x, v) {
				return false
			}
		}
		return true
	case []any:
		h, ok := have.([]any)
		if !ok {
			return false
		}
		for _, v := range w {
			if !slices.ContainsFunc(h, func(x any) bool { return jsonHas(x, v) }) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(have, want)
}
