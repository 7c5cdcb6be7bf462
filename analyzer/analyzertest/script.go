package analyzertest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/apilint/apilint/analyzer/sqltree"
)

// script is one file of cases.
type script struct {
	path  string
	ddl   string // the whole file, everything but DDL and comments blanked
	stats []statistics
	steps []*step
}

// statistics is one CSV file.
type statistics struct {
	name    string
	content []byte
}

// step is one statement of a script and what is said beside it.
type step struct {
	text    string
	line    int
	wants   []*regexp.Regexp
	params  [][]value // one execution each
	pause   time.Duration
	session string
	took    time.Duration
	vxid    string
	calls   int64 // not 0: a row of pg_stat_statements
	mean    time.Duration
}

// value is one parameter of an execution.
type value struct {
	text string
	null bool
}

// directive is a comment that the script means for the harness.
var directive = regexp.MustCompile(`--[ \t]*(want|params:|pause:|session:|took:|vxid:|calls:)[ \t]+([^\n]*)`)

// parse reads a script. Its errors begin with the place, as path:line.
func parse(path, content string) (*script, error) {
	s := &script{path: path}
	found := directive.FindAllStringSubmatchIndex(content, -1)
	clean := []byte(content)
	for _, m := range found {
		blank(clean[m[0]:m[1]])
	}
	spans := sqltree.Split(string(clean))
	ddl := slices.Clone(clean)
	byEnd := make([]*step, len(spans)) // nil: DDL
	for i, span := range spans {
		var l sqltree.Lexed
		sqltree.Lex([]byte(span.Text), &l)
		if l.Command == sqltree.DDL {
			continue
		}
		blank(ddl[span.Start : span.Start+len(span.Text)])
		byEnd[i] = &step{text: span.Text, line: span.Line, took: 200 * time.Microsecond}
		s.steps = append(s.steps, byEnd[i])
	}
	s.ddl = string(ddl)
	for _, m := range found {
		line := 1 + strings.Count(content[:m[0]], "\n")
		i := owner(spans, content, m[0])
		if i < 0 || byEnd[i] == nil {
			return nil, fmt.Errorf("%s:%d: the comment belongs to no statement", path, line)
		}
		name, text := content[m[2]:m[3]], strings.TrimSpace(content[m[4]:m[5]])
		if err := byEnd[i].apply(name, text); err != nil {
			return nil, fmt.Errorf("%s:%d: %s: %w", path, line, name, err)
		}
	}
	return s, nil
}

// owner finds the statement that a comment at an offset is about: the one that
// it stands in, or behind on the same line, else the next. -1 is none.
func owner(spans []sqltree.Span, content string, at int) int {
	for i, span := range spans {
		end := span.Start + len(span.Text)
		switch {
		case at < span.Start:
			return i
		case at < end, !strings.Contains(content[end:at], "\n") && (i+1 == len(spans) || spans[i+1].Start > at):
			return i
		}
	}
	return -1
}

// blank overwrites everything but line ends.
func blank(b []byte) {
	for i, c := range b {
		if c != '\n' {
			b[i] = ' '
		}
	}
}

func (s *step) apply(name, text string) (err error) {
	switch name {
	case "want":
		return s.want(text)
	case "params:":
		return s.run(text)
	case "pause:":
		s.pause, err = time.ParseDuration(text)
	case "vxid:":
		s.vxid = text
	case "took:":
		s.took, err = time.ParseDuration(text)
	case "session:":
		s.session = text
	case "calls:":
		calls, mean, ok := strings.Cut(text, " of ")
		if s.calls, err = strconv.ParseInt(calls, 10, 64); err == nil && ok {
			s.mean, err = time.ParseDuration(mean)
		}
		if err == nil && s.calls <= 0 {
			err = fmt.Errorf("%d calls", s.calls)
		}
	}
	return err
}

// want reads quoted regular expressions.
func (s *step) want(text string) error {
	for text != "" {
		quoted, err := strconv.QuotedPrefix(text)
		if err != nil {
			return fmt.Errorf("%q does not begin with a quoted regular expression", text)
		}
		text = strings.TrimSpace(text[len(quoted):])
		pattern, err := strconv.Unquote(quoted)
		if err != nil {
			return err
		}
		re, err := regexp.Compile(pattern)
		if err != nil {
			return err
		}
		s.wants = append(s.wants, re)
	}
	return nil
}

// series is a range of numbers.
var series = regexp.MustCompile(`^(\d+)\.\.(\d+)$`)

// run adds the executions that a params comment stands for.
func (s *step) run(text string) error {
	if m := series.FindStringSubmatch(text); m != nil {
		from, err1 := strconv.Atoi(m[1])
		to, err2 := strconv.Atoi(m[2])
		if err1 != nil || err2 != nil || to < from || to-from > 10_000 {
			return fmt.Errorf("%q is no range", text)
		}
		for n := from; n <= to; n++ {
			s.params = append(s.params, []value{{text: strconv.Itoa(n)}})
		}
		return nil
	}
	var values []value
	for text != "" {
		v, rest, err := literal(text)
		if err != nil {
			return err
		}
		values = append(values, v)
		if rest != "" && rest[0] != ',' {
			return fmt.Errorf("a comma is missing before %q", rest)
		}
		text = strings.TrimSpace(strings.TrimPrefix(rest, ","))
	}
	s.params = append(s.params, values)
	return nil
}

// literal reads one value as SQL writes it.
func literal(text string) (v value, rest string, err error) {
	if text[0] != '\'' {
		i := strings.IndexByte(text, ',')
		if i < 0 {
			i = len(text)
		}
		word := strings.TrimSpace(text[:i])
		return value{word, strings.EqualFold(word, "null")}, text[i:], nil
	}
	for i := 1; i < len(text); i++ {
		if text[i] != '\'' {
			continue
		}
		if i+1 < len(text) && text[i+1] == '\'' {
			i++
			continue
		}
		return value{text: strings.ReplaceAll(text[1:i], "''", "'")}, strings.TrimSpace(text[i+1:]), nil
	}
	return v, "", fmt.Errorf("%q has no closing quote", text)
}
