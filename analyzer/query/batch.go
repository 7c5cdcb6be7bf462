package query

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"
	"google.golang.org/protobuf/proto"

	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/sqltree"
)

// BatchKey is a column by whose value a statement finds its rows, once per
// value.
type BatchKey struct {
	Alias  string // by which the statement calls the column's table
	Column string
	Type   string // of the column; "" unknown
	Unique bool   // the statement finds at most one row for a value
	Param  int    // n of the placeholder $n it is compared with; 0 any
}

// Variation says whether the runs of a loop give a placeholder different
// values.
type Variation uint8

const (
	Unknown Variation = iota
	Same              // in all runs
	Differs
)

// Repeated is a statement that a loop runs.
type Repeated struct {
	Text   string // normalised: every constant a placeholder
	Keys   []BatchKey
	Table  *schema.Table             // that an INSERT or UPDATE writes; nil unknown
	Varies func(param int) Variation // of $n; nil: Unknown
}

// BatchForm says how a batch gives its rows.
type BatchForm string

const (
	BatchAny      BatchForm = "any"      // rows of all keys, which tell theirs
	BatchDistinct BatchForm = "distinct" // the keys that have a row
	BatchGrouped  BatchForm = "grouped"  // a row of aggregates per key that has any
	BatchLateral  BatchForm = "lateral"  // the first rows of each key
	BatchEach     BatchForm = "each"     // all the statement gives for each key, one after the other
	BatchUnnest   BatchForm = "unnest"   // arrays of values, an element per row
)

// Batch is one statement that does what another does once per value.
type Batch struct {
	SQL     string
	Form    BatchForm
	Keys    []string     // output columns that tell which key a row belongs to, in the order of the keys; nil where there are no rows
	Params  []BatchParam // what $1, $2, ... of SQL are given
	Guessed bool         // the types of arrays are guessed from names
}

// BatchParam is what a placeholder of a batch is given.
type BatchParam struct {
	Of    int  // the placeholder $n of the statement whose values it takes
	Array bool // those of all runs; else the one that is the same in all
}

// Assumed lists the batch's placeholders $1, $2, ... that take one value, where
// it is not known whether all runs had the same.
func (b *Batch) Assumed(varies func(int) Variation) (out []string) {
	for i, p := range b.Params {
		if !p.Array && varies(p.Of) == Unknown {
			out = append(out, "$"+strconv.Itoa(i+1))
		}
	}
	return out
}

// Placeholder tells which $n of a normalised text stands where a statement has
// its place-th value, counted from 1: its parameter, or its literal when it has
// no parameters. 0 is unknown.
func Placeholder(statement, normalised string, place int) int {
	if strings.Contains(statement, "$1") {
		return place
	}
	all := placeholder.FindAllString(normalised, -1)
	if place < 1 || place > len(all) || len(sqltree.LiteralOffsets(statement)) != len(all) {
		return 0
	}
	return number(all[place-1])
}

func number(placeholder string) int {
	n, err := strconv.Atoi(placeholder[1:])
	if err != nil {
		return 0
	}
	return n
}

// batcher rewrites one statement.
type batcher struct {
	Repeated
	next    int         // number of the next array
	of      map[int]int // of an array's number, the placeholder whose values it takes
	outputs []string    // as Batch.Keys
	guessed bool
	spare   []*pg.Node // conditions that say nothing any more
}

// arrays numbers new placeholders beyond those of any statement; in the end all
// are numbered in the order they appear.
const arrays = 1 << 17

// NewBatch rewrites a statement that a loop runs once per value of its keys so
// that it takes all of them. The error says why a statement has no such form.
func NewBatch(r Repeated) (*Batch, error) {
	t, err := sqltree.Parse(r.Text)
	if err != nil {
		return nil, err
	}
	if len(t.Stmts) != 1 {
		return nil, errors.New("several statements in one")
	}
	for _, k := range r.Keys {
		if parsed("SELECT "+quote(k.Column)) == nil {
			return nil, errTypes
		}
	}
	if r.Varies == nil {
		r.Varies = func(int) Variation { return Unknown }
	}
	node := proto.Clone(t.Stmts[0].Node).(*pg.Node)
	b := &batcher{Repeated: r, next: arrays, of: map[int]int{}}
	var form BatchForm
	var sql string
	switch e := node.GetNode().(type) {
	case *pg.Node_SelectStmt:
		form, sql, err = b.selects(e.SelectStmt)
	case *pg.Node_InsertStmt:
		form, err = b.inserts(e.InsertStmt)
	case *pg.Node_UpdateStmt:
		form, err = b.updates(e.UpdateStmt)
	case *pg.Node_DeleteStmt:
		form, err = BatchAny, b.deletes(e.DeleteStmt)
	default:
		err = errors.New("neither SELECT nor a plain write")
	}
	if err != nil {
		return nil, err
	}
	if sql == "" {
		if sql, err = sqltree.Deparse(node); err != nil {
			return nil, fmt.Errorf("printing the batch: %w", err)
		}
	}
	sql, params := b.renumber(sql)
	for _, p := range params {
		if !p.Array && b.Varies(p.Of) == Differs {
			return nil, errors.New("a value that is no key varies, too")
		}
	}
	if _, err := sqltree.Parse(sql); err != nil {
		return nil, fmt.Errorf("checking the batch: %w", err)
	}
	return &Batch{SQL: sql + ";", Form: form, Keys: b.outputs, Params: params, Guessed: b.guessed}, nil
}

var errTypes = errors.New("the columns' types are not understood")

var placeholder = regexp.MustCompile(`\$[0-9]+`)

// renumber numbers placeholders in the order they appear.
func (b *batcher) renumber(sql string) (string, []BatchParam) {
	numbers := map[string]int{}
	var params []BatchParam
	sql = placeholder.ReplaceAllStringFunc(sql, func(p string) string {
		n := numbers[p]
		if n == 0 {
			n = len(numbers) + 1
			numbers[p] = n
			of, isArray := b.of[number(p)]
			if !isArray {
				of = number(p)
			}
			params = append(params, BatchParam{of, isArray})
		}
		return "$" + strconv.Itoa(n)
	})
	return sql, params
}

// newArray numbers a placeholder for the values of another one.
func (b *batcher) newArray(of int) int {
	b.next++
	b.of[b.next] = of
	return b.next
}

// array returns a new placeholder for an array of a placeholder's values, of
// the type it is cast to or of the column's.
func (b *batcher) array(of *value, column, kind string) string {
	if of.cast != "" {
		kind = of.cast
	}
	if c := b.Table.Column(column); kind == "" && c != nil {
		kind = c.Type
	}
	if kind == "" {
		b.guessed = true
		kind = "text"
		if c := strings.ToLower(column); c == "id" || strings.HasSuffix(c, "_id") || strings.HasSuffix(column, "Id") {
			kind = "bigint"
		}
	}
	return fmt.Sprintf("$%d::%s[]", b.newArray(of.param), unlimited(kind))
}

// unlimited is a type without the length or precision of a column: a cast to
// these cuts a value off in silence where the column refuses it, and finds a row
// by a value that is not the row's.
func unlimited(kind string) string {
	switch out := base(kind); out {
	case "char", "character":
		return "bpchar" // char alone is char(1)
	case "bit":
		return "bit varying"
	default:
		return out
	}
}

// free returns a name that the statement does not use.
func (b *batcher) free(name string) string {
	for holdsWord(b.Text, name) {
		name += "_"
	}
	return name
}

// holdsWord reports a word of a text.
func holdsWord(text, word string) bool {
	part := func(i int) bool {
		return i >= 0 && i < len(text) && (text[i] == '_' || text[i] >= '0' && text[i] <= '9' || text[i] >= 'a' && text[i] <= 'z' || text[i] >= 'A' && text[i] <= 'Z' || text[i] >= 0x80)
	}
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return false
		}
		i += from
		if !part(i-1) && !part(i+len(word)) {
			return true
		}
		from = i + len(word)
	}
}

func str(s string) *pg.Node { return &pg.Node{Node: &pg.Node_String_{String_: &pg.String{Sval: s}}} }

func quote(name string) string { return sqltree.QuoteIdent(name) }

// parsed reads a SELECT of ours; nil when a name in it does not parse.
func parsed(sql string) *pg.SelectStmt {
	t, err := sqltree.Parse(sql)
	if err != nil || len(t.Stmts) != 1 {
		return nil
	}
	return t.Stmts[0].Node.GetSelectStmt()
}
