package sqltree

import "testing"

func lexed(sql string) Lexed {
	var l Lexed
	Lex([]byte(sql), &l)
	return l
}

func groupKey(t *testing.T, sql string) GroupKey {
	t.Helper()
	tree, err := Parse(sql)
	if err != nil {
		t.Fatalf("Parse(%q): %v", sql, err)
	}
	k, err := Key(tree, 0)
	if err != nil {
		t.Fatalf("Key(%q): %v", sql, err)
	}
	return k
}

// The pairs that pg_query's fingerprint lumps together and a group must not.
var apart = [][2]string{
	{"SELECT a FROM t WHERE id = $1", "SELECT a FROM t WHERE id IN (1,2,3)"},
	{"SELECT a FROM t WHERE id = $1", "SELECT a FROM t WHERE id = ANY($1)"},
	{"SELECT a FROM t WHERE id = $1", "SELECT a FROM t WHERE id IN ($1)"},
	{"SELECT a FROM t WHERE id IN ($1)", "SELECT a FROM t WHERE id IN ($1,$2)"},
	{"SELECT a FROM t WHERE id IN ($1, $2)", "SELECT a FROM t WHERE id = ANY($1)"},
	{"INSERT INTO t VALUES (1,2)", "INSERT INTO t VALUES (1,2),(3,4)"},
	{"SELECT a FROM t WHERE e LIKE 'john%'", "SELECT a FROM t WHERE e LIKE '%john%'"},
	{"SELECT a FROM t WHERE e LIKE 'john%'", "SELECT a FROM t WHERE e LIKE '%john'"},
	{"SELECT a FROM t WHERE e LIKE '%john%'", "SELECT a FROM t WHERE e LIKE '%john'"},
	{"SELECT a FROM t WHERE e LIKE 'john'", "SELECT a FROM t WHERE e LIKE 'john%'"},
	{"SELECT a FROM t WHERE e LIKE 'john%'", "SELECT a FROM t WHERE e LIKE $1"},
	{"SELECT a FROM t LIMIT 10", "SELECT a FROM t LIMIT 10 OFFSET 100"},
	{"SELECT a->>'k' FROM t", "SELECT a->>'z' FROM t"},
	{"SELECT date_trunc('day', a) FROM t", "SELECT date_trunc('month', a) FROM t"},
	{"SELECT nextval('a')", "SELECT nextval('b')"},
	{"SELECT a FROM t WHERE active = true", "SELECT a FROM t WHERE active = false"},
	{"SELECT a FROM t WHERE b = NULL", "SELECT a FROM t WHERE b = 1"},
	{"SELECT a, b FROM t ORDER BY 1", "SELECT a, b FROM t ORDER BY 2"},
}

// Pairs that are one group, however they were written.
var together = [][2]string{
	{"SELECT a FROM t WHERE id = 1", "SELECT a FROM t WHERE id = $1"},
	{"SELECT a FROM t WHERE id = 1", "SELECT a FROM t WHERE id = -5"},
	{"SELECT a FROM t WHERE id = 1", "select  a\n from t where id=2;"},
	{"SELECT a FROM t WHERE id = 1", "SELECT a /* x */ FROM t WHERE id = 1 -- y"},
	{"SELECT a FROM t WHERE id = 1", `SELECT a FROM t WHERE id = '1'`},
	{"SELECT a FROM t WHERE id = 1", `SELECT "a" FROM "t" WHERE "id" = 1`},
	{"SELECT a FROM t WHERE id = $1", "SELECT a FROM t WHERE id = $2"},
	{"SELECT a FROM t WHERE id IN (1,2)", "SELECT a FROM t WHERE id IN (1, 2, 3, 4)"},
	{"SELECT a FROM t WHERE id IN ($1,$2)", "SELECT a FROM t WHERE id IN (1,2,3)"},
	{"SELECT a FROM t WHERE id IN ($1 /*, ... */)", "SELECT a FROM t WHERE id IN ($1, $2)"},
	{"INSERT INTO t VALUES (1,2),(3,4)", "INSERT INTO t VALUES (1,2),(3,4),(5,6)"},
	{"INSERT INTO t (a, b) VALUES (1, 'x')", "INSERT INTO t (a, b) VALUES ($1, $2)"},
	{"SELECT a FROM t WHERE e LIKE 'john%'", "SELECT a FROM t WHERE e LIKE 'mary%'"},
	{"SELECT a FROM t WHERE lower(e) = lower('John')", "SELECT a FROM t WHERE lower(e) = lower('Mary')"},
	{"SELECT a FROM t LIMIT 10", "SELECT a FROM t LIMIT 20"},
	{"SELECT a FROM t WHERE b = 'it''s'", "SELECT a FROM t WHERE b = 'x'"},
	{"SELECT a FROM t WHERE b = E'it\\'s'", "SELECT a FROM t WHERE b = $1"},
	{"SELECT to_tsvector('english', a) FROM t WHERE b @@ to_tsquery('cat')", "SELECT to_tsvector('english', a) FROM t WHERE b @@ to_tsquery('dog')"},
}

func TestKey_keepsApartWhatTheFingerprintLumpsTogether(t *testing.T) {
	for _, p := range apart {
		if groupKey(t, p[0]) == groupKey(t, p[1]) {
			t.Errorf("one group for\n  %s\n  %s", p[0], p[1])
		}
		if lexed(p[0]).Key == lexed(p[1]).Key {
			t.Errorf("one lexical key for\n  %s\n  %s", p[0], p[1])
		}
	}
}

func TestKey_isOneForEveryWayToWriteAStatement(t *testing.T) {
	for _, p := range together {
		if groupKey(t, p[0]) != groupKey(t, p[1]) {
			t.Errorf("two groups for\n  %s\n  %s", p[0], p[1])
		}
		if lexed(p[0]).Key != lexed(p[1]).Key {
			t.Errorf("two lexical keys for\n  %s\n  %s", p[0], p[1])
		}
	}
}

func TestKeys_theLooseOneIsWhatPgStatStatementsPrints(t *testing.T) {
	for _, p := range [][2]string{
		{"SELECT a FROM t WHERE e LIKE 'john%' AND b = true LIMIT 10", "SELECT a FROM t WHERE e LIKE $1 AND b = $2 LIMIT $3"},
		{"SELECT a FROM t WHERE id IN (1,2)", "SELECT a FROM t WHERE id IN ($1,$2)"},
		{"SELECT a->>'k', date_trunc('day', b) FROM t", "SELECT a->>$1, date_trunc($2, b) FROM t"},
	} {
		var loose [2]GroupKey
		for i, sql := range p {
			tree, err := Parse(sql)
			if err != nil {
				t.Fatal(err)
			}
			if _, loose[i], err = Keys(tree, 0); err != nil {
				t.Fatal(err)
			}
		}
		if loose[0] != loose[1] {
			t.Errorf("two loose keys for\n  %s\n  %s", p[0], p[1])
		}
	}
}

func TestGroupKey_IDIsStable(t *testing.T) {
	if got := (GroupKey{1, 2}).ID(); len(got) != 16 || got != (GroupKey{1, 2}).ID() || got == (GroupKey{2, 1}).ID() {
		t.Errorf("ID = %q", got)
	}
}
