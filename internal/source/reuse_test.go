package source

import (
	"fmt"
	"strings"
	"testing"
)

// A process number comes again: what tells that a session has ended? Each case
// lists the sessions of its executions.
func TestRead_aProcessNumberThatComesAgainIsANewSession(t *testing.T) {
	for _, c := range []struct{ name, prefix, lines, want string }{
		{"nothing tells", "%m [%p] ", "[7] LOG:  S|[7] LOG:  S", "0 0"},
		{"it connects", "%m [%p] ", "[7] LOG:  S|[7] LOG:  connection received: host=[local]|[7] LOG:  S", "0 1"},
		{"it connects, and both messages are logged", "%m [%p] %q%u@%d ", "[7] a@b LOG:  S|[7] [unknown]@[unknown] LOG:  connection received: host=10.0.0.7 port=4711|[7] a@b LOG:  connection authorized: user=a database=b|[7] a@b LOG:  S", "0 1"},
		{"only the first message is logged, before the user is known", "%m [%p] %q%u@%d ", "[7] a@b LOG:  S|[7] [unknown]@[unknown] LOG:  connection received: host=10.0.0.7 port=4711|[7] a@b LOG:  S", "0 1"},
		{"it has gone", "%m [%p] %q%u@%d ", "[7] a@b LOG:  S|[7] a@b LOG:  disconnection: session time: 0:00:01.234 user=a database=b host=[local]|[7] a@b LOG:  S", "0 1"},
		{"in German", "%m [%p] ", "[7] LOG:  S|[7] LOG:  Verbindung empfangen: Host=[local]|[7] LOG:  S|[7] LOG:  Verbindungsende: Sitzungszeit: 0:00:01.234 Benutzer=a Datenbank=b Host=[local]|[7] LOG:  S", "0 1 2"},
		{"another user", "%m [%p] %q%u@%d ", "[7] a@b LOG:  S|[7] c@b LOG:  S", "0 1"},
		{"another database", "%m [%p] %q%u@%d ", "[7] a@b LOG:  S|[7] a@c LOG:  S", "0 1"},
		{"the start of the process", "%m [%p] %s ", "[7] 2026-11-23 07:00:00 UTC LOG:  S|[7] 2026-11-23 07:30:00 UTC LOG:  S|[7] 2026-11-23 07:30:00 UTC LOG:  S", "0 1 1"},
		{"others go on", "%m [%p] ", "[7] LOG:  S|[8] LOG:  S|[7] LOG:  connection received: host=[local]|[8] LOG:  S|[7] LOG:  S", "0 1 1 2"},
		{"a function prints that it connects", "%m [%p] ", "[7] LOG:  S|[7] LOG:  connection received: host=[local]\n[7] CONTEXT:  PL/pgSQL function f() line 1 at RAISE|[7] LOG:  S", "0 0"},
	} {
		statement := "duration: 1.000 ms  statement: SELECT a FROM t"
		if strings.Contains(c.lines, "Verbindung") {
			statement = "Dauer: 1.000 ms  Anweisung: SELECT a FROM t"
		}
		var log strings.Builder
		for i, record := range strings.Split(c.lines, "|") {
			for line := range strings.SplitSeq(record, "\n") {
				fmt.Fprintf(&log, "2026-11-23 08:00:%02d.000 UTC %s\n", i, strings.Replace(line, "LOG:  S", "LOG:  "+statement, 1))
			}
		}
		l := readLog(t, Options{Prefix: c.prefix}, log.String())
		var got []string
		numbers := map[uint32]int{}
		for _, e := range l.events {
			if _, known := numbers[e.Session]; !known {
				numbers[e.Session] = len(numbers)
			}
			got = append(got, fmt.Sprint(numbers[e.Session]))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: sessions %s, want %s", c.name, s, c.want)
		}
	}
}
