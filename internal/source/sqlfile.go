package source

import (
	"fmt"
	"io"
	"strings"

	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
	"github.com/apilint/apilint/internal/source/bounded"
)

// maxSQLFile bounds a file of queries, which is kept in memory.
const maxSQLFile = 64 << 20

// sql reads a file of queries. They are no executions: what they weigh is told
// by --weights, or not known.
func (r *reading) sql(in *workload.Input, src io.Reader) error {
	r.input(in, workload.SourceSQL)
	counted := bounded.NewReader(src)
	content, err := io.ReadAll(io.LimitReader(counted, maxSQLFile))
	in.Bytes, in.Lines = counted.Count()
	if err != nil {
		in.Notes = append(in.Notes, "reading stopped: "+err.Error())
	}
	if len(content) == maxSQLFile {
		in.Truncated++
		in.Notes = append(in.Notes, "a file of queries is read up to 64 MiB, the rest was passed over")
	}
	f := &sqlFile{in: in, o: r.o}
	for _, span := range sqltree.Split(workload.Text(content)) {
		f.statement(span)
	}
	if r.weighed == nil {
		r.weighed = map[string]bool{}
	}
	f.weigh(r.weighed)
	r.weighs = in
	for _, c := range f.counters {
		r.agg.Count(c)
	}
	f.notes()
	return r.ctx.Err()
}

// sqlFile is one file of queries.
type sqlFile struct {
	in       *workload.Input
	o        Options
	counters []*workload.Counter
	names    []string // sqlc's -- name: of each counter

	definitions, settings int
}

func (f *sqlFile) statement(span sqltree.Span) {
	text := span.Text
	if len(text) > f.o.MaxStatement {
		text = strings.ToValidUTF8(text[:f.o.MaxStatement], "")
		f.in.Truncated++
	}
	var l sqltree.Lexed
	sqltree.Lex([]byte(text), &l)
	f.in.Records++
	switch l.Command {
	case sqltree.Empty:
		f.in.Empty++
		return
	case sqltree.DDL:
		f.definitions++
		return
	case sqltree.Transaction, sqltree.Set:
		f.settings++
		return
	}
	database := ""
	if len(f.o.Databases) == 1 {
		database = f.o.Databases[0]
	}
	f.counters = append(f.counters, &workload.Counter{
		Key: groupKey(l.Key, database), Database: database, Text: text, TopLevel: true,
		Command: workload.Command(l.Command), Traits: workload.Traits(l.Traits),
		Ref: workload.SourceRef{Path: f.in.Path, Line: span.Line},
	})
	f.names = append(f.names, nameOf(span.Comment))
}

// nameOf returns the name that sqlc's comment "-- name: GetUser :one" gives a
// query.
func nameOf(comments string) string {
	for line := range strings.Lines(comments) {
		if name := sqltree.ReadTags([]byte(line)).Name; name != "" {
			return name
		}
	}
	return ""
}

// weigh looks up how often each statement runs: by the query's own name, by
// path:line, or by the file, of which every statement then runs as often as
// the file is named for.
func (f *sqlFile) weigh(used map[string]bool) {
	for i, c := range f.counters {
		w, name := f.o.Weights.of(f.names[i], fmt.Sprintf("%s:%d", f.in.Path, c.Ref.Line))
		if name == "" {
			w, name = f.o.Weights.of(f.in.Path)
			if len(f.counters) > 1 {
				w.MeanMS = 0 // the time of all of them
			}
		}
		if name == "" {
			continue
		}
		used[name] = true
		c.Totals.Calls = w.Calls
		if ms := float64(w.Calls) * w.MeanMS; ms < maxStatsMS {
			c.Totals.ExecUS = microseconds(ms)
		}
	}
}

// unusedWeights says which names of --weights no file has, most likely typos.
func (r *reading) unusedWeights() {
	if r.weighs == nil {
		return
	}
	if names := r.o.Weights.unused(r.weighed); len(names) > 0 {
		r.weighs.Notes = append(r.weighs.Notes, "--weights names what no .sql file is called: "+strings.Join(names, ", "))
	}
}

func (f *sqlFile) notes() {
	if f.definitions > 0 {
		f.in.Notes = append(f.in.Notes, fmt.Sprintf("%d statements define a schema and were passed over: give them with --schema", f.definitions))
	}
	if f.settings > 0 {
		f.in.Notes = append(f.in.Notes, fmt.Sprintf("%d statements are settings or transaction control and were passed over", f.settings))
	}
	if f.o.Weights == nil || len(f.counters) == 0 {
		return
	}
	unweighed := 0
	for _, c := range f.counters {
		if c.Totals.Calls == 0 {
			unweighed++
		}
	}
	if unweighed > 0 {
		f.in.Notes = append(f.in.Notes, fmt.Sprintf("--weights does not name %d of %d statements", unweighed, len(f.counters)))
	}
}
