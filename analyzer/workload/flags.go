package workload

import "github.com/apilint/apilint/analyzer/sqltree"

// FlagsOf is what the text of a statement says about loops and transactions.
func FlagsOf(l *sqltree.Lexed) (f Flags) {
	if l.Traits&sqltree.Noise != 0 || l.Command == sqltree.Empty {
		f |= FlagNoise
	}
	switch l.Tx {
	case sqltree.TxBegin:
		f |= FlagBegin
	case sqltree.TxCommit:
		f |= FlagEnd
	case sqltree.TxRollback:
		f |= FlagEnd | FlagRollback
	case sqltree.TxReset:
		f |= FlagReset
	}
	return f
}
