package source

import (
	"bytes"
	"strconv"
	"strings"
)

// keys are what people call the fields.
var keys = func() map[string]byte {
	m := map[string]byte{}
	for kind, words := range map[byte]string{
		'u': "u user usr username user_name role", 'd': "d db database dbname datname",
		'a': "a app application application_name appname program app_name",
		'h': "h host client ip addr remote_host client_addr", 'r': "r remote connection_source from conn",
		'p': "p pid process proc process_id backend_pid", 'l': "l line seq log_line lineno line_num session_line",
		'c': "c sess session session_id sid", 'x': "x xid tx txid trx_id tid trx", 'v': "v vxid vtid vx virtual_xid",
		'e': "e state sqlstate code sql_error_code sql_state err error_code", 'i': "i tag cmd command ps command_tag",
		'b': "b backend backend_type type", 'Q': "Q qid query_id queryid", 'P': "P leader leader_pid",
		't': "t m time ts timestamp log_time time_ms", 's': "s start session_start proc_start_time", 'n': "n epoch",
	} {
		for _, w := range strings.Fields(words) {
			m[w] = kind
		}
	}
	return m
}()

// pair reads key=value.
func (d *deriver) pair() bool {
	s := d.s[d.i:]
	n := 0
	for n < len(s) && (letter(s[n]) || s[n] == '_') {
		n++
	}
	if n == 0 || d.i > 0 && (letter(d.s[d.i-1]) || d.s[d.i-1] == '_') {
		return false
	}
	kind := keys[string(s[:n])]
	if kind == 0 {
		kind = keys[strings.ToLower(string(s[:n]))]
	}
	for n < len(s) && s[n] == ' ' {
		n++
	}
	if n >= len(s) || s[n] != '=' && (s[n] != ':' || kind == 0) {
		return false
	}
	n++
	for n+1 < len(s) && s[n] == ' ' && s[n+1] != ' ' && s[n-1] != ' ' && bytes.Contains(s[:n], []byte(" =")) {
		n++
	}
	closing := " ,;|)]}"
	if n < len(s) {
		if i := strings.IndexByte("\"'[(", s[n]); i >= 0 && (s[n] != '[' || kind != 'h' && kind != 'r') {
			closing = "\"'])"[i : i+1]
			n++
		} else if kind == 'h' || kind == 'r' {
			closing = " ,;|"
		}
	}
	d.literal(n)
	if d.time(kind) {
		return true
	}
	value := d.s[d.i:]
	value = value[:valueEnd(value, closing, kind)]
	if kind != 'h' && kind != 'r' {
		value = bytes.TrimRight(value, ":")
	}
	if kind == 'h' && bytes.HasSuffix(value, []byte(")")) {
		kind = 'r'
	}
	if kind == 0 || kind == 't' || kind == 's' || kind == 'n' || !conforms(kind, value) {
		kind = '*'
	}
	return d.take(kind, len(value))
}

// valueEnd is where the value of a key ends: at a delimiter. Names and command
// tags hold blanks: theirs is the delimiter before the next key.
func valueEnd(s []byte, closing string, kind byte) int {
	first := bytes.IndexAny(s, closing)
	if first < 0 {
		return len(s)
	}
	if len(closing) > 1 && (kind == 'a' || kind == 'b' || kind == 'i' || kind == 'u' || kind == 'd') {
		for end := first; end < len(s); {
			next := bytes.TrimLeft(s[end:], closing+"([{")
			n := nameExtent(next)
			if n > 0 && n < len(next) && next[n] == '=' {
				return end
			}
			i := bytes.IndexAny(s[end+1:], closing)
			if i < 0 {
				break
			}
			end += 1 + i
		}
	}
	return first
}

// padded reads a field with a width: in brackets, or a number with blanks before it.
func (d *deriver) padded() bool {
	s := d.s[d.i:]
	if s[0] == ' ' {
		blanks := len(s) - len(bytes.TrimLeft(s, " "))
		n := digits(s[blanks:])
		if blanks < 2 || n == 0 || d.used['p'] || blanks+n < len(s) && s[blanks+n] != ' ' {
			return false
		}
		d.literal(1)
		return d.wide('p', blanks-1+n, 1)
	}
	i := strings.IndexByte("[({<", s[0])
	if i < 0 {
		return false
	}
	end := bytes.IndexByte(s, "])}>"[i])
	if end < 2 || s[1] != ' ' && s[end-1] != ' ' {
		return false
	}
	sign := 1
	if s[end-1] == ' ' {
		sign = -1
	}
	kind := byte('*')
	if value := trimBlanks(s[1:end]); len(value) > 0 {
		for _, k := range []byte("cp") {
			if !d.used[k] && conforms(k, value) {
				kind = k
				break
			}
		}
	}
	d.literal(1)
	return d.wide(kind, end-1, sign)
}

// wide writes an escape with the width of the next n bytes.
func (d *deriver) wide(kind byte, n, sign int) bool {
	d.out.WriteByte('%')
	d.out.WriteString(strconv.Itoa(n * sign))
	d.out.WriteByte(kind)
	d.used[kind] = true
	d.i += n
	return true
}

// conforms reports whether an escape can print value.
func conforms(kind byte, value []byte) bool {
	m := matcher{line: value}
	switch kind {
	case 'p', 'P', 'l', 'x', 'Q', 'c', 'v', 'e':
		return m.token(&element{kind: kind}, 0) == len(value)
	}
	return true
}
