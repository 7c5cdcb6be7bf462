package source

import "github.com/cespare/xxhash/v2"

// groupKey is the identity of a statement in the workload: its lexical key
// (sqltree.Lexed.Key) in a database. Every reader uses it, so that a statement
// of a log, of pg_stat_statements and of a trace meet in one group.
func groupKey(lexical uint64, database string) uint64 {
	if database == "" {
		return lexical
	}
	return spread(lexical ^ xxhash.Sum64String(database))
}

// spread is the finaliser of SplitMix64.
func spread(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
