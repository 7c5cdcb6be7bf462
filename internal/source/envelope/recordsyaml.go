package envelope

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// yamlFields visits documents, or the items of a list, in the YAML that command
// line tools of clouds print. Of YAML it reads what they write: mappings, lists,
// and scalars that are plain, quoted or in a block.
type yamlFields struct {
	lines   *lines
	left    *leftover
	longest int
	b       []byte // the document
	held    []byte // the first line of the next one
	path    []byte
	value   []byte
	kept    arena
}

func newYAMLFields(src *lines, o Options, left *leftover) records {
	return &yamlFields{lines: src, left: left, longest: 8 * o.Longest}
}

// isYAML tells a document by its first lines. A value that is not quoted cannot
// hold ": " (YAML 1.2, 7.3.3), which lines of logs do.
func isYAML(text []byte) bool {
	const enough = 4
	sample := sampleLines(text[:min(len(text), 16<<10)])
	if len(sample) < enough {
		return false
	}
	for i, line := range sample[:enough] {
		line = bytes.TrimPrefix(bytes.TrimLeft(line, " "), []byte("- "))
		key, value, ok := yamlKey(line)
		value = bytes.TrimLeft(value, " ")
		if ok && i > 0 && len(value) > 0 && (value[0] == '|' || value[0] == '>') {
			break // what follows is text
		}
		if len(value) > 0 && bytes.IndexByte([]byte("'\"|>"), value[0]) < 0 && bytes.Contains(value, []byte(": ")) {
			return false
		}
		if (!ok || bytes.ContainsAny(key, " [")) && (i > 0 || string(line) != "---") {
			return false
		}
	}
	return true
}

func (y *yamlFields) read(f func(path, value []byte, text bool)) error {
	for {
		any := false
		y.kept = y.kept[:0]
		if !y.document() {
			return y.lines.err
		}
		y.visit(func(path, value []byte) {
			any = true
			f(path, y.kept.keep(value), true)
		})
		if any {
			return nil
		}
	}
}

// document reads the lines of the next one, false at the end.
func (y *yamlFields) document() bool {
	y.b = append(y.b[:0], y.held...)
	y.held = y.held[:0]
	cut := false
	for {
		line, ok := y.lines.next()
		if !ok {
			return len(y.b) > 0
		}
		separator := string(line) == "---"
		if separator && len(y.b) == 0 {
			continue
		}
		if separator || begins(line, "- ") && len(y.b) > 0 {
			if !separator {
				y.held = append(append(y.held, line...), '\n')
			}
			return true
		}
		if len(y.b)+len(line) > y.longest {
			if !cut {
				y.left.breaks(line)
			}
			cut = true
			continue
		}
		y.b = append(append(y.b, line...), '\n')
	}
}

// yamlKey cuts a key off a line.
func yamlKey(line []byte) (key, rest []byte, ok bool) {
	if len(line) > 1 && (line[0] == '"' || line[0] == '\'') {
		end := bytes.IndexByte(line[1:], line[0])
		if end < 0 || !begins(line[end+2:], ":") {
			return nil, nil, false
		}
		return line[1 : end+1], line[end+3:], true
	}
	i := bytes.IndexByte(line, ':')
	if i <= 0 || i > 128 || i+1 < len(line) && line[i+1] != ' ' {
		return nil, nil, false
	}
	return line[:i], line[i+1:], true
}

// visit visits the scalars of the document.
func (y *yamlFields) visit(f func(path, value []byte)) {
	type level struct{ indent, path int }
	var levels []level
	y.path = y.path[:0]
	for rest := y.b; len(rest) > 0; {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte{'\n'})
		indent := len(line) - len(bytes.TrimLeft(line, " "))
		line = line[indent:]
		for begins(line, "- ") {
			n := len(line) - len(bytes.TrimLeft(line[1:], " "))
			indent, line = indent+n, line[n:]
		}
		key, value, ok := yamlKey(line)
		if !ok {
			continue
		}
		for len(levels) > 0 && levels[len(levels)-1].indent >= indent {
			y.path = y.path[:levels[len(levels)-1].path]
			levels = levels[:len(levels)-1]
		}
		if len(levels) >= maxFieldDepth {
			continue
		}
		levels = append(levels, level{indent, len(y.path)})
		if len(y.path) > 0 {
			y.path = append(y.path, '.')
		}
		y.path = append(y.path, key...)
		if value = bytes.TrimSpace(value); len(value) == 0 {
			continue
		}
		rest = y.scalar(value, rest, indent)
		f(y.path, y.value)
	}
}

// scalar reads a value that may go on in further lines, into y.value.
func (y *yamlFields) scalar(first, rest []byte, indent int) (after []byte) {
	y.value = y.value[:0]
	switch first[0] {
	case '|', '>':
		return y.block(first, rest, indent)
	case '"', '\'':
		return y.quoted(first, rest)
	}
	y.value = append(y.value, first...)
	return y.fold(rest, func(line []byte) bool {
		return len(line) == 0 || len(line)-len(bytes.TrimLeft(line, " ")) > indent
	})
}

// fold appends the lines that go on with a scalar: a line break is a blank, an
// empty line is a line break.
func (y *yamlFields) fold(rest []byte, goesOn func(line []byte) bool) (after []byte) {
	breaks := 0
	for len(rest) > 0 {
		line, next, _ := bytes.Cut(rest, []byte{'\n'})
		if !goesOn(line) {
			break
		}
		rest = next
		if line = bytes.TrimSpace(line); len(line) == 0 {
			breaks++
			continue
		}
		if breaks == 0 {
			y.value = append(y.value, ' ')
		}
		for ; breaks > 0; breaks-- {
			y.value = append(y.value, '\n')
		}
		y.value = append(y.value, line...)
	}
	return rest
}

// block reads lines that are indented.
func (y *yamlFields) block(head, rest []byte, indent int) (after []byte) {
	inner := 0
	if n := bytes.IndexAny(head, "123456789"); n > 0 {
		inner = indent + int(head[n]-'0')
	}
	folded, any := head[0] == '>', false
	for len(rest) > 0 {
		line, next, _ := bytes.Cut(rest, []byte{'\n'})
		width := len(line) - len(bytes.TrimLeft(line, " "))
		if len(line) > width && width <= indent {
			break
		}
		rest = next
		if inner == 0 && len(line) > width {
			inner = width
		}
		if any {
			if folded && len(line) > width {
				y.value = append(y.value, ' ')
			} else {
				y.value = append(y.value, '\n')
			}
		}
		any = true
		y.value = append(y.value, line[min(inner, len(line)):]...)
	}
	y.value = bytes.TrimRight(y.value, "\n")
	return rest
}

// quoted reads a string in quotes, whose lines are folded.
func (y *yamlFields) quoted(first, rest []byte) (after []byte) {
	quote := first[0]
	line := first[1:]
	for {
		for i := 0; i < len(line); {
			c := line[i]
			switch {
			case c == '\\' && quote == '"' && i+1 < len(line):
				i += y.escape(line[i:])
				continue
			case c == '\'' && quote == '\'' && i+1 < len(line) && line[i+1] == '\'':
				i++
			case c == quote:
				return rest
			}
			y.value = append(y.value, c)
			i++
		}
		joined := quote == '"' && len(line) > 0 && line[len(line)-1] == '\\'
		if joined {
			y.value = y.value[:len(y.value)-1]
		}
		breaks := 0
		for {
			if len(rest) == 0 {
				return nil
			}
			line, rest, _ = bytes.Cut(rest, []byte{'\n'})
			if line = bytes.TrimSpace(line); len(line) > 0 {
				break
			}
			breaks++
		}
		switch {
		case breaks > 0:
			y.value = append(y.value, bytes.Repeat([]byte{'\n'}, breaks)...)
		case !joined:
			y.value = append(y.value, ' ')
		}
		if joined && begins(line, `\ `) {
			line = line[1:]
		}
	}
}

// escape appends what an escape stands for, and returns its length.
func (y *yamlFields) escape(s []byte) int {
	digits := 0
	switch c := s[1]; c {
	case 'n':
		y.value = append(y.value, '\n')
	case 't':
		y.value = append(y.value, '\t')
	case 'r':
		y.value = append(y.value, '\r')
	case 'e':
		y.value = append(y.value, 0x1b)
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	default:
		y.value = append(y.value, c)
	}
	if digits == 0 {
		return 2
	}
	n := min(2+digits, len(s))
	if r, err := strconv.ParseUint(string(s[2:n]), 16, 32); err == nil {
		y.value = utf8.AppendRune(y.value, rune(r))
	}
	return n
}
