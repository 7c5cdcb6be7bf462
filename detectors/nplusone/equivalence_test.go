package nplusone_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/engine"
	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/sequence"
	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/detectors/nplusone"
	"github.com/apilint/apilint/internal/pgserver"
	"github.com/apilint/apilint/internal/pgserver/pgtest"
	"github.com/apilint/apilint/internal/source"
)

// one is one execution of a loop's statement: its text as logged and the
// values of $1, $2, ..., nil for NULL.
type one struct {
	text   string
	params [][]byte
}

// rewritesOf reads logs and gives what is proposed for the statements of their
// loops.
func rewritesOf(t *testing.T, sch *schema.Cluster, paths []string, options source.Options) (out []nplusone.Rewritten) {
	t.Helper()
	in := read(t, sequence.Options{}, options, paths...)
	in.Schemas = sch
	in.Detectors = []*analyzer.Detector{{Rules: nplusone.Detector.Rules, Review: func(w *analyzer.Workload) error {
		out = append(out, nplusone.Rewrites(w)...)
		return nil
	}}}
	judged(t, in, engine.Options{Jobs: 1, MinConfidence: -1})
	return out
}

// database is a server's database in which loops and their batches are run.
type database struct {
	conn *pgconn.PgConn
	t    *testing.T
}

func newDatabase(t *testing.T, server *pgserver.Server, name, ddl string) *database {
	t.Helper()
	admin := connect(t, server.DSN("postgres"))
	(&database{admin, t}).must("CREATE DATABASE " + name)
	d := &database{connect(t, server.DSN(name)), t}
	d.must(ddl)
	return d
}

func connect(t *testing.T, dsn string) *pgconn.PgConn {
	t.Helper()
	conn, err := pgconn.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func (d *database) must(sql string) {
	d.t.Helper()
	if _, err := d.conn.Exec(d.t.Context(), sql).ReadAll(); err != nil {
		d.t.Fatalf("%s: %v", sql, err)
	}
}

// answer is the columns and rows that a statement gave, "~" for NULL.
type answer struct {
	columns []string
	rows    [][]string
}

func (d *database) ask(sql string, params [][]byte) (answer, error) {
	res := d.conn.ExecParams(d.t.Context(), sql, params, nil, nil, nil).Read()
	var a answer
	for _, f := range res.FieldDescriptions {
		a.columns = append(a.columns, f.Name)
	}
	for _, r := range res.Rows {
		row := make([]string, len(r))
		for i, v := range r {
			if row[i] = string(v); v == nil {
				row[i] = "~"
			}
		}
		a.rows = append(a.rows, row)
	}
	return a, res.Err
}

// everything prints all rows of all tables.
func (d *database) everything() string {
	d.t.Helper()
	tables, err := d.ask("SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) ORDER BY 1", nil)
	if err != nil {
		d.t.Fatal(err)
	}
	var out strings.Builder
	for _, table := range tables.rows {
		rows, err := d.ask("SELECT t::text FROM "+table[0]+" t ORDER BY 1", nil)
		if err != nil {
			d.t.Fatal(err)
		}
		fmt.Fprintln(&out, table[0], rows.rows)
	}
	return out.String()
}

// restart makes every sequence give the same numbers again.
func (d *database) restart() {
	d.must("SELECT setval(oid::regclass, 700000) FROM pg_class WHERE relkind = 'S'")
}

// differs runs a loop and its batch with the same values, both in one
// transaction, and says in what they differ, "" nothing.
func (d *database) differs(r nplusone.Rewritten, runs []one) string {
	d.t.Helper()
	d.must("BEGIN; SAVEPOINT start")
	defer d.must("ROLLBACK")
	d.restart()
	var loop []answer
	for _, x := range runs {
		a, err := d.ask(x.text, x.params)
		if err != nil {
			return fmt.Sprintf("the loop: %s: %v", x.text, err)
		}
		loop = append(loop, a)
	}
	writes := !strings.HasPrefix(strings.ToUpper(r.Statement.Text), "SELECT") && !strings.HasPrefix(strings.ToUpper(r.Statement.Text), "WITH")
	var after string
	if writes {
		after = d.everything()
	}
	d.must("ROLLBACK TO start")
	d.restart()
	values := make([][]string, len(runs)) // of every placeholder of the normalised text
	for i, x := range runs {
		v, ok := valuesOf(r.Statement.Text, x)
		if !ok {
			return "the values of " + x.text + " are not told"
		}
		values[i] = v
	}
	batch, err := d.ask(r.Batch.SQL, given(r.Batch, values))
	if err != nil {
		return err.Error()
	}
	if writes {
		if now := d.everything(); now != after {
			return difference(after, now)
		}
	}
	if r.Command == query.Insert {
		var all answer
		for _, a := range loop {
			all.rows = append(all.rows, a.rows...)
		}
		if got, want := fmt.Sprint(batch.rows), fmt.Sprint(all.rows); got != want {
			return "returned " + got + ", the loop " + want
		}
		return ""
	}
	for i := range runs {
		if s := ofKey(r, batch, loop[i], values[i]); s != "" {
			return s
		}
	}
	return ""
}

// ofKey compares what one run gave with the batch's rows of its key.
func ofKey(r nplusone.Rewritten, batch, loop answer, values []string) string {
	if len(loop.columns) == 0 {
		return ""
	}
	var at []int // of the key's columns
	var want []string
	for _, name := range r.Batch.Keys {
		i := slices.Index(batch.columns, name)
		if i < 0 || slices.Contains(batch.columns[i+1:], name) {
			return fmt.Sprintf("which column is %s? %v", name, batch.columns)
		}
		at = append(at, i)
	}
	keys := r.Keys()
	if r.Batch.Form == query.BatchEach {
		keys = slices.Compact(slices.Clone(keys)) // a value that is asked for in two places
	}
	for _, p := range keys {
		if p < 1 || p > len(values) {
			return fmt.Sprintf("keys %v of %d values", keys, len(values))
		}
		want = append(want, values[p-1])
	}
	if r.Batch.Form == query.BatchDistinct {
		found := slices.ContainsFunc(batch.rows, func(row []string) bool { return slices.Equal(row, want) })
		if found != (len(loop.rows) > 0) {
			return fmt.Sprintf("%v is there: %v, the loop found %d rows", want, found, len(loop.rows))
		}
		return ""
	}
	added := slices.Clone(at)
	for len(added) > len(batch.columns)-len(loop.columns) {
		i := slices.IndexFunc(added, func(c int) bool { return slices.Contains(loop.columns, batch.columns[c]) })
		if i < 0 {
			return fmt.Sprintf("columns %v, the loop %v", batch.columns, loop.columns)
		}
		added = slices.Delete(added, i, i+1)
	}
	var rows []string
	for _, row := range batch.rows {
		mine := true
		for i, c := range at {
			mine = mine && row[c] == want[i]
		}
		if !mine {
			continue
		}
		var rest []string
		for c, v := range row {
			if !slices.Contains(added, c) {
				rest = append(rest, v)
			}
		}
		rows = append(rows, strings.Join(rest, "|"))
	}
	var expected []string
	for _, row := range loop.rows {
		expected = append(expected, strings.Join(row, "|"))
	}
	if r.Batch.Form == query.BatchGrouped && len(rows) == 0 && strings.Contains(r.Caveats, "a value without rows is absent") && strings.Trim(strings.Join(expected, ""), "0~|.") == "" {
		return ""
	}
	if !strings.Contains(strings.ToUpper(r.Statement.Text), "ORDER BY") {
		slices.Sort(rows)
		slices.Sort(expected)
	}
	if !slices.Equal(rows, expected) {
		return fmt.Sprintf("of %v\n  %q, the loop\n  %q", want, rows, expected)
	}
	return ""
}

// given are the batch's parameters.
func given(b *query.Batch, values [][]string) [][]byte {
	var out [][]byte
	for _, p := range b.Params {
		if !p.Array {
			v := values[0][p.Of-1]
			if v == "~" {
				out = append(out, nil)
			} else {
				out = append(out, []byte(v))
			}
			continue
		}
		var elements []string
		for _, run := range values {
			if v := run[p.Of-1]; v == "~" {
				elements = append(elements, "NULL")
			} else {
				elements = append(elements, `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v)+`"`)
			}
		}
		out = append(out, []byte("{"+strings.Join(elements, ",")+"}"))
	}
	return out
}

var dollar = regexp.MustCompile(`\\\$([0-9]+)`)

// valuesOf finds the values of a normalised statement's placeholders: the run's
// parameters, and the literals of its text; "~" is NULL.
func valuesOf(normalised string, x one) ([]string, bool) {
	var numbers []int
	pattern := dollar.ReplaceAllStringFunc(regexp.QuoteMeta(normalised), func(p string) string {
		var n int
		_, _ = fmt.Sscan(p[2:], &n)
		numbers = append(numbers, n)
		return `(.+?)`
	})
	m := regexp.MustCompile(`(?is)^` + pattern + `$`).FindStringSubmatch(sqltree.Fold(x.text))
	if m == nil {
		return nil, false
	}
	out := make([]string, max(0, slices.Max(append(numbers, 0))))
	for i, n := range numbers {
		v := strings.TrimSpace(m[i+1])
		switch {
		case strings.HasPrefix(v, "$"):
			if n > len(x.params) {
				return nil, false
			}
			if out[n-1] = string(x.params[n-1]); x.params[n-1] == nil {
				out[n-1] = "~"
			}
		case strings.EqualFold(v, "null"):
			out[n-1] = "~"
		case len(v) > 1 && v[0] == '\'':
			out[n-1] = strings.ReplaceAll(v[1:len(v)-1], "''", "'")
		default:
			out[n-1] = v
		}
	}
	return out, true
}

// difference shows the first tables that are not equal.
func difference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range a {
		if i < len(b) && a[i] != b[i] {
			return fmt.Sprintf("the tables differ\n  %.1500s, after the loop\n  %.1500s", b[i], a[i])
		}
	}
	return ""
}

func params(values []any) [][]byte {
	var out [][]byte
	for _, v := range values {
		if v == nil {
			out = append(out, nil)
		} else {
			out = append(out, []byte(fmt.Sprint(v)))
		}
	}
	return out
}

func startServer(t *testing.T) *pgserver.Server {
	t.Helper()
	return pgtest.Start(t, pgserver.Options{})
}
