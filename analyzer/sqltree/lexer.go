package sqltree

import "strconv"

// Tokens of the lexical key that stand for a whole class of texts.
const (
	hashValue   = 0x76616c7565     // any literal or placeholder
	hashList    = 0x6c697374       // IN or ARRAY with two members or more
	hashSingle  = 0x73696e676c65   // IN with one member
	hashRows    = 0x726f7773       // VALUES with two rows or more
	hashLike    = 0x6c696b65       // + the class of the pattern
	hashOrdinal = 0x6f7264696e616c // + the number
	hashConst   = 0x636f6e7374     // + the constant
	hashOffset  = 0x6f6666736574
)

// maxDepth is how many nested parentheses are told apart as calls or not.
const maxDepth = 64

// lexer is the state of one pass. It lives on the stack.
type lexer struct {
	s        []byte
	i        int
	start    int // of the token just read
	out      *Lexed
	offsets  *[]int       // of the literals counted so far, for who asks
	keeps    map[int]kept // by offset, what of a literal says what the statement is; for who asks
	depth    int
	calls    [maxDepth]uint16 // per open parenthesis: positions of behaviour constants
	arg      [maxDepth]uint8  // per open parenthesis: which argument, from 0
	prev     word             // last word, wNone after anything else
	last     byte             // '(' ',' 'o'perator 'v'alue/name 'k'eyword 0 start
	name     uint64           // hash of the word just read, 0 otherwise
	path     bool             // the last operator was -> ->> #> #>>
	like     bool             // a pattern comes next
	by       int              // depth+1 of an open ORDER BY or GROUP BY list, 0 none
	first    word             // first keyword of the statement
	ctes     bool             // between WITH and the main command
	froms    int              // FROM, JOIN, INTO, UPDATE seen
	words    int              // words seen
	system   bool             // only catalogue relations so far, and at least one
	user     bool             // some other relation
	relation bool             // a relation's name comes next
	count    word             // LIMIT or OFFSET whose value comes next
	ended    bool             // a semicolon was seen
	flat     bool             // VALUES is read as it stands
	more     bool             // something follows it: several statements
}

// Lex makes one pass over sql and fills into. It never fails and never reads
// past sql.
func Lex(sql []byte, into *Lexed) {
	*into = Lexed{Limit: -1, Offset: -1}
	l := lexer{s: sql, out: into}
	l.run()
	l.finish()
}

// LiteralOffsets returns the byte offsets of the literals that [Lex] counts,
// in order.
func LiteralOffsets(sql string) []int {
	offsets := []int{}
	var into Lexed
	l := lexer{s: []byte(sql), out: &into, offsets: &offsets}
	l.run()
	return offsets
}

// run reads tokens until the end of s.
func (l *lexer) run() {
	sql := l.s
	for {
		kind, end, from, to := scan(l.s, l.i)
		start := l.i
		l.start, l.i = start, end
		switch kind {
		case tokEnd:
			return
		case tokSpace:
		case tokComment:
			l.comment(start, end)
		case tokCut:
			l.out.Traits |= Truncated
			if start < len(sql) && (sql[start] == '/' || sql[start] == '"') {
				l.comment(start, end)
				continue
			}
			l.value(sql[from:to], true)
		case tokWord:
			l.word(start, end)
		case tokQuoted:
			l.identifier(hashQuoted(sql[start:end]), sql[start+1:end-1])
		case tokString:
			l.value(sql[from:to], true)
		case tokNumber:
			l.number(sql[start:end])
		case tokParam:
			l.param(sql[from:to])
		case tokOperator:
			l.operator(start, end)
		case tokPunct:
			l.punct(start, sql[start])
		}
	}
}

// hashQuoted makes "users" and users one name when quoting does not matter.
func hashQuoted(s []byte) uint64 {
	plain := len(s) > 2
	for i, c := range s[1 : len(s)-1] {
		if c >= 'a' && c <= 'z' || c == '_' || i > 0 && c >= '0' && c <= '9' {
			continue
		}
		plain = false
		break
	}
	if plain {
		if h := hashWord(s[1 : len(s)-1]); keywordOf(s[1:len(s)-1]) == wNone {
			return h
		}
	}
	return hashBytes(s)
}

func (l *lexer) add(h uint64) { l.out.Key = mix(l.out.Key, h) }

// mark adds what the fingerprint would lump together; literal tells that
// pg_stat_statements would have replaced it.
func (l *lexer) mark(h uint64, literal bool) {
	l.add(h)
	l.out.Shape = mix(l.out.Shape, h)
	if !literal {
		l.out.Loose = mix(l.out.Loose, h)
	}
}

// begin notes that a token follows, which a second statement makes of a
// semicolon.
func (l *lexer) begin() {
	if l.ended && !l.more {
		l.more = true
		l.add(';')
	}
}

func (l *lexer) comment(start, end int) {
	for _, c := range l.s[start:end] {
		if c == '=' || c == ':' {
			l.out.CommentStart, l.out.CommentEnd = start, end
			return
		}
	}
}

func (l *lexer) identifier(h uint64, name []byte) {
	l.begin()
	l.add(h)
	if l.first == wNone {
		l.first = wOther
	}
	l.isRelation(name)
	l.prev, l.last, l.name, l.path, l.like, l.count = wNone, 'v', h, false, false, wNone
}

// isRelation learns from the name after FROM, JOIN, ... whether the statement
// reads the catalogue only.
func (l *lexer) isRelation(name []byte) {
	if !l.relation {
		return
	}
	l.relation = false
	if systemName(name) {
		l.system = true
	} else {
		l.user = true
	}
}

func systemName(name []byte) bool {
	return len(name) > 3 && string(name[:3]) == "pg_" || len(name) > 3 && string(name[:3]) == "PG_" || equalFold(name, "information_schema")
}

func equalFold(s []byte, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	for i := range s {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// value folds a literal. quoted tells a string from a number.
func (l *lexer) value(content []byte, quoted bool) {
	l.begin()
	l.literal(content, l.start)
	l.keepCount(content)
	switch {
	case l.like && quoted:
		l.keep(keptBuild)
		l.mark(mix(hashLike, uint64(patternClass(content))), true)
	case quoted && (l.path || l.behaviour()) && len(content) <= 64:
		l.keep(keptWhole)
		l.mark(mix(hashConst, hashBytes(content)), true)
	default:
		l.add(hashValue)
	}
	l.after('v')
}

// literal counts a value that starts at an offset and keeps its hash.
func (l *lexer) literal(content []byte, at int) {
	h := HashLiteral(content)
	if l.out.NLiteral >= MaxLiterals {
		l.out.Literals[MaxLiterals-1] = MixLiteral(l.out.Literals[MaxLiterals-1], h)
	} else {
		l.out.Literals[l.out.NLiteral] = h
	}
	l.out.NLiteral++
	if l.offsets != nil {
		*l.offsets = append(*l.offsets, at)
	}
}

// keep notes what of the literal just read is no value.
func (l *lexer) keep(k kept) {
	if l.keeps != nil {
		l.keeps[l.start] = k
	}
}

// values are the literals and placeholders counted so far.
type values struct {
	literals     [MaxLiterals]uint32
	count, param int
	offsets      int
}

func (l *lexer) values() values {
	v := values{literals: l.out.Literals, count: l.out.NLiteral, param: l.out.NParam}
	if l.offsets != nil {
		v.offsets = len(*l.offsets)
	}
	return v
}

// restore forgets what was counted since.
func (l *lexer) restore(v values) {
	l.out.Literals, l.out.NLiteral, l.out.NParam = v.literals, v.count, v.param
	if l.offsets != nil {
		*l.offsets = (*l.offsets)[:v.offsets]
	}
}

// behaviour reports whether a string constant here selects what a function
// does.
func (l *lexer) behaviour() bool {
	if l.last != '(' && l.last != ',' || l.depth == 0 || l.depth > maxDepth {
		return false
	}
	mask := l.calls[l.depth-1]
	if mask&(1<<min(uint16(l.arg[l.depth-1]), 7)) == 0 {
		return false
	}
	// to_tsquery('english', 'cat') names a configuration, to_tsquery('cat') does
	// not.
	return mask&ifMore == 0 || l.peek() == ','
}

// peek returns the first byte after blanks.
func (l *lexer) peek() byte {
	for j := l.i; j < len(l.s); j++ {
		if class[l.s[j]] != classSpace {
			return l.s[j]
		}
	}
	return 0
}

// keepCount keeps the value of a top-level LIMIT or OFFSET.
func (l *lexer) keepCount(content []byte) {
	if l.count == wNone || l.depth > 0 {
		return
	}
	n, err := strconv.ParseInt(string(content), 10, 64)
	if err != nil {
		return
	}
	if l.count == wLimit {
		l.keep(keptWhole)
		l.out.Limit = n
	} else {
		l.out.Offset = n
	}
}

// patternClass tells LIKE patterns apart: 0 exact, 1 anchored, 2 suffix, 3
// infix.
func patternClass(p []byte) int {
	leading := 0
	for leading < len(p) && (p[leading] == '%' || p[leading] == '_') {
		leading++
	}
	for i := leading; i < len(p); i++ {
		switch p[i] {
		case '\\':
			i++
		case '%', '_':
			if leading > 0 {
				return 3
			}
			return 1
		}
	}
	if leading > 0 {
		return 2
	}
	return 0
}

func (l *lexer) number(text []byte) {
	if l.by == l.depth+1 && (l.prev == wBy || l.last == ',') {
		l.begin()
		l.keep(keptWhole)
		l.mark(mix(hashOrdinal, hashBytes(text)), false)
		l.after('v')
		return
	}
	if l.path {
		l.begin()
		l.keep(keptWhole)
		l.mark(mix(hashConst, hashBytes(text)), true)
		l.after('v')
		return
	}
	l.value(text, false)
}

func (l *lexer) param(digits []byte) {
	l.begin()
	l.out.NParam++
	if l.depth == 0 && l.count != wNone {
		n, _ := strconv.Atoi(string(digits))
		if l.count == wLimit {
			l.out.LimitParam = n
		} else {
			l.out.OffsetParam = n
		}
	}
	if l.like {
		l.mark(mix(hashLike, 4), true)
	} else {
		l.add(hashValue)
	}
	l.after('v')
}

// after resets what only the next token may see.
func (l *lexer) after(last byte) {
	l.prev, l.last, l.name, l.path, l.like, l.count = wNone, last, 0, false, false, wNone
	l.relation = false
}

// finish decides what needs the whole statement.
func (l *lexer) finish() {
	o := l.out
	if l.words == 0 && o.NLiteral+o.NParam == 0 && o.Key == 0 {
		o.Command = Empty
		return
	}
	if l.noise() {
		o.Traits |= Noise
	}
}

// noise reports whether the whole statement tells nothing about loops.
func (l *lexer) noise() bool {
	switch l.out.Command {
	case Transaction, Set, Copy:
		return true
	case Other:
		switch l.first {
		case wDeallocate, wFetch, wMove, wClose, wListen, wUnlisten, wNotify, wPrepare, wDiscard, wDeclare:
			return true
		}
	case Select:
		return l.system && !l.user || l.froms == 0 && l.probe()
	}
	return false
}
