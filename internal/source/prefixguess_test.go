package source

import (
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
