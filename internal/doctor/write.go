package doctor

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Format is the name and version of the JSON document.
const Format = "apilint.doctor/v1"

// JSON writes what was found as a document.
func JSON(w io.Writer, checked []Checked) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	script := Script(checked)
	if script == nil {
		script = []string{}
	}
	return e.Encode(struct {
		Schema  string    `json:"schema"`
		Checked []Checked `json:"checked"`
		Script  []string  `json:"script"`
	}{Format, checked, script})
}

// width of the page.
const width = 80

// Table writes what was found for people.
func Table(w io.Writer, checked []Checked) error {
	p := bufio.NewWriter(w)
	found := 0
	for _, c := range checked {
		fmt.Fprintf(p, "%s\n", clean(c.Source))
		if len(c.Advice) == 0 {
			fmt.Fprintln(p, "  nothing hides anything here")
		}
		for _, a := range c.Advice {
			found++
			fmt.Fprintln(p)
			now := ""
			if a.Now != nil {
				now = " = " + shown(clean(*a.Now))
			}
			fmt.Fprintf(p, "  %s%s\n", clean(a.Setting), now)
			hang(p, "hides", a.Hides)
			hang(p, "cost", a.Cost)
		}
		for _, n := range c.Notes {
			fmt.Fprintln(p)
			hang(p, "note", n)
		}
		fmt.Fprintln(p)
	}
	if script := Script(checked); len(script) > 0 {
		fmt.Fprintln(p, "To mend all of it, as a superuser (managed services: set the same names in the\nparameter group or flags):")
		for _, line := range script {
			fmt.Fprintf(p, "  %s\n", clean(line))
		}
		fmt.Fprintln(p)
	}
	switch found {
	case 0:
		fmt.Fprintln(p, "no setting hides anything")
	case 1:
		fmt.Fprintln(p, "1 setting hides something")
	default:
		fmt.Fprintf(p, "%d settings hide something\n", found)
	}
	return p.Flush()
}

// shown is a value as it is, in quotes where one would not see it whole.
func shown(value string) string {
	if value == "" || strings.TrimSpace(value) != value {
		return literal(value)
	}
	return value
}

// hang writes a label and a text that hangs behind it.
func hang(w io.Writer, label, text string) {
	const indent = 11
	line := fmt.Sprintf("    %-*s", indent-4, label)
	room := width - indent
	for _, word := range strings.Fields(clean(text)) {
		if n := len([]rune(line)); n > indent && n+1+len([]rune(word)) > indent+room {
			fmt.Fprintln(w, line)
			line = strings.Repeat(" ", indent)
		}
		if len([]rune(line)) > indent {
			line += " "
		}
		line += word
	}
	fmt.Fprintln(w, line)
}

// clean replaces what a terminal would obey.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
