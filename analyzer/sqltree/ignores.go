package sqltree

import (
	"slices"
	"strings"
)

// Ignores reports whether a comment in the statement asks that findings of a
// rule be left out: apilint:ignore RULE... or, as sqlcommenter writes it,
// apilint='ignore RULE...'. Without rules it means all of them; what follows --
// is the reason.
func Ignores(sql, rule string) bool {
	if !strings.Contains(sql, "apilint") {
		return false
	}
	s := []byte(sql)
	for i := 0; i < len(s); {
		kind, end, _, _ := scan(s, i)
		if kind == tokEnd {
			break
		}
		if kind == tokComment {
			if rules := ReadTags(s[i:end]).Ignore; rules != nil && (len(rules) == 0 || slices.Contains(rules, rule)) {
				return true
			}
		}
		i = end
	}
	return false
}

// ignored reads the rules of apilint:ignore; never nil.
func ignored(rules string) []string {
	rules, _, _ = strings.Cut(rules, "--") // the reason
	return append([]string{}, strings.FieldsFunc(rules, func(r rune) bool { return r == ' ' || r == ',' || r == ':' || r == '\t' || r == '\n' })...)
}
