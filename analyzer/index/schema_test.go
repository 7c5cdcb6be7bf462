package index_test

import (
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/index"
	"github.com/apilint/apilint/analyzer/workload"
)

const shop = `
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL UNIQUE, name varchar(80), city text COLLATE "C", active boolean NOT NULL, deleted_at timestamptz, tags text[], doc jsonb, body tsvector);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, status text NOT NULL, total numeric, created_at timestamptz NOT NULL, shipped_at timestamptz);
CREATE INDEX orders_user_id_idx ON orders (user_id);
CREATE INDEX orders_status_created_at_idx ON orders (status, created_at);
CREATE TABLE items (order_id bigint NOT NULL REFERENCES orders, line int NOT NULL, product_id bigint NOT NULL, note text, PRIMARY KEY (order_id, line));
CREATE TABLE events (id bigint PRIMARY KEY, kind text, at timestamptz, payload json);
CREATE INDEX events_kind_part ON events (kind) WHERE at IS NOT NULL;
CREATE INDEX events_at_desc ON events (at DESC NULLS LAST);
CREATE TABLE docs (id bigint PRIMARY KEY, title text, slug text);
CREATE INDEX docs_title_trgm ON docs USING gin (title gin_trgm_ops);
CREATE INDEX docs_slug_pattern ON docs (slug text_pattern_ops);
CREATE UNIQUE INDEX docs_lower ON docs (lower(title));
CREATE VIEW open_orders AS SELECT id, user_id, total FROM orders WHERE status = 'open';
CREATE TABLE remote_note (id int);
`

func TestSelect_knowsTheIndexesThatExist(t *testing.T) {
	for _, c := range []struct{ sql, want string }{
		{"SELECT * FROM users WHERE id = $1", "served users_pkey"},
		{"SELECT * FROM users WHERE email = $1", "served users_email_key"},
		{"SELECT * FROM users WHERE email = $1 AND active AND deleted_at IS NULL", "served users_email_key"},
		{"SELECT * FROM orders WHERE user_id = $1", "served orders_user_id_idx"},
		{"SELECT * FROM orders WHERE user_id = $1 AND total > 5", "served orders_user_id_idx"},
		{"SELECT * FROM orders WHERE status = $1", "served orders_status_created_at_idx"},
		{"SELECT * FROM orders WHERE status = $1 ORDER BY created_at", "served orders_status_created_at_idx"},
		{"SELECT * FROM orders WHERE status = $1 ORDER BY created_at DESC", "served orders_status_created_at_idx"},
		{"SELECT * FROM orders WHERE status = $1 AND created_at > now() - interval '1 day'", "served orders_status_created_at_idx"},
		{"SELECT * FROM items WHERE order_id = $1", "served items_pkey"},
		{"SELECT * FROM items WHERE order_id = $1 ORDER BY line", "served items_pkey"},
		{"SELECT * FROM docs WHERE title ILIKE '%alpha%'", "served docs_title_trgm"},
		{"SELECT * FROM docs WHERE slug LIKE 'alpha%'", "served docs_slug_pattern"},
		{"SELECT * FROM docs WHERE slug = $1", "served docs_slug_pattern"},
		{"SELECT * FROM docs WHERE lower(title) = $1", "served docs_lower"},
		{"SELECT * FROM events ORDER BY at DESC NULLS LAST LIMIT 10", "served events_at_desc"},
		{"SELECT * FROM events ORDER BY at NULLS FIRST LIMIT 10", "served events_at_desc"},
		{"SELECT * FROM events WHERE kind = $1 AND at IS NOT NULL", "served events_kind_part"},
		{"SELECT * FROM events WHERE kind = $1 AND at > $2", "served events_kind_part"},
		{"SELECT * FROM users u JOIN orders o ON o.user_id = u.id WHERE u.email = $1", "served users_email_key orders_user_id_idx"},
		{"DELETE FROM orders WHERE id = $1", "served orders_pkey items_pkey"},
		{"SELECT * FROM open_orders WHERE user_id = $1", "served orders_user_id_idx"},
		{"SELECT * FROM orders WHERE status IN ('a', 'b') AND shipped_at < $1", "served orders_status_created_at_idx"},

		{"SELECT * FROM events ORDER BY at DESC LIMIT 10", "events(at)"},
		{"SELECT * FROM events WHERE kind = $1", "events(kind)"},
		{"SELECT * FROM items WHERE line = $1", "items(line)"},
		{"SELECT * FROM items WHERE product_id = $1", "items(product_id)"},
		{"SELECT * FROM orders WHERE created_at > $1", "orders(created_at)"},
		{"SELECT * FROM orders WHERE user_id = $1 ORDER BY created_at LIMIT 5", "orders(user_id, created_at)"},
		{"SELECT * FROM orders WHERE total IN (1, 2) AND shipped_at < $1", "orders(total, shipped_at)"},
		{"SELECT * FROM users WHERE city LIKE 'Ber%'", "users(city)"},
		{"SELECT * FROM users WHERE name LIKE 'Ber%'", "users(name text_pattern_ops)"},
		{"SELECT * FROM users WHERE name LIKE 'Ber%' AND email = $1", "served users_email_key"},
		{"SELECT * FROM users WHERE tags @> ARRAY['x']", "gin users(tags)"},
		{"SELECT * FROM users WHERE doc @> '{\"a\": 1}'", "gin users(doc jsonb_path_ops)"},
		{"SELECT * FROM users WHERE body @@ to_tsquery('x')", "gin users(body)"},
		{"SELECT * FROM users WHERE doc ->> 'k' = $1", "users((doc ->> 'k'))"},

		{"SELECT * FROM orders WHERE created_at >= $1 AND created_at < $2 ORDER BY id LIMIT 1000", "orders(created_at)"},
		{"WITH RECURSIVE t AS (SELECT id, kind FROM events WHERE id = $1 UNION ALL SELECT e.id, e.kind FROM events e JOIN t ON e.kind = t.kind) SELECT * FROM t", "events(kind)"},
		{"SELECT * FROM docs, LATERAL (SELECT * FROM items WHERE product_id = docs.id LIMIT 3) i WHERE docs.id = $1", "items(product_id)"},

		{"SELECT * FROM users WHERE name @@ to_tsquery('x')", "no-index-helps"},
		{"SELECT * FROM orders ORDER BY random() LIMIT 1", "no-index-helps"},
		{"SELECT * FROM users WHERE active", "no-index-helps"},
		{"SELECT * FROM orders WHERE created_at::date = $1", "no-index-helps"},
		{"SELECT * FROM orders WHERE total + 1 <> $1", "no-index-helps"},
		{"SELECT * FROM orders", "no-index-helps"},
		{"SELECT status, count(*) FROM orders GROUP BY status", "no-index-helps"},
		{"SELECT * FROM users u JOIN orders o ON o.user_id = u.id", "no-index-helps"},
		{"SELECT * FROM nowhere WHERE a = $1", "not-analysed"},
		{"CREATE INDEX ON orders (total)", "not-analysed"},
		{"INSERT INTO orders VALUES ($1) ON CONFLICT DO NOTHING", "no-index-helps"},
	} {
		sch := schemaOf(shop)
		got := choose(t, sch, index.Options{}, workloadOf(t, sch, c.sql))
		if outcome(got) != c.want {
			t.Errorf("%s\n got %s (%s)\nwant %s", c.sql, outcome(got), got.Verdicts["1"].Reason, c.want)
		}
	}
}

// EXPLAIN does not show what the triggers of foreign keys read.
func TestSelect_readsTheForeignKeysThatPointAtADeletedRow(t *testing.T) {
	for _, c := range []struct{ ddl, sql, want string }{
		{"CREATE TABLE c (p_id int REFERENCES p)", "DELETE FROM p WHERE id = $1", "c(p_id)"},
		{"CREATE TABLE c (p_id int REFERENCES p ON DELETE CASCADE)", "DELETE FROM p WHERE id = $1", "c(p_id)"},
		{"CREATE TABLE c (p_id int REFERENCES p, PRIMARY KEY (p_id))", "DELETE FROM p WHERE id = $1", "served p_pkey c_pkey"},
		{"CREATE TABLE c (x int, p_id int REFERENCES p, PRIMARY KEY (x, p_id))", "DELETE FROM p WHERE id = $1", "c(p_id)"},
		{"CREATE TABLE c (p_id int REFERENCES p) PARTITION BY HASH (p_id); CREATE TABLE c0 PARTITION OF c FOR VALUES WITH (MODULUS 1, REMAINDER 0)", "DELETE FROM p WHERE id = $1", "c(p_id)"},
		{"CREATE TABLE c (p_id int)", "DELETE FROM p WHERE id = $1", "served p_pkey"},
		{"CREATE TABLE c (p_id int REFERENCES p)", "UPDATE p SET a = 1 WHERE id = $1", "served p_pkey"},
	} {
		sch := schemaOf("CREATE TABLE p (id int PRIMARY KEY, a int);" + c.ddl)
		got := choose(t, sch, index.Options{}, workloadOf(t, sch, c.sql))
		if outcome(got) != c.want {
			t.Errorf("%s; %s\n got %s\nwant %s", c.ddl, c.sql, outcome(got), c.want)
		}
		for _, a := range got.Advices {
			if want := "each row deleted from p reads all of c for the foreign key on p_id, which no index begins with"; a.Reason != want {
				t.Error(a.Reason)
			}
		}
	}
}

// An INVALID index serves nothing.
func TestSelect_doesNotCountOnAnInvalidIndex(t *testing.T) {
	sch := schemaOf(shop)
	for _, d := range sch.Table("", "orders").Indexes {
		d.Invalid = d.Name == "orders_user_id_idx"
	}
	got := choose(t, sch, index.Options{}, workloadOf(t, sch, "SELECT * FROM orders WHERE user_id = $1"))
	if outcome(got) != "orders(user_id)" {
		t.Error(outcome(got))
	}
	if name := got.Advices[0].Def.Name; name == "orders_user_id_idx" {
		t.Error("the name of the invalid index is taken")
	}
}

func TestSelect_judgesPatternsByTheLoggedValues(t *testing.T) {
	for _, c := range []struct {
		values []string
		want   string
	}{
		{[]string{"john%", "mary%"}, "users(name text_pattern_ops)"},
		{[]string{"%john%"}, "gin users(name gin_trgm_ops)"},
		{[]string{"john%", "%mary%"}, "gin users(name gin_trgm_ops)"},
		{[]string{"%jo%"}, "no-index-helps"},
		{nil, "not-analysed"},
	} {
		sch := schemaOf(shop)
		stmts := workloadOf(t, sch, "SELECT * FROM users WHERE name LIKE $1")
		for _, v := range c.values {
			stmts[0].Samples = append(stmts[0].Samples, workload.Sample{Params: []string{v}})
		}
		if got := choose(t, sch, index.Options{}, stmts); outcome(got) != c.want {
			t.Errorf("%q: got %s, want %s", c.values, outcome(got), c.want)
		}
	}
}

// One index for several statements is recommended once, and one that a wider
// one serves too is not recommended at all.
func TestSelect_sharesIndexesBetweenStatements(t *testing.T) {
	for _, c := range []struct {
		sql  []string
		want string
	}{
		{[]string{"SELECT * FROM t WHERE a = ?", "SELECT b FROM t WHERE a = ?"}, "t(a) serves 1 2"},
		{[]string{"SELECT * FROM t WHERE a = ?", "SELECT b FROM t WHERE a = ? ORDER BY c LIMIT 5"}, "t(a, c) serves 1 2"},
		{[]string{"SELECT * FROM t WHERE a = ? AND b = ?", "SELECT * FROM t WHERE b = ?"}, "t(b, a) serves 1 2"},
		{[]string{"SELECT * FROM t WHERE a = ? AND c > ?", "SELECT * FROM t WHERE a = ?", "DELETE FROM t WHERE a = ?"}, "t(a, c) serves 1 2 3"},
		{[]string{"SELECT * FROM t WHERE a = ?", "SELECT * FROM u WHERE a = ?"}, "t(a) serves 1; u(a) serves 2"},
		{[]string{"SELECT * FROM t WHERE a = ? ORDER BY b LIMIT 1", "SELECT * FROM t WHERE a = ? ORDER BY b DESC LIMIT 1"}, "t(a, b) serves 1 2"},
		{[]string{"SELECT * FROM t WHERE a LIKE 'x%'", "SELECT * FROM t WHERE a = ?"}, "t(a text_pattern_ops) serves 1 2"},
		{[]string{"SELECT * FROM t WHERE a = ? ORDER BY b, c DESC LIMIT 1", "SELECT * FROM t WHERE a = ? ORDER BY b, c LIMIT 1"}, "t(a, b, c DESC) serves 1; t(a, b, c) serves 2"},
	} {
		got := choose(t, nil, index.Options{}, workloadOf(t, nil, c.sql...))
		var out []string
		for _, a := range got.Advices {
			text := a.Def.Table.Name + "(" + strings.Join(index.Columns(a.Def), ", ") + ") serves"
			for _, s := range a.Serves {
				text += " " + s.ID
			}
			out = append(out, text)
		}
		if text := strings.Join(out, "; "); text != c.want {
			t.Errorf("%s\n got %s\nwant %s", strings.Join(c.sql, "\n"), text, c.want)
		}
	}
}

func TestSelect_putsWhatSavesMostFirst(t *testing.T) {
	stmts := workloadOf(t, nil, "SELECT * FROM t WHERE a = ?", "SELECT * FROM u WHERE b = ?", "SELECT * FROM v WHERE c = ?")
	stmts[0].ExecMS, stmts[1].ExecMS, stmts[2].Calls = 10, 500, 1e6
	got := choose(t, nil, index.Options{}, stmts)
	if got.Advices[0].Def.Table.Name != "u" || got.Advices[1].Def.Table.Name != "t" || got.Advices[2].Def.Table.Name != "v" {
		t.Errorf("%v", got.Advices)
	}
	got = choose(t, nil, index.Options{MaxIndexes: 1}, stmts)
	if len(got.Advices) != 1 || got.Advices[0].Def.Table.Name != "u" || got.Verdicts["1"].Kind != index.NoIndexHelps {
		t.Errorf("with one index allowed: %v %v", got.Advices, got.Verdicts)
	}
}
