package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apilint/apilint/analyzer/engine"
	"github.com/apilint/apilint/analyzer/workload"
)

// after calls f at the n-th execution.
type after struct {
	n int
	f func()
}

func (a *after) Observe(*workload.Event, *workload.Group, *workload.Context) {
	if a.n--; a.n == 0 {
		a.f()
	}
}

func TestAnalyze_aFollowedLogEndsWithTheReport(t *testing.T) {
	var log strings.Builder
	log.WriteString("2026-11-23 08:26:55.001 UTC [16953] LOG:  duration: 1.000 ms  statement: SELECT id FROM users ORDER BY id LIMIT 20\n")
	for i := range 20 {
		fmt.Fprintf(&log, "2026-11-23 08:26:55.%03d UTC [16953] LOG:  duration: 0.500 ms  statement: SELECT id, title FROM posts WHERE user_id = %d\n", 10+i, 1000+i)
	}
	path := filepath.Join(t.TempDir(), "postgresql.log")
	if err := os.WriteFile(path, []byte(log.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, interrupt := context.WithCancel(context.Background())
	defer interrupt()
	var out, errs bytes.Buffer
	s := streams{strings.NewReader(""), &out, &errs}
	f := &analyzeFlags{}
	cmd := f.command(s)
	f.observers = []workload.Observer{&after{2, interrupt}}
	cmd.SetArgs([]string{"--follow", path, "--min-confidence", "low", "--fail-on", "warning"})
	err := cmd.ExecuteContext(ctx)
	var exit *exitError
	if !errors.As(err, &exit) || exit.code != engine.ExitFindings {
		t.Errorf("it ended with %v, want exit code 1 as analyze has\n%s", err, errs.String())
	}
	for _, want := range []string{"21 executions of 2 statements", "n-plus-one", "20x  SELECT id, title FROM posts WHERE user_id = $1"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "\x1b") || strings.Contains(out.String(), "following") {
		t.Errorf("a view was drawn where there is no terminal:\n%s", out.String())
	}
}

func TestLive_viewNamesWhatTakesLongest(t *testing.T) {
	found := 0
	l := &live{loops: func() int { return found }, statements: map[uint32]*running{}}
	quick := &workload.Group{Key: 1, Text: "SELECT 1 FROM quick WHERE secret = 'hunter2'"}
	slow := &workload.Group{Key: 2, Text: "SELECT *\n\tFROM slow WHERE name = 'hunter2' /* \x1b[2J */"}
	start := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC).UnixMicro()
	for i := range 30 {
		l.Observe(&workload.Event{Group: 0, Dur: 1000, Start: start + int64(i)*1000}, quick, nil)
	}
	found = 2
	l.Observe(&workload.Event{Group: 1, Dur: 70_000, Start: start + 900_000}, slow, nil)
	l.Observe(&workload.Event{Group: 1, Dur: 0, Kind: workload.KindFetch}, slow, nil)

	lines, executions := l.view("pg.log", 70, 24, 11, 2*time.Second)
	want := []string{
		"following pg.log, log time 2026-11-23 08:00:00 UTC (Ctrl-C ends it an",
		"31 executions of 2 statements, 10 a second now, 100 ms of database ti",
		"",
		"    total ms      calls  share  statement",
		"        70.0          1   70 %  SELECT * FROM slow WHERE name = $1",
		"        30.0         30   30 %  SELECT $1 FROM quick WHERE secret = $",
	}
	if executions != 31 || strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("%d executions\n got\n%s\nwant\n%s", executions, strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	if wide, _ := l.view("pg.log", 200, 24, 0, 0); !strings.Contains(wide[1], "- a second now") || !strings.HasSuffix(wide[1], "2 possible loops") {
		t.Errorf("at first: %s", wide[1])
	}
	if low, _ := l.view("pg.log", 200, 6, 0, 0); len(low) != 5 {
		t.Errorf("a terminal of 6 lines gets %d", len(low))
	}
}

func TestScreen_drawsOverWhatItDrew(t *testing.T) {
	var b bytes.Buffer
	s := &screen{w: &b}
	s.draw([]string{"one", "two"})
	s.draw([]string{"three"})
	s.draw(nil)
	if want := "\r\x1b[Jone\ntwo\n" + "\x1b[2A\r\x1b[Jthree\n" + "\x1b[1A\r\x1b[J"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestAnalyze_followsOneLog(t *testing.T) {
	dir := t.TempDir()
	prose := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(prose, []byte("The quick brown fox.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []string
		exit int
		says string
	}{
		{"no input", nil, 2, "nothing to read"},
		{"two", []string{prose, prose}, 2, "--follow reads one log file"},
		{"a pipe", []string{"-"}, 2, "--follow reads one log file"},
		{"a folder", []string{dir}, 2, "--follow reads one log file"},
		{"no such file", []string{filepath.Join(dir, "missing")}, 2, "no such file"},
		{"no log", []string{prose}, 3, "cannot be followed"},
	} {
		if _, stderr := command(t, c.exit, append([]string{"analyze", "--follow"}, c.args...)...); !strings.Contains(stderr, c.says) {
			t.Errorf("%s: it says %q, want %q", c.name, stderr, c.says)
		}
	}
}
