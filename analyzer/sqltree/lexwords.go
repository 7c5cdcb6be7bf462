package sqltree

import "bytes"

// word takes an unquoted word: a keyword or a name.
func (l *lexer) word(start, end int) {
	text := l.s[start:end]
	h := hashWord(text)
	w := keyword(h)
	if w == wNone {
		l.words++
		l.identifier(h, text)
		return
	}
	if l.ended && !l.more && w == l.first && (w == wInsert || w == wUpdate || w == wDelete) {
		l.out.Traits |= Batched // UPDATE ...; UPDATE ...: a row each, sent at once
	}
	l.begin()
	l.words++
	wasBy := l.prev
	before := l.last
	l.add(h)
	l.name, l.path, l.relation = h, false, false
	like, count := false, wNone
	if l.first == wNone {
		l.first = w
		l.ctes = w == wWith
		l.out.Command, l.out.Tx = command(w)
	} else if l.ctes && l.depth == 0 {
		if c, _ := command(w); c == Select || c == Insert || c == Update || c == Delete || c == Merge {
			l.out.Command, l.ctes = c, false
		}
	}
	l.transaction(w)
	switch w {
	case wFrom, wJoin, wInto, wUpdate, wUsing:
		if w != wUpdate || l.depth == 0 && l.out.Command == Update && wasBy != wFor && wasBy != wKey {
			l.froms++
			l.relation = true
		}
		if w == wUpdate && (wasBy == wFor || wasBy == wKey) {
			l.out.Traits |= ForUpdate
		}
		l.by = closeList(l.by, l.depth)
	case wKey, wShare, wNo:
		if w == wShare && (wasBy == wFor || wasBy == wKey) {
			l.out.Traits |= ForUpdate
		}
	case wLocked:
		if wasBy == wSkip {
			l.out.Traits |= SkipLocked
		}
	case wReturning:
		l.out.Traits |= Returning
	case wLike, wIlike, wTo:
		like = w != wTo || wasBy == wSimilar
	case wLimit:
		l.out.Traits |= HasLimit
		l.by, count = closeList(l.by, l.depth), wLimit
	case wFirst, wNext:
		if wasBy == wFetch {
			l.out.Traits |= HasLimit
			count = wLimit
		}
	case wOffset:
		l.out.Traits |= HasOffset
		l.mark(hashOffset, false)
		l.by, count = closeList(l.by, l.depth), wOffset
	case wBy:
		if wasBy == wOrder || wasBy == wGroup {
			l.by = l.depth + 1
		}
	case wHaving, wFor, wUnion, wIntersect, wExcept, wWindow:
		l.by = closeList(l.by, l.depth)
	case wTrue, wFalse, wNull:
		// Constants, unless they follow IS [NOT] or SET: those the fingerprint
		// keeps, but marking them too does no harm.
		l.mark(mix(hashConst, h), wasBy != wIs && wasBy != wNot)
	case wIn:
		l.prev, l.last, l.like, l.count = w, 'k', false, wNone
		l.list('(', ')', true)
		return
	case wArray:
		l.prev, l.last, l.like, l.count = w, 'k', false, wNone
		l.list('[', ']', false)
		return
	case wValues:
		l.prev, l.last, l.like, l.count = w, 'k', false, wNone
		l.rows()
		return
	case wAny, wUnnest:
		if l.peek() == '(' && (before == 'o' || w == wUnnest) {
			l.out.Traits |= Batched
			l.mark(h, false)
		}
	}
	l.prev, l.last, l.like, l.count = w, 'k', like, count
	if w.operand() {
		l.last = 'v'
	}
}

func closeList(by, depth int) int {
	if by == depth+1 {
		return 0
	}
	return by
}

// command is what a statement that begins with w is.
func command(w word) (Command, TxMark) {
	switch w {
	case wSelect, wValues, wTable, wWith:
		return Select, TxNone
	case wInsert:
		return Insert, TxNone
	case wUpdate:
		return Update, TxNone
	case wDelete:
		return Delete, TxNone
	case wMerge:
		return Merge, TxNone
	case wBegin, wStart:
		return Transaction, TxBegin
	case wCommit, wEnd:
		return Transaction, TxCommit
	case wRollback, wAbort:
		return Transaction, TxRollback
	case wSavepoint, wRelease:
		return Transaction, TxNone
	case wSet, wShow, wReset:
		return Set, TxNone
	case wDiscard:
		return Set, TxNone
	case wCopy:
		return Copy, TxNone
	case wCreate, wAlter, wDrop, wTruncate, wGrant, wRevoke, wComment, wReindex, wRefresh:
		return DDL, TxNone
	}
	return Other, TxNone
}

// transaction corrects the mark of statements whose second word counts.
func (l *lexer) transaction(w word) {
	switch {
	case l.first == wRollback && w == wTo:
		l.out.Tx = TxNone // to a savepoint: the transaction goes on
	case l.first == wPrepare && w == wTransaction:
		l.out.Command, l.out.Tx = Transaction, TxCommit
	case (l.first == wDiscard || l.first == wReset) && w == wAll:
		l.out.Tx = TxReset
	}
}

// list folds IN (1, 2, 3) and ARRAY[1, 2, 3]: one member and several are two
// classes, the values and their number do not count. Anything that is not a
// list of values is left to be read as usual.
func (l *lexer) list(open, closed byte, in bool) {
	i := skip(l.s, l.i)
	if i >= len(l.s) || l.s[i] != open {
		return
	}
	i++
	members, operand, squashed := 0, false, false
	before := l.values()
	var cast uint64
	for {
		kind, end, from, to := scan(l.s, i)
		switch kind {
		case tokSpace:
		case tokComment:
			squashed = squashed || bytes.Contains(l.s[i:end], []byte(", ...")) // PostgreSQL 18
		case tokString, tokNumber:
			if operand {
				l.restore(before)
				return
			}
			l.literal(l.s[from:to], i)
			members++
			operand = true
		case tokParam:
			l.out.NParam++
			members++
			operand = true
		case tokOperator:
			text := l.s[i:end]
			switch {
			case string(text) == "?" && !operand:
				l.out.NParam++
				members++
				operand = true
			case (string(text) == "-" || string(text) == "+") && !operand:
			default:
				l.restore(before)
				return
			}
		case tokCut:
			l.out.Traits |= Truncated
			members++
			kind = tokEnd
		case tokPunct:
			switch c := l.s[i]; {
			case c == ',' && operand:
				operand = false
			case c == closed && operand:
				l.i = end
				l.closeFolded(in, members > 1 || squashed, cast)
				return
			case c == ':' && end < len(l.s) && l.s[end] == ':' && operand:
				end = skip(l.s, end+1)
				_, e, _, _ := scan(l.s, end)
				cast = hashWord(l.s[end:e])
				end = e
			case c == ':' && !operand && end < len(l.s) && class[l.s[end]] == classWord:
				_, end, _, _ = scan(l.s, end)
				l.out.NParam++
				members++
				operand = true
			default:
				l.restore(before)
				return
			}
		default:
			if kind != tokEnd {
				l.restore(before)
				return
			}
		}
		if kind == tokEnd { // the text was cut inside the list
			l.i = len(l.s)
			l.closeFolded(in, true, cast)
			return
		}
		i = end
	}
}

func (l *lexer) closeFolded(in, several bool, cast uint64) {
	l.add(cast)
	switch {
	case !in:
		l.add(hashList)
	case several:
		l.out.Traits |= Batched
		l.mark(hashList, false)
	default:
		l.mark(hashSingle, false)
	}
	l.after('v')
}

// rows folds the rows of VALUES after the first.
func (l *lexer) rows() {
	if l.flat {
		return
	}
	first := l.rowEnd(skip(l.s, l.i))
	if first < 0 {
		l.flat = true // one look at the rest of a cut text is enough
		return
	}
	next := skip(l.s, first)
	if next >= len(l.s) || l.s[next] != ',' {
		return
	}
	last := first
	for next < len(l.s) && l.s[next] == ',' {
		end := l.rowEnd(skip(l.s, next+1))
		if end < 0 {
			l.flat = true
			break
		}
		last = end
		next = skip(l.s, end)
	}
	if last == first {
		return
	}
	l.out.Traits |= MultiRow
	l.mark(hashRows, false)
	// The first row is read for its shape and values; the others are passed over.
	inner := lexer{s: l.s[:first], i: l.i, out: l.out, offsets: l.offsets, first: l.first, depth: l.depth, prev: wValues, last: 'k', words: l.words, flat: true}
	inner.run()
	l.i = last
	l.after('v')
}

// rowEnd returns the offset after the parenthesis that closes the one at i, or
// -1 when there is none.
func (l *lexer) rowEnd(i int) int {
	if i >= len(l.s) || l.s[i] != '(' {
		return -1
	}
	for depth := 0; i < len(l.s); {
		kind, end, _, _ := scan(l.s, i)
		if kind == tokPunct {
			switch l.s[i] {
			case '(':
				depth++
			case ')':
				if depth--; depth == 0 {
					return end
				}
			}
		}
		i = end
	}
	return -1
}

// skip returns the offset of the first byte at or after i that is neither
// blank nor comment.
func skip(s []byte, i int) int {
	for {
		kind, end, _, _ := scan(s, i)
		if kind != tokSpace && kind != tokComment {
			return i
		}
		i = end
	}
}

func (l *lexer) operator(start, end int) {
	l.begin()
	op := l.s[start:end]
	if l.last != 'v' {
		switch string(op) {
		case "?":
			l.param(nil)
			return
		case "-", "+":
			return // a sign: -5 and 5 are one value
		case "%":
			if l.driverParam(end) {
				return
			}
		case "@":
			if l.namedParam(end) {
				return
			}
		}
	}
	// An operator may swallow a sign or placeholder that follows it: "=-5", "=?".
	l.add(hashBytes(op))
	l.after('o')
	switch string(op) {
	case "->", "->>", "#>", "#>>":
		l.path = true
	case "~~", "~~*", "!~~", "!~~*":
		l.like = true
	}
}

// driverParam reads what follows the % of %s and %(name)s.
func (l *lexer) driverParam(i int) bool {
	if i < len(l.s) && l.s[i] == 's' && (i+1 >= len(l.s) || class[l.s[i+1]] != classWord) {
		l.i = i + 1
		l.param(nil)
		return true
	}
	if i < len(l.s) && l.s[i] == '(' {
		for j := i + 1; j+1 < len(l.s); j++ {
			if l.s[j] == ')' {
				if l.s[j+1] != 's' {
					return false
				}
				l.i = j + 2
				l.param(nil)
				return true
			}
			if class[l.s[j]] != classWord && class[l.s[j]] != classDigit {
				return false
			}
		}
	}
	return false
}

// namedParam reads the name after : or @.
func (l *lexer) namedParam(i int) bool {
	if i >= len(l.s) || class[l.s[i]] != classWord {
		return false
	}
	_, l.i, _, _ = scan(l.s, i)
	l.param(nil)
	return true
}

func (l *lexer) punct(start int, c byte) {
	if c == ';' && l.depth == 0 {
		l.ended = true
		return
	}
	if c == ':' {
		if start+1 < len(l.s) && l.s[start+1] == ':' { // a cast
			l.i = start + 2
			l.begin()
			l.add('c')
			l.after('o')
			return
		}
		if l.last != 'v' && l.namedParam(start+1) {
			return
		}
	}
	l.begin()
	l.add(uint64(c))
	relation := l.relation
	switch c {
	case '(':
		if l.depth < maxDepth {
			l.calls[l.depth], l.arg[l.depth] = behaves[l.name], 0
		}
		like := l.like // a pattern in parentheses is still one
		l.depth++
		l.after('(')
		l.like = like
		return
	case ')':
		l.depth = max(l.depth-1, 0)
		if l.by > l.depth+1 {
			l.by = 0
		}
		l.after('v')
		return
	case ']':
		l.after('v')
		return
	case ',':
		if l.depth > 0 && l.depth <= maxDepth {
			l.arg[l.depth-1]++
		}
		l.after(',')
		return
	case '.':
		// schema.table: what follows is the table's name, the schema told enough.
		l.after('k')
		return
	}
	l.after('o')
	l.relation = relation
}

// probe reports whether a SELECT without FROM is a connection check: SELECT 1,
// version(), current_schema(), set_config(...), now().
func (l *lexer) probe() bool {
	if l.out.Traits&(HasLimit|HasOffset) != 0 {
		return false
	}
	text := l.s
	i := skip(text, 0)
	_, i, _, _ = scan(text, i) // SELECT
	i = skip(text, i)
	kind, end, _, _ := scan(text, i)
	switch kind {
	case tokNumber, tokString, tokParam:
		return true
	case tokWord:
		name := text[i:end]
		if keywordOf(name) == wTrue || keywordOf(name) == wNull {
			return true
		}
		if equalFold(name, "pg_catalog") {
			return true
		}
		for _, known := range []string{"version", "current_schema", "current_schemas", "current_database", "current_user", "session_user", "current_setting", "set_config", "now", "current_timestamp", "pg_is_in_recovery", "pg_backend_pid", "txid_current"} {
			if equalFold(name, known) {
				return true
			}
		}
	}
	return false
}
