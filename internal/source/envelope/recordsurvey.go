package envelope

import (
	"slices"
	"strings"
)

// survey is what the records of a head have in common.
type survey struct {
	grammar Grammar
	records int
	paths   []surveyed
	index   map[string]int
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
	if text && s.grammar.Logged(value) {
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

// partNamed returns the path of a part of a message as Azure names it, below a
// base; "" if the records have none.
func (s *survey) partNamed(base, name string) string {
	for _, p := range s.paths {
		if below, ok := strings.CutPrefix(p.path, base); ok && partName([]byte(below[strings.LastIndexByte(below, '.')+1:]), name) {
			return p.path
		}
	}
	return ""
}

// partName compares a name with that of a part: Log Analytics writes it with
// other capitals, and its type after it.
func partName(name []byte, part string) bool {
	if len(name) > 2 && name[len(name)-2] == '_' {
		name = name[:len(name)-2]
	}
	return len(name) == len(part) && strings.EqualFold(string(name), part)
}

// textPaths are where shippers put a line, where they do not say that it is one
// of PostgreSQL.
var textPaths = []string{"textPayload", "log", "message", "@message", "MESSAGE", "event_message", "body", "msg", "line", "1"}

// shape decides, nil when no field holds a log.
func (s *survey) shape(containers []string, o Options) *shape {
	sh := &shape{grammar: o.Grammar}
	for _, p := range s.paths {
		if base, ok := strings.CutSuffix(p.path, "error_severity"); ok && (base == "" || strings.HasSuffix(base, ".")) {
			jsonlog := s.has("timestamp") && s.has("message") && !s.has("log_time")
			if base == "" && len(containers) == 1 && containers[0] == "" && (jsonlog || o.JSONLog) {
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
		if level := s.partNamed("", "errorlevel"); level != "" {
			sh.base = level[:strings.LastIndexByte(level, '.')+1]
			if message := s.partNamed(sh.base, "message"); message != "" {
				sh.text, sh.level = message, level
			}
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
