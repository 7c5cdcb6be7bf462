package schema

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// parseArray reads the text form of an array, as array_out prints it:
// {a,"b c","say \"no\"",NULL}, with or without bounds before it. An element
// that is itself an array is returned as text. null tells which elements are
// NULL; it is nil if none is.
func parseArray(s string) (values []string, null []bool, err error) {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "[") {
		_, rest, ok := strings.Cut(s, "=")
		if !ok {
			return nil, nil, errArray
		}
		s = rest
	}
	if len(s) < 2 || s[0] != '{' || s[len(s)-1] != '}' {
		return nil, nil, errArray
	}
	s = s[1 : len(s)-1]
	for i := 0; i < len(s); {
		value, quoted, next, err := element(s, i)
		if err != nil {
			return nil, nil, err
		}
		isNull := !quoted && strings.EqualFold(value, "null")
		if isNull && null == nil {
			null = make([]bool, len(values))
		}
		if null != nil {
			null = append(null, isNull)
		}
		values = append(values, value)
		if next == len(s) {
			break
		}
		if s[next] != ',' || next+1 == len(s) {
			return nil, nil, errArray
		}
		i = next + 1
	}
	return values, null, nil
}

var errArray = errors.New("not an array in PostgreSQL's form")

// element reads one element from i on and returns where the comma after it is.
func element(s string, i int) (value string, quoted bool, next int, err error) {
	for i < len(s) && s[i] == ' ' {
		i++
	}
	if i < len(s) && s[i] == '"' {
		value, i, err = quotedElement(s, i+1)
		if err != nil {
			return "", false, 0, err
		}
		for i < len(s) && s[i] == ' ' {
			i++
		}
		return value, true, i, nil
	}
	var b strings.Builder
	depth, inner := 0, false
	for ; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s):
			if depth > 0 {
				b.WriteByte(c)
			}
			i++
			c = s[i]
		case depth > 0 && c == '"':
			inner = !inner
		case inner:
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth < 0 {
				return "", false, 0, errArray
			}
		case c == ',' && depth == 0:
			if b.Len() == 0 {
				return "", false, 0, errArray
			}
			return strings.TrimRight(b.String(), " "), false, i, nil
		}
		b.WriteByte(c)
	}
	if depth != 0 || b.Len() == 0 {
		return "", false, 0, errArray
	}
	return strings.TrimRight(b.String(), " "), false, i, nil
}

func quotedElement(s string, i int) (string, int, error) {
	var b strings.Builder
	for ; i < len(s); i++ {
		switch s[i] {
		case '\\':
			if i++; i < len(s) {
				b.WriteByte(s[i])
			}
		case '"':
			return b.String(), i + 1, nil
		default:
			b.WriteByte(s[i])
		}
	}
	return "", 0, errArray
}

// parseFrequencies reads an array of numbers.
func parseFrequencies(s string) ([]float64, error) {
	values, null, err := parseArray(s)
	if err != nil {
		return nil, err
	}
	if null != nil {
		return nil, errors.New("a frequency is NULL")
	}
	var out []float64
	for _, v := range values {
		f, err := strconv.ParseFloat(v, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, errors.New("a frequency is no number")
		}
		out = append(out, f)
	}
	return out, nil
}
