CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, name text);
CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint NOT NULL, title text);
CREATE TABLE orders (id bigint PRIMARY KEY, status text NOT NULL, created_at timestamptz NOT NULL, total numeric);

-- calls: 10 of 2ms
SELECT * FROM posts WHERE user_id = ?; -- want `missing-index.*\n  warning 0.60 heuristic public.posts \(user_id\)` `CREATE INDEX CONCURRENTLY posts_user_id_idx ON posts \(user_id\);`
SELECT title FROM posts WHERE user_id = $1;
SELECT id FROM posts WHERE user_id = 42;

SELECT * FROM orders WHERE status = ? ORDER BY created_at; -- want `composite-index.*\n.* \(status, created_at\)` `CREATE INDEX CONCURRENTLY orders_status_created_at_idx ON orders \(status, created_at\);`

SELECT * FROM users WHERE email LIKE 'john%'; -- want `missing-index` `\(email text_pattern_ops\);`
