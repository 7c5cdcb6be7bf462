package schema

import (
	"fmt"
	"strings"
	"testing"
)

// scripts do one thing very often; twice as often must take twice as long.
var scripts = []struct {
	name string
	one  string // %d becomes the number
	end  string // after all of them, for each
}{
	{"tables with an index", "CREATE TABLE t%[1]d (id int PRIMARY KEY, a text); CREATE INDEX ON t%[1]d (a);\n", ""},
	{"tables that are dropped", "CREATE TABLE t%[1]d (id int);\n", "DROP TABLE t%[1]d;\n"},
	{"foreign keys to one table, dropped", "CREATE TABLE t%[1]d (id int PRIMARY KEY, up int REFERENCES t0);\n", "DROP TABLE t%[1]d CASCADE;\n"},
	{"partitions of one table", "CREATE TABLE p%[1]d PARTITION OF parted FOR VALUES FROM (%[1]d) TO (%[1]d0);\n", ""},
	{"partitions dropped", "CREATE TABLE p%[1]d PARTITION OF parted FOR VALUES FROM (%[1]d) TO (%[1]d0);\n", "DROP TABLE p%[1]d;\n"},
	{"indexes of one table", "CREATE INDEX ON one (a);\n", ""},
	{"indexes dropped", "CREATE INDEX i%[1]d ON one (a);\n", "DROP INDEX i%[1]d;\n"},
	{"columns of one table", "ALTER TABLE one ADD c%[1]d int;\n", ""},
	{"views of one table, dropped", "CREATE VIEW v%[1]d AS SELECT a FROM one;\n", "DROP VIEW v%[1]d;\n"},
	{"tables renamed", "CREATE TABLE t%[1]d (id serial PRIMARY KEY);\n", "ALTER TABLE t%[1]d RENAME TO u%[1]d;\n"},
	{"constraints of one table", "ALTER TABLE one ADD CHECK (a <> '');\n", ""},
	{"sequences dropped", "CREATE TABLE t%[1]d (id serial);\n", "DROP SEQUENCE t%[1]d_id_seq CASCADE;\n"},
	{"sequences renamed", "CREATE TABLE t%[1]d (id serial);\n", "ALTER SEQUENCE t%[1]d_id_seq RENAME TO s%[1]d;\n"},
	{"forward references", "CREATE TABLE t%[1]d (up int REFERENCES later%[1]d);\n", "CREATE TABLE later%[1]d (id int PRIMARY KEY);\n"},
	{"schemas moved", "CREATE TABLE t%[1]d (id serial PRIMARY KEY);\n", "ALTER TABLE t%[1]d SET SCHEMA other;\n"},
	{"types dropped", "CREATE TYPE t%[1]d AS ENUM ('a');\n", "DROP TYPE t%[1]d;\n"},
}

func many(one, end string, n int) string {
	var b strings.Builder
	b.WriteString("CREATE TABLE one (a text); CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY RANGE (id);\n")
	for _, line := range []string{one, end} {
		for i := range n {
			if strings.Contains(line, "%") {
				fmt.Fprintf(&b, line, i)
			} else {
				b.WriteString(line)
			}
		}
	}
	return b.String()
}

// BenchmarkAddDDL reads scripts of growing length; ns/statement must stay.
func BenchmarkAddDDL(b *testing.B) {
	for _, c := range scripts {
		for _, n := range []int{2500, 10000} {
			script := many(c.one, c.end, n)
			b.Run(fmt.Sprintf("%s/%d", strings.ReplaceAll(c.name, " ", "_"), n), func(b *testing.B) {
				for b.Loop() {
					New().AddDDL("x.sql", script)
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/statement")
			})
		}
	}
}

func TestCluster_manyDatabasesTakeLinearTime(t *testing.T) {
	var b strings.Builder
	for i := range 40_000 {
		fmt.Fprintf(&b, "\\connect d%d\nALTER DATABASE e%d SET search_path = a;\n", i, i)
	}
	c := NewCluster()
	c.Database("").AddDDL("all.sql", b.String())
	problems := 0
	for _, s := range c.Databases() {
		problems += len(s.Problems)
	}
	if len(c.databases) != maxDatabases || problems == 0 {
		t.Errorf("%d databases, %d problems", len(c.databases), problems)
	}
}
