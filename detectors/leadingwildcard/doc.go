package leadingwildcard

import "github.com/apilint/apilint/analyzer"

// The figures: PostgreSQL 15.18, no parallel workers, EXPLAIN (ANALYZE,
// BUFFERS), three runs on a machine with other work (the inserts: one run of
// 10,000 rows), table made by
//
//	INSERT INTO users SELECT i, md5(i::text)||'.'||substr(md5((i*7)::text),1,5)||'@example.com'
//	  FROM generate_series(1,1000000) i;
var doc = analyzer.Doc{
	Title: "A pattern has no fixed beginning, so that no b-tree leads to its matches",
	Why: "A b-tree is sorted by the first letters of a value: for '%john%', for ILIKE and for a regular expression without ^ it cannot tell " +
		"where to look, and PostgreSQL tests every row. One search among 1,000,000 e-mail addresses took 197 to 358 ms and 11,364 pages; " +
		"with a pg_trgm index 1.4 to 1.6 ms and 54 pages (PostgreSQL 15.18, three runs). That index has a price: " +
		"137 MiB beside a table of 89 MiB, and 10,000 inserts took 308 ms instead of 49 ms.",
	Schema: `CREATE TABLE users (
    id bigint PRIMARY KEY,
    email text NOT NULL
);`,
	Bad: `SELECT id, email FROM users WHERE email LIKE '%john%';`,
	Good: `CREATE INDEX ON users (email text_pattern_ops);
SELECT id, email FROM users WHERE email LIKE 'john%';`,
	Caveats: "On a small table, or where another condition already leaves few rows, reading them is fine. " +
		"Fewer than three letters in a row give no trigram to look up: no index helps, so ask the user for more. " +
		"Where whole words are searched, full text search (to_tsvector, GIN) is smaller and ranks its results; " +
		"for an ending ('%@example.com') a b-tree on reverse(email) is enough.",
}
