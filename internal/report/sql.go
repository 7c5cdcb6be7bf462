package report

import (
	"bufio"
	"io"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer"
)

// comment is the prefix of everything in the file that psql must not run.
const comment = "-- "

// commentWidth is how wide comments are set.
const commentWidth = 80

// script writes a file of DDL. Texts of the input stand only behind "-- " and
// without line breaks; DDL and its rollback are never changed.
type script struct {
	*bufio.Writer
	statements statementSet
}

// SQL writes the recommended DDL as plain SQL: no psql commands, no
// transaction, rollback in comments only.
func SQL(w io.Writer, r *analyzer.Result, _ Options) error {
	s := script{bufio.NewWriter(w), statementsOf(r)}
	indexes := ranked(r)
	s.say("apilint " + r.Tool.Version + ": index advice from " + workload(r))
	if len(indexes) == 0 {
		s.say("No index is recommended for this workload.")
		return s.Flush()
	}
	s.preamble()
	for i, db := range databasesOf(indexes) {
		s.section(indexes, db, i)
	}
	s.leftovers()
	return s.Flush()
}

// say writes text as comment lines.
func (s script) say(text string) {
	for _, l := range wrap(clean(text), commentWidth-len(comment)) {
		s.WriteString(comment + l + "\n")
	}
}

// note writes text as comment lines that hang behind a label.
func (s script) note(label, text string) {
	for _, l := range wrap(clean(text), commentWidth-len(comment)-len(label)) {
		s.WriteString(comment + label + l + "\n")
		label = strings.Repeat(" ", len(label))
	}
}

// quote writes SQL behind comment marks, line by line and otherwise as it is.
func (s script) quote(label, sql string) {
	for _, l := range strings.FieldsFunc(sql, func(r rune) bool { return r == '\n' || r == '\r' }) {
		s.WriteString(comment + label + l + "\n")
		label = strings.Repeat(" ", len(label))
	}
}

func (s script) preamble() {
	s.say("Read it first, then run it on a quiet hour: psql -X -v ON_ERROR_STOP=1 -f THIS_FILE")
	s.say("CREATE INDEX CONCURRENTLY cannot run inside a transaction: do not use psql --single-transaction.")
	s.WriteString(`
-- A build that a timeout ends leaves an invalid index behind. Waiting is safe
-- here: CONCURRENTLY blocks neither reads nor writes while it waits.
SET statement_timeout = 0;
SET lock_timeout = 0;
`)
}

// databasesOf lists the databases of the indexes in their order.
func databasesOf(indexes []*analyzer.Index) []string {
	var out []string
	for _, ix := range indexes {
		if !slices.Contains(out, ix.Database) {
			out = append(out, ix.Database)
		}
	}
	return out
}

// section writes the indexes of one database. A file runs in one database
// only: the DDL of every other than the first stands in comments, so that it
// cannot end up in the wrong one.
func (s script) section(indexes []*analyzer.Index, database string, nth int) {
	write := func(sql string) { s.WriteString(sql + "\n") }
	if database != "" {
		s.WriteString("\n")
		s.say("Database " + database)
	}
	if nth > 0 {
		s.say("Commented out: this file runs in the database above. For one that runs here, call apilint with --database.")
		write = func(sql string) { s.quote("", sql) }
	}
	var extensions []string
	for _, ix := range indexes {
		if ix.Database != database {
			continue
		}
		first, _ := splitExtensions(ix.DDL)
		for _, e := range first {
			if !slices.Contains(extensions, e) {
				extensions = append(extensions, e)
			}
		}
	}
	if len(extensions) > 0 {
		s.WriteString("\n")
		s.say("Extensions that indexes below need (pg_trgm is trusted since PostgreSQL 13: CREATE on the database is enough).")
	}
	for _, e := range extensions {
		write(terminated(e))
	}
	for i, ix := range indexes {
		if ix.Database == database {
			s.index(ix, i+1, write) // the number that the table gives it
		}
	}
}

func (s script) index(ix *analyzer.Index, number int, write func(string)) {
	s.WriteString("\n")
	label := count(int64(number)) + ". "
	verb := "index on "
	if ix.Action == "drop" {
		verb = "drop " + ix.Name + ", on "
	}
	s.note(label, verb+what(ix))
	margin := strings.Repeat(" ", len(label))
	if ix.Reason != "" {
		s.note(margin, ix.Reason)
	}
	for _, served := range s.statements.byWeight(ix) {
		facts := []string{}
		if served.Calls > 0 {
			facts = append(facts, plural(served.Calls, "call"))
		}
		if q := s.statements.find(served.Query, ix.Database); q != nil && q.ExecMS > 0 {
			facts = append(facts, duration(q.ExecMS))
		}
		if c := costs(served); c != "" {
			facts = append(facts, c)
		}
		text := "serves "
		if len(facts) > 0 {
			text += "(" + strings.Join(facts, ", ") + ") "
		}
		s.note(margin, text+oneLine(s.statements.text(served.Query, ix.Database)))
	}
	facts := price(ix)
	if ix.Basis != "" {
		facts = append(facts, clean(ix.Basis))
	}
	if len(facts) > 0 {
		s.note(margin, strings.Join(facts, ", "))
	}
	if len(ix.Literals) > 0 {
		s.note(margin, "holds values of your data: "+strings.Join(ix.Literals, ", "))
	}
	if ix.Rollback != "" {
		s.quote(margin+"rollback: ", ix.Rollback)
	}
	_, ddl := splitExtensions(ix.DDL)
	for _, sql := range statements(ddl) {
		if concurrent(sql) {
			write(terminated(sql))
			continue
		}
		s.say(margin + "takes a lock that blocks writes: gives up after 5 s rather than queue everybody behind it")
		write("SET lock_timeout = '5s';")
		write(terminated(sql))
		write("SET lock_timeout = 0;")
	}
}

// concurrent reports whether a statement waits without blocking others.
func concurrent(sql string) bool {
	words := strings.Fields(sql)
	return slices.ContainsFunc(words[:min(len(words), 4)], func(w string) bool { return strings.EqualFold(w, "CONCURRENTLY") })
}

func terminated(sql string) string {
	if strings.HasSuffix(sql, ";") {
		return sql
	}
	return sql + ";"
}

func (s script) leftovers() {
	s.WriteString(`
-- If a build was interrupted, it left an index that is written to but never
-- read. This lists such indexes; drop each with DROP INDEX CONCURRENTLY and run
-- its CREATE INDEX again:
--   SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid;
`)
}
