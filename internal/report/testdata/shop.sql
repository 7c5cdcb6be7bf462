-- apilint 1.2.3: index advice from 11,204 executions of 5 statements in 9
-- sessions, 8.9 s of database time
-- Read it first, then run it on a quiet hour: psql -X -v ON_ERROR_STOP=1 -f
-- THIS_FILE
-- CREATE INDEX CONCURRENTLY cannot run inside a transaction: do not use psql
-- --single-transaction.

-- A build that a timeout ends leaves an invalid index behind. Waiting is safe
-- here: CONCURRENTLY blocks neither reads nor writes while it waits.
SET statement_timeout = 0;
SET lock_timeout = 0;

-- Extensions that indexes below need (pg_trgm is trusted since PostgreSQL 13:
-- CREATE on the database is enough).
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- 1. index on orders (status, created_at)
--    serves (900 calls, 4.8 s, cost 10,715 -> 16) SELECT id, total FROM orders
--    WHERE status = $1 ORDER BY created_at DESC LIMIT $2
--    about 3.1 MB, WAL +400 kB a day, planner
--    rollback: DROP INDEX CONCURRENTLY orders_status_created_at_idx;
CREATE INDEX CONCURRENTLY orders_status_created_at_idx ON orders (status, created_at);

-- 2. index on posts (user_id)
--    reads 4,310 pages for 10 rows
--    serves (2,120 calls, 2.1 s, cost 4,310 -> 12) SELECT id, title FROM posts
--    WHERE user_id = $1
--    about 12 MB, planner
--    rollback: DROP INDEX CONCURRENTLY posts_user_id_idx;
CREATE INDEX CONCURRENTLY posts_user_id_idx ON posts (user_id);

-- 3. index on users (email gin_trgm_ops) using gin
--    serves (30 calls, 890 ms, cost 900 -> 30) SELECT id FROM users WHERE email
--    ILIKE $1
--    about 2 MB, estimated
--    rollback: DROP INDEX CONCURRENTLY users_email_trgm_idx;
CREATE INDEX CONCURRENTLY users_email_trgm_idx ON users USING gin (email gin_trgm_ops);

-- 4. drop users_email_idx2, on users (email)
--    duplicates users_email_key
--    heuristic
--    rollback: CREATE UNIQUE INDEX CONCURRENTLY users_email_idx2 ON users (email);
DROP INDEX CONCURRENTLY users_email_idx2;

-- If a build was interrupted, it left an index that is written to but never
-- read. This lists such indexes; drop each with DROP INDEX CONCURRENTLY and run
-- its CREATE INDEX again:
--   SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid;
