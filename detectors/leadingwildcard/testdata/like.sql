CREATE TABLE users (
    id bigint PRIMARY KEY,
    team_id bigint NOT NULL,
    email text NOT NULL,
    name varchar(80),
    zip char(5),
    "Odd Name" text
);
CREATE INDEX ON users (team_id);

-- The beginning is open.
SELECT id FROM users WHERE email LIKE '%john%'; -- want `no b-tree can serve email LIKE '%...%', which begins with a wildcard; trigrams can, from three letters on\n  warning 0.90 .* public.users \(email\)`
SELECT id FROM users WHERE email LIKE '_ohn%'; -- want `email LIKE`
SELECT id FROM users WHERE email LIKE '%john%' AND name IS NOT NULL; -- want `email LIKE`
SELECT count(*) FROM users u WHERE u.name LIKE '%smith%'; -- want `name LIKE` `fix index: create a trigram index on name`
DELETE FROM users WHERE email LIKE '%@spam.example%'; -- want `email LIKE`
UPDATE users SET name = 'x' WHERE email LIKE '%@old.example%'; -- want `email LIKE`
SELECT id FROM users WHERE "Odd Name" LIKE '%thing%'; -- want `\("Odd Name" gin_trgm_ops\)`
SELECT id FROM users WHERE lower(email) LIKE '%john%'; -- want `lower\(email\) LIKE '%...%'`
SELECT u.id FROM users u JOIN users v ON v.id = u.team_id WHERE v.email LIKE '%john%'; -- want `email LIKE`
SELECT id FROM users WHERE id IN (SELECT team_id FROM users WHERE email LIKE '%john%'); -- want `email LIKE`

-- An ending can be turned around.
SELECT id FROM users WHERE email LIKE '%@example.com'; -- want `one on the reversed column or trigrams can` `rewrite: or turn the pattern around, reverse\(email\) LIKE reverse\('...'\) \|\| '%'` `\(reverse\(email\) text_pattern_ops\);`

-- One finding for one search box.
SELECT id FROM users WHERE name LIKE '%bob%' OR email LIKE '%bob%'; -- want `no b-tree can serve name LIKE '%...%' or email LIKE '%...%'.*\n.* \(name, email\)`

-- Words are a case for full text as well.
SELECT id FROM users WHERE name LIKE '%garden shed%'; -- want `fix index` `or, when whole words are searched, use full text` `USING gin \(to_tsvector\('simple'::regconfig, name\)\);`

-- The beginning is fixed, or nothing is known of it.
SELECT id FROM users WHERE email LIKE 'john%';
SELECT id FROM users WHERE email LIKE 'john';
SELECT id FROM users WHERE email LIKE 'john%doe%';
SELECT id FROM users WHERE email LIKE '\%john%';
SELECT id FROM users WHERE email LIKE $1;
SELECT id FROM users WHERE email LIKE ?;
SELECT id FROM users WHERE email LIKE :pattern;
SELECT id FROM users WHERE email LIKE $1 || '%';
SELECT id FROM users WHERE email NOT LIKE '%john%';
SELECT id FROM users WHERE email = '%john%';
SELECT email LIKE '%john%' FROM users WHERE id = 1;
INSERT INTO users (id, team_id, email) VALUES (1, 2, '%john%');

-- Another condition leaves few rows to test.
SELECT id FROM users WHERE team_id = 5 AND email LIKE '%john%';
SELECT id FROM users WHERE id = 5 AND email LIKE '%john%';
SELECT v.id FROM users u JOIN users v ON v.id = u.team_id WHERE u.id = 5 AND v.email LIKE '%john%';
SELECT id FROM users WHERE team_id IN (1, 2) AND (email LIKE '%john%' OR name ILIKE '%john%');
WITH mine AS (SELECT email FROM users WHERE id = $1) SELECT * FROM mine WHERE email LIKE '%john%';
