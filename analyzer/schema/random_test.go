package schema

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/apilint/apilint/internal/pgserver"
	"github.com/apilint/apilint/internal/pgserver/pgtest"
)

// Random scripts over few names, so that statements meet: whatever the server
// accepts must leave the same tables in ours. Each seed is a script of its own.
func TestAddDDL_agreesWithAServerOnRandomScripts(t *testing.T) {
	server := pgtest.Start(t, pgserver.Options{})
	conn, err := pgx.Connect(t.Context(), server.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	run := func(sql string) error {
		_, err := conn.Exec(t.Context(), sql, pgx.QueryExecModeSimpleProtocol)
		return err
	}
	accepted := 0
	for seed := range uint64(randomScripts) { // a larger number finds more, and takes longer
		if err := run("BEGIN; SET LOCAL search_path = public;" + strings.Join(firstTables, ";")); err != nil {
			t.Fatal(err)
		}
		g := &generator{rand.New(rand.NewPCG(seed, 1))}
		script := slices.Clone(firstTables)
		for range 60 {
			statement := g.statement()
			if err := run("SAVEPOINT here; " + statement); err == nil {
				script = append(script, statement)
				accepted++
			} else if err := run("ROLLBACK TO here"); err != nil {
				t.Fatal(err)
			}
		}
		ours := New()
		ours.AddDDL("random.sql", strings.Join(script, ";\n"))
		for _, p := range ours.Problems {
			t.Errorf("%d: %s: %s", p.Line, p.Message, p.Statement)
		}
		consistent(t, ours)
		if diff := differ(catalogOf(t, conn), describe(ours)); diff != "" || len(ours.Problems) > 0 {
			t.Fatalf("seed %d: the server (-) and our reading (+) differ:\n%s\n%s", seed, diff, strings.Join(script, ";\n"))
		}
		if err := run("ROLLBACK; RESET search_path"); err != nil {
			t.Fatal(err)
		}
	}
	if accepted < randomScripts*8 {
		t.Errorf("the server accepted only %d statements: the scripts say little", accepted)
	}
}

// firstTables are there before a random script begins, so that it has
// something to meet.
var firstTables = []string{
	"CREATE TABLE t (a int NOT NULL UNIQUE, b serial, c int PRIMARY KEY, d int)",
	"CREATE TABLE u (a int, b int UNIQUE CHECK (b > 0), c int REFERENCES t, d int)",
	"CREATE TABLE v (d int NOT NULL) INHERITS (u)",
	"CREATE TABLE p (a int, b int, c int, d int) PARTITION BY RANGE (a)",
	"CREATE TABLE q PARTITION OF p FOR VALUES FROM (-2) TO (-1)",
	"CREATE TABLE r (d int, a int, c int, b int)",
}

const randomScripts = 8

// generator writes statements, most of which are right.
type generator struct{ *rand.Rand }

func (g *generator) one(of ...string) string { return of[g.IntN(len(of))] }
func (g *generator) table() string           { return g.one("t", "u", "v", "w", "p", "q", "r", "s") }
func (g *generator) column() string          { return g.one("a", "b", "c", "d") }
func (g *generator) name() string {
	return g.one("t_a_idx", "t_a_key", "n1", "n2", "u_b_check", "p_pkey", "t_a_fkey")
}

func (g *generator) columns() string {
	list := []string{"a", "b", "c", "d"}
	g.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return strings.Join(list[:1+g.IntN(2)], ", ")
}

// maybe returns the text now and then.
func (g *generator) maybe(text string) string {
	if g.IntN(3) == 0 {
		return text
	}
	return ""
}

func (g *generator) constraint() string {
	return g.maybe("CONSTRAINT "+g.name()+" ") + g.one(
		"PRIMARY KEY ("+g.columns()+")", "UNIQUE ("+g.columns()+")", "UNIQUE ("+g.column()+") INCLUDE ("+g.column()+")",
		"CHECK ("+g.column()+" > 0)", "CHECK ("+g.column()+" <> "+g.column()+")",
		"FOREIGN KEY ("+g.column()+") REFERENCES "+g.table()+g.maybe(" ON DELETE CASCADE"), "FOREIGN KEY ("+g.column()+") REFERENCES "+g.table()+" ("+g.column()+")")
}

func (g *generator) definition(name string) string {
	return name + " " + g.one("int", "int", "int", "bigint", "serial") + g.one("", "", " NOT NULL", " PRIMARY KEY", " UNIQUE", " CHECK ("+name+" > 1)", " DEFAULT 7", " REFERENCES "+g.table())
}

func (g *generator) statement() string {
	switch g.IntN(22) {
	case 0, 1, 2, 3:
		elements := []string{g.definition("a"), g.definition("b"), g.definition("c")}
		if g.IntN(2) == 0 {
			elements = append(elements, g.constraint())
		}
		return "CREATE TABLE " + g.table() + " (" + strings.Join(elements, ", ") + ")" + g.one("", "", " PARTITION BY RANGE (a)", " INHERITS ("+g.table()+")")
	case 4, 5:
		low := g.IntN(50)
		return fmt.Sprintf("CREATE TABLE %s PARTITION OF %s FOR VALUES FROM (%d) TO (%d)%s", g.table(), g.table(), low, low+1, g.maybe(" PARTITION BY RANGE (a)"))
	case 6:
		low := g.IntN(50)
		return fmt.Sprintf("ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%d) TO (%d)", g.table(), g.table(), low, low+1)
	case 7:
		return "ALTER TABLE " + g.table() + " DETACH PARTITION " + g.table()
	case 8, 9, 10:
		return "CREATE " + g.maybe("UNIQUE ") + "INDEX " + g.maybe(g.name()+" ") + "ON " + g.maybe("ONLY ") + g.table() + " (" + g.columns() + g.maybe(" DESC") + g.maybe(", ("+g.column()+" + 1)") + ")" +
			g.maybe(" INCLUDE ("+g.column()+")") + g.maybe(" WHERE "+g.column()+" > 3")
	case 11, 12:
		return "ALTER TABLE " + g.maybe("ONLY ") + g.table() + " ADD " + g.constraint()
	case 13:
		return "ALTER TABLE " + g.table() + " ADD " + g.definition(g.column())
	case 14:
		return "ALTER TABLE " + g.table() + " DROP " + g.column() + g.maybe(" CASCADE")
	case 15:
		return "ALTER TABLE " + g.table() + " RENAME " + g.column() + " TO " + g.column()
	case 16:
		return "ALTER TABLE " + g.table() + " RENAME TO " + g.table()
	case 17:
		return "ALTER TABLE " + g.table() + " DROP CONSTRAINT " + g.one(g.name(), g.table()+"_pkey", g.table()+"_"+g.column()+"_key", g.table()+"_"+g.column()+"_fkey", g.table()+"_"+g.column()+"_check") + g.maybe(" CASCADE")
	case 18:
		return "DROP INDEX " + g.one(g.name(), g.table()+"_"+g.column()+"_idx") + g.maybe(" CASCADE")
	case 19:
		return g.one("DROP TABLE "+g.table()+g.maybe(" CASCADE"), "ALTER INDEX "+g.name()+" RENAME TO "+g.name(), "ALTER TABLE "+g.table()+" RENAME CONSTRAINT "+g.name()+" TO "+g.name())
	case 20:
		return "ALTER TABLE " + g.table() + " ALTER " + g.column() + g.one(" SET NOT NULL", " DROP NOT NULL", " SET DEFAULT 3", " DROP DEFAULT", " TYPE bigint")
	default:
		return g.one("CREATE VIEW "+g.table()+" AS SELECT "+g.columns()+" FROM "+g.table(), "CREATE TABLE "+g.table()+" (LIKE "+g.table()+" INCLUDING ALL)",
			"ALTER INDEX "+g.name()+" ATTACH PARTITION "+g.name(), "ALTER TABLE "+g.table()+g.one(" INHERIT ", " NO INHERIT ")+g.table())
	}
}
