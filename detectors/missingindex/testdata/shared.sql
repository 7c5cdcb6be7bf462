CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint NOT NULL, created_at timestamptz NOT NULL, title text);

-- One index for all of them, told once, on the statement that takes most time.
SELECT id, title FROM posts WHERE user_id = $1; -- calls: 900 of 1ms
-- calls: 800 of 40ms
SELECT title FROM posts WHERE user_id = $1 ORDER BY created_at DESC LIMIT 10; -- want `composite-index.*\n.* public.posts \(user_id, created_at\)` `at testdata/shared.sql:1\n  impact 1710 calls, 32920 ms, \? ms saved`
UPDATE posts SET title = '' WHERE user_id = $1; -- calls: 10 of 2ms
