package query_test

import (
	"testing"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
)

func TestNewBatch_takesAllKeysAtOnce(t *testing.T) {
	id := []query.BatchKey{{Alias: "users", Column: "id", Type: "bigint", Unique: true}}
	fk := []query.BatchKey{{Alias: "posts", Column: "user_id", Type: "bigint"}}
	for _, c := range []struct {
		text string
		keys []query.BatchKey
		want string // the SQL, or the reason after !
	}{
		{"SELECT id, name FROM users WHERE id = $1", id, "SELECT id, name FROM users WHERE id = ANY($1);"},
		{"SELECT name FROM users WHERE id = $1", id, "SELECT id, name FROM users WHERE id = ANY($1);"},
		{"SELECT * FROM users WHERE id IN ($1)", id, "SELECT * FROM users WHERE id = ANY($1);"},
		{`SELECT "users".* FROM "users" WHERE "users"."id" = $1 LIMIT $2`, id, "SELECT users.* FROM users WHERE users.id = ANY($1);"},
		{"SELECT * FROM users WHERE $1::uuid = id AND deleted_at IS NULL AND tenant = $2", id, "SELECT * FROM users WHERE id = ANY($1::uuid[]) AND deleted_at IS NULL AND tenant = $2;"},
		{"SELECT title FROM posts WHERE user_id = $1 ORDER BY created_at", fk, "SELECT user_id, title FROM posts WHERE user_id = ANY($1) ORDER BY created_at;"},
		{
			"SELECT title FROM posts WHERE user_id = $1 AND live = $2 ORDER BY created_at DESC LIMIT $3", fk,
			"SELECT k.*, r.* FROM (SELECT DISTINCT * FROM unnest($1::bigint[])) AS k(user_id) CROSS JOIN LATERAL (SELECT title FROM posts WHERE user_id = k.user_id AND live = $2 ORDER BY created_at DESC LIMIT $3) AS r;",
		},
		{"SELECT title FROM posts WHERE user_id = $1 LIMIT $2", fk, "!which rows a LIMIT without ORDER BY returns is left to chance"},
		{"SELECT count(*) FROM posts WHERE user_id = $1", fk, "SELECT user_id, count(*) FROM posts WHERE user_id = ANY($1) GROUP BY user_id;"},
		{"SELECT $1 AS one FROM posts WHERE posts.user_id = $2 LIMIT $3", fk, "SELECT DISTINCT posts.user_id FROM posts WHERE posts.user_id = ANY($1);"},
		{"SELECT * FROM users WHERE id = $1 FOR UPDATE", id, "SELECT * FROM users WHERE id = ANY($1) ORDER BY id FOR UPDATE;"},
		{
			"SELECT t.name FROM tags t JOIN post_tags pt ON pt.tag_id = t.id AND pt.post_id = $1",
			[]query.BatchKey{{Alias: "pt", Column: "post_id", Type: "int"}},
			"SELECT pt.post_id, t.name FROM tags t JOIN post_tags pt ON pt.tag_id = t.id AND pt.post_id = ANY($1);",
		},
		{
			"SELECT n FROM stock WHERE shop = $1 AND item = $2",
			[]query.BatchKey{{Alias: "stock", Column: "shop", Type: "integer"}, {Alias: "stock", Column: "item", Type: "integer"}},
			"SELECT shop, item, n FROM stock WHERE (shop, item) IN (SELECT * FROM unnest($1::int[], $2::int[]));",
		},
		{"SELECT name, random() FROM users WHERE id = $1", id, "!it calls a function whose value changes with every call"},
		{"SELECT name FROM users WHERE lower(id) = $1", id, "!the value that varies is compared with no plain column"},
		{"SELECT u.name FROM users u LEFT JOIN posts p ON p.user_id = $1", []query.BatchKey{{Alias: "p", Column: "user_id"}}, "!the value that varies is compared with no plain column"},
		{
			"SELECT title FROM posts WHERE user_id = $1 ORDER BY id LIMIT $2 OFFSET $3", fk,
			"SELECT k.*, r.* FROM (SELECT DISTINCT * FROM unnest($1::bigint[])) AS k(user_id) CROSS JOIN LATERAL (SELECT title FROM posts WHERE user_id = k.user_id ORDER BY id LIMIT $2 OFFSET $3) AS r;",
		},
		{"SELECT DISTINCT ON (title) id, title FROM posts WHERE user_id = $1", fk, "!DISTINCT ON keeps one row of each value's"},
		{"SELECT id, row_number() OVER (ORDER BY id) FROM posts WHERE user_id = $1", fk, "!a window function counts the rows of each value"},
		{"UPDATE users SET name = $1 WHERE id = $2 RETURNING *", id, "UPDATE users SET name = v.new_name FROM unnest($1::bigint[], $2::text[]) v(row_id, new_name) WHERE users.id = v.row_id RETURNING users.*;"},
		{"SELECT name FROM users WHERE id = $1 OR id = $2", id, "!the value that varies is compared with no plain column"},
		{"SELECT 1 FROM users WHERE id = $1 UNION SELECT 2", id, "!the values stand in one part of several"},
		{"UPDATE users SET name = name WHERE id = $1", id, "UPDATE users SET name = name WHERE id = ANY($1);"},
		{
			"UPDATE users u SET name = $1, visits = visits + $2 WHERE u.id = $3 AND tenant = $4",
			[]query.BatchKey{{Alias: "u", Column: "id", Type: "bigint"}},
			"UPDATE users u SET name = v.new_name, visits = visits + v.new_visits FROM unnest($1::bigint[], $2::text[], $3::int[]) v(row_id, new_name, new_visits) WHERE u.id = v.row_id AND tenant = $4;",
		},
		{"DELETE FROM users WHERE id = $1", id, "DELETE FROM users WHERE id = ANY($1);"},
		{
			"INSERT INTO users (name, visits, made) VALUES ($1, $2, now()) ON CONFLICT DO NOTHING RETURNING id", nil,
			"INSERT INTO users (name, visits, made) SELECT v.name, v.visits, now() FROM unnest($1::text[], $2::int[]) v(name, visits) ON CONFLICT DO NOTHING RETURNING id;",
		},
		{"INSERT INTO users (id, name) VALUES (DEFAULT, $1)", nil, "INSERT INTO users (name) SELECT v.name FROM unnest($1::text[]) v(name);"},
		{"INSERT INTO users VALUES ($1, $2)", nil, "!it does not name its columns"},
		{"INSERT INTO users (name) VALUES (lower($1))", nil, "!a value is computed from one that varies: several rows of VALUES in one INSERT"},
		{"INSERT INTO users (tags) VALUES ($1)", nil, "!a column is an array itself, and unnest would take it apart: several rows of VALUES instead"},
	} {
		s := schema.New()
		s.AddDDL("schema.sql", "CREATE TABLE users (id bigint PRIMARY KEY, name text, visits integer, made timestamptz, tags text[]);")
		got, err := query.NewBatch(query.Repeated{Text: c.text, Keys: c.keys, Table: s.Table("", "users")})
		text := ""
		if err != nil {
			text = "!" + err.Error()
		} else {
			text = got.SQL
		}
		if text != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.text, text, c.want)
		}
	}
}

func TestNewBatch_saysThatTypesAreGuessed(t *testing.T) {
	got, err := query.NewBatch(query.Repeated{Text: "INSERT INTO audit (user_id, what) VALUES ($1, $2)"})
	if err != nil || !got.Guessed {
		t.Fatalf("%v, %v; want guessed types", got, err)
	}
	if want := "INSERT INTO audit (user_id, what) SELECT v.user_id, v.what FROM unnest($1::bigint[], $2::text[]) v(user_id, what);"; got.SQL != want {
		t.Errorf("got %s, want %s", got.SQL, want)
	}
}

func FuzzNewBatch(f *testing.F) {
	for _, s := range []string{
		"SELECT id, name FROM users WHERE id = $1 LIMIT $2",
		"SELECT count(*) FROM a x JOIN b y ON x.id = y.a AND y.id = $1 WHERE id IN ($2)",
		"SELECT 1 FROM t WHERE (id = $1 OR id = $2) AND $3::uuid = id ORDER BY 1 LIMIT $4 OFFSET $5",
		"UPDATE t SET a = $1, b = b + $2, (c, d) = ($3, $4) WHERE id = $5",
		"INSERT INTO t (id, a) VALUES ($1, lower($2)) RETURNING *",
		"INSERT INTO t (id, a[1]) VALUES ($1, DEFAULT)",
		"DELETE FROM t USING u WHERE id = $1",
		"WITH x AS (SELECT 1) SELECT * FROM x WHERE id = $1 FOR UPDATE",
	} {
		f.Add(s, "id", "bigint")
	}
	f.Fuzz(func(t *testing.T, text, column, kind string) {
		for _, keys := range [][]query.BatchKey{
			nil,
			{{Alias: "t", Column: column, Type: kind}},
			{{Alias: "t", Column: column, Type: kind, Unique: true}, {Alias: "t", Column: "a"}},
			{{Alias: "t", Column: column, Type: kind, Param: 1}},
		} {
			b, err := query.NewBatch(query.Repeated{Text: text, Keys: keys})
			if err == nil && b.SQL == "" {
				t.Fatal("neither a statement nor a reason")
			}
		}
	})
}
