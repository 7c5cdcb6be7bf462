package source

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"
)

// deriveLines is how many lines a prefix is derived from, deriveTexts how many
// derived settings are tried.
const (
	deriveLines = 200
	deriveTexts = 12
)

// derivePrefixes writes what stands before the severities of lines as settings
// of log_line_prefix, the most frequent first.
func derivePrefixes(lines [][]byte) []string {
	counts := map[string]int{}
	step := max(1, len(lines)/deriveLines)
	for i := 0; i < len(lines); i += step {
		at, _ := findSeverity(lines[i])
		if at <= 0 || at > 1024 {
			continue
		}
		for _, vague := range []bool{false, true} {
			d := deriver{s: lines[i][:at], vague: vague}
			counts[d.derive()]++
		}
	}
	var texts []string
	for t := range counts {
		texts = append(texts, t)
	}
	slices.SortFunc(texts, func(a, b string) int { return cmp.Or(-cmp.Compare(counts[a], counts[b]), cmp.Compare(a, b)) })
	texts = texts[:min(len(texts), deriveTexts)]
	// A process without a session has a shorter prefix: that is where %q stands.
	for _, short := range texts {
		for _, long := range texts {
			if len(short) < len(long) && strings.HasPrefix(long, short) {
				texts = append(texts, short+"%q"+long[len(short):])
			}
		}
	}
	return texts
}

// gluedPrefixes derives settings from lines in which nothing stands before the
// severity, as in "%m%p%u%d": times and numbers end by themselves, and the rest is
// one field.
func gluedPrefixes(lines [][]byte) []string {
	counts := map[string]int{}
	step := max(1, len(lines)/deriveLines)
	for i := 0; i < len(lines); i += step {
		if at := gluedSeverity(lines[i]); at > 0 {
			d := deriver{s: lines[i][:at], glued: true}
			counts[d.derive()]++
		}
	}
	texts := slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(-cmp.Compare(counts[a], counts[b]), cmp.Compare(a, b)) })
	return texts[:min(len(texts), deriveTexts)]
}

// gluedSeverity returns where a severity stands whose word has a letter before it,
// in a line that begins with a time; -1 without one.
func gluedSeverity(line []byte) int {
	if _, n := epoch(line); n == 0 && timestampLen(line) == 0 {
		return -1
	}
	i := bytes.Index(line[:min(len(line), 1024)], colon)
	if i < 0 {
		return -1
	}
	for at := max(i-longestSeverity, 1); at < i; at++ {
		if severityOf(line[at:i]) != sevNone {
			return at
		}
	}
	return -1
}

// deriver turns one line's prefix into a setting.
type deriver struct {
	s     []byte
	i     int
	vague bool // words without a key are taken for fields, not for literals
	glued bool // nothing stands between the fields
	out   strings.Builder
	used  [256]bool
}

func (d *deriver) derive() string {
	for d.i < len(d.s) {
		if !d.time(0) && !d.padded() && !d.pair() && !d.names() && !d.number() && !d.host() {
			d.word()
		}
	}
	return d.out.String()
}

// take writes an escape for the next n bytes.
func (d *deriver) take(kind byte, n int) bool {
	d.out.WriteByte('%')
	d.out.WriteByte(kind)
	d.used[kind] = true
	d.i += n
	return true
}

// literal copies the next n bytes.
func (d *deriver) literal(n int) {
	d.out.WriteString(strings.ReplaceAll(string(d.s[d.i:d.i+n]), "%", "%%"))
	d.i += n
}

// time reads a timestamp, an epoch or a session id; key is what was written
// before it.
func (d *deriver) time(key byte) bool {
	s := d.s[d.i:]
	if n := timestampLen(s); n > 0 {
		kind := byte('s')
		switch {
		case n > 19:
			kind = 'm'
		case key == 't' || key == 0 && !d.used['m'] && !d.used['t']:
			kind = 't'
		}
		return d.take(kind, n+zoneLen(s[n:]))
	}
	if d.i > 0 && letter(d.s[d.i-1]) {
		return false
	}
	if n := isoTimestampLen(s); n > 0 {
		return d.take('*', n) // a shipper's
	}
	if _, n := epoch(s); n > 0 {
		return d.take('n', n)
	}
	if n := sessionIDLen(s); n > 0 && hexDigits(s) >= 8 && !d.used['c'] {
		return d.take('c', n)
	}
	return false
}

// names reads user@database.
func (d *deriver) names() bool {
	s := d.s[d.i:]
	n := nameExtent(s)
	if n == 0 || n >= len(s) || s[n] != '@' || d.used['u'] {
		return false
	}
	k := nameExtent(s[n+1:])
	if k == 0 {
		return false
	}
	d.take('u', n)
	d.literal(1)
	return d.take('d', k)
}

// nameExtent is how long a name without blanks is; "[unknown]" is one too.
func nameExtent(s []byte) int {
	const unknown = "[unknown]"
	if bytes.HasPrefix(s, []byte(unknown)) {
		return len(unknown)
	}
	n := 0
	for n < len(s) && (letter(s[n]) || s[n] == '_' || s[n] == '-' || s[n] == '.') {
		n++
	}
	return n
}

// number reads process, line and transaction numbers by their place.
func (d *deriver) number() bool {
	if d.i > 0 && letter(d.s[d.i-1]) && !d.glued {
		return false
	}
	s := d.s[d.i:]
	sign := 0
	if len(s) > 1 && s[0] == '-' && d.i > 0 && (d.s[d.i-1] == ' ' || d.s[d.i-1] == '[') {
		sign = 1
	}
	n := digits(s[sign:])
	switch {
	case n == 0 || sign+n < len(s) && (letter(s[sign+n]) && !d.glued || s[sign+n] == '.'):
		return false
	case n >= 15:
		return d.take('Q', sign+n)
	case sign > 0:
		return false
	case n < len(s) && s[n] == '/' && digits(s[n+1:]) > 0:
		return d.take('v', n+1+digits(s[n+1:]))
	case n == 5 && string(s[:n]) == "00000" && !d.used['e']:
		return d.take('e', n)
	case !d.used['p'] && (d.i > 0 && d.s[d.i-1] == '[' || !bracketedNumber(s)):
		return d.take('p', n)
	case !d.used['p']:
		return d.take('*', n)
	case n == 1 && d.i > 0 && d.s[d.i-1] == '-' && d.used['l']:
		return false // [5-1], as syslog numbers the pieces
	case !d.used['l']:
		return d.take('l', n)
	case !d.used['x']:
		return d.take('x', n)
	}
	return d.take('*', n)
}

// bracketedNumber reports whether "[123]" stands in s: where there is one, it
// is the process.
func bracketedNumber(s []byte) bool {
	for {
		i := bytes.IndexByte(s, '[')
		if i < 0 {
			return false
		}
		s = s[i+1:]
		if n := digits(s); n > 0 && n < len(s) && s[n] == ']' {
			return true
		}
	}
}

// isoTimestampLen is the length of "2026-11-23T08:30:09.035003+00:00" at the
// start of s.
func isoTimestampLen(s []byte) int {
	if len(s) < 20 || s[10] != 'T' {
		return 0
	}
	var plain [19]byte
	copy(plain[:], s)
	plain[10] = ' '
	if timestampLen(plain[:]) == 0 {
		return 0
	}
	n := 19
	for n < len(s) && s[n] != ' ' && s[n] != '\t' && n < 40 {
		n++
	}
	return n
}

// host reads [local] and addresses, with or without the port.
func (d *deriver) host() bool {
	s := d.s[d.i:]
	n := len("[local]")
	if !bytes.HasPrefix(s, []byte("[local]")) {
		for n = 0; n < len(s) && (s[n] >= '0' && s[n] <= '9' || s[n] >= 'a' && s[n] <= 'f' || s[n] == '.' || s[n] == ':'); n++ {
		}
		if bytes.Count(s[:n], []byte{'.'}) != 3 && bytes.Count(s[:n], []byte{':'}) < 2 || d.i > 0 && letter(d.s[d.i-1]) {
			return false
		}
		if n = len(bytes.TrimRight(s[:n], ":")); n == 0 {
			return false
		}
	}
	if n < len(s) && s[n] == '(' {
		if k := digits(s[n+1:]); k > 0 && n+1+k < len(s) && s[n+1+k] == ')' {
			return d.take('r', n+k+2)
		}
	}
	if d.used['h'] {
		return d.take('*', n)
	}
	return d.take('h', n)
}

// word reads anything else.
func (d *deriver) word() {
	s := d.s[d.i:]
	n := nameExtent(s)
	switch {
	case n == 0:
		d.literal(1)
	case d.glued:
		d.take('*', len(s))
	case d.vague:
		d.take('*', n)
	default:
		d.literal(n)
	}
}
