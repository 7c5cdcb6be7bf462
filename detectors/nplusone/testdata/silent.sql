CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, team bigint);
CREATE TABLE posts (id bigint PRIMARY KEY, author bigint NOT NULL REFERENCES users, title text NOT NULL, created_at timestamptz NOT NULL);
CREATE TABLE comments (id bigint PRIMARY KEY, post_id bigint NOT NULL REFERENCES posts, user_id bigint NOT NULL REFERENCES users, body text);
CREATE TABLE stock (shop int, item int, n int, PRIMARY KEY (shop, item));

-- A join, however often.
-- session: a
-- params: 1..9
SELECT p.title, u.name FROM posts p JOIN users u ON u.id = p.author WHERE p.title > 'a' AND p.id <> $1 ORDER BY p.id LIMIT 20;

-- Batches.
-- session: b
-- params: '{1,2}'
-- params: '{3,4}'
-- params: '{5,6}'
-- params: '{7,8}'
-- params: '{9,10}'
SELECT id, name FROM users WHERE id = ANY($1);

-- Somebody polls.
-- session: c
SELECT id FROM comments WHERE body IS NULL LIMIT 5;
-- session: c
-- pause: 600ms
SELECT id FROM comments WHERE body IS NULL LIMIT 5;
-- session: c
-- pause: 600ms
SELECT id FROM comments WHERE body IS NULL LIMIT 5;
-- session: c
-- pause: 600ms
SELECT id FROM comments WHERE body IS NULL LIMIT 5;
-- session: c
-- pause: 600ms
SELECT id FROM comments WHERE body IS NULL LIMIT 5;

-- A page of different queries.
-- session: d
SELECT id, name FROM users WHERE id = 5;
-- session: d
SELECT id, title FROM posts WHERE author = 5;
-- session: d
SELECT id, body FROM comments WHERE user_id = 5;
-- session: d
SELECT n FROM stock WHERE shop = 5 AND item = 1;

-- Few, and nothing they could depend on.
-- session: e
SELECT n FROM stock WHERE shop = 9 AND item = 9;
-- session: e
-- params: 1..4
SELECT id, team FROM users WHERE id = $1;

-- Requests in transactions of their own.
-- session: f
BEGIN;
-- session: f
SELECT id, name, team FROM users WHERE id = 8;
-- session: f
SELECT id, title FROM posts WHERE author = 8 LIMIT 5;
-- session: f
COMMIT;
-- session: f
BEGIN;
-- session: f
SELECT id, name, team FROM users WHERE id = 15;
-- session: f
SELECT id, title FROM posts WHERE author = 15 LIMIT 5;
-- session: f
COMMIT;
-- session: f
BEGIN;
-- session: f
SELECT id, name, team FROM users WHERE id = 22;
-- session: f
SELECT id, title FROM posts WHERE author = 22 LIMIT 5;
-- session: f
COMMIT;
-- session: f
BEGIN;
-- session: f
SELECT id, name, team FROM users WHERE id = 29;
-- session: f
SELECT id, title FROM posts WHERE author = 29 LIMIT 5;
-- session: f
COMMIT;
-- session: f
BEGIN;
-- session: f
SELECT id, name, team FROM users WHERE id = 36;
-- session: f
SELECT id, title FROM posts WHERE author = 36 LIMIT 5;
-- session: f
COMMIT;
-- session: f
BEGIN;
-- session: f
SELECT id, name, team FROM users WHERE id = 43;
-- session: f
SELECT id, title FROM posts WHERE author = 43 LIMIT 5;
-- session: f
COMMIT;
-- session: f
BEGIN;
-- session: f
SELECT id, name, team FROM users WHERE id = 50;
-- session: f
SELECT id, title FROM posts WHERE author = 50 LIMIT 5;
-- session: f
COMMIT;
-- session: f
BEGIN;
-- session: f
SELECT id, name, team FROM users WHERE id = 57;
-- session: f
SELECT id, title FROM posts WHERE author = 57 LIMIT 5;
-- session: f
COMMIT;

-- Requests of their own by their tags.
-- session: g
SELECT team, name FROM users WHERE id = 8 /*request_id='r1'*/;
-- session: g
SELECT team, name FROM users WHERE id = 15 /*request_id='r2'*/;
-- session: g
SELECT team, name FROM users WHERE id = 22 /*request_id='r3'*/;
-- session: g
SELECT team, name FROM users WHERE id = 29 /*request_id='r4'*/;
-- session: g
SELECT team, name FROM users WHERE id = 36 /*request_id='r5'*/;
-- session: g
SELECT team, name FROM users WHERE id = 43 /*request_id='r6'*/;
-- session: g
SELECT team, name FROM users WHERE id = 50 /*request_id='r7'*/;
-- session: g
SELECT team, name FROM users WHERE id = 57 /*request_id='r8'*/;

-- Retries.
-- session: h
BEGIN;
-- session: h
SELECT n, item FROM stock WHERE shop = 7 FOR UPDATE;
-- session: h
UPDATE stock SET n = 5 WHERE shop = 7 AND item = 7;
-- session: h
ROLLBACK;
-- session: h
BEGIN;
-- session: h
SELECT n, item FROM stock WHERE shop = 7 FOR UPDATE;
-- session: h
UPDATE stock SET n = 5 WHERE shop = 7 AND item = 7;
-- session: h
ROLLBACK;
-- session: h
BEGIN;
-- session: h
SELECT n, item FROM stock WHERE shop = 7 FOR UPDATE;
-- session: h
UPDATE stock SET n = 5 WHERE shop = 7 AND item = 7;
-- session: h
ROLLBACK;
-- session: h
BEGIN;
-- session: h
SELECT n, item FROM stock WHERE shop = 7 FOR UPDATE;
-- session: h
UPDATE stock SET n = 5 WHERE shop = 7 AND item = 7;
-- session: h
ROLLBACK;
-- session: h
BEGIN;
-- session: h
SELECT n, item FROM stock WHERE shop = 7 FOR UPDATE;
-- session: h
UPDATE stock SET n = 5 WHERE shop = 7 AND item = 7;
-- session: h
ROLLBACK;
-- session: h
BEGIN;
-- session: h
SELECT n, item FROM stock WHERE shop = 7 FOR UPDATE;
-- session: h
UPDATE stock SET n = 5 WHERE shop = 7 AND item = 7;
-- session: h
ROLLBACK;

-- A queue hands out its rows.
-- session: i
SELECT id FROM posts WHERE title = 'new' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED;
-- session: i
SELECT id FROM posts WHERE title = 'new' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED;
-- session: i
SELECT id FROM posts WHERE title = 'new' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED;
-- session: i
SELECT id FROM posts WHERE title = 'new' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED;
-- session: i
SELECT id FROM posts WHERE title = 'new' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED;
-- session: i
SELECT id FROM posts WHERE title = 'new' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED;
-- session: i
SELECT id FROM posts WHERE title = 'new' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED;
-- session: i
SELECT id FROM posts WHERE title = 'new' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED;

-- Questions about the catalog, and whether the server is there.
-- session: j
SELECT a.attname FROM pg_attribute a WHERE a.attrelid = 8;
-- session: j
SELECT 1;
-- session: j
SET search_path = 'tenant_1';
-- session: j
SELECT a.attname FROM pg_attribute a WHERE a.attrelid = 15;
-- session: j
SELECT 1;
-- session: j
SET search_path = 'tenant_2';
-- session: j
SELECT a.attname FROM pg_attribute a WHERE a.attrelid = 22;
-- session: j
SELECT 1;
-- session: j
SET search_path = 'tenant_3';
-- session: j
SELECT a.attname FROM pg_attribute a WHERE a.attrelid = 29;
-- session: j
SELECT 1;
-- session: j
SET search_path = 'tenant_4';
-- session: j
SELECT a.attname FROM pg_attribute a WHERE a.attrelid = 36;
-- session: j
SELECT 1;
-- session: j
SET search_path = 'tenant_5';
-- session: j
SELECT a.attname FROM pg_attribute a WHERE a.attrelid = 43;
-- session: j
SELECT 1;
-- session: j
SET search_path = 'tenant_6';
-- session: j
SELECT a.attname FROM pg_attribute a WHERE a.attrelid = 50;
-- session: j
SELECT 1;
-- session: j
SET search_path = 'tenant_7';
-- session: j
SELECT a.attname FROM pg_attribute a WHERE a.attrelid = 57;
-- session: j
SELECT 1;
-- session: j
SET search_path = 'tenant_8';

-- Requests one after the other: the list is theirs, the loop is not.
-- session: k
-- pause: 400ms
SELECT id, name FROM users WHERE name > 'k1' ORDER BY name LIMIT 20;
-- session: k
-- pause: 700ms
SELECT id, title, created_at FROM posts WHERE author = 8;
-- session: k
-- pause: 400ms
SELECT id, name FROM users WHERE name > 'k2' ORDER BY name LIMIT 20;
-- session: k
-- pause: 700ms
SELECT id, title, created_at FROM posts WHERE author = 15;
-- session: k
-- pause: 400ms
SELECT id, name FROM users WHERE name > 'k3' ORDER BY name LIMIT 20;
-- session: k
-- pause: 700ms
SELECT id, title, created_at FROM posts WHERE author = 22;
-- session: k
-- pause: 400ms
SELECT id, name FROM users WHERE name > 'k4' ORDER BY name LIMIT 20;
-- session: k
-- pause: 700ms
SELECT id, title, created_at FROM posts WHERE author = 29;
-- session: k
-- pause: 400ms
SELECT id, name FROM users WHERE name > 'k5' ORDER BY name LIMIT 20;
-- session: k
-- pause: 700ms
SELECT id, title, created_at FROM posts WHERE author = 36;
-- session: k
-- pause: 400ms
SELECT id, name FROM users WHERE name > 'k6' ORDER BY name LIMIT 20;
-- session: k
-- pause: 700ms
SELECT id, title, created_at FROM posts WHERE author = 43;
-- session: k
-- pause: 400ms
SELECT id, name FROM users WHERE name > 'k7' ORDER BY name LIMIT 20;
-- session: k
-- pause: 700ms
SELECT id, title, created_at FROM posts WHERE author = 50;
-- session: k
-- pause: 400ms
SELECT id, name FROM users WHERE name > 'k8' ORDER BY name LIMIT 20;
-- session: k
-- pause: 700ms
SELECT id, title, created_at FROM posts WHERE author = 57;

-- A benchmark.
-- session: l
-- params: 1..30
SELECT abalance FROM pgbench_accounts WHERE aid = $1;
