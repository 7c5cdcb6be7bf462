package envelope

import (
	"bytes"
	"strconv"
	"time"
)

// recordTime reads a time of an envelope, as text or as seconds, milli-, micro-
// or nanoseconds since 1970, and returns µs.
func recordTime(g Grammar, value []byte) (us int64, ok bool) {
	if n := isoLen(value); n > 0 {
		text := bytes.Replace(value[:n], []byte{','}, []byte{'.'}, 1)
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999-0700", "2006-01-02T15:04:05.999999999-07"} {
			if t, err := time.Parse(layout, string(text)); err == nil {
				return t.UnixMicro(), true
			}
		}
		return 0, false
	}
	if us, n := g.Time(value); n > 0 {
		return us, true
	}
	whole := digits(value)
	if whole == 0 || whole > 19 {
		return 0, false
	}
	n, err := strconv.ParseInt(string(value[:whole]), 10, 64)
	if err != nil {
		return 0, false
	}
	var rest int64
	if whole < len(value) {
		if value[whole] != '.' {
			return 0, false
		}
		rest = fraction(value[whole+1 : whole+1+digits(value[whole+1:])])
	}
	switch {
	case whole >= 18:
		return n / 1000, true
	case whole >= 15:
		return n, true
	case whole >= 12:
		return n*1000 + rest/1000, true
	case whole >= 9:
		return n*1e6 + rest, true
	}
	return 0, false
}

// appendTime writes a time as log lines have it.
func appendTime(b []byte, us int64) []byte {
	return time.UnixMicro(us).UTC().AppendFormat(b, "2006-01-02 15:04:05.000000 UTC")
}

// timed returns the first path but one whose values are times, "" if there is
// none.
func (s *survey) timed(but string) string {
	for _, p := range s.paths {
		if p.path == but || len(p.values) < s.records {
			continue
		}
		times := 0
		for _, v := range p.values {
			if _, n := s.grammar.Time([]byte(v)); n > 0 || isoLen([]byte(v)) > 0 {
				times++
			}
		}
		if times == len(p.values) {
			return p.path
		}
	}
	return ""
}

// textsFall reports whether the newest text comes first, by the times in them.
func (sh *shape) textsFall(s *survey, o Options) bool {
	p := syslogParser{grammar: o.Grammar, year: o.Until.Year()}
	var times []int64
	for _, text := range s.of(sh.text).values {
		times = append(times, p.lineTime([]byte(text)))
	}
	return fall(times)
}
