CREATE TABLE countries (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE articles (id bigint PRIMARY KEY, title text NOT NULL, body text NOT NULL);

SELECT id FROM countries WHERE name LIKE '%land%';
SELECT id FROM countries WHERE name LIKE '%a%';
-- calls: 100 of 300ms
SELECT id FROM users WHERE name LIKE '%mith%'; -- want `name LIKE` `estimated public.users` `impact 100 calls, 30000 ms, \d+ ms saved`

-- One word in prose is a case for full text, in a title it may be part of one.
SELECT id FROM articles WHERE body LIKE '%garden%'; -- want `body LIKE` `use full text: to_tsvector\('simple'::regconfig, body\) @@`
SELECT id FROM articles WHERE title LIKE '%garden%'; -- want `title LIKE '%...%', which begins with a wildcard; trigrams can, from three letters on\n.*\n  fix index.*\n.*\n.*\n  at `
SELECT id FROM articles WHERE title ILIKE '%garden shed%'; -- want `title ILIKE '%...%', which ignores case; trigrams can, from three letters on\n.*\n  fix index.*\n.*\n.*\n  at `
