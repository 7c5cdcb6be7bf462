package source

import (
	"bytes"
	"cmp"
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

// deriver turns one line's prefix into a setting.
type deriver struct {
	s     []byte
	i     int
	vague bool // words without a key are taken for fields, not for literals
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

// keys are what people call the fields.
var keys = func() map[string]byte {
	m := map[string]byte{}
	for kind, words := range map[byte]string{
		'u': "u user usr username user_name role", 'd': "d db database dbname datname",
		'a': "a app application application_name appname program app_name",
		'h': "h host client ip addr remote_host client_addr", 'r': "r remote connection_source from conn",
		'p': "p pid process proc process_id backend_pid", 'l': "l line seq log_line lineno line_num session_line",
		'c': "c sess session session_id sid", 'x': "x xid tx txid trx_id tid trx", 'v': "v vxid vtid vx virtual_xid",
		'e': "e state sqlstate code sql_error_code sql_state err error_code", 'i': "i tag cmd command ps command_tag",
		'b': "b backend backend_type type", 'Q': "Q qid query_id queryid", 'P': "P leader leader_pid",
		't': "t m time ts timestamp log_time time_ms", 's': "s start session_start proc_start_time", 'n': "n epoch",
	} {
		for _, w := range strings.Fields(words) {
			m[w] = kind
		}
	}
	return m
}()

// pair reads key=value.
func (d *deriver) pair() bool {
	s := d.s[d.i:]
	n := 0
	for n < len(s) && (letter(s[n]) || s[n] == '_') {
		n++
	}
	if n == 0 || d.i > 0 && (letter(d.s[d.i-1]) || d.s[d.i-1] == '_') {
		return false
	}
	kind := keys[string(s[:n])]
	if kind == 0 {
		kind = keys[strings.ToLower(string(s[:n]))]
	}
	for n < len(s) && s[n] == ' ' {
		n++
	}
	if n >= len(s) || s[n] != '=' && (s[n] != ':' || kind == 0) {
		return false
	}
	n++
	for n+1 < len(s) && s[n] == ' ' && s[n+1] != ' ' && s[n-1] != ' ' && bytes.Contains(s[:n], []byte(" =")) {
		n++
	}
	closing := " ,;|)]}"
	if n < len(s) {
		if i := strings.IndexByte("\"'[(", s[n]); i >= 0 && (s[n] != '[' || kind != 'h' && kind != 'r') {
			closing = "\"'])"[i : i+1]
			n++
		} else if kind == 'h' || kind == 'r' {
			closing = " ,;|"
		}
	}
	d.literal(n)
	if d.time(kind) {
		return true
	}
	value := d.s[d.i:]
	value = value[:valueEnd(value, closing, kind)]
	if kind != 'h' && kind != 'r' {
		value = bytes.TrimRight(value, ":")
	}
	if kind == 'h' && bytes.HasSuffix(value, []byte(")")) {
		kind = 'r'
	}
	if kind == 0 || kind == 't' || kind == 's' || kind == 'n' || !conforms(kind, value) {
		kind = '*'
	}
	return d.take(kind, len(value))
}

// valueEnd is where the value of a key ends: at a delimiter. Names and command
// tags hold blanks: theirs is the delimiter before the next key.
func valueEnd(s []byte, closing string, kind byte) int {
	first := bytes.IndexAny(s, closing)
	if first < 0 {
		return len(s)
	}
	if len(closing) > 1 && (kind == 'a' || kind == 'b' || kind == 'i' || kind == 'u' || kind == 'd') {
		for end := first; end < len(s); {
			next := bytes.TrimLeft(s[end:], closing+"([{")
			n := nameExtent(next)
			if n > 0 && n < len(next) && next[n] == '=' {
				return end
			}
			i := bytes.IndexAny(s[end+1:], closing)
			if i < 0 {
				break
			}
			end += 1 + i
		}
	}
	return first
}

// padded reads a field with a width in brackets.
func (d *deriver) padded() bool {
	s := d.s[d.i:]
	end := bytes.IndexByte(s, ']')
	if s[0] != '[' || end < 2 || s[1] != ' ' && s[end-1] != ' ' {
		return false
	}
	d.literal(1)
	return d.take('*', end-1)
}

// conforms reports whether an escape can print value.
func conforms(kind byte, value []byte) bool {
	m := matcher{line: value}
	switch kind {
	case 'p', 'P', 'l', 'x', 'Q', 'c', 'v', 'e':
		return m.token(&element{kind: kind}, 0) == len(value)
	}
	return true
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
	if d.i > 0 && letter(d.s[d.i-1]) {
		return false
	}
	s := d.s[d.i:]
	sign := 0
	if len(s) > 1 && s[0] == '-' && d.i > 0 && (d.s[d.i-1] == ' ' || d.s[d.i-1] == '[') {
		sign = 1
	}
	n := digits(s[sign:])
	switch {
	case n == 0 || sign+n < len(s) && (letter(s[sign+n]) || s[sign+n] == '.'):
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
	case d.vague:
		d.take('*', n)
	default:
		d.literal(n)
	}
}
