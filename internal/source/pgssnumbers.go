package source

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// maxStatsMS is a time in ms beyond which a number is no time: 300 years.
const maxStatsMS = 1e13

// statsNumber reads a time in ms: a number in the column's unit, one with its
// own unit ("1.5 s"), or an interval as PostgreSQL prints it.
func statsNumber(s string, ms float64) (float64, error) {
	text := strings.TrimSpace(s)
	f, err := strconv.ParseFloat(text, 64)
	f *= ms
	if err != nil {
		f, err = otherTime(text, ms)
	}
	if err != nil && commaDecimal.MatchString(text) {
		return 0, fmt.Errorf("%.40q has the form of a locale: export it with \\pset numericlocale off", s)
	}
	if err != nil || !(f >= 0 && f < maxStatsMS) {
		return 0, fmt.Errorf("%.40q is no time", s)
	}
	return f, nil
}

// commaDecimal is a number as psql prints it with numericlocale in most of
// Europe. It is not guessed: 1.234 would be a thousand times less.
var commaDecimal = regexp.MustCompile(`^\d{1,3}([.\x{a0}\x{202f}' ]?\d{3})*,\d+$`)

func otherTime(s string, ms float64) (float64, error) {
	if strings.Contains(s, ":") {
		return interval(s)
	}
	number := strings.TrimRight(s, "abcdefghijklmnopqrstuvwxyz")
	if unit := units[s[len(number):]]; unit > 0 {
		ms = unit
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(thousands(number)), 64)
	return f * ms, err
}

// interval reads "2 days 03:04:05.678" as ms.
func interval(s string) (float64, error) {
	fields := strings.Fields(s)
	clock := fields[len(fields)-1]
	var sum float64
	for _, part := range strings.Split(clock, ":") {
		n, err := strconv.ParseFloat(part, 64)
		if err != nil || n < 0 {
			return 0, fmt.Errorf("%.40q is no interval", s)
		}
		sum = sum*60 + n
	}
	days := 0.
	for i := 0; i+1 < len(fields)-1; i += 2 {
		n, err := strconv.ParseFloat(fields[i], 64)
		per := map[string]float64{"day": 1, "mon": 30, "year": 365.25}[strings.TrimSuffix(fields[i+1], "s")]
		if err != nil || n < 0 || per == 0 {
			return 0, fmt.Errorf("%.40q is no interval", s)
		}
		days += n * per
	}
	return (days*86400 + sum) * 1000, nil
}

// thousands takes the commas out of 1,234,567, and returns anything else as it
// is.
func thousands(s string) string {
	whole, fraction, _ := strings.Cut(s, ".")
	parts := strings.Split(whole, ",")
	for i, p := range parts {
		if i > 0 && len(p) != 3 || i == 0 && (len(p) == 0 || len(p) > 3) {
			return s
		}
	}
	if fraction != "" {
		fraction = "." + fraction
	}
	return strings.Join(parts, "") + fraction
}

// statsCount reads a count; some tools write it with a fraction, some with
// commas.
func statsCount(s string) (int64, error) {
	text := strings.TrimSpace(s)
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n >= 0 {
		return n, nil
	}
	f, err := strconv.ParseFloat(thousands(text), 64)
	if err != nil || !(f >= 0 && f < 1<<53) || f != math.Trunc(f) {
		return 0, fmt.Errorf("%.40q is no count", s)
	}
	return int64(f), nil
}

func isFalse(s string) bool {
	switch strings.ToLower(s) {
	case "f", "false", "0", "no":
		return true
	}
	return false
}

// statsTime reads a timestamptz as CSV has it, or JSON.
func statsTime(s string) (time.Time, error) {
	for _, layout := range []string{"2006-01-02 15:04:05.999999999Z07", "2006-01-02 15:04:05.999999999Z07:00", time.RFC3339Nano} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%.40q is no time", s)
}

func microseconds(ms float64) int64 { return int64(math.Round(ms * 1000)) }
