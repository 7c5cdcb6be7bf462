package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/apilint/apilint/analyzer"
)

// annotations is how many of each level GitHub shows of one step; it drops
// what comes later (docs.github.com, "Workflow commands": 10 errors, 10
// warnings and 10 notices a step).
const annotations = 10

// level is the name that GitHub has for a severity.
var level = map[analyzer.Severity]string{analyzer.Error: "error", analyzer.Warning: "warning", analyzer.Info: "notice"}

// GitHub writes the findings as workflow commands, which GitHub Actions turns
// into annotations. The last line is a notice with the totals, and how many
// findings had no room.
func GitHub(w io.Writer, r *analyzer.Result, _ Options) error {
	b := bufio.NewWriter(w)
	room := map[string]int{"error": annotations, "warning": annotations, "notice": annotations - 1}
	cut := 0
	for i := range r.Findings {
		f := &r.Findings[i]
		name := level[f.Severity]
		if room[name] == 0 {
			cut++
			continue
		}
		room[name]--
		fmt.Fprintf(b, "::%s %s::%s\n", name, properties(f), escapeData(annotation(f)))
	}
	text := totals(r) + " in " + workload(r)
	if cut > 0 {
		text += fmt.Sprintf("; %s not shown here: GitHub shows %d of each level a step", plural(int64(cut), "finding"), annotations)
	}
	fmt.Fprintf(b, "::notice title=apilint::%s\n", escapeData(text))
	return b.Flush()
}

// properties are the place, where there is one, and the title.
func properties(f *analyzer.Finding) string {
	var p []string
	if l := f.Location; l != nil && l.Path != "" {
		p = append(p, "file="+escapeProperty(clean(l.Path)))
		if l.Line > 0 {
			p = append(p, fmt.Sprintf("line=%d", l.Line))
		}
	}
	return strings.Join(append(p, "title="+escapeProperty(f.Rule+": "+subject(f))), ",")
}

// annotation is the message, what it costs and what to do, a line each.
func annotation(f *analyzer.Finding) string {
	lines := []string{clean(f.Message)}
	if facts := measured(f); len(facts) > 0 {
		lines = append(lines, strings.Join(facts, ", "))
	}
	for _, fix := range f.Fixes {
		if fix.Title != "" {
			lines = append(lines, clean(fix.Title))
		}
		for _, s := range statements(fix.SQL) {
			lines = append(lines, oneLine(s))
		}
	}
	return strings.Join(lines, "\n")
}

// escapeData and escapeProperty follow actions/toolkit, packages/core/src/command.ts.
var (
	escapeData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace
	escapeProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace
)
