package sqltree

// Command is the kind of statement by its first word. The values equal those
// of workload.Command, a test holds them together.
type Command uint8

const (
	Other Command = iota
	Select
	Insert
	Update
	Delete
	Merge
	Transaction
	Set
	DDL
	Copy
	Empty
)

// Traits are lexical facts; the bits equal those of workload.Traits.
type Traits uint16

const (
	Batched Traits = 1 << iota
	MultiRow
	ForUpdate
	SkipLocked
	Returning
	Noise
	HasOffset
	HasLimit
	Truncated
)

// TxMark says what a statement does to its session's transaction.
type TxMark uint8

const (
	TxNone TxMark = iota
	TxBegin
	TxCommit
	TxRollback
	TxReset // DISCARD ALL, RESET ALL
)

// MaxLiterals is how many literal hashes a [Lexed] keeps.
const MaxLiterals = 8

// Lexed is what one pass over the bytes of a statement tells. It is meant to
// be reused from call to call and holds no memory of its own.
type Lexed struct {
	// Key is the lexical key: equal for texts that differ only in case, white
	// space, comments, the values of literals, the names of placeholders, the
	// length of IN lists of two members or more and the number of VALUES rows
	// of two or more. Whatever the group key keeps apart, it keeps apart.
	Key uint64
	// Shape hashes only what pg_query's fingerprint lumps together and a group
	// keeps apart: the class of patterns, single value or list, boolean and NULL
	// constants, ordinals, OFFSET, several VALUES rows, constants that select
	// behaviour. Loose is Shape without what pg_stat_statements replaces by $n.
	Shape, Loose            uint64
	Command                 Command
	Traits                  Traits
	Tx                      TxMark
	Literals                [MaxLiterals]uint32 // hashes of the literals' bytes, in order; the last one also of all that follow
	NLiteral                int                 // how many literals there were, also beyond MaxLiterals
	NParam                  int                 // how many placeholders ($n, ?, :name)
	Limit                   int64               // literal top-level LIMIT, -1 none or no literal
	Offset                  int64               // literal top-level OFFSET, -1
	LimitParam, OffsetParam int                 // n of LIMIT $n / OFFSET $n, 0 none
	// CommentStart and CommentEnd span the last comment that looks like tags
	// (holds = or :), 0, 0 if there is none.
	CommentStart, CommentEnd int
}
