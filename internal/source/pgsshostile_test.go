package source

import (
	"fmt"
	"strings"
	"testing"
)

// hostile are pasted exports that nobody exported: after a beginning that names
// the columns, every shape goes on with what costs its reader most.
var hostile = []struct {
	name, head string
	more       func(i int) string
}{
	{"csv, distinct rows", statsHeader, func(i int) string { return fmt.Sprintf("10,5,t,%d,\"SELECT a%d FROM t\",3,1.5,3,1\n", i, i) }},
	{"csv, rows without fields", statsHeader, always("a\n")},
	{"csv, lines of quotes", statsHeader, always("\"\n")},
	{"csv, headers", statsHeader, always(statsHeader)},
	{"tsv, escapes", "dbid\tquery\tcalls\ttotal_exec_time\n5\tSELECT a \\n\t1\t1\n", func(i int) string { return fmt.Sprintf("5\tSELECT a%d \\n\\\\\\t\t1\t1\n", i) }},
	{"tsv, tabs", "dbid\tquery\tcalls\ttotal_exec_time\n5\tSELECT a \\n\t1\t1\n", always("\t")},
	{"unaligned, a text that goes on", "dbid|query|calls|total_exec_time\n5|SELECT a\n|1|1\n", always("a\n")},
	{"unaligned, bars", "dbid|query|calls|total_exec_time\n5|SELECT a\n|1|1\n", always("||||||||x\n")},
	{"unaligned, empty lines of a text at the end", "dbid|calls|total_exec_time|query\n5|1|1|SELECT a\nFROM t\n", always("\n")},
	{"aligned, cells that go on", tableHead + " a | 1 | 1\n", always(" x+ | |\n")},
	{"aligned, bars", tableHead + " a | 1 | 1\n", always("|")},
	{"aligned, nonsense", tableHead + " a | 1 | 1\n", always("a\n")},
	{"aligned, tables", tableHead + " a | 1 | 1\n", always("\n" + tableHead)},
	{"expanded, names", "-[ RECORD 1 ]-\nquery | a\ncalls | 3\n", func(i int) string { return fmt.Sprintf("n%d | 1\n", i) }},
	{"expanded, a text that goes on", "-[ RECORD 1 ]-\ncalls | 3\nquery | a\n", always(" | x+\n")},
	{"expanded, records of changing columns", "-[ RECORD 1 ]-\nquery | a\ncalls | 3\n", func(i int) string { return fmt.Sprintf("-[ RECORD %d ]-\nquery | a\ncalls | 3\nn%d | 1\n", i, i) }},
	{"expanded, what is almost the line between two records", "-[ RECORD 1 ]-\nquery | a\ncalls | 3\n", always("-[ ")},
	{"markdown, bars that are escaped", "| query | calls | total_ms |\n|---|---|---|\n| a | 1 | 2 |\n", always("| a\\|\\|\\|\\| | 1 | 2 |\n")},
	{"json, braces", `{"query":"a","calls":1}`, always("{")},
	{"json, ends of objects", `{"query":"a","calls":1}`, always("}")},
	{"json, strings without an end", `{"query":"a","calls":1}`, always("{\"\n")},
	{"json, arrays of arrays", `{"query":"a","calls":1}{"m":`, always("[")},
	{"json, arrays of objects", `{"query":"a","calls":1}`, always(`{"a":[{`)},
	{"json, members", `{"query":"a","calls":1}{`, func(i int) string { return fmt.Sprintf("\"k%d\":1,", i) }},
	{"ndjson, changing columns", `{"query":"a","calls":1}`, func(i int) string { return fmt.Sprintf("{\"query\":\"a\",\"calls\":1,\"k%d\":1}\n", i) }},
}

const tableHead = " query | calls | total_ms \n-------+-------+----------\n"

func always(s string) func(int) string { return func(int) string { return s } }

// hostileText goes on for n bytes.
func hostileText(head string, more func(int) string, n int) string {
	var b strings.Builder
	b.WriteString(head)
	for i := 0; b.Len() < n; i++ {
		b.WriteString(more(i))
	}
	return b.String()[:n]
}

// What cannot be read costs its own record: the rest is counted, and what was
// kept stays.
func TestPGSS_hostilePastesAreReadToTheirEnd(t *testing.T) {
	for _, c := range hostile {
		content := hostileText(c.head, c.more, 1<<16)
		in := readText(t, Options{}, content).Inputs[0]
		if in.Kind != "pgss" || in.Bytes != int64(len(content)) {
			t.Errorf("%s: %s, %d of %d bytes, notes %q", c.name, in.Kind, in.Bytes, len(content), in.Notes)
		}
	}
}

// BenchmarkPGSS_hostile shows MB/s; it must not fall with the size.
func BenchmarkPGSS_hostile(b *testing.B) {
	for _, c := range hostile {
		for _, size := range []int{1 << 20, 10 << 20} {
			content := hostileText(c.head, c.more, size)
			b.Run(fmt.Sprintf("%s/%dMB", strings.ReplaceAll(c.name, " ", "_"), size>>20), func(b *testing.B) {
				b.SetBytes(int64(size))
				for b.Loop() {
					readText(b, Options{}, content)
				}
			})
		}
	}
}
