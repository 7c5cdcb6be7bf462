CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, team bigint);
CREATE TABLE posts (id bigint PRIMARY KEY, author bigint NOT NULL REFERENCES users, title text NOT NULL, created_at timestamptz NOT NULL);
CREATE TABLE comments (id bigint PRIMARY KEY, post_id bigint NOT NULL REFERENCES posts, user_id bigint NOT NULL REFERENCES users, body text);
CREATE TABLE stock (shop int, item int, n int, PRIMARY KEY (shop, item));

-- session: a
BEGIN;
-- session: a
SELECT id FROM users WHERE team = 7 FOR UPDATE;
-- session: a
-- params: 'x', 1
-- params: 'y', 2
-- params: 'z', 3
-- params: 'x', 4
-- params: 'y', 5
UPDATE users SET name = $1 WHERE id = $2; -- want `(?s)n-plus-one-write: an update of users by id ran 5 times in a row after each list of users.*UPDATE users SET name = v.new_name FROM unnest\(\$1::bigint\[\], \$2::text\[\]\) v\(row_id, new_name\) WHERE users.id = v.row_id;`
-- session: a
COMMIT;

-- The rows of an order that was just made.
-- session: b
BEGIN;
-- session: b
INSERT INTO posts (id, author, title, created_at) VALUES (1, 2, 'x', now()) RETURNING id;
-- session: b
-- params: 1, 10, 'a'
-- params: 1, 11, 'b'
-- params: 1, 12, 'c'
-- params: 1, 13, 'd'
-- params: 1, 14, 'e'
INSERT INTO comments (post_id, user_id, body) VALUES ($1, $2, $3); -- want `(?s)n-plus-one-write: an insert into comments ran 5 times in a row after each insert into posts.*SELECT v.post_id, v.user_id, v.body FROM unnest\(\$1::bigint\[\], \$2::bigint\[\], \$3::text\[\]\)`
-- session: b
COMMIT;

-- A commit for each.
-- session: c
SELECT id FROM comments WHERE user_id = 3 ORDER BY id LIMIT 6;
-- session: c
-- params: 1..6
DELETE FROM comments WHERE id = $1; -- want `(?s)a delete from comments by id ran 6 times.*note 6 commits become one.*DELETE FROM comments WHERE id = ANY\(\$1\);`

-- Optimistic locking varies two values.
-- session: d
BEGIN;
-- session: d
SELECT shop, item, n FROM stock WHERE n < 5;
-- session: d
UPDATE stock SET n = 8 WHERE shop = 1 AND item = 1 AND n = 12;
-- session: d
UPDATE stock SET n = 15 WHERE shop = 1 AND item = 2 AND n = 22;
-- session: d
UPDATE stock SET n = 22 WHERE shop = 1 AND item = 3 AND n = 32;
-- session: d
UPDATE stock SET n = 29 WHERE shop = 1 AND item = 4 AND n = 42;
-- session: d
UPDATE stock SET n = 36 WHERE shop = 1 AND item = 5 AND n = 52;
-- session: d
UPDATE stock SET n = 43 WHERE shop = 1 AND item = 6 AND n = 62; -- want "an update of stock by item and n ran 6 times"
-- session: d
COMMIT;

-- Lock, then write: one finding.
-- session: e
BEGIN;
-- session: e
SELECT team FROM users WHERE id = 8 FOR UPDATE;
-- session: e
UPDATE users SET team = 1 WHERE id = 8;
-- session: e
SELECT team FROM users WHERE id = 15 FOR UPDATE;
-- session: e
UPDATE users SET team = 2 WHERE id = 15;
-- session: e
SELECT team FROM users WHERE id = 22 FOR UPDATE;
-- session: e
UPDATE users SET team = 3 WHERE id = 22;
-- session: e
SELECT team FROM users WHERE id = 29 FOR UPDATE;
-- session: e
UPDATE users SET team = 4 WHERE id = 29;
-- session: e
SELECT team FROM users WHERE id = 36 FOR UPDATE;
-- session: e
UPDATE users SET team = 5 WHERE id = 36;
-- session: e
COMMIT;
-- session: f
SELECT team FROM users WHERE id = 1 FOR UPDATE; -- want `(?s)n-plus-one-write: a lock of users by id and an update of users by id ran 5 times.*ORDER BY id FOR UPDATE`

-- Numbers drawn one by one.
-- session: g
BEGIN;
-- session: g
SELECT nextval('order_numbers');
-- session: g
SELECT nextval('order_numbers');
-- session: g
SELECT nextval('order_numbers');
-- session: g
SELECT nextval('order_numbers');
-- session: g
SELECT nextval('order_numbers');
-- session: g
SELECT nextval('order_numbers'); -- want `(?s)n-plus-one-write: nextval ran 6 times.*FROM generate_series`
-- session: g
COMMIT;

-- Find or create.
-- session: h
BEGIN;
-- session: h
SELECT id FROM tags WHERE name = 't1';
-- session: h
INSERT INTO tags (name) VALUES ('t1') RETURNING id;
-- session: h
SELECT id FROM tags WHERE name = 't2';
-- session: h
INSERT INTO tags (name) VALUES ('t2') RETURNING id;
-- session: h
SELECT id FROM tags WHERE name = 't3';
-- session: h
INSERT INTO tags (name) VALUES ('t3') RETURNING id;
-- session: h
SELECT id FROM tags WHERE name = 't4';
-- session: h
INSERT INTO tags (name) VALUES ('t4') RETURNING id;
-- session: h
SELECT id FROM tags WHERE name = 't9';
-- session: h
INSERT INTO tags (name) VALUES ('t9') RETURNING id; -- want "n-plus-one-write: tags by name and an insert into tags ran 5 times"
-- session: h
COMMIT;

-- A job, for which nobody waits.
-- session: i
BEGIN;
-- session: i
-- params: 1..9
UPDATE users SET name = name WHERE id = $1 AND team = 3 /*application='nightly-cron'*/; -- want `(?s)info 0.55.*note it looks like a batch job`
-- session: i
COMMIT;
