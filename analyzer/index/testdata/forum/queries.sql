-- 01_thread_board_page
SELECT id, title, author_id, pinned, reply_count, last_post_at FROM thread WHERE board_id = $1 AND deleted_at IS NULL ORDER BY pinned DESC, last_post_at DESC NULLS LAST, id ASC LIMIT 30;
-- 02_thread_board_newest
SELECT id, title, created_at FROM thread WHERE board_id = $1 ORDER BY created_at DESC LIMIT 20;
-- 03_thread_by_id
SELECT t.*, b.slug, m.login FROM thread t JOIN boards b ON b.id = t.board_id JOIN member m ON m.id = t.author_id WHERE t.id = $1;
-- 04_thread_unanswered
SELECT id, board_id, title, created_at FROM thread WHERE reply_count = 0 AND status = 'open' AND deleted_at IS NULL ORDER BY created_at ASC LIMIT 50;
-- 05_thread_hard_delete
DELETE FROM thread WHERE id = $1;
-- 06_member_login
SELECT id, login, role FROM member WHERE lower(login) = lower($1) AND deleted_at IS NULL;
-- 07_member_mention
SELECT id, login, display_name FROM member WHERE lower(login) LIKE 'greta.k%' AND deleted_at IS NULL ORDER BY reputation DESC LIMIT 8;
-- 08_member_name_infix
SELECT id, login, display_name FROM member WHERE display_name ILIKE '%ta qua%' ORDER BY reputation DESC LIMIT 20;
-- 09_member_digest_token
SELECT id, email FROM member WHERE preferences ->> 'digest_token' = 'cc38a9e5c23dae2d' AND deleted_at IS NULL;
-- 10_member_deep_offset
SELECT id, login, joined_at FROM member WHERE deleted_at IS NULL ORDER BY id LIMIT $1 OFFSET $2;
-- 11_member_dormant_exists
SELECT m.id, m.email, m.last_seen_at FROM member m WHERE m.last_seen_at < '2022-03-15 00:00+00' AND m.deleted_at IS NULL AND EXISTS (SELECT 1 FROM "PrivateMessage" pm WHERE pm."recipientId" = m.id AND pm."readAt" IS NULL);
-- 12_post_thread_keyset
SELECT id, author_id, body, created_at FROM posts WHERE thread_id = $1 AND deleted_at IS NULL AND (created_at, id) > ($2, $3) ORDER BY created_at, id LIMIT 25;
-- 13_post_search
SELECT id, thread_id, created_at, ts_headline('english', body, websearch_to_tsquery('english', 'sextant halyard')) FROM posts WHERE search @@ websearch_to_tsquery('english', 'sextant halyard') AND deleted_at IS NULL ORDER BY created_at DESC LIMIT 10;
-- 14_post_purge_deleted
DELETE FROM posts WHERE deleted_at < '2022-01-24 00:00+00';
-- 15_post_by_author_view
SELECT id, title, body, created_at FROM visible_post WHERE author_id = $1 ORDER BY created_at DESC LIMIT 20;
-- 16_activity_union
(SELECT 'thread' AS kind, id, created_at FROM thread WHERE author_id = $1 ORDER BY created_at DESC LIMIT 15) UNION ALL (SELECT 'post' AS kind, id, created_at FROM posts WHERE author_id = $1 ORDER BY created_at DESC LIMIT 15) ORDER BY created_at DESC LIMIT 15;
-- 17_reaction_counts
SELECT post_id, kind, count(*) FROM reactions WHERE post_id IN ($1, $2, $3, $4, $5) GROUP BY post_id, kind;
-- 18_reaction_given
SELECT r.post_id, r.kind, r.created_at, p.thread_id FROM reactions r JOIN posts p ON p.id = r.post_id WHERE r.member_id = $1 ORDER BY r.created_at DESC LIMIT 20;
-- 19_follow_fanout
SELECT f.member_id, m.email FROM follows f JOIN member m ON m.id = f.member_id WHERE f.thread_id = $1 AND NOT f.muted AND m.deleted_at IS NULL;
-- 20_follow_feed_4join
SELECT t.id, t.title, b.title, m.login, t.last_post_at FROM follows f JOIN thread t ON t.id = f.thread_id JOIN boards b ON b.id = t.board_id JOIN member m ON m.id = t.author_id WHERE f.member_id = $1 AND t.deleted_at IS NULL ORDER BY t.last_post_at DESC NULLS LAST LIMIT 20;
-- 21_notification_unseen
SELECT count(*) FROM notification WHERE member_id = $1 AND seen_at IS NULL;
-- 22_notification_mark_seen
UPDATE notification SET seen_at = now() WHERE member_id = $1 AND kind = $2 AND seen_at IS NULL;
-- 23_pm_inbox
SELECT "Id", "senderId", "Body", "sentAt", "readAt" FROM "PrivateMessage" WHERE "recipientId" = $1 AND "deletedAt" IS NULL ORDER BY "sentAt" DESC LIMIT 25;
-- 24_pm_either_side
SELECT count(*) AS n, max("sentAt") AS last FROM "PrivateMessage" WHERE "senderId" = 2718 OR "recipientId" = 2718;
-- 25_pm_latest_distinct
SELECT DISTINCT ON ("conversationId") "conversationId", "senderId", "Body", "sentAt" FROM "PrivateMessage" WHERE "recipientId" = 12 AND "deletedAt" IS NULL ORDER BY "conversationId", "sentAt" DESC;
-- 26_subscription_renewals
SELECT id, member_id, plan_id, current_period_end FROM subscriptions WHERE status = 'active' AND current_period_end < '2026-11-24 00:00+00' ORDER BY current_period_end LIMIT 200;
-- 27_subscription_unpaid
SELECT s.id, s.member_id FROM subscriptions s WHERE s.status = 'past_due' AND s.current_period_end < '2026-11-13 00:00+00' AND NOT EXISTS (SELECT 1 FROM payment p WHERE p.subscription_id = s.id AND p.status = 'succeeded' AND p.created_at >= '2026-10-01 00:00+00');
-- 28_payment_by_ref
SELECT id, subscription_id, status, amount FROM payment WHERE provider_ref = $1;
-- 29_payment_failed_cte
WITH failed AS MATERIALIZED (SELECT subscription_id, count(*) AS n, max(created_at) AS last FROM payment WHERE status = 'failed' AND created_at >= '2026-11-09 00:00+00' GROUP BY subscription_id) SELECT m.email, f.n, f.last, s.plan_id FROM failed f JOIN subscriptions s ON s.id = f.subscription_id JOIN member m ON m.id = s.member_id ORDER BY f.n DESC, m.email;
-- 30_payment_on_day
SELECT currency, count(*), sum(amount) FROM payment WHERE created_at::date = $1 AND status = $2 GROUP BY currency;
-- 31_modlog_rule
SELECT id, target_type, target_id, created_at FROM moderation_log WHERE details @> '{"rule": "rate", "auto": false}' ORDER BY created_at DESC LIMIT 50;
-- 32_modlog_days
SELECT action, count(*), count(DISTINCT moderator_id) FROM moderation_log WHERE created_at >= '2026-11-18 00:00+00' AND created_at < '2026-11-21 00:00+00' GROUP BY action;
-- 33_outbox_claim
SELECT id, recipient_id, template, payload FROM mail_outbox WHERE state = 'queued' AND available_at <= '2026-11-23 18:00+00' ORDER BY priority DESC, available_at ASC LIMIT 20 FOR UPDATE SKIP LOCKED;
-- 34_none_boards
SELECT id, slug, title FROM boards WHERE archived_at IS NULL AND NOT is_private ORDER BY position;
-- 35_none_body_two_chars
SELECT count(*) FROM posts WHERE body LIKE '%ox%' AND deleted_at IS NULL;
-- 36_none_post_report
SELECT lang, count(*), avg(length(body)), count(edited_at) FROM posts WHERE deleted_at IS NULL GROUP BY lang ORDER BY 2 DESC;
-- 37_none_insert_reaction
INSERT INTO reactions (post_id, member_id, kind, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;
-- 38_none_notification_purge
DELETE FROM notification WHERE created_at < '2026-01-01 00:00+00' AND seen_at IS NOT NULL;
-- 39_none_revenue_join
SELECT s.plan_id, p.currency, count(*), sum(p.amount) FROM payment p JOIN subscriptions s ON s.id = p.subscription_id WHERE p.status = 'succeeded' GROUP BY s.plan_id, p.currency;
-- 40_none_member_not
SELECT country, count(*), avg(reputation) FROM member WHERE role <> $1 AND deleted_at IS NULL GROUP BY country;
