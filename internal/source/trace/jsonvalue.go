package trace

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"time"
)

// scalar is a string, or a number or boolean as it stands: writers disagree
// about 64-bit integers and enumerations. Anything else is "".
type scalar string

func (t *scalar) UnmarshalJSON(raw []byte) error {
	var s string
	switch {
	case len(raw) > 0 && raw[0] == '"':
		if err := json.Unmarshal(raw, &s); err != nil {
			return err
		}
	case len(raw) > 0 && raw[0] != '{' && raw[0] != '[' && string(raw) != "null":
		s = string(raw)
	}
	*t = scalar(s)
	return nil
}

// time returns µs since 1970 of a number in a unit or of a date (RFC 3339).
func (t scalar) time(perMicro float64) int64 {
	if len(t) > 10 && t[4] == '-' {
		return date(string(t))
	}
	return scale(string(t), perMicro)
}

// date returns µs since 1970, 0 when the text is no date.
func date(text string) int64 {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UnixMicro()
		}
	}
	return 0
}

// anyValue is a value of plain JSON.
type anyValue struct{ Value }

func (v *anyValue) UnmarshalJSON(raw []byte) error {
	raw = bytes.TrimSpace(raw)
	switch {
	case string(raw) == "null":
		v.Null = true
	case len(raw) > 0 && raw[0] == '[':
		var list []anyValue
		if err := json.Unmarshal(raw, &list); err != nil {
			return err
		}
		v.List = make([]Value, len(list))
		for i := range list {
			v.List[i] = list[i].Value
		}
	case len(raw) > 0 && raw[0] == '{':
	default:
		var s scalar
		if err := s.UnmarshalJSON(raw); err != nil {
			return err
		}
		v.Text = string(s)
	}
	return nil
}

// table is an object whose values are attributes. Anything else has none.
type table map[string]anyValue

func (t *table) UnmarshalJSON(raw []byte) error {
	var m map[string]anyValue
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
		if err := json.Unmarshal(raw, &m); err != nil {
			return err
		}
	}
	*t = m
	return nil
}

// attributes returns them by name, so that the order is the same every time.
func (t table) attributes() []Attribute {
	out := make([]Attribute, 0, len(t))
	for k, v := range t {
		out = append(out, Attribute{k, v.Value})
	}
	slices.SortFunc(out, func(a, b Attribute) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

// text returns a scalar, "" when there is none.
func (t table) text(key string) string { return t[key].Text }
