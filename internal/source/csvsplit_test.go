package source

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// csvFields are what a client can bring into a row: quotes, commas and lines
// that look like rows.
var csvFields = []string{
	"", "x", ",", `"`, `""`, `","`, "\n", ",\n,", "duration: 1.000 ms  statement: SELECT 1",
	"a\n2026-11-23 08:26:55.547 UTC,,,1,,6b03f8cf.1,1,,2026-11-23 08:26:55 UTC,,0,LOG,00000,duration: 1.000 ms  statement: SELECT 2,,,,,,,,,\nb",
	"2026-11-23 08:26:55.547 UTC,,,1,,6b03f8cf.1,1,,2026-11-23 08:26:55 UTC,,0,LOG,00000,\"\"",
	"\n2026-11-23 08:26:55.547 UTC,,,1,,6b03f8cf.1,1,,2026-11-23 08:26:55 UTC,,0,LOG,00000,",
	"\n2026-11-23 08:26:55.547 UTC,", ",,1,,6b03f8cf.1,1,,2026-11-23 08:26:55 UTC,,0,LOG,00000,", ",,1,,6b03f8cf.1,1,,2026-11-23 08:26:55 UTC,,0,LOG,00000,\"y", "y\"", "\r\n",
}

// writeCSV writes rows as a server does, the whole of its messages quoted.
func writeCSV(r *rand.Rand) string {
	field := func() string {
		s := csvFields[r.IntN(len(csvFields))]
		if s == "" {
			return ""
		}
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	var b strings.Builder
	for range 1 + r.IntN(12) {
		fmt.Fprintf(&b, "2026-11-23 08:26:55.547 UTC,%s,%s,1,,6b03f8cf.1,1,%s,2026-11-23 08:26:55 UTC,,0,LOG,00000,%s,%s,%s,,,%s,%s,,,%s\n",
			field(), field(), field(), field(), field(), field(), field(), field(), field())
	}
	return b.String()
}

// csvEnds lists where the rows end when they are read from the first one on.
func csvEnds(content []byte) map[int]bool {
	f := csvReader{longest: longestRecord(1 << 20)}
	ends := map[int]bool{0: true}
	for at := 0; at < len(content); {
		end, _, _ := f.unit(content[at:], f.longest, endsWhole, &f.passed)
		at += end
		ends[at] = true
	}
	return ends
}

func TestCSV_isOnlyCutWhereARowEnds(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	cuts := 0
	for range 3000 {
		content := []byte(writeCSV(r))
		ends := csvEnds(content)
		for range 20 {
			n := r.IntN(len(content) + 1)
			f := csvReader{longest: longestRecord(1 << 20)}
			if end := f.split(content[:n]); !ends[end] {
				t.Fatalf("%q\n%d bytes of it are cut at %d, which is within a row", content, n, end)
			} else if end > 0 {
				cuts++
			}
		}
	}
	if cuts < 1000 {
		t.Errorf("%d cuts", cuts)
	}
}

func TestCSV_damageIsReadTheSameHoweverItIsCut(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for range 60 {
		content := []byte(writeCSV(r) + writeCSV(r))
		for range 1 + r.IntN(3) { // some bytes are lost, some doubled
			at := r.IntN(len(content))
			to := min(len(content), at+r.IntN(60))
			if r.IntN(2) == 0 {
				content = append(content[:at:at], content[to:]...)
			} else {
				content = append(content[:to:to], content[at:]...)
			}
		}
		want := outline(t, readLog(t, Options{Format: "csvlog", Jobs: 1, blockSize: 1 << 20}, string(content)))
		for _, size := range []int{64, 301, 1500} {
			if got := outline(t, readLog(t, Options{Format: "csvlog", Jobs: 2, blockSize: size}, string(content))); got != want {
				t.Errorf("%q\nin blocks of %d bytes:\n%s", content, size, difference(want, got))
			}
		}
	}
}
