package report

import (
	"fmt"
	"strings"

	"github.com/apilint/apilint/analyzer"
)

// inputsShown is how many inputs an analysis names one by one; inspect names
// them all.
const inputsShown = 8

// coverage says what was read, what can be seen in it and what cannot.
func (p *page) coverage(r *analyzer.Result, o Options) {
	shown := r.Inputs
	if !o.Verbose && len(shown) > inputsShown+1 {
		shown = shown[:inputsShown]
	}
	word := "read"
	for i := range shown {
		in := &shown[i]
		facts := identity(in)
		if len(r.Inputs) > 1 {
			facts = append(facts, contents(in)...)
		}
		p.label(word, bold, name(in)+": "+strings.Join(facts, ", "))
		word = ""
		if len(r.Inputs) == 1 && r.Workload.Distinct > 0 {
			p.text(margin, plain, total(r))
		}
		p.notes(in, o)
	}
	if cut := len(r.Inputs) - len(shown); cut > 0 {
		p.label(word, bold, "and "+plural(int64(cut), "more input")+" (apilint inspect names each)")
	}
	if len(r.Inputs) == 0 {
		p.label(word, bold, "nothing")
	}
	if len(r.Inputs) > 1 {
		p.text(margin, plain, "together "+total(r))
	}
	if s := sight(r, o); s != "" {
		p.label("sees", bold, s)
	}
	for _, l := range limits(r) {
		p.label("blind", yellow, l.fact)
		p.text(margin, faint, l.remedy)
	}
}

// total is the size and the time of the whole workload.
func total(r *analyzer.Result) string {
	text := workload(r)
	if s := span(r.Workload.From, r.Workload.To); s != "" {
		text += ", " + s
	}
	return text
}

// notes prints what the reader of an input wants said, and with -v what it did
// not understand.
func (p *page) notes(in *analyzer.Input, o Options) {
	const enough = 3
	notes := in.Notes
	if !o.Verbose && len(notes) > enough+1 {
		notes = append(notes[:enough:enough], plural(int64(len(in.Notes)-enough), "more note")+" (-v)")
	}
	for _, n := range notes {
		p.text(margin, yellow, n)
	}
	if o.Verbose {
		for _, e := range in.Examples {
			p.hang(margin, margin+16, "not understood", faint, e)
		}
	}
}

// name is how an input is called.
func name(in *analyzer.Input) string {
	if in.Path == "-" {
		return "standard input"
	}
	return in.Path
}

// identity is what an input is: its kind, format, prefix, language, envelopes
// and size.
func identity(in *analyzer.Input) []string {
	var out []string
	switch in.Kind {
	case "log":
		s := in.Format
		if !strings.HasSuffix(s, "log") {
			s += " log"
		}
		if in.Prefix != "" {
			s += " '" + strings.ReplaceAll(in.Prefix, " ", hardSpace) + "'"
		}
		out = append(out, s)
	case "pgss":
		out = append(out, "pg_stat_statements")
	case "trace":
		out = append(out, traceName(in.Format)+" trace")
	case "sql":
		out = append(out, "SQL statements")
	case "schema":
		s := "schema"
		if in.Format != "" && in.Format != "sql" {
			s += " from " + in.Format
		}
		out = append(out, s)
	case "stats":
		out = append(out, "statistics")
	case "", "unknown":
		out = append(out, "not recognised")
	default:
		out = append(out, in.Kind+" "+in.Format)
	}
	if name := languages[in.Language]; name != "" {
		out = append(out, name)
	} else if in.Language != "" {
		out = append(out, "language "+in.Language)
	}
	for _, e := range in.Envelopes {
		out = append(out, "in "+e)
	}
	return append(out, size(in.Bytes))
}

var languages = map[string]string{
	"en": "English", "de": "German", "es": "Spanish", "fr": "French", "it": "Italian", "ja": "Japanese", "ko": "Korean",
	"pl": "Polish", "pt": "Portuguese", "ru": "Russian", "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian", "zh": "Chinese",
}

// record is what one record of a kind of input is called.
var record = map[string]string{"log": "record", "pgss": "row", "trace": "span", "sql": "statement", "schema": "table", "stats": "row"}

// contents is how much was found in an input.
func contents(in *analyzer.Input) []string {
	var out []string
	noun := record[in.Kind]
	if noun == "" {
		return nil
	}
	switch {
	case in.Executions > 0:
		out = append(out, plural(in.Executions, "execution"))
	case in.Kind == "stats":
		out = append(out, plural(in.Lines, "line"))
	default:
		out = append(out, plural(in.Records, noun))
	}
	if in.ExecMS > 0 {
		out = append(out, duration(in.ExecMS))
	}
	if s := span(in.From, in.To); s != "" {
		out = append(out, s)
	}
	return out
}

// sight is what the inputs show, and how much of them was not understood.
func sight(r *analyzer.Result, o Options) string {
	var log, whole, unreadable, truncated, bare, pending, filtered, ambiguous, torn int64
	var dark []string
	hint := " (-v shows examples)"
	if o.Verbose {
		hint = ""
	}
	for i := range r.Inputs {
		in := &r.Inputs[i]
		unreadable += in.Unreadable
		truncated += in.Truncated
		bare += in.Bare
		pending += in.Pending
		filtered += in.Filtered
		ambiguous += in.Ambiguous
		torn += in.Torn
		switch {
		case in.Kind == "log" && in.Executions > 0:
			log++
			if in.ThresholdMS == nil && in.Sampled == nil {
				whole++
			}
		case in.Kind == "" || in.Kind == "unknown":
			dark = append(dark, in.Path)
		}
	}
	var out []string
	switch {
	case log > 0 && whole == log && r.Workload.Sessions > 0:
		out = append(out, "every statement of "+plural(int64(r.Workload.Sessions), "session"))
	case log > 0 && whole == log:
		out = append(out, "every statement")
	}
	for _, c := range []struct {
		n    int64
		noun string
		what string
	}{
		{unreadable, "line", "not understood" + hint},
		{truncated, "text", "cut short"},
		{bare, "duration", "without a statement"},
		{pending, "statement", "without a duration"},
		{filtered, "execution", "left out as asked"},
		{ambiguous, "record", "with more than one reading"},
		{torn, "record", "written into the middle of others"},
		{int64(len(dark)), "input", "not recognised"},
	} {
		if c.n > 0 {
			out = append(out, plural(c.n, c.noun)+" "+c.what)
		}
	}
	return strings.Join(out, "; ")
}

// limit is something that the input cannot show, and what would.
type limit struct{ fact, remedy string }

// blindness are the kinds of skips that are limits of the input.
var blindness = map[string]limit{
	"n-plus-one-blind": {"N+1 loops cannot be seen", "SET log_min_duration_statement = 0 for a test run, or add a trace"},
	"no-sequence":      {"the input has no order of statements: loops such as N+1 cannot be seen", "add a log with log_min_duration_statement = 0, or a trace"},
	"no-schema":        {"without a schema some rules stay silent", "--schema takes what pg_dump --schema-only writes, or a folder of migrations"},
	"no-stats":         {"without statistics some rules stay silent", "--stats takes CSV exports of pg_stats and of relation sizes"},
}

func limits(r *analyzer.Result) []limit {
	var out []limit
	thresholds := 0
	for i := range r.Inputs {
		in := &r.Inputs[i]
		if t := in.ThresholdMS; t != nil {
			thresholds++
			out = append(out, limit{"only statements of " + duration(*t) + " and more are in " + name(in) + ": N+1 loops of faster ones cannot be seen", blindness["n-plus-one-blind"].remedy})
		}
		if s := in.Sampled; s != nil && *s < 1 {
			out = append(out, limit{"about " + percent(*s) + " of the statements or less are in " + name(in) + ": calls look fewer and loops shorter than they are", ""})
		}
	}
	for _, s := range r.Skips {
		l, ok := blindness[s.Kind]
		if !ok || s.Kind == "n-plus-one-blind" && thresholds > 0 {
			continue
		}
		switch {
		case s.Kind == "n-plus-one-blind" && s.Example != "":
			l.fact = s.Example // a sentence that says why
		case s.Example != "":
			l.fact += ": " + s.Example
		}
		out = append(out, l)
	}
	return out
}

// misses are the other kinds of skips: what was read and not understood, or
// not done. Each counts the noun before it.
var misses = map[string]struct{ noun, what string }{
	"parse-failed":            {"statement", "PostgreSQL's parser cannot read"},
	"several-statements":      {"text", "of more than 64 different statements: the others are not analysed"},
	"ambiguous-table":         {"statement", "of a table whose name several schemas have"},
	"database-without-schema": {"statement", "analysed without a schema, while other databases have one"},
	"schema-of-another-name":  {"statement", "read by the schema of a database of another name"},
	"schema-problem":          {"piece", "of the schema or statistics skipped, the rest is used"},
	"loops-of-tools":          {"loop", "of a tool (benchmark, dump, monitor) left out"},
	"loops-not-judged":        {"loop", "of a statement that PostgreSQL's parser cannot read"},
	"loops-dropped":           {"loop", "not kept: there were too many"},
	"groups-folded":           {"execution", "beyond --max-groups, counted together"},
	"statistics-shared":       {"row", "of pg_stat_statements for several statements, divided by their calls"},
	"findings-ignored":        {"finding", "left out, because the SQL says apilint:ignore"},
	"sessions-evicted":        {"session", "forgotten early, because too many were open at once"},
	"below-top":               {"statement", "judged, but not listed"},
	"detector-crashed":        {"crash", "of a rule, please report it"},
	"detector-failed":         {"failure", "of a rule"},
	"index-advisor-crashed":   {"crash", "of the index advisor, please report it"},
}

// missed says what was not understood or not done, with an example each.
func (p *page) missed(r *analyzer.Result) {
	word := "missed"
	for _, s := range r.Skips {
		if _, ok := blindness[s.Kind]; ok {
			continue
		}
		text := fmt.Sprintf("%s: %s", strings.ReplaceAll(s.Kind, "-", " "), count(int64(s.Count)))
		if m, ok := misses[s.Kind]; ok {
			text = plural(int64(s.Count), m.noun) + " " + m.what
		}
		p.label(word, yellow, text)
		word = ""
		if s.Example != "" {
			p.lines(margin, margin+2, "", faint, p.head(wrap(clean(s.Example), p.width-margin-2)))
		}
	}
}

// traceName writes the form of a trace as its makers do.
func traceName(form string) string {
	switch form {
	case "otlp":
		return "OTLP"
	case "elastic-apm":
		return "Elastic APM"
	case "otel-console":
		return "OpenTelemetry console"
	case "stdouttrace":
		return form
	}
	return strings.ToUpper(form[:min(1, len(form))]) + form[min(1, len(form)):]
}
