package source

import (
	"bytes"
	"math"
	"slices"
)

// knownPrefixes are settings in the wild: PostgreSQL's default, Debian's, those
// of manuals and of hosting providers.
var knownPrefixes = []string{
	"%m [%p] ",                  // default since PostgreSQL 10
	"%m [%p] %q%u@%d ",          // Debian and Ubuntu
	"%m [%p] %c %l %q%u@%d/%a ", // our README
	"%t [%p-%l] %q%u@%d ",
	"%t [%p] %q%u@%d %h ",
	"%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ", // pgBadger's manual
	"%t [%p]: [%l-1] %quser=%u,db=%d,app=%a,client=%h ",
	"%t [%p]: [%l-1] user=%u,db=%d ",
	"%t [%p]: [%l-1] user=%u,db=%d - PG-%e ",
	"%t [%p]: [%l-1] [trx_id=%x] user=%u,db=%d ",
	"%t [%p]: ",
	"%t ",
	"%m ",
	"%t:%r:%u@%d:[%p]:", // Amazon RDS and Aurora
	"%t-%c-",            // Azure Database, single server
	"%m [%p] %q[user=%u,db=%d,app=%a] ",
	"%m [%p] [user=%u,db=%d,app=%a] ",
	"%m [%p] %q[user=%u,db=%d,app=%a,host=%h] ",
	"[%p]: [%l-1] db=%d,user=%u ", // Google Cloud SQL
	"%m [%p]: [%l-1] db=%d,user=%u ",
	"%m [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
	"%m [%p][%v] : [%l-1] %q[app=%a] ",
	"%m [%p][%b][%v][%x] %q[user=%u,db=%d,app=%a] ",
	"%m %r %u %a [%c] [%p] ",
	"pid=%p,user=%u,db=%d,app=%a,client=%h ",
	"user=%u,db=%d,app=%a,client=%h ",
	"%p-%s-%c-%l-%h-%u-%d-%m ",
	" sql_error_code = %e ", // Heroku
	` sql_error_code = %e time_ms = "%m" pid="%p" proc_start_time="%s" session_id="%c" vtid="%v" tid="%x" log_line="%l" %qdatabase="%d" connection_source="%r" user="%u" application_name="%a" `,
	"",
}

// guessLines is how many lines of the head are tried.
const guessLines = 2000

// prefix finds the log_line_prefix of a log by its head: the one that was given
// by hand, else the known one that most lines begin with, else one that is
// derived from the lines, else whatever stands before the severities. rate is
// the share of lines that it matches, among those that should. It is nil when
// no line matches.
func (r *reading) prefix(head []byte) (p *prefix, rate float64) {
	lines := headLines(bytes.TrimPrefix(head, []byte(byteOrderMark)))
	if r.o.Prefix != "" {
		p = compilePrefix(r.stamp + r.o.Prefix)
		f := fitOf(p, lines)
		if f.matched == 0 {
			return nil, 0
		}
		return p, f.rate(len(lines))
	}
	known := knownPrefixes
	if r.stamp != "" {
		known = slices.Clone(known)
		for _, text := range knownPrefixes {
			known = append(known, r.stamp+text)
		}
	}
	best, bestFit := bestPrefix(known, lines)
	if bestFit.sound() < severe(lines) {
		if derived, fit := bestPrefix(derivePrefixes(lines), lines); fit.better(bestFit) && fit.sound() > bestFit.sound() {
			best, bestFit = derived, fit
		}
	}
	if best == nil {
		best, bestFit = bestPrefix(gluedPrefixes(lines), lines)
	}
	if bestFit.matched*10 < severe(lines)*9 {
		loose := &prefix{loose: true}
		if fit := fitOf(loose, lines); fit.matched*8 > bestFit.matched*10 {
			best, bestFit = loose, fit
			loose.fields['p'], loose.fields['c'] = fit.processes, fit.sessions
		}
	}
	if bestFit.matched == 0 {
		return nil, 0
	}
	return best, bestFit.rate(len(lines))
}

// unseparated reports whether a head in which no severity stands for itself is one
// of a log all the same: by the prefix that was given, or since half of the lines
// begin with the fields of one.
func (r *reading) unseparated(head []byte) bool {
	if r.o.Prefix == "" && len(gluedPrefixes(headLines(head))) == 0 {
		return false
	}
	p, rate := r.prefix(head)
	return p != nil && (r.o.Prefix != "" || rate >= .5)
}

// headLines returns the lines of the head that should begin with a prefix.
func headLines(head []byte) [][]byte {
	var lines [][]byte
	for len(lines) < guessLines {
		line, rest, more := bytes.Cut(head, []byte{'\n'})
		if !more && len(lines) > 0 {
			break // the head ends in the middle of it
		}
		line = bytes.TrimSuffix(line, []byte{'\r'})
		if !continues(line) {
			lines = append(lines, line)
		}
		if !more {
			break
		}
		head = rest
	}
	return lines
}

// severe counts the lines that hold a severity.
func severe(lines [][]byte) int {
	n := 0
	for _, line := range lines {
		if at, _ := findSeverity(line); at >= 0 {
			n++
		}
	}
	return n
}

// fit is how well a prefix matches the head.
type fit struct {
	matched   int
	torn      int // of them those whose process had another user or database before, or whose names hold fields
	whole     int // of them those that did not end at %q
	fields    int
	vague     int // fields that tell nothing
	processes bool
	sessions  bool
}

func (f fit) rate(lines int) float64 {
	return math.Round(float64(f.matched)/float64(max(lines, 1))*1000) / 1000
}

// sound is how many lines were read as one would expect. A process keeps its
// user and database: where they change all the time, other fields are taken for
// parts of them.
func (f fit) sound() int { return f.matched - f.torn }

// better orders fits: more lines, then more lines as a whole, then what tells
// more.
func (f fit) better(o fit) bool {
	switch {
	case f.sound() != o.sound():
		return f.sound() > o.sound()
	case f.whole != o.whole:
		return f.whole > o.whole
	case f.fields != o.fields:
		return f.fields > o.fields
	}
	return f.vague < o.vague
}

func fitOf(p *prefix, lines [][]byte) (f fit) {
	m := matcher{p: p}
	owners := map[string]string{} // by process; the head bounds them
	for _, line := range lines {
		if !m.match(line) {
			continue
		}
		f.matched++
		if holdsFields(m.head.user) || holdsFields(m.head.database) {
			f.torn++
			continue
		}
		if m.head.pid != nil && len(m.head.user) > 0 && string(m.head.user) != "[unknown]" {
			owner := string(m.head.user) + "\x00" + string(m.head.database)
			if was, known := owners[string(m.head.pid)]; known && was != owner {
				f.torn++
			}
			owners[string(m.head.pid)] = owner
		}
		if !m.head.quit {
			f.whole++
		}
		f.processes = f.processes || m.head.pid != nil
		f.sessions = f.sessions || m.head.session != nil
	}
	for _, e := range p.elements {
		switch e.kind {
		case 0, 'q':
		case '*':
			f.vague++
		default:
			f.fields++
		}
	}
	return f
}

// holdsFields reports whether a name is rather several fields of a prefix that
// names more than this one does: "app app=web line=1".
func holdsFields(name []byte) bool {
	blank := bytes.IndexByte(name, ' ')
	return blank >= 0 && bytes.IndexByte(name[blank:], '=') >= 0
}

func bestPrefix(texts []string, lines [][]byte) (best *prefix, bestFit fit) {
	for _, text := range texts {
		p := compilePrefix(text)
		if f := fitOf(p, lines); f.matched > 0 && (best == nil || f.better(bestFit)) {
			best, bestFit = p, f
		}
	}
	return best, bestFit
}
