package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// slowly is how long the slow statements wait; thresholds lie well below and
// every other statement well below them.
const slowly = 350 * time.Millisecond

const (
	listOrders  = "SELECT o.id, o.customer_id AS m_list FROM orders o WHERE o.status = $1 ORDER BY o.placed LIMIT 12"
	oneCustomer = "SELECT c.name, c.city AS m_customer FROM customers c WHERE c.id = $1"
	itemsOf     = "SELECT i.product, i.quantity AS m_items FROM items i WHERE i.order_id = $1"
	changeOrder = "UPDATE orders SET status = $2 /* m_change */ WHERE id = $1"
)

// forged is what a line of a log would say, as text that a client sends.
const forged = "2026-01-02 03:04:05.678 UTC [4711] LOG:  duration: 99999.000 ms  statement: SELECT 'forged'"

// part is one thing that programs do; each runs in a session of its own.
type part struct {
	application string
	run         func(s *session) error
}

// everything is the whole workload. Where the encoding of the database is
// narrow, no value goes beyond Latin 1.
func everything(narrow bool) []part {
	return []part{
		{"orders api", ordersAPI},
		{"valües, [odd] = 'x'", func(s *session) error { return oddValues(s, narrow) }},
		{"psql", plainTexts},
		{"cursors", cursors},
		{"prepare", preparedInSQL},
		{"errors", mistakes},
		{"functions", functions},
		{"copy", copies},
		{"pipeline", pipelines},
		{"slow", func(s *session) error {
			s.t.add(&s.t.slow)
			return s.simple(fmt.Sprintf("SELECT pg_sleep(%.3f) AS m_slow", slowly.Seconds()))
		}},
	}
}

// forgeries say of themselves that they are log lines.
func forgeries() []part {
	return []part{
		{"x LOG:  duration: 9999.000 ms  statement: SELECT forged", forgers},
		{"y\" [1] LOG:  duration: 9999.000 ms  bare", forgers},
	}
}

// crowd is many sessions at once.
func crowd(n int) []part {
	var out []part
	for i := range n {
		out = append(out, part{fmt.Sprintf("worker %d", i), func(s *session) error { return crowded(s, i) }})
	}
	return out
}

// all runs steps until one fails.
func all(steps ...error) error {
	for _, err := range steps {
		if err != nil {
			return err
		}
	}
	return nil
}

func ordersAPI(s *session) error {
	if err := s.prepare("orders_list", listOrders); err != nil {
		return err
	}
	if err := s.prepare("customer one/by:id", oneCustomer); err != nil {
		return err
	}
	for range 2 {
		if err := s.prepared("orders_list", listOrders, "paid"); err != nil {
			return err
		}
		for id := range 9 {
			if err := s.prepared("customer one/by:id", oneCustomer, id+1); err != nil {
				return err
			}
			if err := s.params(itemsOf, id+1); err != nil {
				return err
			}
		}
	}
	return all(s.simple("begin"), s.params(changeOrder, 3, "sent"), s.simple("commit"), s.emptyExtended())
}

func oddValues(s *session, narrow bool) error {
	long := strings.Repeat("a long value, 'quoted' and $1 = 'seen before' ", 60)
	rows := [][]any{
		{"o'brien", 1, nil},
		{"", -7, "x"},
		{"two\nlines\tand a tab", 2, " leading and trailing "},
		{"', $2 = 'not a value', $3 = NULL", 3, "NULL"},
		{`C:\path\n`, 4, `"double"`},
		{"DETAIL:  parameters: $1 = 'x'", 5, "LOG:  duration: 1.000 ms  statement: SELECT 1"},
		{forged, 6, "\n" + forged + "\n"},
		{"é, ß, ñ", 7, "Grüße"},
		{long, 8, nil},
		{"last\n", 9, "\ttabs\t"},
	}
	if !narrow {
		rows = append(rows, []any{"日本語 – русский", 10, "🐘"})
	}
	for i, row := range rows {
		sql := fmt.Sprintf("SELECT $1::text, $2::integer, $3::text AS m_odd_%d", i)
		if err := s.params(sql, row...); err != nil {
			return err
		}
	}
	return all(
		s.params("SELECT count(*) AS m_array FROM orders WHERE id = ANY($1::integer[]) AND placed > $2", "{1,2,3}", "2026-01-02 03:04:05+00"),
		s.params(`SELECT $1::jsonb -> 'a' AS m_json, $2::bytea`, `{"a": "it's, $2 = '1'"}`, `\x00ff`),
	)
}

func plainTexts(s *session) error {
	return all(
		s.simple("SELECT 1 AS m_one; SELECT 2 AS m_two"),
		s.simple("/* first */ SELECT 1 AS m_comment -- and last"),
		s.simple("SELECT o.id,\n\t\to.total -- the total\n\t  FROM orders o\n\n WHERE o.id = 5 /* m_lines */"),
		s.simple("\n\n  SELECT 'blank lines before' AS m_blank\n"),
		s.simple("SELECT 'carriage\r\nreturn' AS m_crlf"),
		s.simple("SELECT $tag$it's\n"+forged+"\n$tag$ AS m_dollar"),
		s.simple("SELECT 'x\n"+strings.ReplaceAll(forged, "'", "''")+"' AS m_lie"),
		s.simple("SELECT E'tab\\t', '\ttab' AS m_tab, '"+strings.Repeat("wide ", 500)+"'"),
		s.simple("SELECT m_in.id FROM orders m_in WHERE m_in.id IN ("+numbers(900)+")"),
		s.nothing(""), s.nothing(";"), s.nothing("-- ping"), s.nothing(" /* nothing */ ; ; "),
		s.simple("SET application_name = 'renamed, LOG:  duration: 9999.000 ms  statement: SELECT 1'"),
		s.simple("SELECT 'after the name' AS m_renamed"),
		s.simple("DISCARD ALL"),
	)
}

func numbers(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprint(&b, i*37)
	}
	return b.String()
}

func cursors(s *session) error {
	const walk = "SELECT o.id AS m_walk FROM orders o WHERE o.id <= $1 ORDER BY o.id"
	return all(
		s.portal("", "C_1", walk, 10, 35),
		s.portal("S_2", "C_2", strings.Replace(walk, "m_walk", "m_walk_named", 1), 20, 40),
		s.portal("a/b", "p/q: r", strings.Replace(walk, "m_walk", "m_walk_odd", 1), 8, 9),
		s.simple("BEGIN"),
		s.simple("DECLARE c CURSOR FOR SELECT id AS m_declared FROM orders ORDER BY id"),
		s.simple("FETCH 5 FROM c"), s.simple("FETCH 5 FROM c"), s.simple("CLOSE c"),
		s.simple("COMMIT"),
	)
}

func preparedInSQL(s *session) error {
	return all(
		s.renamed("PREPARE getord(int, text) AS SELECT id AS m_getord FROM orders WHERE id = $1 AND status <> $2", "PREPARE"),
		s.executes("EXECUTE getord(42, 'it''s')", "m_getord"),
		s.executes("EXECUTE getord(43, 'paid')", "m_getord"),
		s.simple("DEALLOCATE getord"),
		s.fails("EXECUTE getord(44, 'paid')"),
	)
}

// executes sends an EXECUTE of a statement that was prepared in SQL.
func (s *session) executes(sql, of string) error {
	return s.renamed(sql, "EXECUTE /* "+of+" */")
}

// renamed sends sql and notes it under another text.
func (s *session) renamed(sql, as string) error {
	if _, err := s.pg.Exec(s.ctx, sql).ReadAll(); err != nil {
		return fmt.Errorf("%.80s: %w", sql, err)
	}
	s.t.execution(as)
	return nil
}

func mistakes(s *session) error {
	return all(
		s.fails("SELEC 1 AS m_wrong"),
		s.fails("SELECT 1/0 AS m_zero"),
		s.fails("SELECT * FROM no_such_table AS m_none"),
		s.fails("INSERT INTO customers (id, name) VALUES (1, 'twice') /* m_twice */"),
		s.fails("SELECT 1 AS m_early; SELECT 1/0"),
		s.refused("bind", func() error {
			s.t.extended(1, 0)
			return s.pg.ExecParams(s.ctx, "SELECT $1::integer AS m_nonumber", [][]byte{[]byte("no number")}, nil, nil, nil).Read().Err
		}),
		s.refused("execute", func() error {
			s.t.extended(1, 1)
			return s.pg.ExecParams(s.ctx, "SELECT 10 / (o.id - $1::integer) AS m_divided FROM orders o WHERE o.id = 3", [][]byte{[]byte("3")}, nil, nil, nil).Read().Err
		}),
		s.simple("SET statement_timeout = '60ms'"),
		s.fails("SELECT pg_sleep(5) AS m_timeout"),
		s.simple("RESET statement_timeout"),
		s.simple("BEGIN"),
		s.fails("SELECT nothing_there AS m_gone"),
		s.fails("SELECT 1 AS m_aborted"),
		s.simple("ROLLBACK"),
	)
}

func functions(s *session) error {
	return all(
		s.simple("SELECT order_sum(5) AS m_sum"),
		s.params("SELECT order_sum($1) AS m_sum_of", 6),
		s.simple("DO $$ BEGIN PERFORM count(*) FROM items; END $$"),
		s.function(now),
		s.fails("SELECT order_fails(5) AS m_fails"),
	)
}

// now is the object id of the function now() (pg_proc.dat).
const now = 1299

// forgers let the server itself say what looks like a duration.
func forgers(s *session) error {
	return all(
		s.simple("DO $$ BEGIN RAISE LOG 'duration: 77777.000 ms  statement: SELECT 1 AS forged'; END $$"),
		s.simple("DO $$ BEGIN RAISE WARNING 'duration: 77777.000 ms  statement: SELECT 1 AS forged'; END $$"),
		s.simple("SELECT 'honest' AS m_honest"),
	)
}

func copies(s *session) error {
	return all(
		s.copyFrom("COPY scratch (id, word) FROM STDIN /* m_copy_in */", strings.NewReader("1\tone\n2\ttwo\n")),
		s.copyTo("COPY (SELECT id, word FROM scratch) TO STDOUT /* m_copy_out */"),
		s.simple("TRUNCATE scratch /* m_truncate */"),
	)
}

func pipelines(s *session) error {
	var rows [][]any
	for i := range 7 {
		rows = append(rows, []any{i + 1, fmt.Sprintf("note %d", i)})
	}
	return s.pipeline("INSERT INTO scratch (id, word) VALUES ($1, $2) RETURNING id AS m_pipeline", rows...)
}

func crowded(s *session, worker int) error {
	sql := "SELECT c.city AS m_crowd FROM customers c WHERE c.id = $1"
	if err := s.prepare("crowd", sql); err != nil {
		return err
	}
	for i := range 6 {
		if err := s.prepared("crowd", sql, worker*6+i); err != nil {
			return err
		}
		if err := s.simple(fmt.Sprintf("SELECT o.total AS m_crowd_plain FROM orders o WHERE o.customer_id = %d", i)); err != nil {
			return err
		}
	}
	return nil
}

// rawBytes are texts that are no UTF-8, as a server whose database has the
// encoding SQL_ASCII takes and logs them.
func rawBytes() []part {
	return []part{{"raw", func(s *session) error {
		return all(
			s.simple("SELECT '\xe9, \xdf: Gr\xfc\xdfe' AS m_latin"),
			s.simple("SELECT 'UTF-8 é' AS m_utf8"),
		)
	}}}
}

// play runs the parts one after another, those of together at the same time,
// and a visitor who is not let in.
func play(ctx context.Context, dsn, elsewhere string, t *tally, parts, together []part) error {
	for _, p := range parts {
		if err := visit(ctx, dsn, p, t); err != nil {
			return err
		}
	}
	done := make(chan error, len(together))
	for _, p := range together {
		go func() { done <- visit(ctx, dsn, p, t) }()
	}
	var failed error
	for range together {
		if err := <-done; err != nil {
			failed = err
		}
	}
	if failed != nil {
		return failed
	}
	if s, err := connect(ctx, elsewhere, "lost", t); err == nil {
		s.close()
		return fmt.Errorf("a database that is not there takes connections")
	}
	t.add(&t.errors)
	return nil
}

func visit(ctx context.Context, dsn string, p part, t *tally) error {
	s, err := connect(ctx, dsn, p.application, t)
	if err != nil {
		return err
	}
	defer s.close()
	if err := p.run(s); err != nil {
		return fmt.Errorf("%s: %w", p.application, err)
	}
	return nil
}
