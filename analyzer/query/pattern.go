package query

import (
	"strings"
	"unicode/utf8"

	pg "github.com/pganalyze/pg_query_go/v5"
)

// spelled are the pattern operators in the words of a statement.
var spelled = map[string]string{
	"~~": "LIKE", "!~~": "NOT LIKE", "~~*": "ILIKE", "!~~*": "NOT ILIKE",
	"~": "~", "~*": "~*", "!~": "!~", "!~*": "!~*", "SIMILAR TO": "SIMILAR TO", "NOT SIMILAR TO": "NOT SIMILAR TO",
}

// match lowers LIKE, ILIKE, SIMILAR TO and regular expressions.
func (r *resolver) match(op string, left, right *pg.Node, k clause, c context) {
	if k.not {
		if op == "SIMILAR TO" {
			op = "NOT SIMILAR TO"
		} else if op == "NOT SIMILAR TO" {
			op = "SIMILAR TO"
		} else {
			op = negated[op]
		}
	}
	o, pattern := r.operand(left, c.level), r.operand(right, c.level)
	switch {
	case len(o.keys) == 0 && len(pattern.keys) == 0:
		r.constant(k, c)
		return
	case !o.single() || len(pattern.keys) > 0 || pattern.vague:
		r.opaque(k, c)
		return
	}
	p := o.predicate(OtherOp)
	p.Operator, p.Text, p.Outer = spelled[op], r.text(k), pattern.outer
	p.Values = []Value{r.value(patternNode(right))}
	switch op {
	case "~~":
		p.Op = Like
	case "~~*":
		p.Op = ILike
	case "!~~", "!~~*":
		p.Op = NotLike
	case "~", "~*", "SIMILAR TO":
		p.Op = Regex
	}
	if p.Op != OtherOp && !pattern.outer {
		p.Pattern, p.Literal = r.pattern(op, right)
	} else if p.Op != OtherOp {
		p.Pattern = PatternUnknown
	}
	r.emit(p, c)
}

// patternNode looks through like_escape and similar_to_escape, which the
// grammar puts around the pattern.
func patternNode(n *pg.Node) *pg.Node {
	if call := n.GetFuncCall(); call != nil && len(call.Args) > 0 {
		switch last(call.Funcname) {
		case "like_escape", "similar_to_escape":
			return call.Args[0]
		}
	}
	return n
}

// pattern tells the shape of a pattern and its literal part.
func (r *resolver) pattern(op string, n *pg.Node) (Pattern, string) {
	escape := byte('\\')
	if call := n.GetFuncCall(); call != nil && len(call.Args) == 2 && strings.HasSuffix(last(call.Funcname), "_escape") {
		text, ok := stringConstant(call.Args[1])
		if !ok || len(text) > 1 {
			return PatternUnknown, ""
		}
		if escape = 0; len(text) == 1 {
			escape = text[0]
		}
	}
	parts := concatenated(patternNode(n), nil)
	switch op {
	case "~", "~*":
		return regexPattern(parts)
	case "SIMILAR TO":
		for _, p := range parts {
			if strings.ContainsAny(p.text, "|*+?(){}[]") {
				return similarPattern(p.text)
			}
		}
	}
	return likePattern(parts, escape)
}

// part is a piece of a concatenation: a constant, or something unknown.
type part struct {
	text  string
	known bool
}

// concatenated takes '%' || $1 || '%' and concat('%', $1, '%') apart.
func concatenated(n *pg.Node, into []part) []part {
	if text, ok := stringConstant(n); ok {
		return append(into, part{text, true})
	}
	if e := n.GetAExpr(); e != nil && e.Kind == pg.A_Expr_Kind_AEXPR_OP && last(e.Name) == "||" && e.Lexpr != nil {
		return concatenated(e.Rexpr, concatenated(e.Lexpr, into))
	}
	if call := n.GetFuncCall(); call != nil && last(call.Funcname) == "concat" {
		for _, a := range call.Args {
			into = concatenated(a, into)
		}
		return into
	}
	if cast := n.GetTypeCast(); cast != nil && cast.Arg.GetParamRef() == nil {
		return concatenated(cast.Arg, into)
	}
	return append(into, part{})
}

func stringConstant(n *pg.Node) (string, bool) {
	if cast := n.GetTypeCast(); cast != nil {
		n = cast.Arg
	}
	c := n.GetAConst()
	if c == nil || c.GetSval() == nil {
		return "", false
	}
	return c.GetSval().GetSval(), true
}

// likePattern classifies a LIKE pattern. A part that is not known stands for
// text: whoever writes $1 || '%' asks for a prefix. Alone it says nothing.
func likePattern(parts []part, escape byte) (Pattern, string) {
	if len(parts) == 1 && !parts[0].known {
		return PatternUnknown, ""
	}
	leading, inner, trailing := false, false, false
	run, longest := "", ""
	seen := false // text was seen
	whole := true // all of it is known
	end := func() {
		if len(run) > len(longest) {
			longest = run
		}
		run = ""
	}
	text := func() {
		seen = true
		if trailing {
			inner, trailing = true, false
		}
	}
	for _, p := range parts {
		if !p.known {
			whole = false
			end()
			text()
			continue
		}
		for i := 0; i < len(p.text); i++ {
			switch ch := p.text[i]; {
			case escape != 0 && ch == escape && i+1 < len(p.text):
				i++
				text()
				run += p.text[i : i+1]
			case ch == '%' || ch == '_':
				end()
				if seen {
					trailing = true
				} else {
					leading = true
				}
			default:
				text()
				run += p.text[i : i+1]
			}
		}
	}
	end()
	if !whole {
		longest = ""
	}
	switch {
	case leading && !inner && !trailing && seen:
		return PatternSuffix, longest
	case leading:
		return PatternInfix, longest
	case inner || trailing:
		return PatternAnchored, prefixOf(parts, escape)
	}
	return PatternExact, longest
}

// prefixOf is the literal text before the first wildcard, "" when a part of it
// is not known.
func prefixOf(parts []part, escape byte) string {
	var b strings.Builder
	for _, p := range parts {
		if !p.known {
			return ""
		}
		for i := 0; i < len(p.text); i++ {
			switch ch := p.text[i]; {
			case ch == '%' || ch == '_':
				return b.String()
			case escape != 0 && ch == escape && i+1 < len(p.text):
				i++
				b.WriteByte(p.text[i])
			default:
				b.WriteByte(ch)
			}
		}
	}
	return b.String()
}

// regexPattern classifies a POSIX regular expression. Only what
// regex_fixed_prefix of PostgreSQL would find counts as anchored: ^ and plain
// text, without any alternative.
func regexPattern(parts []part) (Pattern, string) {
	if len(parts) != 1 || !parts[0].known {
		first := parts[0]
		if len(parts) > 1 && first.known && strings.HasPrefix(first.text, "^") {
			return PatternAnchored, ""
		}
		return PatternUnknown, ""
	}
	re := parts[0].text
	if strings.Contains(re, "|") || strings.Contains(re, "(?") {
		return PatternInfix, ""
	}
	body, anchored := strings.CutPrefix(re, "^")
	literal, whole := plainPrefix(body)
	switch {
	case anchored && literal != "" && whole == "$":
		return PatternExact, literal
	case anchored && literal != "":
		return PatternAnchored, literal
	case !anchored && whole == "$":
		return PatternSuffix, literal
	}
	if anchored {
		_, size := utf8.DecodeRuneInString(body)
		body = body[min(size, len(body)):]
	}
	return PatternInfix, longestPlain(body)
}

// plainPrefix returns the literal text at the start of a regular expression
// and what follows it.
func plainPrefix(re string) (literal, rest string) {
	var b strings.Builder
	i := 0
	for i < len(re) {
		ch, next := re[i], i+1
		if ch == '\\' && next < len(re) && strings.IndexByte(`.*+?()[]{}^$\|-/`, re[next]) >= 0 {
			ch, next = re[next], next+1
		} else if strings.IndexByte(`.*+?()[]{}^$\`, ch) >= 0 {
			break
		}
		if next < len(re) && strings.IndexByte("*?{", re[next]) >= 0 {
			break // the character may be missing
		}
		b.WriteByte(ch)
		i = next
	}
	return b.String(), re[i:]
}

// longestPlain is the longest run of letters, digits and blanks that every
// match holds: outside brackets, and not made optional.
func longestPlain(re string) string {
	longest, run := "", ""
	depth := 0
	end := func(drop bool) {
		if drop && run != "" {
			_, size := utf8.DecodeLastRuneInString(run)
			run = run[:len(run)-size]
		}
		if len(run) > len(longest) {
			longest = run
		}
		run = ""
	}
	for i := 0; i < len(re); i++ {
		switch ch := re[i]; {
		case ch == '[' || ch == '(':
			end(false)
			depth++
		case (ch == ']' || ch == ')') && depth > 0:
			depth--
		case depth > 0:
		case ch == '*' || ch == '?' || ch == '{':
			end(true)
			if j := strings.IndexByte(re[i:], '}'); ch == '{' && j > 0 {
				i += j
			}
		case ch == '\\':
			end(false)
			i++
		case strings.IndexByte(`.+^$`, ch) >= 0:
			end(false)
		default:
			run += string(ch)
		}
	}
	end(false)
	return strings.ToValidUTF8(longest, "")
}

// similarPattern classifies a SIMILAR TO pattern with operators of its own.
func similarPattern(text string) (Pattern, string) {
	if strings.HasPrefix(text, "%") || strings.HasPrefix(text, "_") || strings.Contains(text, "|") {
		return PatternInfix, ""
	}
	n := strings.IndexAny(text, "%_|*+?(){}[]")
	if n > 0 && strings.IndexByte("*?{", text[n]) >= 0 {
		n--
	}
	if n <= 0 {
		return PatternInfix, ""
	}
	return PatternAnchored, text[:n]
}
