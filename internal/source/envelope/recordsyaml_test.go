package envelope

import (
	"strings"
	"testing"
)

func TestIsYAML_tellsDocumentsFromLogs(t *testing.T) {
	for _, c := range []struct {
		text string
		want bool
	}{
		{"---\ninsertId: a\nlogName: projects/p/logs/x\nseverity: INFO\ntextPayload: 'LOG:  duration: 1 ms'\n", true},
		{"- insertId: a\n  logName: x\n  textPayload: |-\n    LOG:  duration: 1 ms\n", true},
		{"- timestamp: 1\n  message: \"LOG:  duration: 1 ms  statement: SELECT 1\"\n  id: a\n  x: y\n", true},
		{strings.Repeat("LOG:  duration: 0.100 ms  statement: SELECT 1\n", 5), false},
		{strings.Repeat("pg: time=2026-11-25 02:35:29.529 UTC level=00000 LOG:  duration: 0.100 ms\n", 5), false},
		{strings.Repeat("db: LOG:  database system is ready\n", 5), false},
		{"a: b\n", false},
	} {
		if got := isYAML([]byte(c.text)); got != c.want {
			t.Errorf("%.60q: %v, want %v", c.text, got, c.want)
		}
	}
}
