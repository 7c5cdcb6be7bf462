package index_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/index"
	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/sqltree"
)

// workloadOf makes a workload of SQL texts; the n-th has the ID "n", from 1.
func workloadOf(t testing.TB, sch *schema.Schema, texts ...string) []index.Statement {
	t.Helper()
	var out []index.Statement
	for i, text := range texts {
		tree, err := sqltree.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		out = append(out, index.Statement{ID: fmt.Sprint(i + 1), Query: query.Resolve(tree, 0, sch)})
	}
	return out
}

func schemaOf(ddl string) *schema.Schema {
	s := schema.New()
	s.AddDDL("schema.sql", ddl)
	return s
}

// outcome prints what was chosen: "create (columns)" for each index, then the
// verdict of the first statement.
func outcome(s *index.Selection) string {
	var out []string
	for _, a := range s.Advices {
		text := a.Def.Table.Name + "(" + strings.Join(index.Columns(a.Def), ", ") + ")"
		if a.Def.Method != "btree" {
			text = a.Def.Method + " " + text
		}
		out = append(out, text)
	}
	v := s.Verdicts["1"]
	if v.Kind == index.Recommended && len(out) > 0 {
		return strings.Join(out, "; ")
	}
	text := string(v.Kind)
	if v.Kind == index.AlreadyServed && len(v.Indexes) > 0 {
		text += " " + strings.Join(v.Indexes, " ")
	}
	return strings.Join(append(out, text), "; ")
}

func choose(t testing.TB, sch *schema.Schema, o index.Options, stmts []index.Statement) *index.Selection {
	t.Helper()
	s, err := index.Select(context.Background(), stmts, sch, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range stmts {
		v, ok := s.Verdicts[st.ID]
		if !ok || v.Reason == "" && v.Kind != index.AlreadyServed {
			t.Errorf("statement %s has no verdict, or one without a reason: %+v", st.ID, v)
		}
	}
	return s
}

// The four rows of the article that started the project, from SQL alone.
func TestSelect_withoutASchema(t *testing.T) {
	for _, c := range []struct{ sql, want string }{
		{"SELECT * FROM posts WHERE user_id = ?", "posts(user_id)"},
		{"SELECT * FROM posts WHERE user_id = $1", "posts(user_id)"},
		{"SELECT * FROM posts WHERE user_id = 7", "posts(user_id)"},
		{"SELECT * FROM orders WHERE status = ? ORDER BY created_at", "orders(status, created_at)"},
		{"SELECT * FROM orders WHERE status = 'open' ORDER BY created_at DESC", "orders(status, created_at)"},
		{"SELECT * FROM users WHERE email LIKE 'john%'", "users(email text_pattern_ops)"},
		{"SELECT * FROM users WHERE email LIKE '%john%'", "gin users(email gin_trgm_ops)"},
		{"SELECT * FROM users WHERE email LIKE '%john'", "gin users(email gin_trgm_ops)"},
		{"SELECT * FROM users WHERE email LIKE '%' || $1 || '%'", "gin users(email gin_trgm_ops)"},
		{"SELECT * FROM users WHERE name ILIKE 'john%'", "gin users(name gin_trgm_ops)"},
		{"SELECT * FROM users WHERE name ~ 'john'", "gin users(name gin_trgm_ops)"},
		{"SELECT * FROM users WHERE email LIKE ?", "not-analysed"},
		{"SELECT * FROM users WHERE email ILIKE $1", "not-analysed"},
		{"SELECT * FROM users WHERE email LIKE $1 ORDER BY created_at LIMIT 5", "not-analysed"},
		{"SELECT * FROM users WHERE email LIKE '%ab%'", "no-index-helps"},

		{"SELECT * FROM users WHERE id = ?", "served"},
		{"SELECT * FROM users WHERE user_id = ?", "served"},
		{"SELECT * FROM categories WHERE category_id = ?", "served"},
		{"SELECT * FROM users WHERE id IN (?, ?, ?)", "served"},
		{"SELECT * FROM users WHERE id > ? ORDER BY id LIMIT 100", "served"},
		{"SELECT * FROM users ORDER BY id LIMIT 100", "served"},
		{"SELECT * FROM users", "no-index-helps"},
		{"SELECT count(*) FROM users WHERE role <> ?", "no-index-helps"},
		{"SELECT * FROM users WHERE NOT active", "no-index-helps"},
		{"SELECT * FROM users WHERE deleted_at IS NULL", "no-index-helps"},
		{"SELECT * FROM users WHERE deleted_at IS NOT NULL", "no-index-helps"},
		{"SELECT * FROM users LIMIT 10", "no-index-helps"},
		{"UPDATE users SET active = false", "no-index-helps"},
		{"INSERT INTO users (name) VALUES (?)", "no-index-helps"},
		{"VACUUM users", "not-analysed"},
		{"SELECT 1", "no-index-helps"},
		{"SELECT * FROM pg_class WHERE relname = ?", "not-analysed"},

		{"SELECT * FROM logs ORDER BY created_at DESC LIMIT 20", "logs(created_at)"},
		{"SELECT * FROM logs WHERE created_at > now() - interval '1 day'", "logs(created_at)"},
		{"SELECT * FROM logs WHERE level = ? AND created_at BETWEEN ? AND ?", "logs(level, created_at)"},
		{"SELECT * FROM logs WHERE created_at > ? AND level = ? AND host = ?", "logs(level, host, created_at)"},
		{"SELECT * FROM logs WHERE level IN (?, ?) ORDER BY created_at LIMIT 5", "logs(level)"},
		{"SELECT * FROM t WHERE a = ? ORDER BY b DESC, c LIMIT 5", "t(a, b DESC, c)"},
		{"SELECT * FROM t WHERE a = ? ORDER BY b DESC NULLS LAST LIMIT 5", "t(a, b DESC NULLS LAST)"},
		{"SELECT * FROM t WHERE a = ? ORDER BY b DESC LIMIT 5", "t(a, b)"},
		{"SELECT * FROM t WHERE published ORDER BY created_at DESC LIMIT 5", "t(published, created_at)"},
		{"DELETE FROM sessions WHERE token = ?", "sessions(token)"},
		{"UPDATE carts SET total = 0 WHERE customer_id = ?", "carts(customer_id)"},
		{"SELECT * FROM t WHERE a = ? OR b = ?", "t(a); t(b)"},
		{"SELECT * FROM t WHERE a = ? OR c <> ?", "no-index-helps"},
		{"SELECT * FROM users WHERE lower(email) = ?", "users(lower(email))"},
		{"SELECT * FROM users u JOIN posts p ON p.user_id = u.id WHERE u.id = ?", "posts(user_id)"},
		{"SELECT * FROM users u JOIN posts p ON p.user_id = u.id WHERE u.email = ?", "users(email); posts(user_id)"},
		{"SELECT * FROM users u JOIN posts p ON p.user_id = u.id", "no-index-helps"},
		{"SELECT * FROM users u LEFT JOIN posts p ON p.user_id = u.id WHERE u.id = ?", "posts(user_id)"},
		{"SELECT * FROM users u WHERE u.id = ? AND EXISTS (SELECT 1 FROM posts p WHERE p.user_id = u.id)", "posts(user_id)"},
		{"SELECT * FROM users u WHERE EXISTS (SELECT 1 FROM posts p WHERE p.user_id = u.id)", "no-index-helps"},
		{"SELECT u.id, (SELECT count(*) FROM posts p WHERE p.user_id = u.id) FROM users u", "posts(user_id)"},
		{"INSERT INTO archive SELECT * FROM posts WHERE user_id = ?", "posts(user_id)"},
		{"SELECT * FROM a WHERE x = ? UNION ALL SELECT * FROM b WHERE y = ?", "a(x); b(y)"},
	} {
		for _, sch := range []*schema.Schema{nil, schema.New()} {
			got := choose(t, sch, index.Options{}, workloadOf(t, sch, c.sql))
			if outcome(got) != c.want {
				t.Errorf("%s\n got %s (%s)\nwant %s", c.sql, outcome(got), got.Verdicts["1"].Reason, c.want)
			}
			for _, a := range got.Advices {
				if a.Basis != index.Heuristic || a.Bytes != 0 || a.Serves[0].Before != 0 || got.Coster != "" {
					t.Errorf("%s: a number that looks measured: %+v", c.sql, a)
				}
			}
		}
	}
}
