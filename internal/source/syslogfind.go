package source

import (
	"bufio"
	"bytes"
	"io"
	"time"
)

// findSyslog tells the log of a syslog daemon.
func findSyslog(sample [][]byte, o envelopeOptions) *envelope {
	p := syslogParser{year: o.until.Year()}
	numbered := func(line []byte) bool { n, _, m := chunkNumber(line); return n > 0 && m > 0 }
	bare := false
	if !wraps(sample, func(line []byte) bool { _, ok := p.read(line); return ok }) {
		if bare = wraps(sample, numbered); !bare {
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
		if m <= 1 && isLogged(text) {
			strict = strict || l.named()
			heroku = heroku || begins(l.pid, "postgres.")
			texts = append(append(texts, firstOf(text)...), '\n')
		}
	}
	year := firstYear(sample, o.until)
	name := "syslog"
	if heroku {
		name = "heroku"
	}
	prefix := syslogPrefix(texts, o)
	return &envelope{name: name, stamp: prefix.stamp, open: func(src *bufio.Reader, left *leftover) io.Reader {
		in := &lines{src: src, longest: o.longest}
		out := &output{}
		j := newSyslogJoiner(out, left, prefix, o)
		j.strict = strict
		p := syslogParser{year: year}
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
func firstYear(sample [][]byte, until time.Time) int {
	p := syslogParser{year: until.Year()}
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
	match *matcher // nil unknown
	stamp string
}

func syslogPrefix(texts []byte, o envelopeOptions) syslogForm {
	var f syslogForm
	p := o.prefix(texts)
	if p == nil {
		return f
	}
	f.match = &matcher{p: p}
	if p.loose {
		return f
	}
	if !p.fields['m'] && !p.fields['t'] && !p.fields['n'] {
		f.stamp = "%m "
	}
	if !p.hasSession() {
		f.stamp += "[%p] "
	}
	return f
}
