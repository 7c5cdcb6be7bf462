// Package ruledoc prints rules: the catalogue as a list, and one rule as a
// Markdown page. Everything it says comes from the detector.
package ruledoc

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

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

// Page writes the page of a rule in Markdown, in lines that fit a terminal.
func Page(w io.Writer, r analyzer.Rule) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", r.Name)
	fmt.Fprintf(&b, "Severity: %s at worst.\n", r.Severity)
	section(&b, "What it sees", wrap(sentence(r.Doc.Title)))
	section(&b, "Why it hurts", wrap(r.Doc.Why))
	var tables string
	if r.Doc.Schema != "" {
		tables = "The tables:\n\n" + code(r.Doc.Schema) + "\n\n"
	}
	section(&b, "Example", tables+"This is reported:\n\n"+code(r.Doc.Bad)+"\n\nThis is not:\n\n"+code(r.Doc.Good))
	if r.Doc.Caveats != "" {
		section(&b, "When it is fine", wrap(r.Doc.Caveats))
	}
	section(&b, "How to silence it", "Leave the rule out of a run:\n\n```\napilint analyze INPUT --exclude-rule "+r.Name+"\n```")
	_, err := io.WriteString(w, b.String())
	return err
}

func section(b *strings.Builder, title, body string) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n", title, strings.TrimSpace(body))
}

// sentence ends a title with a period.
func sentence(title string) string {
	if title == "" || strings.ContainsAny(title[len(title)-1:], ".!?") {
		return title
	}
	return title + "."
}

func code(sql string) string { return "```sql\n" + spoken(strings.TrimSpace(sql)) + "\n```" }

// The examples are executed: comments say with which values and when. On the
// page they are words.
var (
	series = regexp.MustCompile(`-- params: (\d+)\.\.(\d+)`)
	params = regexp.MustCompile(`-- params: `)
	pause  = regexp.MustCompile(`-- pause: (\S+)`)
	took   = regexp.MustCompile(`-- took: `)
	vxid   = regexp.MustCompile(`-- vxid: `)
	calls  = regexp.MustCompile(`-- calls: (\d+)`)
)

func spoken(sql string) string {
	sql = series.ReplaceAllString(sql, "-- executed with each of $1 to $2")
	sql = params.ReplaceAllString(sql, "-- executed with ")
	sql = pause.ReplaceAllString(sql, "-- $1 later")
	sql = vxid.ReplaceAllString(sql, "-- all in the virtual transaction ")
	sql = took.ReplaceAllString(sql, "-- takes ")
	return calls.ReplaceAllString(sql, "-- $1 calls")
}

// width of a line of prose.
const width = 78

// wrap breaks paragraphs into lines; what is a list, a table or code stays as
// it is.
func wrap(text string) string {
	paragraphs := strings.Split(strings.TrimSpace(text), "\n\n")
	for i, p := range paragraphs {
		if p != "" && !strings.ContainsAny(p[:1], "-*|`>#0123456789 \t") {
			paragraphs[i] = fill(strings.Fields(p))
		}
	}
	return strings.Join(paragraphs, "\n\n")
}

func fill(words []string) string {
	var b strings.Builder
	used := 0
	for i, w := range words {
		n := utf8.RuneCountInString(w)
		switch {
		case i == 0:
		case used+1+n > width:
			b.WriteByte('\n')
			used = 0
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(w)
		used += n
	}
	return b.String()
}
