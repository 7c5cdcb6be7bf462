package source

import (
	"strings"
	"testing"
	"unicode/utf16"
)

// wideText writes UTF-16.
func wideText(s string, bigEndian, mark bool) string {
	units := utf16.Encode([]rune(s))
	if mark {
		units = append([]uint16{0xfeff}, units...)
	}
	var b strings.Builder
	for _, u := range units {
		if bigEndian {
			b.WriteByte(byte(u >> 8))
		}
		b.WriteByte(byte(u))
		if !bigEndian {
			b.WriteByte(byte(u >> 8))
		}
	}
	return b.String()
}

func TestRead_encodings(t *testing.T) {
	const line = "2026-11-23 08:00:00.000 UTC [1] LOG:  duration: 1.000 ms  statement: SELECT 'naïve 🐘',\r\n\t2\r\n"
	holes := strings.Repeat("\x00", 300<<10)
	for _, c := range []struct{ name, content, envelopes, note string }{
		{"UTF-16 of PowerShell", wideText(line, false, true), "utf-16le", ""},
		{"big endian", wideText(line, true, true), "utf-16be", ""},
		{"without a mark", wideText(line, false, false), "utf-16le", ""},
		{"big endian, without a mark", wideText(line, true, false), "utf-16be", ""},
		{"half a character at the end", wideText(line+"2026-11-23 08:00:01.000 UTC [1] LOG:  bye 🐘", false, true)[:2*len(line)+60], "utf-16le", ""},
		{"the head is a hole", holes + line, "", "307200 NUL bytes were left out"},
		{"a hole at the end", line + holes, "", "307200 NUL bytes were left out"},
		{"one", "\x00" + line, "", "1 NUL byte was left out"},
	} {
		l := readLog(t, Options{}, c.content)
		in := l.w.Inputs[0]
		if got := strings.Join(l.texts, "; "); got != "SELECT 'naïve 🐘',\n2" {
			t.Errorf("%s: %q (%s)", c.name, got, l.coverage())
		}
		if got := strings.Join(in.Envelopes, " "); got != c.envelopes {
			t.Errorf("%s: envelopes %q, want %q", c.name, got, c.envelopes)
		}
		if got := strings.Join(in.Notes, "; "); got != c.note {
			t.Errorf("%s: notes %q, want %q", c.name, got, c.note)
		}
		if c.envelopes == "" && in.Bytes != int64(len(c.content)) {
			t.Errorf("%s: %d bytes, want %d", c.name, in.Bytes, len(c.content))
		}
	}
}
