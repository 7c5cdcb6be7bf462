package envelope

import (
	"bufio"
	"bytes"
	"io"
)

// NewestFirst is the name of the envelope that turns lines round.
const NewestFirst = "newest-first"

// findNewest tells lines that come with the newest first, by their times, and
// gives them in the order in which they were written. What is one record may
// stand in its own order, or be turned round as well.
func findNewest(sample [][]byte, o Options) *envelope {
	times := make([]int64, len(sample))
	p := syslogParser{grammar: o.Grammar, year: o.Until.Year()}
	for i, line := range sample {
		times[i] = p.lineTime(line)
	}
	if !fall(times) {
		return nil
	}
	together := o.keptTogether(sample, times)
	return &envelope{name: NewestFirst, open: func(src *bufio.Reader, left *leftover) io.Reader {
		return openNewest(src, left, o, together)
	}}
}

// fall reports whether times rather fall than rise: a few records of processes
// that wrote at the same time may be out of order in any log.
func fall(times []int64) bool {
	rising, falling := 0, 0
	var first, before int64
	for _, at := range times {
		switch {
		case at == 0:
			continue
		case before == 0:
			first = at
		case at > before:
			rising++
		case at < before:
			falling++
		}
		before = at
	}
	const second = 1_000_000
	return falling > 2*rising && (falling >= 3 || first-before > second)
}

// lineTime looks for the time of a line among its first words, 0 if it has none.
func (p *syslogParser) lineTime(line []byte) int64 {
	const words = 12
	if continuesRaw(line) {
		return 0
	}
	if begins(line, "{") { // jsonlog; in a text the quotes would have backslashes
		key := []byte(`"timestamp":"`)
		if i := bytes.Index(line[:min(len(line), 4096)], key); i >= 0 {
			us, _ := recordTime(p.grammar, line[i+len(key):])
			return us
		}
	}
	line = line[:min(len(line), 256)]
	var at int64
	for range words {
		if p.time(line, &at) > 0 && at != 0 {
			return at
		}
		if us, n := p.grammar.Time(line); n > 0 {
			return us
		}
		i := bytes.IndexAny(line, " \t\"[={|,")
		if i < 0 {
			return 0
		}
		line = line[i+1:]
	}
	return 0
}

// keptTogether reports whether the lines of a record stand in their own order:
// those that go on with it follow its first one.
func (o Options) keptTogether(sample [][]byte, times []int64) bool {
	after, before, untimed := 0, 0, 0
	for i, line := range sample {
		if len(line) == 0 {
			continue
		}
		if times[i] == 0 {
			untimed++
		}
		at, _, part := o.Severity(line)
		if at < 0 || !part || times[i] == 0 || i == 0 || i+1 == len(sample) {
			continue
		}
		// Two of one time do not tell.
		switch above, below := times[i-1] == times[i], times[i+1] == times[i]; {
		case above && !below:
			after++
		case below && !above:
			before++
		}
	}
	switch {
	case after != before:
		return after > before
	case len(sample) > 0 && (continuesRaw(sample[0]) || times[0] == 0):
		return false
	}
	return untimed > 0
}

// openNewest turns lines round, or records if they are kept together.
func openNewest(src *bufio.Reader, left *leftover, o Options, together bool) io.Reader {
	out := &output{}
	n := &turner{
		lines: &lines{src: src, longest: o.Longest}, left: left, longest: o.Longest,
		goesOn: func([]byte) bool { return false },
	}
	if together {
		r := recordEnds{times: syslogParser{grammar: o.Grammar, year: o.Until.Year()}}
		n.goesOn = r.goesOn
	}
	out.step = func() error {
		if !n.sorted.full {
			n.sorted = sorter{limit: maxRun, full: true}
			n.sorted.end = n.collect()
		}
		it, err := n.sorted.next()
		if err != nil {
			return err
		}
		out.line(it.text)
		return nil
	}
	return out
}

// turner keeps records until the last one, which was the first, is there.
type turner struct {
	lines   *lines
	left    *leftover
	longest int                    // bytes of a record that are kept
	goesOn  func(line []byte) bool // with the record of the line before
	sorted  sorter
}

// collect reads everything and returns how the input ended.
func (n *turner) collect() error {
	var record []byte
	any := false
	for {
		line, ok := n.lines.next()
		if !ok {
			break
		}
		if n.goesOn(line) && any {
			room := max(n.longest-len(record)-1, 0)
			if len(line) > room {
				n.left.breaks(line)
			}
			record = append(append(record, '\n'), line[:min(len(line), room)]...)
			continue
		}
		if any {
			if err := n.sorted.add(&item{text: record}); err != nil {
				return err
			}
		}
		record, any = append(record[:0], line...), true
	}
	if any {
		if err := n.sorted.add(&item{text: record}); err != nil {
			return err
		}
	}
	if err := n.sorted.finish(); err != nil {
		return err
	}
	return n.lines.err
}

// recordEnds tells where records end.
type recordEnds struct {
	times  syslogParser
	at     int64 // of the record
	row    bool  // it is one of csvlog
	quoted bool  // and ends within quotes
}

// goesOn reports whether a line belongs to the record before: it has no time, or
// it is a further part and has that of the record, or it stands within the
// quotes of a row of csvlog.
func (r *recordEnds) goesOn(line []byte) bool {
	odd := r.row && bytes.Count(line, []byte{'"'})%2 == 1
	if r.quoted {
		r.quoted = !odd
		return true
	}
	at := r.times.lineTime(line)
	if at == 0 {
		return true
	}
	if _, _, part := r.times.grammar.Severity(line); part && at == r.at && !r.row {
		return true
	}
	_, n := r.times.grammar.Time(line)
	r.at, r.row = at, n > 0 && begins(line[n:], ",")
	r.quoted = r.row && bytes.Count(line, []byte{'"'})%2 == 1
	return false
}
