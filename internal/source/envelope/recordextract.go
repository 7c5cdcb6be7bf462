package envelope

import (
	"bufio"
	"bytes"
	"io"
)

// item is a piece of a log out of one record.
type item struct {
	at      int64 // µs, 0 unknown
	key     []byte
	text    []byte // lines
	partial bool   // the last line goes on in the next item
}

// opener opens a stream of records as the log they hold.
func (sh *shape) opener(open func(src io.Reader, left *leftover) records, o Options) func(*bufio.Reader, *leftover) io.Reader {
	return func(src *bufio.Reader, left *leftover) io.Reader {
		out := &output{}
		x := &extractor{shape: sh, records: open(src, left), left: left}
		x.take = x.visit
		if j, ok := x.records.(*jsonFields); ok {
			x.long = func() bool { return j.long }
		}
		var take func(*item)
		var end func()
		switch {
		case sh.column:
			take, end = func(it *item) { out.line(it.text) }, func() {}
		case sh.name == "journald":
			j := newSyslogJoiner(out, left, sh.form, o)
			take, end = func(it *item) { j.takeItem(it) }, j.end
		default:
			s := newStreams(out, left, o, sh.several)
			take, end = func(it *item) { sh.deliver(s, it) }, s.end
		}
		if sh.newest {
			sorted := &sorter{limit: maxRun}
			out.step = func() error {
				if !sorted.full {
					sorted.end = x.all(sorted)
				}
				it, err := sorted.next()
				if err != nil {
					end()
					return err
				}
				take(it)
				return nil
			}
			return out
		}
		out.step = func() error {
			it, err := x.next()
			if err != nil {
				end()
				return err
			}
			if it != nil {
				take(it)
			}
			return nil
		}
		return out
	}
}

// deliver hands the lines of an item on.
func (sh *shape) deliver(s *streams, it *item) {
	rest := it.text
	for more := true; more; {
		var line []byte
		line, rest, more = bytes.Cut(rest, []byte{'\n'})
		s.take(it.key, line, it.partial && !more)
	}
}

// controlMessage begins what CloudWatch writes to see whether a subscription
// works.
const controlMessage = "CWL CONTROL MESSAGE:"

// extractor makes items of records.
type extractor struct {
	*shape
	records records
	take    func(path, value []byte, text bool) // visit
	long    func() bool                         // the record was too long to hold; nil: none is
	left    *leftover
	it      item
	key     []byte
	found   found
	b       []byte
	goesOn  bool // the last text had no end
}

// found are the fields of one record.
type found struct {
	text, time, key            []byte
	level, prefix, detail      []byte
	context, pid               []byte
	host, ident, partial, last []byte
	tag                        []byte
	has                        bool
	columns                    []byte // as JSON
	severity, timestamp        bool
	audit                      bool // it is pgaudit's, which CloudNativePG takes apart
}

// next returns the next item; nil is a record without one.
func (x *extractor) next() (*item, error) {
	x.found = found{columns: x.found.columns[:0]}
	if err := x.records.read(x.take); err != nil {
		return nil, err
	}
	f := &x.found
	if !x.column && begins(f.text, controlMessage) {
		x.left.foreign++
		return nil, nil
	}
	if x.column && (!f.severity || !f.has) || !x.column && !f.has {
		if f.severity && !f.audit {
			x.left.breaks(nil)
		} else if f.has || x.name != "journald" || f.host == nil {
			x.left.foreign++
		} else {
			x.left.missing++
		}
		return nil, nil
	}
	if f.key != nil {
		x.key = append(x.key[:0], f.key...)
	}
	x.it = item{key: x.key} // of the record before, if this one broke off
	if f.time != nil {
		x.it.at, _ = recordTime(x.grammar, f.time)
	}
	x.b = x.b[:0]
	switch {
	case x.column:
		x.columnsLine(f)
	case x.level != "":
		x.levelled(f)
	case x.name == "journald":
		x.b = append(x.b, f.host...)
		x.b = append(append(x.b, 0), f.ident...)
		x.b = append(append(x.b, 0), f.pid...)
		n := len(x.b)
		x.b = append(x.b, f.text...)
		x.it.key = x.b[:n]
		x.it.text = x.b[n:]
		return &x.it, nil
	default:
		x.lines(f)
	}
	x.it.text = x.b
	return &x.it, nil
}

// visit keeps what is needed of a field.
func (x *extractor) visit(path, value []byte, text bool) {
	f := &x.found
	if x.column && len(path) > len(x.columns) && string(path[:len(x.columns)]) == x.columns {
		x.addColumn(path[len(x.columns):], value)
		f.audit = f.audit || begins(path[len(x.columns):], "audit.")
	}
	if string(path) == x.text {
		if text {
			f.text, f.has = value, true
		}
		return
	}
	if x.time != "" && string(path) == x.time {
		f.time = value
	}
	if x.shape.key != "" && string(path) == x.shape.key {
		f.key = value
	}
	if x.level != "" {
		x.addPart(path, value)
		return
	}
	switch string(path) {
	case "logtag":
		f.tag = value
	case "partial_message", "CONTAINER_PARTIAL_MESSAGE":
		f.partial = value
	case "partial_last":
		f.last = value
	case "_HOSTNAME":
		f.host = value
	case "SYSLOG_IDENTIFIER":
		f.ident = value
	case "_COMM", "CONTAINER_NAME":
		if f.ident == nil {
			f.ident = value
		}
	case "SYSLOG_PID":
		f.pid = value
	case "_PID":
		if f.pid == nil {
			f.pid = value
		}
	}
}

// addPart keeps a part of a message that stands in a field of its own.
func (x *extractor) addPart(path, value []byte) {
	f := &x.found
	if string(path) == x.level {
		f.level = value
		return
	}
	if x.level == noLevel || len(path) <= len(x.base) || string(path[:len(x.base)]) != x.base || string(value) == "null" {
		return
	}
	switch name := path[len(x.base):]; {
	case partName(name, "prefix"):
		f.prefix = value
	case partName(name, "detail"):
		f.detail = value
	case partName(name, "context"):
		f.context = value
	case partName(name, "processid"):
		f.pid, _, _ = bytes.Cut(value, []byte{'.'}) // a number of Log Analytics may be 16940.0
	case partName(name, "timestamp") && f.time == nil:
		f.time = value
	}
}

// lines writes the text of a record, with the time where the prefix has none.
func (x *extractor) lines(f *found) {
	text := f.text
	ended := bytes.HasSuffix(text, []byte{'\n'})
	text = bytes.TrimSuffix(text, []byte{'\n'})
	x.it.partial = x.breaks && !ended && !(x.long != nil && x.long()) || string(f.tag) == "P" || string(f.partial) == "true" && string(f.last) != "true"
	goesOn := x.goesOn
	x.goesOn = x.it.partial
	for more := true; more; goesOn = false {
		var line []byte
		line, text, more = bytes.Cut(text, []byte{'\n'})
		line = bytes.TrimSuffix(line, []byte{'\r'})
		if x.stamp != "" && !goesOn && !continues(line) {
			x.b = append(appendTime(x.b, x.it.at), ' ')
		}
		if x.name == "gcp" && !goesOn {
			line = x.withoutFile(line)
		}
		x.b = append(x.b, line...)
		if more {
			x.b = append(x.b, '\n')
		}
	}
}

// withoutFile copies a line without the "[postgres.c:123]  " that AlloyDB sets
// before the message.
func (x *extractor) withoutFile(line []byte) []byte {
	at, n, _ := x.grammar.Severity(line)
	if at < 0 {
		return line
	}
	rest := line[at+n:]
	if len(rest) == 0 || rest[0] != '[' {
		return line
	}
	end := bytes.Index(rest[:min(len(rest), 128)], []byte("] "))
	if end < 0 || bytes.IndexByte(rest[:end], ' ') >= 0 {
		return line
	}
	dot, colon := bytes.LastIndexByte(rest[:end], '.'), bytes.LastIndexByte(rest[:end], ':')
	if dot < 0 || colon < dot || digits(rest[colon+1:end]) != end-colon-1 || end == colon+1 {
		return line
	}
	x.b = append(x.b, line[:at+n]...)
	return bytes.TrimLeft(rest[end+1:], " ")
}
