package nplusone_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/internal/pgserver"
	"github.com/apilint/apilint/internal/pgserver/pgtest"
)

// A proposed statement is one that a server can run.
func TestFixes_areStatementsOfARealServer(t *testing.T) {
	const ddl = `
CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, visits integer NOT NULL DEFAULT 0, born date, made timestamptz NOT NULL DEFAULT now(), "Group" varchar(20), score numeric(8,2));
CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, title text, live boolean NOT NULL DEFAULT true, created_at timestamptz);
CREATE TABLE stock (shop integer, item uuid, n integer, PRIMARY KEY (shop, item));
CREATE TABLE tags (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE);
CREATE TABLE post_tags (post_id bigint, tag_id bigint, PRIMARY KEY (post_id, tag_id));`
	s := schema.New()
	s.AddDDL("schema.sql", ddl)
	key := func(table, alias string, columns ...string) []query.BatchKey {
		var out []query.BatchKey
		for _, c := range columns {
			rel := s.Table("", table)
			pk := rel.PrimaryKey()
			out = append(out, query.BatchKey{Alias: alias, Column: c, Type: rel.Column(c).Type, Unique: len(pk) == 1 && pk[0] == c})
		}
		return out
	}
	server := pgtest.Start(t, pgserver.Options{})
	conn, err := pgx.Connect(t.Context(), server.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), ddl); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text string
		keys []query.BatchKey
	}{
		{"SELECT id, name FROM users WHERE id = $1", key("users", "users", "id")},
		{"SELECT u.name, u.made FROM users u WHERE u.id = $1 AND u.visits > $2 LIMIT $3", key("users", "u", "id")},
		{`SELECT "users".* FROM "users" WHERE "users"."Group" = $1 ORDER BY "users"."made"`, key("users", "users", "Group")},
		{"SELECT title FROM posts WHERE user_id = $1 AND live ORDER BY created_at DESC LIMIT $2", key("posts", "posts", "user_id")},
		{"SELECT count(*), max(created_at) FROM posts p WHERE p.user_id = $1", key("posts", "p", "user_id")},
		{"SELECT date_trunc('day', created_at), count(*) FROM posts WHERE user_id = $1 GROUP BY 1 ORDER BY 1", key("posts", "posts", "user_id")},
		{"SELECT 1 AS one FROM posts WHERE user_id = $1 LIMIT 1", key("posts", "posts", "user_id")},
		{"SELECT DISTINCT title FROM posts WHERE user_id = $1", key("posts", "posts", "user_id")},
		{"SELECT t.name FROM tags t JOIN post_tags pt ON pt.tag_id = t.id AND pt.post_id = $1", key("post_tags", "pt", "post_id")},
		{"SELECT n FROM stock WHERE shop = $1 AND item = $2", key("stock", "stock", "shop", "item")},
		{"SELECT visits FROM users WHERE id = $1 FOR UPDATE", key("users", "users", "id")},
		{"UPDATE users SET name = $1, visits = visits + $2, score = $3, born = $4 WHERE id = $5", key("users", "users", "id")},
		{`UPDATE users AS u SET "Group" = $1 WHERE u.id = $2 AND visits = $3`, key("users", "u", "id", "visits")},
		{"UPDATE users SET visits = visits + 1 WHERE id = $1", key("users", "users", "id")},
		{"DELETE FROM stock WHERE shop = $1 AND item = $2", key("stock", "stock", "shop", "item")},
		{`INSERT INTO users (id, name, "Group", made, score) VALUES ($1, $2, $3, now(), $4) ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING id`, nil},
		{"INSERT INTO tags (id, name) VALUES (DEFAULT, $1) RETURNING id", nil},
	} {
		table := regexp.MustCompile(`(?i)^(?:INSERT INTO|UPDATE) (\w+)`).FindStringSubmatch(c.text)
		var rel *schema.Table
		if table != nil {
			rel = s.Table("", table[1])
		}
		b, err := query.NewBatch(query.Repeated{Text: c.text, Keys: c.keys, Table: rel})
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if _, err := conn.Prepare(t.Context(), "", b.SQL); err != nil {
			t.Errorf("%s\nbecame %s\n%v", c.text, b.SQL, err)
		}
	}
}

func TestFixes_holdNoValueOfTheInput(t *testing.T) {
	log, err := os.ReadFile(filepath.Join("..", "..", "testdata", "nplusone", "P01-belongs-to-literals.log"))
	if err != nil {
		t.Fatal(err)
	}
	res := analyse(t, strings.NewReader(string(log)), "-")
	if len(res.Findings) != 1 || len(res.Findings[0].Fixes) != 1 {
		t.Fatalf("%d findings", len(res.Findings))
	}
	fix := res.Findings[0].Fixes[0]
	if want := "SELECT id, name, org_id FROM users WHERE id = ANY($1);"; fix.SQL != want {
		t.Errorf("%s, want %s", fix.SQL, want)
	}
	var l sqltree.Lexed
	if sqltree.Lex([]byte(fix.SQL), &l); l.NLiteral != 0 {
		t.Errorf("%d literals in %s", l.NLiteral, fix.SQL)
	}
}
