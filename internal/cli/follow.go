package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/apilint/apilint/analyzer/sequence"
	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
)

// live is what has been read so far of a log that is followed. The reading
// writes it, the terminal shows it.
type live struct {
	loops func() int // that were found so far; called while executions are observed

	mu         sync.Mutex
	statements map[uint32]*running // by group, bounded as groups are
	executions int64
	us         int64
	found      int
	last       time.Time // of the log
}

// running is one statement so far.
type running struct {
	group *workload.Group
	calls int64
	us    int64
	text  string // normalised, once it was shown
}

func newLive(f *sequence.Finder) *live {
	return &live{loops: f.Found, statements: map[uint32]*running{}}
}

// Observe implements [workload.Observer].
func (l *live) Observe(e *workload.Event, g *workload.Group, _ *workload.Context) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.statements[e.Group]
	if s == nil {
		s = &running{group: g}
		l.statements[e.Group] = s
	}
	if e.Kind == workload.KindExecution {
		s.calls++
		l.executions++
	}
	s.us += e.Dur
	l.us += e.Dur
	l.found = l.loops()
	if e.Start != 0 {
		l.last = time.UnixMicro(e.Start + e.Dur).UTC()
	}
}

// shown is how many statements the view lists.
const shown = 10

// view describes what was read, in lines no wider than width. since is what was
// read when it was last described, elapsed ago.
func (l *live) view(path string, width, height int, since int64, elapsed time.Duration) (lines []string, executions int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	rate := "-"
	if elapsed > 0 {
		rate = fmt.Sprintf("%.0f", float64(l.executions-since)/elapsed.Seconds())
	}
	at := "-"
	if !l.last.IsZero() {
		at = l.last.Format("2006-01-02 15:04:05 UTC")
	}
	lines = append(lines,
		fmt.Sprintf("following %s, log time %s (Ctrl-C ends it and prints the report)", path, at),
		fmt.Sprintf("%d executions of %d statements, %s a second now, %.0f ms of database time, %d possible loops",
			l.executions, len(l.statements), rate, float64(l.us)/1000, l.found),
		"",
		fmt.Sprintf("%12s %10s %6s  %s", "total ms", "calls", "share", "statement"))
	for _, s := range l.top(min(shown, max(0, height-len(lines)-1))) {
		if s.text == "" {
			s.text = normalised(s.group.Text)
		}
		share := 0.0
		if l.us > 0 {
			share = 100 * float64(s.us) / float64(l.us)
		}
		lines = append(lines, fmt.Sprintf("%12.1f %10d %4.0f %%  %s", float64(s.us)/1000, s.calls, share, s.text))
	}
	for i, line := range lines {
		runes := []rune(printable(line))
		lines[i] = string(runes[:min(len(runes), max(width-1, 0))])
	}
	return lines, l.executions
}

// top returns the n statements that took longest.
func (l *live) top(n int) []*running {
	all := make([]*running, 0, len(l.statements))
	for _, s := range l.statements {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *running) int {
		return cmp.Or(cmp.Compare(b.us, a.us), cmp.Compare(b.calls, a.calls), cmp.Compare(a.group.Key, b.group.Key))
	})
	return all[:min(n, len(all))]
}

// normalised is a text without its values, on one line.
func normalised(text string) string {
	out, err := sqltree.Normalize(text)
	if err != nil {
		out = sqltree.Mask(text)
	}
	return strings.Join(strings.Fields(out), " ")
}

// screen draws lines over the ones it drew before.
type screen struct {
	w     io.Writer
	lines int
}

func (s *screen) draw(lines []string) {
	var b strings.Builder
	if s.lines > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", s.lines)
	}
	b.WriteString("\r\x1b[J")
	for _, l := range lines {
		b.WriteString(l)
		b.WriteByte('\n')
	}
	s.lines = len(lines)
	_, _ = io.WriteString(s.w, b.String())
}

// redrawEvery is how often the view changes.
const redrawEvery = time.Second

// show draws the view of a followed log until the context ends, and then takes
// it away. It draws nothing when standard output is no terminal.
func (l *live) show(ctx context.Context, out io.Writer, path string) {
	file, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) || os.Getenv("TERM") == "dumb" {
		return
	}
	s := &screen{w: out}
	var executions int64
	var before time.Time
	for {
		width, height, err := term.GetSize(int(file.Fd()))
		if err != nil || width <= 0 {
			width, height = 80, 24
		}
		now := time.Now()
		elapsed := time.Duration(0)
		if !before.IsZero() {
			elapsed = now.Sub(before)
		}
		var lines []string
		lines, executions = l.view(path, width, height, executions, elapsed)
		before = now
		s.draw(lines)
		select {
		case <-ctx.Done():
			s.draw(nil)
			return
		case <-time.After(redrawEvery):
		}
	}
}

// followable rejects inputs that cannot be followed, before anything is read.
func followable(args []string) error {
	if len(args) != 1 || args[0] == "-" {
		return errors.New("--follow reads one log file: name it, and nothing else")
	}
	info, err := os.Stat(args[0])
	switch {
	case err != nil:
		return fmt.Errorf("--follow: %w", err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("--follow reads one log file, and %s is none", args[0])
	}
	return nil
}
