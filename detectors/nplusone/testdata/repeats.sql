CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, team bigint);
CREATE TABLE posts (id bigint PRIMARY KEY, author bigint NOT NULL REFERENCES users, title text NOT NULL, created_at timestamptz NOT NULL);
CREATE TABLE comments (id bigint PRIMARY KEY, post_id bigint NOT NULL REFERENCES posts, user_id bigint NOT NULL REFERENCES users, body text);
CREATE TABLE stock (shop int, item int, n int, PRIMARY KEY (shop, item));

-- session: a
-- params: 7
-- params: 7
-- params: 7
-- params: 7
-- params: 7
SELECT id, name FROM users WHERE id = $1; -- want `(?s)duplicate-query: users by id ran 5 times in a row with the same values, in one request.*warning 0.50`

-- In a transaction it is one request for certain.
-- session: b
BEGIN;
-- session: b
-- params: 7
-- params: 7
-- params: 7
-- params: 7
-- params: 7
SELECT id, author FROM posts WHERE id = $1; -- want `(?s)duplicate-query.*warning 0.60`
-- session: b
COMMIT;

-- session: c
-- params: 20, 0
-- params: 20, 20
-- params: 20, 40
-- params: 20, 60
-- params: 20, 80
SELECT id, title FROM posts ORDER BY created_at DESC LIMIT $1 OFFSET $2; -- want `(?s)offset-pagination: pages of posts.*fix code: continue after the last row instead: WHERE \(created_at\) < its values`

-- session: d
-- params: 0
-- params: 20
-- params: 31
-- params: 50
-- params: 77
SELECT id, body FROM comments WHERE id > $1 ORDER BY id LIMIT 20; -- want "batch-iteration: comments was walked page by page, 5 times"

-- The client sends all before it waits.
-- session: e
-- vxid: 3/77
-- params: 1, 2
-- params: 2, 3
-- params: 3, 4
-- params: 4, 5
-- params: 5, 6
-- params: 6, 7
INSERT INTO stock (shop, item) VALUES ($1, $2); -- want "pipelined-writes: an insert into stock was sent 6 times in one pipeline"
