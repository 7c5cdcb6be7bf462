-- Without a schema.
SELECT * FROM posts WHERE user_id = $1; -- want `missing-index` `posts \(user_id\)` `no schema was given`
SELECT * FROM orders WHERE status = $1 ORDER BY created_at; -- want `composite-index` `CREATE INDEX CONCURRENTLY orders_status_created_at_idx ON orders \(status, created_at\);`

SELECT * FROM users WHERE id = $1;
SELECT * FROM users;
SELECT now();
