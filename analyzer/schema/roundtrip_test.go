package schema

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/internal/pgserver"
	"github.com/apilint/apilint/internal/pgserver/pgtest"
)

// since15 is what PostgreSQL 14 does not know.
const since15 = `
CREATE TABLE nulls_alike (a int UNIQUE NULLS NOT DISTINCT, b int);
CREATE UNIQUE INDEX ON nulls_alike (b) NULLS NOT DISTINCT;
`

// A real server and this package read the same script; then its catalog and
// our tables must say the same, and what pg_dump makes of it must load to the
// same tables again.
func TestAddDDL_agreesWithAServer(t *testing.T) {
	content, err := os.ReadFile("testdata/rich.sql")
	if err != nil {
		t.Fatal(err)
	}
	script := string(content)
	server := pgtest.Start(t, pgserver.Options{})
	if server.Version >= 15 {
		script += since15
	}
	conn, err := pgx.Connect(t.Context(), server.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, span := range sqltree.Split(script) {
		if _, err := conn.Exec(t.Context(), span.Text, pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatalf("the server refuses the statement of line %d: %v\n%s", span.Line, err, span.Text)
		}
	}

	ours := New()
	ours.AddDDL("rich.sql", script)
	for _, p := range ours.Problems {
		t.Errorf("%s:%d: %s: %s", p.Path, p.Line, p.Message, p.Statement)
	}
	if diff := differ(catalogOf(t, conn), describe(ours)); diff != "" {
		t.Errorf("the server (-) and our reading of the script (+) differ:\n%s", diff)
	}

	if _, err := conn.Exec(t.Context(), "SET search_path = public"); err != nil {
		t.Fatal(err)
	}
	for _, v := range ours.Tables {
		if v.Definition == "" {
			continue
		}
		rows, err := conn.Query(t.Context(), v.Definition, pgx.QueryExecModeSimpleProtocol)
		if err != nil {
			t.Fatal(err)
		}
		var got, want []string
		for _, f := range rows.FieldDescriptions() {
			got = append(got, f.Name)
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			t.Errorf("the server refuses the query that we keep of %s: %v\n%s", v.Name, err, v.Definition)
			continue
		}
		for _, c := range v.Columns {
			want = append(want, c.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s gives the columns %v, not %v", v.Definition, got, want)
		}
	}

	bin, err := pgserver.Find("", 0)
	if err != nil {
		t.Fatal(err)
	}
	dump, err := exec.CommandContext(t.Context(), filepath.Join(bin.Dir, "pg_dump"), "--schema-only", "--dbname", server.DSN("postgres")).Output()
	if err != nil {
		t.Fatalf("pg_dump: %v", err)
	}
	dumped := New()
	dumped.AddDDL("dump.sql", string(dump))
	for _, p := range dumped.Problems {
		t.Errorf("%s:%d: %s: %s", p.Path, p.Line, p.Message, p.Statement)
	}
	if diff := differ(describe(ours), describe(dumped)); diff != "" {
		t.Errorf("the script (-) and the dump (+) load differently:\n%s", diff)
	}
	if dumped.Version/10000 != server.Version {
		t.Errorf("the dump is of version %d, read as %d", server.Version, dumped.Version)
	}
}

// differ returns the lines that only one of two sorted lists has.
func differ(a, b []string) string {
	var out strings.Builder
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0] < b[0]:
			out.WriteString("- " + a[0] + "\n")
			a = a[1:]
		case len(a) == 0 || b[0] < a[0]:
			out.WriteString("+ " + b[0] + "\n")
			b = b[1:]
		default:
			a, b = a[1:], b[1:]
		}
	}
	return out.String()
}

// describe writes a schema as sorted lines, in the words of [catalogOf].
func describe(s *Schema) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	kinds := map[Kind]string{KindTable: "r", KindPartitioned: "p", KindView: "v", KindMaterializedView: "m", KindForeign: "f"}
	for _, t := range s.Tables {
		say("relation %s %s", t.Name, kinds[t.Kind])
		for _, p := range t.Partitions {
			say("partition %s of %s", p, t.Name)
		}
		for _, c := range t.Children {
			say("child %s of %s", c, t.Name)
		}
		for _, c := range t.Columns {
			typ := c.Type
			if t.Kind == KindView || t.Kind == KindMaterializedView || typ == "" {
				typ = "any"
			}
			say("column %s.%s %s notnull=%t collation=%s generated=%t default=%s", t.Name, c.Name, typ, c.NotNull, c.Collation, c.Generated, spelledDefault(t, c))
		}
		for _, x := range t.Indexes {
			var parts []string
			for _, p := range x.Parts {
				if p.Expr != "" {
					p.Collation = "" // an expression has that of its columns
				}
				parts = append(parts, strings.TrimSpace(fmt.Sprintf("%s|%s|%s|%s|%t|%t", p.Column, spelled(t, p.Expr), p.Collation, p.Opclass, p.Desc, p.NullsFirst)))
			}
			say("index %s on %s using %s unique=%t primary=%t valid=%t nullsnotdistinct=%t %s include %v where %s",
				x.Name, t.Name, x.Method, x.Unique, x.Primary, !x.Invalid, x.NullsNotDistinct, strings.Join(parts, ", "), x.Include, spelled(t, x.Where))
		}
		for _, k := range t.Constraints {
			columns := slices.Clone(k.Columns)
			if k.Kind == Check || k.Kind == Exclusion {
				columns = nil
			}
			ref := ""
			if k.Kind == ForeignKey {
				ref = fmt.Sprintf(" -> %s %v %s", k.RefTable, k.RefColumns, k.OnDelete)
			}
			say("constraint %s of %s %c %v%s %s", k.Name, t.Name, k.Kind, columns, ref, spelled(t, k.Expr))
		}
	}
	slices.Sort(out)
	return out
}

// spelled brings an expression into this package's form, whoever printed it.
func spelled(t *Table, expr string) string {
	node := parseExpr(expr)
	if node == nil {
		return expr
	}
	l := &loader{Schema: New()}
	return l.expression(t, node)
}

func spelledDefault(t *Table, c *Column) string {
	node := parseExpr(c.Default)
	if node == nil || c.Generated {
		return spelled(t, c.Default)
	}
	s := New()
	l := &loader{Schema: s, cat: s.state()}
	l.cat.types[Name{"public", "mood"}] = &userType{}
	return l.defaultOf(c, node)
}

// keyColumns writes the key columns of an index as [describe] does, from what
// the server says of each: column, text, collation, operator class, DESC and
// NULLS FIRST.
func keyColumns(t *testing.T, table *Table, content string) string {
	t.Helper()
	var keys [][]any
	if err := json.Unmarshal([]byte(content), &keys); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, k := range keys {
		column, expr := "", ""
		if k[0] != nil {
			column = k[0].(string)
		} else if node := plain(table, parseExpr(k[1].(string))); node.GetColumnRef() != nil {
			column = lastString(node.GetColumnRef().Fields)
		} else {
			expr, k[2] = spelled(table, k[1].(string)), ""
		}
		out = append(out, fmt.Sprintf("%s|%s|%s|%s|%t|%t", column, expr, k[2], k[3], k[4], k[5]))
	}
	return strings.Join(out, ", ")
}

// texts reads a text[] that may be NULL.
func texts(v any) []string {
	var out []string
	if list, ok := v.([]any); ok {
		for _, x := range list {
			out = append(out, x.(string))
		}
	}
	return out
}

// catalogOf writes what the server knows in the words of [describe].
func catalogOf(t *testing.T, conn *pgx.Conn) []string {
	t.Helper()
	tables := New()
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if _, err := conn.Exec(t.Context(), "SET search_path = ''"); err != nil {
		t.Fatal(err)
	}
	each := func(query string, read func(v []any)) {
		rows, err := conn.Query(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			v, err := rows.Values()
			if err != nil {
				t.Fatal(err)
			}
			read(v)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	const ours = "n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND c.relpersistence = 'p'"
	each(`SELECT n.nspname::text, c.relname::text, c.relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r','p','v','m','f') AND `+ours, func(v []any) {
		say("relation %s.%s %s", v...)
	})
	each(`SELECT CASE WHEN c.relispartition THEN 'partition' ELSE 'child' END, n.nspname::text, c.relname::text, pn.nspname::text, p.relname::text
		FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace
		JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE c.relkind IN ('r', 'p') AND `+ours, func(v []any) {
		say("%s %s.%s of %s.%s", v...)
	})
	each(`SELECT n.nspname::text, c.relname::text, c.relkind::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
		CASE WHEN a.attcollation <> y.typcollation THEN co.collname::text ELSE '' END, a.attgenerated <> '', coalesce(pg_get_expr(d.adbin, d.adrelid), '')
		FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type y ON y.oid = a.atttypid
		LEFT JOIN pg_collation co ON co.oid = a.attcollation LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
		WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r','p','v','m','f') AND `+ours+` ORDER BY c.oid, a.attnum`, func(v []any) {
		name := Name{v[0].(string), v[1].(string)}
		table := tables.tables.get(name)
		if table == nil {
			table = &Table{Name: name}
			tables.Insert(table)
		}
		typ, collation := v[4].(string), v[6].(string)
		table.Columns = append(table.Columns, &Column{Name: v[3].(string), Type: typ})
		if v[2] == "v" || v[2] == "m" {
			typ = "any"
		}
		say("column %s.%s %s notnull=%t collation=%s generated=%t default=%s", name, v[3], typ, v[5], collation, v[7], spelledDefault(table, &Column{Type: v[4].(string), Default: v[8].(string), Generated: v[7].(bool)}))
	})
	each(`SELECT n.nspname::text, c.relname::text, xc.relname::text, am.amname::text, x.indisunique, x.indisprimary, x.indisvalid,
		pg_get_indexdef(x.indexrelid) LIKE '%NULLS NOT DISTINCT%',
		(SELECT json_agg(json_build_array(
			CASE WHEN x.indkey[k] <> 0 THEN (SELECT attname FROM pg_attribute WHERE attrelid = c.oid AND attnum = x.indkey[k]) END,
			pg_get_indexdef(x.indexrelid, k + 1, false),
			CASE WHEN x.indcollation[k] <> 0 AND x.indcollation[k] IS DISTINCT FROM coalesce(
				(SELECT attcollation FROM pg_attribute WHERE attrelid = c.oid AND attnum = x.indkey[k] AND x.indkey[k] <> 0), 100)
				THEN (SELECT collname FROM pg_collation WHERE oid = x.indcollation[k]) ELSE '' END,
			CASE WHEN o.opcdefault THEN '' ELSE o.opcname END,
			(x.indoption[k] & 1) = 1, (x.indoption[k] & 2) = 2) ORDER BY k)
			FROM generate_series(0, x.indnkeyatts - 1) k JOIN pg_opclass o ON o.oid = x.indclass[k])::text,
		(SELECT array_agg(a.attname::text ORDER BY k) FROM generate_series(x.indnkeyatts::int, x.indnatts - 1) k JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[k]),
		coalesce(pg_get_expr(x.indpred, x.indrelid), '')
		FROM pg_index x JOIN pg_class xc ON xc.oid = x.indexrelid JOIN pg_am am ON am.oid = xc.relam JOIN pg_class c ON c.oid = x.indrelid
		JOIN pg_namespace n ON n.oid = c.relnamespace WHERE `+ours, func(v []any) {
		table := tables.tables.get(Name{v[0].(string), v[1].(string)})
		say("index %s on %s using %s unique=%t primary=%t valid=%t nullsnotdistinct=%t %s include %v where %s",
			v[2], table.Name, v[3], v[4], v[5], v[6], v[7], keyColumns(t, table, v[8].(string)), texts(v[9]), spelled(table, v[10].(string)))
	})
	each(`SELECT n.nspname::text, c.relname::text, k.conname::text, k.contype::text,
		(SELECT array_agg(a.attname::text ORDER BY o) FROM unnest(k.conkey) WITH ORDINALITY u(m, o) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = m),
		coalesce(fn.nspname::text, ''), coalesce(f.relname::text, ''),
		(SELECT array_agg(a.attname::text ORDER BY o) FROM unnest(k.confkey) WITH ORDINALITY u(m, o) JOIN pg_attribute a ON a.attrelid = f.oid AND a.attnum = m),
		k.confdeltype::text, coalesce(pg_get_expr(k.conbin, k.conrelid), '')
		FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
		LEFT JOIN pg_class f ON f.oid = k.confrelid LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
		WHERE k.contype IN ('p', 'u', 'f', 'c', 'x') AND `+ours, func(v []any) {
		table := tables.tables.get(Name{v[0].(string), v[1].(string)})
		columns, ref := texts(v[4]), ""
		switch v[3] {
		case "c", "x":
			columns = nil
		case "f":
			ref = fmt.Sprintf(" -> %s.%s %v %s", v[5], v[6], texts(v[7]), deleteActions[v[8].(string)])
		}
		say("constraint %s of %s %s %v%s %s", v[2], table.Name, v[3], columns, ref, spelled(table, v[9].(string)))
	})
	slices.Sort(out)
	return out
}
