package doctor

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
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
	for _, c := range together(checked) {
		fmt.Fprintf(p, "%s\n", clean(c.Source))
		if !slices.ContainsFunc(c.Advice, func(a Advice) bool { return !a.Optional }) {
			fmt.Fprintln(p, "  nothing hides anything here")
		}
		for _, a := range c.Advice {
			if a.Optional {
				continue
			}
			found++
			advise(p, a)
		}
		for _, n := range c.Notes {
			fmt.Fprintln(p)
			hang(p, "note", n)
		}
		fmt.Fprintln(p)
	}
	mend(p, checked)
	more(p, checked)
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

// together joins logs of which the same is to be said.
func together(checked []Checked) []Checked {
	var out []Checked
	var names [][]string
	for _, c := range checked {
		i := slices.IndexFunc(out, func(o Checked) bool {
			return c.Kind == "log" && o.Kind == "log" && slices.Equal(c.Notes, o.Notes) && slices.EqualFunc(c.Advice, o.Advice, same)
		})
		if i < 0 {
			out, names = append(out, c), append(names, []string{c.Source})
			continue
		}
		names[i] = append(names[i], c.Source)
	}
	const most = 4
	for i, n := range names {
		if out[i].Source = strings.Join(n, ", "); len(n) > most+1 {
			out[i].Source = fmt.Sprintf("%s and %d more logs", strings.Join(n[:most], ", "), len(n)-most)
		}
	}
	return out
}

// same reports whether two settings are printed as one.
func same(a, b Advice) bool {
	return a.Setting == b.Setting && a.Hides == b.Hides && (a.Now == nil) == (b.Now == nil) && (a.Now == nil || *a.Now == *b.Now)
}

// advise writes one setting.
func advise(p io.Writer, a Advice) {
	fmt.Fprintln(p)
	now := ""
	if a.Now != nil {
		now = " = " + shown(clean(*a.Now))
	}
	fmt.Fprintf(p, "  %s%s\n", clean(a.Setting), now)
	hang(p, "hides", a.Hides)
	hang(p, "cost", a.Cost)
}

// mend writes what mends all of it, where that is done.
func mend(p io.Writer, checked []Checked) {
	managed := map[string]bool{}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(services)) {
		var of []Checked
		for _, c := range checked {
			if c.Service == name {
				of = append(of, c)
			}
		}
		settings, sql := onService(of)
		managed[name] = true
		if len(settings)+len(sql) == 0 {
			continue
		}
		s := services[name]
		names = append(names, name)
		if len(settings) > 0 {
			fmt.Fprintf(p, "To mend all of it on %s, set in %s:\n", s.name, s.place)
			listed(p, settings)
			hang(p, "how", s.how)
			fmt.Fprintln(p)
		}
		if len(sql) > 0 {
			fmt.Fprintln(p, "And in SQL:")
			listed(p, sql)
			fmt.Fprintln(p)
		}
	}
	var rest []Checked
	for _, c := range checked {
		if !managed[c.Service] {
			rest = append(rest, c)
		}
	}
	own := Script(rest)
	if len(own) == 0 {
		return
	}
	if len(names) > 0 || !slices.ContainsFunc(rest, func(c Checked) bool { return c.Kind == "log" }) {
		fmt.Fprintln(p, "To mend all of it, as a superuser:")
	} else {
		fmt.Fprintln(p, "To mend all of it, as a superuser. Managed services do not allow ALTER SYSTEM: set\nthe same names in the DB parameter group (Amazon RDS, Aurora), database flags\n(Cloud SQL, AlloyDB) or server parameters (Azure):")
	}
	listed(p, own)
	fmt.Fprintln(p)
}

// more writes what is optional.
func more(p io.Writer, checked []Checked) {
	begun := false
	for _, c := range checked {
		for _, a := range c.Advice {
			if !a.Optional {
				continue
			}
			if !begun {
				fmt.Fprintln(p, "Not needed, but it shows more:")
				begun = true
			}
			advise(p, a)
			for i, line := range a.SQL {
				label := ""
				if i == 0 {
					label = "set"
				}
				if named, ok := parameter(line); ok && services[c.Service].name != "" {
					line = named
				} else if services[c.Service].name != "" && strings.HasPrefix(line, "LOAD ") {
					continue
				}
				fmt.Fprintf(p, "    %-7s%s\n", label, clean(line))
			}
		}
	}
	if begun {
		fmt.Fprintln(p)
	}
}

func listed(p io.Writer, lines []string) {
	for _, line := range lines {
		fmt.Fprintf(p, "  %s\n", clean(line))
	}
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
