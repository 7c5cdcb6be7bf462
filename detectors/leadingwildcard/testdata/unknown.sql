-- Without a schema the statement is all there is.
SELECT id FROM users WHERE email LIKE '%john%'; -- want `users \(email\)` `CREATE EXTENSION IF NOT EXISTS pg_trgm;` `CREATE INDEX CONCURRENTLY users_email_idx ON users USING gin \(email gin_trgm_ops\);`
SELECT id FROM app.accounts WHERE email ILIKE '%john%'; -- want `app.accounts \(email\)` `ON app.accounts USING gin`

SELECT id FROM users WHERE name LIKE 'john%';
SELECT id FROM users WHERE email LIKE $1;
