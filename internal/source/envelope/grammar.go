package envelope

// Grammar tells PostgreSQL's own lines from others. What reads logs knows it.
type Grammar interface {
	// Logged reports whether a line is one of a log, in whatever format.
	Logged(line []byte) bool
	// Severity finds the first word like LOG or DETAIL in a line, in any
	// language, and its length with colon and blanks; -1 if there is none. part
	// is a word that goes on with a record.
	Severity(line []byte) (at, length int, part bool)
	// Time reads "2026-11-23 08:26:55.052 UTC" at the start of s and returns µs
	// since 1970 and its length, 0 if there is none.
	Time(s []byte) (us int64, length int)
	// Message cuts the time and the session that may stand before a message
	// without a severity; known tells that such a message can be PostgreSQL's.
	Message(text []byte) (message []byte, known bool)
	// Prefix guesses the log_line_prefix of a log by its first lines; nil if most
	// of them have none.
	Prefix(head []byte) Prefix
}

// Prefix is a log_line_prefix.
type Prefix interface {
	// Match reports whether a line begins with the prefix and a severity.
	Match(line []byte) bool
	// Severity is where that of the line stands which matched last, where its
	// message begins, and whether it goes on with a record.
	Severity() (at, message int, part bool)
	// Has reports whether the prefix holds an escape.
	Has(escape byte) bool
	// Loose reports that only the severity was found, not what stands before it.
	Loose() bool
}

// guessLines is how many lines of the head tell what an input is.
const guessLines = 2000

// headSize is how many bytes of an input tell what it is.
const headSize = 256 << 10

const byteOrderMark = "\xef\xbb\xbf"

// continues reports whether a line goes on with the text before it: PostgreSQL
// begins it with a TAB. Some shippers strip trailing blanks: then an empty line
// of a statement has lost its TAB.
func continues(line []byte) bool {
	return len(line) == 0 || line[0] == '\t' || line[0] == '\r' && len(line) == 1
}
