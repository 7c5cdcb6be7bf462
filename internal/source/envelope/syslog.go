package envelope

import (
	"bufio"
	"bytes"
	"io"
	"time"
)

// findSyslog tells the log of a syslog daemon.
func findSyslog(sample [][]byte, o Options) *envelope {
	p := syslogParser{grammar: o.Grammar, year: o.Until.Year()}
	numbered := func(line []byte) bool { n, _, m := chunkNumber(line); return n > 0 && m > 0 }
	bare := false
	if !wraps(sample, o.Grammar, func(line []byte) bool { _, ok := p.read(line); return ok }) {
		if bare = wraps(sample, o.Grammar, numbered); !bare {
			return nil
		}
	}
	var texts []byte
	strict, heroku := false, false
	for _, line := range sample {
		l, ok := syslogLine{text: line}, true
		if !bare {
			l, ok = p.read(line)
		}
		if !ok {
			continue
		}
		text, _, m, _ := l.piece()
		if m <= 1 && o.Logged(text) {
			strict = strict || l.named()
			heroku = heroku || begins(l.pid, "postgres.")
			texts = append(append(texts, firstOf(text)...), '\n')
		}
	}
	year := firstYear(sample, o)
	name := "syslog"
	if heroku {
		name = "heroku"
	}
	prefix := syslogPrefix(texts, o)
	return &envelope{name: name, stamp: prefix.stamp, open: func(src *bufio.Reader, left *leftover) io.Reader {
		in := &lines{src: src, longest: o.Longest}
		out := &output{}
		j := newSyslogJoiner(out, left, prefix, o)
		j.strict = strict
		p := syslogParser{grammar: o.Grammar, year: year}
		out.step = func() error {
			line, ok := in.next()
			if !ok {
				j.end()
				return in.err
			}
			if bare {
				j.take(&syslogLine{text: line, bare: true})
				return nil
			}
			l, ok := p.read(line)
			if !ok {
				j.more(line)
				return nil
			}
			j.take(&l)
			return nil
		}
		return out
	}}
}

// firstYear is the year of the first line: the last one in which it lies before
// the end of the input.
func firstYear(sample [][]byte, o Options) int {
	until := o.Until
	p := syslogParser{grammar: o.Grammar, year: until.Year()}
	for _, line := range sample {
		if l, ok := p.read(line); ok {
			if time.UnixMicro(l.at).After(until.AddDate(0, 0, 1)) {
				return until.Year() - 1
			}
			break
		}
	}
	return until.Year()
}

// firstOf returns the first line of a message that a daemon wrote as one.
func firstOf(text []byte) []byte {
	if i := bytes.Index(text, []byte("#012")); i >= 0 {
		return text[:i]
	}
	return text
}

// syslogForm is the log_line_prefix of what syslog carries, and what it lacks
// that syslog itself knows.
type syslogForm struct {
	prefix Prefix // nil unknown
	stamp  string
}

func syslogPrefix(texts []byte, o Options) syslogForm {
	var f syslogForm
	p := o.Prefix(texts)
	if p == nil {
		return f
	}
	f.prefix = p
	if p.Loose() {
		return f
	}
	if !timed(p) {
		f.stamp = "%m "
	}
	if !p.Has('p') && !p.Has('c') {
		f.stamp += "[%p] "
	}
	return f
}

// timed reports whether a prefix has the time.
func timed(p Prefix) bool { return p.Has('m') || p.Has('t') || p.Has('n') }
