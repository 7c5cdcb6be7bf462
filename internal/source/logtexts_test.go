package source

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/sqltree"
)

func TestLexedTexts_neverDifferFromLexing(t *testing.T) {
	var kept lexedTexts
	same := func(text string) {
		t.Helper()
		var want sqltree.Lexed
		sqltree.Lex([]byte(text), &want)
		if got := kept.lex([]byte(text)); *got != want {
			t.Errorf("%s\n got %+v\nwant %+v", text, got, want)
		}
	}
	for _, form := range []string{
		"SELECT a FROM t WHERE b = %d AND c = %d",
		"SELECT a FROM t WHERE b = $%d LIMIT $1",
		"SELECT a FROM t WHERE b=%d LIMIT %d OFFSET 5",
		"SELECT a FROM t ORDER BY %d, %d",
		"SELECT a FROM t LIMIT (%d) OFFSET +%d",
		"SELECT a->%d, b #> %d, c ->>%d FROM t",
		"SELECT 'x = %d', \"= %d\" /* = %d */ FROM t WHERE a = %d -- = %d",
		"SELECT 'it''s = %d' = %d",
		"SELECT E'\\' = %d' = %d",
		"SELECT $$ = %d $$ = %d",
		"SELECT a FROM t WHERE b = %d.5 AND c = 1e+%d AND d = -%d AND e = 0x%d",
		"SELECT a FROM t WHERE b IN (%d, %d) AND c IN (%d)",
		"INSERT INTO t VALUES (%d, %d), (3, 4)",
		"SELECT f(%d,2,3,4,5,6,7,8,9,%d)",
		"SELECT a FROM t WHERE b = %d /*route='x',traceparent='%d'*/",
		"SELECT a /*route='x'*/ FROM t WHERE b = %d",
		"SELECT round(a, %d), to_char(b, '%d') FROM t WHERE c LIKE '%d%%'",
		"SELECT a FROM t WHERE b = %d'",
		"SELECT a%d FROM t%d WHERE c BETWEEN %d AND 5",
	} {
		for _, n := range []int{1, 2, 33, 1234567, 1, 0} {
			text := fmt.Sprintf(form, n, n+1, n, n, n)
			text, _, _ = strings.Cut(text, "%!(EXTRA")
			same(text)
		}
	}
	for range 3 {
		for i := range 3 * templates { // more than there is room for
			for n := range 1 + i%3 {
				same(fmt.Sprintf("SELECT a%d FROM t WHERE b = %d LIMIT $1", i, i*n))
			}
		}
	}
}

func TestLexedTexts_textsHashAlikeWhateverTheirNumbers(t *testing.T) {
	var texts lexedTexts
	for _, form := range []string{
		"UPDATE accounts SET balance = balance + # WHERE id = #;",
		"SELECT balance FROM accounts WHERE id=#",
		"SELECT 'it''s 5' FROM t7 WHERE b = # AND c IN (#,#) /* = 2 */ LIMIT $1",
	} {
		want := texts.hash([]byte(strings.ReplaceAll(form, "#", "5")))
		for _, n := range []string{"66", "777", "8888", "99999", "1234567", "12345678", "123456789"} {
			text := strings.ReplaceAll(form, "#", n)
			if got := texts.hash([]byte(text)); got != want {
				t.Errorf("%s: %x, with 5 it is %x", text, got, want)
			}
			if len(texts.spans) != strings.Count(form, "#") {
				t.Errorf("%s: numbers at %v", text, texts.spans)
			}
		}
	}
}

func TestNumberStops_areThoseOfSingleBytes(t *testing.T) {
	for c := range 256 {
		for at := range 8 {
			for _, other := range []byte{'a', 0x80, 0xff, ' ', '.', ':'} {
				b := bytes.Repeat([]byte{other}, 8)
				b[at] = byte(c)
				want := 64
				if numberStop(byte(c)) {
					want = 8*at + 7
				}
				if got := bits.TrailingZeros64(numberStops(binary.LittleEndian.Uint64(b))); got != want {
					t.Fatalf("%q: bit %d, want %d", b, got, want)
				}
				want = 64
				if csvStops[byte(c)] {
					want = 8*at + 7
				}
				if got := bits.TrailingZeros64(csvStop(binary.LittleEndian.Uint64(b))); got != want {
					t.Fatalf("%q: bit %d for csvlog, want %d", b, got, want)
				}
			}
		}
	}
}

func FuzzLexedTexts(f *testing.F) {
	f.Add("SELECT a FROM t WHERE b = ", " AND c = ", " LIMIT 5", uint32(1), uint32(22))
	f.Add("SELECT a->", " FROM t ORDER BY a, ", " /*a='b'*/", uint32(0), uint32(7))
	f.Add("SELECT E'\\'=", "', (", ")", uint32(0), uint32(7))
	f.Fuzz(func(t *testing.T, a, b, c string, m, n uint32) {
		var kept lexedTexts
		for _, x := range [][2]uint32{{1, 2}, {3, 4}, {m, n}, {n, m}, {m, 7}} {
			text := []byte(fmt.Sprint(a, x[0], b, x[1], c))
			var want sqltree.Lexed
			sqltree.Lex(text, &want)
			if got := kept.lex(text); *got != want {
				t.Errorf("%s\n got %+v\nwant %+v", text, got, want)
			}
		}
	})
}
