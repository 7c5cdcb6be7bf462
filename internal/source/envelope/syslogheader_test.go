package envelope

import (
	"testing"
	"time"
)

func TestSyslog_headers(t *testing.T) {
	for _, c := range []struct{ line, host, ident, pid, text string }{
		{"Nov 23 08:30:09 vm postgres[21990]: [3-1] x", "vm", "postgres", "21990", "[3-1] x"},
		{"Nov  3 08:30:09 vm postgres[21990]: x", "vm", "postgres", "21990", "x"},
		{"Nov 23 08:30:09.123456 vm postgres-main[1]:  x", "vm", "postgres-main", "1", " x"},
		{"Nov 23 2026 08:30:09 vm postgres[1]: x", "vm", "postgres", "1", "x"},
		{"<134>Nov 23 08:30:09 vm postgres[1]: x", "vm", "postgres", "1", "x"},
		{"Nov 23 08:30:09 vm local0.info postgres[1]: x", "vm", "postgres", "1", "x"},
		{"Nov 23 08:30:09 postgres[1]: x", "", "postgres", "1", "x"},
		{"Nov 23 08:30:09 vm kernel: x", "vm", "kernel", "", "x"},
		{"Mon 2026-11-23 08:30:09 UTC vm postgres[1]: x", "vm", "postgres", "1", "x"},
		{"1795422609.489077 vm postgres[1]: x", "vm", "postgres", "1", "x"},
		{"2026-11-23T08:30:09+0000 vm postgres[1]: x", "vm", "postgres", "1", "x"},
		{"2026-11-23T08:30:09.035003+00:00 vm postgres[16940]: [1-1] x", "vm", "postgres", "16940", "[1-1] x"},
		{"<134>1 2026-11-23T08:30:09Z vm postgres 16940 - -  [1-1] x", "vm", "postgres", "16940", "[1-1] x"},
		{`<134>1 2026-11-23T08:30:09Z vm postgres 16940 ID7 [a@1 b="]"][c d="\""] x`, "vm", "postgres", "16940", "x"},
		{"<134>1 2026-11-23T08:30:09Z vm postgres 16940 - - \ufeffx", "vm", "postgres", "16940", "x"},
		{"688 <134>1 2026-11-23T08:30:09+00:00 host app postgres.1105947 - [12-1]  x", "host", "app", "postgres.1105947", "[12-1]  x"},
		{"2026-11-23T08:30:09+00:00 app[postgres.4882]: [GREEN] [15-1]  x", "", "app", "postgres.4882", "[GREEN] [15-1]  x"},
		{"<134>1 2026-11-23T08:30:09+00:00 host d.73ea7440-270a-435a-a0ea-adf50b4e5f5a app postgres.1 - [1-1] x", "host", "app", "postgres.1", "[1-1] x"},
	} {
		p := syslogParser{grammar: english{}, year: 2026}
		l, ok := p.read([]byte(c.line))
		if !ok || string(l.host) != c.host || string(l.ident) != c.ident || string(l.pid) != c.pid || string(l.text) != c.text {
			t.Errorf("%s: %v, host %q, %q of %q, %q", c.line, ok, l.host, l.pid, l.ident, l.text)
		}
		if at := time.UnixMicro(l.at).UTC(); at.Year() != 2026 || at.Month() != time.November || at.Minute() != 30 {
			t.Errorf("%s: at %v", c.line, at)
		}
	}
	for _, line := range []string{
		"", "Nov 23", "Nov 23 08:30:09", "Nov 23 08:30:09 vm", "Foo 23 08:30:09 vm postgres[1]: x", "Nov 23 08:30 vm postgres[1]: x", "<134>", "<134>1 x", "<9999>Nov 23 08:30:09 vm a: x",
		"2026-11-23 08:26:55.052 UTC [16940] LOG:  x", "2026-11-23T08:27:37Z stderr F 2026-11-23 08:26:55.052 UTC [16940] LOG:  x", `2026-11-23T08:27:37Z {"message": "a: b"}`,
		"Nov 23 08:30:09 vm a word too many: x", "[1] 2026-11-23 08:00:00 UTC LOG:  x", "1795422609.489 [7] LOG:  x", "1795422609.489 LOG:  x", "1795422609.489 me@shop LOG:  x", "<134>1 2026-11-23T08:30:09Z vm postgres",
	} {
		p := syslogParser{grammar: english{}, year: 2026}
		if l, ok := p.read([]byte(line)); ok {
			t.Errorf("%q is read as %q of %q", line, l.text, l.ident)
		}
	}
}
