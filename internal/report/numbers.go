package report

import (
	"math"
	"strconv"
	"strings"
)

// unknown stands where a number is not known; it is never 0.
const unknown = "-"

// duration writes milliseconds with two significant digits or so and the unit
// that a person would choose: 0.42 ms, 157 ms, 4.8 s, 2 min 5 s, 3 h 20 min.
func duration(ms float64) string {
	switch {
	case math.IsNaN(ms) || math.IsInf(ms, 0) || ms < 0:
		return unknown
	case ms == 0:
		return "0 ms"
	case ms < .005:
		return "<0.01 ms"
	case ms < .995:
		return trimZero(strconv.FormatFloat(ms, 'f', 2, 64)) + " ms"
	case ms < 999.5:
		return decimal(ms) + " ms"
	case ms < 59_500:
		return decimal(ms/1000) + " s"
	case ms < 3_599_500:
		return pair(ms/1000, "min", 60, "s")
	case ms < 48*3_600_000-30_000:
		return pair(ms/60_000, "h", 60, "min")
	}
	return pair(ms/3_600_000, "d", 24, "h")
}

// pair writes small units as big ones of size each, and the rest.
func pair(small float64, big string, size int64, rest string) string {
	n := int64(math.Round(small))
	out := count(n/size) + " " + big
	if n%size != 0 {
		out += " " + count(n%size) + " " + rest
	}
	return out
}

// decimal writes one digit behind the point below ten, none above.
func decimal(f float64) string {
	if math.Round(f*10) < 100 {
		return trimZero(strconv.FormatFloat(f, 'f', 1, 64))
	}
	return count(int64(math.Round(f)))
}

func trimZero(s string) string { return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") }

// milliseconds is [duration] of a number that may be unknown.
func milliseconds(ms *float64) string {
	if ms == nil {
		return unknown
	}
	return duration(*ms)
}

// count writes a whole number with commas: 180,000.
func count(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// units writes planner units or anything else that is no time.
func units(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return unknown
	}
	if math.Abs(f) < .95 && f != 0 {
		return strconv.FormatFloat(f, 'f', 2, 64)
	}
	return decimal(f)
}

// size writes bytes in powers of ten, as the flags read them: 40 kB, 3.2 MB.
func size(bytes int64) string {
	if bytes < 1000 {
		return count(bytes) + " B"
	}
	f := float64(bytes)
	for _, unit := range []string{"kB", "MB", "GB"} {
		f /= 1000
		if f < 999.5 {
			return decimal(f) + " " + unit
		}
	}
	return decimal(f/1000) + " TB"
}

// percent writes a share of 0 to 1: 54 %; a little is <1 %, never 0 %.
func percent(share float64) string {
	switch {
	case math.IsNaN(share) || math.IsInf(share, 0):
		return unknown
	case share > 0 && share < .01:
		return "<1 %"
	case share > .99 && share < 1:
		return "99 %"
	}
	return strconv.FormatFloat(math.Round(share*100), 'f', 0, 64) + " %"
}

// certainty writes a confidence of 0 to 1 as statisticians do: .96.
func certainty(c float64) string {
	if c >= .995 {
		return "1.0"
	}
	return strings.TrimPrefix(strconv.FormatFloat(c, 'f', 2, 64), "0")
}

// plural writes a count with its noun: 1 query, 2 queries, 3 indexes.
func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	switch {
	case strings.HasSuffix(noun, "y"):
		noun = strings.TrimSuffix(noun, "y") + "ies"
	case strings.HasSuffix(noun, "x"):
		noun += "es"
	default:
		noun += "s"
	}
	return count(n) + " " + noun
}
