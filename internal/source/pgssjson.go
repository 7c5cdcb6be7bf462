package source

import (
	"bufio"
	"errors"
	"slices"

	"github.com/apilint/apilint/internal/source/bounded"
	"github.com/apilint/apilint/internal/source/jsonscan"
)

// statsObjects are the objects in a stream of JSON that have the members of
// statistics: an array, one object after the other, or inside of other objects.
type statsObjects struct {
	src     *bufio.Reader
	bounded *bounded.Reader
	m       StatsMap

	line     int64 // line breaks passed
	wrappers int   // objects around the rows that have not ended
	torn     int   // braces that the rest of a broken object may have
	ahead    bool  // the brace that begins an object was read
	names    []string
	header   []string
	usable   bool
	fields   []string
	buf      []byte
	pending  bool
	at       int64
}

// maxStatsColumns bounds the members of one object that are read.
const maxStatsColumns = 1024

func (r *statsObjects) next() (statsRecord, error) {
	if r.pending {
		r.pending = false
		return statsRecord{fields: r.fields, line: r.at}, nil
	}
	for {
		r.bounded.Record()
		if err := r.object(); err != nil {
			return statsRecord{}, err
		}
		j := &jsonscan.Scanner{B: r.buf}
		r.names, r.fields = r.names[:0], r.fields[:0]
		if !r.members(j, "", 0) {
			return statsRecord{}, &brokenRecord{line: r.at, why: "it is no JSON"}
		}
		if !slices.Equal(r.names, r.header) {
			c := statsColumnsOf(r.names, r.m)
			r.header, r.usable = slices.Clone(r.names), c.usable()
			if r.usable {
				r.pending = true
				return statsRecord{fields: r.header, header: true, line: r.at}, nil
			}
		}
		if r.usable {
			return statsRecord{fields: r.fields, line: r.at}, nil
		}
	}
}

// members reads an object; those of objects in it are named by their path.
func (r *statsObjects) members(j *jsonscan.Scanner, path string, depth int) bool {
	if depth > 8 || !j.Skip('{') {
		return false
	}
	if j.Skip('}') {
		return true
	}
	for {
		key, ok := j.Str()
		if !ok || !j.Skip(':') {
			return false
		}
		name := path + string(key)
		j.Blanks()
		switch {
		case j.I >= len(j.B):
			return false
		case j.B[j.I] == '{':
			if !r.members(j, name+".", depth+1) {
				return false
			}
		case j.B[j.I] == '[':
			if !j.Value(0) {
				return false
			}
		default:
			from := j.B[j.I]
			value := string(j.Scalar())
			if value == "" && from != '"' {
				return false
			}
			if value == "null" && from != '"' {
				value = ""
			}
			if len(r.names) < maxStatsColumns {
				r.names, r.fields = append(r.names, name), append(r.fields, value)
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

// object reads the next object that is not only around others into buf. A
// string of JSON holds no line break, so that a broken object costs itself
// only.
func (r *statsObjects) object() error {
	r.buf = r.buf[:0]
	depth, inString, escaped := 0, false, false
	var last byte // outside of strings and blanks
	for {
		c, err := r.byte()
		if errors.Is(err, bounded.ErrTooLong) {
			return err
		}
		if err != nil {
			if depth > 0 {
				r.buf = r.buf[:0]
				return &brokenRecord{line: r.at, why: "it does not end"}
			}
			return err
		}
		if inString {
			switch {
			case c == '\n' && depth > 0:
				r.torn = depth
				return &brokenRecord{line: r.at, why: "a string does not end"}
			case c == '\n':
				inString = false
			case escaped:
				escaped = false
			case c == '\\':
				escaped = true
			case c == '"':
				inString = false
			}
			if depth > 0 {
				r.buf = append(r.buf, c)
			}
			continue
		}
		if depth == 0 && c != '{' {
			switch {
			case c == '"':
				inString = r.wrappers > 0 // else it may be the end of one
			case c != '}':
			case r.torn > 0:
				r.torn--
			case r.wrappers > 0:
				r.wrappers--
			default:
				return &brokenRecord{line: r.line + 1, why: "an object without a beginning"}
			}
			continue
		}
		switch c {
		case '{':
			switch {
			case depth > 0 && last == '[':
				r.wrappers += depth // an array of objects: they are the rows
				depth, r.buf = 0, r.buf[:0]
			case depth > 0 && last != ':':
				r.ahead = true
				return &brokenRecord{line: r.at, why: "it does not end"}
			}
			if depth == 0 {
				r.at, r.torn = r.line+1, 0
			}
			depth++
		case '}':
			depth--
		case '"':
			inString = true
		case '+':
			if last != 'e' && last != 'E' { // psql's mark of a line that goes on
				continue
			}
		}
		r.buf = append(r.buf, c)
		if c > ' ' {
			last = c
		}
		if depth == 0 {
			return nil
		}
	}
}

func (r *statsObjects) byte() (byte, error) {
	if r.ahead {
		r.ahead = false
		return '{', nil
	}
	c, err := r.src.ReadByte()
	if c == '\n' && err == nil {
		r.line++
	}
	return c, err
}
