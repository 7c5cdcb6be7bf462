package sqltree

import (
	"testing"
)

func TestLex_readsCommandsAndTransactions(t *testing.T) {
	for _, c := range []struct {
		sql     string
		command Command
		tx      TxMark
		traits  Traits
	}{
		{"", Empty, TxNone, 0},
		{" ; ", Empty, TxNone, 0},
		{"-- ping", Empty, TxNone, 0},
		{"SELECT a FROM t", Select, TxNone, 0},
		{"(SELECT a FROM t) UNION SELECT b FROM u", Select, TxNone, 0},
		{"WITH x AS (SELECT 1 FROM t) UPDATE t SET a = 1", Update, TxNone, 0},
		{"WITH x AS (UPDATE t SET a = 1 RETURNING a) SELECT a FROM x", Select, TxNone, Returning},
		{"INSERT INTO t (a) SELECT a FROM u", Insert, TxNone, 0},
		{"DELETE FROM t WHERE id = 1 RETURNING id", Delete, TxNone, Returning},
		{"UPDATE t SET a = 1 WHERE id = 1;UPDATE t SET a = 1 WHERE id = 2", Update, TxNone, Batched},
		{"UPDATE t SET a = 1; SELECT a FROM t", Update, TxNone, 0},
		{"SELECT a FROM t; SELECT b FROM u", Select, TxNone, 0},
		{"BEGIN", Transaction, TxBegin, Noise},
		{"start transaction isolation level serializable", Transaction, TxBegin, Noise},
		{"COMMIT;", Transaction, TxCommit, Noise},
		{"ROLLBACK", Transaction, TxRollback, Noise},
		{"ROLLBACK TO SAVEPOINT a", Transaction, TxNone, Noise},
		{"SAVEPOINT a", Transaction, TxNone, Noise},
		{"DISCARD ALL", Set, TxReset, Noise},
		{"RESET ALL", Set, TxReset, Noise},
		{"SET search_path = a", Set, TxNone, Noise},
		{"DEALLOCATE x", Other, TxNone, Noise},
		{"SELECT 1", Select, TxNone, Noise},
		{"select 1;", Select, TxNone, Noise},
		{"SELECT version()", Select, TxNone, Noise},
		{"SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace", Select, TxNone, Noise},
		{"SELECT relname FROM pg_catalog.pg_class", Select, TxNone, Noise},
		{"SELECT column_name FROM information_schema.columns", Select, TxNone, Noise},
		{"SELECT 1 AS one FROM comments WHERE post_id = 3 LIMIT 1", Select, TxNone, HasLimit},
		{"SELECT a FROM users u JOIN pg_class c ON c.oid = u.x", Select, TxNone, 0},
		{"SELECT nextval('s')", Select, TxNone, 0},
		{"SELECT a FROM t FOR UPDATE SKIP LOCKED", Select, TxNone, ForUpdate | SkipLocked},
		{"SELECT a FROM t FOR NO KEY UPDATE", Select, TxNone, ForUpdate},
		{"SELECT a FROM t WHERE b = ANY($1)", Select, TxNone, Batched},
		{"SELECT a FROM t WHERE b IN (1, 2)", Select, TxNone, Batched},
		{"SELECT a FROM t WHERE b IN (1)", Select, TxNone, 0},
		{"SELECT a FROM t WHERE b IN (SELECT 1, 2 FROM u)", Select, TxNone, 0},
		{"INSERT INTO t VALUES (1), (2)", Insert, TxNone, MultiRow},
		{"INSERT INTO t VALUES (f(1, 2), (3))", Insert, TxNone, 0},
		{"SELECT a FROM t LIMIT 5 OFFSET 10", Select, TxNone, HasLimit | HasOffset},
		{"SELECT a FROM t FETCH FIRST 5 ROWS ONLY", Select, TxNone, HasLimit},
		{"SELECT 'abc", Select, TxNone, Truncated},
		{"SELECT a FROM t WHERE b IN (1, 2, ", Select, TxNone, Batched},
		{"CREATE TABLE t (a int)", DDL, TxNone, 0},
		{"EXPLAIN SELECT a FROM t", Other, TxNone, 0},
		{"CALL f((SELECT 1))", Other, TxNone, 0},
	} {
		l := lexed(c.sql)
		if l.Command != c.command || l.Tx != c.tx || l.Traits != c.traits {
			t.Errorf("Lex(%q) = command %d, tx %d, traits %b; want %d, %d, %b", c.sql, l.Command, l.Tx, l.Traits, c.command, c.tx, c.traits)
		}
	}
}

func TestLex_countsLiteralsAndPlaceholders(t *testing.T) {
	for _, c := range []struct {
		sql              string
		literals, params int
		limit, offset    int64
	}{
		{"SELECT a FROM t WHERE b = 1 AND c = 'x'", 2, 0, -1, -1},
		{"SELECT a FROM t WHERE b = $1 AND c = ?", 0, 2, -1, -1},
		{"SELECT a FROM t WHERE b = :id AND c = :name", 0, 2, -1, -1},
		{"SELECT a FROM t WHERE b = %s AND c = %(name)s", 0, 2, -1, -1},
		{"SELECT a::text FROM t WHERE b=?", 0, 1, -1, -1},
		{"SELECT a FROM t WHERE b ? 'k'", 1, 0, -1, -1},
		{"SELECT a FROM t WHERE b @> '{}'::jsonb", 1, 0, -1, -1},
		{"SELECT a FROM t WHERE c % 2 = 0", 2, 0, -1, -1},
		{"SELECT a FROM t ORDER BY b LIMIT 10 OFFSET 20", 2, 0, 10, 20},
		{"SELECT a FROM (SELECT b FROM u LIMIT 5) x", 1, 0, -1, -1},
		{"SELECT a FROM t WHERE b IN (1, 2, 3)", 3, 0, -1, -1},
		{"SELECT $$it's$$, $x$ $$ $x$", 2, 0, -1, -1},
	} {
		l := lexed(c.sql)
		if l.NLiteral != c.literals || l.NParam != c.params || l.Limit != c.limit || l.Offset != c.offset {
			t.Errorf("Lex(%q) = %d literals, %d params, limit %d, offset %d; want %d, %d, %d, %d",
				c.sql, l.NLiteral, l.NParam, l.Limit, l.Offset, c.literals, c.params, c.limit, c.offset)
		}
	}
}

func TestLex_hashesALiteralAsALogWouldItsParameter(t *testing.T) {
	for _, sql := range []string{"SELECT a FROM t WHERE b = 42", "SELECT a FROM t WHERE b = '42'", "SELECT a FROM t WHERE b IN (42)"} {
		if got, want := lexed(sql).Literals[0], HashLiteral([]byte("42")); got != want {
			t.Errorf("Lex(%q) hashes %x, want %x", sql, got, want)
		}
	}
}

func TestLex_findsTheComment(t *testing.T) {
	sql := "SELECT 1 /* plain */ FROM t /*route='/a'*/"
	l := lexed(sql)
	if got := sql[l.CommentStart:l.CommentEnd]; got != "/*route='/a'*/" {
		t.Errorf("comment %q", got)
	}
}

func FuzzLex(f *testing.F) {
	for _, p := range append(append([][2]string{}, apart...), together...) {
		f.Add(p[0])
	}
	f.Add("SELECT $a$ x $b$, U&'\\0041', E'\\'', /* /* */ , \"a")
	f.Add("VALUES ((((,),IN(::IN(1,?:x%s%(a)s@b")
	f.Fuzz(func(t *testing.T, sql string) {
		a := lexed(sql)
		if b := lexed(sql); a != b {
			t.Fatalf("two readings of %q", sql)
		}
		if len(Mask(sql)) > 2*len(sql)+8 {
			t.Fatalf("Mask grows %q", sql)
		}
		Placeholders(sql)
	})
}

func BenchmarkLex(b *testing.B) {
	sql := []byte("SELECT u.id, u.name, u.email FROM users u JOIN orders o ON o.user_id = u.id WHERE o.status = 'open' AND o.total > 100 ORDER BY o.created_at DESC LIMIT 20")
	b.SetBytes(int64(len(sql)))
	var l Lexed
	for b.Loop() {
		Lex(sql, &l)
	}
}

func TestLiteralOffsets_areThoseOfTheLiteralsThatLexCounts(t *testing.T) {
	for _, sql := range []string{
		"SELECT a FROM t WHERE b = 5 AND c = 'x' AND d IN (1, 2) ORDER BY 1 LIMIT 10",
		"SELECT a FROM t WHERE b IN (1, f(2)) AND c = -7",
		"INSERT INTO t VALUES (1, 'a'), (2, 'b')",
		"SELECT j -> 'k' FROM t WHERE date_trunc('day', x) = '2026-01-01'",
		"SELECT 1",
		"SELECT ARRAY[1, b, 3]",
	} {
		offsets := LiteralOffsets(sql)
		if n := lexed(sql).NLiteral; n != len(offsets) {
			t.Errorf("%s: %d offsets of %d literals", sql, len(offsets), n)
		}
		for _, at := range offsets {
			if c := sql[at]; c != '\'' && (c < '0' || c > '9') {
				t.Errorf("%s: no literal at %d", sql, at)
			}
		}
	}
}
