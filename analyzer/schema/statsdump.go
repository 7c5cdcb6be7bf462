package schema

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// restoreCalls are the functions by which pg_dump of PostgreSQL 18 and later
// restores statistics, each with what a row of its arguments is.
var restoreCalls = []restoreCall{
	{"pg_restore_relation_stats", (*stats).relation},
	{"pg_restore_attribute_stats", (*stats).attribute},
	{"pg_restore_extended_stats", func(*stats, row) {}}, // of no use here
}

type restoreCall struct {
	function string
	add      func(*stats, row)
}

// restoresStatistics reports whether a SELECT is one of these calls.
func restoresStatistics(text string) bool {
	head := text[:min(len(text), 100)]
	return slices.ContainsFunc(restoreCalls, func(c restoreCall) bool { return strings.Contains(head, c.function+"(") })
}

// restore adds the statistics that a script restores beside its DDL, once all
// of it is known.
func (l *loader) restore() {
	if len(l.restores) == 0 {
		return
	}
	st := &stats{Schema: l.Schema, cat: l.cat, path: l.path, complained: map[string]bool{}}
	for _, r := range l.restores {
		st.line = r.line - 1
		_ = st.addDump([]byte(r.text)) // what is no call of these is no statistics
	}
	st.countRest()
	l.settle()
}

// addDump reads the calls that pg_dump --statistics-only writes.
func (st *stats) addDump(content []byte) error {
	st.line++
	calls := 0
	for at := 0; ; {
		i := bytes.Index(content[at:], []byte("pg_restore_"))
		if i < 0 {
			break
		}
		st.line += bytes.Count(content[at:at+i], []byte{'\n'})
		at += i
		k := slices.IndexFunc(restoreCalls, func(c restoreCall) bool { return bytes.HasPrefix(content[at:], []byte(c.function)) })
		if k < 0 {
			at += len("pg_restore_")
			continue
		}
		p := arguments{s: content, i: at + len(restoreCalls[k].function)}
		r, err := p.row()
		calls++
		if err != nil {
			st.problem("", "%v", err)
		} else {
			restoreCalls[k].add(st, r)
		}
		st.line += bytes.Count(content[at:p.i], []byte{'\n'})
		at = p.i
	}
	if calls == 0 {
		return fmt.Errorf("%w: no call of pg_restore_relation_stats or pg_restore_attribute_stats", ErrNotStatistics)
	}
	return nil
}

// attribute reads the arguments of pg_restore_attribute_stats: a row of
// pg_stats in which a column of an index goes by its number.
func (st *stats) attribute(r row) {
	r.set("tablename", r.get("relname"))
	if r.get("attname") == "" {
		x := st.findIndex(r.get("schemaname"), "", r.get("relname"))
		number, err := strconv.Atoi(r.get("attnum"))
		if x == nil || err != nil || number < 1 || number > len(x.Parts) {
			st.problem("index "+r.get("relname"), "index %s is on the server and not in the schema", r.get("relname"))
			return
		}
		r.set("attname", x.columnNames()[number-1])
	}
	st.column(r)
}

// columnNames are the names of an index's columns in pg_attribute
// (ChooseIndexColumnNames).
func (x *Index) columnNames() []string {
	var names []string
	for _, p := range x.Parts {
		name := p.Column
		if name == "" {
			if node := parseExpr(p.Expr); node != nil {
				name = figureName(node)
			}
			if name == "" {
				name = "expr"
			}
		}
		names = append(names, name)
	}
	return uniqueNames(names)
}

// arguments reads a list of 'name', 'value'::type pairs.
type arguments struct {
	s []byte
	i int
}

// row reads up to the closing parenthesis.
func (p *arguments) row() (row, error) {
	r := row{map[string]int{}, nil}
	p.blank()
	if !p.take('(') {
		return r, errors.New("a call without arguments")
	}
	for {
		name, ok := p.value()
		if !ok || !p.comma() {
			return r, errors.New("arguments that are not names and values")
		}
		value, ok := p.value()
		if !ok {
			return r, fmt.Errorf("argument %s has no value that can be read", clip(name, 40))
		}
		r.set(strings.ToLower(name), value)
		if p.blank(); p.take(')') {
			break
		}
		if !p.comma() {
			return r, fmt.Errorf("argument %s is followed by something else", clip(name, 40))
		}
	}
	// Before the release of 18 a table was one argument.
	if relation := r.get("relation"); relation != "" && r.get("relname") == "" {
		schema, name := splitName(relation)
		r.set("schemaname", schema)
		r.set("relname", name)
	}
	return r, nil
}

// splitName takes the text of a regclass apart.
func splitName(text string) (schema, name string) {
	node := parseExpr(text)
	if fields := node.GetColumnRef().GetFields(); len(fields) > 0 {
		n := qualified(fields)
		return n.Schema, n.Name
	}
	return "", text
}

// value reads a literal or a bare word (NULL is ""), and its cast.
func (p *arguments) value() (string, bool) {
	p.blank()
	if p.i >= len(p.s) {
		return "", false
	}
	var out []byte
	escapes := false
	if c := p.s[p.i]; (c == 'E' || c == 'e') && p.i+1 < len(p.s) && p.s[p.i+1] == '\'' {
		escapes = true
		p.i++
	}
	switch {
	case p.s[p.i] == '\'':
		closed := false
		for p.i++; p.i < len(p.s); p.i++ {
			c := p.s[p.i]
			if c == '\'' {
				if p.i+1 >= len(p.s) || p.s[p.i+1] != '\'' {
					p.i++
					closed = true
					break
				}
				p.i++
			} else if c == '\\' && escapes && p.i+1 < len(p.s) {
				p.i++
				c = p.s[p.i]
				if e := strings.IndexByte("nrtbf", c); e >= 0 {
					c = "\n\r\t\b\f"[e]
				}
			}
			out = append(out, c)
		}
		if !closed {
			return "", false
		}
	default:
		from := p.i
		for p.i < len(p.s) && (isWord(p.s[p.i]) || strings.IndexByte(".+-", p.s[p.i]) >= 0) {
			p.i++
		}
		if out = p.s[from:p.i]; len(out) == 0 {
			return "", false
		}
		if strings.EqualFold(string(out), "null") {
			out = nil
		}
	}
	p.blank()
	for bytes.HasPrefix(p.s[p.i:], []byte("::")) {
		p.i += 2
		for p.i < len(p.s) && (isWord(p.s[p.i]) || strings.IndexByte(` ."[]`, p.s[p.i]) >= 0) {
			p.i++
		}
	}
	return string(out), true
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func (p *arguments) blank() {
	for p.i < len(p.s) && strings.IndexByte(" \t\r\n", p.s[p.i]) >= 0 {
		p.i++
	}
}

func (p *arguments) take(c byte) bool {
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

func (p *arguments) comma() bool { p.blank(); return p.take(',') }
