package schema

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"
)

// undoFolder are the folders of sqitch that are not deployed.
var undoFolder = map[string]bool{"revert": true, "verify": true}

func inUndoFolder(dir, name string) bool {
	for at := path.Dir(name); at != dir && at != "."; at = path.Dir(at) {
		if undoFolder[strings.ToLower(path.Base(at))] {
			return true
		}
	}
	return false
}

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
