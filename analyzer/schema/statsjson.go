package schema

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// addJSON reads rows as json_agg and row_to_json write them: arrays of
// objects, or objects one after the other. All rows are read before the first
// is applied: a file that turns out to be no statistics has changed nothing.
func (st *stats) addJSON(content []byte) error {
	content = unframed(content)
	read := readObjects(content)
	if read.broken && bytes.IndexByte(content, '\\') >= 0 {
		// COPY writes a backslash as two, and a newline as \n.
		if again := readObjects([]byte(copied.Replace(string(content)))); !again.broken {
			read = again
		}
	}
	if len(read.rows) == 0 {
		return fmt.Errorf("%w: not the JSON that json_agg or row_to_json write", ErrNotStatistics)
	}
	header := map[string]int{}
	for name := range read.rows[0].fields {
		header[strings.ToLower(name)] = 0
	}
	add, err := kindOf(header)
	if err != nil {
		return err
	}
	for _, r := range read.rows {
		st.line = r.line
		add(st, rowOf(r.fields))
	}
	if read.strange > 0 {
		st.problem("", "%d values that are no rows", read.strange)
	}
	if read.broken {
		st.line = read.line
		st.problem("", "the file is cut, or goes on with something else")
	}
	return nil
}

var copied = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t", `\r`, "\r")

// frame is what psql draws around a result of one column.
var frame = regexp.MustCompile(`^\s*\w+ *\r?\n-+ *\r?\n`)

// unframed takes the frame away.
func unframed(content []byte) []byte {
	head := frame.Find(content)
	if head == nil {
		return content
	}
	blank := bytes.Repeat([]byte{'\n'}, bytes.Count(head, []byte{'\n'}))
	body := wrapped.ReplaceAll(content[len(head):], []byte("\n"))
	return append(blank, rowCount.ReplaceAll(body, nil)...)
}

var (
	wrapped  = regexp.MustCompile(` *\+\r?\n`)
	rowCount = regexp.MustCompile(`\n\(\d+ rows?\)\s*$`)
)

// objects are the rows of a file of JSON.
type objects struct {
	rows    []object
	strange int  // values that are no objects
	broken  bool // the text breaks off or goes on with something else
	line    int  // of the last value
}

type object struct {
	line   int
	fields map[string]any
}

func readObjects(content []byte) objects {
	o := objects{line: 1}
	d := json.NewDecoder(bytes.NewReader(content))
	d.UseNumber()
	at, inside := 0, false
	for {
		rest := bytes.TrimLeft(content[d.InputOffset():], " \t\r\n")
		if len(rest) == 0 {
			o.broken = inside
			return o
		}
		if !inside && rest[0] == '[' || inside && rest[0] == ']' {
			if _, err := d.Token(); err != nil {
				o.broken = true
				return o
			}
			inside = !inside
			continue
		}
		from := len(content) - len(bytes.TrimLeft(rest, ", \t\r\n"))
		o.line += bytes.Count(content[at:from], []byte{'\n'})
		at = from
		var fields map[string]any
		err := d.Decode(&fields)
		var other *json.UnmarshalTypeError
		switch {
		case errors.As(err, &other):
			o.strange++
		case err != nil:
			o.broken = true
			return o
		case fields != nil:
			o.rows = append(o.rows, object{o.line, fields})
		}
	}
}

// rowOf spells the fields of an object as CSV has them.
func rowOf(fields map[string]any) row {
	r := row{map[string]int{}, nil}
	for name, value := range fields {
		r.header[strings.ToLower(name)] = len(r.fields)
		r.fields = append(r.fields, text(value))
	}
	return r
}

// text is a JSON value as PostgreSQL prints it; of a list, array_out's form.
func text(value any) string {
	var b strings.Builder
	switch v := value.(type) {
	case string:
		return v
	case []any:
		b.WriteByte('{')
		for i, e := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			if inner, ok := e.([]any); ok { // a value of an array type
				var element strings.Builder
				arrayOut(&element, inner)
				writeElement(&b, element.String())
			} else {
				writeScalar(&b, e)
			}
		}
		b.WriteByte('}')
	case bool:
		return map[bool]string{true: "t", false: "f"}[v]
	case nil:
	default:
		jsonbOut(&b, v)
	}
	return b.String()
}

// arrayOut prints an array, of which the inner ones are further dimensions.
func arrayOut(b *strings.Builder, list []any) {
	b.WriteByte('{')
	for i, e := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		if inner, ok := e.([]any); ok {
			arrayOut(b, inner)
		} else {
			writeScalar(b, e)
		}
	}
	b.WriteByte('}')
}

func writeScalar(b *strings.Builder, e any) {
	if e == nil {
		b.WriteString("NULL")
		return
	}
	writeElement(b, text(e))
}

// writeElement quotes an element where array_out does.
func writeElement(b *strings.Builder, s string) {
	if s != "" && !strings.ContainsAny(s, "{}\",\\ \t\n\r\v\f") && !strings.EqualFold(s, "null") {
		b.WriteString(s)
		return
	}
	b.WriteString(`"` + elementQuotes.Replace(s) + `"`)
}

var elementQuotes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// jsonbOut prints as jsonb_out does: short keys first, a blank behind : and ,.
func jsonbOut(b *strings.Builder, value any) {
	switch v := value.(type) {
	case map[string]any:
		b.WriteByte('{')
		keys := slices.SortedFunc(maps.Keys(v), func(a, b string) int {
			return cmp.Or(len(a)-len(b), strings.Compare(a, b))
		})
		for i, k := range keys {
			if i > 0 {
				b.WriteString(", ")
			}
			jsonbOut(b, k)
			b.WriteString(": ")
			jsonbOut(b, v[k])
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			jsonbOut(b, e)
		}
		b.WriteByte(']')
	default:
		var scalar strings.Builder
		e := json.NewEncoder(&scalar)
		e.SetEscapeHTML(false)
		if e.Encode(v) == nil {
			b.WriteString(strings.TrimSuffix(scalar.String(), "\n"))
		}
	}
}
