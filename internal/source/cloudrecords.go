package source

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"io"
	"strings"
)

type reader = io.Reader

// item is a piece of a log out of one record.
type item struct {
	at      int64 // µs, 0 unknown
	key     []byte
	text    []byte // lines
	partial bool   // the last line goes on in the next item
}

// opener opens a stream of records as the log they hold.
func (sh *shape) opener(open func(src reader, left *leftover) records, o envelopeOptions) func(*bufio.Reader, *leftover) io.Reader {
	return func(src *bufio.Reader, left *leftover) io.Reader {
		out := &output{}
		x := &extractor{shape: sh, records: open(src, left), left: left}
		if sh.prefix != nil {
			x.match = &matcher{p: sh.prefix}
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
			s := newStreams(out, left, o.longest, sh.several)
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

// extractor makes items of records.
type extractor struct {
	*shape
	records records
	left    *leftover
	match   *matcher
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
	context, statement, pid    []byte
	host, ident, partial, last []byte
	tag                        []byte
	has                        bool
	columns                    []byte // as JSON
	severity, timestamp        bool
}

// next returns the next item; nil is a record without one.
func (x *extractor) next() (*item, error) {
	x.found = found{columns: x.found.columns[:0]}
	if err := x.records.read(x.visit); err != nil {
		return nil, err
	}
	f := &x.found
	if x.column && !f.severity || !x.column && !f.has {
		if f.has || x.name != "journald" || f.host == nil {
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
		x.it.at, _ = recordTime(f.time)
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
		base := x.level[:len(x.level)-len("errorLevel")]
		if string(path) == x.level {
			f.level = value
		} else if len(path) > len(base) && string(path[:len(base)]) == base {
			switch string(path[len(base):]) {
			case "prefix":
				f.prefix = value
			case "detail":
				f.detail = value
			case "context":
				f.context = value
			case "processId":
				f.pid = value
			case "timestamp":
				if f.time == nil {
					f.time = value
				}
			}
		}
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

// lines writes the text of a record, with the time where the prefix has none.
func (x *extractor) lines(f *found) {
	text := f.text
	ended := bytes.HasSuffix(text, []byte{'\n'})
	text = bytes.TrimSuffix(text, []byte{'\n'})
	x.it.partial = x.breaks && !ended || string(f.tag) == "P" || string(f.partial) == "true" && string(f.last) != "true"
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
	at, n := findSeverity(line)
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

// levelled writes the record of a cloud that keeps the parts of a message
// apart, as Azure does, or has nothing but the message.
func (x *extractor) levelled(f *found) {
	var head []byte
	message := f.text
	switch {
	case f.prefix != nil:
		head = f.prefix
	case x.match != nil && x.match.match(firstLine(message)):
		at, n := severityStart(message, x.match.head.text)
		head, message = message[:at], message[n:]
	case x.match == nil:
		head = append(appendTime(nil, x.it.at), ' ')
		if strings.Contains(x.stamp, "%p") {
			head = append(append(append(head, '['), f.pid...), "] "...)
		}
		message = withoutStart(message)
	default:
		x.b = appendIndented(x.b, message)
		return
	}
	level := f.level
	if len(level) == 0 {
		level = []byte("LOG")
	}
	part := func(word, text []byte) {
		if len(x.b) > 0 {
			x.b = append(x.b, '\n')
		}
		x.b = append(append(x.b, head...), word...)
		x.b = append(x.b, colon...)
		x.b = appendIndented(x.b, text)
	}
	part(level, message)
	for _, p := range []struct {
		word string
		text []byte
	}{{"DETAIL", f.detail}, {"CONTEXT", f.context}} {
		if len(p.text) > 0 {
			part([]byte(p.word), p.text)
		}
	}
}

func firstLine(s []byte) []byte {
	line, _, _ := bytes.Cut(s, []byte{'\n'})
	return line
}

// severityStart returns where the severity begins whose message begins at an
// offset, and that offset.
func severityStart(line []byte, text int) (at, n int) {
	at = min(text, len(line))
	end := at - len(colon)
	for start := max(end, 0); start >= max(0, end-longestSeverity); start-- {
		if severityOf(line[start:max(end, start)]) != sevNone && (start == 0 || !letter(line[start-1])) {
			return start, at
		}
	}
	return at, at
}

// withoutStart cuts the time and the session that may stand before a message.
func withoutStart(s []byte) []byte {
	n := timestampLen(s)
	if n == 0 {
		return s
	}
	n += zoneLen(s[n:])
	for n < len(s) && (s[n] == '-' || s[n] == ' ' || s[n] == ':') {
		n++
		if k := sessionIDLen(s[n:]); k > 0 {
			n += k
		}
	}
	return s[n:]
}

// appendIndented appends a text as it stands in the log: every further line
// begins with a TAB.
func appendIndented(b, text []byte) []byte {
	for {
		i := bytes.IndexByte(text, '\n')
		if i < 0 {
			return append(b, text...)
		}
		b = append(b, text[:i+1]...)
		if text = text[i+1:]; !begins(text, "\t") {
			b = append(b, '\t')
		}
	}
}

// columnKeys are the keys of jsonlog by the names of csvlog's columns.
var columnKeys = map[string]string{
	"timestamp": "timestamp", "log_time": "timestamp", "user_name": "user", "user": "user", "database_name": "dbname", "dbname": "dbname",
	"process_id": "pid", "pid": "pid", "session_id": "session_id", "virtual_transaction_id": "vxid", "vxid": "vxid",
	"error_severity": "error_severity", "sql_state_code": "state_code", "state_code": "state_code", "message": "message", "detail": "detail",
	"context": "context", "query": "statement", "statement": "statement", "application_name": "application_name", "backend_type": "backend_type",
}

// addColumn adds a column to the line of jsonlog that the record becomes.
func (x *extractor) addColumn(name, value []byte) {
	key, ok := columnKeys[string(name)]
	if !ok {
		return
	}
	f := &x.found
	switch key {
	case "error_severity":
		f.severity = true
	case "message":
		if x.text != x.columns+"message" {
			return
		}
	case "timestamp":
		if timestampLen(value) == 0 {
			at, ok := recordTime(value)
			if !ok {
				return
			}
			value = appendTime(nil, at)
		}
		f.timestamp = true
	case "statement", "context":
		if len(value) == 0 {
			return
		}
	}
	f.columns = appendMember(f.columns, key, value)
}

// columnsLine writes the line of jsonlog.
func (x *extractor) columnsLine(f *found) {
	if x.text != x.columns+"message" {
		f.columns = appendMember(f.columns, "message", f.text)
	}
	if !f.timestamp && x.it.at != 0 {
		f.columns = appendMember(f.columns, "timestamp", appendTime(nil, x.it.at))
	}
	x.b = append(append(append(x.b, '{'), f.columns...), '}')
}

// appendMember appends a key and a string to an object.
func appendMember(b []byte, key string, value []byte) []byte {
	if len(b) > 0 {
		b = append(b, ',')
	}
	b = append(append(append(b, '"'), key...), `":"`...)
	for _, c := range value {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\t':
			b = append(b, '\\', 't')
		case c < ' ':
			b = append(b, `\u00`...)
			b = append(b, "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// csvFields visits the rows of a table that was exported as CSV.
type csvFields struct {
	rows *csv.Reader
	head []string
}

func newCSVFields(src reader) records {
	r := csv.NewReader(src)
	r.ReuseRecord, r.FieldsPerRecord, r.LazyQuotes = true, -1, true
	c := &csvFields{rows: r}
	head, err := r.Read()
	if err == nil {
		for _, name := range head {
			c.head = append(c.head, strings.TrimSpace(strings.TrimPrefix(name, byteOrderMark)))
		}
	}
	return c
}

func (c *csvFields) read(f func(path, value []byte, text bool)) error {
	for {
		row, err := c.rows.Read()
		if _, broken := err.(*csv.ParseError); broken {
			continue
		}
		if err != nil {
			return err
		}
		for i, value := range row[:min(len(row), len(c.head))] {
			f([]byte(c.head[i]), []byte(value), true)
		}
		return nil
	}
}

// csvColumnsOf returns the names in the first line of a table that may hold a
// log, nil if it is none.
func csvColumnsOf(text []byte) []string {
	line := firstLine(text)
	if len(line) > 4096 || !bytes.ContainsAny(line, ",") {
		return nil
	}
	names, err := csv.NewReader(bytes.NewReader(line)).Read()
	if err != nil {
		return nil
	}
	for _, name := range names {
		for _, known := range textPaths {
			if strings.TrimSpace(name) == known && known != "1" {
				return names
			}
		}
	}
	return nil
}
