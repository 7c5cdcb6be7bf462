CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, team bigint);
CREATE TABLE posts (id bigint PRIMARY KEY, author bigint NOT NULL REFERENCES users, title text NOT NULL, created_at timestamptz NOT NULL);
CREATE TABLE comments (id bigint PRIMARY KEY, post_id bigint NOT NULL REFERENCES posts, user_id bigint NOT NULL REFERENCES users, body text);
CREATE TABLE stock (shop int, item int, n int, PRIMARY KEY (shop, item));

-- The author of each post: the foreign key links what the names do not.
-- session: feed
SELECT id, author, title FROM posts ORDER BY created_at DESC LIMIT 10;
-- session: feed
-- params: 1..10
SELECT id, name FROM users WHERE id = $1; -- want `(?s)users by id ran 10 times in a row after each list of posts, in one request.*error 0.96 observed public.users \(id\).*parent public.posts \(author\).*WHERE id = ANY\(\$1\);`

-- Two queries per row are one loop.
-- session: thread
SELECT * FROM comments WHERE post_id = 5 ORDER BY id; 
-- session: thread
SELECT name, team FROM users WHERE id = 8;
-- session: thread
SELECT count(*) FROM posts WHERE author = 8;
-- session: thread
SELECT name, team FROM users WHERE id = 15;
-- session: thread
SELECT count(*) FROM posts WHERE author = 15;
-- session: thread
SELECT name, team FROM users WHERE id = 22;
-- session: thread
SELECT count(*) FROM posts WHERE author = 22;
-- session: thread
SELECT name, team FROM users WHERE id = 29;
-- session: thread
SELECT count(*) FROM posts WHERE author = 29;
-- session: thread
SELECT name, team FROM users WHERE id = 36;
-- session: thread
SELECT count(*) FROM posts WHERE author = 36; -- nothing of its own
-- session: thread
SELECT name, team FROM users WHERE id = 99; -- want `(?s)users by id and a count of posts by author ran 6 times in a row after each list of comments.*parent public.comments \(user_id\).*a value without rows is absent, which means 0\n *SELECT author, count\(\*\) FROM posts WHERE author = ANY\(\$1\) GROUP BY author;`
-- session: thread
SELECT count(*) FROM posts WHERE author = 99;

-- The first rows of each.
-- session: first
SELECT id, name FROM users WHERE team = 3;
-- session: first
-- params: 11..19
SELECT id, title FROM posts WHERE author = $1 ORDER BY created_at DESC LIMIT 3; -- want `(?s)posts by author ran 9 times.*FROM unnest\(\$1::bigint\[\]\)\) AS k\(author\) CROSS JOIN LATERAL`

-- A key of two columns, from a list that is not in the schema.
-- session: stock
SELECT shop, item FROM picklist LIMIT 6;
-- session: stock
-- params: 1, 5
-- params: 1, 6
-- params: 2, 7
-- params: 2, 8
-- params: 3, 9
-- params: 3, 10
SELECT n FROM stock WHERE shop = $1 AND item = $2; -- want `(?s)stock by item and shop ran 6 times.*\(shop, item\) IN \(SELECT \* FROM unnest\(\$1::int\[\], \$2::int\[\]\)\)|\(item, shop\)|stock by item and shop`

-- Most values come again.
-- session: again
SELECT id, author FROM posts WHERE title < 'c' LIMIT 12;
-- session: again
-- params: 1
-- params: 2
-- params: 3
-- params: 1
-- params: 2
-- params: 3
-- params: 1
-- params: 2
-- params: 3
-- params: 1
-- params: 2
-- params: 3
SELECT team FROM users WHERE id = $1; -- want "note 9 of 12 calls ask for what was asked before"
