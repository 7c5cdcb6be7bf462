package schema

import (
	"cmp"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// migrations lists the .sql files below a folder in the order in which a
// migration tool applies them: folders and files by the numbers in their
// names, so that V10 comes after V9. What takes back a migration is left out.
func migrations(fsys fs.FS, dir string) ([]string, error) {
	var files []string
	err := fs.WalkDir(fsys, dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := strings.ToLower(d.Name())
		if d.IsDir() {
			if name != dir && (strings.HasPrefix(base, ".") || undoFolder[base]) {
				return fs.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(base, ".sql") && !undoes(d.Name()) {
			files = append(files, name)
		}
		return nil
	})
	slices.SortStableFunc(files, compareMigrations)
	return files, err
}

// undoFolder are the folders of sqitch that are not deployed.
var undoFolder = map[string]bool{"revert": true, "verify": true}

// flywayUndo is the name of a migration that undoes another.
var flywayUndo = regexp.MustCompile(`^U\d[\d._]*__`)

// undoes reports whether a file takes back what another one did.
func undoes(base string) bool {
	lower := strings.ToLower(base)
	return strings.HasSuffix(lower, ".down.sql") || lower == "down.sql" || strings.HasSuffix(lower, "_down.sql") ||
		strings.HasSuffix(lower, ".undo.sql") || strings.HasSuffix(lower, ".rollback.sql") || flywayUndo.MatchString(base)
}

// repeatable is the name of a Flyway migration that runs after all others.
var repeatable = regexp.MustCompile(`^R__`)

// version begins the name of a migration, or of the folder that it is alone in.
var version = regexp.MustCompile(`(?i)^[VBR]?\d`)

// ordered reports whether the names of files tell their order.
func ordered(files []string) bool {
	return !slices.ContainsFunc(files, func(f string) bool {
		return !version.MatchString(path.Base(f)) && !repeatable.MatchString(path.Base(f)) && !version.MatchString(path.Base(path.Dir(f)))
	})
}

// compareMigrations orders paths naturally, element by element.
func compareMigrations(a, b string) int {
	ra, rb := repeatable.MatchString(path.Base(a)), repeatable.MatchString(path.Base(b))
	if ra != rb {
		if ra {
			return 1
		}
		return -1
	}
	ea, eb := strings.Split(a, "/"), strings.Split(b, "/")
	for i := range min(len(ea), len(eb)) {
		if c := natural(strings.TrimSuffix(ea[i], path.Ext(ea[i])), strings.TrimSuffix(eb[i], path.Ext(eb[i]))); c != 0 {
			return c
		}
	}
	return cmp.Or(len(ea)-len(eb), strings.Compare(a, b))
}

// natural compares texts with their numbers as numbers: V1.10 after V1.9.
func natural(a, b string) int {
	for a != "" && b != "" {
		na, nb := digits(a), digits(b)
		if na > 0 && nb > 0 {
			x, y := strings.TrimLeft(a[:na], "0"), strings.TrimLeft(b[:nb], "0")
			if c := cmp.Or(len(x)-len(y), strings.Compare(x, y)); c != 0 {
				return c
			}
			a, b = a[na:], b[nb:]
			continue
		}
		if a[0] != b[0] {
			return int(rank(a[0])) - int(rank(b[0]))
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

// rank puts what ends a version (V1__, 1_) before what goes on with it (V1.1).
func rank(c byte) byte {
	if c == '_' {
		return ' '
	}
	return c
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// sections are the lines by which migration tools tell the way up from the way
// down in one file.
var sections = []struct {
	up, down *regexp.Regexp
}{
	{regexp.MustCompile(`(?i)^--\s*\+goose\s+up\b`), regexp.MustCompile(`(?i)^--\s*\+goose\s+down\b`)},
	{regexp.MustCompile(`(?i)^--\s*\+migrate\s+up\b`), regexp.MustCompile(`(?i)^--\s*\+migrate\s+down\b`)},
	{regexp.MustCompile(`(?i)^--\s*migrate:up\b`), regexp.MustCompile(`(?i)^--\s*migrate:down\b`)},
	{regexp.MustCompile(`(?i)^--\s*!ups\b`), regexp.MustCompile(`(?i)^--\s*!downs\b`)},
	{regexp.MustCompile(`(?i)^#\s*---\s*!ups\b`), regexp.MustCompile(`(?i)^#\s*---\s*!downs\b`)},
	{nil, regexp.MustCompile(`(?i)^-{4}\s*create above\s*/\s*drop below\s*-{4}`)},
	{nil, regexp.MustCompile(`(?i)^--\s*//\s*@undo\b`)},
}

// upPart blanks the lines of a migration that take it back. Lines keep their
// numbers.
func upPart(script string) string {
	lines := strings.SplitAfter(script, "\n")
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
			lines[i] = strings.Repeat("\n", strings.Count(line, "\n"))
		}
		return strings.Join(lines, "")
	}
	return script
}
