package sqltree

import (
	"strconv"
	"strings"
)

// Placeholders rewrites ?, :name, @name, %s and %(name)s to $1, $2, ... where
// they stand for an operand; a name keeps its number. Texts without them come
// back unchanged.
func Placeholders(sql string) string {
	p := placeholders{s: []byte(sql), names: map[string]int{}}
	p.next = highest(p.s) + 1
	for i := 0; i < len(p.s); {
		kind, end, _, _ := scan(p.s, i)
		switch kind {
		case tokSpace, tokComment:
		case tokWord:
			p.operand = keywordOf(p.s[i:end]).operand()
		case tokQuoted, tokString, tokNumber, tokParam, tokCut:
			p.operand = true
		case tokOperator:
			if from, to, name, ok := p.find(i, end); ok {
				p.replace(from, to, name)
				end = to
				break
			}
			p.operand = false
		case tokPunct:
			c := p.s[i]
			if c == ':' && end < len(p.s) && p.s[end] == ':' {
				end++
				p.operand = false
				break
			}
			if c == ':' && !p.operand && end < len(p.s) && (class[p.s[end]] == classWord || class[p.s[end]] == classDigit) {
				_, to, _, _ := scan(p.s, end)
				p.replace(i, to, string(p.s[end:to]))
				end = to
				break
			}
			p.operand = c == ')' || c == ']'
		}
		i = end
	}
	if p.b.Len() == 0 {
		return sql
	}
	p.b.Write(p.s[p.done:])
	return p.b.String()
}

type placeholders struct {
	s       []byte
	b       strings.Builder
	done    int // bytes of s already written
	names   map[string]int
	next    int
	operand bool // the last token was an operand
}

// highest returns the largest n of $n in s.
func highest(s []byte) int {
	most := 0
	for i := 0; i < len(s); {
		kind, end, from, to := scan(s, i)
		if kind == tokParam {
			if n, err := strconv.Atoi(string(s[from:to])); err == nil && n < 65536 {
				most = max(most, n)
			}
		}
		i = end
	}
	return most
}

// find looks for a placeholder in the run of operator characters s[i:end]: a
// whole run in operand position, or the last character of one (=?, =@x, =%s).
func (p *placeholders) find(i, end int) (from, to int, name string, ok bool) {
	if p.operand && end-i == 1 {
		return 0, 0, "", false
	}
	last := end - 1
	if p.operand && last == i {
		return 0, 0, "", false
	}
	switch p.s[last] {
	case '?':
		if last == i || special(p.s[i:last]) == last-i {
			return last, end, "", true
		}
	case '@':
		if end < len(p.s) && class[p.s[end]] == classWord {
			_, to, _, _ := scan(p.s, end)
			return last, to, string(p.s[end:to]), true
		}
	case '%':
		if end < len(p.s) && p.s[end] == 's' && (end+1 >= len(p.s) || class[p.s[end+1]] != classWord && class[p.s[end+1]] != classDigit) {
			return last, end + 1, "", true
		}
		if end < len(p.s) && p.s[end] == '(' {
			if j := strings.IndexByte(string(p.s[end:min(len(p.s), end+80)]), ')'); j > 0 && end+j+1 < len(p.s) && p.s[end+j+1] == 's' {
				return last, end + j + 2, string(p.s[end+1 : end+j]), true
			}
		}
	}
	return 0, 0, "", false
}

func (p *placeholders) replace(from, to int, name string) {
	n := p.names[name]
	if name == "" || n == 0 {
		n = p.next
		p.next++
		p.names[name] = n
	}
	p.b.Write(p.s[p.done:from])
	if from > 0 && class[p.s[from-1]] == classOperator {
		p.b.WriteByte(' ')
	}
	p.b.WriteString("$" + strconv.Itoa(n))
	p.done = to
	p.operand = true
}
