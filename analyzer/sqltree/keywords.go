package sqltree

// word is a keyword that the lexical key or the commands depend on.
type word uint8

const (
	wNone word = iota
	wSelect
	wInsert
	wUpdate
	wDelete
	wMerge
	wWith
	wValues
	wTable
	wBegin
	wStart
	wCommit
	wEnd
	wRollback
	wAbort
	wTo
	wPrepare
	wTransaction
	wSavepoint
	wRelease
	wSet
	wReset
	wShow
	wDiscard
	wDeallocate
	wCopy
	wFetch
	wMove
	wClose
	wDeclare
	wListen
	wUnlisten
	wNotify
	wLock
	wCreate
	wAlter
	wDrop
	wTruncate
	wGrant
	wRevoke
	wComment
	wReindex
	wRefresh
	wExplain
	wExecute
	wIn
	wAny
	wAll
	wArray
	wUnnest
	wLike
	wIlike
	wSimilar
	wLimit
	wOffset
	wFirst
	wNext
	wOrder
	wGroup
	wBy
	wFor
	wShare
	wSkip
	wLocked
	wReturning
	wFrom
	wJoin
	wInto
	wWhere
	wAnd
	wOr
	wNot
	wOn
	wHaving
	wUnion
	wIntersect
	wExcept
	wCase
	wWhen
	wThen
	wElse
	wBetween
	wIs
	wAs
	wDistinct
	wInterval
	wExists
	wUsing
	wTrue
	wFalse
	wNull
	wAsc
	wDesc
	wNulls
	wCollate
	wRecursive
	wOnly
	wRow
	wRows
	wNo
	wKey
	wCast
	wExtract
	wWindow
	wOver
	wPartition
	wFilter
	wLateral
	wEscape
	wOther // any word that is none of these
)

var words = map[string]word{
	"select": wSelect, "insert": wInsert, "update": wUpdate, "delete": wDelete, "merge": wMerge, "with": wWith,
	"values": wValues, "table": wTable, "begin": wBegin, "start": wStart, "commit": wCommit, "end": wEnd,
	"rollback": wRollback, "abort": wAbort, "to": wTo, "prepare": wPrepare, "transaction": wTransaction,
	"savepoint": wSavepoint, "release": wRelease, "set": wSet, "reset": wReset, "show": wShow, "discard": wDiscard,
	"deallocate": wDeallocate, "copy": wCopy, "fetch": wFetch, "move": wMove, "close": wClose, "declare": wDeclare,
	"listen": wListen, "unlisten": wUnlisten, "notify": wNotify, "lock": wLock, "create": wCreate, "alter": wAlter,
	"drop": wDrop, "truncate": wTruncate, "grant": wGrant, "revoke": wRevoke, "comment": wComment, "reindex": wReindex,
	"refresh": wRefresh, "explain": wExplain, "execute": wExecute, "in": wIn, "any": wAny, "some": wAny, "all": wAll,
	"array": wArray, "unnest": wUnnest, "like": wLike, "ilike": wIlike, "similar": wSimilar, "limit": wLimit,
	"offset": wOffset, "first": wFirst, "next": wNext, "order": wOrder, "group": wGroup, "by": wBy, "for": wFor,
	"share": wShare, "skip": wSkip, "locked": wLocked, "returning": wReturning, "from": wFrom, "join": wJoin,
	"into": wInto, "where": wWhere, "and": wAnd, "or": wOr, "not": wNot, "on": wOn, "having": wHaving, "union": wUnion,
	"intersect": wIntersect, "except": wExcept, "case": wCase, "when": wWhen, "then": wThen, "else": wElse,
	"between": wBetween, "is": wIs, "as": wAs, "distinct": wDistinct, "interval": wInterval, "exists": wExists,
	"using": wUsing, "true": wTrue, "false": wFalse, "null": wNull, "asc": wAsc, "desc": wDesc, "nulls": wNulls,
	"collate": wCollate, "recursive": wRecursive, "only": wOnly, "row": wRow, "rows": wRows, "no": wNo, "key": wKey,
	"cast": wCast, "extract": wExtract, "window": wWindow, "over": wOver, "partition": wPartition, "filter": wFilter,
	"lateral": wLateral, "escape": wEscape,
}

// operand reports whether a word ends an operand, so that what follows is an
// operator and not a value. Names and constants do, most keywords do not.
func (w word) operand() bool {
	switch w {
	case wNone, wTrue, wFalse, wNull, wEnd, wRow, wRows, wKey, wFirst, wNext, wShare, wLocked, wNo:
		return true
	}
	return false
}

// wordSlot is one entry of the keyword table: open addressing over the hash of
// the lower-case word.
type wordSlot struct {
	hash uint64
	word word
}

const wordTableBits = 9

var wordTable = func() (t [1 << wordTableBits]wordSlot) {
	for text, w := range words {
		h := hashWord([]byte(text))
		for i := h >> (64 - wordTableBits); ; i = (i + 1) & (1<<wordTableBits - 1) {
			if t[i].hash == 0 {
				t[i] = wordSlot{h, w}
				break
			}
		}
	}
	return t
}()

func keyword(hash uint64) word {
	for i := hash >> (64 - wordTableBits); ; i = (i + 1) & (1<<wordTableBits - 1) {
		if s := &wordTable[i]; s.hash == hash || s.hash == 0 {
			return s.word
		}
	}
}

// keywordOf looks up a word as text.
func keywordOf(s []byte) word {
	if len(s) > 16 {
		return wNone
	}
	return keyword(hashWord(s))
}

// ifMore restricts a first argument to calls with a second one.
const ifMore = 1 << 8

// behaves lists the functions in which a string constant selects what is
// computed rather than what is looked for, with the positions (bit 0 is the
// first argument) of those constants. They stay apart in keys; every other
// constant inside a call is a value and is folded.
var behaves = func() map[uint64]uint16 {
	m := map[uint64]uint16{}
	for names, mask := range map[string]uint16{
		"date_trunc date_part extract date_bin nextval currval setval timezone current_setting format": 1,
		"to_char to_date to_timestamp to_number encode decode digest regexp_count array_to_string":     1 << 1,
		"to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery ts_headline":     1 | ifMore,
		"json_extract_path jsonb_extract_path json_extract_path_text jsonb_extract_path_text":          0xfe,
		"jsonb_path_query jsonb_path_exists jsonb_path_match jsonb_path_query_first jsonb_set":         1 << 1,
	} {
		for len(names) > 0 {
			name := names
			for i := range len(names) {
				if names[i] == ' ' {
					name = names[:i]
					break
				}
			}
			m[hashWord([]byte(name))] = mask
			names = names[min(len(name)+1, len(names)):]
		}
	}
	return m
}()
