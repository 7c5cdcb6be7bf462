// Package ruledoc prints rules: the catalogue as a list, and one rule as a
// Markdown page. Everything it says comes from the detector.
package ruledoc

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/apilint/apilint/analyzer"
)

// Table writes one line per rule, in the order of the detectors.
func Table(w io.Writer, detectors []*analyzer.Detector) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, d := range detectors {
		for _, r := range d.Rules {
			fmt.Fprintf(t, "%s\t%s\t%s\n", r.Name, r.Severity, r.Doc.Title)
		}
	}
	return t.Flush()
}

// Page writes the page of a rule in Markdown.
func Page(w io.Writer, r analyzer.Rule) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", r.Name)
	fmt.Fprintf(&b, "Severity: %s at worst.\n", r.Severity)
	section(&b, "What it sees", sentence(r.Doc.Title))
	section(&b, "Why it hurts", r.Doc.Why)
	if r.Doc.Schema != "" {
		section(&b, "Example", "The tables:\n\n"+code(r.Doc.Schema)+"\n\nThis is reported:\n\n"+code(r.Doc.Bad)+"\n\nThis is not:\n\n"+code(r.Doc.Good))
	} else {
		section(&b, "Example", "This is reported:\n\n"+code(r.Doc.Bad)+"\n\nThis is not:\n\n"+code(r.Doc.Good))
	}
	if r.Doc.Caveats != "" {
		section(&b, "When it is fine", r.Doc.Caveats)
	}
	section(&b, "How to silence it", "Leave the rule out of a run:\n\n```\napilint analyze INPUT --exclude-rule "+r.Name+"\n```")
	_, err := io.WriteString(w, b.String())
	return err
}

func section(b *strings.Builder, title, body string) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n", title, strings.TrimSpace(body))
}

func code(sql string) string { return "```sql\n" + strings.TrimSpace(sql) + "\n```" }

// sentence ends a title with a period.
func sentence(title string) string {
	if title == "" || strings.ContainsAny(title[len(title)-1:], ".!?") {
		return title
	}
	return title + "."
}

// Files returns the page of every rule by file name: the folder docs/rules.
func Files(detectors []*analyzer.Detector) (map[string]string, error) {
	files := map[string]string{}
	for _, d := range detectors {
		for _, r := range d.Rules {
			var b strings.Builder
			if err := Page(&b, r); err != nil {
				return nil, err
			}
			files[r.Name+".md"] = b.String()
		}
	}
	return files, nil
}
