-- No schema, and what data layers write.

-- TypeORM: a list of one.
-- session: a
SELECT "Post"."id" AS "Post_id", "Post"."authorId" AS "Post_authorId" FROM "post" "Post" LIMIT 8;
-- session: a
-- params: 1..8
SELECT "User"."id" AS "User_id" FROM "user" "User" WHERE "User"."id" IN ($1); -- want `(?s)user by id ran 8 times in a row after each list of post.*parent post \(authorId\)`

-- GORM: the key stands in an ON clause.
-- session: b
SELECT * FROM "articles" ORDER BY id LIMIT 6;
-- session: b
SELECT "tags"."id" FROM "tags" JOIN "article_tags" ON "article_tags"."tag_id" = "tags"."id" AND "article_tags"."article_id" = 8;
-- session: b
SELECT "tags"."id" FROM "tags" JOIN "article_tags" ON "article_tags"."tag_id" = "tags"."id" AND "article_tags"."article_id" = 15;
-- session: b
SELECT "tags"."id" FROM "tags" JOIN "article_tags" ON "article_tags"."tag_id" = "tags"."id" AND "article_tags"."article_id" = 22;
-- session: b
SELECT "tags"."id" FROM "tags" JOIN "article_tags" ON "article_tags"."tag_id" = "tags"."id" AND "article_tags"."article_id" = 29;
-- session: b
SELECT "tags"."id" FROM "tags" JOIN "article_tags" ON "article_tags"."tag_id" = "tags"."id" AND "article_tags"."article_id" = 36;
-- session: b
SELECT "tags"."id" FROM "tags" JOIN "article_tags" ON "article_tags"."tag_id" = "tags"."id" AND "article_tags"."article_id" = 43; -- want `(?s)article_tags by article_id ran 6 times in a row after each list of articles.*article_tags.article_id = ANY`

-- TypeORM: a lazy relation joins back to the row it comes from.
-- session: c
SELECT "b"."id" AS "b_id" FROM "book" "b" ORDER BY 1 LIMIT 7;
-- session: c
-- params: 1..7
SELECT "w"."id" AS "w_id" FROM "writer" "w" INNER JOIN "book" "b" ON "b"."writerId" = "w"."id" WHERE "b"."id" IN ($1); -- want "writer by id ran 7 times in a row after each list of book"

-- SQLAlchemy: the value comes first, with a cast.
-- session: d
SELECT album.id, album.title FROM album ORDER BY album.id LIMIT 6;
-- session: d
SELECT track.id FROM track WHERE 'c4000000-0000-4000-8000-000000000001'::uuid = track.album_id;
-- session: d
SELECT track.id FROM track WHERE 'c4000000-0000-4000-8000-000000000002'::uuid = track.album_id;
-- session: d
SELECT track.id FROM track WHERE 'c4000000-0000-4000-8000-000000000003'::uuid = track.album_id;
-- session: d
SELECT track.id FROM track WHERE 'c4000000-0000-4000-8000-000000000004'::uuid = track.album_id;
-- session: d
SELECT track.id FROM track WHERE 'c4000000-0000-4000-8000-000000000005'::uuid = track.album_id;
-- session: d
SELECT track.id FROM track WHERE 'c4000000-0000-4000-8000-000000000006'::uuid = track.album_id; -- want "track by album_id ran 6 times"

-- Django: .get() asks for 21 rows, and tables have the application's name.
-- session: e
SELECT "library_book"."id", "library_book"."author_id" FROM "library_book" LIMIT 5;
-- session: e
-- params: 1..5
SELECT "library_author"."name" FROM "library_author" WHERE "library_author"."id" = $1 LIMIT 21; -- want `(?s)library_author by id ran 5 times in a row after each list of library_book.*library_author.id = ANY\(\$1\);`

-- A count in a sub-query.
-- session: f
SELECT id, name FROM forum ORDER BY name;
-- session: f
SELECT COUNT(1) FROM (SELECT 1 FROM "topic" WHERE "topic"."forum_id" = 8) AS t;
-- session: f
SELECT COUNT(1) FROM (SELECT 1 FROM "topic" WHERE "topic"."forum_id" = 15) AS t;
-- session: f
SELECT COUNT(1) FROM (SELECT 1 FROM "topic" WHERE "topic"."forum_id" = 22) AS t;
-- session: f
SELECT COUNT(1) FROM (SELECT 1 FROM "topic" WHERE "topic"."forum_id" = 29) AS t;
-- session: f
SELECT COUNT(1) FROM (SELECT 1 FROM "topic" WHERE "topic"."forum_id" = 36) AS t;
-- session: f
SELECT COUNT(1) FROM (SELECT 1 FROM "topic" WHERE "topic"."forum_id" = 43) AS t;
-- session: f
SELECT COUNT(1) FROM (SELECT 1 FROM "topic" WHERE "topic"."forum_id" = 50) AS t; -- want "topic by forum_id ran 7 times in a row after each list of forum"

-- A polymorphic relation: the type is the same every time.
-- session: g
SELECT "photos".* FROM "photos" WHERE "photos"."deleted_at" IS NULL LIMIT 5;
-- session: g
-- params: 1, 'Photo'
-- params: 2, 'Photo'
-- params: 3, 'Photo'
-- params: 4, 'Photo'
-- params: 5, 'Photo'
SELECT "comments".* FROM "comments" WHERE "comments"."commentable_id" = $1 AND "comments"."commentable_type" = $2; -- want `(?s)comments by commentable_id ran 5 times in a row after each list of photos.*commentable_id = ANY\(\$1\) AND comments.commentable_type = \$2`

-- A transaction around every statement.
-- session: h
BEGIN;
-- session: h
SELECT "t1"."id", "t1"."name" FROM "people" AS "t1" LIMIT 5;
-- session: h
COMMIT;
-- session: h
BEGIN;
-- session: h
SELECT "t1"."id" FROM "tweets" AS "t1" WHERE ("t1"."person_id" = 8);
-- session: h
COMMIT;
-- session: h
BEGIN;
-- session: h
SELECT "t1"."id" FROM "tweets" AS "t1" WHERE ("t1"."person_id" = 15);
-- session: h
COMMIT;
-- session: h
BEGIN;
-- session: h
SELECT "t1"."id" FROM "tweets" AS "t1" WHERE ("t1"."person_id" = 22);
-- session: h
COMMIT;
-- session: h
BEGIN;
-- session: h
SELECT "t1"."id" FROM "tweets" AS "t1" WHERE ("t1"."person_id" = 29);
-- session: h
COMMIT;
-- session: h
BEGIN;
-- session: h
SELECT "t1"."id" FROM "tweets" AS "t1" WHERE ("t1"."person_id" = 77); -- want "tweets by person_id ran 5 times in a row after each list of people"
-- session: h
COMMIT;

-- A tree.
-- session: i
SELECT id, parent_id FROM categories WHERE parent_id IS NULL;
-- session: i
-- params: 1..6
SELECT id, parent_id FROM categories WHERE parent_id = $1; -- want "categories by parent_id ran 6 times in a row after each list of categories"

-- Loops in loops are one finding.
-- session: j
SELECT id, name FROM depts LIMIT 5;
-- session: j
SELECT id, name FROM teams WHERE dept_id = 1;
-- session: j
SELECT id, name FROM members WHERE team_id = 8;
-- session: j
SELECT id, name FROM members WHERE team_id = 81;
-- session: j
SELECT id, name FROM members WHERE team_id = 82;
-- session: j
SELECT id, name FROM teams WHERE dept_id = 2;
-- session: j
SELECT id, name FROM members WHERE team_id = 15;
-- session: j
SELECT id, name FROM members WHERE team_id = 151;
-- session: j
SELECT id, name FROM members WHERE team_id = 152;
-- session: j
SELECT id, name FROM teams WHERE dept_id = 3;
-- session: j
SELECT id, name FROM members WHERE team_id = 22;
-- session: j
SELECT id, name FROM members WHERE team_id = 221;
-- session: j
SELECT id, name FROM members WHERE team_id = 222;
-- session: j
SELECT id, name FROM teams WHERE dept_id = 4;
-- session: j
SELECT id, name FROM members WHERE team_id = 29;
-- session: j
SELECT id, name FROM members WHERE team_id = 291;
-- session: j
SELECT id, name FROM members WHERE team_id = 292;
-- session: j
SELECT id, name FROM teams WHERE dept_id = 5;
-- session: j
SELECT id, name FROM members WHERE team_id = 36;
-- session: j
SELECT id, name FROM members WHERE team_id = 361;
-- session: j
SELECT id, name FROM members WHERE team_id = 362;
-- session: k
SELECT id, name FROM teams WHERE dept_id = 0; -- want "teams by dept_id ran 5 times in a row after each list of depts, in one request, and within each members by team_id 3 times"

-- The user is looked up by the same statement before the list.
-- session: l
-- params: 500
SELECT id, nick FROM accounts WHERE id = $1;
-- session: l
SELECT id, account_id FROM invoices LIMIT 6;
-- session: l
-- params: 1..6
SELECT id, nick FROM accounts WHERE id = $1; -- want "accounts by id ran 6 times in a row after each list of invoices"

-- Sessions that a request's tag ties together.
-- session: m
SELECT id, seller_id FROM offers LIMIT 5 /*traceparent='00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'*/;
-- session: m1
SELECT id, rating FROM sellers WHERE id = 8 /*traceparent='00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b1-01'*/;
-- session: m2
SELECT id, rating FROM sellers WHERE id = 15 /*traceparent='00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b2-01'*/;
-- session: m3
SELECT id, rating FROM sellers WHERE id = 22 /*traceparent='00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b3-01'*/;
-- session: m4
SELECT id, rating FROM sellers WHERE id = 29 /*traceparent='00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b4-01'*/;
-- session: m5
SELECT id, rating FROM sellers WHERE id = 36 /*traceparent='00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b5-01'*/; -- want "sellers by id ran 5 times in a row after each list of offers, in one request"
