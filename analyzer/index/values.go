package index

import (
	"time"

	"github.com/apilint/apilint/analyzer/query"
)

// values estimates a condition for each value it was given: its constant, or
// the values that were logged of its parameter, of which the mean is taken. f
// gets nil for an unknown value.
func (e *estimator) values(a *access, c *cond, f func(v *query.Value, text string) float64) float64 {
	if len(c.pred.Values) != 1 || c.kind == joined && c.pred.Join != nil {
		return f(nil, "")
	}
	v := &c.pred.Values[0]
	switch v.Kind {
	case query.Const:
		return f(v, v.Text)
	case query.Computed:
		if text, ok := fold(v.Text, e.moment(a.stmt)); ok {
			return f(v, text)
		}
	case query.Param:
		sum, n := 0.0, 0
		for _, text := range samples(a.stmt, v.Param) {
			sum += f(v, text)
			n++
		}
		if n > 0 {
			return sum / float64(n)
		}
	}
	return f(nil, "")
}

// moment is what now() was to the statement: when it was last seen to run, or
// when the statistics were gathered.
func (e *estimator) moment(st *Statement) time.Time {
	now := e.now
	if st != nil {
		for _, s := range st.Samples {
			if !s.Time.IsZero() && (now.IsZero() || s.Time.After(now)) {
				now = s.Time
			}
		}
	}
	return now
}

// samples lists what was logged of a parameter, NULLs left out.
func samples(st *Statement, param int) []string {
	if st == nil || param < 1 {
		return nil
	}
	var out []string
	for _, s := range st.Samples {
		if param > len(s.Params) || param <= len(s.Nulls) && s.Nulls[param-1] {
			continue
		}
		out = append(out, s.Params[param-1])
	}
	return out
}

// listLength is the number of probes of an IN or = ANY.
func listLength(a *access, c *cond) float64 {
	if c.pred.Op != query.In {
		return 1
	}
	if len(c.pred.Values) == 1 && c.pred.Values[0].Array {
		v := c.pred.Values[0]
		texts := []string{v.Text}
		if v.Kind == query.Param {
			texts = samples(a.stmt, v.Param)
		}
		sum, n := 0.0, 0.0
		for _, t := range texts {
			if n1, ok := arrayLength(t); ok {
				sum += n1
				n++
			}
		}
		if n > 0 {
			return max(1, sum/n)
		}
		return defaultArray
	}
	return max(1, float64(len(c.pred.Values)))
}

// arrayLength counts the members of an array literal without nested arrays.
func arrayLength(text string) (float64, bool) {
	if len(text) < 2 || text[0] != '{' || text[len(text)-1] != '}' {
		return 0, false
	}
	if len(text) == 2 {
		return 0, true
	}
	n, quoted := 1.0, false
	for i := 1; i < len(text)-1; i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			quoted = !quoted
		case ',':
			if !quoted {
				n++
			}
		}
	}
	return n, true
}
