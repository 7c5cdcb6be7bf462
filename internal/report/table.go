package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/olekukonko/tablewriter/tw"

	"github.com/apilint/apilint/analyzer"
)

// Table writes the report for people: what was read and what can be seen in
// it, what hurts most first, what to run, what is fine, what was missed.
func Table(w io.Writer, r *analyzer.Result, o Options) error {
	p := newPage(w, o)
	plan := planOf(r)
	p.coverage(r, o)
	if r.Cost.Coster == "" && len(plan.indexes) > 0 {
		p.label("judge", bold, "the shape of the statements only; --schema and --stats make the advice exact")
	} else if r.Cost.Coster != "" {
		p.label("judge", bold, judge(r))
	}
	p.waits(r)
	p.gap()
	p.findings(r, o, plan)
	p.plan(r, plan)
	p.fine(r, plan)
	if o.Verbose && len(r.Queries) > 0 {
		if err := p.verdicts(r); err != nil {
			return err
		}
	}
	p.missed(r)
	p.next(r, o, plan)
	p.ending(r)
	return p.Flush()
}

// waits says how much time statements waited for locks, where it is much.
func (p *page) waits(r *analyzer.Result) {
	const much = 1. / 20 // of all time
	var waited, total float64
	for i := range r.Queries {
		total += r.Queries[i].ExecMS
		if ms := r.Queries[i].LockMS; ms != nil {
			waited += *ms
		}
	}
	if waited > 0 && waited >= much*total {
		p.label("locks", bold, fmt.Sprintf("%s of %s were waiting for locks, which no index shortens: they count for nothing below", duration(waited), duration(total)))
	}
}

// judge names who judged the indexes, and from what.
func judge(r *analyzer.Result) string {
	s := map[string]string{
		"model": "apilint's cost model, from the statistics given",
		"twin":  "PostgreSQL's planner on an empty copy of the schema",
		"live":  "PostgreSQL's planner on the server",
	}[r.Cost.Coster]
	if s == "" {
		s = r.Cost.Coster
	}
	if n := r.Cost.Explains; n > 0 {
		s += ", " + plural(int64(n), "plan")
	}
	return s
}

// verdicts lists every statement with what came of it.
func (p *page) verdicts(r *analyzer.Result) error {
	g := &grid{
		header: []string{"calls", "time", "mean", "statement and verdict"},
		align:  []tw.Align{tw.AlignRight, tw.AlignRight, tw.AlignRight, tw.AlignLeft},
	}
	var widths [3]int
	several := false
	for i := range r.Queries {
		q := &r.Queries[i]
		several = several || q.Database != r.Queries[0].Database
		row := []string{unknown, unknown, milliseconds(q.MeanMS)}
		if q.Calls > 0 {
			row[0], row[1] = count(q.Calls), duration(q.ExecMS)
		}
		g.rows = append(g.rows, row)
		for c, text := range row {
			widths[c] = max(widths[c], cells(text), cells(g.header[c]))
		}
	}
	used := widths[0] + widths[1] + widths[2] + 2*len(widths)
	for i := range g.rows {
		q := &r.Queries[i]
		room := p.width - used
		lines := p.statement(q.Text, used)
		text := verdict(&q.Verdict)
		if several && q.Database != "" {
			text += " (database " + q.Database + ")"
		}
		for _, s := range q.Sources {
			text += ", " + place(s)
		}
		lines = append(lines, indented(wrap(clean(text), room-2), 2)...)
		g.rows[i] = append(g.rows[i], strings.Join(lines, "\n"))
	}
	p.gap()
	if err := g.write(p, 0); err != nil {
		return err
	}
	p.gap()
	return nil
}

// next says which commands show more.
func (p *page) next(r *analyzer.Result, o Options, plan *plan) {
	type hint struct {
		command []string
		tail    string // shell syntax that stands behind
		why     string
	}
	var hints []hint
	if len(plan.indexes) > 0 && len(o.Command) > 0 {
		hints = append(hints, hint{append(o.Command[:len(o.Command):len(o.Command)], "--format", "sql"), "> indexes.sql", "the DDL, deployable, with rollback"})
	}
	if len(r.Findings) > 0 {
		hints = append(hints, hint{[]string{"apilint", "rules", r.Findings[0].Rule}, "", "what it costs and when it is fine"})
	}
	if len(hints) == 0 {
		return
	}
	p.gap()
	word := "next"
	for _, h := range hints {
		p.command(word, h.command, h.tail, h.why)
		word = ""
	}
}

// command prints a command that can be copied as it stands, broken with
// backslashes where the page ends.
func (p *page) command(word string, args []string, tail, why string) {
	words := make([]string, 0, len(args)+1)
	for _, a := range args {
		words = append(words, shellWord(clean(a)))
	}
	if tail != "" {
		words = append(words, tail)
	}
	lines := fill(words, p.width-margin-len("    ")-len(" \\"))
	for i := range lines[1:] {
		lines[i] += " \\"
		lines[i+1] = "    " + lines[i+1]
	}
	if last := &lines[len(lines)-1]; margin+cells(*last)+4+cells(why) <= p.width {
		*last += "    " + why
	} else {
		lines = append(lines, "    "+why)
	}
	p.lines(0, margin, word, bold, lines)
}

// shellWord quotes an argument that a shell would not take as it stands.
func shellWord(s string) string {
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=,+@%", r) || r > 0x7f)
	}) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// ending is the last line: the totals and the exit code they stand for.
func (p *page) ending(r *analyzer.Result) {
	text, hint, st := totals(r), "", plain
	switch r.Exit {
	case 0:
		st = green
	case 1:
		st, hint = red, "; --fail-on, --exit-zero"
	case 3:
		st = red
		if r.Workload.Distinct > 0 {
			text, hint = "too few lines were understood to trust this", "; --log-line-prefix, --min-parse-rate"
		} else {
			text = "no statement was recognised in the input"
		}
	case 130:
		st, text = yellow, "interrupted, this is what was read until then: "+text
	}
	p.text(0, st, fmt.Sprintf("%s (exit %d%s)", text, r.Exit, hint))
}

// verdict is a verdict with its indexes and its reason, which may say both.
func verdict(v *analyzer.Verdict) string {
	text := strings.ReplaceAll(v.Kind, "-", " ")
	if len(v.Indexes) > 0 {
		text += " by " + strings.Join(v.Indexes, ", ")
	}
	switch {
	case strings.HasPrefix(v.Reason, text):
		return v.Reason
	case v.Reason != "":
		text += ": " + v.Reason
	}
	return text
}
