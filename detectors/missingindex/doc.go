package missingindex

import "github.com/apilint/apilint/analyzer"

// The figures of both pages: PostgreSQL 15.18, no parallel workers, EXPLAIN
// (ANALYZE, BUFFERS), three runs on a machine with other work, tables made by
//
//	INSERT INTO posts SELECT i, (random()*100000)::int, 'title of the post number '||i
//	  FROM generate_series(1,1000000) i;
//	INSERT INTO orders SELECT i, (array['new','paid','packed','sent','returned'])[1+(random()*4.0)::int],
//	  timestamptz '2025-01-01' + random()*interval '365 days', random()*100 FROM generate_series(1,1000000) i;
var missingDoc = analyzer.Doc{
	Title: "A statement looks for few rows of a table, and no index leads to them",
	Why: "PostgreSQL reads every row to find the ones that match. Of 1,000,000 posts, the 6 of one user took 68 to 113 ms and " +
		"9,346 pages without an index on user_id, and 0.12 to 0.18 ms and 12 pages with it (PostgreSQL 15.18, three runs). " +
		"The time grows with the table, so what is fast on a laptop is not in production; and foreign keys get no index by themselves.",
	Schema: `CREATE TABLE users (
    id bigint PRIMARY KEY,
    name text NOT NULL
);
CREATE TABLE posts (
    id bigint PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users,
    title text NOT NULL
);`,
	Bad:  `SELECT id, title FROM posts WHERE user_id = $1;`,
	Good: `SELECT id, title FROM posts WHERE id = $1;`,
	Caveats: "A table of a few pages is read faster than an index is looked up; with --stats apilint leaves such tables alone. " +
		"A condition that keeps most of the rows gains nothing. Every index is written by every INSERT, and by every UPDATE of its columns: " +
		"for a statement that runs once a month, that price may be too high.",
}

var compositeDoc = analyzer.Doc{
	Title: "A statement needs several columns of one index, and no index has them in this order",
	Why: "An index on one of the columns leaves the rest to be filtered or sorted row by row. The 20 newest of 250,000 paid orders " +
		"among 1,000,000 took 171 to 238 ms and 8,483 pages without an index and 0.08 to 0.24 ms and 23 pages with one on (status, created_at); " +
		"an index on status alone still read 8,694 pages and sorted all 250,000 (PostgreSQL 15.18, three runs). " +
		"The order matters: columns compared by equality first, then the sort order or one range.",
	Schema: `CREATE TABLE orders (
    id bigint PRIMARY KEY,
    status text NOT NULL,
    created_at timestamptz NOT NULL,
    total numeric NOT NULL
);`,
	Bad: `SELECT id, total FROM orders WHERE status = $1 ORDER BY created_at;`,
	Good: `CREATE INDEX ON orders (status, created_at);
SELECT id, total FROM orders WHERE status = $1 ORDER BY created_at;`,
	Caveats: "When the first column alone leaves a handful of rows, filtering and sorting them costs nothing, and an index on that column is smaller. " +
		"An index on (a, b) also serves whatever asks for a alone: drop the one on (a) then.",
}
