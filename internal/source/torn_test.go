package source

import (
	"strings"
	"testing"
)

func TestTorn_aRecordWrittenIntoALongOneIsCountedAndNotRead(t *testing.T) {
	const other = "2026-11-23 08:00:00.001 UTC [2] LOG:  duration: 9.000 ms  statement: SELECT 9"
	long := "SELECT a" + strings.Repeat(", a", 2000)
	for _, c := range []struct{ name, lines, want, count string }{
		{
			"between two words", "LOG:  duration: 1.000 ms  statement: " + long + " " + other + "\nFROM b\n",
			"1: 1000 µs " + long + " ", "executions=1 torn=1 unreadable=1 truncated=1",
		},
		{
			"text in a string is text", "LOG:  duration: 1.000 ms  statement: " + long + ", '" + other + "'\n",
			"1: 1000 µs " + long + ", '" + other + "'", "executions=1",
		},
		{
			"and in a comment", "LOG:  duration: 1.000 ms  statement: " + long + " /* " + other + " */\n",
			"1: 1000 µs " + long + " /* " + other + " */", "executions=1",
		},
		{
			"what is short was written at once", "LOG:  duration: 1.000 ms  statement: SELECT a " + other + "\n",
			"1: 1000 µs SELECT a " + other, "executions=1",
		},
	} {
		l := readLog(t, Options{Prefix: "%m [%p] "}, "2026-11-23 08:00:00.000 UTC [1] "+c.lines)
		if got := strings.Join(l.lines, "|"); got != c.want || l.coverage() != c.count {
			t.Errorf("%s: %.80s ... %q (%s), want %.80s (%s)", c.name, got, got[max(0, len(got)-90):], l.coverage(), c.want, c.count)
		}
	}
}
