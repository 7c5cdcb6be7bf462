package index

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/apilint/apilint/analyzer/schema"
)

// scalar is a value of a column on which histograms are searched: a number
// where the type has one (convert_to_scalar in selfuncs.c), else text.
type scalar struct {
	number  float64
	text    string
	numeric bool
}

func (s scalar) compare(o scalar) int {
	switch {
	case s.numeric && o.numeric && s.number < o.number:
		return -1
	case s.numeric && o.numeric && s.number > o.number:
		return 1
	case s.numeric && o.numeric:
		return 0
	}
	return strings.Compare(s.text, o.text)
}

// scalarOf reads a value of a column's type; ok is false when the text is not
// one, so that nothing may be concluded from it.
func scalarOf(text, columnType string) (v scalar, ok bool) {
	t := baseType(columnType)
	switch {
	case t == "smallint", t == "integer", t == "bigint", t == "numeric", t == "real", t == "double precision", t == "oid":
		n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		return scalar{number: n, numeric: true}, err == nil && !math.IsNaN(n)
	case t == "date", strings.HasPrefix(t, "timestamp"):
		n, ok := moment(text)
		return scalar{number: n, numeric: true}, ok
	case t == "boolean":
		return scalar{text: truthOf(text)}, true
	}
	if t == "character" {
		text = strings.TrimRight(text, " ") // blanks at the end mean nothing
	}
	return scalar{text: text}, true
}

// truthOf spells a boolean as pg_stats does.
func truthOf(text string) string {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "t", "true", "yes", "on", "1", "y":
		return "t"
	case "f", "false", "no", "off", "0", "n":
		return "f"
	}
	return text
}

// layouts of dates and times as PostgreSQL prints them in ISO style, and as
// applications write them.
var layouts = []string{
	"2006-01-02 15:04:05.999999-07", "2006-01-02 15:04:05.999999", "2006-01-02",
	"2006-01-02 15:04:05.999999-07:00", "2006-01-02 15:04-07", "2006-01-02 15:04",
	"2006-01-02T15:04:05.999999Z07:00", "2006-01-02T15:04:05.999999",
}

// moment is a time in seconds.
func moment(text string) (float64, bool) {
	text = strings.TrimSpace(text)
	switch text {
	case "infinity":
		return math.Inf(1), true
	case "-infinity":
		return math.Inf(-1), true
	}
	for _, l := range layouts {
		if t, err := time.Parse(l, text); err == nil {
			return float64(t.Unix()) + float64(t.Nanosecond())/1e9, true
		}
	}
	return 0, false
}

// between says where v lies between two neighbouring bounds of a histogram,
// 0 to 1 (convert_one_bytea_to_scalar and its like: text by its first bytes
// after what the bounds share).
func between(low, high, v scalar) float64 {
	if v.numeric {
		if high.number <= low.number || math.IsInf(low.number, 0) || math.IsInf(high.number, 0) {
			return .5
		}
		return clamp((v.number-low.number)/(high.number-low.number), 0, 1)
	}
	shared := 0
	for shared < len(low.text) && shared < len(high.text) && low.text[shared] == high.text[shared] {
		shared++
	}
	l, h, x := fraction(low.text, shared), fraction(high.text, shared), fraction(v.text, shared)
	if h <= l {
		return .5
	}
	return clamp((x-l)/(h-l), 0, 1)
}

// fraction reads up to eight bytes as digits of base 256 behind the point.
func fraction(s string, from int) float64 {
	f, base := 0.0, 1.0/256
	for i := from; i < len(s) && i < from+8; i++ {
		f += float64(s[i]) * base
		base /= 256
	}
	return f
}

func clamp(x, low, high float64) float64 { return max(low, min(high, x)) }

// bounds are a column's statistics as scalars, parsed once.
type bounds struct {
	stats     *schema.ColumnStats
	columnTyp string
	common    []scalar
	histogram []scalar
}

func boundsOf(c *schema.Column) *bounds {
	b := &bounds{stats: c.Stats, columnTyp: c.Type}
	read := func(texts []string) []scalar {
		out := make([]scalar, 0, len(texts))
		for _, t := range texts {
			s, ok := scalarOf(t, c.Type)
			if !ok {
				return nil // statistics of another type than the column's
			}
			out = append(out, s)
		}
		return out
	}
	b.common = read(c.Stats.MCV)
	if len(b.common) > len(c.Stats.MCF) {
		b.common = b.common[:len(c.Stats.MCF)]
	}
	b.histogram = read(c.Stats.Histogram)
	return b
}

// commonSum is the fraction of rows with a common value.
func (b *bounds) commonSum() float64 {
	sum := 0.0
	for i := range b.common {
		sum += b.stats.MCF[i]
	}
	return sum
}
