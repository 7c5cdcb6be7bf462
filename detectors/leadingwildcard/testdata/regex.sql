CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, name text);

SELECT id FROM users WHERE email ~ 'john'; -- want `email ~ '...', which does not begin with \^ and plain text; trigrams can`
SELECT id FROM users WHERE email ~ '^(john|mary)'; -- want `does not begin`
SELECT id FROM users WHERE email SIMILAR TO '%(john|mary)%'; -- want `email SIMILAR TO`

SELECT id FROM users WHERE email ~ '^john';
SELECT id FROM users WHERE email ~ $1;
SELECT id FROM users WHERE email !~ 'john';
