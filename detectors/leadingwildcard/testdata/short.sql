CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, name text);

-- Too little to look up.
SELECT id FROM users WHERE email LIKE '%jo%'; -- want `no index can serve email LIKE '%...%': its beginning is open and it has fewer than three letters in a row.*\n.*\n  fix code: search only for three letters or more`
SELECT id FROM users WHERE email LIKE '%@%'; -- want `no index can serve`
SELECT id FROM users WHERE name LIKE $1; -- want `no index can serve`
-- params: '%j%'
SELECT id FROM users WHERE name LIKE $1;

-- Patterns of all lengths are one statement.
SELECT email, name FROM users WHERE email LIKE '%jo%'; -- want `trigrams can`
SELECT email, name FROM users WHERE email LIKE '%john%';
SELECT name, email FROM users WHERE email LIKE $1; -- want `trigrams can`
-- params: '%j%'
-- params: '%john%'
SELECT name, email FROM users WHERE email LIKE $1;

-- Blanks make words of short pieces: pg_trgm pads them.
SELECT name FROM users WHERE name LIKE '%al %'; -- want `trigrams can`
SELECT email FROM users WHERE name LIKE '% al%'; -- want `trigrams can`
