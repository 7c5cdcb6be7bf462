package nplusone

import "github.com/apilint/apilint/analyzer"

const blog = `CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, title text NOT NULL, created_at timestamptz NOT NULL);
CREATE INDEX ON posts (user_id, created_at);
CREATE INDEX ON posts (created_at);`

var loopDoc = analyzer.Doc{
	Title: "A query runs once per row of another",
	Why: `A page lists ten posts and then asks for the author of each: eleven round trips where two do. Measured on PostgreSQL 15 over
the loopback interface (client's wall time): 100 lookups by primary key took 22.2 ms, one "= ANY" of the same 100 keys 1.96 ms;
1000 took 499 ms and 18 ms. Only 7 to 25 % of that was the server's work, the rest were round trips, which cost many times more
over a real network. The loop grows with the data: it is fast on a developer's machine and slow in production.

A finding needs five executions (three when the query before it leaves no doubt), in one trace, request, transaction or burst of
a session, with values that differ. Its confidence says how sure it is: the query before the loop, whose column feeds it and
whose LIMIT equals the number of runs, counts most.

pg_stat_statements shows a loop, too: a query that ran as often as another one returned rows, within 1 %, where a foreign key
leads from one to the other (.70; .60 where only names do; .35 from .2 to 1.2 calls for each row, as caches make it). Two exports
(--pgss-before and --pgss-after) tell what ran between them; a query must have run 100 times in between. Several exports in the
order of time are a series: with five or more, calls that follow the rows from interval to interval (correlation .95) add .2. A
single export hides what belongs together: 1000 calls are needed and no more than .40 is given. What is compared is only counted:
the finding says how often per call of the parent, and neither requests nor values.

The same loop seen in several kinds of input, a log, a trace and pg_stat_statements, is one finding with evidence of each. Its
confidence is 1 minus the product of their doubts (the rule of MYCIN for evidence that agrees, Shortliffe and Buchanan 1975; a
noisy OR): .70 and .60 make .88. What is unsure in each of them stays unsure, and where none knows whether the values differ, .75
is the most.`,
	Schema: blog,
	Bad: `SELECT id, user_id, title FROM posts ORDER BY created_at DESC LIMIT 10;
SELECT id, name FROM users WHERE id = $1; -- params: 1..10
`,
	Good: `SELECT id, user_id, title FROM posts ORDER BY created_at DESC LIMIT 10;
SELECT id, name FROM users WHERE id = ANY($1); -- params: '{1,2,3,4,5,6,7,8,9,10}'
`,
	Caveats: `A loop in which each step needs the answer of the one before (a walk along a linked list) has no batch. Without a tag of
the request in the SQL (sqlcommenter) or a transaction, one lookup in each of many requests on the same connection looks like a
loop; such findings stay below a confidence of .5 and are hidden.`,
}

var writeDoc = analyzer.Doc{
	Title: "Rows are written one by one",
	Why: `Every statement is a round trip, and outside of a transaction every one is also a commit that waits for the disk. Measured on
PostgreSQL 15 over the loopback interface: 100 single INSERTs took 33.3 ms, one INSERT of the same rows from arrays .89 ms; 1000
took 349 ms and 12.8 ms.`,
	Schema: blog,
	Bad: `BEGIN;
SELECT id, name FROM users ORDER BY id LIMIT 12;
-- params: 'a', 1
-- params: 'b', 2
-- params: 'c', 3
-- params: 'd', 4
-- params: 'e', 5
-- params: 'f', 6
-- params: 'g', 7
-- params: 'h', 8
-- params: 'i', 9
-- params: 'j', 10
-- params: 'k', 11
-- params: 'l', 12
UPDATE users SET name = $1 WHERE id = $2;
COMMIT;
`,
	Good: `BEGIN;
SELECT id, name FROM users ORDER BY id LIMIT 12;
UPDATE users SET name = v.name FROM unnest($1::bigint[], $2::text[]) AS v(id, name) WHERE users.id = v.id; -- params: '{1,2}', '{a,b}'
COMMIT;
`,
	Caveats: `Rows that come in one by one (events of a queue, a stream) have nothing to wait for. When a row that fails must not undo
the others, batch with ON CONFLICT or check before. A batch job, for which nobody waits, is reported as info.`,
}

var duplicateDoc = analyzer.Doc{
	Title: "The same query runs again with the same values",
	Why: `The answer was there already. Ten lookups of one row by its primary key took 3.4 ms on PostgreSQL 15 over the loopback
interface, one takes .3 ms. Usually two parts of a page ask for the current user, or a getter asks the database every time.`,
	Schema: blog,
	Bad: `-- params: 7
-- params: 7
-- params: 7
-- params: 7
-- params: 7
-- params: 7
SELECT id, name FROM users WHERE id = $1;
`,
	Good: `SELECT id, name FROM users WHERE id = $1; -- params: 7
SELECT id, title FROM posts WHERE user_id = $1 ORDER BY created_at DESC; -- params: 7
`,
	Caveats: `A row that must be read afresh, because somebody else may have changed it: pollers and retries. Pauses of half a second
or more are taken for one and are silent.`,
}

var offsetDoc = analyzer.Doc{
	Title: "Pages are skipped to with OFFSET",
	Why: `OFFSET reads and throws away every row before the page, so that walking through all N pages reads about N²/2 of them: with
pages of 100 rows, the 1000th page reads 100,000 rows to return 100. Continuing after the last row reads 100.`,
	Schema: blog,
	Bad: `-- params: 100, 0
-- params: 100, 100
-- params: 100, 200
-- params: 100, 300
-- params: 100, 400
-- params: 100, 500
SELECT id, title FROM posts ORDER BY id LIMIT $1 OFFSET $2;
`,
	Good: `-- params: 0, 100
-- params: 141, 100
-- params: 263, 100
-- params: 388, 100
-- params: 512, 100
-- params: 640, 100
SELECT id, title FROM posts WHERE id > $1 ORDER BY id LIMIT $2;
`,
	Caveats: `A visitor who opens page 3 of 5 costs nothing: the rule is about one client that walks through many pages in a row.`,
}

var keysetDoc = analyzer.Doc{
	Title: "A table is walked page by page",
	Why: `This is the right way to walk a large table, and is reported so that it is not taken for a loop over rows. Each page is a round
trip (.09 ms on the loopback interface, a millisecond and more on a network), which a larger LIMIT saves.`,
	Schema: blog,
	Bad: `-- params: 0, 100
-- params: 141, 100
-- params: 263, 100
-- params: 388, 100
-- params: 512, 100
-- params: 640, 100
SELECT id, title FROM posts WHERE id > $1 ORDER BY id LIMIT $2;
`,
	Good: `-- params: 0, 1000
-- params: 1211, 1000
SELECT id, title FROM posts WHERE id > $1 ORDER BY id LIMIT $2;
`,
	Caveats: "It is fine as it is.",
}

var pipelinedDoc = analyzer.Doc{
	Title: "Rows are written one by one, in a pipeline",
	Why: `The client sends all statements before it waits (JDBC's executeBatch, libpq's pipeline mode), so that no round trips can be saved,
and they share one commit. The server still parses, plans and runs each: 1000 pipelined INSERTs took 285 ms on PostgreSQL 15,
one INSERT of the same rows from arrays 12.8 ms.`,
	Schema:  blog,
	Bad:     pipeline,
	Good:    `INSERT INTO users (id, name) SELECT * FROM unnest($1::bigint[], $2::text[]); -- params: '{1,2,3}', '{a,b,c}'`,
	Caveats: "Pipelining is the better half of the way; for a few rows it is enough.",
}

const pipeline = `-- vxid: 3/556
-- params: 1, 'a'
-- params: 2, 'b'
-- params: 3, 'c'
-- params: 4, 'd'
-- params: 5, 'e'
-- params: 6, 'f'
INSERT INTO users (id, name) VALUES ($1, $2);
`
