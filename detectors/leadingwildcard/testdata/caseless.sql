CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, name text);

SELECT id FROM users WHERE email ILIKE '%john%'; -- want `no b-tree can serve email ILIKE '%...%', which ignores case`
SELECT id FROM users WHERE email ILIKE 'john%'; -- want `email ILIKE '...%', which ignores case`
SELECT id FROM users WHERE email ~* '^john'; -- want `email ~\* '...', which ignores case`
SELECT id FROM users WHERE name ILIKE '%' || $1 || '%'; -- want `name ILIKE`

SELECT id FROM users WHERE lower(email) = 'john';
SELECT id FROM users WHERE email NOT ILIKE '%john%';
