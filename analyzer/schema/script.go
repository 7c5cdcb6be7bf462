package schema

import (
	"regexp"
	"slices"
	"strings"
)

// sections are the lines by which migration tools tell the way up from the way
// down in one file.
var sections = []struct {
	tool     string
	up, down *regexp.Regexp
}{
	{"goose", regexp.MustCompile(`(?i)^--\s*\+goose\s+up\b`), regexp.MustCompile(`(?i)^--\s*\+goose\s+down\b`)},
	{"sql-migrate", regexp.MustCompile(`(?i)^--\s*\+migrate\s+up\b`), regexp.MustCompile(`(?i)^--\s*\+migrate\s+down\b`)},
	{"dbmate", regexp.MustCompile(`(?i)^--\s*migrate:up\b`), regexp.MustCompile(`(?i)^--\s*migrate:down\b`)},
	{"play", regexp.MustCompile(`(?i)^--\s*!ups\b`), regexp.MustCompile(`(?i)^--\s*!downs\b`)},
	{"play", regexp.MustCompile(`(?i)^#\s*---\s*!ups\b`), regexp.MustCompile(`(?i)^#\s*---\s*!downs\b`)},
	{"tern", nil, regexp.MustCompile(`(?i)^-{4}\s*create above\s*/\s*drop below\s*-{4}`)},
	{"mybatis", nil, regexp.MustCompile(`(?i)^--\s*//\s*@undo\b`)},
}

// upPart blanks the lines of a migration that take it back, and tells which
// tool marked them so. Lines keep their numbers.
func upPart(script string) (up, tool string) {
	lines := strings.SplitAfter(script, "\n")
	if i := slices.IndexFunc(lines, func(line string) bool { return strings.TrimSpace(line) != "" }); i >= 0 && formattedSQL.MatchString(lines[i]) {
		changesets(lines)
		return strings.Join(lines, ""), "liquibase"
	}
	if strings.Contains(script, breakpoint) {
		// Drizzle sends what stands between two of these, semicolon or not.
		return strings.ReplaceAll(script, breakpoint, ";"+breakpoint), "drizzle"
	}
	for _, s := range sections {
		match := func(r *regexp.Regexp) bool {
			return r != nil && slices.ContainsFunc(lines, func(line string) bool { return r.MatchString(strings.TrimSpace(line)) })
		}
		if !match(s.up) && !(s.up == nil && match(s.down)) {
			continue
		}
		up := s.up == nil
		for i, line := range lines {
			trimmed := strings.TrimSpace(line)
			switch {
			case s.up != nil && s.up.MatchString(trimmed):
				up = true
			case s.down.MatchString(trimmed):
				up = false
			case up:
				continue
			}
			lines[i] = blankLine(line)
		}
		return strings.Join(lines, ""), s.tool
	}
	if isDump(script) {
		return script, "pg_dump"
	}
	return script, ""
}

const breakpoint = "--> statement-breakpoint"

func blankLine(line string) string { return strings.Repeat("\n", strings.Count(line, "\n")) }

// Liquibase's formatted SQL: a changeset says for which systems it is, whether
// it is ignored and what ends its statements.
var (
	formattedSQL = regexp.MustCompile(`(?i)^\s*--\s*liquibase\s+formatted\s+sql\b`)
	changeset    = regexp.MustCompile(`(?i)^\s*--\s*changeset\s+\S+:`)
	attribute    = regexp.MustCompile(`(?i)\b(dbms|ignore|endDelimiter):("[^"]*"|'[^']*'|\S+)`)
	ignoreLines  = regexp.MustCompile(`(?i)^\s*--\s*ignoreLines:(start|end)\b`)
)

func changesets(lines []string) {
	skip, ignored, end, alone := false, false, "", false
	for i, line := range lines {
		if changeset.MatchString(line) {
			skip, ignored, end, alone = false, false, "", false
			for _, m := range attribute.FindAllStringSubmatch(line, -1) {
				value := strings.Trim(m[2], `"'`)
				switch strings.ToLower(m[1]) {
				case "dbms":
					skip = skip || !forPostgres(value)
				case "ignore":
					skip = skip || strings.EqualFold(value, "true")
				case "enddelimiter":
					end = strings.NewReplacer(`\n`, "", `\r`, "").Replace(value)
					alone = end != value || end == "/" // also ends comments
				}
			}
			continue
		}
		if m := ignoreLines.FindStringSubmatch(line); m != nil {
			ignored = strings.EqualFold(m[1], "start")
		}
		switch trimmed := strings.TrimRight(line, " \t\r\n"); {
		case skip, ignored:
			lines[i] = blankLine(line)
		case end != "" && end != ";" && strings.HasSuffix(trimmed, end) && (!alone || strings.TrimLeft(trimmed, " \t") == end):
			lines[i] = strings.TrimSuffix(trimmed, end) + ";" + line[len(trimmed):]
		}
	}
}

// forPostgres reads a list of systems such as "postgresql, h2" or "!oracle".
func forPostgres(dbms string) bool {
	others := true
	for name := range strings.SplitSeq(strings.ToLower(dbms), ",") {
		switch name = strings.TrimSpace(name); {
		case name == "postgresql" || name == "all":
			return true
		case name == "!postgresql" || name == "none":
			return false
		case !strings.HasPrefix(name, "!"):
			others = false
		}
	}
	return others
}

// isDump reports whether a script is what pg_dump wrote; frameworks take its
// comments away and keep its settings.
func isDump(script string) bool {
	head := script[:min(len(script), 4096)]
	return strings.Contains(head, "-- PostgreSQL database dump") || strings.Contains(head, "SET statement_timeout = 0;")
}
