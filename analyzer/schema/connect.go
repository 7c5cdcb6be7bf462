package schema

import (
	"net/url"
	"strings"

	"github.com/apilint/apilint/analyzer/sqltree"
)

// partsOf cuts a script where psql connects to another database. What stands
// between \restrict and \unrestrict of the same word is the server's to run:
// psql refuses its own commands there.
func partsOf(script string) []part {
	if !strings.Contains(script, `\c`) {
		return []part{{text: script}}
	}
	var parts []part
	at, line, database, word := 0, 0, "", ""
	cut := func(end int) {
		if end > at {
			parts = append(parts, part{database, script[at:end], line})
			line += strings.Count(script[at:end], "\n")
			at = end
		}
	}
	for _, span := range sqltree.Split(script) {
		for _, c := range span.Psql {
			name, rest, _ := strings.Cut(strings.TrimPrefix(c.Text, `\`), " ")
			switch rest = strings.TrimSpace(rest); {
			case name == "restrict" && word == "":
				word = rest
			case name == "unrestrict" && rest == word:
				word = ""
			case (name == "c" || name == "connect") && word == "":
				if to := connected(rest); to != "" && to != database {
					cut(c.Start)
					database = to
				}
			}
		}
	}
	cut(len(script))
	return parts
}

// connected is the database that the arguments of \connect name; "" the one at
// hand.
func connected(arguments string) string {
	for {
		var word string
		word, arguments = psqlWord(arguments)
		switch {
		case strings.HasPrefix(word, "-reuse-previous"):
			continue
		case word == "-":
			return ""
		case strings.HasPrefix(word, "postgres://") || strings.HasPrefix(word, "postgresql://"):
			u, err := url.Parse(word)
			if err != nil {
				return ""
			}
			return strings.TrimPrefix(u.Path, "/")
		case strings.Contains(word, "="):
			return ofConninfo(word)
		}
		return word
	}
}

// psqlWord takes one argument of a psql command: quotes go, a doubled one is
// one.
func psqlWord(s string) (word, rest string) {
	s = strings.TrimLeft(s, " \t")
	var b strings.Builder
	quote := byte(0)
	i := 0
	for ; i < len(s); i++ {
		c := s[i]
		switch {
		case quote == 0 && (c == ' ' || c == '\t' || c == ';'):
			return b.String(), s[i:]
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote && quote != 0:
			if i+1 < len(s) && s[i+1] == quote {
				b.WriteByte(c)
				i++
			} else {
				quote = 0
			}
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), ""
}

// ofConninfo is the dbname of a connection string of keywords and values.
func ofConninfo(s string) string {
	for s != "" {
		key, rest, ok := strings.Cut(s, "=")
		if !ok {
			return ""
		}
		value, after := conninfoValue(strings.TrimLeft(rest, " \t"))
		if strings.TrimSpace(key) == "dbname" {
			return value
		}
		s = after
	}
	return ""
}

// conninfoValue takes one value, in quotes or not; a backslash guards the next
// character.
func conninfoValue(s string) (value, rest string) {
	var b strings.Builder
	quoted := strings.HasPrefix(s, "'")
	if quoted {
		s = s[1:]
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case quoted && c == '\'', !quoted && (c == ' ' || c == '\t'):
			return b.String(), s[i+1:]
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), ""
}
