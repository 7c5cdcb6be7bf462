package source

import (
	"bytes"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer/workload"
)

// shape says where in the records of an input the log is.
type shape struct {
	name    string
	text    string // path of the log's text
	columns string // path of an object with the columns of csvlog or jsonlog, with its last dot
	column  bool   // there is one
	level   string // path of the severity, where it is not in the text
	time    string // path of the time, "" none
	key     string // path of who wrote it, "" none
	breaks  bool   // texts end with their line break: one without goes on in the next
	newest  bool   // the newest record comes first
	several bool   // there are several writers
	stamp   string // what the log_line_prefix lacks
	prefix  *prefix
	form    syslogForm // of journald's messages
}

// records is a stream of records, whose fields are visited.
type records interface {
	// read visits the next record; an error is the end.
	read(f func(path, value []byte, text bool)) error
}

// jsonFields visits records of JSON.
type jsonFields struct{ jsonRecords }

func (j *jsonFields) read(f func(path, value []byte, text bool)) error {
	record, err := j.next()
	if err != nil {
		return err
	}
	visitFields(record, f)
	return nil
}

// findRecordEnvelope tells whether a head holds records that hold a log.
func findRecordEnvelope(head []byte, o envelopeOptions) *envelope {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte(byteOrderMark)), " \t\r\n")
	if len(text) == 0 {
		return nil
	}
	var open func(src reader, left *leftover) records
	var containers []string
	switch {
	case bytes.IndexByte(text, '{') >= 0 && mostlyJSON(text):
		open = func(src reader, left *leftover) records {
			return &jsonFields{jsonRecords{src: src, longest: o.longest, left: left}}
		}
	case csvColumnsOf(text) != nil:
		open = func(src reader, _ *leftover) records { return newCSVFields(src) }
	default:
		return nil
	}
	var ignored leftover
	// Scanning unescapes in place.
	all := open(bytes.NewReader(bytes.Clone(text)), &ignored)
	s := survey{}
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

// bareMessage reports whether no severity stands before a message, which it
// always does in a line of the log.
func bareMessage(text string) bool {
	return readMessage(withoutStart([]byte(text))).kind != workload.KindOther
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

// survey is what the records of a head have in common.
type survey struct {
	records int
	paths   []surveyed
	index   map[string]int
	texts   map[string]bool // paths of the record
}

type surveyed struct {
	path   string
	n      int
	logged int // texts that are lines of a log
	breaks int // texts that end with a line break
	values []string
}

// Bounds of a survey.
const (
	maxSurveyed   = 500 // records
	maxPaths      = 1000
	maxSampleText = 4 << 10
)

func (s *survey) begin() {
	s.records++
	if s.index == nil {
		s.index = map[string]int{}
	}
}

func (s *survey) visit(path, value []byte, text bool) {
	i, ok := s.index[string(path)]
	if !ok {
		if len(s.paths) >= maxPaths {
			return
		}
		i = len(s.paths)
		s.paths = append(s.paths, surveyed{path: string(path)})
		s.index[string(path)] = i
	}
	p := &s.paths[i]
	p.n++
	if text && isLogged(value) {
		p.logged++
	}
	if begins(value[max(len(value)-1, 0):], "\n") {
		p.breaks++
	}
	p.values = append(p.values, string(value[:min(len(value), maxSampleText)]))
}

func (s *survey) has(path string) bool { _, ok := s.index[path]; return ok }

func (s *survey) of(path string) *surveyed {
	if i, ok := s.index[path]; ok {
		return &s.paths[i]
	}
	return &surveyed{}
}

// first returns the first of paths that the records have.
func (s *survey) first(paths ...string) string {
	for _, p := range paths {
		if s.has(p) {
			return p
		}
	}
	return ""
}

// textPaths are where shippers put a line, where they do not say that it is one
// of PostgreSQL.
var textPaths = []string{"textPayload", "log", "message", "@message", "MESSAGE", "event_message", "body", "msg", "line", "1"}

// shape decides, nil when no field holds a log.
func (s *survey) shape(containers []string, o envelopeOptions) *shape {
	sh := &shape{}
	for _, p := range s.paths {
		if base, ok := strings.CutSuffix(p.path, "error_severity"); ok && (base == "" || strings.HasSuffix(base, ".")) {
			jsonlog := s.has("timestamp") && s.has("message") && !s.has("log_time")
			if base == "" && len(containers) == 1 && containers[0] == "" && (jsonlog || o.jsonlog) {
				return nil // PostgreSQL's own
			}
			if sh.text = s.first(base+"message", "event_message", "body"); sh.text != "" {
				sh.columns, sh.column = base, true
				break
			}
		}
	}
	if !sh.column {
		most := 0
		for _, p := range s.paths {
			if p.logged > most {
				sh.text, most = p.path, p.logged
			}
		}
		if base, ok := strings.CutSuffix(s.first("properties.errorLevel", "errorLevel"), "errorLevel"); ok && s.has(base+"message") {
			sh.text, sh.level = base+"message", base+"errorLevel"
		}
	}
	sh.name = s.name(sh, containers)
	if sh.text == "" {
		if sh.name == "json" {
			return nil
		}
		if sh.text = s.first(textPaths...); sh.text == "" {
			return nil
		}
	}
	return sh
}

// name tells who wrote the records.
func (s *survey) name(sh *shape, containers []string) string {
	in := func(name string) bool { return slices.Contains(containers, name) }
	switch {
	case s.has("MESSAGE") && s.first("__REALTIME_TIMESTAMP", "_HOSTNAME", "SYSLOG_IDENTIFIER", "_PID") != "":
		return "journald"
	case in("logRecords") || in("logs") && s.has("timeUnixNano"):
		return "otlp-logs"
	case in("logEvents") || s.first("@message", "ingestionTime", "eventId") != "" && sh.text != "":
		return "cloudwatch"
	case s.first("textPayload", "jsonPayload.message", "insertId", "logName") != "" && s.first("resource.type", "insertId") != "":
		return "gcp"
	case sh.level != "":
		return "azure"
	case s.has("event_message"):
		return "supabase"
	case s.has("logging_pod") || strings.HasPrefix(sh.columns, "record.") && s.has("logger"):
		return "cloudnativepg"
	case s.has("log") && s.has("stream") && s.has("time"):
		return "docker"
	}
	return "json"
}

// settle finds what else the records have.
func (sh *shape) settle(s *survey, o envelopeOptions) {
	breaks := s.of(sh.text).breaks
	sh.breaks = breaks*2 > s.of(sh.text).n || sh.name == "docker" && breaks > 0
	base := sh.columns
	sh.key = s.first("logStreamName", "logging_pod", "kubernetes.pod_name", "kubernetes.pod.name", "resource.labels.database_id",
		"resource.labels.pod_name", "resource.labels.instance_id", "LogicalServerName", "pod", "container_id", "container_name", "stream")
	for _, path := range []string{"timestamp", "@timestamp", "time", "ts", "__REALTIME_TIMESTAMP", "timeUnixNano", "observedTimeUnixNano",
		"properties.timestamp", "TimeGenerated", "eventTimestamp", "receiveTimestamp", "date", "0", base + "timestamp", base + "log_time"} {
		if values := s.of(path).values; len(values) > 0 {
			if _, ok := recordTime([]byte(values[0])); ok {
				sh.time = path
				break
			}
		}
	}
	rising, falling := 0, 0
	var before int64
	for i, v := range s.of(sh.time).values {
		at, ok := recordTime([]byte(v))
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
	sh.newest = falling > rising
	keys := s.of(sh.key).values
	sh.several = len(keys) > 1 && slices.ContainsFunc(keys, func(k string) bool { return k != keys[0] })
	if sh.column {
		return
	}
	var lines []byte
	if sh.name == "journald" {
		for _, text := range s.of(sh.text).values {
			l := syslogLine{text: []byte(text)}
			if piece, _, m, _ := l.piece(); m <= 1 && isLogged(piece) {
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
	if sh.level != "" && s.has(strings.TrimSuffix(sh.level, "errorLevel")+"prefix") {
		return // it stands in a field of its own
	}
	p := o.prefix(lines)
	if texts := s.of(sh.text).values; sh.level == "" && p == nil && len(texts) > 0 && !slices.ContainsFunc(texts, func(t string) bool { return isLogged([]byte(t)) }) &&
		slices.ContainsFunc(texts, bareMessage) {
		sh.level = "errorLevel" // which no record has: they are all of the log
	}
	if sh.level != "" && slices.ContainsFunc(s.of(sh.text).values, bareMessage) {
		p = nil
	}
	sh.prefix = p
	switch {
	case sh.level != "" && p == nil:
		sh.stamp = "%m "
		if s.has(strings.TrimSuffix(sh.level, "errorLevel") + "processId") {
			sh.stamp += "[%p] "
		}
	case p != nil && !p.loose && sh.time != "" && !p.fields['m'] && !p.fields['t'] && !p.fields['n']:
		sh.stamp = "%m "
	}
}
