package index

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/apilint/apilint/analyzer/schema"
)

// The planner folds what is immutable and evaluates what is stable before it
// estimates: created_at > now() - interval '1 day' is a comparison with a
// constant. This is the arithmetic of dates and numbers that conditions are
// made of.

// folded is a value of an expression without columns.
type folded struct {
	kind    byte // 'n' number, 't' time, 'i' interval, 's' text
	number  float64
	time    time.Time
	months  int
	seconds float64 // days included
	text    string
}

// fold evaluates a deparsed expression; now is what now() means.
func fold(text string, now time.Time) (string, bool) {
	p := &folder{text: text, now: now}
	v, ok := p.sum(0)
	if !ok || strings.TrimSpace(p.text) != "" {
		return "", false
	}
	switch v.kind {
	case 'n':
		return strconv.FormatFloat(v.number, 'f', -1, 64), true
	case 't':
		return v.time.UTC().Format("2006-01-02 15:04:05.999999"), true
	case 's':
		return v.text, true
	}
	return "", false
}

// folder reads an expression from the left.
type folder struct {
	text string
	now  time.Time
}

// maxNesting bounds parentheses.
const maxNesting = 20

// next reports whether the text goes on with a token, and takes it.
func (p *folder) next(token string) bool {
	p.text = strings.TrimLeft(p.text, " ")
	if len(p.text) < len(token) || !strings.EqualFold(p.text[:len(token)], token) {
		return false
	}
	p.text = p.text[len(token):]
	return true
}

func (p *folder) sum(depth int) (folded, bool) {
	v, ok := p.product(depth)
	for ok {
		sign := 1.0
		switch {
		case p.next("+"):
		case p.next("-"):
			sign = -1
		default:
			return v, true
		}
		var o folded
		if o, ok = p.product(depth); ok {
			v, ok = v.plus(o, sign)
		}
	}
	return v, false
}

func (p *folder) product(depth int) (folded, bool) {
	v, ok := p.atom(depth)
	for ok && p.next("*") {
		var o folded
		o, ok = p.atom(depth)
		switch {
		case !ok:
		case v.kind == 'n' && o.kind == 'n':
			v.number *= o.number
		case v.kind == 'i' && o.kind == 'n':
			v.months, v.seconds = int(float64(v.months)*o.number), v.seconds*o.number
		case v.kind == 'n' && o.kind == 'i':
			v = folded{kind: 'i', months: int(float64(o.months) * v.number), seconds: o.seconds * v.number}
		default:
			ok = false
		}
	}
	return v, ok
}

func (v folded) plus(o folded, sign float64) (folded, bool) {
	switch {
	case v.kind == 'n' && o.kind == 'n':
		v.number += sign * o.number
	case v.kind == 't' && o.kind == 'i':
		v.time = v.time.AddDate(0, int(sign)*o.months, 0).Add(time.Duration(sign * o.seconds * float64(time.Second)))
	case v.kind == 't' && o.kind == 'n': // date + days
		v.time = v.time.AddDate(0, 0, int(sign*o.number))
	case v.kind == 'i' && o.kind == 'i':
		v.months, v.seconds = v.months+int(sign)*o.months, v.seconds+sign*o.seconds
	default:
		return v, false
	}
	return v, true
}

func (p *folder) atom(depth int) (v folded, ok bool) {
	if depth > maxNesting {
		return v, false
	}
	p.text = strings.TrimLeft(p.text, " ")
	switch {
	case p.text == "":
		return v, false
	case p.next("CAST("):
		if v, ok = p.sum(depth + 1); !ok || !p.next("AS ") {
			return v, false
		}
		end := strings.IndexByte(p.text, ')')
		if end < 0 {
			return v, false
		}
		v, ok = v.cast(p.text[:end])
		p.text = p.text[end+1:]
	case p.next("("):
		v, ok = p.sum(depth + 1)
		ok = ok && p.next(")")
	case p.text[0] == '\'':
		end := strings.IndexByte(p.text[1:], '\'')
		if end < 0 || strings.HasPrefix(p.text[end+2:], "'") {
			return v, false
		}
		v, ok = folded{kind: 's', text: p.text[1 : end+1]}, true
		p.text = p.text[end+2:]
	case p.next("date_trunc("):
		var unit folded
		unit, ok = p.atom(depth + 1)
		if ok = ok && p.next(","); ok {
			if v, ok = p.sum(depth + 1); ok {
				v, ok = v.truncated(unit.text)
			}
			ok = ok && p.next(")")
		}
	case p.next("now()"), p.next("statement_timestamp()"), p.next("clock_timestamp()"), p.next("transaction_timestamp()"), p.next("current_timestamp"), p.next("localtimestamp"):
		v, ok = folded{kind: 't', time: p.now}, !p.now.IsZero()
	case p.next("current_date"):
		v, ok = folded{kind: 't', time: p.now.Truncate(24 * time.Hour)}, !p.now.IsZero()
	default:
		n := 0
		for n < len(p.text) && (p.text[n] >= '0' && p.text[n] <= '9' || p.text[n] == '.' || n == 0 && p.text[n] == '-') {
			n++
		}
		number, err := strconv.ParseFloat(p.text[:n], 64)
		v, ok = folded{kind: 'n', number: number}, err == nil
		p.text = p.text[n:]
	}
	for ok && p.next("::") {
		n := 0
		for n < len(p.text) && (p.text[n] == '_' || p.text[n] == ' ' || p.text[n] >= 'a' && p.text[n] <= 'z' || p.text[n] >= 'A' && p.text[n] <= 'Z') {
			n++
		}
		if as := strings.Index(p.text[:n], " AS "); as >= 0 {
			n = as
		}
		v, ok = v.cast(strings.TrimSpace(p.text[:n]))
		p.text = p.text[n:]
	}
	return v, ok
}

func (v folded) cast(typ string) (folded, bool) {
	typ = strings.TrimSpace(strings.ToLower(typ))
	switch {
	case typ == "interval" && v.kind == 's':
		return interval(v.text)
	case strings.HasPrefix(typ, "interval ") && v.kind == 's': // '3'::interval month
		return interval(v.text + strings.TrimPrefix(typ, "interval"))
	case v.kind == 's' && (typ == "date" || strings.HasPrefix(typ, "timestamp")):
		s, ok := moment(v.text)
		return folded{kind: 't', time: time.UnixMicro(int64(s * 1e6)).UTC()}, ok
	case v.kind == 't' && typ == "date":
		v.time = v.time.Truncate(24 * time.Hour)
		return v, true
	case v.kind == 't' && strings.HasPrefix(typ, "timestamp"), v.kind == 'n' && slices.Contains([]string{"numeric", "integer", "int", "bigint", "double precision", "real"}, typ):
		return v, true
	case v.kind == 's' && (typ == "text" || strings.HasPrefix(typ, "character") || typ == "varchar"):
		return v, true
	}
	return v, false
}

func (v folded) truncated(unit string) (folded, bool) {
	if v.kind != 't' {
		return v, false
	}
	t := v.time.UTC()
	switch unit {
	case "year":
		t = time.Date(t.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	case "month":
		t = time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	case "week":
		t = t.Truncate(24*time.Hour).AddDate(0, 0, -(int(t.Weekday())+6)%7)
	case "day":
		t = t.Truncate(24 * time.Hour)
	case "hour":
		t = t.Truncate(time.Hour)
	case "minute":
		t = t.Truncate(time.Minute)
	default:
		return v, false
	}
	v.time = t
	return v, true
}

// interval reads the words of an interval: "1 day", "3 months 2 hours",
// "01:30:00".
func interval(text string) (folded, bool) {
	v := folded{kind: 'i'}
	words := strings.Fields(strings.ToLower(text))
	for i := 0; i < len(words); i++ {
		if h, m, ok := strings.Cut(words[i], ":"); ok {
			m, s, _ := strings.Cut(m, ":")
			hours, e1 := strconv.ParseFloat(h, 64)
			minutes, e2 := strconv.ParseFloat(m, 64)
			seconds, e3 := strconv.ParseFloat(s+"0", 64)
			if s == "" {
				seconds, e3 = 0, nil
			}
			if e1 != nil || e2 != nil || e3 != nil {
				return v, false
			}
			v.seconds += hours*3600 + minutes*60 + seconds
			continue
		}
		n, err := strconv.ParseFloat(words[i], 64)
		if err != nil || i+1 >= len(words) {
			return v, false
		}
		i++
		unit := strings.TrimSuffix(words[i], "s")
		switch unit {
		case "year":
			v.months += int(12 * n)
		case "mon", "month":
			v.months += int(n)
		case "week":
			v.seconds += n * 7 * 86400
		case "day":
			v.seconds += n * 86400
		case "hour":
			v.seconds += n * 3600
		case "min", "minute":
			v.seconds += n * 60
		case "sec", "second":
			v.seconds += n
		default:
			return v, false
		}
	}
	return v, len(words) > 0
}

// clock is what now() is taken to mean: when the statistics were gathered.
// Most times in a database are of the past, so that the middle one of the
// latest values of its columns is about that moment, whatever single columns
// hold of the future. Zero when there is none.
func clock(sch *schema.Schema) time.Time {
	if sch == nil {
		return time.Time{}
	}
	var latest []float64
	for _, t := range sch.Tables {
		for _, c := range t.Columns {
			if c.Stats == nil || !strings.HasPrefix(baseType(c.Type), "timestamp") {
				continue
			}
			last := ""
			if n := len(c.Stats.Histogram); n > 0 {
				last = c.Stats.Histogram[n-1]
			}
			if s, ok := moment(last); ok && s > 0 && s < 1e11 {
				latest = append(latest, s)
			}
		}
	}
	if len(latest) == 0 {
		return time.Time{}
	}
	slices.Sort(latest)
	return time.UnixMicro(int64(latest[len(latest)/2] * 1e6)).UTC()
}
