package source

import (
	"strings"
	"testing"
)

// sameUnwrapped reads content whole and in small blocks: what is around a log
// must not depend on how it is cut, and nothing may be dropped in silence.
func sameUnwrapped(t *testing.T, content []byte) {
	t.Helper()
	o := Options{MaxStatement: 1000, Jobs: 1}
	whole := readLog(t, o, string(content))
	o.Jobs, o.blockSize = 2, 100
	cut := readLog(t, o, string(content))
	if want, got := outline(t, whole), outline(t, cut); want != got {
		t.Errorf("in small blocks:\n%s", difference(want, got))
	}
	for _, in := range whole.w.Inputs {
		if in.Kind == "unknown" && len(in.Notes) == 0 {
			t.Errorf("%s is dropped in silence", in.Path)
		}
	}
}

func FuzzEnvelope(f *testing.F) {
	w := sampleLog(f)
	w.lines, w.records, w.rows = w.lines[:20], w.records[:8], w.rows[:8]
	for _, s := range []string{
		w.docker(), w.cri(), w.insights(), w.gcp(arrayNewestFirst, withoutTime), otlp(func(i int) any { return text(w.lines[i]) }, 5),
		otlp(func(i int) any { return kvlist(w.jsonlog[i]) }, 5),
		w.each(func(_ int, line string) string { return "\x1b[36mdb-1   | \x1b[0m" + line + "\nweb-1  | GET /\n" }),
		w.each(func(i int, line string) string { return "pg-0 postgres " + stamp(i) + " " + line + "\n" }),
		jsonLines(w.azure(func(r map[string]string) map[string]string {
			return map[string]string{"timestamp": r["log_time"], "message": r["log_time"] + "-" + r["session_id"] + "-" + r["message"]}
		})),
		object("level", "info", "logger", "postgres", "msg", "record", "logging_pod", "pg-1", "record", w.rows[7]),
		"@timestamp,@message\n2026-11-23 08:27:37.000,\"" + w.lines[0] + "\n\"\n",
		wideText(w.lines[0], false, true), yamlDocuments(w, marshal), journalExport(w), journalVerbose(w),
		joined(reversed(indexed(w.lines, func(i int, line string) string { return stamp(i) + ` {app="pg"} ` + line + "\n" }))),
		w.each(func(i int, line string) string { return stamp(i) + "\tpg\t" + object("log", line) + "\n" }),
		joined(reversed(w.messages())), table(';', []string{"Date", "Message"}, rowsOf(w.messages(), func(i int, m string) []string { return []string{stamp(i), m} })),
	} {
		f.Add([]byte(s[:min(len(s), 4000)]))
	}
	f.Fuzz(func(t *testing.T, content []byte) { sameUnwrapped(t, content) })
}

func FuzzSyslog(f *testing.F) {
	w := attacked()
	w.records = w.records[:12]
	for _, s := range []string{
		w.syslog(rfc3164, true, true, octal), w.syslog(rfc3164, false, true, octal), w.syslog(rfc3164, true, false, octal),
		w.syslog(rfc5424, false, false, octal), journalJSON(w.syslog(func(pid string, _ int) string { return "\x00" + pid + "\x00" }, true, true, plain)),
		w.syslog(heroku(func(pid string, i int) string { return "688 <134>1 " + stamp(i) + " host app postgres." + pid + " - " }), true, true, octal),
	} {
		f.Add([]byte(s[:min(len(s), 4000)]))
	}
	f.Fuzz(func(t *testing.T, content []byte) { sameUnwrapped(t, content) })
}

// A hostile input of this size must not take longer than a true one: each is
// read in time in proportion to its length, or the test never ends.
func TestRead_hostileEnvelopesEnd(t *testing.T) {
	const size = 2 << 20
	fill := func(s string) string { return strings.Repeat(s, size/len(s)+1) }
	true1 := stamp(0) + " stderr F 2026-11-23 08:00:00.000 UTC [1] LOG:  duration: 1.000 ms  statement: SELECT 1\n"
	docker := object("log", "2026-11-23 08:00:00.000 UTC [1] LOG:  duration: 1.000 ms  statement: SELECT 1\n", "stream", "stderr", "time", stamp(0)) + "\n"
	syslog := "Nov 23 08:00:00 vm postgres[1]: [1-1] 2026-11-23 08:00:00.000 UTC [1] LOG:  duration: 1.000 ms  statement: SELECT 1\n"
	for name, content := range map[string]string{
		"open objects":       docker + fill(`{"a":`),
		"open arrays":        docker + fill("["),
		"braces":             docker + fill("{"),
		"quotes":             docker + fill(`"`),
		"backslashes":        docker + `{"log":"` + fill(`\`),
		"an endless string":  docker + `{"log":"` + fill("x"),
		"broken objects":     docker + fill("{\"a\"\n"),
		"containers":         docker + fill(`{"events":[`),
		"keys":               docker + `{"events":[{"a":1}]` + fill(`,"a":1`),
		"numbers":            docker + `{"log":[` + fill("1,"),
		"an endless part":    strings.Replace(true1, " F ", " P ", 1) + fill(strings.Replace(true1, " F ", " P ", 1)),
		"a line":             true1 + fill("x"),
		"colours":            fill("\x1b[31m"),
		"processes":          syslog + manyProcesses(size),
		"pieces":             syslog + fill("Nov 23 08:00:00 vm postgres[1]: [1-2] x\n"),
		"breaks in a piece":  "Nov 23 08:00:00 vm postgres[1]: [1] 2026-11-23 08:00:00.000 UTC [1] LOG:  x" + fill("#012"),
		"blanks":             fill(" "),
		"brackets":           syslog + fill("<1>1 "),
		"pods":               "a b 2026-11-23 08:00:00 UTC LOG:  x\n" + fill("a b \t"),
		"names of a table":   fill("log,"),
		"a quote of a row":   "Date,Message\n" + stamp(0) + ",\"2026-11-23 08:00:00.000 UTC [1] LOG:  x\"\n1,\"" + fill("x\n"),
		"rows, newest first": `2026-11-23 08:00:09.000 UTC,"` + "\n" + `2026-11-23 08:00:00.000 UTC,"` + fill("x\n"),
		"newest first":       fill("2026-11-23 08:00:09 UTC [1] LOG:  x\n2026-11-23 08:00:05 UTC [1] LOG:  x\n2026-11-23 08:00:01 UTC [1] LOG:  x\n"),
		"heads":              "a b \tx\na b LOG:  x\na b LOG:  y\n" + fill("a  b  \t"),
		"YAML":               "---\na:\n  b: 1\n  c: LOG:  x\n" + fill(" - a:\n"),
		"YAML, a quote":      "---\na: 1\nb: 2\nc: \"2026-11-23 08:00:00.000 UTC [1] LOG:  x\"\nd: \"" + fill("x\n"),
		"YAML, blanks":       "---\na: 1\nb: 2\nc: 2026-11-23 08:00:00.000 UTC [1] LOG:  x\n" + fill("\n"),
		"journal's lengths":  "__CURSOR=a\nMESSAGE\n" + fill("\xff"),
		"journal's fields":   "__CURSOR=a\nMESSAGE=2026-11-23 08:00:00.000 UTC [1] LOG:  x\n" + fill("A=\n"),
		"verbose":            "Mon 2026-11-23 08:27:37.000000 UTC [s=a;i=1;b=0f;m=3]\n    MESSAGE=2026-11-23 08:00:00.000 UTC [1] LOG:  x\n" + fill("x\n"),
	} {
		t.Run(name, func(t *testing.T) {
			l := readLog(t, Options{}, content)
			if in := l.w.Inputs[0]; in.Kind == "unknown" && len(in.Notes) == 0 {
				t.Error("it is dropped in silence")
			}
		})
	}
}

// manyProcesses writes one line each.
func manyProcesses(size int) string {
	var b strings.Builder
	for i := 1; b.Len() < size; i++ {
		b.WriteString(rfc3164(strings.Repeat("9", i%5)+string(rune('0'+i%10)), i))
		b.WriteString("[1-1] 2026-11-23 08:00:00.000 UTC [1] LOG:  x\n")
	}
	return b.String()
}
