package source

import (
	"bytes"
	"slices"
	"strings"
)

// Bounds of an outline.
const (
	maxOutlineKeys = 12
	maxOutline     = 100 // bytes
)

// keysOf lists the keys in the first object of a head that has some, as they
// are; what stands behind them may be a value of somebody's.
func keysOf(head []byte) string {
	start := bytes.IndexByte(head, '{')
	if start < 0 {
		return ""
	}
	var keys []string
	depth, inString, from := 0, false, 0
	for i := start; i < len(head) && len(keys) <= maxOutlineKeys; i++ {
		switch c := head[i]; {
		case inString && c == '\\':
			i++
		case c == '"' && inString:
			inString = false
			name := head[from:i]
			if depth == 1 && bytes.HasPrefix(bytes.TrimLeft(head[i+1:], " \t\r\n"), []byte(":")) && isKey(name) && !slices.Contains(keys, string(name)) {
				keys = append(keys, string(name))
			}
		case c == '"':
			inString, from = true, i+1
		case inString:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				i = len(head)
			}
		}
	}
	if len(keys) > maxOutlineKeys {
		keys = append(keys[:maxOutlineKeys], "...")
	}
	return strings.Join(keys, ", ")
}

// isKey tells the name of a field from a key that may be a value.
func isKey(name []byte) bool {
	if len(name) == 0 || len(name) > 40 || name[0] >= '0' && name[0] <= '9' {
		return false
	}
	for _, c := range name {
		if !letter(c) && !bytes.ContainsRune([]byte("_@.-/ "), rune(c)) || c >= 0x80 {
			return false
		}
	}
	return true
}

// outlineOf draws the first line that is not blank without what it says: a for
// words, 9 for numbers, the rest as it is.
func outlineOf(head []byte) string {
	line, _, _ := bytes.Cut(bytes.TrimLeft(bytes.TrimPrefix(head, []byte(byteOrderMark)), " \t\r\n"), []byte{'\n'})
	var b strings.Builder
	var last byte
	for _, c := range line {
		switch {
		case c >= '0' && c <= '9':
			c = '9'
		case letter(c):
			c = 'a'
		case c == '\t' || c < ' ':
			c = ' '
		}
		if c == last && (c == 'a' || c == '9' || c == ' ') {
			continue
		}
		last = c
		b.WriteByte(c)
		if b.Len() == maxOutline {
			b.WriteString("...")
			break
		}
	}
	return strings.TrimSpace(b.String())
}

// unknownJSON says what objects hold that are not read, and what to do.
func unknownJSON(head []byte) string {
	said := "this JSON is neither PostgreSQL's jsonlog nor OTLP traces"
	if bytes.Contains(head, []byte(`"H4sI`)) {
		return said + `; it holds gzip as base64: jq -r '.. | strings | select(startswith("H4sI"))' FILE | while read -r s; do echo "$s" | base64 -d | zcat; done | apilint analyze -`
	}
	if keys := keysOf(head); keys != "" {
		said += "; its objects have the keys " + keys
	}
	return said + "; no text in it is a line of a log: if one field holds the log, give that (jq -r .FIELD FILE | apilint analyze -); statistics of queries are read with --map"
}

// unknownText does so for anything else.
func unknownText(head []byte) string {
	if bytes.Contains(head, []byte("duration:")) {
		return `no line is a PostgreSQL log record, though some hold "duration:"; the first line looks like ` + quoted(outlineOf(head)) + `: give the server's setting with --log-line-prefix`
	}
	return "no format was recognised; the first line looks like " + quoted(outlineOf(head)) + ": --input-format says what it is, --log-line-prefix how the lines of a log begin"
}

func quoted(s string) string { return "`" + s + "`" }
