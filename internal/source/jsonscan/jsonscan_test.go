package jsonscan

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPlain_findsTheFirstQuoteOrBackslash(t *testing.T) {
	// Neighbours of both in the code page, and bytes that differ in the highest
	// bit only, at every distance from the end of the eight bytes looked at once.
	filler := "x#!]\x5b\xa2\xdc\x00\xff "
	for length := range 40 {
		text := strings.Repeat(filler, 4)[:length]
		for _, stop := range []string{`"`, `\`, `\"`, `"\`, ""} {
			if got := plain([]byte(text + stop + filler)); stop != "" && got != length {
				t.Errorf("%q before %q: %d, want %d", text, stop, got, length)
			}
		}
		if got := plain([]byte(text)); got != length {
			t.Errorf("%q: %d, want all", text, got)
		}
	}
}

func FuzzStr(f *testing.F) {
	for _, s := range []string{`""`, `"plain"`, `"a \"quoted\" word"`, `"é\ud83d\ude00 \u0041\n"`, `"open`, `"half \`, `"\u12`, `1`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var want string
		valid := utf8.Valid(b) && bytes.HasPrefix(b, []byte{'"'}) && json.Unmarshal(b, &want) == nil
		j := Scanner{B: append([]byte(nil), b...)}
		got, ok := j.Str()
		if j.I > len(b) {
			t.Fatalf("%q: read to %d of %d", b, j.I, len(b))
		}
		if valid && (!ok || string(got) != want) {
			t.Errorf("%q: %q, %v; want %q", b, got, ok, want)
		}
	})
}
