CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL UNIQUE, team_id bigint);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint NOT NULL, status text NOT NULL, created_at timestamptz NOT NULL);
CREATE INDEX ON orders (user_id, created_at);
CREATE INDEX ON orders (status, created_at DESC);
CREATE INDEX ON users (email text_pattern_ops);

SELECT * FROM users WHERE id = $1;
SELECT * FROM users WHERE email = $1;
SELECT * FROM users WHERE email LIKE 'john%';
SELECT * FROM orders WHERE user_id = $1;
SELECT * FROM orders WHERE user_id = $1 ORDER BY created_at;
SELECT * FROM orders WHERE user_id = $1 ORDER BY created_at DESC LIMIT 10;
SELECT * FROM orders WHERE status = $1 ORDER BY created_at;
SELECT * FROM orders o JOIN users u ON u.id = o.user_id WHERE o.id = $1;
SELECT * FROM users;
SELECT count(*) FROM orders;
INSERT INTO orders (id, user_id, status, created_at) VALUES (1, 2, 'new', now());
UPDATE orders SET status = 'paid' WHERE id = $1;
DELETE FROM orders WHERE id = $1;
-- A leading wildcard is another rule's.
SELECT * FROM users WHERE email LIKE '%john%';
