package query_test

import (
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/sqltree"
)

const shop = `
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, name varchar(50), active boolean NOT NULL, tenant int, settings jsonb, created_at timestamptz, born date);
CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint REFERENCES users, title text, body tsvector, tags text[], deleted_at timestamptz, created_at timestamp);
CREATE TABLE comments (id bigint PRIMARY KEY, post_id bigint REFERENCES posts, user_id bigint, text text, score numeric);
CREATE VIEW live_posts AS SELECT p.id, p.user_id AS author, p.title FROM posts p WHERE p.deleted_at IS NULL;
CREATE FUNCTION slug(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower($1)';
`

// facts writes what was understood of a statement, a scope a line: its tables,
// predicates, order and bounds.
func facts(q *query.Query) string {
	var lines []string
	number := map[*query.Scope]int{}
	for i, s := range q.Scopes {
		number[s] = i
	}
	for _, s := range q.Scopes {
		var f []string
		kind := map[query.ScopeKind]string{query.TopLevel: "", query.SubLink: "sublink ", query.FromSubquery: "from ", query.CTE: "cte ", query.SetArm: "arm ", query.View: "view "}[s.Kind]
		for _, flag := range []struct {
			on   bool
			name string
		}{{s.Correlated, "correlated "}, {s.Negated, "negated "}, {s.Exists, "exists "}, {s.Lateral, "lateral "}} {
			if flag.on {
				kind += flag.name
			}
		}
		var tables []string
		for _, t := range s.Tables {
			name := t.Name
			if t.Alias != t.Name {
				name += " " + t.Alias
			}
			if t.Outer {
				name += "?"
			}
			tables = append(tables, name)
		}
		f = append(f, kind+"["+strings.Join(tables, ", ")+"]")
		for _, p := range s.Predicates {
			f = append(f, predicate(s, p, number))
		}
		f = append(f, ending(s)...)
		lines = append(lines, strings.Join(f, "; "))
	}
	return strings.Join(lines, "\n")
}

func predicate(s *query.Scope, p *query.Predicate, number map[*query.Scope]int) string {
	subject := p.Column
	if subject == "" {
		subject = "(" + p.Expr + ")"
		if p.Volatile {
			subject += "!"
		}
	}
	if len(p.Row) > 0 {
		subject = "(" + strings.Join(p.Row, ",") + ")"
	}
	if p.Table >= 0 {
		subject = s.Tables[p.Table].Alias + "." + subject
	}
	out := subject + " " + string(p.Op)
	if p.Op == query.Contains || p.Op == query.OtherOp || p.Op == query.Regex {
		out = subject + " " + string(p.Op) + p.Operator
	}
	if p.Pattern != "" {
		out += " " + string(p.Pattern)
		if p.Literal != "" {
			out += ":" + p.Literal
		}
	} else {
		for _, v := range p.Values {
			out += " " + value(v, number)
		}
	}
	if p.Join != nil {
		scope := s
		if p.Join.Scope != nil {
			scope = p.Join.Scope
		}
		if p.Join.Table >= 0 {
			out += " ~" + scope.Tables[p.Join.Table].Alias + "." + p.Join.Column
		}
	}
	if p.Outer {
		out += " outer"
	}
	if p.Or > 0 {
		out += fmt.Sprintf(" or%d.%d", p.Or, p.Arm)
	}
	if p.InJoinOn {
		out += " on"
	}
	return out
}

func value(v query.Value, number map[*query.Scope]int) string {
	array := ""
	if v.Array {
		array = "[]"
	}
	switch v.Kind {
	case query.Param:
		return fmt.Sprintf("$%d%s", v.Param, array)
	case query.Null:
		return "NULL"
	case query.Computed:
		return "<" + v.Text + ">" + array
	case query.SubQuery:
		return fmt.Sprintf("scope%d", number[v.Scope])
	}
	nth := ""
	if v.Nth > 0 {
		nth = fmt.Sprintf("#%d", v.Nth)
	}
	return v.Text + nth + array
}

func ending(s *query.Scope) (f []string) {
	exprs := func(list []query.Expr) string {
		var out []string
		for _, e := range list {
			out = append(out, e.Text)
		}
		return strings.Join(out, ", ")
	}
	if len(s.GroupBy) > 0 {
		f = append(f, "group "+exprs(s.GroupBy))
	}
	if s.Distinct {
		f = append(f, strings.TrimSpace("distinct "+exprs(s.DistinctOn)))
	}
	if len(s.OrderBy) > 0 {
		var by []string
		for _, o := range s.OrderBy {
			text := o.Text
			if o.Desc {
				text += " desc"
			}
			if o.NullsFirst != o.Desc {
				text += map[bool]string{true: " nulls first", false: " nulls last"}[o.NullsFirst]
			}
			by = append(by, text)
		}
		f = append(f, "order "+strings.Join(by, ", "))
	}
	if s.Limit != nil {
		f = append(f, "limit "+value(*s.Limit, nil))
	}
	if s.Offset != nil {
		f = append(f, "offset "+value(*s.Offset, nil))
	}
	if s.CountStar {
		f = append(f, "count(*)")
	}
	return f
}

func resolve(t *testing.T, sql, ddl string) *query.Query {
	t.Helper()
	tree, err := sqltree.Parse(sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	var s *schema.Schema
	if ddl != "" {
		s = schema.New()
		s.AddDDL("shop.sql", ddl)
		if len(s.Problems) > 0 {
			t.Fatalf("the schema: %+v", s.Problems)
		}
	}
	return query.Resolve(tree, 0, s)
}

// statements with their facts: what each scope reads, what restricts it, how it
// is ordered. #n is the n-th literal, ~ a join, ! an expression that no index
// can hold, ? a table on the nullable side.
var statements = []struct{ sql, facts string }{
	{
		`SELECT id FROM posts WHERE user_id = $1`,
		`[posts]; posts.user_id = $1`,
	},
	{
		`SELECT id FROM posts WHERE 5 = user_id AND title = 'a' AND id = -7`,
		`[posts]; posts.user_id = 5#1; posts.title = a#2; posts.id = -7#3`,
	},
	{
		`SELECT id FROM posts p WHERE p.user_id IN (1, 2, 3)`,
		`[posts p]; p.user_id IN 1#1 2#2 3#3`,
	},
	{
		`SELECT id FROM posts WHERE user_id IN ($1)`,
		`[posts]; posts.user_id IN $1`,
	},
	{
		`SELECT id FROM posts WHERE user_id = ANY($1)`,
		`[posts]; posts.user_id IN $1[]`,
	},
	{
		`SELECT id FROM posts WHERE user_id = ANY(ARRAY[1,2])`,
		`[posts]; posts.user_id IN 1#1 2#2`,
	},
	{
		`SELECT id FROM posts WHERE user_id = ANY('{1,2}'::bigint[])`,
		`[posts]; posts.user_id IN {1,2}#1[]`,
	},
	{
		`SELECT id FROM posts WHERE user_id <> ALL($1)`,
		`[posts]; posts.user_id NOT IN $1[]`,
	},
	{
		`SELECT id FROM posts WHERE NOT (user_id = ANY($1))`,
		`[posts]; posts.user_id NOT IN $1[]`,
	},
	{
		`SELECT id FROM posts WHERE $1 = ANY(tags)`,
		`[posts]; posts.($1 = ANY(tags))! ?`,
	},
	{
		`SELECT id FROM posts WHERE tags && ARRAY['a'] AND tags @> $1`,
		`[posts]; posts.tags @>&& <ARRAY['a']>; posts.tags @>@> $1`,
	},
	{
		`SELECT id FROM users WHERE active`,
		`[users]; users.active BOOL true`,
	},
	{
		`SELECT id FROM users WHERE NOT active`,
		`[users]; users.active BOOL false`,
	},
	{
		`SELECT id FROM users WHERE active = true AND active IS TRUE`,
		`[users]; users.active BOOL true; users.active BOOL true`,
	},
	{
		`SELECT id FROM users WHERE active = 'f'::boolean`,
		`[users]; users.active BOOL false`,
	},
	{
		`SELECT id FROM posts WHERE deleted_at IS NULL AND title IS NOT NULL`,
		`[posts]; posts.deleted_at IS NULL; posts.title IS NOT NULL`,
	},
	{
		`SELECT id FROM posts WHERE user_id = NULL`,
		`[posts]; posts.user_id ?= NULL`,
	},
	{
		`SELECT id FROM posts WHERE created_at BETWEEN $1 AND $2`,
		`[posts]; posts.created_at >= $1; posts.created_at <= $2`,
	},
	{
		`SELECT id FROM posts WHERE id NOT BETWEEN 3 AND 5`,
		`[posts]; posts.id < 3#1 or1.0; posts.id > 5#2 or1.1`,
	},
	{
		`SELECT id FROM posts WHERE NOT (user_id = 1 OR title = 'x')`,
		`[posts]; posts.user_id <> 1#1; posts.title <> x#2`,
	},
	{
		`SELECT id FROM posts WHERE user_id = 1 OR title = 'x' AND id > 7`,
		`[posts]; posts.user_id = 1#1 or1.0; posts.title = x#2 or1.1; posts.id > 7#3 or1.1`,
	},
	{
		`SELECT id FROM posts WHERE (user_id = 1 AND title = 'x') OR (user_id = 1 AND id = 7)`,
		`[posts]; posts.user_id = 1#1; posts.title = x#2 or1.0; posts.id = 7#4 or1.1`,
	},
	{
		`SELECT id FROM posts WHERE (user_id, id) = ($1, $2)`,
		`[posts]; posts.user_id = $1; posts.id = $2`,
	},
	{
		`SELECT id FROM posts WHERE (created_at, id) > ($1, $2) ORDER BY created_at, id LIMIT 10`,
		`[posts]; posts.(created_at,id) >= $1 $2; order created_at, id; limit 10#1`,
	},
	{
		`SELECT id FROM posts WHERE ($1, $2) > (created_at, id)`,
		`[posts]; posts.(created_at,id) <= $1 $2`,
	},
	{
		`SELECT id FROM posts WHERE (user_id, id) IN ((1, 2), (3, 4))`,
		`[posts]; posts.user_id = 1#1 or1.0; posts.id = 2#2 or1.0; posts.user_id = 3#3 or1.1; posts.id = 4#4 or1.1`,
	},
	{
		`SELECT id FROM users WHERE lower(email) = 'a'`,
		`[users]; users.(lower(email)) = a#1`,
	},
	{
		`SELECT id FROM users WHERE slug(email) = 'a' AND now() > created_at`,
		`[users]; users.(slug(email)) = a#1; users.created_at < <now()>`,
	},
	{
		`SELECT id FROM users WHERE email LIKE 'john%'`,
		`[users]; users.email LIKE anchored:john`,
	},
	{
		`SELECT id FROM users WHERE email LIKE '%john%' AND name ILIKE '%j_n' AND email LIKE 'john' AND name NOT LIKE 'x%'`,
		`[users]; users.email LIKE infix:john; users.name ILIKE infix:j; users.email LIKE exact:john; users.name NOT LIKE anchored:x`,
	},
	{
		`SELECT id FROM users WHERE email LIKE $1`,
		`[users]; users.email LIKE unknown`,
	},
	{
		`SELECT id FROM users WHERE email LIKE '%' || $1 || '%' AND name LIKE $2 || '%' AND name LIKE concat('%', $3)`,
		`[users]; users.email LIKE infix; users.name LIKE anchored; users.name LIKE suffix`,
	},
	{
		`SELECT id FROM users WHERE email LIKE 'a!%b%' ESCAPE '!'`,
		`[users]; users.email LIKE anchored:a%b`,
	},
	{
		`SELECT id FROM users WHERE email ~ '^john' AND name ~* 'smith' AND email ~ $1 AND name !~ 'x' AND email ~ 'a|b'`,
		`[users]; users.email ~~ anchored:john; users.name ~~* infix:smith; users.email ~~ unknown; users.name ?!~ x#3; users.email ~~ infix`,
	},
	{
		`SELECT id FROM users WHERE email SIMILAR TO 'ab%'`,
		`[users]; users.email ~SIMILAR TO anchored:ab`,
	},
	{
		`SELECT id FROM users WHERE email LIKE ANY (ARRAY['%a%', 'b%'])`,
		`[users]; users.email LIKE infix:a or1.0; users.email LIKE anchored:b or1.1`,
	},
	{
		`SELECT id FROM users WHERE starts_with(email, 'jo') AND email ^@ 'x'`,
		`[users]; users.email LIKE anchored:jo; users.email LIKE anchored:x`,
	},
	{
		`SELECT id FROM users WHERE settings ->> 'k' = 'v' AND settings @> '{"a":1}' AND settings ? 'x'`,
		`[users]; users.(settings ->> 'k') = v#2; users.settings @>@> {"a":1}#3; users.settings @>? x#4`,
	},
	{
		`SELECT id FROM users WHERE created_at::date = '2026-01-01' AND date_trunc('day', created_at) = $1`,
		`[users]; users.(created_at::date)! = 2026-01-01#1; users.(date_trunc('day', created_at))! = $1`,
	},
	{
		`SELECT id FROM posts WHERE created_at::date = '2026-01-01' AND date_trunc('day', created_at) = $1`,
		`[posts]; posts.(created_at::date) = 2026-01-01#1; posts.(date_trunc('day', created_at)) = $1`,
	},
	{
		`SELECT id FROM posts WHERE body @@ to_tsquery('english', 'cat')`,
		`[posts]; posts.body @@ <to_tsquery('english', 'cat')>`,
	},
	{
		`SELECT id FROM users WHERE tenant = 1.5 AND name = 'x'::text AND id = '5'`,
		`[users]; users.(tenant::numeric) = 1.5#1; users.name = x#2; users.id = 5#3`,
	},
	{
		`SELECT id FROM users WHERE tenant + 1 = 5 AND tenant % 2 = 0`,
		`[users]; users.(tenant + 1) = 5#2; users.(tenant % 2) = 0#4`,
	},
	{
		`SELECT id FROM users WHERE random() < tenant AND tenant = floor(random() * 10)`,
		`[users]; users.tenant ?> <random()>; users.tenant ?= <floor(random() * 10)>`,
	},
	{
		`SELECT u.name, p.title FROM users u JOIN posts p ON p.user_id = u.id WHERE u.tenant = 3 ORDER BY p.created_at DESC LIMIT 5`,
		`[users u, posts p]; p.user_id = ~u.id; u.id = ~p.user_id; u.tenant = 3#1; order created_at desc; limit 5#2`,
	},
	{
		`SELECT u.name FROM users u LEFT JOIN posts p ON p.user_id = u.id AND p.title = 'x' WHERE p.deleted_at IS NULL`,
		`[users u, posts p?]; p.user_id = ~u.id on; u.id = ~p.user_id on; p.title = x#1 on; p.deleted_at IS NULL`,
	},
	{
		`SELECT * FROM users u, posts p WHERE u.id = p.user_id`,
		`[users u, posts p]; u.id = ~p.user_id; p.user_id = ~u.id`,
	},
	{
		`SELECT * FROM posts JOIN comments USING (user_id)`,
		`[posts, comments]; posts.user_id = ~comments.user_id; comments.user_id = ~posts.user_id`,
	},
	{
		`SELECT id FROM users u WHERE EXISTS (SELECT 1 FROM posts p WHERE p.user_id = u.id AND p.title = 'x')`,
		`[users u]
sublink correlated exists [posts p]; p.user_id = <id> ~u.id outer; p.title = x#2`,
	},
	{
		`SELECT id FROM users u WHERE NOT EXISTS (SELECT 1 FROM posts p WHERE p.user_id = u.id)`,
		`[users u]
sublink correlated negated exists [posts p]; p.user_id = <id> ~u.id outer`,
	},
	{
		`SELECT id FROM users WHERE id IN (SELECT user_id FROM posts WHERE title = 'x')`,
		`[users]; users.id IN scope1
sublink [posts]; posts.title = x#1`,
	},
	{
		`SELECT id FROM users WHERE id NOT IN (SELECT user_id FROM posts)`,
		`[users]; users.id NOT IN scope1
sublink negated [posts]`,
	},
	{
		`SELECT id, (SELECT count(*) FROM posts p WHERE p.user_id = users.id) FROM users`,
		`[users]
sublink correlated [posts p]; p.user_id = <id> ~users.id outer; count(*)`,
	},
	{
		`SELECT * FROM (SELECT id, user_id FROM posts WHERE title = 'x') q WHERE q.user_id = 5`,
		`[posts]; posts.title = x#1; posts.user_id = 5#2`,
	},
	{
		`SELECT * FROM (SELECT user_id, count(*) AS n FROM posts GROUP BY user_id) q WHERE q.user_id = 5 AND q.n > 3`,
		`[]; user_id = 5#1; n > 3#2
from [posts]; posts.user_id = 5#1; group user_id`,
	},
	{
		`SELECT * FROM (SELECT id, user_id FROM posts ORDER BY id LIMIT 3) q WHERE user_id = 5`,
		`[]; user_id = 5#2
from [posts]; order id; limit 3#1`,
	},
	{
		`SELECT * FROM (SELECT id FROM posts UNION ALL SELECT id FROM comments) q WHERE id = $1`,
		`[]; id = $1
from []
arm [posts]; posts.id = $1
arm [comments]; comments.id = $1`,
	},
	{
		`WITH q AS (SELECT id, user_id FROM posts) SELECT * FROM q WHERE user_id = 1`,
		`[posts]; posts.user_id = 1#1`,
	},
	{
		`WITH q AS MATERIALIZED (SELECT id, user_id FROM posts) SELECT * FROM q WHERE user_id = 1`,
		`[]; user_id = 1#1
cte [posts]`,
	},
	{
		`WITH d AS (DELETE FROM posts WHERE user_id = 1 RETURNING id) SELECT * FROM d`,
		`[]
cte [posts]; posts.user_id = 1#1`,
	},
	{
		`SELECT * FROM live_posts WHERE author = 7`,
		`[posts p]; p.deleted_at IS NULL; p.user_id = 7#1`,
	},
	{
		`SELECT l.* FROM users u CROSS JOIN LATERAL (SELECT id FROM posts p WHERE p.user_id = u.id ORDER BY created_at DESC LIMIT 3) l`,
		`[users u]
from correlated lateral [posts p]; p.user_id = <id> ~u.id outer; order created_at desc; limit 3#1`,
	},
	{
		`SELECT user_id, count(*) FROM posts WHERE title = 'x' GROUP BY 1 HAVING user_id > 5 AND count(*) > 2 ORDER BY 2 DESC`,
		`[posts]; posts.title = x#1; posts.user_id > 5#2; group user_id; order count(*) desc`,
	},
	{
		`SELECT DISTINCT ON (user_id) user_id, id FROM posts ORDER BY user_id, created_at DESC NULLS LAST`,
		`[posts]; distinct user_id; order user_id, created_at desc nulls last`,
	},
	{
		`SELECT id FROM posts WHERE user_id = 1 UNION SELECT id FROM comments WHERE user_id = 2 ORDER BY id LIMIT 1`,
		`[]; order id; limit 1#3
arm [posts]; posts.user_id = 1#1
arm [comments]; comments.user_id = 2#2`,
	},
	{
		`UPDATE posts SET title = 'x' WHERE id = $1 AND user_id = 2`,
		`[posts]; posts.id = $1; posts.user_id = 2#2`,
	},
	{
		`UPDATE posts p SET title = v.t FROM unnest($1::bigint[], $2::text[]) v(id, t) WHERE p.id = v.id`,
		`[posts p]; p.id =; id = ~p.id`,
	},
	{
		`DELETE FROM comments c USING posts p WHERE c.post_id = p.id AND p.user_id = 5`,
		`[comments c, posts p]; c.post_id = ~p.id; p.id = ~c.post_id; p.user_id = 5#1`,
	},
	{
		`INSERT INTO posts (id, title) VALUES (1, 'a'), (2, 'b')`,
		`[posts]`,
	},
	{
		`INSERT INTO posts (id) SELECT id FROM comments WHERE user_id = 3`,
		`[posts]
from [comments]; comments.user_id = 3#1`,
	},
	{
		`SELECT count(*) FROM posts WHERE user_id = $1`,
		`[posts]; posts.user_id = $1; count(*)`,
	},
	{
		`SELECT count(1) FROM (SELECT 1 FROM posts WHERE user_id = $1) t`,
		`[posts]; posts.user_id = $1; count(*)`,
	},
	{
		`SELECT id FROM posts WHERE user_id = $1 FOR UPDATE SKIP LOCKED`,
		`[posts]; posts.user_id = $1`,
	},
	{
		`SELECT 1 AS one FROM comments WHERE comments.post_id = 5 LIMIT 1`,
		`[comments]; comments.post_id = 5#2; limit 1#3`,
	},
	{
		`SELECT x.id FROM unknown_table x WHERE x.a = 1 AND b = 2`,
		`[unknown_table x]; x.a = 1#1; x.b = 2#2`,
	},
	{
		`SELECT id FROM posts WHERE user_id IS NOT DISTINCT FROM $1 AND title IS DISTINCT FROM NULL`,
		`[posts]; posts.user_id ?IS NOT DISTINCT FROM $1; posts.title IS NOT NULL`,
	},
	{
		`SELECT id FROM posts WHERE user_id = $1 AND ($2 IS NULL OR title = $2)`,
		`[posts]; posts.user_id = $1; () ? or1.0; posts.title = $2 or1.1`,
	},
	{
		`SELECT id FROM posts WHERE user_id = (SELECT id FROM users WHERE email = 'x')`,
		`[posts]; posts.user_id = scope1
sublink [users]; users.email = x#1`,
	},
	{
		`SELECT c.* FROM comments c WHERE c.score > 3 AND c.post_id = 4 LIMIT 21`,
		`[comments c]; c.score > 3#1; c.post_id = 4#2; limit 21#3`,
	},
	{
		`SELECT id FROM posts ORDER BY 1 LIMIT $1 OFFSET $2`,
		`[posts]; order id; limit $1; offset $2`,
	},
}

func TestResolve_readsTheFactsOfAStatement(t *testing.T) {
	for _, c := range statements {
		if got := facts(resolve(t, c.sql, shop)); got != c.facts {
			t.Errorf("%s\n got %s\nwant %s", c.sql, got, c.facts)
		}
	}
}

func TestResolve_withoutASchemaGoesByNamesAlone(t *testing.T) {
	for _, c := range []struct{ sql, facts string }{
		{"SELECT id FROM posts WHERE created_at::date = $1 AND lower(title) = $2", "[posts]; posts.(created_at::date)! = $1; posts.(lower(title)) = $2"},
		{"SELECT p.id FROM posts p, users u WHERE title = 'x' AND u.id = p.user_id", "[posts p, users u]; title = x#1; u.id = ~p.user_id; p.user_id = ~u.id"},
	} {
		if got := facts(resolve(t, c.sql, "")); got != c.facts {
			t.Errorf("%s\n got %s\nwant %s", c.sql, got, c.facts)
		}
	}
}

func TestResolve_namesWhatTheSchemaDoesNotKnow(t *testing.T) {
	q := resolve(t, "SELECT p.nothing FROM posts p JOIN nowhere n ON n.id = p.id", shop)
	if got := strings.Join(q.Unresolved, " "); got != "nowhere p.nothing" {
		t.Errorf("unresolved: %s", got)
	}
}

func TestResolve_saysWhatAStatementWrites(t *testing.T) {
	for _, c := range []struct {
		sql     string
		command query.Command
		set     string
		multi   bool
	}{
		{"SELECT 1", query.Select, "", false},
		{"INSERT INTO posts (id, title) VALUES (1, 'a')", query.Insert, "id title", false},
		{"INSERT INTO posts (id, title) VALUES (1, 'a'), (2, 'b')", query.Insert, "id title", true},
		{"UPDATE posts SET title = 'x', deleted_at = now() WHERE id = 1", query.Update, "title deleted_at", false},
		{"DELETE FROM posts WHERE id = 1", query.Delete, "", false},
	} {
		q := resolve(t, c.sql, shop)
		if q.Command != c.command || strings.Join(q.Set, " ") != c.set || q.MultiRow != c.multi {
			t.Errorf("%s: %s, sets %v, several rows %v", c.sql, q.Command, q.Set, q.MultiRow)
		}
	}
}

func TestResolve_saysWhatAnInsertGives(t *testing.T) {
	for sql, want := range map[string]string{
		"INSERT INTO posts (id, title) VALUES ($1, 'a')":             "id $1; title 'a'",
		"INSERT INTO posts (id, title) VALUES ($1::bigint, DEFAULT)": "id $1; title ?",
		"INSERT INTO posts (id, title) VALUES ($1)":                  "id $1", // an error of the server's
		"INSERT INTO posts (id, title) VALUES ($1, $2), ($3, $4)":    "",
		"INSERT INTO posts (id, title) SELECT 1, 'a'":                "",
		"INSERT INTO posts VALUES ($1, 'a')":                         "",
		"UPDATE posts SET title = 'x' WHERE id = 1":                  "",
	} {
		q := resolve(t, sql, shop)
		var got []string
		for i, v := range q.Given {
			text := "?"
			switch v.Kind {
			case query.Param:
				text = fmt.Sprintf("$%d", v.Param)
			case query.Const:
				text = "'" + v.Text + "'"
			}
			got = append(got, q.Set[i]+" "+text)
		}
		if s := strings.Join(got, "; "); s != want {
			t.Errorf("%s: gives %s, want %s", sql, s, want)
		}
	}
}

func TestResolve_listsTheColumnsThatAScopeNeeds(t *testing.T) {
	for _, c := range []struct{ sql, needed string }{
		{"SELECT id FROM posts WHERE user_id = 1 ORDER BY created_at", "id user_id created_at"},
		{"SELECT * FROM posts WHERE user_id = 1", "*"},
		{"SELECT count(*) FROM posts WHERE user_id = 1", "user_id"},
		{"SELECT p FROM posts p", "*"},
		{"SELECT 1 FROM posts", ""},
	} {
		q := resolve(t, c.sql, shop)
		got := q.Scopes[0].Tables[0].Needed
		sort.Strings(got)
		want := strings.Fields(c.needed)
		sort.Strings(want)
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s needs %v, want %v", c.sql, got, want)
		}
	}
}
