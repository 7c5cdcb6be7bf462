package source

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// quickPrefixes have fields of every kind.
var quickPrefixes = []string{
	"%m [%p] ", "%t [%p]: ", "[%p] %m", "%m [%p] %q%u@%d ", "%m [%p] %q%u@%d/%a ", "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
	"%m %u%d [%p] ", "%m:%r:%u@%d:[%p]:", "%m [%p] %c %v %x ", "%m [%c] %a|%b|%i ", "%n [%p] ", "%m <%10u> [%p] ", "%t %q%a %p ", "%m",
	"%m [%p] %s %e ", "%m [%p] q=%Q ",
}

// quickHeads say in one line what a prefix was read as.
func quickHead(h *head) string {
	return fmt.Sprintf("%d %v pid %q session %q start %q user %q database %q app %q vxid %q severity %d text %d",
		h.at, h.timed, h.pid, h.session, h.start, h.user, h.database, h.app, h.vxid, h.severity, h.text)
}

// checkQuick reads lines with a matcher that learns, and each of them with one
// that does not.
func checkQuick(t *testing.T, prefix string, lines []string) (quick int) {
	t.Helper()
	p := compilePrefix(prefix)
	learning := matcher{p: p}
	for _, text := range lines {
		line := []byte(text)
		plain := matcher{p: p}
		matches := plain.match(line)
		if learning.quick(line) {
			quick++
			if got, want := quickHead(&learning.head), quickHead(&plain.head); !matches || got != want || plain.head.ambiguous {
				t.Errorf("prefix %q, line %q\n read quickly %s\n       match %s (%v)", prefix, line, got, want, matches)
			}
		}
		if learning.match(line) {
			learning.learn(line)
		}
		if got, want := quickHead(&learning.head), quickHead(&plain.head); got != want {
			t.Errorf("prefix %q, line %q\n after learning %s\n          match %s", prefix, line, got, want)
		}
	}
	return quick
}

// writePrefix writes a prefix as a server does, with names that look like parts
// of it.
func writePrefix(prefix string, r *rand.Rand) string {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	name := func() string {
		return pick("app", "a", "", "my db", "u@d", "[unknown]", "x LOG", "LOG:  ", "a, b", "12", "é", "a:b", "LOG:  duration: 1.000 ms  statement: x", "]", "really_long_name_of_somebody_who_likes_names_a_lot")
	}
	out := ""
	for i := 0; i < len(prefix); i++ {
		if prefix[i] != '%' {
			out += prefix[i : i+1]
			continue
		}
		i++
		for prefix[i] >= '0' && prefix[i] <= '9' {
			i++
		}
		switch prefix[i] {
		case 'm':
			out += fmt.Sprintf("2026-11-23 08:26:%02d.%03d%s", 50+r.IntN(3), r.IntN(1000), pick(" UTC", " UTC", " CET", " +0545", ""))
		case 't':
			out += fmt.Sprintf("2026-11-23 08:26:%02d%s", 50+r.IntN(3), pick(" UTC", " UTC", " CET"))
		case 'n':
			out += fmt.Sprintf("17954224%02d.%03d", r.IntN(100), r.IntN(1000))
		case 's':
			out += "2026-11-23 08:00:00 UTC"
		case 'p', 'l', 'x', 'Q':
			out += pick("4100", "4101", "7", "99999")
		case 'c':
			out += pick("6b03f8fb.1004", "6b03f8fb.1005")
		case 'v':
			out += pick("3/64", "3/65", "")
		case 'e':
			out += "00000"
		case 'h', 'r':
			out += pick("[local]", "10.0.0.1(5432)", "10.0.0.1")
		case 'i':
			out += pick("SELECT", "INSERT")
		case 'q':
			if r.IntN(8) == 0 {
				return out
			}
		default:
			out += name()
		}
	}
	return out
}

func TestQuick_readsWhatMatchReads(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, prefix := range quickPrefixes {
		var lines []string
		for range 3000 {
			message := [...]string{"duration: 1.000 ms  statement: SELECT 1", "x", "", "statement: SELECT 'LOG:  '", ":  ", "checkpoint LOG:  "}[r.IntN(6)]
			severity := [...]string{"LOG:  ", "LOG:  ", "LOG:  ", "ERROR:  ", "LOG: ", "DETAIL:  "}[r.IntN(6)]
			line := writePrefix(prefix, r) + severity + message
			lines = append(lines, line[:max(0, len(line)-max(0, r.IntN(200)-190))])
		}
		if n := checkQuick(t, prefix, lines); n == 0 && prefix != "%n [%p] " && prefix != "%m <%10u> [%p] " {
			t.Errorf("prefix %q: no line was read quickly", prefix)
		}
	}
}

func FuzzQuick(f *testing.F) {
	r := rand.New(rand.NewPCG(5, 6))
	for i, prefix := range quickPrefixes {
		f.Add(uint8(i), writePrefix(prefix, r)+"LOG:  x", writePrefix(prefix, r)+"LOG:  LOG:  y", writePrefix(prefix, r)+"LOG:  z")
	}
	f.Fuzz(func(t *testing.T, prefix uint8, a, b, c string) {
		checkQuick(t, quickPrefixes[int(prefix)%len(quickPrefixes)], []string{a, b, c, a, b, c, a + c, b + a, b + c, c})
	})
}
