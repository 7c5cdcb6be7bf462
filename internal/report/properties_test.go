package report

import (
	"encoding/json"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer"
)

// writers are all that prints a result.
var writers = map[string]writer{"table": Table, "inspect": Inspect, "json": JSON, "sql": SQL, "github": GitHub}

// results are the workloads that every format must print.
func results() map[string]*analyzer.Result {
	return map[string]*analyzer.Result{
		"shop": shop(), "blind": blind(), "mixed": mixed(), "a .sql file": sqlFile(), "nothing": nothing(), "hostile": hostile(), "the zero result": {},
	}
}

// hostile is a result whose texts are what an attacker wants to see printed.
func hostile() *analyzer.Result {
	const evil = "\x1b[2J\x1b]0;owned\x07\u202e\r\n::error::injected\n\\! rm -rf /\n; DROP TABLE users; --\x00\u2028\u009b31m */ $$ ' \" \xff|"
	r := shop()
	in := &r.Inputs[0]
	in.Path, in.Format, in.Prefix, in.Language, in.Envelopes, in.Notes, in.Examples = evil, evil, evil, evil, []string{evil}, []string{evil}, []string{evil}
	r.Inputs = append(r.Inputs, analyzer.Input{Path: evil, Kind: evil, From: some(evil), To: some(evil)}, analyzer.Input{Path: evil, Kind: "log", ThresholdMS: some(5.0), Sampled: some(.1)})
	for i := range r.Queries {
		q := &r.Queries[i]
		q.Text += evil
		q.Example, q.Database = evil, evil
		q.Verdict.Reason, q.Verdict.Indexes = evil, []string{evil}
		q.Sources = []analyzer.Location{{Path: evil, Line: 1}}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Message, f.Table, f.Columns, f.Route, f.Basis, f.Notes = evil, evil, []string{evil, evil}, evil, evil, []string{evil}
		f.Evidence = []analyzer.Evidence{{Input: evil, Line: 1, Time: evil, Session: evil}}
		f.Location = &analyzer.Location{Path: evil, Line: 3}
		f.Fixes = append(f.Fixes, analyzer.Fix{Kind: "rewrite", Title: evil, SQL: "SELECT 1 " + evil}, analyzer.Fix{Kind: evil, Title: evil})
		if f.Parent != nil {
			f.Parent.Table, f.Parent.Columns = evil, []string{evil}
		}
	}
	for i := range r.Indexes {
		ix := &r.Indexes[i]
		ix.Name, ix.Table, ix.Columns, ix.Where, ix.Reason, ix.Include, ix.Method, ix.Literals, ix.Basis = evil, evil, []string{evil}, evil, evil, []string{evil}, evil, []string{evil}, evil
	}
	r.Cost.Coster = evil
	r.Tool.Version = evil
	r.Skips = append(r.Skips, analyzer.Skip{Kind: evil, Count: 1, Example: evil}, analyzer.Skip{Kind: "n-plus-one-blind", Example: evil})
	return r
}

func TestFormats_sameResultSameBytes(t *testing.T) {
	for name, r := range results() {
		for format, write := range writers {
			first := written(t, write, r, Options{Verbose: true})
			for range 5 {
				if written(t, write, r, Options{Verbose: true}) != first {
					t.Errorf("%s, %s: the bytes differ between two runs", name, format)
				}
			}
		}
	}
}

func TestFormats_doNotChangeTheResult(t *testing.T) {
	for name, r := range results() {
		before, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		for format, write := range writers {
			written(t, write, r, Options{Verbose: true, Width: 60, Top: 1})
			if after, _ := json.Marshal(r); string(after) != string(before) {
				t.Fatalf("%s: %s changed the result", name, format)
			}
		}
	}
}

func TestFormats_noTerminalCodeComesThrough(t *testing.T) {
	for name, r := range results() {
		for format, write := range writers {
			for _, o := range []Options{{}, {Verbose: true, ShowLiterals: true, Command: []string{"apilint", "\x1b[31m"}}, {Width: 80}} {
				got := written(t, write, r, o)
				// The DDL itself is not the report's to change, and JSON escapes on its own.
				if i := strings.IndexFunc(got, func(c rune) bool {
					return c < ' ' && c != '\n' || c >= 0x7f && c < 0xa0 || c == '\u202e' || c == '\u2028'
				}); i >= 0 && format != "json" {
					t.Errorf("%s, %s: byte %d is %q in %q", name, format, i, got[i], got[max(0, i-40):min(len(got), i+10)])
				}
			}
		}
	}
}

func TestFormats_onlyPagesHaveColourAndOnlyWhenAsked(t *testing.T) {
	for format, write := range writers {
		page := format == "table" || format == "inspect"
		if got := strings.Contains(written(t, write, shop(), Options{Color: true}), "\x1b["); got != page {
			t.Errorf("%s with colour: %v, want %v", format, got, page)
		}
	}
}

// Colour is paint: without it the text is the same.
func TestTable_colourChangesNoText(t *testing.T) {
	for name, r := range results() {
		for _, write := range []writer{Table, Inspect} {
			painted := written(t, write, r, Options{Color: true})
			bare := strings.NewReplacer("\x1b[0m", "", "\x1b[1m", "", "\x1b[2m", "", "\x1b[1;31m", "", "\x1b[1;33m", "", "\x1b[36m", "", "\x1b[32m", "").Replace(painted)
			if bare != written(t, write, r, Options{}) {
				t.Errorf("%s: colour changes more than colour", name)
			}
		}
	}
}

func TestTable_staysWithinThePage(t *testing.T) {
	for name, r := range results() {
		if name == "hostile" {
			continue // its words do not break: none may begin a line with ::
		}
		for format, write := range map[string]writer{"table": Table, "inspect": Inspect} {
			for _, o := range []Options{{}, {Verbose: true}, {Width: 60}, {Width: 100, Verbose: true}, {Width: 7}, {Width: 10_000}} {
				o.Command = append(slices.Clone(command), strings.Fields(strings.Repeat("logs/of/the/year a.log ", 12))...)
				width := 80
				if o.Width > 0 {
					width = min(max(o.Width, 72), 100)
				}
				for line := range strings.Lines(written(t, write, r, o)) {
					line = strings.TrimRight(line, "\n")
					if strings.HasSuffix(line, " ") {
						t.Errorf("%s, %s, %+v: spaces at the end of %q", name, format, o, line)
					}
					// Only a word that cannot be broken may reach over the edge.
					if cells(line) > width && len(strings.Fields(unquoted(line))) > 1 {
						t.Errorf("%s, %s, %+v: %d cells: %q", name, format, o, cells(line), line)
					}
				}
			}
		}
	}
}

// unquoted folds what stands in quotes or comments to one word.
func unquoted(line string) string {
	words := sqlWords(line)
	for i := range words {
		words[i] = "w"
	}
	return strings.Join(words, " ")
}

// Numbers that no result should hold do not break a page.
func TestFormats_printAnyNumbers(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	numbers := []float64{-1, 0, 1e-9, 1, 1e18, 1e308}
	pick := func() float64 { return numbers[random.IntN(len(numbers))] }
	for range 300 {
		r := shop()
		for i := range r.Findings {
			f := &r.Findings[i]
			f.Impact = analyzer.Impact{Calls: some(int64(pick())), ExecMS: some(pick()), SavedMS: some(pick()), Share: some(pick())}
			f.Confidence = pick()
			if f.Loop != nil {
				f.Loop.Iterations.Median = int(min(pick(), 1e15))
				f.Loop.Children[0].PerIteration = pick()
			}
		}
		for i := range r.Indexes {
			r.Indexes[i].Bytes = some(int64(pick()))
			for j := range r.Indexes[i].Serves {
				r.Indexes[i].Serves[j].Before, r.Indexes[i].Serves[j].After = some(pick()), some(pick())
			}
		}
		r.Workload.ExecMS = pick()
		for _, write := range writers {
			if err := write(io.Discard, r, Options{}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func FuzzTable(f *testing.F) {
	f.Add("SELECT 1", "slow.log", "users", 80)
	f.Add("SELECT 'it''s' -- comment\nFROM \"a b\"", "-", "a.b.c", 0)
	f.Add("$tag$ never closed", "\x1b[31m", "日本語", 1)
	f.Fuzz(func(t *testing.T, sql, path, table string, width int) {
		r := shop()
		r.Inputs[0].Path = path
		for i := range r.Queries {
			r.Queries[i].Text = sql
			r.Queries[i].Verdict.Reason = table
		}
		for i := range r.Findings {
			r.Findings[i].Table, r.Findings[i].Message = table, sql
			r.Findings[i].Fixes = append(r.Findings[i].Fixes, analyzer.Fix{Kind: "index", SQL: sql})
		}
		for i := range r.Indexes {
			r.Indexes[i].DDL, r.Indexes[i].Table = sql, table
		}
		for format, write := range writers {
			got := written(t, write, r, Options{Width: width, Verbose: true})
			if format != "sql" && strings.ContainsRune(got, '\x1b') {
				t.Errorf("%s prints an escape code", format)
			}
		}
	})
}
