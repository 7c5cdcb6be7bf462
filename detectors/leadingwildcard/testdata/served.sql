CREATE EXTENSION pg_trgm;
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, name text, bio text);
CREATE INDEX ON users USING gin (email gin_trgm_ops);
CREATE INDEX ON users USING gist (lower(name) gist_trgm_ops);
CREATE INDEX ON users USING gin (bio gin_trgm_ops) WHERE id > 1000;

SELECT id FROM users WHERE email LIKE '%john%';
SELECT id FROM users WHERE email ILIKE '%john%';
SELECT id FROM users WHERE email ~ 'john';
SELECT id FROM users WHERE lower(name) LIKE '%john%';

SELECT id FROM users WHERE name LIKE '%john%'; -- want `name LIKE`
SELECT id FROM users WHERE bio LIKE '%john%'; -- want `bio LIKE`
