package source

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// clock reads log times without allocating. It keeps the last second it saw,
// because neighbouring lines share it.
type clock struct {
	zone *time.Location // for abbreviations that are not known; nil UTC
	last [48]byte       // date, time of day and zone as written
	n    int
	base int64 // µs of the last second
	// named are zones that the log names in full, nil for what is none. Bounded.
	named map[string]*time.Location
}

// timestampLen returns the length of "2026-11-23 08:26:55" with an optional
// fraction at the start of s, 0 if there is none.
func timestampLen(s []byte) int {
	const shape = "dddd-dd-dd dd:dd:dd"
	if len(s) < len(shape) || s[4] != '-' || s[7] != '-' || s[10] != ' ' || s[13] != ':' || s[16] != ':' {
		return 0
	}
	for _, i := range [...]uint8{0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18} {
		if s[i]-'0' > 9 {
			return 0
		}
	}
	n := len(shape)
	if n < len(s) && s[n] == '.' {
		for n++; n < len(s) && s[n] >= '0' && s[n] <= '9'; n++ {
		}
	}
	return n
}

// zoneLen returns the length of " UTC", " CET", " -03" or " +0545" at the start
// of s.
func zoneLen(s []byte) int {
	if len(s) < 2 || s[0] != ' ' {
		return 0
	}
	n := 1
	if s[1] == '+' || s[1] == '-' {
		for n = 2; n < len(s) && (s[n] >= '0' && s[n] <= '9' || s[n] == ':' && n+1 < len(s) && s[n+1] >= '0' && s[n+1] <= '9'); n++ {
		}
		if n < 4 {
			return 0
		}
		return n
	}
	for n < len(s) && (s[n] >= 'A' && s[n] <= 'Z' || s[n] >= 'a' && s[n] <= 'z' || s[n] == '/' || s[n] == '_') {
		n++
	}
	if n < 2 {
		return 0
	}
	return n
}

// read reads a time with its zone at the start of s, e.g. "2026-11-23
// 08:26:55.052 UTC", and returns µs since 1970 and how long it is.
func (c *clock) read(s []byte) (us int64, n int, ok bool) {
	if c.n > 0 && len(s) > 19 && string(s[:19]) == string(c.last[:19]) {
		n = 19
		if s[n] == '.' {
			n += 1 + digits(s[n+1:])
			us = fraction(s[20:n])
		}
		if zone := c.last[19:c.n]; len(s) >= n+len(zone) && string(s[n:n+len(zone)]) == string(zone) &&
			(len(s) == n+len(zone) || !zoneGoesOn(s[n+len(zone)], zone)) {
			return c.base + us, n + len(zone), true
		}
	}
	n = timestampLen(s)
	if n == 0 {
		return 0, 0, false
	}
	us = 0
	if n > 19 {
		us = fraction(s[20:n])
	}
	zone := s[n : n+zoneLen(s[n:])]
	d := func(i int) int { return int(s[i]-'0')*10 + int(s[i+1]-'0') }
	t := time.Date(d(0)*100+d(2), time.Month(d(5)), d(8), d(11), d(14), d(17), 0, c.location(zone))
	if year := t.UTC().Year(); year < 1 || year > 9999 {
		return 0, 0, false // of month 0, say: no report could write it
	}
	c.base = t.UnixMicro()
	c.n = 0
	if 19+len(zone) <= len(c.last) {
		c.n = copy(c.last[:], s[:19])
		c.n += copy(c.last[19:], zone)
	}
	return c.base + us, n + len(zone), true
}

// again is read for what mostly has the second and the zone of the last time,
// and milliseconds. n is 0 when there is no time.
func (c *clock) again(s []byte) (us int64, n int) {
	if c.n >= 19 && c.n <= 19+8 && len(s) > 19+4+8 && s[19] == '.' && s[20]-'0' <= 9 && s[21]-'0' <= 9 && s[22]-'0' <= 9 &&
		string(s[:19]) == string(c.last[:19]) {
		zone := c.n - 19
		v := binary.LittleEndian.Uint64(s[23:]) ^ binary.LittleEndian.Uint64(c.last[19:])
		if v&(1<<(8*zone)-1) == 0 && !zoneGoesOn(s[23+zone], c.last[19:c.n]) {
			return c.base + int64(s[20]-'0')*100_000 + int64(s[21]-'0')*10_000 + int64(s[22]-'0')*1000, 23 + zone
		}
	}
	us, n, _ = c.read(s)
	return us, n
}

// zoneGoesOn reports whether a byte after a zone would make it a longer one.
func zoneGoesOn(next byte, zone []byte) bool {
	if len(zone) == 0 {
		return next == ' '
	}
	if last := zone[len(zone)-1]; last >= '0' && last <= '9' {
		return next >= '0' && next <= '9' || next == ':'
	}
	return next >= 'A' && next <= 'Z' || next >= 'a' && next <= 'z' || next == '/' || next == '_'
}

// location of a zone as logs write it. Abbreviations are ambiguous the world
// over; the common ones are taken for what PostgreSQL's Default set of
// timezone_abbreviations takes them for.
func (c *clock) location(zone []byte) *time.Location {
	if len(zone) < 2 {
		return c.unknown()
	}
	z := string(zone[1:])
	if z[0] == '+' || z[0] == '-' {
		var digits []int
		for i := 1; i < len(z); i++ {
			if z[i] != ':' {
				digits = append(digits, int(z[i]-'0'))
			}
		}
		if len(digits) < 2 {
			return c.unknown()
		}
		seconds := (digits[0]*10 + digits[1]) * 3600
		if len(digits) >= 4 {
			seconds += (digits[2]*10 + digits[3]) * 60
		}
		if z[0] == '-' {
			seconds = -seconds
		}
		return time.FixedZone(z, seconds)
	}
	if loc := c.byName(z); loc != nil {
		return loc
	}
	if c.zone != nil && z != "UTC" && z != "GMT" && z != "Z" {
		return c.zone
	}
	if h, ok := abbreviations[z]; ok {
		return time.FixedZone(z, int(h*3600))
	}
	return c.unknown()
}

// byName finds a zone such as Europe/Berlin, nil without one. No log names many.
func (c *clock) byName(z string) *time.Location {
	const most = 16
	if !strings.Contains(z, "/") {
		return nil
	}
	loc, known := c.named[z]
	if known || len(c.named) == most {
		return loc
	}
	if c.named == nil {
		c.named = map[string]*time.Location{}
	}
	loc, err := time.LoadLocation(z)
	if err != nil {
		loc = nil
	}
	c.named[z] = loc
	return loc
}

func (c *clock) unknown() *time.Location {
	if c.zone != nil {
		return c.zone
	}
	return time.UTC
}

// abbreviations, in hours east of Greenwich (PostgreSQL's tznames/Default).
var abbreviations = map[string]float64{
	"UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "EET": 2, "EEST": 3,
	"MSK": 3, "IST": 2, "SAST": 2, "EAT": 3, "PKT": 5, "ICT": 7, "WIB": 7, "HKT": 8, "SGT": 8, "AWST": 8, "JST": 9, "KST": 9,
	"AEST": 10, "AEDT": 11, "ACST": 9.5, "ACDT": 10.5, "NZST": 12, "NZDT": 13,
	"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
	"NST": -3.5, "NDT": -2.5, "AST": -4, "ADT": -3, "BRT": -3, "ART": -3, "CLT": -4,
}

// zoneOf loads --timezone.
func zoneOf(name string) (*time.Location, error) {
	if name == "" {
		return nil, nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("--timezone %q is unknown; write it like Europe/Berlin", name)
	}
	return loc, nil
}
