package envelope

import (
	"bytes"
	"time"
)

// syslogLine is one line that a syslog daemon wrote.
type syslogLine struct {
	host, ident, pid []byte
	at               int64 // µs, 0 unknown
	head             int   // length of what stands before text
	text             []byte
	bare             bool // there is no header, only a number
}

// read reads a line in the forms that daemons write: RFC 3164, with an
// ISO time, RFC 5424, as Heroku's router and journalctl write it.
func (p *syslogParser) read(line []byte) (l syslogLine, ok bool) {
	s := line
	if n := digits(s); n > 0 && n < 8 && n+1 < len(s) && s[n] == ' ' && s[n+1] == '<' {
		s = s[n+1:] // octet counting (RFC 6587)
	}
	modern := false
	if len(s) > 0 && s[0] == '<' {
		n := digits(s[1:])
		if n == 0 || n > 3 || len(s) <= n+2 || s[n+1] != '>' {
			return l, false
		}
		s = s[n+2:]
		if begins(s, "1 ") {
			modern = true
			s = s[2:]
		}
	}
	n := p.time(s, &l.at)
	if n == 0 || n >= len(s) || s[n] != ' ' {
		return l, false
	}
	s = s[n+1:]
	if modern {
		s, ok = l.modern(s)
	} else {
		s, ok = l.tag(s, p.grammar)
	}
	l.text = s
	l.head = len(line) - len(s)
	return l, ok
}

// time reads the time of a line and returns its length, 0 if there is none.
func (p *syslogParser) time(s []byte, at *int64) int {
	if n := isoLen(s); n > 0 {
		*at, _ = recordTime(p.grammar, s[:n])
		return n
	}
	if n := p.stamp(s, at); n > 0 {
		return n
	}
	if len(s) > 4 && s[3] == ' ' && letter(s[0]) && letter(s[2]) { // journalctl -o short-full: with the day of the week
		if us, n := p.grammar.Time(s[4:]); n > 0 {
			*at = us
			return 4 + n
		}
	}
	if us, n := epoch(s); n > 0 { // -o short-unix
		*at = us
		return n
	}
	if n := monotonicLen(s); n > 0 { // -o short-monotonic
		*at = 0
		return n
	}
	return 0
}

// syslogParser remembers what lines leave out.
type syslogParser struct {
	grammar Grammar
	year    int
	last    time.Time
	seen    [16]byte // the last stamp
	at      int64
}

var months = []string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}

// stamp reads "Nov 23 08:30:09", with a year after the day or a fraction after
// the second, in some daemons. It returns the length, 0 if there is none.
func (p *syslogParser) stamp(s []byte, at *int64) int {
	if len(s) < len("Nov 23 08:30:09") || s[3] != ' ' || s[0] < 'A' || s[0] > 'S' {
		return 0
	}
	if string(s[:15]) == string(p.seen[:15]) {
		*at = p.at
		return 15 + fractionLen(s[15:])
	}
	month := 0
	for i, m := range months {
		if string(s[:3]) == m {
			month = i + 1
		}
	}
	if month == 0 {
		return 0
	}
	i := 4
	if s[i] == ' ' {
		i++
	}
	n := digits(s[i:])
	if n == 0 || n > 2 {
		return 0
	}
	day := number(s[i : i+n])
	i += n
	if i >= len(s) || s[i] != ' ' {
		return 0
	}
	i++
	year := 0
	if n := digits(s[i:]); n == 4 && i+4 < len(s) && s[i+4] == ' ' {
		year = number(s[i : i+4])
		i += 5
	}
	const clock = "dd:dd:dd"
	if len(s) < i+len(clock) {
		return 0
	}
	for k := range len(clock) {
		if c := s[i+k]; clock[k] == 'd' && (c < '0' || c > '9') || clock[k] == ':' && c != ':' {
			return 0
		}
	}
	short := year == 0
	if short {
		year = p.year
	}
	t := time.Date(year, time.Month(month), day, number(s[i:i+2]), number(s[i+3:i+5]), number(s[i+6:i+8]), 0, time.UTC)
	if short && !p.last.IsZero() && t.Before(p.last.AddDate(0, -6, 0)) {
		p.year++ // a new year began
		t = t.AddDate(1, 0, 0)
	}
	if short {
		p.last = t
	}
	*at = t.UnixMicro()
	if short && i == 7 {
		copy(p.seen[:], s[:15])
		p.at = *at
	}
	i += len(clock)
	return i + fractionLen(s[i:])
}

func fractionLen(s []byte) int {
	if len(s) > 1 && s[0] == '.' {
		if n := digits(s[1:]); n > 0 {
			return 1 + n
		}
	}
	return 0
}

// tag reads "host postgres[123]: ": the host may be missing, and a word with the
// facility may stand before the name.
func (l *syslogLine) tag(s []byte, g Grammar) ([]byte, bool) {
	for words := 0; words < 4; words++ {
		s = bytes.TrimLeft(s, " ")
		end := bytes.IndexByte(s[:min(len(s), 256)], ' ')
		word := s
		if end >= 0 {
			word = s[:end]
		}
		if body, ok := bytes.CutSuffix(word, []byte{':'}); ok && len(body) > 0 {
			l.ident = body
			if open := bytes.IndexByte(body, '['); open >= 0 && bytes.HasSuffix(body, []byte{']'}) {
				l.ident, l.pid = body[:open], body[open+1:len(body)-1]
			}
			if !isProgram(l.ident) || !isProgram(l.pid) && l.pid != nil || isSeverity(g, l.ident) {
				return nil, false
			}
			if end < 0 {
				return nil, true
			}
			return s[end+1:], true
		}
		if end < 0 {
			return nil, false
		}
		if words == 0 {
			if len(word) == 0 || !letter(word[0]) && word[0] != ':' {
				return nil, false
			}
			l.host = word
		}
		s = s[end+1:]
	}
	return nil, false
}

// monotonicLen returns the length of "[   12.345678]", the time since the start
// of the machine.
func monotonicLen(s []byte) int {
	if !begins(s, "[") {
		return 0
	}
	n := 1
	for n < len(s) && s[n] == ' ' {
		n++
	}
	whole := digits(s[n:])
	n += whole
	if whole == 0 || n >= len(s) || s[n] != '.' {
		return 0
	}
	micro := digits(s[n+1:])
	n += 1 + micro
	if micro != 6 || n >= len(s) || s[n] != ']' {
		return 0
	}
	return n + 1
}

// isSeverity reports whether a word stands before messages rather than lines.
func isSeverity(g Grammar, word []byte) bool {
	at, _, _ := g.Severity(append(append([]byte(nil), word...), ":  "...))
	return at == 0
}

// epoch reads "1795422459.529" and returns µs.
func epoch(s []byte) (us int64, n int) {
	n = digits(s)
	if n < 9 || n > 11 || n >= len(s) || s[n] != '.' {
		return 0, 0
	}
	k := digits(s[n+1:])
	if k == 0 {
		return 0, 0
	}
	for _, c := range s[:n] {
		us = us*10 + int64(c-'0')
	}
	return us*1e6 + fraction(s[n+1:n+1+k]), n + 1 + k
}

// isProgram reports whether s can be the name of a program, or its process.
func isProgram(s []byte) bool {
	for i, c := range s {
		if (!letter(c) || c >= 0x80) && (i == 0 && c != '(' || !bytes.ContainsRune([]byte("-_./()@"), rune(c))) {
			return false
		}
	}
	return len(s) > 0
}

// modern reads what follows the time in RFC 5424: host, name, process, message
// id and structured data, which Heroku leaves out.
func (l *syslogLine) modern(s []byte) ([]byte, bool) {
	var words [4][]byte
	for i := range words {
		end := bytes.IndexByte(s, ' ')
		if end <= 0 {
			return nil, false
		}
		words[i], s = s[:end], s[end+1:]
		if i == 1 && begins(words[1], "d.") && len(words[1]) > 30 {
			end := bytes.IndexByte(s, ' ')
			if end <= 0 {
				return nil, false
			}
			words[1], s = s[:end], s[end+1:] // the drain's token stands before the name
		}
	}
	l.host, l.ident, l.pid = words[0], words[1], words[2]
	switch {
	case begins(s, "- "):
		s = s[2:]
	case string(s) == "-":
		s = nil
	default:
		s = s[structuredLen(s):]
	}
	s = bytes.TrimPrefix(s, []byte(byteOrderMark))
	if len(s) > 0 && s[0] == ' ' { // what stood behind the tag of RFC 3164: rsyslogd keeps it
		s = s[1:]
	}
	return s, true
}

// structuredLen is the length of structured data with the blank after it.
func structuredLen(s []byte) int {
	at := 0
	for at < len(s) && s[at] == '[' {
		if n, _, _ := chunkNumber(s[at:]); n > 0 {
			break
		}
		quoted := false
		end := -1
		for i := at + 1; i < len(s) && i < at+4096; i++ {
			if s[i] == '\\' {
				i++
			} else if s[i] == '"' {
				quoted = !quoted
			} else if s[i] == ']' && !quoted {
				end = i
				break
			}
		}
		if end < 0 {
			return at
		}
		at = end + 1
	}
	if at > 0 && at < len(s) && s[at] == ' ' {
		at++
	}
	return at
}

// chunkNumber reads "[3-2] " or "[3] ", which PostgreSQL sets before each piece
// of a message, and returns its length, 0 if there is none. m is 0 where the
// message is in one piece.
func chunkNumber(s []byte) (length int, n, m int) {
	if len(s) < 3 || s[0] != '[' {
		return 0, 0, 0
	}
	i := 1
	k := digits(s[i:])
	if k == 0 || k > 10 {
		return 0, 0, 0
	}
	n = number(s[i : i+k])
	i += k
	if i < len(s) && s[i] == '-' {
		k := digits(s[i+1:])
		if k == 0 || k > 9 {
			return 0, 0, 0
		}
		m = number(s[i+1 : i+1+k])
		i += 1 + k
	}
	if i >= len(s) || s[i] != ']' {
		return 0, 0, 0
	}
	i++
	if i < len(s) && s[i] == ' ' {
		i++
	}
	return i, n, m
}
