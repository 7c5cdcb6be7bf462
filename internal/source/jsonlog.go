package source

import (
	"bytes"

	"github.com/cespare/xxhash/v2"

	"github.com/apilint/apilint/internal/source/jsonscan"
)

// jsonReader reads jsonlog (PostgreSQL 15 and later): one object per line.
type jsonReader struct{}

func (jsonReader) split(b []byte) int { return bytes.LastIndexByte(b, '\n') + 1 }

func (jsonReader) begins([]byte) bool { return true }

func (jsonReader) scan(b *block, s *scanner) {
	line := b.line - 1
	for at := 0; at < len(b.data); {
		start := at
		text := b.data[at:]
		ends := false
		if nl := bytes.IndexByte(text, '\n'); nl >= 0 {
			text = text[:nl]
			at += nl + 1
			ends = true
		} else {
			at = len(b.data)
		}
		line++
		long := len(text) > b.longest
		if long {
			text = text[:b.longest]
		}
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		r := &s.record
		*r = record{line: line, offset: b.offset + int64(start)}
		whole := s.readObject(text, r)
		switch {
		case whole:
			s.take(r)
		case (long || !ends) && r.message != nil:
			r.short = true
			s.take(r)
		default:
			if long || !ends {
				s.cov.Truncated++
			}
			s.unreadable(line, text)
		}
	}
}

// readObject reads one line, false when it is no whole object. What was read
// before it broke off is in r.
func (s *scanner) readObject(b []byte, r *record) bool {
	j := jsonscan.Scanner{B: b}
	if !j.Skip('{') {
		return false
	}
	var pid []byte
	done := func() {
		if r.name == nil {
			r.name = pid
		}
		r.session = xxhash.Sum64(r.name)
	}
	defer done()
	if j.Skip('}') {
		return true
	}
	for {
		key, ok := j.Str()
		if !ok || !j.Skip(':') {
			return false
		}
		var into *[]byte
		switch string(key) {
		case "timestamp":
			value, ok := j.Str()
			if !ok {
				return false
			}
			r.at, _, r.timed = s.clock.read(value)
		case "error_severity":
			value, ok := j.Str()
			if !ok {
				return false
			}
			r.severity = severityOf(value)
		case "pid":
			pid = j.Scalar()
		case "user":
			into = &r.user
		case "dbname":
			into = &r.database
		case "session_id":
			into = &r.name
		case "vxid":
			into = &r.vxid
		case "message":
			into = &r.message
		case "detail":
			into = &r.detail
		case "context":
			into = &r.context
		case "statement":
			into = &r.statement
		case "application_name":
			into = &r.app
		default:
			if !j.Value(0) {
				return false
			}
		}
		if into != nil {
			value, ok := j.Text()
			*into = value
			if !ok {
				r.cut = into == &r.message
				return false
			}
		}
		if j.Skip('}') {
			return true
		}
		if !j.Skip(',') {
			return false
		}
	}
}
