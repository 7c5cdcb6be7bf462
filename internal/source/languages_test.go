package source

import (
	"fmt"
	"strings"
	"testing"
)

// fill puts values for the %s of a message's template.
func fill(template string, values ...string) string {
	for _, v := range values {
		template = strings.Replace(template, "%s", v, 1)
	}
	return template
}

func TestLanguages_everyMessageIsRead(t *testing.T) {
	for _, l := range languages() {
		t.Run(l.Name, func(t *testing.T) {
			line := func(word, message string) string {
				return "2026-11-23 08:00:00.001 UTC [1] " + l.Words[word] + ":  " + message + "\n"
			}
			log := func(message string) string { return line("LOG", message) }
			const query = "SELECT a FROM b WHERE c = $1"
			content := log(fill(l.Statement, "1.500", "SELECT 1")) +
				log(fill(l.Parse, "0.100", "S_1", query)) +
				log(fill(l.Bind, "0.200", "S_1", "/", "C_2", query)) +
				log(fill(l.Named, "2.500", l.Execute, "S_1", "/", "C_2", query)) +
				line("DETAIL", fill(l.Parameters, "$1 = 'o''brien, ...'")) +
				log(fill(l.Pending, "SELECT 2, 2")) +
				log(fill(l.Bare, "3.500")) +
				log(l.Execute+" <unnamed>: SELECT 3, 3, 3") +
				log(fill(l.Bare, "4.500")) +
				log(fill(l.Statement, "5.500", "EXECUTE q(1)")) +
				line("DETAIL", fill(l.Prepare, "PREPARE q AS SELECT 4, 4, 4, 4, $1")) +
				line("ERROR", "x") + line("STATEMENT", "SELECT 1/0") +
				line("FATAL", "x") + line("WARNING", fill(l.Statement, "9999.000", "SELECT 'forged'")) +
				log(fill(l.Statement, "9999.000", "SELECT 'forged'")) + line("CONTEXT", "x") +
				log("duration: 6.500 ms  plan:\n\tQuery Text: SELECT x\n\tResult  (cost=0.00..0.01 rows=1 width=4)")
			want := []string{
				"1: 1500 µs SELECT 1", "4: 2500 µs " + query, "6: 3500 µs SELECT 2, 2", "8: 4500 µs SELECT 3, 3, 3", "10: 5500 µs SELECT 4, 4, 4, 4, $1",
				"18: 6500 µs SELECT x",
			}
			count := "executions=6 parse=1 bind=1 plans=1 errors=2"
			if l.Fetch != "" {
				content += log(fill(l.Named, "7.500", l.Fetch, "S_1", "/", "C_2", query))
				want = append(want, "21: 7500 µs "+query)
				count = "executions=7 fetches=1 parse=1 bind=1 plans=1 errors=2"
			}
			read := readLog(t, Options{}, content)
			if got := strings.Join(read.lines, "\n"); got != strings.Join(want, "\n") {
				t.Errorf("executions\n%s\nwant\n%s", got, strings.Join(want, "\n"))
			}
			if got := read.coverage(); got != count {
				t.Errorf("coverage %q, want %q", got, count)
			}
			if got := read.w.Inputs[0].Language; got != l.Name {
				t.Errorf("language %s", got)
			}
			if e := read.events[1]; fmt.Sprint(e.Params) != fmt.Sprint(hashes("o''brien, ...")) {
				t.Errorf("the logged value hashes to %v", e.Params)
			}
		})
	}
}

func TestLanguages_noWordMeansTwoThings(t *testing.T) {
	for _, l := range languages() {
		for english, word := range l.Words {
			if got, want := severityOf([]byte(word)), severities[english]; got != want {
				t.Errorf("%s: %s is %d, want %d", l.Name, word, got, want)
			}
		}
	}
}
