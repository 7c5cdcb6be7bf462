package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/olekukonko/tablewriter/tw"

	"github.com/apilint/apilint/analyzer"
)

// Inspect writes what was recognised in each input and how much of it.
func Inspect(w io.Writer, r *analyzer.Result, o Options) error {
	const enough = 3
	p := newPage(w, o)
	if len(r.Inputs) > 1 {
		if err := p.overview(r); err != nil {
			return err
		}
	}
	whole := 0
	for i := range r.Inputs {
		in := &r.Inputs[i]
		if len(r.Inputs) > enough && !o.Verbose && !odd(in) {
			whole++
			continue
		}
		if len(r.Inputs) > 1 { // the overview stands above
			p.gap()
		}
		p.input(in, o)
	}
	if whole > 0 {
		p.gap()
		p.text(0, faint, plural(int64(whole), "input")+" of which everything was understood (-v describes each)")
	}
	if len(r.Inputs) > 0 {
		p.gap()
	}
	text, st := workload(r), plain
	switch r.Exit {
	case 3:
		text, st = "no statement was recognised in the input", red
		if r.Workload.Distinct > 0 {
			text = "too few lines were understood"
		}
	case 130:
		text, st = "interrupted, this is what was read until then: "+text, yellow
	}
	p.text(0, st, fmt.Sprintf("%s (exit %d)", text, r.Exit))
	return p.Flush()
}

// odd reports whether there is more to say of an input than its numbers.
func odd(in *analyzer.Input) bool {
	return len(in.Notes) > 0 || in.ThresholdMS != nil || in.Sampled != nil || record[in.Kind] == "" ||
		in.Unreadable+in.Truncated+in.Bare+in.Pending+in.Filtered+in.Ambiguous+in.Torn > 0 || in.Kind == "log" && in.Executions == 0
}

// overview is one row for each input; unread are lines.
func (p *page) overview(r *analyzer.Result) error {
	right, left := tw.AlignRight, tw.AlignLeft
	g := &grid{
		header: []string{"executions", "time", "lines", "unread", "as", "input"},
		align:  []tw.Align{right, right, right, right, left, left},
	}
	widths := make([]int, len(g.header)-1)
	for i := range r.Inputs {
		in := &r.Inputs[i]
		row := []string{unknown, unknown, unknown, "", "unknown"}
		switch {
		case in.Kind == "pgss":
			row[4] = in.Kind
		case record[in.Kind] != "":
			row[4] = in.Format
		}
		if in.Executions > 0 {
			row[0], row[1] = count(in.Executions), duration(in.ExecMS)
		}
		if in.Lines > 0 {
			row[2] = count(in.Lines)
		}
		if n := in.Unreadable; n > 0 {
			row[3] = count(n)
		}
		for c := range row {
			row[c] = clean(row[c])
			widths[c] = max(widths[c], cells(row[c]), cells(g.header[c]))
		}
		g.rows = append(g.rows, row)
	}
	room := p.width
	for _, n := range widths {
		room -= n + 2
	}
	for i := range g.rows {
		g.rows[i] = append(g.rows[i], strings.Join(breakPath(clean(name(&r.Inputs[i])), room), "\n"))
	}
	return g.write(p, 0)
}

// breakPath breaks a path behind slashes.
func breakPath(path string, width int) []string {
	lines := []string{""}
	for _, part := range strings.SplitAfter(path, "/") {
		last := &lines[len(lines)-1]
		if *last != "" && cells(*last)+cells(part) > width {
			lines = append(lines, part)
			continue
		}
		*last += part
	}
	return lines
}

// factStart is where the facts of an input begin.
const factStart = 14

// input describes one input, a fact a line; what it has none of is left out.
func (p *page) input(in *analyzer.Input, o Options) {
	p.text(0, bold, name(in))
	fact := func(name, text string) {
		if text != "" {
			p.hang(2, factStart, name, faint, text)
		}
	}
	warn := func(name, text string) { p.hang(2, factStart, name, yellow, text) }
	id := identity(in)
	format := strings.Join(id[:len(id)-1], ", ")
	if in.PrefixRate != nil {
		format += fmt.Sprintf("; the prefix matches %s of the lines", percent(*in.PrefixRate))
	}
	fact("read as", format)
	amount := id[len(id)-1:]
	if in.Lines > 0 {
		amount = append(amount, plural(in.Lines, "line"))
	}
	if noun := record[in.Kind]; noun != "" && in.Kind != "stats" {
		amount = append(amount, plural(in.Records, noun))
	}
	fact("size", strings.Join(amount, ", "))
	fact("time", span(in.From, in.To))
	switch {
	case in.Executions > 0:
		text := count(in.Executions)
		if in.ExecMS > 0 {
			text += ", " + duration(in.ExecMS) + " in all"
		}
		if in.MaxExecMS > 0 {
			text += ", the longest " + duration(in.MaxExecMS)
		}
		fact("executions", text)
	case in.Kind == "log":
		warn("executions", "none: no statement with a duration")
	}
	if in.Fetches > 0 {
		fact("", count(in.Fetches)+" of them only fetch more rows: they take time, but are no calls")
	}
	if in.Parse+in.Bind > 0 {
		fact("not counted", count(in.Parse)+" parse and "+count(in.Bind)+" bind steps: they belong to executions")
	}
	if in.Plans > 0 {
		fact("plans", count(in.Plans))
	}
	if in.Nested > 0 {
		fact("nested", plural(in.Nested, "plan")+" of statements inside functions: no executions")
	}
	if in.LockWaits > 0 {
		fact("locks", plural(in.LockWaits, "lock")+" waited for: that time is the statement's, but ranks nothing")
	}
	if in.Errors > 0 {
		fact("errors", count(in.Errors)+" that the server reported")
	}
	if in.Empty > 0 {
		fact("empty", plural(in.Empty, "query")+" without text")
	}
	if in.ThresholdMS != nil {
		warn("threshold", "only statements of "+duration(*in.ThresholdMS)+" and more: what is fast and frequent is missing")
	}
	if in.Sampled != nil {
		warn("sampled", "holds about "+percent(*in.Sampled)+" of the statements or less")
	}
	for _, c := range []struct {
		name string
		n    int64
		noun string
		what string
	}{
		{"unreadable", in.Unreadable, "line", "of no known form"},
		{"truncated", in.Truncated, "text", "cut short"},
		{"bare", in.Bare, "duration", "whose statement is not in the log"},
		{"pending", in.Pending, "statement", "whose duration is not in the log"},
		{"left out", in.Filtered, "execution", "by --since, --until, --database, --user or --app"},
		{"ambiguous", in.Ambiguous, "record", "with more than one reading"},
		{"torn", in.Torn, "record", "written into the middle of others and lost: logging_collector = on keeps them apart"},
	} {
		if c.n > 0 {
			warn(c.name, plural(c.n, c.noun)+" "+c.what)
		}
		if c.name == "unreadable" {
			p.examples(in, o)
		}
	}
	for _, n := range in.Notes {
		warn("note", n)
	}
}

// examples shows what was not understood: one of them, with -v all.
func (p *page) examples(in *analyzer.Input, o Options) {
	shown := in.Examples
	if !o.Verbose && len(shown) > 1 {
		shown = shown[:1]
	}
	for _, e := range shown {
		p.lines(factStart, factStart, "", plain, p.head(wrap(clean(e), p.width-factStart)))
	}
}
