package envelope

import (
	"bytes"
	"io"
	"slices"
	"strings"
)

// shape says where in the records of an input the log is.
type shape struct {
	name    string
	text    string // path of the log's text
	columns string // path of an object with the columns of csvlog or jsonlog, with its last dot
	column  bool   // there is one
	level   string // path of the severity, where it is not in the text
	base    string // that the paths of the other parts of a message have then, with its last dot
	time    string // path of the time, "" none
	key     string // path of who wrote it, "" none
	breaks  bool   // texts end with their line break: one without goes on in the next
	newest  bool   // the newest record comes first
	several bool   // there are several writers
	stamp   string // what the log_line_prefix lacks
	prefix  Prefix
	grammar Grammar
	form    syslogForm // of journald's messages
}

// noLevel is the path of a severity that no record has.
const noLevel = "\x00"

// records is a stream of records, whose fields are visited.
type records interface {
	// read visits the next record; an error is the end.
	read(f func(path, value []byte, text bool)) error
}

// jsonFields visits records of JSON.
type jsonFields struct {
	jsonRecords
	visitor visitor
}

func (j *jsonFields) read(f func(path, value []byte, text bool)) error {
	record, err := j.next()
	if err != nil {
		return err
	}
	j.visitor.columns = j.columns
	j.visitor.visit(record, f)
	return nil
}

// findRecordEnvelope tells whether a head holds records that hold a log.
func findRecordEnvelope(head []byte, o Options) *envelope {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte(byteOrderMark)), " \t\r\n")
	if len(text) == 0 {
		return nil
	}
	var open func(src io.Reader, left *leftover) records
	var containers []string
	comma := tableComma(text)
	switch {
	case bytes.IndexByte(text, '{') >= 0 && mostlyJSON(text):
		open = func(src io.Reader, left *leftover) records {
			return &jsonFields{jsonRecords: jsonRecords{grammar: o.Grammar, src: src, longest: o.Longest, left: left}}
		}
	case isExport(text):
		open = func(src io.Reader, left *leftover) records { return newJournalFields(src, o, left) }
	case isVerbose(text):
		open = func(src io.Reader, _ *leftover) records { return newVerboseFields(openLines(src, o)) }
	case isYAML(text):
		open = func(src io.Reader, left *leftover) records { return newYAMLFields(openLines(src, o), o, left) }
	case comma != 0:
		open = func(src io.Reader, left *leftover) records { return newCSVFields(src, comma, o, left) }
	default:
		return nil
	}
	var ignored leftover
	// Scanning unescapes in place.
	all := open(bytes.NewReader(bytes.Clone(text)), &ignored)
	s := survey{grammar: o.Grammar}
	for range maxSurveyed {
		s.begin()
		if all.read(s.visit) != nil {
			break
		}
		if j, ok := all.(*jsonFields); ok && !slices.Contains(containers, j.container) {
			containers = append(containers, j.container)
		}
	}
	sh := s.shape(containers, o)
	if sh == nil {
		return nil
	}
	sh.settle(&s, o)
	return &envelope{name: sh.name, stamp: sh.stamp, open: sh.opener(open, o)}
}

// mostlyJSON reports whether the head's lines are JSON, or it is one value.
func mostlyJSON(text []byte) bool {
	if text[0] == '{' || text[0] == '[' && (len(text) < 2 || isJSONStart(text[1:])) {
		return true
	}
	objects, other := 0, 0
	for _, line := range sampleLines(text) {
		switch {
		case len(line) == 0:
		case line[0] == '{':
			objects++
		default:
			other++
		}
	}
	return objects > other
}

// isJSONStart tells the start of an array from "[16940] LOG:  ...".
func isJSONStart(b []byte) bool {
	b = b[blank(b):]
	return len(b) == 0 || b[0] == '{' || b[0] == '[' || b[0] == '"'
}

// settle finds what else the records have.
func (sh *shape) settle(s *survey, o Options) {
	breaks := s.of(sh.text).breaks
	sh.breaks = breaks*2 > s.of(sh.text).n || sh.name == "docker" && breaks > 0
	base := sh.columns
	sh.key = s.first("logStreamName", "logging_pod", "kubernetes.pod_name", "kubernetes.pod.name", "resource.labels.database_id",
		"resource.labels.pod_name", "resource.labels.instance_id", "LogicalServerName", "pod", "container_id", "container_name", "stream")
	for _, path := range []string{
		"timestamp", "@timestamp", "time", "ts", "__REALTIME_TIMESTAMP", "timeUnixNano", "observedTimeUnixNano",
		"properties.timestamp", "TimeGenerated", "eventTimestamp", "receiveTimestamp", "date", "0", base + "timestamp", base + "log_time",
	} {
		if values := s.of(path).values; len(values) > 0 {
			if _, ok := recordTime(o.Grammar, []byte(values[0])); ok {
				sh.time = path
				break
			}
		}
	}
	if sh.time == "" {
		sh.time = s.timed(sh.text)
	}
	if sh.time != "" {
		sh.newest = timesFall(o.Grammar, s.of(sh.time).values)
	} else {
		sh.newest = sh.textsFall(s, o)
	}
	keys := s.of(sh.key).values
	sh.several = len(keys) > 1 && slices.ContainsFunc(keys, func(k string) bool { return k != keys[0] })
	if !sh.column {
		sh.complete(s, o)
	}
}

// timesFall reports whether times rather fall than rise.
func timesFall(g Grammar, times []string) bool {
	rising, falling := 0, 0
	var before int64
	for i, v := range times {
		at, ok := recordTime(g, []byte(v))
		if !ok {
			continue
		}
		switch {
		case i == 0 || before == 0 || at == before:
		case at > before:
			rising++
		default:
			falling++
		}
		before = at
	}
	return falling > rising
}

// complete finds what the log_line_prefix of the texts lacks and the records
// have.
func (sh *shape) complete(s *survey, o Options) {
	// No severity stands before such a message, which it always does in a line of
	// the log.
	bare := func(text string) bool {
		_, known := o.Message([]byte(text))
		return known
	}
	var lines []byte
	if sh.name == "journald" {
		for _, text := range s.of(sh.text).values {
			l := syslogLine{text: []byte(text)}
			if piece, _, m, _ := l.piece(); m <= 1 && o.Logged(piece) {
				lines = append(append(lines, firstLine(piece)...), '\n')
			}
		}
		sh.form = syslogPrefix(lines, o)
		sh.stamp = sh.form.stamp
		return
	}
	for _, text := range s.of(sh.text).values {
		if sh.level != "" {
			text, _, _ = strings.Cut(text, "\n")
		}
		lines = append(append(lines, strings.TrimSuffix(text, "\n")...), '\n')
	}
	if sh.level != "" && s.partNamed(sh.base, "prefix") != "" {
		return // it stands in a field of its own
	}
	p := o.Prefix(lines)
	if texts := s.of(sh.text).values; sh.level == "" && p == nil && len(texts) > 0 && !slices.ContainsFunc(texts, func(t string) bool { return o.Logged([]byte(t)) }) &&
		slices.ContainsFunc(texts, bare) {
		sh.level = noLevel // they are all of the log
	}
	if sh.level != "" && slices.ContainsFunc(s.of(sh.text).values, bare) {
		p = nil
	}
	sh.prefix = p
	switch {
	case sh.level != "" && p == nil:
		sh.stamp = "%m "
		if sh.level != noLevel && s.partNamed(sh.base, "processid") != "" {
			sh.stamp += "[%p] "
		}
	case p != nil && !p.Loose() && sh.time != "" && !timed(p):
		sh.stamp = "%m "
	}
}
