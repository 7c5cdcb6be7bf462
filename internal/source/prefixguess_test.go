package source

import (
	"fmt"
	"strings"
	"testing"
)

func TestPrefix_aProcessKeepsItsUser(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		lines      []string
	}{
		{
			// Debian's prefix matches all of these lines, with users such as
			// "6b061c8a.47ff 2 shop".
			name: "what stands before the user is not part of it", want: "%m [%p] %c %l %q%u@%d/%a ",
			lines: []string{
				"2026-01-01 10:00:00.000 UTC [17] 6b061c8a.11 1 shop@shop/api LOG:  duration: 0.1 ms  statement: SELECT 1",
				"2026-01-01 10:00:00.001 UTC [17] 6b061c8a.11 2 shop@shop/api LOG:  duration: 0.1 ms  statement: SELECT 1",
				"2026-01-01 10:00:00.002 UTC [17] 6b061c8a.11 3 shop@shop/api LOG:  duration: 0.1 ms  statement: SELECT 1",
			},
		},
		{
			name: "nor is it in an order that no manual has", want: "%m [%p] %l %c %u@%d ",
			lines: []string{
				"2026-01-01 10:00:00.000 UTC [17] 1 6b061c8a.11 shop@shop LOG:  duration: 0.1 ms  statement: SELECT 1",
				"2026-01-01 10:00:00.001 UTC [17] 2 6b061c8a.11 shop@shop LOG:  duration: 0.1 ms  statement: SELECT 1",
				"2026-01-01 10:00:00.002 UTC [18] 1 6b061c8b.12 shop@shop LOG:  duration: 0.1 ms  statement: SELECT 1",
				"2026-01-01 10:00:00.003 UTC [17] 3 6b061c8a.11 shop@shop LOG:  duration: 0.1 ms  statement: SELECT 1",
			},
		},
		{
			name: "a number that comes back has a new owner", want: "%m [%p] %q%u@%d ",
			lines: []string{
				"2026-01-01 10:00:00.000 UTC [17] ann@one LOG:  duration: 0.1 ms  statement: SELECT 1",
				"2026-01-01 10:00:00.001 UTC [17] ann@one LOG:  duration: 0.1 ms  statement: SELECT 1",
				"2026-01-01 10:00:00.002 UTC [17] bob@two LOG:  duration: 0.1 ms  statement: SELECT 1",
			},
		},
		{
			name: "who connects is unknown at first", want: "%m [%p] %q%u@%d ",
			lines: []string{
				"2026-01-01 10:00:00.000 UTC [17] [unknown]@[unknown] LOG:  connection received: host=[local]",
				"2026-01-01 10:00:00.001 UTC [17] ann@one LOG:  connection authorized: user=ann database=one",
				"2026-01-01 10:00:00.002 UTC [17] ann@one LOG:  duration: 0.1 ms  statement: SELECT 1",
			},
		},
		{
			// A known prefix ends in a host, and takes all that is between for
			// the name of a database.
			name: "a name holds no fields", want: "%m [%p] %u@%d app=%a sess=%c vxid=%v qid=%Q ",
			lines: []string{
				"2026-01-01 10:00:00.000 UTC [17] ann@one app=web sess=6b061c8a.11 vxid=3/0 qid=-12 LOG:  duration: 0.1 ms  statement: SELECT 1",
				"2026-01-01 10:00:00.001 UTC [18] ann@one app=web sess=6b061c8b.12 vxid=4/0 qid=-12 LOG:  duration: 0.1 ms  statement: SELECT 1",
			},
		},
	} {
		p, rate := (&reading{}).prefix([]byte(strings.Join(tt.lines, "\n") + "\n"))
		if p == nil || p.text != tt.want || rate != 1 {
			t.Errorf("%s: got %v at a rate of %v, want %q", tt.name, p, rate, tt.want)
		}
	}
}

func TestPrefix_widthsAreDerived(t *testing.T) {
	var lines []string
	apps := []string{"psql", "web", "(val??es, [odd] = 'x')", "", "twenty-five bytes and more"}
	for i := range 60 {
		lines = append(lines, fmt.Sprintf("[%-10s] [%12s] (%-20s) %8d LOG:  duration: 0.411 ms  statement: SELECT %d", "app", "bench", apps[i%len(apps)], 27404+i%7, i))
	}
	lines = append(lines, "[          ] [            ] (                    )     9001 LOG:  checkpoint starting: time")
	p, rate := (&reading{}).prefix([]byte(strings.Join(lines, "\n") + "\n"))
	if p == nil || p.text != "[%-10*] [%12*] (%-20*) %8p " || rate != 1 {
		t.Fatalf("got %v at a rate of %v", p, rate)
	}
	l := readLog(t, Options{}, strings.Join(lines, "\n")+"\n")
	if got, want := l.coverage(), "executions=60"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestPrefix_nothingNeedStandBetweenTheFields(t *testing.T) {
	var b strings.Builder
	for i := range 40 {
		fmt.Fprintf(&b, "2026-11-23 08:27:37.%03d UTC%dappbenchLOG:  duration: 0.411 ms  execute s: SELECT %d WHERE a = $1\n", i, 27404+i%3, i)
		fmt.Fprintf(&b, "2026-11-23 08:27:37.%03d UTC%dappbenchDETAIL:  parameters: $1 = '1'\n", i, 27404+i%3)
	}
	b.WriteString("2026-11-23 08:27:38.000 UTC27001LOG:  checkpoint starting: time\n")
	for _, c := range []struct{ given, want string }{{"", "%m%p%*"}, {"%m%p%u%d", "%m%p%u%d"}} {
		l := readLog(t, Options{Prefix: c.given}, b.String())
		if in := l.w.Inputs[0]; l.coverage() != "executions=40" || in.Prefix != c.want || l.w.Sessions != 3 {
			t.Errorf("--log-line-prefix %q: %s by %q, %d sessions; want 40 executions by %q, 3 sessions", c.given, l.coverage(), in.Prefix, l.w.Sessions, c.want)
		}
	}
	for _, line := range []string{
		"2026-11-23 08:27:37 my catalogLOG:  no severity is written so",
		"2026-11-23 08:27:37 CATALOG:  a log of another program",
	} {
		if p, _ := (&reading{}).prefix([]byte(strings.Repeat(line+"\n", 3))); p != nil && strings.Contains(p.text, "%p") {
			t.Errorf("%s: %q", line, p.text)
		}
	}
}
