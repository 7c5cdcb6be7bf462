package schema

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// ErrNotStatistics is what [Schema.AddStats] returns of a file that is a
// readable and something else.
var ErrNotStatistics = errors.New("not statistics")

// statistics are the files that AddStats knows, each by the columns that only
// it has. Further columns may be there, in any order.
var statistics = []struct {
	what    string
	columns []string
	add     func(*stats, row)
}{
	{"pg_stats", []string{"tablename", "attname", "null_frac", "n_distinct"}, (*stats).column},
	{"pg_stat_user_indexes", []string{"indexrelname", "idx_scan"}, (*stats).usage},
	{"pg_class", []string{"relname", "reltuples", "relpages"}, (*stats).relation},
	{"pg_settings", []string{"name", "setting"}, (*stats).setting},
}

// AddStats adds one export: pg_stats, relation sizes (pg_class), pg_settings or
// pg_stat_user_indexes as CSV with a header line or as the JSON of json_agg and
// row_to_json, or what pg_dump --statistics-only writes. Rows that do not fit
// the schema become Problems.
func (s *Schema) AddStats(path string, content []byte) error { return s.addStats(path, 0, content) }

// addStats adds an export, or the part of one that stands behind that many
// lines.
func (s *Schema) addStats(path string, lines int, content []byte) error {
	st := &stats{Schema: s, cat: s.state(), path: path, line: lines, complained: map[string]bool{}}
	content = bytes.ToValidUTF8(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")), []byte("?"))
	err := map[string]func(*stats, []byte) error{
		"csv": (*stats).addCSV, "json": (*stats).addJSON, "sql": (*stats).addDump,
	}[StatsFormat(content)](st, content)
	st.countRest()
	if err == nil {
		s.settle()
	}
	return err
}

// StatsFormat tells how an export is written: "csv", "json" or "sql".
func StatsFormat(content []byte) string {
	start := bytes.TrimLeft(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case len(start) > 0 && (start[0] == '[' || start[0] == '{'), frame.Match(content):
		return "json"
	case bytes.HasPrefix(start, []byte("--")), bytes.Contains(content, []byte("pg_restore_relation_stats(")), bytes.Contains(content, []byte("pg_restore_attribute_stats(")):
		return "sql"
	}
	return "csv"
}

func (st *stats) addCSV(content []byte) error {
	r := csv.NewReader(bytes.NewReader(content))
	r.FieldsPerRecord, r.ReuseRecord = -1, true
	first, _, _ := bytes.Cut(content, []byte{'\n'})
	for _, comma := range "\t;|" {
		if bytes.ContainsRune(first, comma) && !bytes.ContainsRune(first, ',') {
			r.Comma = comma
		}
	}
	head, err := r.Read()
	if err != nil {
		return fmt.Errorf("%w: no header line with the names of columns", ErrNotStatistics)
	}
	header := map[string]int{}
	for i, name := range head {
		header[strings.ToLower(strings.TrimSpace(name))] = i
	}
	add, err := kindOf(header)
	if err != nil {
		return err
	}
	st.readCSV(r, header, len(head), add)
	return nil
}

// kindOf tells an export by its columns.
func kindOf(header map[string]int) (func(*stats, row), error) {
	for _, kind := range statistics {
		if !slices.ContainsFunc(kind.columns, func(c string) bool { _, ok := header[c]; return !ok }) {
			return kind.add, nil
		}
	}
	var known []string
	for _, kind := range statistics {
		known = append(known, fmt.Sprintf("%s (%s)", kind.what, strings.Join(kind.columns, ", ")))
	}
	return nil, fmt.Errorf("%w: the columns are those of none of %s", ErrNotStatistics, strings.Join(known, ", "))
}

// stats reads one file.
type stats struct {
	*Schema
	cat        *catalog
	path       string
	line       int
	complained map[string]bool
	problems   int
}

// row is one record.
type row struct {
	header map[string]int
	fields []string
}

// get returns the first of the named fields that the file has.
func (r row) get(names ...string) string {
	for _, n := range names {
		if i, ok := r.header[n]; ok && i < len(r.fields) {
			return r.fields[i]
		}
	}
	return ""
}

// set sets a field of a row whose header is its own.
func (r *row) set(name, value string) {
	i, ok := r.header[name]
	if !ok {
		i = len(r.fields)
		r.header[name] = i
		r.fields = append(r.fields, "")
	}
	r.fields[i] = value
}

// maxProblems bounds what is told of one file: a file for another schema has
// a problem in every row.
const maxProblems = 50

func (st *stats) readCSV(r *csv.Reader, header map[string]int, width int, add func(*stats, row)) {
	for {
		fields, err := r.Read()
		if err == io.EOF {
			break
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			st.line = broken.StartLine
			st.problem("", "a row that is not CSV: %v", broken.Err)
			continue
		}
		if err != nil {
			st.problem("", "%v", err)
			break
		}
		st.line, _ = r.FieldPos(0)
		if len(fields) != width {
			st.problem("", "a row of %d fields under %d columns", len(fields), width)
			continue
		}
		add(st, row{header, fields})
	}
}

// problem is told once for each key, if it has one.
func (st *stats) problem(key, format string, args ...any) {
	if key != "" && st.complained[key] {
		return
	}
	st.complained[key] = key != ""
	if st.problems++; st.problems <= maxProblems {
		st.Problems = append(st.Problems, Problem{Place: Place{st.path, st.line}, Message: fmt.Sprintf(format, args...)})
	}
}

// countRest tells how many problems were not listed.
func (st *stats) countRest() {
	if more := st.problems - maxProblems; more > 0 {
		st.Problems = append(st.Problems, Problem{
			Place: Place{Path: st.path}, Message: fmt.Sprintf("%d more rows do not fit", more),
		})
	}
}

// find resolves a table that may be written with its schema.
func (st *stats) find(schema, name string) *Table {
	if t := st.Table(schema, name); t != nil {
		return t
	}
	if s, n, ok := strings.Cut(name, "."); ok && schema == "" {
		return st.Table(s, n)
	}
	return nil
}

// findIndex resolves an index, by its table where the schema is not given.
func (st *stats) findIndex(schema, table, name string) *Index {
	if schema != "" {
		return st.cat.indexes.get(Name{schema, name})
	}
	if t := st.find("", table); t != nil {
		if x := t.index(name); x != nil {
			return x
		}
	}
	return st.cat.indexes.only(name)
}

func (st *stats) setting(r row) {
	name := strings.ToLower(r.get("name"))
	if st.Settings == nil {
		st.Settings = map[string]string{}
	}
	st.Settings[name] = r.get("setting")
	if name == "server_version_num" {
		if v, err := strconv.Atoi(r.get("setting")); err == nil {
			st.Version = v
		} else {
			st.problem("", "server_version_num %q is no number", r.get("setting"))
		}
	}
}

// relation reads a row of pg_class: a table, or an index.
func (st *stats) relation(r row) {
	name, schema := r.get("relname"), r.get("schema", "schemaname", "nspname")
	rows, err1 := number(r.get("reltuples"))
	pages, err2 := whole(r.get("relpages"))
	visible, err3 := whole(r.get("relallvisible"))
	size, err4 := whole(r.get("bytes", "size", "relation_size"))
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		st.problem("", "%s: %v", name, err)
		return
	}
	pages = max(pages, 0) // -1 of a partitioned table that was analysed
	if size == 0 {
		size = pages * 8192
	}
	kind, above := r.get("relkind"), r.get("table_name", "tablename")
	if kind == "" && st.find(schema, name) == nil && st.findIndex(schema, above, name) != nil {
		kind = "i" // pg_dump does not tell
	}
	switch kind {
	case "i", "I":
		x := st.findIndex(schema, above, name)
		if x == nil {
			st.problem("index "+name, "index %s is on the server and not in the schema", name)
			return
		}
		scans := int64(-1)
		if x.Stats != nil {
			scans = x.Stats.Scans
		}
		x.ensureStats()
		x.Stats.Pages, x.Stats.Bytes, x.Stats.Rows, x.Stats.Scans = pages, size, rows, scans
		if valid := r.get("valid", "indisvalid"); valid != "" {
			x.Invalid = !truth(valid)
		}
	case "", "r", "p", "m", "f":
		t := st.find(schema, name)
		if t == nil {
			st.problem("table "+name, "table %s is on the server and not in the schema", name)
			return
		}
		t.Stats = &TableStats{Rows: rows, Pages: pages, AllVisible: visible, Bytes: size}
		st.HasStats = true
	case "v", "S", "t", "c": // nothing to know of views, sequences, TOAST, types
	default:
		st.problem("", "%s has an unknown relkind %q", name, kind)
	}
}

// usage reads a row of pg_stat_user_indexes.
func (st *stats) usage(r row) {
	name := r.get("indexrelname")
	x := st.findIndex(r.get("schemaname", "schema"), r.get("relname"), name)
	if x == nil {
		st.problem("index "+name, "index %s is on the server and not in the schema", name)
		return
	}
	scans, err := whole(r.get("idx_scan"))
	if err != nil {
		st.problem("", "%s: %v", name, err)
		return
	}
	x.ensureStats()
	x.Stats.Scans = scans
}

// ensureStats makes room for figures; what is not known yet says so.
func (x *Index) ensureStats() {
	if x.Stats == nil {
		x.Stats = &IndexStats{Rows: -1, Scans: -1}
	}
}

func truth(s string) bool { return strings.HasPrefix(strings.ToLower(s), "t") || s == "1" }
