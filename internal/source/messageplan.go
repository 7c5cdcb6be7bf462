package source

import (
	"bytes"
	"encoding/json"
	"html"
)

// plan is what auto_explain says about an execution besides its duration.
type plan struct {
	query  []byte
	params []byte // "$1 = '42'", since PostgreSQL 16
}

// readPlan finds the statement in the text after "plan:", which auto_explain
// writes as text, JSON, XML or YAML. Its words are never translated.
func readPlan(s []byte) plan {
	s = bytes.TrimLeft(s, " \r\n")
	switch {
	case bytes.HasPrefix(s, []byte("{")):
		return readPlanJSON(s)
	case bytes.HasPrefix(s, []byte("<")):
		return readPlanXML(s)
	}
	query, ok := bytes.CutPrefix(s, []byte("Query Text: "))
	if !ok {
		return plan{}
	}
	if len(query) > 0 && query[0] == '"' {
		return readPlanYAML(query)
	}
	return readPlanText(query)
}

// readPlanText cuts the query before its parameters, or before the first node,
// which has its cost in parentheses.
func readPlanText(s []byte) plan {
	var p plan
	for from := 0; from < len(s); {
		i := bytes.IndexByte(s[from:], '\n')
		if i < 0 {
			break
		}
		at := from + i
		line, _, _ := bytes.Cut(s[at+1:], []byte{'\n'})
		if params, ok := bytes.CutPrefix(line, []byte("Query Parameters: ")); ok {
			p.query = s[:at]
			p.params = s[at+1+len(line)-len(params):]
			p.params = p.params[:parametersEnd(p.params)]
			return p
		}
		if isNode(line) {
			p.query = s[:at]
			return p
		}
		from = at + 1
	}
	p.query = s
	return p
}

// isNode reports whether a line is the first of a plan.
func isNode(line []byte) bool {
	i := bytes.Index(line, []byte("  (cost="))
	if i < 0 {
		i = bytes.Index(line, []byte("  (actual "))
	}
	return i > 0 && bytes.IndexByte(line[i:], ')') > 0 && line[0] >= 'A' && line[0] <= 'Z'
}

// parametersEnd returns where a list of parameters ends in the text that
// follows it.
func parametersEnd(s []byte) int {
	at := 0
	for at < len(s) && s[at] == '$' {
		n := digits(s[at+1:])
		rest := s[at+1+n:]
		if n == 0 || !bytes.HasPrefix(rest, []byte(" = ")) {
			return at
		}
		rest = rest[3:]
		if bytes.HasPrefix(rest, []byte("NULL")) {
			rest = rest[4:]
		} else {
			end := quotedEnd(rest)
			if end < 0 {
				return len(s)
			}
			rest = rest[end:]
		}
		if !bytes.HasPrefix(rest, []byte(", ")) {
			return len(s) - len(rest)
		}
		at = len(s) - len(rest) + 2
	}
	return at
}

func readPlanJSON(s []byte) plan {
	var p plan
	if i := bytes.Index(s, []byte(`"Query Text": "`)); i >= 0 {
		p.query = jsonString(s[i+len(`"Query Text": `):])
	}
	if i := bytes.Index(s, []byte(`"Query Parameters": "`)); i >= 0 && i < bytes.Index(s, []byte(`"Plan":`)) {
		p.params = jsonString(s[i+len(`"Query Parameters": `):])
	}
	return p
}

// jsonString decodes the string at the start of s, nil if it does not end.
func jsonString(s []byte) []byte {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			var out string
			if err := json.Unmarshal(s[:i+1], &out); err != nil {
				return s[1:i]
			}
			return []byte(out)
		}
	}
	return nil
}

func readPlanXML(s []byte) plan {
	return plan{query: xmlElement(s, "Query-Text"), params: xmlElement(s, "Query-Parameters")}
}

func xmlElement(s []byte, name string) []byte {
	_, rest, ok := bytes.Cut(s, []byte("<"+name+">"))
	if !ok {
		return nil
	}
	text, _, ok := bytes.Cut(rest, []byte("</"+name+">"))
	if !ok {
		return nil
	}
	return []byte(html.UnescapeString(string(text)))
}

func readPlanYAML(s []byte) plan {
	p := plan{query: jsonString(s)}
	_, after, ok := bytes.Cut(s, []byte("\nQuery Parameters: "))
	if ok && len(after) > 0 && after[0] == '"' {
		p.params = jsonString(after)
	}
	return p
}
